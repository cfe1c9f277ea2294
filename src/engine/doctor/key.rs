//! The fingerprint key: whether it is where it belongs, and whether what is remembered was made with it.

use std::sync::Arc;

use super::{Doctor, Remembered, skipped};
use crate::{
    crypto::fingerprint::FingerprintKey,
    engine::key_place,
    model::{EnvironmentRef, EscSnapshot, EscValue, Reading, SecretValue, Stage, StageKind, StageOutcome, Unread},
};

type Opened = (Arc<EnvironmentRef>, Result<EscSnapshot, Arc<Unread>>);

pub(super) fn look(doctor: &Doctor<'_>, opened: &[Opened], remembered: &Remembered) -> Option<Stage> {
    let place = key_place(doctor.mapping)?;
    let about = format!("{} {}", place.environment, place.path);
    let (_, snapshot) = opened.iter().find(|(environment, _)| *environment == place.environment)?;
    let Ok(snapshot) = snapshot else {
        return Some(skipped(StageKind::FingerprintKey, about, "its environment cannot be read"));
    };
    let reading = snapshot.root.lookup(&place.path).map(EscValue::reading);
    Some(judged(about, reading.as_ref(), remembered.key_id.as_deref()))
}

/// `known` names the key that what is remembered was made with.
fn judged(about: String, reading: Option<&Reading<'_>>, known: Option<&str>) -> Stage {
    let kind = StageKind::FingerprintKey;
    let forgotten = "what is remembered counts as unverified until the next `esc-sync sync` or `attest`";
    let key = match reading {
        None | Some(Reading::Absent) if known.is_none() => {
            return Stage::ok(kind, about, "there is none yet; the first run that has something to remember makes it");
        }
        None | Some(Reading::Absent) => {
            let what = format!("it is gone: {forgotten}");
            return Stage::new(kind, about, StageOutcome::Warning, what)
                .help("put the old key back from ESC's revisions, if it was removed by mistake");
        }
        Some(reading) => reading.value().and_then(|value: &SecretValue| FingerprintKey::from_text(value)),
    };
    match (key, known) {
        (None, _) => Stage::new(kind, &about, StageOutcome::Failed, "what stands there is no fingerprint key")
            .help(format!("delete what stands at {about}; the next run makes a key, and nothing is known until then")),
        (Some(key), Some(known)) if key.id() != known => {
            let what = format!("it is another key than the one that was used: {forgotten}");
            Stage::new(kind, about, StageOutcome::Warning, what)
                .help("put the old key back from ESC's revisions, if it was replaced by mistake")
        }
        (Some(_), None) => Stage::ok(kind, about, "it is there; nothing is remembered by it yet"),
        (Some(_), Some(_)) => Stage::ok(kind, about, "it is there, and what is remembered was made with it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(value: Option<&SecretValue>, known: Option<&str>) -> StageOutcome {
        let reading = value.map(|value| Reading::Value { value, secret: true, meta: None });
        judged(String::new(), reading.as_ref(), known).outcome
    }

    #[test]
    fn each_state_of_the_key_has_its_own_outcome() {
        let (ours, other) = (FingerprintKey::generate(), FingerprintKey::generate());
        let (text, id) = (ours.to_text(), ours.id());
        assert_eq!(outcome(None, None), StageOutcome::Ok);
        assert_eq!(outcome(None, Some(&id)), StageOutcome::Warning);
        assert_eq!(outcome(Some(&text), None), StageOutcome::Ok);
        assert_eq!(outcome(Some(&text), Some(&id)), StageOutcome::Ok);
        assert_eq!(outcome(Some(&text), Some(&other.id())), StageOutcome::Warning);
        assert_eq!(outcome(Some(&SecretValue::from("no key")), Some(&id)), StageOutcome::Failed);
    }
}
