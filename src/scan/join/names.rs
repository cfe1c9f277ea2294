//! The entries of a mapping by every name they go by, and which of them a wrong name was meant for.

use std::collections::BTreeMap;

use crate::{mapping::Entry, scan::presence::World};

/// The mapping's entries by every name they go by.
pub(super) struct Names<'a> {
    /// By the names of their places on GitHub, and their own.
    pub(super) own: BTreeMap<&'a str, &'a Entry>,
    pub(super) aliases: BTreeMap<&'a str, &'a Entry>,
}

impl<'a> Names<'a> {
    pub(super) fn of(world: World<'a>) -> Self {
        let mut names = Self { own: BTreeMap::new(), aliases: BTreeMap::new() };
        for entry in &world.mapping.entries {
            names.own.insert(entry.name.as_str(), entry);
            for place in &entry.github {
                names.own.entry(place.name.as_str()).or_insert(entry);
            }
            for alias in &entry.detail().aliases {
                names.aliases.entry(alias.as_str()).or_insert(entry);
            }
        }
        names
    }

    /// The one name that is so near that it was meant.
    pub(super) fn nearest(&self, name: &str) -> Option<&'a Entry> {
        let most = if name.len() < 8 { 1 } else { 2 };
        let near = |(other, entry): (&&str, &&'a Entry)| {
            let distance = strsim::damerau_levenshtein(other, name);
            (distance <= most && !differs_in_number(other, name)).then_some((distance, *entry))
        };
        self.own.iter().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, entry)| entry)
    }
}

/// `KEY_1` and `KEY_2` are two names, not one and its misspelling.
fn differs_in_number(one: &str, other: &str) -> bool {
    let words = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    words(one) == words(other)
}
