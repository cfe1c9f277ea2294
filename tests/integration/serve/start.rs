//! What is refused before the daemon begins: exit 2, and nothing was asked.

use std::{fs, net::TcpListener};

use super::super::support::world::World;

fn world() -> World {
    let world = World::with_entries("serve-start", &["HERE: s.here"]);
    world.esc_secrets(&[("here", "value-of-here-1")]);
    world
}

/// What `serve` says to these arguments.
fn refused(world: &World, args: &[&str], words: &str) {
    let ran = world.program(["serve"]).args(args.iter().copied()).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(words), "{args:?} does not say {words:?}: {}", ran.stderr);
    assert!(ran.stderr.contains("help"), "{args:?}: {}", ran.stderr);
    assert_eq!(world.requests().len(), 0, "{args:?}");
}

#[test]
fn what_makes_no_sense_is_told_at_once() {
    let world = world();
    let cases: [(&[&str], &str); 6] = [
        (&["--offline"], "--offline"),
        (&["--format", "json"], "serve writes text"),
        (&["--report", "json=x.json"], "serve writes no report"),
        (&["--only", "NO_SUCH"], "--only"),
        (&["--state", "nowhere:x"], "scheme"),
        (&["--github-api-url", "http://example.com"], "--github-api-url"),
    ];
    for (args, words) in cases {
        refused(&world, args, words);
    }
}

#[test]
fn x11_other_machines_need_a_token() {
    let world = world();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.7:80"] {
        refused(&world, &["--listen", listen], "no token is set");
    }
}

#[test]
fn a_token_that_is_none_is_refused_and_not_shown() {
    let world = world();
    for (text, words) in [("", "holds no token"), ("\n", "holds no token"), ("short-canary", "too short")] {
        let file = world.folder.join("token");
        fs::write(&file, text).expect("a file");
        refused(&world, &["--token-file", file.to_str().expect("text")], words);
    }
    refused(&world, &["--token-file", "nowhere/token"], "cannot be used");
    let ran = world.program(["serve"]).env("ESC_SYNC_SERVE_TOKEN", "short-canary").run();
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("ESC_SYNC_SERVE_TOKEN") && !ran.stderr.contains("canary"), "{}", ran.stderr);
}

#[test]
fn an_invalid_mapping_ends_it_before_it_begins() {
    let world = World::with_mapping("serve-start", "version: 1\nentries: 5\n");
    let ran = world.program(["serve"]).run();
    assert_eq!((ran.code, world.requests().len()), (2, 0), "{}", ran.stderr);
    assert!(ran.stderr.contains("esc-sync.yaml:2"), "{}", ran.stderr);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let world = world();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    refused(&world, &["--listen", &address], &format!("cannot listen on {address}"));
}

/// A variable that somebody left there names no sealed memory; it begins as usual.
#[test]
fn a_note_that_was_not_its_own_is_not_believed() {
    let world = world();
    for note in ["", "3", "{}", r#"{"descriptor":0,"known":{"token":null,"targets":0}}"#] {
        let ran = world.program(["serve", "--listen", "0.0.0.0:0"]).env("ESC_SYNC_SERVE_FD", note).run();
        assert_eq!(ran.code, 2, "{note}: {}", ran.stderr);
        assert!(ran.stderr.contains("no token is set"), "{note}: {}", ran.stderr);
    }
}
