//! What the state of the machines' key means for a verdict, and in words.

use super::counted;
use crate::report::{SshReport, SshState, StepEnd};

/// How a report's part about the machines' key weighs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weight {
    Fail,
    Nothing,
    Unknown,
}

pub(super) fn weight(ssh: Option<&SshReport>) -> Weight {
    let Some(ssh) = ssh else { return Weight::Nothing };
    match ssh.state {
        SshState::Failed | SshState::Refused | SshState::Unsafe => Weight::Fail,
        _ if ssh.steps.iter().any(|step| step.end == StepEnd::Failed) => Weight::Fail,
        _ if ssh.is_left_open() => Weight::Unknown,
        SshState::Done | SshState::Idle | SshState::Incomplete => Weight::Nothing,
    }
}

/// What was looked at, for a report that is about nothing else.
pub(super) fn sentence(ssh: &SshReport) -> String {
    let troubled = ssh.machines.iter().filter(|machine| machine.is_troubled()).count();
    let mut text = counted(ssh.machines.len(), "machine");
    if troubled > 0 {
        text.push_str(&format!(", {troubled} with something in the way"));
    }
    text
}

/// Why it is neither well nor over, as far as it is not.
pub(super) fn trouble(ssh: &SshReport) -> Option<String> {
    let said = match ssh.state {
        SshState::Refused => "refused before anything was changed",
        SshState::Unsafe => "a machine may be left without a key that opens it: a person has to look",
        _ if !ssh.is_left_open() => return None,
        _ => "not everything is done; it is safe to go on",
    };
    // Sentences of the summary are printed as they are, so they are made of our own words alone.
    let ended = |end: StepEnd| ssh.steps.iter().filter(|step| step.end == end).count();
    let open = [StepEnd::Failed, StepEnd::Incomplete].map(|end| (ended(end), end));
    let open = open.iter().filter(|(number, _)| *number > 0);
    let steps: Vec<String> =
        open.map(|(number, end)| format!("{} {}", counted(*number, "step"), end.as_str())).collect();
    Some(if steps.is_empty() { said.to_owned() } else { format!("{said} ({})", steps.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{Report, StepReport, Summary, Verdict},
    };

    fn report(state: SshState, ends: &[StepEnd]) -> Report {
        let step = |end: &StepEnd| StepReport { step: "roll-out".into(), end: *end, what: String::new() };
        let ssh = SshReport { state, steps: ends.iter().map(step).collect(), ..SshReport::default() };
        Report {
            command: "ssh resume",
            verdict: Verdict::Unknown,
            mapping: "esc-sync.yaml".into(),
            entries: Vec::new(),
            findings: Vec::new(),
            actions: Vec::new(),
            held_back: Vec::new(),
            outcomes: Vec::new(),
            remarks: Vec::new(),
            ssh: Some(ssh),
            probes: Vec::new(),
            endpoints: Vec::new(),
            references: Vec::new(),
            located: Vec::new(),
            doctor: None,
            scanned: None,
            incomplete: false,
            idle: false,
            requests: Vec::new(),
            budgets: Vec::new(),
            duration: std::time::Duration::ZERO,
            run: "run".into(),
            fail_on: Severity::Error,
        }
        .decided()
    }

    #[test]
    fn what_is_left_open_is_never_a_pass() {
        use SshState::{Done, Idle, Incomplete, Refused, Unsafe};
        let cases: [(SshState, &[StepEnd], u8, Verdict); 8] = [
            (Idle, &[], 0, Verdict::Pass),
            (Done, &[StepEnd::Done, StepEnd::Skipped], 0, Verdict::Pass),
            (Idle, &[StepEnd::Planned], 0, Verdict::Pass),
            (Incomplete, &[StepEnd::Incomplete], 4, Verdict::Unknown),
            (Done, &[StepEnd::Failed], 4, Verdict::Fail),
            (Done, &[StepEnd::Incomplete], 4, Verdict::Unknown),
            (Refused, &[StepEnd::Incomplete], 5, Verdict::Fail),
            (Unsafe, &[], 4, Verdict::Fail),
        ];
        for (state, ends, code, verdict) in cases {
            let report = report(state, ends);
            assert_eq!((report.exit_code(), report.verdict), (code, verdict), "{state:?} {ends:?}");
        }
    }

    #[test]
    fn a_report_about_the_key_alone_says_what_was_looked_at_and_why() {
        let summary = Summary::of(&report(SshState::Incomplete, &[StepEnd::Incomplete]));
        assert_eq!(summary.sentence(), "0 machines; 0 requests in 0 ms");
        assert_eq!(
            summary.verdict(),
            "verdict: unknown (exit 4): not everything is done; it is safe to go on (1 step incomplete)"
        );
        assert_eq!(Summary::of(&report(SshState::Idle, &[])).verdict(), "verdict: pass (exit 0): no findings");
    }

    #[test]
    fn a_check_without_entries_is_no_pass_for_want_of_a_key() {
        let without = Report { ssh: None, ..report(SshState::Idle, &[]) }.decided();
        assert_eq!(without.verdict, Verdict::Fail);
    }
}
