//! Old only, then both, then new only: a login of each kind at each stage, and what every place holds.

use std::fs;

use esc_sync::{keys::PublicKey, model::Slot};
use serde_json::Value;

use super::house::{Doors, Extras, House, document, machine};

/// A report as JSON, which the published schema must know.
fn valid(house: &House<'_>, args: &[&str]) -> Value {
    let report = house.told(0, args.iter().copied());
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json")).expect("a schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{args:?}: {report:#}");
    report
}

fn fingerprint(line: &str) -> String {
    PublicKey::parse(line).expect("a public key").fingerprint().to_string()
}

fn key_of(report: &Value) -> &str {
    report["ssh"]["key"]["fingerprint"].as_str().expect("a fingerprint")
}

fn roles(report: &Value) -> Vec<&str> {
    let keys = report["ssh"]["registry"].as_array().expect("a registry");
    keys.iter().map(|key| key["role"].as_str().expect("a role")).collect()
}

fn opens_with(house: &House<'_>, report: &Value, expected: &[&str]) {
    for server in &house.doors.servers {
        let found = &machine(report, &server.machine().name)["opens_with"];
        assert_eq!(*found, serde_json::json!(expected), "{report:#}");
    }
}

#[test]
fn c11_old_only_then_both_then_new_only() {
    let doors = Doors::new(2);
    let house = House::with(&doors, "stages", Extras { registry: true, ..Extras::default() });
    before(&house);
    let revision = house.revision();
    let report = valid(&house, &["rotate", "--yes"]);
    assert_eq!(report["ssh"]["next"], "esc-sync ssh retire");
    assert_eq!(house.revision(), revision + 2, "one revision for the pending names, one for the switch");
    between(&house);
    let revision = house.revision();
    let report = valid(&house, &["retire", "--yes"]);
    assert_eq!(report["ssh"]["state"], "done", "{report:#}");
    assert_eq!(house.revision(), revision + 1, "one revision for the deletion");
    after(&house);
}

fn before(house: &House<'_>) {
    assert!(house.all_open(&house.old));
    let status = valid(house, &["status"]);
    assert_eq!(key_of(&status), fingerprint(house.old_line()));
    assert_eq!((&status["ssh"]["rotation"], &status["ssh"]["next"]), (&Value::Null, &Value::Null), "{status:#}");
    assert_eq!(roles(&status), ["in force"]);
    opens_with(house, &valid(house, &["verify"]), &["the key in force"]);
    let text = house.said(0, ["status"]);
    assert!(text.contains(&fingerprint(house.old_line())) && text.contains("no rotation was ever made"), "{text}");
    assert!(house.said(0, ["verify"]).contains("the key in force"));
}

fn between(house: &House<'_>) {
    let (old, new) = (house.old_line().to_owned(), house.line());
    assert!(house.all_open(&house.old), "the old key is good in the overlap");
    assert!(house.all_open(&house.file("deploy")), "the new key is good in the overlap");
    for server in &house.doors.servers {
        assert_eq!(server.authorized(), format!("{old}\n{new}\n"));
    }
    assert_eq!(house.private_files().len(), 2, "{:?}", house.private_files());
    assert_eq!(house.text("user-data.yaml"), document(&[&old, &new]));
    assert!(house.has_pending());
    let names = house.registered();
    assert_eq!(names.iter().filter(|(_, line)| *line == old).count(), 1, "{names:?}");
    let added = names.iter().find(|(_, line)| *line == new).expect("the new key is registered");
    house.esc_has(&new, &house.text("deploy"), &added.0);
    assert!(house.on_github(Slot::Secret, "SSH_PRIVATE_KEY") == house.text("deploy"), "GitHub has the new half");
    let status = valid(house, &["status"]);
    assert_eq!(key_of(&status), fingerprint(&new));
    assert_eq!(status["ssh"]["rotation"]["old"], fingerprint(&old));
    assert_eq!(status["ssh"]["next"], "esc-sync ssh retire");
    assert_eq!(
        {
            let mut roles = roles(&status);
            roles.sort_unstable();
            roles
        },
        ["in force", "old"]
    );
    opens_with(house, &status, &["old", "new"]);
    opens_with(house, &valid(house, &["verify"]), &["the key in force", "the other one"]);
    assert!(house.said(0, ["status"]).contains("esc-sync ssh retire"));
}

fn after(house: &House<'_>) {
    house.is_rotated("after all");
    assert_eq!(house.registered().len(), 1, "{:?}", house.registered());
    assert_eq!(house.registered()[0].1, house.line());
    let status = valid(house, &["status"]);
    assert_eq!((&status["ssh"]["rotation"], &status["ssh"]["next"]), (&Value::Null, &Value::Null), "{status:#}");
    opens_with(house, &status, &["new"]);
    assert_eq!(roles(&status), ["in force"]);
    opens_with(house, &valid(house, &["verify"]), &["the key in force"]);
    assert!(house.said(0, ["verify"]).contains("the key in force"));
    let kept = fs::read_to_string(house.state().join("ssh/rotation.json")).expect("a record");
    for line in [house.old_line(), &house.line()] {
        assert!(kept.contains(&fingerprint(line)), "{kept}");
        assert!(!kept.contains(line.split(' ').nth(1).expect("a body")), "{kept}");
    }
    // Nothing is left to do, and nothing is done.
    let again = valid(house, &["retire", "--yes"]);
    assert!(again["remarks"].to_string().contains("no rotation is under way"), "{again:#}");
    assert_eq!(house.writes(), Vec::<String>::new());
}

#[test]
fn c11_a_second_rotation_begins_where_the_first_ended() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "twice");
    house.told(0, ["rotate", "--yes", "--retire"]);
    house.is_rotated("the first time");
    let first = house.line();
    house.told(0, ["rotate", "--yes", "--retire"]);
    assert_ne!(house.line(), first);
    house.is_rotated("the second time");
    assert!(!house.world.definition().contains(&first));
}
