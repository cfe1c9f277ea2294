//! What the service applies by itself, what it leaves to a person, and what becomes of it once it is approved.

use std::{fs, path::PathBuf, process::Stdio};

use esc_sync::{daemon::Account, model::Slot};
use serde_json::{Value, json};

use crate::support::{
    marks::{MARK, assert_silent, marked},
    program::Ran,
    world::World,
};

/// A world in which `OLD_TOKEN` was written by us and is in the mapping no more, `MOVED_TOKEN` changed in ESC,
/// `DRIFTED_TOKEN` on GitHub, and `NEW_TOKEN` is on GitHub not yet.
fn world(name: &str) -> World {
    let entries = ["NEW_TOKEN: s.new", "MOVED_TOKEN: s.moved", "DRIFTED_TOKEN: s.drifted", "OLD_TOKEN: s.old"];
    let world = World::with_entries(name, &entries[..]);
    let values = |moved: &str, new: bool| {
        let all = [("moved", moved), ("drifted", "{}-drifted-1"), ("old", "{}-old-1"), ("new", "{}-new-1")];
        let kept = if new { &all[..] } else { &all[..3] };
        kept.iter().map(|(name, value)| ((*name).to_owned(), marked(value))).collect::<Vec<_>>()
    };
    put(&world, &values("{}-moved-1", false));
    let synced = world.program(["sync", "--yes"]).run();
    assert_eq!(synced.code, 1, "{}", synced.everything());
    world.running.advance(60);
    edit(
        &world,
        "values:\n  s:",
        &format!("values:\n  s:\n    new: {{ \"fn::secret\": {} }}", json!(marked("{}-new-1"))),
    );
    edit(&world, &marked("{}-moved-1"), &marked("{}-moved-2"));
    by_hand(&world, "DRIFTED_TOKEN", &marked("{}-by-hand"));
    world.without_entry("OLD_TOKEN: s.old")
}

fn put(world: &World, values: &[(String, String)]) {
    world.esc_secrets(&values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
}

/// Somebody edits ESC's definition, which keeps its fingerprint key.
fn edit(world: &World, from: &str, to: &str) {
    let text = world.running.world(|world| world.esc.plaintext_definition("acme", "default", "production"));
    let text = text.expect("there");
    assert!(text.contains(from), "{from} is in there");
    world.esc(&text.replacen(from, to, 1));
}

fn by_hand(world: &World, name: &str, value: &str) {
    world.running.advance(60);
    let now = world.running.now();
    world.running.world(|world| world.github.set("org:acme", Slot::Secret, name, value.into(), now)).expect("set");
}

fn on_github(world: &World, name: &str) -> Option<String> {
    let view = world.running.world(|world| world.github.view("org:acme", Slot::Secret, name)).ok()?;
    Some(view.value.expose_text().expect("text").to_owned())
}

/// One tick, as the daemon orders it.
fn tick(world: &World, run: &str) -> Account {
    tick_with(world, run, &[])
}

fn tick_with(world: &World, run: &str, args: &[&str]) -> Account {
    let mapping = fs::read_to_string(world.folder.join("esc-sync.yaml")).unwrap_or_default();
    let writes = json!({ "burst": 100, "cap": 100 });
    let program = world.program(["serve", "--run", "sync"]).args(args.iter().copied());
    let mapping = fs::read_to_string(world.folder.join("esc-sync.yaml")).unwrap_or(mapping);
    let order = json!({ "kind": "sync", "run": run, "mapping": mapping, "writes": writes, "message": null });
    let file = world.folder.join("order.json");
    fs::write(&file, order.to_string()).expect("written");
    let child = program.spawn_with_input(Stdio::from(fs::File::open(&file).expect("there")));
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let ran =
        Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert_silent(&ran, run);
    let account: Account = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.everything()));
    assert_eq!((account.run.as_str(), account.failure.is_none()), (run, true), "{}", ran.everything());
    account
}

/// Name, verb and reason of what waits.
fn proposed(account: &Account) -> Vec<String> {
    account.proposed.iter().map(|waits| format!("{} {}: {}", waits.verb, waits.name, waits.why)).collect()
}

fn done(account: &Account) -> Vec<&str> {
    account.outcomes.iter().filter(|outcome| outcome.end == "done").map(|outcome| &*outcome.name).collect()
}

/// Requests of the last run that change something in the stores.
fn writes(world: &World) -> Vec<String> {
    let is_write = |method: &str, path: &str| !matches!(method, "GET" | "HEAD") && !path.ends_with("/open");
    let requests = world.requests().into_iter().filter(|request| is_write(&request.method, &request.path));
    requests.map(|request| format!("{} {}", request.method, request.path)).collect()
}

fn state(world: &World) -> PathBuf {
    let all = world.folder.join(".local/state/esc-sync/state");
    fs::read_dir(&all).expect("there is state").flatten().next().expect("a folder").path()
}

/// Every file of the state with its bytes.
fn contents(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut folders, mut files) = (vec![state(world)], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => files.push((path.clone(), fs::read(&path).expect("readable"))),
            }
        }
    }
    files.sort();
    files
}

fn approve(world: &World) -> Ran {
    world.program(["sync", "--yes", "--plan", "@proposed", "--format", "json"]).run()
}

const WAITING: [&str; 3] =
    ["update MOVED_TOKEN: policy: overwrite", "update DRIFTED_TOKEN: drifted", "delete OLD_TOKEN: prune"];

#[test]
fn what_policy_allows_is_applied_and_the_rest_waits_for_a_person() {
    let world = world("serve-proposals");
    let first = tick(&world, "20261121T000001Z-000001");
    assert_eq!((done(&first), proposed(&first)), (vec!["NEW_TOKEN"], WAITING.map(str::to_owned).to_vec()));
    assert_eq!(first.exit, 5, "what drifted is held back");
    assert_eq!(on_github(&world, "NEW_TOKEN"), Some(marked("{}-new-1")));
    assert_eq!(on_github(&world, "MOVED_TOKEN"), Some(marked("{}-moved-1")));
    assert!(first.budgets.iter().any(|budget| budget.store == "github" && budget.remaining < budget.limit));
    let before = contents(&world);
    assert!(before.iter().all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains(MARK)));
    assert!(before.iter().any(|(path, _)| path.ends_with("serve/proposed.json")));

    // With nothing new nothing is written, to the state no more than to the stores.
    let second = tick(&world, "20261121T000002Z-000002");
    assert_eq!((done(&second), proposed(&second), second.exit), (vec![], WAITING.map(str::to_owned).to_vec(), 5));
    assert_eq!((contents(&world), writes(&world)), (before, Vec::new()));

    let ran = approve(&world);
    assert_eq!((ran.code, ran.json()["outcomes"].as_array().map(Vec::len)), (0, Some(3)), "{}", ran.everything());
    assert_silent(&ran, "approved");
    assert_eq!(on_github(&world, "MOVED_TOKEN"), Some(marked("{}-moved-2")));
    assert_eq!(on_github(&world, "DRIFTED_TOKEN"), Some(marked("{}-drifted-1")));
    assert_eq!(on_github(&world, "OLD_TOKEN"), None);

    let before = contents(&world);
    let third = tick(&world, "20261121T000003Z-000003");
    assert_eq!((proposed(&third), third.exit, third.held_back.len()), (Vec::new(), 0, 0), "{third:?}");
    assert!(third.entries.iter().all(|entry| entry.status == esc_sync::model::Status::Ok));
    assert_eq!((contents(&world), writes(&world)), (before, Vec::new()), "the ledger agrees");
}

#[test]
fn a_proposal_whose_basis_moved_is_refused_whole() {
    let world = world("serve-proposals-moved");
    tick(&world, "20261121T000001Z-000001");
    by_hand(&world, "DRIFTED_TOKEN", &marked("{}-by-hand-again"));
    let ran = approve(&world);
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
    assert!(ran.stderr.contains("no longer holds") && ran.stderr.contains("changed on GitHub"), "{}", ran.stderr);
    // The next tick proposes what holds now.
    assert_eq!(proposed(&tick(&world, "20261121T000002Z-000002")), WAITING);
    assert_eq!(approve(&world).code, 0);
}

#[test]
fn nothing_proposed_is_a_usage_error_and_so_is_another_name() {
    let world = World::with_entries("serve-proposals-none", &["A_TOKEN: s.a"]);
    world.esc_secrets(&[("a", "first-value-9c41")]);
    let ran = approve(&world);
    assert_eq!((ran.code, world.requests().len()), (2, 0), "{}", ran.everything());
    assert!(ran.stderr.contains("nothing is proposed in"), "{}", ran.stderr);
    for args in [["sync", "--yes", "--plan", "@other"], ["plan", "--out", "@proposed", "-v"]] {
        let ran = world.program(args).run();
        assert_eq!((ran.code, world.requests().len()), (2, 0), "{args:?}: {}", ran.everything());
        assert!(ran.stderr.contains("a file of that name is ./@"), "{}", ran.stderr);
    }
    let ran = world.program(["plan", "--out", "./@proposed"]).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let ran = world.program(["sync", "--yes", "--plan", "./@proposed"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
}

#[test]
fn a_policy_of_nothing_proposes_everything_before_there_is_a_key() {
    let world = World::with_entries("serve-proposals-nothing", &["A_TOKEN: s.a"]);
    world.esc_secrets(&[("a", &marked("{}-first"))]);
    let account = tick_with(&world, "20261121T000001Z-000001", &["--apply", "nothing"]);
    assert_eq!(
        (proposed(&account), on_github(&world, "A_TOKEN")),
        (vec!["create A_TOKEN: policy: create".into()], None)
    );
    assert_eq!((account.exit, writes(&world)), (1, Vec::new()));
    assert_eq!(approve(&world).code, 0);
    assert_eq!(on_github(&world, "A_TOKEN"), Some(marked("{}-first")));
    let after: Value = json!(tick_with(&world, "20261121T000002Z-000002", &["--apply", "nothing"]).proposed);
    assert_eq!(after, json!([]));
}
