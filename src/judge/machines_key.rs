//! The machines' key as rules see it: where it is kept, what is said of it, and to whom.

use super::{
    Finding,
    rule::Rule,
    world::{Findings, World},
};
use crate::{
    mapping::{EscPlace, SshSpec},
    model::{Place, Reading, SecretValue, Severity, Status},
};

pub(super) fn place(esc: &EscPlace) -> Place {
    Place::Esc { environment: esc.environment.clone(), path: esc.path.clone() }
}

/// The value ESC gives, or in words why there is none.
pub(super) fn value<'a>(world: &World<'a>, esc: &EscPlace) -> Result<&'a SecretValue, String> {
    let place = place(esc);
    match world.snapshot.reading(&place) {
        Reading::Value { value, .. } => Ok(value),
        Reading::Absent => Err(format!("{place} is not there")),
        Reading::Hidden(_) => Err(format!("{place} cannot be read")),
        Reading::Unknown(unread) => Err(format!("{place} {}", unread.what)),
    }
}

/// Says it of the entry that is at the public half's place, or else of none.
pub(super) fn say(world: &World, ssh: &SshSpec, said: Said, findings: &mut Findings) {
    let Said { rule, severity, status, reason, remedy } = said;
    let owner = ssh.public_key.as_ref().and_then(|public| {
        let entries = world.mapping.entries.iter().enumerate();
        let there = entries.filter(|(_, entry)| entry.esc.as_ref().is_some_and(|esc| esc == public));
        there.min_by_key(|(_, entry)| &entry.name).map(|(at, _)| at)
    });
    let place = ssh.public_key.as_ref().map(place);
    let status = status.filter(|_| owner.is_some());
    let finding = Finding { rule: rule.id, severity, status, place, reason, remedy: remedy.to_owned() };
    match owner {
        Some(at) => findings.by_entry[at].push(finding),
        None => findings.of_world.push(finding),
    }
}

/// A statement before it is known whom it concerns.
pub(super) struct Said<'r> {
    pub(super) rule: &'r Rule,
    pub(super) severity: Severity,
    pub(super) status: Option<Status>,
    pub(super) reason: String,
    pub(super) remedy: &'r str,
}

/// `1 day`, `3 days`.
pub(super) fn days(number: i64) -> String {
    if number == 1 { "1 day".to_owned() } else { format!("{number} days") }
}
