//! Which entries the holes of probes mean: every one is the credential itself or an entry of the mapping.
//!
//! A hole that nothing fills would be sent as it is written, so it is refused before anything is asked.

use std::collections::HashMap;

use super::{
    Entry, ProbePart,
    diagnostic::{Sink, Span, near, quoted},
};
use crate::model::SecretName;

/// What the holes of a probe name beside `{value}`, and where.
pub(super) type Wanted = Vec<(Box<str>, Span)>;

/// Puts the meant entries into the probes, by the names of the probes' entries.
pub(super) fn settle(entries: &mut [Entry], wanted: Vec<(SecretName, Wanted)>, sink: &mut Sink) {
    if wanted.is_empty() {
        return;
    }
    let known = known(entries);
    for (owner, parts) in wanted {
        let parts = parts.into_iter().filter_map(|(text, span)| part(text, span, &known, sink)).collect();
        let probe = entries.iter_mut().find(|entry| entry.name == owner).and_then(|entry| entry.detail.as_mut());
        if let Some(probe) = probe.and_then(|detail| detail.probe.as_mut()) {
            probe.parts = parts;
        }
    }
}

/// Names first: an alias never takes another entry's name away.
fn known(entries: &[Entry]) -> HashMap<Box<str>, SecretName> {
    let names = entries.iter().map(|entry| (&entry.name, entry));
    let aliases = entries.iter().flat_map(|entry| entry.detail().aliases.iter().map(move |alias| (alias, entry)));
    let mut known = HashMap::with_capacity(entries.len());
    for (name, entry) in names.chain(aliases) {
        known.entry(name.as_str().into()).or_insert_with(|| entry.name.clone());
    }
    known
}

fn part(text: Box<str>, span: Span, known: &HashMap<Box<str>, SecretName>, sink: &mut Sink) -> Option<ProbePart> {
    if let Some(entry) = known.get(&text) {
        return Some(ProbePart { name: text, entry: entry.clone() });
    }
    let mut names: Vec<&str> = known.keys().map(|name| &**name).collect();
    names.push("value");
    // Of equally near names always the same one.
    names.sort_unstable();
    let help = match near(&text, &names) {
        Some(name) => format!("did you mean {}?", quoted(&format!("{{{name}}}"))),
        None => "write `{value}` for the credential itself, or the name of an entry; braces that are meant as they \
                 are take a blank inside, `{ id }`"
            .to_owned(),
    };
    sink.error("unknown-part", span, format!("{} is neither `{{value}}` nor an entry", quoted(&format!("{{{text}}}"))))
        .help(help);
    None
}
