//! What is remembered, laid beside what was read: the fingerprint key and the fingerprints of now.

use std::sync::Arc;

use crate::{
    crypto::fingerprint::FingerprintKey,
    judge::github_form,
    mapping::{Entry, EscPlace, KEY_PATH, Mapping},
    model::{EscPath, Fingerprint, GithubPlace, Memory, Place, SecretValue, Slot, Snapshot},
};

/// The place of the fingerprint key, in the environment of the mapping's first entry; none if no entry is in ESC.
///
/// Who may read the values there may compare fingerprints, and nobody else can.
pub fn key_place(mapping: &Mapping) -> Option<EscPlace> {
    let environment = mapping.first_environment()?;
    let path = EscPath::parse(KEY_PATH).expect("a constant path is legal");
    Some(EscPlace { environment: Arc::clone(environment), path })
}

/// The key, if the environment that keeps it was read and holds one.
pub(super) fn key(mapping: &Mapping, snapshot: &Snapshot) -> Option<FingerprintKey> {
    let EscPlace { environment, path } = key_place(mapping)?;
    let reading = snapshot.reading(&Place::Esc { environment, path });
    FingerprintKey::from_text(reading.value()?)
}

/// Puts the fingerprints of all that can be read now beside the records.
pub(super) fn remember(mapping: &Mapping, snapshot: &Snapshot, key: Option<&FingerprintKey>, memory: &mut Memory) {
    memory.has_key = key.is_some();
    let Some(key) = key else { return };
    for entry in &mapping.entries {
        let Some(held) = entry.esc_place().and_then(|place| snapshot.reading(&place).value()) else {
            remember_github(entry, snapshot, key, memory);
            continue;
        };
        if let Some(value) = github_form(entry.detail().encoding, held) {
            for place in &entry.github {
                memory.esc_now.insert(place.clone(), print(key, place, &value));
            }
        }
        remember_github(entry, snapshot, key, memory);
    }
}

fn remember_github(entry: &Entry, snapshot: &Snapshot, key: &FingerprintKey, memory: &mut Memory) {
    for place in &entry.github {
        if let Some(value) = readable(place, snapshot) {
            memory.github_now.insert(place.clone(), print(key, place, value));
        }
    }
}

/// A variable's value, or the job's secret of that name; whether the latter is this place's is the judge's to say.
pub(super) fn readable<'a>(place: &GithubPlace, snapshot: &'a Snapshot) -> Option<&'a SecretValue> {
    match place.slot {
        Slot::Variable => snapshot.github_reading(place).value(),
        Slot::Secret => snapshot.job.as_ref()?.values.get(&place.name),
    }
}

/// The fingerprint of a value at a GitHub place.
pub(super) fn print(key: &FingerprintKey, place: &GithubPlace, value: &SecretValue) -> Fingerprint {
    key.fingerprint(&place.to_string(), value)
}
