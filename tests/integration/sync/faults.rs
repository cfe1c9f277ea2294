//! I4 with the real process: every request of a sync meets every mishap, and one clean run later all is as if not.

use esc_sync::{
    model::Slot,
    sandbox::{Effect, Fault},
};
use serde_json::{Value, json};

use super::{
    change, edit, first, held, held_in, revision, second, secrets, set_by_hand, sync, synced, until, view, writes,
};
use crate::support::{
    program::Ran,
    world::{HEADER, World},
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mishap {
    Status,
    ResetAfter,
    Hang,
    Truncate,
    KillBefore,
    KillAfter,
}

impl Mishap {
    fn fault(self, request: u64) -> Fault {
        let fault = match self {
            Self::Status => Fault::status(503, "Service Unavailable"),
            Self::ResetAfter => Fault::new(Effect::Reset { applied: true }),
            Self::Truncate => Fault::new(Effect::Truncate { bytes: 1 }),
            Self::Hang | Self::KillBefore => Fault::new(Effect::Hang { applied: false }),
            Self::KillAfter => Fault::new(Effect::Hang { applied: true }),
        };
        fault.skip(request)
    }

    /// A run in which this befalls the request of that number; tells whether there was one.
    fn befall(self, world: &World, request: u64) -> bool {
        world.fault(self.fault(request));
        let was_sent = || world.requests().len() as u64 > request;
        match self {
            Self::KillBefore | Self::KillAfter => {
                let mut child = super::started(world, []);
                if until(&mut child, was_sent) {
                    child.kill().expect("it runs");
                }
                super::ended(child);
            }
            _ => drop(sync(world, ["--timeout", "500ms"])),
        }
        world.running.clear_faults();
        was_sent()
    }
}

/// What a world looks like at the end: GitHub's values and policies, and ESC without its key.
fn ending(world: &World) -> Value {
    let names = ["S_000", "S_001", "S_002", "S_003", "S_004", "S_005"];
    let secrets = names.map(|name| {
        let view = view(world, "org:acme", Slot::Secret, name);
        let policy = view.map(|view| json!([view.visibility, view.repositories]));
        json!([held(world, name), policy])
    });
    let environment = held_in(world, "env:acme/app:production", Slot::Secret, "DEPLOYED");
    let settings = ["PUSHED", "PULLED"].map(|name| held_in(world, "org:acme", Slot::Variable, name));
    let definition = super::definition(world);
    let lines: Vec<_> = definition.lines().filter(|line| !is_of_the_key(line)).collect();
    json!([secrets, environment, settings, lines])
}

/// The only line that is another in each world.
fn is_of_the_key(line: &str) -> bool {
    let bytes = line.trim().trim_start_matches("fn::secret:").trim().trim_matches('"').len();
    line.contains("fingerprint-key") || (line.contains("fn::secret") && bytes >= 43)
}

/// Every request of a sync in turn meets the mishap; `make` makes a world that has something to do.
fn every_request(mishap: Mishap, make: fn() -> World, least: u64) {
    let expected = {
        let world = make();
        synced(&world);
        (ending(&world), revision(&world))
    };
    let mut request = 0;
    loop {
        let world = make();
        let was_hit = mishap.befall(&world, request);
        let clean = sync(&world, []);
        assert_well(&clean, mishap, request);
        assert_eq!(ending(&world), expected.0, "{mishap:?} at request {request}");
        assert!(revision(&world) <= expected.1 + 1, "{mishap:?} at request {request}");
        assert_well(&sync(&world, []), mishap, request);
        assert_eq!(writes(&world), Vec::<String>::new(), "{mishap:?} at request {request}");
        if !was_hit {
            break;
        }
        request += 1;
    }
    assert!(request >= least, "only {request} requests");
}

fn assert_well(ran: &Ran, mishap: Mishap, request: u64) {
    assert_eq!(ran.code, 0, "{mishap:?} at request {request}: {}", ran.everything());
    let entries = ran.json()["entries"].as_array().expect("entries").clone();
    assert!(entries.iter().all(|entry| entry["status"] == "ok"), "{mishap:?} at request {request}: {entries:#?}");
}

/// The first run ever: the key is made, six secrets are created.
fn new() -> World {
    secrets("faults-new", 6)
}

/// Something to do in every kind of place, after a run that agreed on all of it.
fn changed() -> World {
    let mut entries: String = (0..3).map(|at| format!("  S_{at:03}: s.s{at:03}\n")).collect();
    entries.push_str("  DEPLOYED: { esc: s.s003, github: { repository: acme/app, environment: production } }\n");
    entries.push_str("  PUSHED: { esc: c.pushed, kind: config }\n");
    entries.push_str("  PULLED: { esc: c.pulled, kind: config, direction: github-to-esc }\n");
    let world = World::with_mapping("faults-changed", &format!("{HEADER}entries:\n{entries}"));
    world.ask("PUT", "/repos/acme/app/environments/production", &Value::Null);
    let secrets: String = (0..4).map(|at| format!("    s{at:03}: {{ \"fn::secret\": \"{}\" }}\n", first(at))).collect();
    world.esc(&format!("values:\n  s:\n{secrets}  c:\n    pushed: {}\n    pulled: eu-west-1\n", first(4)));
    world.org_variable("PULLED", "eu-west-1");
    let ids: Vec<_> = ["acme/app"]
        .iter()
        .map(|name| world.ask("GET", &format!("/repos/{name}"), &Value::Null)["id"].clone())
        .collect();
    world.secret(
        "/orgs/acme/actions",
        "S_001",
        &first(1),
        &json!({ "visibility": "selected", "selected_repository_ids": ids }),
    );
    let ran = sync(&world, ["--overwrite", "S_001"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    change(&world, 4);
    edit(&world, |text| text.replace(&first(4), &second(4)));
    set_by_hand(&world, Slot::Variable, "PULLED", "eu-central-1");
    world
}

#[test]
fn c1_i4_killed_before_every_first_request() {
    every_request(Mishap::KillBefore, new, 12);
}

#[test]
fn c1_i4_killed_before_every_later_request() {
    every_request(Mishap::KillBefore, changed, 12);
}

#[test]
fn c1_i4_killed_after_every_first_request() {
    every_request(Mishap::KillAfter, new, 12);
}

#[test]
fn c1_i4_killed_after_every_later_request() {
    every_request(Mishap::KillAfter, changed, 12);
}

#[test]
fn g20_i4_every_first_request_is_refused_once() {
    every_request(Mishap::Status, new, 12);
}

#[test]
fn g20_i4_every_later_request_is_refused_once() {
    every_request(Mishap::Status, changed, 12);
}

#[test]
fn g19_i4_every_first_answer_is_lost() {
    every_request(Mishap::ResetAfter, new, 12);
}

#[test]
fn g19_i4_every_later_answer_is_lost() {
    every_request(Mishap::ResetAfter, changed, 12);
}

#[test]
fn i4_every_first_answer_is_cut() {
    every_request(Mishap::Truncate, new, 12);
}

#[test]
fn i4_every_later_answer_is_cut() {
    every_request(Mishap::Truncate, changed, 12);
}

#[test]
fn i4_every_first_request_hangs() {
    every_request(Mishap::Hang, new, 12);
}

#[test]
fn i4_every_later_request_hangs() {
    every_request(Mishap::Hang, changed, 12);
}
