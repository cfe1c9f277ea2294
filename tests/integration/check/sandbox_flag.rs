//! `--sandbox`: one command, no account, one of every fault.

use std::{collections::BTreeSet, path::Path};

use crate::support::program::{Program, folder};

#[test]
fn the_real_inventory_shows_every_status_a_sandbox_can_show() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sandbox = format!("--sandbox={}", folder("flag").join("world").display());
    let args = ["check", &sandbox, "--mapping", "mappings/sophia.yaml", "--format", "json"];
    let ran = Program::new(root).args(args).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    let entries = report["entries"].as_array().expect("entries");
    assert!(entries.len() > 100, "{} entries", entries.len());
    let shown: BTreeSet<_> = entries.iter().filter_map(|entry| entry["status"].as_str()).collect();
    // Rejected needs a live check; conflict and drifted need a ledger.
    let wanted = [
        "unknown",
        "missing",
        "placeholder",
        "denied",
        "malformed",
        "mismatch",
        "invisible",
        "stale",
        "unverified",
        "ok",
    ];
    assert_eq!(shown, BTreeSet::from(wanted));
    let again = Program::new(root).args(args).run().json();
    assert_eq!(again["counts"], report["counts"], "a kept world is the same world");
}

#[test]
fn the_sandbox_asks_nobody_else_and_takes_nothing_from_the_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sandbox = format!("--sandbox={}", folder("flag-env").join("world").display());
    let args = ["check", &sandbox, "--mapping", "mappings/example.yaml", "--format", "json"];
    let program = Program::new(root)
        .args(args)
        .env("GITHUB_API_URL", "http://127.0.0.1:9")
        .env("PULUMI_BACKEND_URL", "http://127.0.0.1:9");
    let ran = program.env("ESC_SYNC_GITHUB_SECRETS", "not even json").run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
}

#[test]
fn each_profile_has_a_sandbox_of_its_own() {
    let scratch = folder("flag-profiles");
    let mapping = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n\
                   profiles:\n  staging: { esc: { environment: acme/default/staging } }\nentries:\n  ONE: s.one\n  TWO: s.two\n";
    let check = |args: &[&str]| {
        let args = [&["check", "--format", "json"], args].concat();
        Program::new(&scratch).mapping(mapping).args(args).run()
    };
    for args in [&["--sandbox"][..], &["--sandbox", "--profile", "staging"], &["--sandbox=one-folder"]] {
        let ran = check(args);
        assert_eq!(ran.code, 1, "{args:?}: {}", ran.everything());
    }
    let other = check(&["--sandbox=one-folder", "--profile", "staging"]);
    assert_eq!(other.code, 1, "a world without this mapping's environments starts anew: {}", other.everything());
    assert!(other.stderr.contains("starts anew"), "{}", other.stderr);
}
