//! `rollback`: what a run replaced is put back where that is known, and the rest is named.

use serde_json::{Value, json};

use super::{Job, STATE, change_esc, in_esc, on_github, revision, writes};
use crate::support::world::World;

const FIRST: &str = "first-value\n  \"7f3c\": #9a1e\n";
const PLAIN: &str = "first-value-0123-88ab";
const SECOND: &str = "second-value-0123-51c2d8";

fn rollback(world: &World, run: &str) -> (i32, Value) {
    let ran = world.program(["rollback", run, "--yes", "--format", "json", "--state", STATE]).run();
    (ran.code, ran.json())
}

fn sync<'a>(world: &World, args: impl IntoIterator<Item = &'a str>) -> (i32, Value) {
    let ran = world.program(["sync", "--yes", "--format", "json", "--state", STATE]).args(args).run();
    (ran.code, ran.json())
}

fn run_of(report: &Value) -> String {
    report["run"].as_str().expect("a run").to_owned()
}

fn held_back<'a>(report: &'a Value, name: &str) -> &'a str {
    let held = report["held_back"].as_array().expect("a list").iter().find(|held| held["name"] == name);
    held.unwrap_or_else(|| panic!("{name} in {report:#}"))["reason"].as_str().expect("a reason")
}

/// Two that agree, one of them a plain setting in ESC; both differ on GitHub after that, and are pulled by a job.
fn pulled(name: &str) -> (World, String) {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n\
                   defaults: { direction: github-to-esc }\nentries:\n  A: s.A\n  B: s.B\n  NEW: s.NEW\n";
    let world = World::with_mapping(name, mapping);
    world.esc_secrets(&[("A", FIRST), ("B", "value-of-b-17afc2")]);
    world.org_secret("A", FIRST).org_secret("B", "value-of-b-17afc2").org_secret("NEW", "value-of-new-3be1");
    Job::queue(&world).json(["attest"]);
    world.running.advance(60);
    world.org_secret("A", SECOND).org_secret("B", "second-of-b-99d0a1");
    let (code, report) = Job::queue(&world).json(["sync", "--yes"]);
    assert_eq!((code, report["outcomes"].as_array().map(Vec::len)), (0, Some(3)), "{report:#}");
    assert_eq!(in_esc(&world, "A").map(|held| held.0).as_deref(), Some(SECOND));
    (world, run_of(&report))
}

#[test]
fn i1_i6_what_was_pulled_is_put_back_byte_for_byte_and_stays_so() {
    let (world, run) = pulled("pulled");
    world.running.advance(60);
    change_esc(&world, "B", "changed-by-hand-42ac");
    let (_, report) = rollback(&world, &run);
    assert_eq!(in_esc(&world, "A"), Some((FIRST.to_owned(), true)));
    assert_eq!(in_esc(&world, "B").map(|held| held.0).as_deref(), Some("changed-by-hand-42ac"));
    assert_eq!(in_esc(&world, "NEW").map(|held| held.0).as_deref(), Some("value-of-new-3be1"));
    assert!(held_back(&report, "B").contains("changed it after that run"));
    assert!(held_back(&report, "NEW").contains("did not exist before"));
    // Nothing of it is taken again, and a second rollback has nothing to do.
    let before = revision(&world);
    let (_, again) = rollback(&world, &run);
    assert_eq!((&again["actions"], writes(&world).len(), revision(&world)), (&json!([]), 0, before), "{again:#}");
    let (_, report) = Job::queue(&world).json(["sync", "--yes"]);
    assert_eq!((&report["actions"], writes(&world).len()), (&json!([]), 0), "{report:#}");
    assert_eq!(in_esc(&world, "A").map(|held| held.0).as_deref(), Some(FIRST));
}

/// `A` was pushed twice, `LATE` was never known before, `NEW` was created, `GONE` is changed by hand after it.
fn pushed(name: &str) -> (World, String) {
    let world = World::with_entries(name, &["A: s.A", "LATE: s.LATE", "NEW: s.NEW", "GONE: s.GONE"]);
    world.esc_secrets(&[("A", PLAIN), ("LATE", "value-of-late-88"), ("GONE", "value-of-gone-17"), ("NEW", "changeme")]);
    world.org_secret("LATE", "unknown-to-all-5d1e");
    sync(&world, []);
    assert_eq!(on_github(&world, "org:acme", "A"), PLAIN);
    for (name, value) in [("A", SECOND), ("GONE", "second-of-gone-2b"), ("NEW", "value-of-new-3be1")] {
        change_esc(&world, name, value);
    }
    let (code, report) = sync(&world, ["--overwrite", "LATE"]);
    assert_eq!((code, report["outcomes"].as_array().map(Vec::len)), (0, Some(4)), "{report:#}");
    (world, run_of(&report))
}

#[test]
fn i1_what_was_pushed_is_put_back_from_escs_revisions_and_the_rest_is_named() {
    let (world, run) = pushed("pushed");
    world.running.advance(60);
    world.org_secret("GONE", "changed-by-hand-42ac");
    let (_, report) = rollback(&world, &run);
    assert_eq!(on_github(&world, "org:acme", "A"), PLAIN, "{report:#}");
    assert_eq!(on_github(&world, "org:acme", "GONE"), "changed-by-hand-42ac");
    assert_eq!(on_github(&world, "org:acme", "LATE"), "value-of-late-88");
    assert!(held_back(&report, "LATE").contains("never told what it held"));
    assert!(held_back(&report, "NEW").contains("did not exist before"));
    assert!(held_back(&report, "GONE").contains("changed it after that run"));
    world.running.advance(60);
    let (_, again) = rollback(&world, &run);
    assert_eq!((&again["actions"], writes(&world).len()), (&json!([]), 0), "{again:#}");
    let (_, report) = sync(&world, []);
    assert_eq!((&report["actions"], writes(&world).len()), (&json!([]), 0), "{report:#}");
    assert_eq!(on_github(&world, "org:acme", "A"), PLAIN);
}

#[test]
fn i3_what_a_later_run_wrote_is_not_put_back_past_it() {
    let (world, run) = pushed("past");
    world.running.advance(60);
    change_esc(&world, "A", "third-value-60fe");
    sync(&world, []);
    assert_eq!(on_github(&world, "org:acme", "A"), "third-value-60fe");
    let (_, report) = rollback(&world, &run);
    assert!(held_back(&report, "A").contains("changed it after that run"));
    assert_eq!(on_github(&world, "org:acme", "A"), "third-value-60fe");
}

#[test]
fn i12_a_rollback_is_a_run_of_its_own_that_can_be_rolled_back() {
    let (world, run) = pushed("own-run");
    world.running.advance(60);
    let (_, report) = rollback(&world, &run);
    let own = run_of(&report);
    let history = world.program(["history", "--run", &own, "--state", STATE]).run();
    assert!(history.stdout.contains(": rollback") && history.stdout.contains(&run), "{}", history.stdout);
    assert!(history.stdout.contains("done: update A"), "{}", history.stdout);
    world.running.advance(60);
    rollback(&world, &own);
    assert_eq!(on_github(&world, "org:acme", "A"), SECOND);
}

#[test]
fn an_unknown_run_is_answered_with_the_newest() {
    let (world, run) = pushed("unknown");
    let ran = world.program(["rollback", "20200101T000000Z-none", "--yes", "--state", STATE]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(ran.stderr.contains("no run 20200101T000000Z-none") && ran.stderr.contains(&run), "{}", ran.stderr);
    assert!(writes(&world).is_empty());
}
