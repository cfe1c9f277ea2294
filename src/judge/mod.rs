//! What is wrong: rules over a mapping and what the stores said.
//!
//! Pure. Each rule is one file and one line in `RULES`; it states findings and
//! prints nothing. Judging ignores the order in which answers came. No rule puts
//! any part of a value, or its length, into a reason or a remedy.
//!
//! An entry is `ok` only if its values were proved equal, by value or by fingerprints of
//! exactly this state. What can be read now outweighs what is remembered; what a job was given before
//! a later write is not read now. (Of live checks alone, `ok` is what its service accepted.) Silencing a rule never makes an unproved entry `ok`.

mod by_sync;
mod fixed;
mod format;
mod line;
mod machines_key;
mod outdated;
mod probed;
mod recalled;
mod remedy;
mod rule;
mod sides;
mod subject;
mod world;

mod alias_present;
mod beyond_hundred;
mod conflict;
mod denied_value;
mod drifted;
mod duplicate_value;
mod exhausted_quota;
mod expiring_credential;
mod hidden_config;
mod invisible;
mod key_due;
mod key_halves_differ;
mod limited_credential;
mod malformed_key;
mod malformed_value;
mod missing;
mod moved_repository;
mod not_base64;
mod outdated_document;
mod placeholder;
mod plain_secret;
mod rejected_credential;
mod rotation_open;
mod scope_limit;
mod shadowed;
mod stray_whitespace;
mod too_old;
mod undetermined_value;
mod unexpected_value;
mod unhealthy_endpoint;
mod unmanaged;
mod unprobed;
mod unreachable_endpoint;
mod unreadable;
mod unsettled_write;
mod unused_allowance;
mod unverified;
mod value_mismatch;
mod value_too_large;
mod wide_policy;

#[cfg(test)]
mod testing;

use crate::{
    mapping::Mapping,
    model::{Encoding, EndpointResult, Evidence, Place, SecretValue, Severity, Snapshot, Stamp, Status},
};

pub use placeholder::{Family, placeholder_family};
pub use remedy::grant;
pub use rule::{RULES, Rule, help, is_live, rule};
pub use sides::{EntrySides, EscKnowledge, GithubKnowledge, PlaceSide, Sides};

use rule::Check;
use subject::Subject;
use world::{Findings, World};

/// Whether a rule says no more than that something could not be found out.
pub fn is_ignorance(rule: &str) -> bool {
    let rules = [unprobed::RULE.id, unreachable_endpoint::RULE.id, unreadable::RULE.id, unsettled_write::RULE.id];
    rules.contains(&rule)
}

/// A rule's statement about an entry or, outside any entry, about the world.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    /// What the finding makes of the entry; `None` leaves its status alone.
    pub status: Option<Status>,
    pub place: Option<Place>,
    /// What is wrong and how that is known; never any part of a value.
    pub reason: String,
    /// The command or the edit that mends it.
    pub remedy: String,
}

/// All that is said of one entry.
#[derive(Clone, Debug)]
pub struct EntryJudgement {
    pub status: Status,
    pub evidence: Evidence,
    /// Worst first, then by rule and place.
    pub findings: Vec<Finding>,
}

/// All that is said of a mapping, entry by entry in the mapping's order.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    pub entries: Vec<EntryJudgement>,
    /// Findings that belong to no entry: a limit near, names nobody manages.
    pub findings: Vec<Finding>,
}

impl EntryJudgement {
    /// Whether a store that was needed did not answer, or a write has no known end, so that nothing final can be said.
    pub fn is_incomplete(&self) -> bool {
        self.findings.iter().any(|finding| is_ignorance(finding.rule) && finding.status == Some(Status::Unknown))
    }
}

/// What a health endpoint makes of the verdict, if anything; it is among the findings of no entry as well.
pub fn endpoint_finding(endpoint: &EndpointResult) -> Option<Finding> {
    unhealthy_endpoint::finding(endpoint).or_else(|| unreachable_endpoint::finding(endpoint))
}

/// What judging depends on beside the mapping and the snapshot.
#[derive(Clone, Copy, Debug)]
pub struct JudgeOptions {
    pub now: Stamp,
    /// The weakest evidence that passes; below it, `unverified` is an error.
    pub require_evidence: Evidence,
}

/// Judges every entry of the mapping, and the scopes that were listed.
pub fn judge(mapping: &Mapping, snapshot: &Snapshot, options: JudgeOptions) -> Judgement {
    let world = World::new(mapping, snapshot, options);
    let mut findings = Findings::new(mapping.entries.len());
    for rule in RULES {
        if let Check::World(check) = rule.check {
            check(&world, &mut findings);
        }
    }
    let Findings { by_entry, mut of_world } = findings;
    of_world.sort_by(worst_first);
    let entries = world.subjects().zip(by_entry).map(|(subject, about_it)| judge_entry(&subject, about_it)).collect();
    Judgement { entries, findings: of_world }
}

/// What GitHub should hold, given what ESC holds: unwrapped if the entry says that
/// ESC keeps it as base64, where line breaks are tolerated and nothing else is.
/// `None` if it is not the base64 it is declared to be.
pub fn github_form(encoding: Encoding, held: &SecretValue) -> Option<SecretValue> {
    match encoding {
        Encoding::None => Some(held.clone()),
        // Unwrapping is what the declared encoding asks for; the result is a secret again.
        Encoding::Base64 => line::decode_base64(held.expose()).map(SecretValue::from_bytes),
    }
}

fn judge_entry(subject: &Subject, mut findings: Vec<Finding>) -> EntryJudgement {
    for rule in RULES {
        if let Check::Entry(check) = rule.check {
            check(subject, &mut findings);
        }
    }
    unused_allowance::silence(subject, &mut findings);
    findings.sort_by(worst_first);
    let base = if subject.proof().is_some() { Status::Ok } else { Status::Unverified };
    let status = findings.iter().filter_map(|finding| finding.status).fold(base, Ord::min);
    // Who must mend a value need not hear that it was not compared, unless that fails by itself.
    if status < Status::Unverified {
        findings.retain(|finding| finding.rule != unverified::RULE.id || finding.severity == Severity::Error);
    }
    // Judgements are kept until the report is written, and most hold one finding or none.
    findings.shrink_to_fit();
    for finding in &mut findings {
        finding.reason.shrink_to_fit();
        finding.remedy.shrink_to_fit();
    }
    EntryJudgement { status, evidence: evidence(status, subject), findings }
}

/// How the status is known: the same for all entries of that status, but for those
/// that say nothing of the value.
fn evidence(status: Status, subject: &Subject) -> Evidence {
    match status {
        Status::Unknown => Evidence::None,
        Status::Denied | Status::Malformed | Status::Placeholder | Status::Rejected => Evidence::Value,
        Status::Conflict | Status::Mismatch => subject.proof_of_difference(),
        _ => subject.proof().unwrap_or(Evidence::Presence),
    }
}

fn worst_first(one: &Finding, other: &Finding) -> std::cmp::Ordering {
    let key = |finding: &Finding| (finding.severity, finding.rule);
    key(one).cmp(&key(other)).then_with(|| one.place.cmp(&other.place)).then_with(|| one.reason.cmp(&other.reason))
}

#[cfg(test)]
mod tests;
