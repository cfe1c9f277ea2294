//! A rotation of the machines' key was begun and is not at its end.
//!
//! Young, or in an overlap that was asked for, that is how it should be: a note. After a
//! day it is more likely forgotten than under way, and until it ends two keys open the
//! machines: a warning. It is never an error, since nothing is out of order while both do.

use super::{
    machines_key::{self, Said, days},
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::{RotationKnowledge, Severity, Stamp};

pub(super) const RULE: Rule =
    Rule::new("rotation-open", Severity::Warning, Check::World(check), "a rotation is not at its end");

fn check(world: &World, findings: &mut Findings) {
    let Some(ssh) = world.mapping.ssh.as_deref() else { return };
    let known = &world.snapshot.ssh;
    let (severity, reason, remedy) = match (&known.unread, &known.rotation) {
        (Some(unread), _) => {
            let reason = format!("whether a rotation of the machines' key is open is not known: {}", unread.what);
            (Severity::Warning, reason, unread.help.as_str())
        }
        (None, Some(rotation)) if rotation.is_open() => {
            let now = world.options.now;
            (severity(rotation, now), reason(rotation, now), remedy(rotation, now))
        }
        _ => return,
    };
    machines_key::say(world, ssh, Said { rule: &RULE, severity, status: None, reason, remedy }, findings);
}

fn severity(rotation: &RotationKnowledge, now: Stamp) -> Severity {
    let is_young = now.days_since(rotation.begun) < 1;
    if is_young || overlaps(rotation, now) { Severity::Note } else { Severity::Warning }
}

/// Whether it waits for the end of the overlap that was asked for, and for nothing else.
fn overlaps(rotation: &RotationKnowledge, now: Stamp) -> bool {
    &*rotation.step == "overlap" && rotation.overlap_until.is_some_and(|until| until > now)
}

fn reason(rotation: &RotationKnowledge, now: Stamp) -> String {
    let RotationKnowledge { id, step, begun, unproved, still_open, .. } = rotation;
    let age = days(now.days_since(*begun).max(0));
    let mut text = format!("rotation {id} of the machines' key is at step {step}, begun {begun} ({age} ago)");
    if !unproved.is_empty() {
        text.push_str(&format!("; not proved to open with the new key: {}", unproved.join(", ")));
    }
    if rotation.switched.is_some() && !still_open.is_empty() {
        text.push_str(&format!("; not proved to refuse the old key: {}", still_open.join(", ")));
    }
    if let Some(until) = rotation.overlap_until.filter(|_| overlaps(rotation, now)) {
        text.push_str(&format!("; both keys are good until {until}"));
    }
    text
}

fn remedy(rotation: &RotationKnowledge, now: Stamp) -> &'static str {
    match &*rotation.step {
        "overlap" if overlaps(rotation, now) => "when the overlap is over: `esc-sync ssh retire`",
        "overlap" | "retire" | "delete" => "esc-sync ssh retire",
        "switch" => "esc-sync ssh resume",
        "cancel" => "esc-sync ssh cancel",
        _ => "`esc-sync ssh resume`, or take the new key back with `esc-sync ssh cancel`",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::RULE;
    use crate::{
        judge::{
            Finding,
            testing::{Case, NOW},
        },
        model::{Cause, RotationKnowledge, Severity, Stamp, Unread},
    };

    fn said(rotation: RotationKnowledge) -> Option<Finding> {
        let mut case = Case::new().esc_only("PUBLIC", "ssh.public").value("ssh.public", "x").ssh("ssh.public", 100);
        case.snapshot.ssh.rotation = Some(rotation);
        case.judge_one().findings.into_iter().find(|finding| finding.rule == RULE.id)
    }

    fn at(step: &str, hours: i64) -> RotationKnowledge {
        let (id, step, begun) = ("r1".into(), step.into(), Stamp(NOW.0 - hours * 3_600));
        RotationKnowledge { id, step, begun, unproved: vec!["gpu-2".into()], ..Default::default() }
    }

    #[test]
    fn it_is_a_note_for_a_day_and_a_warning_afterwards() {
        let severity = |hours| said(at("roll-out", hours)).map(|finding| finding.severity);
        assert_eq!([severity(1), severity(23)], [Some(Severity::Note); 2]);
        assert_eq!(severity(24), Some(Severity::Warning));
        let finding = said(at("roll-out", 30)).expect("said");
        assert!(finding.reason.contains("not proved to open with the new key: gpu-2"), "{}", finding.reason);
        assert!(finding.remedy.contains("ssh resume") && finding.remedy.contains("ssh cancel"));
        assert_eq!(finding.status, None);
    }

    #[test]
    fn an_overlap_that_was_asked_for_is_a_note_until_it_is_over() {
        let until = |seconds: i64| {
            let (switched, unproved) = (Some(Stamp(NOW.0 - 50)), Vec::new());
            let (still_open, overlap_until) = (vec!["gpu-1".into()], Some(Stamp(NOW.0 + seconds)));
            said(RotationKnowledge { switched, unproved, still_open, overlap_until, ..at("overlap", 100) })
                .expect("said")
        };
        assert_eq!((until(60).severity, until(-60).severity), (Severity::Note, Severity::Warning));
        assert!(until(60).reason.contains("refuse the old key: gpu-1"));
        assert_eq!(until(-60).remedy, "esc-sync ssh retire");
    }

    #[test]
    fn what_is_over_says_nothing_and_what_is_unread_is_said() {
        for step in ["done", "cancelled"] {
            assert!(said(RotationKnowledge { ended: Some(NOW), ..at(step, 100) }).is_none(), "{step}");
        }
        let mut case = Case::new().esc_only("A", "a").value("a", "x").ssh("ssh.public", 100);
        let unread = Unread { cause: Cause::Undetermined, what: "the state is torn".into(), help: "mend it".into() };
        case.snapshot.ssh.unread = Some(Arc::new(unread));
        let judged = case.judge();
        let own = judged.findings.iter().find(|finding| finding.rule == RULE.id).expect("said");
        assert!(own.severity == Severity::Warning && own.reason.ends_with("the state is torn"), "{}", own.reason);
    }
}
