//! A job's values are those of its beginning; its own writes make them older.

use serde_json::{Value, json};

use super::{Job, change_esc, in_esc, on_github, revision, writes};
use crate::support::world::{World, status};

const NAMES: [&str; 3] = ["PUSHED", "PULLED", "CREATED"];

/// Two that agreed once and changed since on one side each, and one that GitHub lacks.
fn world(name: &str) -> World {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n\
                   defaults: { direction: both }\nentries:\n  PUSHED: s.PUSHED\n  PULLED: s.PULLED\n  CREATED: s.CREATED\n";
    let world = World::with_mapping(name, mapping);
    world.esc_secrets(&[("PUSHED", "pushed-first-51c2"), ("PULLED", "pulled-first-88ab"), ("CREATED", "created-17af")]);
    world.org_secret("PUSHED", "pushed-first-51c2").org_secret("PULLED", "pulled-first-88ab");
    let (_, report) = Job::queue(&world).json(["attest"]);
    assert!(report["remarks"].to_string().contains("2 hold what ESC holds"), "{report:#}");
    change_esc(&world, "PUSHED", "pushed-second-29d0");
    world.org_secret("PULLED", "pulled-second-43be");
    world
}

fn assert_at_rest(world: &World, report: &Value) {
    for name in NAMES {
        assert_eq!(status(report, name), "ok", "{name}: {report:#}");
    }
    assert_eq!(report["actions"], json!([]), "{report:#}");
    assert!(writes(world).is_empty(), "{:?}", writes(world));
}

#[test]
fn i2_a_second_sync_of_the_same_job_writes_nothing_and_finds_nothing() {
    for is_dated in [true, false] {
        let world = world("twice");
        let job = if is_dated { Job::queue(&world) } else { Job::undated(&world) };
        let before = revision(&world);
        let (code, report) = job.json(["sync", "--yes"]);
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(report["actions"].as_array().map(Vec::len), Some(3), "{report:#}");
        for name in NAMES {
            assert_eq!(status(&report, name), "ok", "{name}: {report:#}");
        }
        assert_eq!(revision(&world), before + 1);
        assert_eq!(on_github(&world, "org:acme", "PUSHED"), "pushed-second-29d0");
        assert_eq!(in_esc(&world, "PULLED").map(|held| held.0).as_deref(), Some("pulled-second-43be"));
        let (code, report) = job.json(["sync", "--yes"]);
        assert_eq!(code, 0, "{report:#}");
        assert_at_rest(&world, &report);
        let (code, report) = job.json(["check"]);
        assert_eq!(code, 0, "{report:#}");
        let (code, report) = Job::queue(&world).json(["sync", "--yes"]);
        assert_eq!(code, 0);
        assert_at_rest(&world, &report);
    }
}

#[test]
fn i5_an_attestation_after_the_jobs_own_writes_does_not_record_the_older_value() {
    for is_dated in [true, false] {
        let world = world("attested-after");
        let job = if is_dated { Job::queue(&world) } else { Job::undated(&world) };
        job.json(["sync", "--yes"]);
        let (_, report) = job.json(["attest"]);
        let remarks = report["remarks"].to_string();
        assert!(remarks.contains("changed after this run was queued"), "{remarks}");
        let report = world.check(["--state", super::STATE]).json();
        for name in NAMES {
            assert_eq!(status(&report, name), "ok", "{name}: {report:#}");
        }
    }
}
