//! I8 for the commands that write: no part of a value on any output or in any file, under every fault.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::sandbox::{Effect, Fault};
use serde_json::json;

use crate::support::{
    marks::{assert_no_file_holds_it, assert_silent, faults, marked},
    world::World,
};

fn world() -> World {
    let world = World::with_entries(
        "sync-leaks",
        &[
            "PLAIN: s.plain",
            "LINES: s.lines",
            "TEMPLATE: s.template",
            "ENCODED: { esc: s.encoded, encoding: base64 }",
            "SETTING: { esc: s.setting, kind: config }",
            "PULLED: { esc: s.pulled, kind: config, direction: github-to-esc }",
            "DIFFERS: { esc: s.differs, kind: config, direction: both }",
        ],
    );
    let mut definition = "values:\n  s:\n".to_owned();
    for (name, value) in [
        ("plain", marked("plain-{}-value")),
        ("lines", marked("one\n{}\r\nthree\n")),
        ("template", marked("$${{ {} }}")),
        ("encoded", STANDARD.encode(marked("encoded-{}"))),
    ] {
        let encoded = STANDARD.encode(value);
        definition.push_str(&format!("    {name}: {{ \"fn::fromBase64\": {{ \"fn::secret\": \"{encoded}\" }} }}\n"));
    }
    definition.push_str(&format!(
        "    setting: {}\n    pulled: {}\n    differs: {}\n",
        json!(marked("esc-{}")),
        json!(marked("old-{}")),
        json!(marked("esc-{}"))
    ));
    world.esc(&definition);
    world.org_variable("PULLED", &marked("github-{}"));
    world.org_variable("DIFFERS", &marked("github-{}"));
    world
}

const COMMANDS: [&[&str]; 8] = [
    &["plan", "--out", "kept.json"],
    &["sync", "--yes", "--plan", "kept.json"],
    &["sync"],
    &["sync", "--yes"],
    &["sync", "--yes", "--overwrite", "DIFFERS"],
    &["sync", "--yes", "--take", "PULLED"],
    &["attest"],
    &["history"],
];

fn job() -> String {
    json!({ "PLAIN": marked("plain-{}-value"), "LINES": marked("job-{}") }).to_string()
}

#[test]
fn i8_no_command_shows_or_keeps_a_value() {
    let world = world();
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "gate"] {
        for command in COMMANDS {
            let formatted = ["--format", format].into_iter().filter(|_| command[0] != "history");
            let program = world.program(command.iter().copied()).args(formatted).args(["-vvv"]);
            let ran = program.env("ESC_SYNC_GITHUB_SECRETS", &job()).run();
            assert_silent(&ran, &format!("{command:?} {format}"));
            if command[0] == "sync" && command.len() == 2 {
                let run = world.program(["history", "--format", "json"]).run();
                assert_silent(&run, "history");
            }
        }
        super::edit(&world, |text| text.replace("esc-", "esc-x"));
    }
    assert_no_file_holds_it(&world.folder);
}

/// The faults of reading, and what can befall a write alone.
fn all_faults() -> Vec<Fault> {
    let mut all = faults();
    let echo = marked("{\"message\": \"{} is no good\", \"code\": 422, \"errors\": [\"{}\"]}");
    for (status, method) in [(409, "POST"), (422, "PUT"), (403, "PUT"), (500, "PATCH"), (409, "PATCH"), (404, "PUT")] {
        let answer = Effect::Answer { status, headers: [].into(), body: echo.clone() };
        all.push(Fault {
            matches: esc_sync::sandbox::FaultMatch { method: Some(method.into()), path: None, store: None },
            ..Fault::new(answer).forever()
        });
    }
    all.push(Fault::new(Effect::Reset { applied: true }).on("PUT", "/secrets/").forever());
    all.push(Fault::new(Effect::Hang { applied: true }).on("PATCH", "/").forever());
    all
}

#[test]
fn i8_no_fault_makes_a_writing_command_show_or_keep_a_value() {
    for (at, fault) in all_faults().into_iter().enumerate() {
        let world = world();
        world.fault(fault);
        for command in COMMANDS {
            let limits = ["--timeout", "300ms", "--max-wait", "1ms"].into_iter().filter(|_| command[0] != "history");
            let program = world.program(command.iter().copied()).args(limits).args(["-vvv"]);
            let ran = program.env("ESC_SYNC_GITHUB_SECRETS", &job()).run();
            assert_silent(&ran, &format!("fault {at} {command:?}"));
        }
        assert_no_file_holds_it(&world.folder);
    }
}
