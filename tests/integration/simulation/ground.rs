//! The ground all programs play on: one mapping, and the places beside it that are nobody's business.

use std::{collections::BTreeMap, sync::LazyLock};

use esc_sync::{
    engine::Selection,
    mapping::{self, LoadOptions, Mapping},
    model::{Place, Slot},
    sandbox::github::GithubWorld,
};

use super::truth::Spot;

const MAPPING: &str = "\
version: 1
esc: { environment: acme/default/production }
github: { organization: acme, visible-to: [acme/app] }
entries:
  ALPHA_TOKEN: s.alpha
  BETA_TOKEN: { esc: s.beta, github: { repository: acme/app } }
  GAMMA_TOKEN: { esc: s.gamma, github: { visibility: selected }, on-conflict: esc-wins }
  DELTA_WORD: { esc: plain.delta, kind: config, direction: both }
  EPSILON_WORD: { esc: plain.epsilon, kind: config }
  ZETA_BYTES: { esc: s.zeta, encoding: base64 }
  ETA_WORD: { esc: { path: plain.eta, environment: acme/default/other }, kind: config, direction: github-to-esc }
";

/// `org/project/name` of both environments.
pub(crate) const ENVIRONMENTS: [&str; 2] = ["acme/default/production", "acme/default/other"];

/// The scopes in which anything is ever kept.
pub(crate) const SCOPES: [&str; 3] = ["org:acme", "repo:acme/app", "repo:acme/site"];

pub(crate) static GROUND: LazyLock<Ground> = LazyLock::new(Ground::load);

/// The mapping and its places.
pub(crate) struct Ground {
    pub(crate) mapping: Mapping,
    pub(crate) selection: Selection,
    /// Every place of the mapping.
    pub(crate) mapped: Vec<Spot>,
    /// The same by the names they go by in reports and logs.
    pub(crate) named: BTreeMap<String, Spot>,
    /// By place of the mapping: its other sides, and whether ESC holds the value in base64.
    others: BTreeMap<Spot, (Vec<Spot>, bool)>,
    /// Places beside the mapping that no run may touch.
    pub(crate) unmapped: Vec<Spot>,
}

impl Ground {
    fn load() -> Self {
        let loaded = mapping::load("esc-sync.yaml", MAPPING.as_bytes(), &LoadOptions::default());
        let mapping = loaded.unwrap_or_else(|errors| panic!("a valid mapping: {errors:?}")).mapping;
        let mapped = mapping.entries.iter().flat_map(|entry| entry.places().map(|place| spot(&place))).collect();
        let places = mapping.entries.iter().flat_map(|entry| entry.places());
        let named = places.map(|place| (place.to_string(), spot(&place))).collect();
        let unmapped = vec![
            Spot::esc(ENVIRONMENTS[0], "s.nobodys"),
            Spot::esc(ENVIRONMENTS[0], "plain.note"),
            Spot::esc(ENVIRONMENTS[1], "s.alpha"),
            Spot::github("org:acme", Slot::Secret, "NOBODYS_TOKEN"),
            Spot::github("org:acme", Slot::Variable, "NOBODYS_WORD"),
            Spot::github("repo:acme/site", Slot::Secret, "BETA_TOKEN"),
        ];
        let others = others(&mapping);
        Self { mapping, others, selection: Selection::default(), mapped, named, unmapped }
    }

    /// The other side of a mapped place, and whether ESC holds it in base64.
    pub(crate) fn counterparts(&self, of: &Spot) -> (&[Spot], bool) {
        self.others.get(of).map_or((&[], false), |(others, wrapped)| (others, *wrapped))
    }
}

fn others(mapping: &Mapping) -> BTreeMap<Spot, (Vec<Spot>, bool)> {
    let mut others = BTreeMap::new();
    for entry in &mapping.entries {
        let places: Vec<Spot> = entry.places().map(|place| spot(&place)).collect();
        let wrapped = entry.detail().encoding == esc_sync::model::Encoding::Base64;
        for of in &places {
            let across = places.iter().filter(|place| place.is_esc() != of.is_esc()).cloned().collect();
            others.insert(of.clone(), (across, wrapped));
        }
    }
    others
}

/// A place as the hidden truth names it.
pub(crate) fn spot(place: &Place) -> Spot {
    match place {
        Place::Esc { environment, path } => Spot::esc(&environment.to_string(), &path.to_string()),
        Place::Github(place) => {
            Spot::github(&GithubWorld::scope_text(&place.scope), place.slot, &place.name.to_string())
        }
        Place::Job { name } => Spot::github("job", Slot::Secret, &name.to_string()),
    }
}
