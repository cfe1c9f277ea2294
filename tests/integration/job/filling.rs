//! `sync --from github`: what only GitHub holds comes to ESC, as a job was given it.

use esc_sync::sandbox::{Effect, Fault, FaultMatch, Times};
use serde_json::json;

use super::{Job, STATE, in_esc, ran, revision, writes};
use crate::support::world::{HEADER, World, entry, status};

const PEM: &str = "-----BEGIN TEST KEY-----\r\nMIIBOgIBAAJBAKj34Gky\nb3d5\n-----END TEST KEY-----\n";
const VALUES: [(&str, &str); 7] = [
    ("PEM", PEM),
    ("REFERENCE", "before-${x.y}-after-7f3c"),
    ("ESCAPED", "$${x}-fn::secret-{{ t }}-91ab"),
    ("EMOJI", "pass-\u{1f511}-e\u{301}-7f3c9a1e"),
    ("DIGITS", "0123456789012345"),
    ("QUOTES", "a'b\"c\\d\te-7f3c: # no comment"),
    ("JSON", "{\"a\": [1, \"b\"], \"c\": null}"),
];

fn world(name: &str, values: &[(&str, &str)]) -> World {
    let entries: Vec<String> = values.iter().map(|(name, _)| format!("{name}: s.{name}")).collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    world.esc("values: {}\n");
    for (name, value) in values {
        world.org_secret(name, value);
    }
    world
}

const FILL: [&str; 4] = ["sync", "--from", "github", "--yes"];

#[test]
fn v1_v5_v6_v8_v9_e15_a_job_fills_an_empty_environment_byte_for_byte_in_one_revision() {
    let world = world("fill", &VALUES);
    let job = Job::queue(&world);
    let before = revision(&world);
    let (code, report) = job.json(FILL);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(revision(&world), before + 1);
    // The identity of the job is the login; the values went into one request.
    assert!(world.asked("/api/oauth/token") > 0);
    assert_eq!(writes(&world).len(), 1, "{:?}", writes(&world));
    for (name, value) in VALUES {
        assert_eq!(in_esc(&world, name), Some((value.to_owned(), true)), "{name}");
        assert_eq!((status(&report, name), &entry(&report, name)["evidence"]), ("ok", &json!("value")), "{name}");
    }
    let definition = world.running.world(|world| world.esc.plaintext_definition("acme", "default", "production"));
    let definition = definition.expect("there").to_lowercase();
    assert!(!definition.contains("github_token") && !definition.contains("canary_of_the_job"), "{definition}");
    // Once more: everything agrees, and nothing is written.
    let (code, report) = job.json(FILL);
    assert_eq!((code, report["actions"].as_array().map(Vec::len)), (0, Some(0)), "{report:#}");
    assert!(writes(&world).is_empty() && revision(&world) == before + 1);
}

#[test]
fn g15_a_nearer_scopes_value_is_not_taken_for_the_organizations() {
    let world = world("nearer", &[("A", "value-of-the-organization-1f"), ("B", "value-of-b-7f3c9a1e")]);
    world.secret("/repos/acme/app/actions", "A", "value-of-the-repository-2e", &json!({}));
    let job = Job::queue(&world);
    let (_, report) = job.json(FILL);
    assert_eq!(in_esc(&world, "A"), None);
    assert_eq!(in_esc(&world, "B").map(|held| held.0).as_deref(), Some("value-of-b-7f3c9a1e"));
    assert_eq!(status(&report, "A"), "missing");
}

#[test]
fn g15_where_the_nearer_scope_cannot_be_listed_nothing_is_taken_or_attested() {
    let world = world("unlisted", &[("A", "value-of-the-organization-1f")]);
    let job = Job::queue(&world);
    let matches =
        FaultMatch { method: Some("GET".into()), path: Some("/repos/acme/app/actions/secrets".into()), store: None };
    let body = r#"{"message":"Resource not accessible"}"#.into();
    let effect = Effect::Answer { status: 403, headers: Default::default(), body };
    world.fault(Fault { matches, skip: 0, times: Times::Forever, effect });
    job.json(FILL);
    assert_eq!(in_esc(&world, "A"), None);
    let (_, report) = job.json(["attest"]);
    assert!(report["remarks"].to_string().contains("attested 0 secrets"), "{report:#}");
}

#[test]
fn a_partial_hand_over_leaves_the_others_alone() {
    let world = world("partial", &[("A", "value-of-a-51c2d8"), ("B", "value-of-b-88ab13")]);
    let job = Job::queue(&world);
    let ours = [("ESC_SYNC_GITHUB_SECRET_A", "value-of-a-51c2d8"), ("ESC_SYNC_GITHUB_SECRET_B", "")];
    let ran = job.run_with(FILL.into_iter().chain(["--state", STATE]), &ours);
    assert_eq!(in_esc(&world, "A").map(|held| held.0).as_deref(), Some("value-of-a-51c2d8"), "{}", ran.everything());
    assert_eq!(in_esc(&world, "B"), None);
    assert_eq!(super::on_github(&world, "org:acme", "B"), "value-of-b-88ab13");
}

/// A thousand secrets are more than 128 KiB, the most that Linux passes in one variable.
fn thousand(name: &str) -> (World, Vec<String>) {
    let names: Vec<String> = (0..1000).map(|at| format!("SECRET_{at:04}")).collect();
    let entries: String = names.iter().map(|name| format!("  {name}: s.{name}\n")).collect();
    let world = World::with_mapping(name, &format!("{HEADER}entries:\n{entries}"));
    world.esc("values: {}\n");
    let now = world.running.now();
    world.running.world(|world| {
        for name in &names {
            let value = format!("value-of-{name}-\n{}", "7f3c9a1e".repeat(16));
            let slot = esc_sync::model::Slot::Secret;
            world.github.set("org:acme", slot, name, value.as_str().into(), now).expect("set");
        }
    });
    (world, names)
}

fn assert_filled(world: &World, names: &[String], ran: &crate::support::program::Ran) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["counts"]["ok"], json!(1000));
    assert_eq!(writes(world).len(), 1);
    for name in [&names[0], &names[999]] {
        let held = in_esc(world, name).expect("it is there").0;
        assert_eq!(held, super::on_github(world, "org:acme", name));
    }
}

#[test]
fn a_thousand_secrets_come_in_numbered_parts() {
    let (world, names) = thousand("parts");
    let job = Job::queue(&world);
    let text = job.all_secrets();
    assert!(text.len() > 128 * 1024);
    let parts: Vec<(String, &str)> = text
        .as_bytes()
        .chunks(100_000)
        .enumerate()
        .map(|(at, part)| (format!("ESC_SYNC_GITHUB_SECRETS_{}", at + 1), std::str::from_utf8(part).expect("ASCII")))
        .collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, part)| (name.as_str(), *part)).collect();
    let ran = job.run_with(FILL.into_iter().chain(["--format", "json", "--state", STATE]), &parts);
    assert_filled(&world, &names, &ran);
}

#[test]
fn a_thousand_secrets_come_by_a_descriptor() {
    let (world, names) = thousand("descriptor");
    let job = Job::queue(&world);
    let file = world.folder.join("handed-over.json");
    std::fs::write(&file, job.all_secrets()).expect("written");
    let mut command = job.command("/bin/sh");
    let script = r#"exec "$PROGRAM" sync --from github --yes --format json --state "$STATE" 3<"$FILE""#;
    command.args(["-ec", script]).env("PROGRAM", env!("CARGO_BIN_EXE_esc-sync")).env("STATE", STATE);
    let output = command.env("FILE", &file).env("ESC_SYNC_GITHUB_SECRETS_FD", "3").output().expect("a shell");
    assert_filled(&world, &names, &ran(output));
}
