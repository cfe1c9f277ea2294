//! Who wins: what was changed by hand, what nobody knows, what must not travel, and every conflict policy.

use esc_sync::model::Slot;

use super::{
    because, definition, edit, first, held, held_in, second, secrets, set_by_hand, sync, synced, with_end, writes,
};
use crate::support::world::{World, status};

const HAND: &str = "set-by-hand-77aa-d1c0";

#[test]
fn i3_a_secret_changed_by_hand_is_drifted_and_stays_until_it_is_named() {
    let world = secrets("by-hand", 2);
    synced(&world);
    set_by_hand(&world, Slot::Secret, "S_001", HAND);
    let report = world.check([]).json();
    assert_eq!((status(&report, "S_000"), status(&report, "S_001")), ("ok", "drifted"));
    let ran = sync(&world, []);
    assert_eq!(ran.code, 5, "{}", ran.everything());
    assert_eq!((because(&ran.json(), "S_001"), writes(&world)), (Some("drifted"), Vec::new()));
    assert_eq!(held(&world, "S_001").as_deref(), Some(HAND));
    // Naming another one is not naming this one.
    sync(&world, ["--overwrite", "S_000"]);
    assert_eq!(held(&world, "S_001").as_deref(), Some(HAND));
    let ran = sync(&world, ["--overwrite", "S_001"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(held(&world, "S_001"), Some(first(1)));
    assert_eq!(status(&world.check([]).json(), "S_001"), "ok");
}

#[test]
fn i3_what_nobody_knows_is_left_alone() {
    let world = secrets("nobody-knows", 2);
    world.org_secret("S_001", HAND);
    let ran = sync(&world, []);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((with_end(&report, "done"), because(&report, "S_001")), (vec!["S_000".to_owned()], Some("unverified")));
    assert_eq!((status(&report, "S_000"), status(&report, "S_001")), ("ok", "unverified"));
    assert_eq!(held(&world, "S_001").as_deref(), Some(HAND));
}

/// Each with a value in ESC, written as YAML, that is none.
const WORTHLESS: [(&str, &str); 6] = [
    ("EMPTY", "{ \"fn::secret\": \"\" }"),
    ("BLANK", "{ \"fn::secret\": \"   \" }"),
    ("PLACEHOLDER", "{ \"fn::secret\": \"changeme\" }"),
    ("TEMPLATE", "\"<your-token-here>\""),
    ("NOTHING", "null"),
    ("LIST", "[a, b]"),
];

#[test]
fn i9_v4_v11_a_worthless_value_reaches_no_github_place_whatever_is_named() {
    let entries: Vec<_> = WORTHLESS.iter().map(|(name, _)| format!("{name}: s.{name}")).collect();
    let world = World::with_entries("worthless", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let lines: String = WORTHLESS.iter().map(|(name, value)| format!("    {name}: {value}\n")).collect();
    world.esc(&format!("values:\n  s:\n{lines}"));
    for (name, _) in WORTHLESS.iter().step_by(2) {
        world.org_secret(name, HAND);
    }
    let named: Vec<_> = WORTHLESS.iter().flat_map(|(name, _)| ["--overwrite", name]).collect();
    for args in [&[][..], &["--from", "esc"], &named] {
        let ran = sync(&world, args.iter().copied());
        assert!([1, 3, 5].contains(&ran.code), "{}", ran.everything());
        assert_eq!(writes(&world), Vec::<String>::new(), "{args:?}");
    }
}

#[test]
fn i9_a_worthless_value_reaches_no_path_of_esc() {
    let values = ["", "   ", "changeme", "<your-token-here>", "xxxx", "TODO"];
    let entries: Vec<_> =
        (0..values.len()).map(|at| format!("V_{at}: {{ esc: c.v{at}, kind: config, direction: both }}")).collect();
    let world = World::with_entries("worthless-pulls", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    world.esc("values:\n  c:\n    v0: good-one\n    v1: good-two\n    v2: good-three\n");
    for (at, value) in values.iter().enumerate() {
        let now = world.running.now();
        let set = world
            .running
            .world(|world| world.github.set("org:acme", Slot::Variable, &format!("V_{at}"), (*value).into(), now));
        set.expect("it can be set");
    }
    let before = definition(&world);
    let named: Vec<_> = ["V_0", "V_1", "V_2", "V_3", "V_4", "V_5"].iter().flat_map(|name| ["--take", name]).collect();
    for args in [&["--from", "github"][..], &named] {
        sync(&world, args.iter().copied());
        assert!(writes(&world).iter().all(|write| !write.contains("/api/esc/")), "{args:?} {:?}", writes(&world));
        assert_eq!(definition(&world), before, "{args:?}");
    }
}

#[test]
fn i9_i10_an_unread_side_is_neither_source_nor_target() {
    use esc_sync::sandbox::Fault;
    let world = secrets("unread", 3);
    world.fault(Fault::status(500, "no").store("esc").forever());
    let ran = sync(&world, ["--timeout", "300ms"]);
    assert_eq!((ran.code, writes(&world)), (3, Vec::new()), "{}", ran.everything());
    world.running.clear_faults();
    world.fault(Fault::status(500, "no").on("GET", "/actions/secrets").forever());
    let ran = sync(&world, ["--timeout", "300ms", "--overwrite", "S_001"]);
    assert_eq!((ran.code, writes(&world)), (3, Vec::new()), "{}", ran.everything());
}

/// A variable that both sides changed since they agreed, ESC a minute before GitHub; both sides afterwards.
fn both_moved(policy: &str, direction: &str, args: &[&str]) -> (i32, String, String) {
    let entry = format!("V: {{ esc: c.v, kind: config, direction: {direction}, on-conflict: {policy} }}");
    // A run that writes anything makes the key by which the agreement is remembered.
    let world = World::with_entries(&format!("conflict-{policy}"), &[&entry, "S_000: s.s000"]);
    world.esc(&format!(
        "values:\n  c:\n    v: agreed-on-5512\n  s:\n    s000: {{ \"fn::secret\": \"{}\" }}\n",
        first(0)
    ));
    world.org_variable("V", "agreed-on-5512");
    synced(&world);
    edit(&world, |text| text.replace("agreed-on-5512", "changed-in-esc"));
    set_by_hand(&world, Slot::Variable, "V", "changed-on-github");
    let ran = sync(&world, args.iter().copied());
    let in_esc = definition(&world).lines().find_map(|line| Some(line.trim().strip_prefix("v: ")?.to_owned()));
    let on_github = held_in(&world, "org:acme", Slot::Variable, "V");
    (ran.code, in_esc.expect("a value").trim_matches('"').to_owned(), on_github.expect("a value"))
}

#[test]
fn i3_each_conflict_policy_decides_as_it_says() {
    let (esc, github) = ("changed-in-esc", "changed-on-github");
    for (policy, direction, args, code, in_esc, on_github) in [
        ("stop", "both", &[][..], 5, esc, github),
        ("stop", "both", &["--overwrite", "V"], 0, esc, esc),
        ("stop", "both", &["--take", "V"], 0, github, github),
        ("esc-wins", "both", &[], 0, esc, esc),
        ("github-wins", "both", &[], 0, github, github),
        ("newest", "both", &[], 0, github, github),
        // Who may not write to a side does not win there.
        ("github-wins", "esc-to-github", &[], 5, esc, github),
        ("esc-wins", "github-to-esc", &[], 5, esc, github),
    ] {
        let (told, left, right) = both_moved(policy, direction, args);
        assert_eq!((told, &*left, &*right), (code, in_esc, on_github), "{policy} {direction} {args:?}");
    }
}

#[test]
fn variables_go_both_ways_each_from_the_side_that_moved() {
    let entry = |name: &str, path: &str| format!("{name}: {{ esc: c.{path}, kind: config, direction: both }}");
    let world = World::with_entries("both-ways", &[&entry("HERE", "here"), &entry("THERE", "there")]);
    world.esc("values:\n  c:\n    here: first-one\n").org_variable("THERE", "first-two");
    assert_eq!(with_end(&synced(&world), "done").len(), 2);
    assert_eq!(held_in(&world, "org:acme", Slot::Variable, "HERE").as_deref(), Some("first-one"));
    assert!(definition(&world).contains("first-two"), "{}", definition(&world));
    edit(&world, |text| text.replace("first-two", "second-two"));
    set_by_hand(&world, Slot::Variable, "HERE", "second-one");
    assert_eq!(with_end(&synced(&world), "done").len(), 2);
    assert_eq!(held_in(&world, "org:acme", Slot::Variable, "THERE").as_deref(), Some("second-two"));
    assert!(definition(&world).contains("second-one"), "{}", definition(&world));
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[test]
fn i2_what_agreed_when_the_key_was_made_is_remembered_by_that_run() {
    let entries = ["V: { esc: c.v, kind: config, direction: both }", "S_000: s.s000"];
    let world = World::with_entries("agreed-at-first", &entries);
    world.esc(&format!(
        "values:\n  c:\n    v: agreed-on-5512\n  s:\n    s000: {{ \"fn::secret\": \"{}\" }}\n",
        first(0)
    ));
    world.org_variable("V", "agreed-on-5512");
    assert_eq!(with_end(&synced(&world), "done"), ["S_000"]);
    set_by_hand(&world, Slot::Variable, "V", "changed-on-github");
    assert_eq!(with_end(&synced(&world), "done"), ["V"]);
    assert!(definition(&world).contains("changed-on-github"), "{}", definition(&world));
}

#[test]
fn every_kind_of_scope_is_written_with_its_own_key() {
    let world = World::with_entries(
        "every-scope",
        &[
            "D: { esc: s.s000, github: { organization: acme, app: dependabot } }",
            "C: { esc: s.s001, github: { organization: acme, app: codespaces } }",
            "R: { esc: s.s002, github: { repository: acme/app } }",
            "E: { esc: s.s003, github: { repository: acme/app, environment: production } }",
            "P: { esc: s.s004, github: { repository: acme/app, app: dependabot } }",
        ],
    );
    world.ask("PUT", "/repos/acme/app/environments/production", &serde_json::Value::Null);
    let lines: String = (0..5).map(|at| format!("    s{at:03}: {{ \"fn::secret\": \"{}\" }}\n", first(at))).collect();
    world.esc(&format!("values:\n  s:\n{lines}"));
    let scopes = [
        "org:acme:dependabot",
        "org:acme:codespaces",
        "repo:acme/app",
        "env:acme/app:production",
        "repo:acme/app:dependabot",
    ];
    let all = |world: &World| -> Vec<_> {
        ["D", "C", "R", "E", "P"]
            .iter()
            .zip(scopes)
            .map(|(name, scope)| held_in(world, scope, Slot::Secret, name))
            .collect()
    };
    synced(&world);
    assert_eq!(all(&world), (0..5).map(|at| Some(first(at))).collect::<Vec<_>>());
    super::change(&world, 5);
    synced(&world);
    assert_eq!(all(&world), (0..5).map(|at| Some(second(at))).collect::<Vec<_>>());
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}
