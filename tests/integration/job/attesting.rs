//! `attest`: what a job could read is known to every later check that shares the state.

use serde_json::{Value, json};

use super::{Job, STATE, file_state, in_esc, seen};
use crate::support::world::{World, entry, rules, status};

const ONE: &str = "value-of-one-51c2d8a4";
const OTHER: &str = "another-value-88ab13c7";

/// `ONE` is equal on both sides, `TWO` is not.
fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: s.one", "TWO: s.two"]);
    world.esc_secrets(&[("one", ONE), ("two", "value-of-two-in-esc-17")]);
    world.org_secret("ONE", ONE).org_secret("TWO", OTHER);
    world
}

fn check_elsewhere(world: &World, state: &str) -> Value {
    world.check(["--state", state]).json()
}

fn known(report: &Value, name: &str) -> (String, String) {
    let about = entry(report, name);
    let text = |field: &str| about[field].as_str().expect("text").to_owned();
    (text("status"), text("evidence"))
}

fn pair(status: &str, evidence: &str) -> (String, String) {
    (status.to_owned(), evidence.to_owned())
}

#[test]
fn i5_a_check_elsewhere_compares_by_what_was_attested() {
    for shared in ["esc", "file"] {
        let world = world("attest");
        let state = if shared == "esc" { STATE.to_owned() } else { file_state(&world).1 };
        assert_eq!(status(&check_elsewhere(&world, &state), "ONE"), "unverified");
        let job = Job::queue(&world);
        let ran = job.run(["attest", "--format", "json", "--state", &state]);
        let report = ran.json();
        assert!(
            report["remarks"].to_string().contains("attested 2 secrets: 1 hold what ESC holds, 1 do not"),
            "{report:#}"
        );
        assert_eq!(super::on_github(&world, "org:acme", "TWO"), OTHER);
        let report = check_elsewhere(&world, &state);
        assert_eq!(known(&report, "ONE"), pair("ok", "attested"), "{shared}");
        assert_eq!(known(&report, "TWO"), pair("mismatch", "attested"), "{shared}");
        world.running.advance(60);
        world.org_secret("ONE", "somebody-elses-value-2b");
        let report = check_elsewhere(&world, &state);
        assert_eq!(known(&report, "ONE"), pair("drifted", "presence"), "{shared}");
        assert!(rules(&report, "ONE").contains(&"drifted"));
    }
}

#[test]
fn i5_what_changed_after_the_run_was_queued_is_neither_attested_nor_compared_nor_taken() {
    let world = world("queued");
    let job = Job::queue(&world);
    world.org_secret("ONE", "changed-after-it-was-queued-3c");
    let (_, report) = job.json(["attest"]);
    let remarks = report["remarks"].to_string();
    assert!(
        remarks.contains("attested 1 secrets") && remarks.contains("changed after this run was queued"),
        "{remarks}"
    );
    assert_eq!(status(&check_elsewhere(&world, STATE), "ONE"), "unverified");
    let (_, report) = job.json(["check"]);
    assert_eq!(known(&report, "ONE"), pair("unverified", "presence"), "{report:#}");
    let (_, report) = job.json(["sync", "--take", "ONE", "--yes"]);
    assert_eq!(report["actions"], json!([]), "{report:#}");
    assert_eq!(in_esc(&world, "one").map(|held| held.0).as_deref(), Some(ONE));
}

#[test]
fn a_run_whose_time_is_not_told_is_warned_about() {
    let world = world("undated");
    let ran = Job::undated(&world).run(["attest", "--state", STATE]);
    assert!(ran.stderr.contains("does not tell when this run was queued"), "{}", ran.stderr);
    let ran = Job::queue(&world).run(["attest", "--state", STATE]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}

#[test]
fn a_state_in_the_runners_own_files_is_warned_about() {
    let world = world("runner-files");
    let ran = Job::queue(&world).run(["attest"]);
    assert!(ran.stderr.contains("which a job loses at its end"), "{}", ran.stderr);
    assert_eq!(status(&world.check([]).json(), "ONE"), "unverified");
}

#[test]
fn x16_a_pull_request_from_a_fork_has_nothing_to_attest() {
    let world = world("fork");
    let mut job = Job::queue(&world).without("ACTIONS_ID_TOKEN_REQUEST_URL").without("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    job.secrets.retain(|name, _| name == "github_token");
    for secrets in [job.all_secrets(), "{}".to_owned(), "null".to_owned()] {
        let ran = job.run_with(["attest", "--state", STATE], &[("ESC_SYNC_GITHUB_SECRETS", &secrets)]);
        assert_eq!(ran.code, 2, "{secrets}: {}", ran.everything());
        assert!(
            ran.stderr.contains("secrets of a job") || ran.stderr.contains("secrets of this job"),
            "{}",
            ran.stderr
        );
        assert!(world.requests().is_empty() && !ran.everything().contains("canary"));
    }
}

#[test]
fn i8_a_job_says_nothing_of_what_it_was_given() {
    let world = world("leaks");
    let job = Job::queue(&world);
    let told = ["attest", "check", "sync"].map(|command| {
        let yes = if command == "check" { None } else { Some("--yes") };
        let summary = format!("markdown={}", job.variables["GITHUB_STEP_SUMMARY"]);
        let args = [command, "-vvv", "--format", "github", "--report", &summary, "--state", STATE];
        job.run(args.into_iter().chain(yes)).everything()
    });
    let summary = std::fs::read_to_string(&job.variables["GITHUB_STEP_SUMMARY"]).expect("a summary");
    for value in
        seen(&world).values().map(String::as_str).chain(["canary-request-token-5d1e", "value-of-two-in-esc-17"])
    {
        assert!(told.iter().chain([&summary]).all(|text| !text.contains(value)), "{value}");
    }
    assert!(summary.contains("TWO"), "{summary}");
}
