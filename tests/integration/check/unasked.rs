//! What a run does without: a terminal, a home, a locale, wide lines; and what it does not do unasked.

use std::process::{Command, Stdio};

use crate::support::world::World;

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["A: s.a", "B: s.b"]);
    world.esc_secrets(&[("a", "Zk3v9QxT7mWn2Lp8"), ("b", "Rt6yHq1VbN4sKd0c")]);
    world
}

/// Requests that could change something: all but reads and the opening of an environment.
fn writes(world: &World) -> Vec<String> {
    let opens = |path: &str| path.starts_with("/api/esc/") && path.ends_with("/open");
    let requests = world.requests().into_iter();
    let could = requests.filter(|request| !matches!(&*request.method, "GET" | "HEAD") && !opens(&request.path));
    could.map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[test]
fn c10_nothing_around_it_is_needed_and_nothing_is_written_unasked() {
    let world = world("bare");
    drop(world.program(["check"]));
    let bare = |args: &[&str]| {
        world.running.reset_log();
        let mut command = Command::new(env!("CARGO_BIN_EXE_esc-sync"));
        command
            .env_clear()
            .current_dir(&world.folder)
            .env("TERM", "dumb")
            .env("COLUMNS", "20")
            .env("LC_ALL", "nowhere");
        command.env("PULUMI_BACKEND_URL", &world.running.url).env("PULUMI_ACCESS_TOKEN", "any");
        command
            .env("GITHUB_API_URL", &world.running.url)
            .env("GITHUB_TOKEN", "any")
            .env("ESC_SYNC_STATE", "file:state");
        let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
        command.output().expect("the binary starts").status.code()
    };
    assert_eq!(bare(&["plan"]), Some(1));
    assert_eq!(bare(&["sync"]), Some(5), "nobody can be asked");
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(bare(&["sync", "--yes"]), Some(0));
    assert_eq!(writes(&world).iter().filter(|write| write.starts_with("PUT ")).count(), 2);
    assert_eq!(bare(&["check", "--require-evidence", "attested"]), Some(0));
}

/// A pull request may put any place into the mapping; without a yes all that comes of it is a list of them.
#[test]
fn x16_i15_a_changed_mapping_is_only_shown_and_each_target_is_named() {
    let world = world("changed");
    let changed = "A: s.a\n  B: s.b\n  STOLEN: { esc: s.b, github: { repository: acme/site } }";
    let mapping = format!("{}entries:\n  {changed}\n", crate::support::world::HEADER);
    for command in ["check", "plan"] {
        let ran = world.program([command, "--format", "json"]).mapping(&mapping).run();
        assert_eq!(ran.code, 1, "{}", ran.everything());
        assert_eq!(writes(&world), [""; 0], "{command}");
        if command == "plan" {
            let report = ran.json();
            let actions = report["actions"].as_array().expect("actions");
            let named = |name: &str| actions.iter().any(|action| action.to_string().contains(name));
            assert!(named("acme/site") && named("STOLEN") && named("\"A\""), "{actions:?}");
        }
    }
    let refused = world.program(["sync"]).mapping(&mapping).run();
    assert_eq!((refused.code, writes(&world)), (5, Vec::new()));
}
