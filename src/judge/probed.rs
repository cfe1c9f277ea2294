//! What the service itself said of an entry's credential, as its rules speak of it; and a judgement by that alone.

use super::{
    Finding, Judgement, is_live, missing, not_base64, placeholder, rejected_credential, subject::Subject,
    undetermined_value, unreadable,
};
use crate::{
    mapping::{Entry, Mapping},
    model::{Evidence, Place, ProbeEvidence, ProbeResult, ProbeVerdict, Severity, Slot, Snapshot, Status},
};

/// What the live check of the entry came to, if there was one.
pub(super) fn result<'a>(subject: &Subject<'a>) -> Option<&'a ProbeResult> {
    subject.world.snapshot.live.probes.get(&subject.entry.name).map(|result| &**result)
}

/// Whether a rule had nothing to speak of, because no live check was made.
pub(super) fn is_mute(subject: &Subject, rule: &str) -> bool {
    is_live(rule) && result(subject).is_none()
}

/// Where the checked value is kept, and mended.
pub(super) fn place(subject: &Subject) -> Option<Place> {
    subject.entry.places().next()
}

/// Who was asked: the host, or the value itself where its form says enough.
pub(super) fn who(result: &ProbeResult) -> &str {
    match (result.evidence, result.host.as_deref()) {
        (ProbeEvidence::Offline, _) => "its own form",
        (ProbeEvidence::Network, Some(host)) => host,
        (ProbeEvidence::Network, None) => "the service",
    }
}

/// A statement of ours, and what the probe says beside it.
pub(super) fn with_words(statement: String, result: &ProbeResult) -> String {
    if result.what.is_empty() { statement } else { format!("{statement}: {}", result.what) }
}

/// What the probe advises, else what is generally done.
pub(super) fn advice(result: &ProbeResult, otherwise: String) -> String {
    if result.help.is_empty() { otherwise } else { result.help.clone() }
}

impl Judgement {
    /// The same by live checks and the values they need alone, for a run that looked at nothing else: `ok` is what
    /// its service accepted, and says nothing of equality. Who asks whether a credential works hears of a
    /// rejected one as an error, whatever its tier.
    #[must_use]
    pub fn of_live_checks(self, mapping: &Mapping, snapshot: &Snapshot, has_probe: &dyn Fn(&Entry) -> bool) -> Self {
        let mut judgement = self;
        for (entry, about) in mapping.entries.iter().zip(&mut judgement.entries) {
            let probed = has_probe(entry);
            about.findings.retain(|finding| probed && is_about_the_value(entry, finding));
            for finding in about.findings.iter_mut().filter(|finding| finding.rule == rejected_credential::RULE.id) {
                finding.severity = Severity::Error;
            }
            let verdict = snapshot.live.probes.get(&entry.name).map(|result| result.verdict);
            let base = match verdict {
                Some(ProbeVerdict::Live | ProbeVerdict::Limited) => Status::Ok,
                Some(ProbeVerdict::Rejected | ProbeVerdict::Unknown) | None => Status::Unverified,
            };
            about.status = about.findings.iter().filter_map(|finding| finding.status).fold(base, Ord::min);
            about.evidence = match about.status {
                Status::Unknown => Evidence::None,
                Status::Ok | Status::Placeholder | Status::Malformed | Status::Rejected => Evidence::Value,
                _ => Evidence::Presence,
            };
        }
        judgement.findings.retain(|finding| is_live(finding.rule));
        judgement
    }
}

/// Whether a finding is of a live check, or says why there was no value to check.
fn is_about_the_value(entry: &Entry, finding: &Finding) -> bool {
    let why =
        [missing::RULE.id, not_base64::RULE.id, placeholder::RULE.id, undetermined_value::RULE.id, unreadable::RULE.id];
    let is_source = match &finding.place {
        Some(Place::Esc { .. }) => true,
        Some(Place::Github(place)) => entry.esc.is_none() && place.slot == Slot::Variable,
        Some(Place::Job { .. }) => entry.esc.is_none(),
        None => false,
    };
    is_live(finding.rule) || (is_source && why.contains(&finding.rule))
}
