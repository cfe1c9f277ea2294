//! Which entry of a mapping shows which fault.

use std::collections::BTreeMap;

use super::{machine_key, value};
use crate::{
    mapping::{DeclaredVisibility, Entry, Mapping, catalogue::Shape},
    model::{Encoding, Kind, SecretName, Slot},
};

/// A name on GitHub that no mapping manages.
pub(super) const UNMANAGED: &str = "LEGACY_DEPLOY_TOKEN";

/// What is wrong with an entry of a seeded world.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SeedFault {
    AliasPresent,
    DeniedValue,
    DuplicateValue,
    Invisible,
    MalformedFormat,
    MalformedKey,
    Mismatch,
    MissingInEsc,
    MissingOnGithub,
    /// Nothing is wrong, and both sides can be read.
    Ok,
    Placeholder,
    PlainSecret,
    Stale,
    StrayWhitespace,
    Unknown,
    Unmanaged,
    /// Nothing is wrong, but one side is hidden.
    Unverified,
    WidePolicy,
}

/// Which entry shows what; entries that are not named are healthy.
#[derive(Clone, Debug, Default)]
pub struct SeedPlan {
    faults: BTreeMap<SeedFault, String>,
}

/// The order in which faults choose their entries: those that fit few entries first.
pub(super) const ORDER: [SeedFault; 17] = [
    SeedFault::DeniedValue,
    SeedFault::MalformedKey,
    SeedFault::Stale,
    SeedFault::WidePolicy,
    SeedFault::AliasPresent,
    SeedFault::MalformedFormat,
    SeedFault::Mismatch,
    SeedFault::Ok,
    SeedFault::Invisible,
    SeedFault::MissingOnGithub,
    SeedFault::Placeholder,
    SeedFault::Unverified,
    SeedFault::MissingInEsc,
    SeedFault::StrayWhitespace,
    SeedFault::PlainSecret,
    SeedFault::Unknown,
    SeedFault::DuplicateValue,
];

impl SeedPlan {
    /// Gives each fault its entry.
    pub fn of(mapping: &Mapping) -> Self {
        let mut faults: BTreeMap<SeedFault, String> = BTreeMap::new();
        for fault in ORDER {
            // The machines' key is whole everywhere: a fault there would only hide a rotation.
            let free = |entry: &&Entry| {
                !faults.values().any(|name| name == entry.name.as_str())
                    && machine_key::value_of(mapping, entry).is_none()
            };
            if let Some(entry) = mapping.entries.iter().filter(free).find(|entry| fault.fits(entry)) {
                faults.insert(fault, entry.name.as_str().to_owned());
            }
        }
        if mapping.entries.iter().any(|entry| !entry.github.is_empty()) {
            faults.insert(SeedFault::Unmanaged, UNMANAGED.to_owned());
        }
        Self { faults }
    }

    /// The faults shown and the names they are shown on.
    pub fn faults(&self) -> impl Iterator<Item = (SeedFault, &str)> {
        self.faults.iter().map(|(fault, name)| (*fault, name.as_str()))
    }

    pub(super) fn fault_of(&self, name: &SecretName) -> Option<SeedFault> {
        self.faults().find(|(_, shown)| *shown == name.as_str()).map(|(fault, _)| fault)
    }
}

impl SeedFault {
    pub(super) fn fits(self, entry: &Entry) -> bool {
        let hidden = entry.kind == Kind::Secret && entry.github.iter().any(|place| place.slot == Slot::Secret);
        let both = entry.esc.is_some() && hidden;
        let detail = entry.detail();
        let readable = entry.kind == Kind::Config
            && entry.esc.is_some()
            && entry.github.iter().any(|place| place.slot == Slot::Variable);
        let shape = value::shape_of(entry);
        let organizational = entry.organization_places().any(|place| place.slot == Slot::Secret);
        match self {
            Self::AliasPresent => both && !detail.aliases.is_empty(),
            Self::DeniedValue => readable && !detail.deny.is_empty(),
            Self::DuplicateValue => both && shape.is_none() && detail.encoding == Encoding::None,
            Self::Invisible => both && organizational && !entry.visible_to.is_empty(),
            Self::MalformedFormat => both && value::malformed(entry).is_some(),
            Self::MalformedKey => both && matches!(shape, Some(Shape::PrivateKey)),
            Self::Mismatch => readable && detail.deny.is_empty() && detail.expect.is_empty(),
            Self::Ok => readable,
            // A key may well end in a line break.
            Self::StrayWhitespace => {
                both && detail.encoding == Encoding::None
                    && !matches!(shape, Some(Shape::PrivateKey | Shape::PublicKey))
            }
            Self::Stale => both && detail.max_age_days.is_some(),
            Self::Unmanaged => false,
            Self::WidePolicy => {
                let narrow =
                    matches!(detail.visibility, Some(DeclaredVisibility::Private | DeclaredVisibility::Selected));
                both && organizational && narrow
            }
            Self::MissingInEsc
            | Self::MissingOnGithub
            | Self::Placeholder
            | Self::PlainSecret
            | Self::Unknown
            | Self::Unverified => both && detail.encoding == Encoding::None,
        }
    }
}
