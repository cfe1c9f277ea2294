//! What is wrong with entries only when they are seen together.
//!
//! Every search is linear or by hash: a hundred thousand entries take milliseconds.

use std::collections::{HashMap, HashSet, hash_map::Entry as Slot};

use super::{
    Entry,
    diagnostic::{Sink, Span, named, quoted},
};
use crate::model::{Direction, EnvironmentRef, GithubPlace, SecretName, Segment};

/// An ESC place, borrowed: environment and the elements of the path.
type Address<'m> = (&'m EnvironmentRef, &'m [Segment]);

/// Complains about entries that meet at one place or shadow each other's names.
pub(super) fn find(entries: &[Entry], keys: &[Span], sink: &mut Sink) {
    targets(entries, keys, sink);
    aliases(entries, keys, sink);
    let by_path = by_path(entries);
    sources(entries, keys, &by_path, sink);
    prefixes(entries, keys, &by_path, sink);
}

/// Two entries that would write one place on GitHub (failure case M4).
fn targets(entries: &[Entry], keys: &[Span], sink: &mut Sink) {
    let mut owners: HashMap<&GithubPlace, usize> = HashMap::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        for place in &entry.github {
            match owners.entry(place) {
                Slot::Vacant(slot) => {
                    slot.insert(at);
                }
                Slot::Occupied(slot) if entries[*slot.get()].name == entry.name && *slot.get() != at => {}
                Slot::Occupied(slot) => {
                    sink.error(
                        "duplicate-target",
                        keys[at],
                        format!(
                            "{} goes to the same place as {}: {}",
                            named(&entry.name),
                            named(&entries[*slot.get()].name),
                            named(place)
                        ),
                    )
                    .also(keys[*slot.get()], "the other entry")
                    .help("one place has one entry: remove one, or give one another name or scope");
                }
            }
        }
    }
}

/// Aliases that are entries of their own, or of two entries.
fn aliases(entries: &[Entry], keys: &[Span], sink: &mut Sink) {
    if entries.iter().all(|entry| entry.detail().aliases.is_empty()) {
        return;
    }
    let names = names(entries);
    let mut owners: HashMap<&SecretName, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for alias in &entry.detail().aliases {
            if let Some(other) = names.get(alias).filter(|other| **other != at) {
                sink.error(
                    "alias-is-entry",
                    keys[at],
                    format!("the alias {} of {} is a name of another entry", named(alias), named(&entry.name)),
                )
                .also(keys[*other], "the entry of that name")
                .help("if both are one secret, remove that entry; if not, remove the alias");
            }
            if let Some(other) = owners.insert(alias, at) {
                sink.error(
                    "shared-alias",
                    keys[at],
                    format!(
                        "{} is an alias of {} and of {}",
                        named(alias),
                        named(&entry.name),
                        named(&entries[other].name)
                    ),
                )
                .also(keys[other], "the other entry")
                .help("an alias belongs to one entry: remove it from the other");
            }
        }
    }
}

/// Every name that stands for an entry: its own, and those it has on GitHub.
fn names(entries: &[Entry]) -> HashMap<&SecretName, usize> {
    let mut names: HashMap<&SecretName, usize> = HashMap::with_capacity(entries.len());
    for (at, place) in
        entries.iter().enumerate().flat_map(|(at, entry)| entry.github.iter().map(move |place| (at, place)))
    {
        names.insert(&place.name, at);
    }
    names.extend(entries.iter().enumerate().map(|(at, entry)| (&entry.name, at)));
    names
}

fn by_path(entries: &[Entry]) -> HashMap<Address<'_>, usize> {
    let mut first = HashMap::with_capacity(entries.len());
    for (at, address) in entries.iter().enumerate().filter_map(|(at, entry)| Some((at, address(entry)?))) {
        first.entry(address).or_insert(at);
    }
    first
}

fn address(entry: &Entry) -> Option<Address<'_>> {
    entry.esc.as_ref().map(|esc| (&*esc.environment, esc.path.segments()))
}

/// One source may have many targets (M5); but where one entry writes a path, no other may touch it (M6).
fn sources(entries: &[Entry], keys: &[Span], by_path: &HashMap<Address<'_>, usize>, sink: &mut Sink) {
    let mut writers: HashMap<Address<'_>, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.direction != Direction::EscToGithub) {
        if let Some(address) = address(entry) {
            writers.entry(address).or_insert(at);
        }
    }
    if writers.is_empty() {
        return;
    }
    for (at, entry) in entries.iter().enumerate() {
        let Some(address) = address(entry) else { continue };
        let Some(&writer) = writers.get(&address) else { continue };
        let other = if writer == at { by_path[&address] } else { writer };
        // The pair is named once, at the later of the two.
        if other < at {
            let both_write =
                entry.direction != Direction::EscToGithub && entries[other].direction != Direction::EscToGithub;
            let (code, what) = if both_write {
                ("duplicate-target", "both write it")
            } else {
                ("cycle", "one writes what the other reads")
            };
            let path = entry.esc.as_ref().map(|esc| esc.path.to_string()).unwrap_or_default();
            sink.error(
                code,
                keys[at],
                format!(
                    "{} and {} share the ESC path {}, and {what}",
                    named(&entry.name),
                    named(&entries[other].name),
                    quoted(&path)
                ),
            )
            .also(keys[other], "the other entry")
            .help("give them different paths, or let both go from ESC to GitHub");
        }
    }
}

/// A path inside the value of another path of the same environment.
fn prefixes(entries: &[Entry], keys: &[Span], by_path: &HashMap<Address<'_>, usize>, sink: &mut Sink) {
    let mut said: HashSet<(usize, usize)> = HashSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some((environment, segments)) = address(entry) else { continue };
        for length in (1..segments.len()).rev() {
            let Some(&above) = by_path.get(&(environment, &segments[..length])) else { continue };
            if said.insert((above, at)) {
                sink.error(
                    "path-inside-path",
                    keys[at],
                    format!(
                        "the path of {} lies inside that of {}: one value cannot be both text and map",
                        named(&entry.name),
                        named(&entries[above].name)
                    ),
                )
                .also(keys[above], "the path that would have to be a map")
                .help("correct one of the two paths");
            }
            break;
        }
    }
}
