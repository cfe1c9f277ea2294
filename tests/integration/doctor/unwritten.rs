//! I15 for `doctor`: whatever command it looks after, it sends nothing that writes.

use std::fs;

use esc_sync::engine::{ERRANDS, Reads};
use serde_json::Value;

use super::{doctor, stages, world};
use crate::support::{marks::assert_silent, program::folder};

#[test]
fn i15_no_command_makes_doctor_write_anything_remote() {
    let world = world("doctor-unwritten");
    let before = world.definition();
    for state in [None, Some("esc:acme/default/esc-sync-state")] {
        for errand in ERRANDS {
            let words: Vec<&str> = errand.command.split(' ').collect();
            let ran = doctor(&world, &[&words[..], &state.map_or(vec![], |url| vec!["--state", url])].concat());
            let asked = world.requests();
            let asks = match errand.reads {
                Reads::Both | Reads::Esc => true,
                // The world's one entry has no live check.
                Reads::Live | Reads::Nothing => errand.state && state.is_some(),
            };
            assert_eq!(!asked.is_empty(), asks, "{}: {}", errand.command, ran.everything());
            for request in &asked {
                let reads = matches!(request.method.as_str(), "GET" | "HEAD")
                    || request.method == "POST" && request.path.ends_with("/production/open");
                assert!(reads, "doctor {}: {} {}", errand.command, request.method, request.path);
            }
            let counted = &ran.json()["requests"];
            let counted: u64 = counted.as_object().expect("stores").values().filter_map(Value::as_u64).sum();
            assert_eq!(counted, asked.len() as u64, "{}: {}", errand.command, ran.everything());
            assert_silent(&ran, errand.command);
        }
    }
    assert_eq!(world.definition(), before);
}

#[test]
fn a_command_that_asks_nobody_is_said_to_and_a_misspelt_one_is_offered_its_name() {
    let world = world("doctor-nothing");
    for command in ["docs", "sandbox", "mapping"] {
        let ran = doctor(&world, &[command]);
        assert!(ran.code == 0 && ran.stdout.contains("asks no store"), "{command}: {}", ran.everything());
        assert!(stages(&ran, "esc-network").is_empty() && stages(&ran, "state-read").is_empty(), "{command}");
    }
    let ran = doctor(&world, &["redact"]);
    assert_eq!((ran.code, stages(&ran, "esc-open").len(), stages(&ran, "github-list").len()), (0, 1, 0));
    let ran = doctor(&world, &["chekc"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean check?"), "{}", ran.everything());
}

#[test]
fn where_all_is_well_it_says_so_and_what_nobody_can_try_is_no_failure() {
    let world = world("doctor-well");
    for command in ["check", "plan", "sync", "rollback"] {
        let ran = doctor(&world, &[command]);
        assert_eq!(ran.code, 0, "{command}: {}", ran.everything());
        assert_eq!(ran.json()["verdict"], "pass");
        let untried: Vec<_> = stages(&ran, "esc-write").iter().map(|stage| stage["outcome"].clone()).collect();
        let expected: &[Value] = if ["sync", "rollback"].contains(&command) { &["untried".into()] } else { &[] };
        assert_eq!(untried, expected, "{command}");
    }
}

#[test]
fn every_format_shows_what_failed_and_json_keeps_to_its_schema() {
    let world = world("doctor-formats");
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json")).expect("a file");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "gate"] {
        let ran = world.program(["doctor", "--format", format]).env("GITHUB_TOKEN", "").run();
        assert_eq!(ran.code, 3, "{format}: {}", ran.everything());
        assert!(ran.stdout.contains("github-login"), "{format}: {}", ran.stdout);
        if format == "json" {
            assert!(validator.is_valid(&ran.json()), "{}", ran.stdout);
        }
    }
}

#[test]
fn offline_looks_at_what_is_here_and_is_no_pass() {
    let world = world("doctor-offline");
    let ran = doctor(&world, &["sync", "--offline"]);
    assert_eq!((ran.code, world.requests().len()), (3, 0), "{}", ran.everything());
    assert_eq!(super::outcome(&ran, "state-write"), "ok");
    assert_eq!(super::outcome(&ran, "esc-login"), "skipped");
}

#[test]
fn a_command_that_nobody_knows_and_a_broken_mapping_are_usage_errors() {
    let world = world("doctor-usage");
    let ran = doctor(&world, &["ssh", "inject"]);
    assert!(ran.code == 2 && ran.stderr.contains("ssh rotate"), "{}", ran.everything());
    let bad = folder("doctor-bad");
    fs::write(bad.join("bad.yaml"), "version: 1\nentries: 3\n").expect("written");
    let file = bad.join("bad.yaml");
    let ran = doctor(&world, &["--mapping", file.to_str().expect("text")]);
    assert_eq!((ran.code, world.requests().len()), (2, 0), "{}", ran.everything());
}
