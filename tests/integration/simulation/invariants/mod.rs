//! The invariants, each a function over what happened and what is really there.
//!
//! I4 (the same world) and I2 (a second run writes nothing) are in `settled`.

pub(crate) mod bounds;
pub(crate) mod conduct;
pub(crate) mod copies;
pub(crate) mod records;
pub(crate) mod settled;
pub(crate) mod status;

mod violated;

use std::{collections::BTreeSet, fmt};

use esc_sync::{engine::key_place, mapping::ConflictPolicy};

use super::{
    ground::{GROUND, spot},
    truth::Spot,
};

/// An invariant that does not hold, and where that shows.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) invariant: &'static str,
    pub(crate) why: String,
}

/// What a person or the mapping has explicitly allowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permits {
    /// Places that may be written over, whoever changed them.
    pub(crate) overwrite: BTreeSet<Spot>,
    /// Places that may be removed.
    pub(crate) remove: BTreeSet<Spot>,
    /// Places in which the program keeps something of its own.
    pub(crate) own: BTreeSet<Spot>,
}

impl Permits {
    /// The declared winners.
    pub(crate) fn of_the_mapping() -> Self {
        let mut overwrite = BTreeSet::new();
        for entry in &GROUND.mapping.entries {
            let places = entry.places().map(|place| spot(&place));
            match entry.on_conflict {
                ConflictPolicy::EscWins => overwrite.extend(places.filter(|place| !place.is_esc())),
                ConflictPolicy::GithubWins => overwrite.extend(places.filter(Spot::is_esc)),
                ConflictPolicy::Newest => overwrite.extend(places),
                ConflictPolicy::Stop => {}
            }
        }
        let key = key_place(&GROUND.mapping).expect("an entry is in ESC");
        let own = Spot::esc(&key.environment.to_string(), &key.path.to_string());
        Self { overwrite, own: BTreeSet::from([own]), ..Self::default() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is broken: {}", self.invariant, self.why)
    }
}

fn broken<T>(invariant: &'static str, why: String) -> Result<T, Broken> {
    Err(Broken { invariant, why })
}
