//! `plan`, `sync` and their kin from the outside: the real binary against the emulator.
//!
//! What lives here: what all of these tests do to a world and ask of it afterwards.

mod choices;
mod counts;
mod definition;
mod dry;
mod faults;
mod given;
mod kept;
mod leaks;
mod limits;
mod policies;
mod runs;
mod state;
mod visibility;

use std::{
    fs,
    path::PathBuf,
    process::Child,
    time::{Duration, Instant},
};

use esc_sync::{model::Slot, sandbox::github::SecretView};
use serde_json::Value;

use crate::support::{
    program::Ran,
    world::{ENVIRONMENT, World},
};

/// A world with so many secrets in ESC, `S_000` and on, that GitHub lacks.
fn secrets(name: &str, count: usize) -> World {
    let entries: Vec<_> = (0..count).map(|at| format!("S_{at:03}: s.s{at:03}")).collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let values: Vec<_> = (0..count).map(|at| (format!("s{at:03}"), first(at))).collect();
    world.esc_secrets(&values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
    world
}

/// The value that a secret of such a world starts with.
fn first(at: usize) -> String {
    format!("first-value-{at:03}-9c41")
}

fn second(at: usize) -> String {
    format!("second-value-{at:03}-b7d2")
}

/// Gives the first `count` secrets another value in ESC, a minute later.
fn change(world: &World, count: usize) {
    edit(world, |text| (0..count).fold(text, |text, at| text.replace(&first(at), &second(at))));
}

/// Somebody edits ESC's definition, a minute later.
fn edit(world: &World, change: impl FnOnce(String) -> String) {
    world.running.advance(60);
    world.esc(&change(definition(world)));
}

/// ESC's definition with its values in plain text.
fn definition(world: &World) -> String {
    let [organization, project, name] = parts();
    let text = world.running.world(|world| world.esc.plaintext_definition(organization, project, name));
    text.expect("the environment is there")
}

fn revision(world: &World) -> u64 {
    let [organization, project, name] = parts();
    world.running.world(|world| world.esc.revision(organization, project, name)).expect("the environment is there")
}

fn parts() -> [&'static str; 3] {
    let parts: Vec<_> = ENVIRONMENT.split('/').collect();
    parts.try_into().expect("organization, project and environment")
}

fn view(world: &World, scope: &str, slot: Slot, name: &str) -> Option<SecretView> {
    world.running.world(|world| world.github.view(scope, slot, name)).ok()
}

/// What the organization's secret holds.
fn held(world: &World, name: &str) -> Option<String> {
    held_in(world, "org:acme", Slot::Secret, name)
}

fn held_in(world: &World, scope: &str, slot: Slot, name: &str) -> Option<String> {
    Some(view(world, scope, slot, name)?.value.expose_text().expect("text").to_owned())
}

/// Somebody sets it on GitHub by hand, a minute later.
fn set_by_hand(world: &World, slot: Slot, name: &str, value: &str) {
    world.running.advance(60);
    let now = world.running.now();
    world.running.world(|world| world.github.set("org:acme", slot, name, value.into(), now)).expect("it can be set");
}

fn sync<'a>(world: &World, args: impl IntoIterator<Item = &'a str>) -> Ran {
    world.program(["sync", "--yes", "--format", "json"]).args(args).run()
}

/// A `sync` after which all is well.
fn synced(world: &World) -> Value {
    let ran = sync(world, []);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    ran.json()
}

/// Method and path of the last run's requests that change something, in order.
fn writes(world: &World) -> Vec<String> {
    let is_write = |method: &str, path: &str| !matches!(method, "GET" | "HEAD") && !path.ends_with("/open");
    let requests = world.requests().into_iter().filter(|request| is_write(&request.method, &request.path));
    requests.map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// How many requests the report counts: to ESC, to GitHub.
fn sent(report: &Value) -> (u64, u64) {
    let count = |store: &str| report["requests"][store].as_u64().expect("a number");
    (count("esc"), count("github"))
}

/// Name and end of each write of a report.
fn outcomes(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let outcomes = report["outcomes"].as_array().expect("outcomes");
    outcomes.iter().map(|outcome| (text(&outcome["name"]), text(&outcome["outcome"]))).collect()
}

fn with_end(report: &Value, end: &str) -> Vec<String> {
    outcomes(report).into_iter().filter(|(_, told)| told == end).map(|(name, _)| name).collect()
}

/// Why an entry was left alone.
fn because<'a>(report: &'a Value, name: &str) -> Option<&'a str> {
    let held = report["held_back"].as_array().expect("held back");
    held.iter().find(|held| held["name"] == name)?["because"].as_str()
}

/// The folder of the world's state, once there is one.
fn state_folder(world: &World) -> PathBuf {
    let all = world.folder.join(".local/state/esc-sync/state");
    let mut folders = fs::read_dir(&all).expect("there is state").flatten();
    folders.next().expect("a folder").path()
}

/// A `sync` that was started and is not waited for.
fn started<'a>(world: &World, args: impl IntoIterator<Item = &'a str>) -> Child {
    world.program(["sync", "--yes", "--format", "json"]).args(args).spawn()
}

/// The end of a child, with its output.
fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Looks again and again until it is so, or the child has ended; tells which.
fn until(child: &mut Child, is_so: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if child.try_wait().expect("it can be asked").is_some() {
            return false;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing happens any more");
        std::thread::sleep(Duration::from_millis(1));
    }
}
