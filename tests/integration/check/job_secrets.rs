//! The ways in which a job's secrets come in, as `docs/command-line.md` writes them.

use std::process::Command;

use crate::support::world::{World, entry, status};

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: s.one", "TWO: s.two"]);
    fill(&world);
    world
}

fn fill(world: &World) {
    world.esc_secrets(&[("one", "value-of-one-51c2"), ("two", "value-of-two-88ab")]);
    world.org_secret("ONE", "value-of-one-51c2").org_secret("TWO", "value-of-two-88ab");
}

#[test]
fn parts_that_the_expressions_of_a_workflow_can_make_are_joined() {
    let world = world("parts");
    let program = world.program(["check", "--format", "json"]);
    let program = program.env("ESC_SYNC_GITHUB_SECRETS_1", r#"{"ONE": "value-of-one-51c2","#);
    let ran = program.env("ESC_SYNC_GITHUB_SECRETS_2", r#""TWO": "value-of-two-88ab"}"#).run();
    assert_eq!((ran.code, &ran.json()["counts"]["ok"]), (0, &2.into()), "{}", ran.everything());
    let program = world.program(["check"]).env("ESC_SYNC_GITHUB_SECRETS_2", r#""TWO": "canary-77aa"}"#);
    let ran = program.run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(ran.stderr.contains("ESC_SYNC_GITHUB_SECRETS_1 is missing") && !ran.stderr.contains("canary"));
    assert!(world.requests().is_empty());
}

#[test]
fn single_variables_prove_what_they_hold_and_nothing_else() {
    let world = world("single");
    let program = world.program(["check", "--format", "json"]);
    let ran = program.env("ESC_SYNC_GITHUB_SECRET_ONE", "value-of-one-51c2").run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((status(&report, "ONE"), status(&report, "TWO")), ("ok", "unverified"));
    let program = world.program(["check", "--only", "ONE", "--require-evidence", "value", "--format", "json"]);
    let ran = program.env("ESC_SYNC_GITHUB_SECRET_ONE", "value-of-one-51c2").run();
    assert_eq!((ran.code, &entry(&ran.json(), "ONE")["evidence"]), (0, &"value".into()), "{}", ran.everything());
    let ran = world.check(["--only", "TWO", "--require-evidence", "value"]);
    assert_eq!(ran.code, 1, "{}", ran.everything());
}

#[test]
fn a_whole_object_without_a_name_says_that_the_job_was_not_given_it() {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\n\
                   github: { organization: acme, visible-to: [acme/app] }\nentries:\n  ONE: s.one\n  TWO: s.two\n";
    let world = World::with_mapping("whole", mapping);
    fill(&world);
    let program = world.program(["check", "--format", "json"]).env("GITHUB_REPOSITORY", "acme/app");
    let ran = program.env("ESC_SYNC_GITHUB_SECRETS", r#"{"ONE": "value-of-one-51c2"}"#).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "TWO"), "invisible");
}

#[test]
fn a_descriptor_is_read_from_a_pipe() {
    let world = world("descriptor");
    // Leaves the mapping and the emulator's log as any other run finds them.
    assert_eq!(world.check([]).code, 0);
    let script = r#"printf '%s' '{"ONE": "value-of-one-51c2", "TWO": "another-88ab"}' | ESC_SYNC_GITHUB_SECRETS_FD=0 "$PROGRAM" check --format json"#;
    let ran = Command::new("/bin/sh")
        .args(["-c", script])
        .env_clear()
        .current_dir(&world.folder)
        .env("PROGRAM", env!("CARGO_BIN_EXE_esc-sync"))
        .envs([("HOME", world.folder.as_os_str())])
        .env("PULUMI_BACKEND_URL", &world.running.url)
        .env("PULUMI_ACCESS_TOKEN", "pul-canary-token-4f1c9a")
        .env("GITHUB_API_URL", &world.running.url)
        .env("GITHUB_TOKEN", "ghp-canary-token-77ab21")
        .output()
        .expect("a shell");
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("a report");
    assert_eq!((status(&report, "ONE"), status(&report, "TWO")), ("ok", "mismatch"));
}
