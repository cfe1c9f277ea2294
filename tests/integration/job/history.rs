//! `history`: every write of every run, in a chain that shows what was done to it.

use std::{fs, path::PathBuf};

use esc_sync::sandbox::{Effect, Fault, FaultMatch, Times};
use serde_json::Value;

use super::{file_state, revision, writes};
use crate::support::{program::Ran, world::World};

/// A state in files after two runs of two and one writes.
fn world(name: &str) -> (World, PathBuf, String) {
    let world = World::with_entries(name, &["ONE: s.one", "TWO: s.two"]);
    world.esc_secrets(&[("one", "value-of-one-51c2"), ("two", "value-of-two-88ab")]);
    let (folder, url) = file_state(&world);
    assert_eq!(sync(&world, &url).code, 0);
    world.running.advance(60);
    super::change_esc(&world, "two", "second-of-two-29d0");
    assert_eq!(sync(&world, &url).code, 0);
    (world, folder, url)
}

fn sync(world: &World, url: &str) -> Ran {
    world.program(["sync", "--yes", "--state", url]).run()
}

fn history(world: &World, url: &str) -> (i32, Value) {
    let ran = world.program(["history", "--format", "json", "--state", url]).run();
    (ran.code, ran.json())
}

/// The file that holds the log, and its lines.
fn log(folder: &std::path::Path) -> (PathBuf, Vec<String>) {
    let file = folder.join("audit/000000000001");
    let text = fs::read_to_string(&file).expect("text");
    (file, text.lines().map(str::to_owned).collect())
}

fn of_kind<'l>(lines: &'l [Value], run: &str, event: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["run"] == run && line["event"].to_string().contains(event)).collect()
}

#[test]
fn i12_every_write_has_an_intent_before_and_an_outcome_after_it() {
    let (world, _, url) = world("chain");
    let (code, told) = history(&world, &url);
    assert_eq!((code, &told["verified"]), (0, &true.into()));
    let lines = told["lines"].as_array().expect("lines");
    let mut runs: Vec<&str> = lines.iter().map(|line| line["run"].as_str().expect("a run")).collect();
    runs.dedup();
    assert_eq!(runs.len(), 2, "{told:#}");
    for (run, expected) in runs.iter().zip([2, 1]) {
        let (intents, outcomes) = (of_kind(lines, run, "\"intent\""), of_kind(lines, run, "\"outcome\""));
        assert_eq!((intents.len(), outcomes.len()), (expected, expected), "{told:#}");
        let last = |lines: &[&Value]| lines.iter().map(|line| line["seq"].as_u64()).max();
        assert!(last(&intents) < last(&outcomes), "{told:#}");
        let text = world.program(["history", "--run", run, "--state", &url]).run();
        assert_eq!((text.code, text.stdout.matches("done: ").count()), (0, expected), "{}", text.stdout);
    }
    assert!(!told.to_string().contains("value-of-") && !told.to_string().contains("second-of-"));
}

#[test]
fn x19_a_log_that_was_tampered_with_is_found() {
    type Tamper = fn(&mut Vec<String>);
    let ways: [(&str, Tamper); 4] = [
        ("changed", |lines| lines[2] = lines[2].replace("ONE", "TWO").replace("TWO", "SIX")),
        ("removed", |lines| drop(lines.remove(2))),
        ("inserted", |lines| lines.insert(2, lines[1].clone())),
        ("reordered", |lines| lines.swap(1, 2)),
    ];
    let (world, folder, url) = world("tampered");
    let (file, whole) = log(&folder);
    for (way, tamper) in ways {
        let mut lines = whole.clone();
        tamper(&mut lines);
        assert_ne!(lines, whole, "{way}");
        fs::write(&file, lines.join("\n") + "\n").expect("written");
        let (code, told) = history(&world, &url);
        assert_eq!((code, &told["verified"]), (1, &false.into()), "{way}: {told:#}");
        assert!(told["broken"]["line"].as_u64().is_some_and(|line| line > 0), "{way}: {told:#}");
        let text = world.program(["history", "--state", &url]).run();
        assert_eq!(text.code, 1, "{way}");
        assert!(text.stderr.contains("somebody changed the log"), "{way}: {}", text.stderr);
    }
    fs::write(&file, whole.join("\n") + "\n").expect("written");
    assert_eq!(history(&world, &url).0, 0);
}

#[test]
fn c1_i12_a_killed_run_is_settled_by_the_next() {
    let world = World::with_entries("killed", &["ONE: s.one"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    let (_, url) = file_state(&world);
    let effect = Effect::Hang { applied: true };
    let matches =
        FaultMatch { method: Some("PUT".into()), path: Some("/orgs/acme/actions/secrets/ONE".into()), store: None };
    let times = Times::Exactly(1);
    world.fault(Fault { matches, skip: 0, times, effect });
    let mut child = world.program(["sync", "--yes", "--state", &url]).spawn();
    while writes(&world).iter().all(|told| !told.starts_with("PUT")) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended before its write");
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let killed = history(&world, &url).1;
    let run = killed["lines"][0]["run"].as_str().expect("a run").to_owned();
    assert!(of_kind(killed["lines"].as_array().expect("lines"), &run, "\"outcome\"").is_empty(), "{killed:#}");
    let before = revision(&world);
    assert_eq!(sync(&world, &url).code, 0);
    assert_eq!(super::on_github(&world, "org:acme", "ONE"), "value-of-one-51c2");
    assert_eq!(revision(&world), before);
    let told = history(&world, &url).1;
    let lines = told["lines"].as_array().expect("lines");
    let settled = of_kind(lines, &run, "\"outcome\"");
    assert_eq!(settled.len(), 1, "{told:#}");
    assert!(settled[0].to_string().contains("settled by"), "{told:#}");
}
