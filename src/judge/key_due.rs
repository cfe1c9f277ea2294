//! The machines' key is older than the mapping allows, soon will be, or is of an age that nobody knows.

use super::{
    machines_key::{self, Said, days},
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::{
    keys,
    mapping::SshSpec,
    model::{Severity, Stamp, Status},
};

pub(super) const RULE: Rule =
    Rule::new("key-due", Severity::Warning, Check::World(check), "the machines' key is due to be rotated");

fn check(world: &World, findings: &mut Findings) {
    let Some(ssh) = world.mapping.ssh.as_deref() else { return };
    let Some(most) = ssh.max_age_days.map(i64::from) else { return };
    let (severity, status, reason, remedy) = match since(world, ssh) {
        Err(why) => {
            let reason =
                format!("how old the machines' key is, is not known: {why}; at most {} are allowed", days(most));
            (Severity::Note, None, reason, "rotate it once, which records its age: `esc-sync ssh rotate`")
        }
        Ok(since) => {
            let age = world.options.now.days_since(since);
            let said =
                format!("the machines' key is of {since}, {} ago; at most {} are allowed", days(age), days(most));
            match age {
                _ if age > most => (Severity::Warning, Some(Status::Stale), said, ROTATE),
                _ if age * 10 >= most * 9 => {
                    (Severity::Note, None, format!("{said}: it is due in {}", days(most - age + 1)), ROTATE)
                }
                _ => return,
            }
        }
    };
    machines_key::say(world, ssh, Said { rule: &RULE, severity, status, reason, remedy }, findings);
}

/// Since when the key is in force. A key that was made after the last recorded switch was put there
/// by somebody else, and its own date counts.
fn since(world: &World, ssh: &SshSpec) -> Result<Stamp, String> {
    let known = &world.snapshot.ssh;
    let made = made_at(world, ssh);
    let since = match (known.in_force_since, &made) {
        (Some(switched), Ok(made)) => switched.max(*made),
        (Some(switched), Err(_)) => switched,
        (None, Ok(made)) => *made,
        (None, Err(why)) => {
            return Err(match &known.unread {
                Some(unread) => format!("{}, and {why}", unread.what),
                None => format!("no rotation is recorded, and {why}"),
            });
        }
    };
    if world.options.now.days_since(since) < 0 {
        return Err(format!("it is dated {since}, which is yet to come"));
    }
    Ok(since)
}

/// The date in the comment of the public half.
fn made_at(world: &World, ssh: &SshSpec) -> Result<Stamp, String> {
    let Some(public) = &ssh.public_key else { return Err("the mapping names no `public-key`".to_owned()) };
    let value = machines_key::value(world, public)?;
    let key = keys::public_key(value).map_err(|damage| format!("the public half is no key: {}", damage.reason()))?;
    keys::made_at(key.comment()).ok_or_else(|| "the public half's comment has no date".to_owned())
}

const ROTATE: &str = "esc-sync ssh rotate";

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::RULE;
    use crate::{
        judge::testing::{Case, NOW, public_key},
        model::{RotationKnowledge, Severity, SshKnowledge, Stamp, Status},
    };

    const DAY: i64 = 86_400;

    fn case(comment: &str) -> Case {
        let text = format!("{} {comment}", public_key().trim_end());
        Case::new().esc_only("PUBLIC", "ssh.public").value("ssh.public", &STANDARD.encode(text)).ssh("ssh.public", 100)
    }

    fn dated(days: i64) -> String {
        format!("esc-sync:prod:{}", Stamp(NOW.0 - days * DAY).to_string().replace(['-', ':'], ""))
    }

    fn said(case: Case) -> Option<(Severity, Option<Status>)> {
        let about = case.judge_one();
        let mut own = about.findings.iter().filter(|finding| finding.rule == RULE.id);
        own.next().map(|finding| (finding.severity, finding.status))
    }

    #[test]
    fn the_age_is_that_of_the_comment_in_whole_days() {
        assert_eq!(said(case(&dated(0))), None);
        assert_eq!(said(case(&dated(89))), None);
        assert_eq!(said(case(&dated(90))), Some((Severity::Note, None)));
        assert_eq!(said(case(&dated(100))), Some((Severity::Note, None)));
        assert_eq!(said(case(&dated(101))), Some((Severity::Warning, Some(Status::Stale))));
    }

    #[test]
    fn a_recorded_switch_outweighs_an_older_comment_and_not_a_newer_one() {
        let switched = |days: i64, comment: &str| {
            let mut case = case(comment);
            case.snapshot.ssh = SshKnowledge { in_force_since: Some(Stamp(NOW.0 - days * DAY)), ..Default::default() };
            said(case)
        };
        assert_eq!(switched(101, "you@host"), Some((Severity::Warning, Some(Status::Stale))));
        assert_eq!(switched(10, &dated(200)), None);
        assert_eq!(switched(200, &dated(10)), None);
    }

    #[test]
    fn an_age_that_is_not_known_is_said_and_never_called_fine() {
        for comment in ["you@host", "", "esc-sync:prod:20261302T000000Z", &dated(-2)] {
            assert_eq!(said(case(comment)), Some((Severity::Note, None)), "{comment:?}");
        }
        let mut unlimited = case("you@host");
        unlimited.mapping.ssh.as_mut().expect("ssh").max_age_days = None;
        assert_eq!(said(unlimited), None);
        let judged = Case::new().esc_only("A", "a").value("a", "7f3c9a1e5b2d8046").ssh("ssh.public", 100).judge();
        let general: Vec<_> = judged.findings.iter().filter(|finding| finding.rule == RULE.id).collect();
        assert!(general.len() == 1 && general[0].reason.contains("is not there"), "{general:?}");
    }

    #[test]
    fn a_rotation_under_way_says_nothing_of_the_age_before_its_switch() {
        let mut case = case(&dated(101));
        let rotation = RotationKnowledge { step: "roll-out".into(), begun: NOW, ..Default::default() };
        case.snapshot.ssh.rotation = Some(rotation);
        assert_eq!(said(case), Some((Severity::Warning, Some(Status::Stale))));
    }
}
