//! The machines' key in a seeded world: one pair, wherever the ssh block says that the key or its name is kept.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{definition::Leaf, value};
use crate::{
    mapping::{Entry, EscPlace, Mapping, SshSpec},
    model::Encoding,
};

/// What a place of the ssh block is for.
#[derive(Clone, Copy)]
enum Part {
    LaunchName,
    Private,
    Public,
}

/// Both halves of the first key, as their files hold them.
pub(in crate::sandbox) fn machine_key() -> (String, String) {
    value::key_pair("ssh")
}

/// The entry's value, if it is kept where the ssh block looks for the key.
pub(super) fn value_of(mapping: &Mapping, entry: &Entry) -> Option<String> {
    let spec = mapping.ssh.as_deref()?;
    let (part, _) = places(spec).find(|(_, place)| entry.esc.as_ref().is_some_and(|esc| same(esc, place)))?;
    let (private, public) = machine_key();
    match part {
        Part::LaunchName => spec.lambda_key_name.as_deref().map(str::to_owned),
        Part::Private => Some(private),
        // The entry's own encoding makes base64 of it.
        Part::Public if entry.detail().encoding == Encoding::Base64 => Some(public),
        Part::Public => Some(STANDARD.encode(public)),
    }
}

/// What ESC holds at places that no entry names.
pub(super) fn leaves(mapping: &Mapping) -> Vec<(&EscPlace, Leaf)> {
    let Some(spec) = mapping.ssh.as_deref() else { return Vec::new() };
    let is_entry =
        |place: &EscPlace| mapping.entries.iter().any(|entry| entry.esc.as_ref().is_some_and(|esc| same(esc, place)));
    let (private, public) = machine_key();
    let leaf = |part| match part {
        Part::LaunchName => Some(Leaf::Plain(spec.lambda_key_name.as_deref()?.to_owned())),
        Part::Private => Some(Leaf::Secret(private.clone())),
        Part::Public => Some(Leaf::Plain(STANDARD.encode(&public))),
    };
    places(spec).filter(|(_, place)| !is_entry(place)).filter_map(|(part, place)| Some((place, leaf(part)?))).collect()
}

fn places(spec: &SshSpec) -> impl Iterator<Item = (Part, &EscPlace)> {
    let all = [
        (Part::Public, &spec.public_key),
        (Part::Private, &spec.stored_private_key),
        (Part::LaunchName, &spec.launch_key_name),
    ];
    all.into_iter().filter_map(|(part, place)| Some((part, place.as_ref()?)))
}

fn same(one: &EscPlace, other: &EscPlace) -> bool {
    one.environment == other.environment && one.path == other.path
}
