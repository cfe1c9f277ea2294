//! The numbers of writes: planned, ended, left alone.

use std::fmt::Write as _;

use super::counted;
use crate::{
    plan::{Because, End},
    report::{Report, writes::end_word},
};

/// The numbers of a plan and of what became of it; in each list only what there is any of.
#[derive(Clone, Debug)]
pub(super) struct Writes {
    /// Whether the command is one that writes or says what it would write.
    pub(super) is_spoken_of: bool,
    actions: usize,
    verbs: Vec<(&'static str, usize)>,
    ends: Vec<(End, usize)>,
    left: Vec<(Because, usize)>,
}

impl Writes {
    pub(super) fn of(report: &Report) -> Self {
        let Report { actions, held_back, outcomes, .. } = report;
        let writes = matches!(report.command, "plan" | "sync");
        Self {
            is_spoken_of: writes || !(actions.is_empty() && held_back.is_empty() && outcomes.is_empty()),
            actions: actions.len(),
            verbs: tally(actions.iter().map(|action| action.verb)),
            ends: tally(outcomes.iter().map(|outcome| outcome.end)),
            left: tally(held_back.iter().map(|held| held.because)),
        }
    }

    pub(super) fn sentence(&self) -> String {
        let mut text = match (self.actions, self.ends.is_empty()) {
            (0, true) => "nothing to write".to_owned(),
            (number, true) => {
                let verbs: Vec<_> = self.verbs.iter().map(|(verb, number)| counted(*number, verb)).collect();
                format!("{} planned: {}", counted(number, "write"), verbs.join(", "))
            }
            (number, false) => {
                format!("{}: {}", counted(number, "write"), listed(&self.ends, |end| end_word(*end)))
            }
        };
        let left: usize = self.left.iter().map(|(_, number)| number).sum();
        if left > 0 {
            let causes = listed(&self.left, |because| because.as_str());
            write!(text, "; {left} left as they are: {causes}").expect("a string takes all");
        }
        text
    }

    /// What was refused, and what was not done.
    pub(super) fn troubles(&self) -> Vec<String> {
        let refused: Vec<_> = self.left.iter().copied().filter(|(because, _)| because.is_refusal()).collect();
        let undone: Vec<_> = self.ends.iter().copied().filter(|(end, _)| *end != End::Done).collect();
        let mut parts = Vec::new();
        if !refused.is_empty() {
            let number: usize = refused.iter().map(|(_, number)| number).sum();
            let causes = listed(&refused, |because| because.as_str());
            parts.push(format!("{} refused ({causes})", counted(number, "write")));
        }
        if !undone.is_empty() {
            let ends = listed(&undone, |end| end_word(*end));
            parts.push(format!("of {}: {ends}", counted(self.actions, "write")));
        }
        parts
    }
}

/// How often each comes, in the order of the first.
fn tally<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut tallied: Vec<(T, usize)> = Vec::new();
    for one in all {
        match tallied.iter_mut().find(|(known, _)| *known == one) {
            Some((_, number)) => *number += 1,
            None => tallied.push((one, 1)),
        }
    }
    tallied
}

fn listed<T>(tallied: &[(T, usize)], word: impl Fn(&T) -> &'static str) -> String {
    tallied.iter().map(|(one, number)| format!("{number} {}", word(one))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        judge::Finding,
        model::Severity,
        report::{ActionReport, HeldBackReport, OutcomeReport, Summary, Verdict},
    };

    /// One finding of no entry, so that there is something to be outweighed.
    fn report(incomplete: bool) -> Report {
        let severity = Severity::Error;
        let (reason, remedy) = (String::new(), String::new());
        Report {
            command: "check",
            verdict: Verdict::Unknown,
            mapping: "esc-sync.yaml".to_owned(),
            entries: Vec::new(),
            findings: vec![Finding { rule: "rule", severity, status: None, place: None, reason, remedy }],
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
            requests: Vec::new(),
            budgets: Vec::new(),
            duration: Duration::ZERO,
            run: "run".to_owned(),
            fail_on: severity,
        }
    }

    fn written(because: &[Because], ends: &[End], incomplete: bool) -> Report {
        let place = || crate::model::Place::Job { name: "A".parse().expect("legal") };
        let held_back = because.iter().map(|because| HeldBackReport {
            name: "A".into(),
            place: place(),
            because: *because,
            reason: String::new(),
            remedy: String::new(),
        });
        let outcomes = ends.iter().enumerate().map(|(action, end)| OutcomeReport {
            action,
            name: "A".into(),
            verb: "update",
            place: place(),
            end: *end,
            reason: String::new(),
            help: String::new(),
        });
        let actions = ends.iter().enumerate().map(|(id, _)| ActionReport {
            id,
            name: "A".into(),
            verb: if id == 0 { "create" } else { "update" },
            from: None,
            to: place(),
            reason: String::new(),
        });
        Report {
            command: "sync",
            actions: actions.collect(),
            held_back: held_back.collect(),
            outcomes: outcomes.collect(),
            ..report(incomplete)
        }
        .decided()
    }

    #[test]
    fn of_refused_undone_unread_and_found_the_highest_code_wins() {
        use Because::{Conflict, Drifted, Guarded, NoSource, Opaque, Unread, Unsettled, Unverified};
        use End::{Done, Failed, NotBegun, Overtaken, Unknown};
        type Case<'a> = (&'a [Because], &'a [End], bool, u8, Verdict);
        let cases: Vec<Case> = vec![
            (&[], &[Done], false, 1, Verdict::Fail),
            (&[Unverified, Unread, Unsettled, NoSource], &[Done], false, 1, Verdict::Fail),
            (&[Unread], &[Done], true, 3, Verdict::Unknown),
            (&[], &[Done, Failed], true, 4, Verdict::Fail),
            (&[], &[NotBegun], false, 4, Verdict::Fail),
            (&[], &[Overtaken], false, 4, Verdict::Fail),
            (&[], &[Unknown, Done], false, 4, Verdict::Unknown),
            (&[], &[Unknown, Failed], false, 4, Verdict::Fail),
            (&[Conflict], &[Unknown], true, 5, Verdict::Fail),
            (&[Drifted], &[], false, 5, Verdict::Fail),
            (&[Guarded, Unverified], &[], false, 5, Verdict::Fail),
            (&[Opaque], &[Done], true, 5, Verdict::Fail),
        ];
        for (because, ends, incomplete, code, verdict) in cases {
            let report = written(because, ends, incomplete);
            assert_eq!((report.exit_code(), report.verdict), (code, verdict), "{because:?} {ends:?} {incomplete}");
        }
    }

    #[test]
    fn the_summary_counts_writes() {
        let said = |report: &Report| (Summary::of(report).writes().unwrap_or_default(), Summary::of(report).why());
        let report = written(&[Because::Conflict, Because::Unverified], &[End::Done, End::Failed, End::Done], true);
        assert_eq!(
            said(&report),
            (
                "3 writes: 2 done, 1 failed; 2 left as they are: 1 conflict, 1 unverified".into(),
                "1 write refused (1 conflict); of 3 writes: 1 failed; a store could not be asked or did not answer; found so far: 1 error".into()
            )
        );
        let planned = Report { outcomes: Vec::new(), ..report };
        assert_eq!(
            Summary::of(&planned).writes().as_deref(),
            Some("3 writes planned: 1 create, 2 updates; 2 left as they are: 1 conflict, 1 unverified")
        );
        let idle = written(&[], &[], false);
        assert_eq!(said(&idle), ("nothing to write".into(), "nothing was checked".into()));
        assert_eq!(Summary::of(&Report { command: "check", ..idle }).writes(), None);
    }
}
