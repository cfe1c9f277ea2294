//! The arithmetic of a report: what was counted, what it comes to, and the two
//! sentences that say so in every format for people.
//!
//! The rule of the verdict: a refused or failed write is a failure whatever else holds
//! (exit 5 over 4 over all below); what could not be found out, the end of a write
//! included, outweighs what was found (exit 3 over exit 1); and a run that checked
//! nothing has failed.

mod live;
mod scan;
mod ssh;
mod writes;

use std::{fmt::Write as _, time::Duration};

use super::{DoctorReport, EntryReport, Report, Verdict};
use crate::{
    judge::is_ignorance,
    model::{Severity, Status},
    plan::End,
};
use ssh::Weight;
use writes::Writes;

/// What the fields of a report beside its verdict come to.
pub(super) fn decide(report: &Report) -> Verdict {
    let Report { entries, findings, located, held_back, outcomes, fail_on, .. } = report;
    let refused = held_back.iter().any(|held| held.because.is_refusal());
    let failed = outcomes.iter().any(|outcome| !matches!(outcome.end, End::Done | End::Unknown));
    let unsure = report.doctor.as_ref().is_some_and(DoctorReport::is_in_trouble);
    let unknown = unsure || report.incomplete || outcomes.iter().any(|outcome| outcome.end == End::Unknown);
    let own = || findings.iter().chain(entries.iter().flat_map(|entry| &entry.findings));
    let mut severities = own().map(|finding| finding.severity).chain(located.iter().map(|finding| finding.severity));
    let weight = ssh::weight(report.ssh.as_ref());
    let is_about_no_entry = entries.is_empty()
        && (report.idle
            || report.ssh.is_some()
            || report.doctor.is_some()
            || report.scanned.is_some()
            || !report.endpoints.is_empty());
    if refused || failed || weight == Weight::Fail {
        Verdict::Fail
    } else if unknown || weight == Weight::Unknown {
        Verdict::Unknown
    } else if !(is_about_no_entry || entries.iter().any(is_checked)) || severities.any(|severity| severity <= *fail_on)
    {
        Verdict::Fail
    } else {
        Verdict::Pass
    }
}

/// The numbers of a report.
#[derive(Clone, Debug)]
pub struct Summary {
    pub entries: usize,
    /// Entries of which something was found out: all whose status is not `unknown`.
    pub checked: usize,
    pub requests: u64,
    statuses: [usize; Status::ALL.len()],
    severities: [usize; Severity::ALL.len()],
    /// Findings that say no more than that something could not be read.
    unread: usize,
    writes: Writes,
    /// What was looked at in place of entries, where there are none.
    looked_at: Option<String>,
    stages_in_trouble: usize,
    /// What of a tree could not be found out.
    unscanned: Option<String>,
    ssh_trouble: Option<String>,
    /// What live checks came to, as it follows the count of entries.
    live: String,
    live_unknown: Option<&'static str>,
    incomplete: bool,
    verdict: Verdict,
    exit_code: u8,
    fail_on: Severity,
    duration: Duration,
}

impl Summary {
    pub fn of(report: &Report) -> Self {
        let mut statuses = [0; Status::ALL.len()];
        let mut severities = [0; Severity::ALL.len()];
        for entry in &report.entries {
            statuses[entry.status as usize] += 1;
        }
        let mut unread = 0;
        for finding in report.findings.iter().chain(report.entries.iter().flat_map(|entry| &entry.findings)) {
            severities[finding.severity as usize] += 1;
            unread += usize::from(is_ignorance(finding.rule) && finding.severity == Severity::Error);
        }
        for finding in &report.located {
            severities[finding.severity as usize] += 1;
        }
        let scanned = report.scanned.as_ref().map(|scanned| scan::sentence(scanned, report));
        Self {
            entries: report.entries.len(),
            checked: report.entries.len() - statuses[Status::Unknown as usize],
            requests: report.requests.iter().fold(0, |sum, (_, number)| sum.saturating_add(*number)),
            statuses,
            severities,
            unread,
            writes: Writes::of(report),
            looked_at: looked_at(report)
                .filter(|_| report.entries.is_empty())
                .or(scanned)
                .or_else(|| live::looked_at(report)),
            stages_in_trouble: report.doctor.as_ref().map_or(0, DoctorReport::troubled),
            unscanned: report.scanned.as_ref().map(scan::unknown),
            ssh_trouble: report.ssh.as_ref().and_then(ssh::trouble),
            live: live::sentence(report),
            live_unknown: live::unknown(report),
            incomplete: report.incomplete,
            verdict: report.verdict,
            exit_code: report.exit_code(),
            fail_on: report.fail_on,
            duration: report.duration,
        }
    }

    pub fn count(&self, status: Status) -> usize {
        self.statuses[status as usize]
    }

    pub fn findings(&self, severity: Severity) -> usize {
        self.severities[severity as usize]
    }

    /// Counts what was checked and what could not be.
    pub fn sentence(&self) -> String {
        let mut text = match &self.looked_at {
            Some(looked_at) => looked_at.clone(),
            None => self.checked_sentence(),
        };
        text.push_str(&self.live);
        let requests = counted(usize::try_from(self.requests).unwrap_or(usize::MAX), "request");
        write!(text, "; {requests} in {}", spoken(self.duration)).expect("a string takes all");
        text
    }

    fn checked_sentence(&self) -> String {
        let mut text = format!("checked {} of {}", self.checked, counted(self.entries, "entry"));
        let known = Status::ALL.iter().filter(|status| **status != Status::Unknown && self.count(**status) > 0);
        for (at, status) in known.enumerate() {
            let lead = if at == 0 { ':' } else { ',' };
            write!(text, "{lead} {}", status_count(self.count(*status), *status)).expect("a string takes all");
        }
        let unknown = self.count(Status::Unknown);
        if unknown > 0 {
            write!(text, "; {unknown} could not be checked").expect("a string takes all");
        }
        text
    }

    /// The verdict, its exit code, and why.
    pub fn verdict(&self) -> String {
        format!("verdict: {} (exit {}): {}", self.verdict, self.exit_code, self.why())
    }

    /// Counts what would be written, what was, and what was left alone; `None` for a command that does not write.
    pub fn writes(&self) -> Option<String> {
        self.writes.is_spoken_of.then(|| self.writes.sentence())
    }

    /// Why the verdict is what it is.
    pub fn why(&self) -> String {
        let mut writes = self.writes.troubles();
        writes.extend(self.ssh_trouble.clone());
        if writes.is_empty() {
            return self.why_beside_writes();
        }
        let beside =
            if self.incomplete { Some(self.why_unknown()) } else { self.found(|severity| severity <= self.fail_on) };
        writes.into_iter().chain(beside).collect::<Vec<_>>().join("; ")
    }

    fn why_beside_writes(&self) -> String {
        match self.verdict {
            Verdict::Unknown => self.why_unknown(),
            Verdict::Fail if self.checked == 0 && self.looked_at.is_none() => "nothing was checked".to_owned(),
            Verdict::Fail => self.found(|severity| severity <= self.fail_on).unwrap_or_else(|| "failed".to_owned()),
            Verdict::Pass => self.why_pass(),
        }
    }

    /// What was let pass is said with it: a pass is not a proof of equality.
    fn why_pass(&self) -> String {
        let Some(found) = self.found(|_| true) else { return "no findings".to_owned() };
        let mut text = format!("{found}, none at or above {}", self.fail_on);
        let unverified = self.count(Status::Unverified);
        // What was looked at in another way was not to be compared.
        if unverified > 0 && self.looked_at.is_none() {
            write!(text, "; {} not compared", counted(unverified, "entry")).expect("a string takes all");
        }
        text
    }

    fn why_unknown(&self) -> String {
        let unknown = self.count(Status::Unknown);
        let mut text = match (unknown, &self.unscanned) {
            (0, Some(unscanned)) => unscanned.clone(),
            (0, None) if self.stages_in_trouble > 0 => {
                format!("{} failed or could not be looked at", counted(self.stages_in_trouble, "stage"))
            }
            (0, None) => self.live_unknown.unwrap_or("a store could not be asked or did not answer").to_owned(),
            (_, _) => format!("{unknown} of {} could not be checked", counted(self.entries, "entry")),
        };
        let beside = Self { severities: self.severities_beside_unread(), ..self.clone() };
        if let Some(found) = beside.found(|severity| severity <= self.fail_on) {
            write!(text, "; found so far: {found}").expect("a string takes all");
        }
        text
    }

    fn severities_beside_unread(&self) -> [usize; Severity::ALL.len()] {
        let mut severities = self.severities;
        severities[Severity::Error as usize] -= self.unread;
        severities
    }

    fn found(&self, wanted: impl Fn(Severity) -> bool) -> Option<String> {
        let parts: Vec<String> = Severity::ALL
            .iter()
            .filter(|severity| wanted(**severity) && self.findings(**severity) > 0)
            .map(|severity| counted(self.findings(*severity), severity.as_str()))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What a report is about that has no entries.
fn looked_at(report: &Report) -> Option<String> {
    report.ssh.as_ref().map(ssh::sentence).or_else(|| report.doctor.as_ref().map(DoctorReport::sentence))
}

fn is_checked(entry: &EntryReport) -> bool {
    entry.status != Status::Unknown
}

/// `1 entry`, `2 entries`, `3 errors`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Most statuses are adjectives; the three nouns take a plural.
fn status_count(number: usize, status: Status) -> String {
    let ending = match status {
        Status::Conflict | Status::Placeholder if number != 1 => "s",
        Status::Mismatch if number != 1 => "es",
        _ => "",
    };
    format!("{number} {status}{ending}")
}

fn spoken(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds / 1_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        judge::Finding,
        model::{Evidence, Kind, Tier},
        yaml::Position,
    };

    fn entry(status: Status, severities: &[Severity]) -> EntryReport {
        EntryReport {
            name: "NAME".to_owned(),
            service: None,
            tier: Tier::Important,
            kind: Kind::Secret,
            status,
            evidence: Evidence::None,
            findings: severities.iter().map(|severity| finding(*severity)).collect(),
            places: Vec::new(),
            at: Position { line: 1, column: 1 },
        }
    }

    fn finding(severity: Severity) -> Finding {
        Finding { rule: "rule", severity, status: None, place: None, reason: String::new(), remedy: String::new() }
    }

    fn report(entries: Vec<EntryReport>, findings: Vec<Finding>, incomplete: bool) -> Report {
        let fail_on = Severity::Error;
        Report {
            command: "check",
            verdict: Verdict::Unknown,
            mapping: "esc-sync.yaml".to_owned(),
            entries,
            findings,
            actions: Vec::new(),
            held_back: Vec::new(),
            outcomes: Vec::new(),
            remarks: Vec::new(),
            ssh: None,
            probes: Vec::new(),
            endpoints: Vec::new(),
            references: Vec::new(),
            located: Vec::new(),
            doctor: None,
            scanned: None,
            incomplete,
            idle: false,
            requests: vec![("esc".to_owned(), 2), ("github".to_owned(), 3)],
            budgets: Vec::new(),
            duration: Duration::from_millis(48),
            run: "run".to_owned(),
            fail_on,
        }
        .decided()
    }

    #[test]
    fn the_highest_numbered_cause_wins() {
        use Severity::{Error, Note, Warning};
        use Status::{Missing, Ok, Unknown, Unverified};
        type Case = (Vec<EntryReport>, Vec<Finding>, bool, Severity, Verdict);
        let cases: Vec<Case> = vec![
            (vec![entry(Ok, &[])], vec![], false, Error, Verdict::Pass),
            (vec![entry(Unverified, &[Warning, Note])], vec![], false, Error, Verdict::Pass),
            (vec![entry(Unverified, &[Warning])], vec![], false, Warning, Verdict::Fail),
            (vec![entry(Ok, &[Note])], vec![], false, Note, Verdict::Fail),
            (vec![entry(Missing, &[Error])], vec![], false, Error, Verdict::Fail),
            (vec![entry(Ok, &[])], vec![finding(Error)], false, Error, Verdict::Fail),
            (vec![entry(Missing, &[Error])], vec![], true, Error, Verdict::Unknown),
            (vec![entry(Ok, &[])], vec![], true, Error, Verdict::Unknown),
            (vec![], vec![], false, Error, Verdict::Fail),
            (vec![], vec![], true, Error, Verdict::Unknown),
            (vec![entry(Unknown, &[])], vec![], false, Error, Verdict::Fail),
        ];
        for (at, (entries, findings, incomplete, fail_on, expected)) in cases.into_iter().enumerate() {
            let made = Report { fail_on, ..report(entries, findings, incomplete) };
            assert_eq!(decide(&made), expected, "case {at}");
        }
    }

    #[test]
    fn each_verdict_has_its_exit_code() {
        let mut report = report(vec![], vec![], false);
        for (verdict, code) in [(Verdict::Pass, 0), (Verdict::Fail, 1), (Verdict::Unknown, 3)] {
            report.verdict = verdict;
            assert_eq!(report.exit_code(), code);
        }
    }

    #[test]
    fn the_summary_counts_what_was_checked_and_what_could_not_be() {
        let entries = vec![
            entry(Status::Missing, &[Severity::Error]),
            entry(Status::Placeholder, &[Severity::Error]),
            entry(Status::Placeholder, &[Severity::Error]),
            entry(Status::Mismatch, &[Severity::Error]),
            entry(Status::Unknown, &[]),
            entry(Status::Ok, &[Severity::Warning]),
        ];
        let summary = Summary::of(&report(entries, vec![], true));
        assert_eq!(
            summary.sentence(),
            "checked 5 of 6 entries: 1 missing, 2 placeholders, 1 mismatch, 1 ok; 1 could not be checked; 5 requests in 48 ms"
        );
        assert_eq!(
            summary.verdict(),
            "verdict: unknown (exit 3): 1 of 6 entries could not be checked; found so far: 4 errors"
        );
    }

    #[test]
    fn nothing_checked_is_a_failure_and_says_so() {
        let summary = Summary::of(&report(vec![], vec![], false));
        assert_eq!(summary.sentence(), "checked 0 of 0 entries; 5 requests in 48 ms");
        assert_eq!(summary.verdict(), "verdict: fail (exit 1): nothing was checked");
    }

    #[test]
    fn a_pass_does_not_hide_its_warnings() {
        let entries = vec![entry(Status::Unverified, &[Severity::Warning, Severity::Note])];
        let summary = Summary::of(&report(entries, vec![], false));
        assert_eq!(
            summary.verdict(),
            "verdict: pass (exit 0): 1 warning, 1 note, none at or above error; 1 entry not compared"
        );
        let summary = Summary::of(&report(vec![entry(Status::Ok, &[])], vec![], false));
        assert_eq!(summary.verdict(), "verdict: pass (exit 0): no findings");
    }

    #[test]
    fn durations_are_spoken() {
        for (milliseconds, text) in [(0, "0 ms"), (999, "999 ms"), (1_250, "1.2 s"), (61_900, "1 min 1 s")] {
            assert_eq!(spoken(Duration::from_millis(milliseconds)), text);
        }
    }
}
