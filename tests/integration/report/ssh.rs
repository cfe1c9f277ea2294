//! What is told of the machines' key, in every format; and its texts from outside.

use esc_sync::report::{
    Format, KeyReport, RegistryReport, Report, RotationReport, SshMachineReport, SshReport, SshState, StepEnd,
    StepReport, Verdict,
};
use proptest::prelude::*;
use serde_json::Value;

use super::sample::{any_text, rendered, report};

const OLD: &str = "SHA256:b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w";
const NEW: &str = "SHA256:bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU";

/// A roll-out that one machine holds up.
fn rolling_out() -> Report {
    let steps = [
        ("generate", StepEnd::Done, "made a new pair"),
        ("store", StepEnd::Skipped, "the mapping names no path for it"),
        ("roll-out", StepEnd::Incomplete, "1 of 2 machines is not proved to open with the new key"),
        ("switch", StepEnd::Planned, "waits for the roll-out"),
    ];
    let ssh = SshReport {
        key: Some(KeyReport {
            fingerprint: OLD.into(),
            file: Some("~/.ssh/deploy".into()),
            since: Some("2026-08-01T09:00:00Z".into()),
            age_days: Some(112),
            max_age_days: Some(90),
            is_due: Some(true),
        }),
        rotation: Some(RotationReport {
            id: "20261121T055102Z-7f3a".into(),
            step: "roll-out".into(),
            begun: "2026-11-21T05:51:02Z".into(),
            old: OLD.into(),
            new: Some(NEW.into()),
            compromised: true,
            overlap_until: Some("2026-11-22T05:51:02Z".into()),
        }),
        machines: vec![
            machine("gpu-1", "ubuntu@192.0.2.10", "proved", &["old", "new"], ""),
            machine("gpu-2", "ubuntu@192.0.2.11:2222", "pending", &[], "the connection timed out after 10 s"),
        ],
        registry: vec![registered("deploy-b2xkb2xk", Some(OLD), "in force"), registered("laptop", None, "other")],
        steps: steps.map(|(step, end, what)| StepReport { step: step.into(), end, what: what.into() }).into(),
        next: Some("esc-sync ssh resume".into()),
        state: SshState::Incomplete,
    };
    about(ssh)
}

fn about(ssh: SshReport) -> Report {
    Report { command: "ssh resume", ssh: Some(ssh), ..report(vec![], vec![], false) }.decided()
}

fn machine(name: &str, address: &str, status: &str, opens_with: &[&str], why: &str) -> SshMachineReport {
    SshMachineReport {
        name: name.into(),
        address: address.into(),
        status: status.into(),
        opens_with: opens_with.iter().map(|key| (*key).to_owned()).collect(),
        why: why.into(),
        help: if why.is_empty() { String::new() } else { format!("start {name}, then `esc-sync ssh resume`") },
        since: Some("2026-11-21T05:52:00Z".into()),
    }
}

fn registered(name: &str, fingerprint: Option<&str>, role: &'static str) -> RegistryReport {
    RegistryReport { name: name.into(), id: format!("id-of-{name}"), fingerprint: fingerprint.map(str::to_owned), role }
}

/// Everything that can come from outside is `text`.
pub(crate) fn carrying(text: &str) -> SshReport {
    let text = || text.to_owned();
    let machine = SshMachineReport {
        name: text(),
        address: text(),
        status: text(),
        opens_with: vec![text()],
        why: text(),
        help: text(),
        since: Some(text()),
    };
    let (old, begun, step, id) = (text(), text(), text(), text());
    let new = Some(text());
    SshReport {
        key: Some(KeyReport { fingerprint: text(), file: new.clone(), since: new.clone(), ..KeyReport::default() }),
        rotation: Some(RotationReport { id, step, begun, old, overlap_until: new.clone(), new, compromised: true }),
        machines: vec![machine],
        registry: vec![RegistryReport { name: text(), id: text(), fingerprint: Some(text()), role: "other" }],
        steps: vec![StepReport { step: text(), end: StepEnd::Failed, what: text() }],
        next: Some(text()),
        state: SshState::Unsafe,
    }
}

pub(crate) fn any_ssh() -> impl Strategy<Value = Option<SshReport>> {
    let state = prop::sample::select(vec![
        SshState::Done,
        SshState::Idle,
        SshState::Incomplete,
        SshState::Refused,
        SshState::Unsafe,
    ]);
    let end = prop::sample::select(vec![StepEnd::Done, StepEnd::Failed, StepEnd::Incomplete, StepEnd::Skipped]);
    let made = (any_text(), state, end, 0_usize..3).prop_map(|(text, state, end, number)| {
        let mut ssh = SshReport { state, ..carrying(&text) };
        ssh.machines = std::iter::repeat_n(ssh.machines[0].clone(), number).collect();
        ssh.steps.iter_mut().for_each(|step| step.end = end);
        ssh
    });
    prop::option::of(made)
}

#[test]
fn every_format_of_a_rotation_under_way() {
    for format in Format::ALL {
        insta::assert_snapshot!(format!("ssh_{format}"), rendered(*format, &rolling_out()));
    }
}

#[test]
fn a_key_of_unknown_age_is_never_called_fine() {
    let key = KeyReport { fingerprint: OLD.into(), max_age_days: Some(90), ..KeyReport::default() };
    let text = rendered(Format::Text, &about(SshReport { key: Some(key), ..SshReport::default() }));
    assert!(text.contains("how old it is, is not known; at most 90 days are"), "{text}");
    assert!(text.contains("verdict: pass (exit 0)"), "{text}");
}

#[test]
fn junit_has_a_case_for_each_machine() {
    let xml = rendered(Format::Junit, &rolling_out());
    let document = roxmltree::Document::parse(&xml).expect("XML");
    let case = |name: &str| {
        let mut cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        cases.find(|case| case.attribute("name").is_some_and(|own| own.contains(name))).expect("a case of it")
    };
    let fails = |name: &str| case(name).children().any(|child| child.has_tag_name("failure"));
    assert_eq!([fails("gpu-1"), fails("gpu-2"), fails("the machines' key")], [false, true, true]);
    let calm = SshReport { state: SshState::Idle, steps: vec![], ..rolling_out().ssh.expect("it has one") };
    let xml = rendered(Format::Junit, &about(calm));
    assert!(!xml.contains("<failure") && xml.contains("skipped=\"1\""), "{xml}");
}

#[test]
fn github_annotates_the_machines_that_are_in_the_way() {
    let shown = rendered(Format::Github, &rolling_out());
    let of_machines: Vec<&str> = shown.lines().filter(|line| line.contains("title=ssh-machine")).collect();
    assert_eq!(of_machines.len(), 1, "{shown}");
    assert!(of_machines[0].starts_with("::error ") && of_machines[0].contains("gpu-2 (ubuntu@192.0.2.11:2222)"));
}

#[test]
fn the_machine_formats_say_the_exit_code_of_an_open_rotation() {
    let report = rolling_out();
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Unknown, 4));
    let gate: Value = serde_json::from_str(&rendered(Format::Gate, &report)).expect("JSON");
    assert_eq!(gate["exit_code"], 4);
    assert!(gate["failed_services"][0].as_str().is_some_and(|why| why.starts_with("esc-sync: not everything is done")));
    let sarif: Value = serde_json::from_str(&rendered(Format::Sarif, &report)).expect("JSON");
    assert_eq!(sarif["runs"][0]["invocations"][0]["exitCode"], 4);
    let json: Value = serde_json::from_str(&rendered(Format::Json, &report)).expect("JSON");
    assert_eq!(json["ssh"]["machines"][1]["opens_with"], Value::Array(vec![]));
    assert_eq!(json["ssh"]["next"], "esc-sync ssh resume");
}
