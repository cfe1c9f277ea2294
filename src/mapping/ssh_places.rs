//! What is wrong with the places of the machines' key, among each other and beside the entries.

use super::{
    Entry, EscPlace, SshSpec,
    diagnostic::{Sink, Span, named},
};
use crate::model::{Direction, Kind, Segment};

/// Where the fields that name a place stand in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SshSpans {
    pub public_key: Span,
    pub stored_private_key: Span,
    pub launch_key_name: Span,
}

/// A field with the place it names.
type Named<'s> = (&'static str, &'s EscPlace, Span);

/// Complains about places that meet.
pub(super) fn find(spec: &SshSpec, spans: SshSpans, entries: &[Entry], keys: &[Span], sink: &mut Sink) {
    let named = named_places(spec, spans);
    for (at, one) in named.iter().enumerate() {
        named[..at].iter().for_each(|other| apart(*one, *other, sink));
        for (entry, key) in entries.iter().zip(keys) {
            if let Some(esc) = &entry.esc {
                beside_entry(*one, entry, esc, *key, sink);
            }
        }
    }
}

fn named_places(spec: &SshSpec, spans: SshSpans) -> Vec<Named<'_>> {
    let fields = [
        ("public-key", &spec.public_key, spans.public_key),
        (PRIVATE, &spec.stored_private_key, spans.stored_private_key),
        ("launch-key-name", &spec.launch_key_name, spans.launch_key_name),
    ];
    fields.into_iter().filter_map(|(name, place, span)| Some((name, place.as_ref()?, span))).collect()
}

fn apart((name, place, span): Named<'_>, (other, there, at): Named<'_>, sink: &mut Sink) {
    if place == there {
        sink.error("one-place-for-two", span, format!("`{name}` and `{other}` name one path: {}", named(&place.path)))
            .also(at, "the other field")
            .help("give each its own path");
    } else if one_inside_other(place, there) {
        sink.error(
            "path-inside-path",
            span,
            format!("one of `{name}` and `{other}` lies inside the other: a value cannot be both text and map"),
        )
        .also(at, "the other field")
        .help("correct one of the two paths");
    }
}

fn beside_entry((name, place, span): Named<'_>, entry: &Entry, esc: &EscPlace, key: Span, sink: &mut Sink) {
    if place != esc {
        if one_inside_other(place, esc) {
            sink.error(
                "path-inside-path",
                span,
                format!("one of `{name}` and the path of {} lies inside the other", named(&entry.name)),
            )
            .also(key, "the entry")
            .help("correct one of the two paths");
        }
        return;
    }
    if name == PRIVATE && entry.kind != Kind::Secret {
        sink.error(
            "private-in-the-open",
            span,
            format!("{} is a plain setting, at the path of a private key", named(&entry.name)),
        )
        .also(key, "the entry")
        .help("make the entry `kind: secret`, or correct one of the two paths");
    }
    if entry.direction != Direction::EscToGithub {
        sink.error(
            "two-writers",
            span,
            format!("a rotation writes `{name}`, and {} is written from GitHub", named(&entry.name)),
        )
        .also(key, "the entry")
        .help("let the entry go `esc-to-github`");
    }
}

fn one_inside_other(one: &EscPlace, other: &EscPlace) -> bool {
    let (one_path, other_path): (&[Segment], &[Segment]) = (one.path.segments(), other.path.segments());
    one.environment == other.environment
        && one_path.len() != other_path.len()
        && one_path.iter().zip(other_path).all(|(one, other)| one == other)
}

const PRIVATE: &str = "stored-private-key";
