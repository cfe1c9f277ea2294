//! `docs`: written once, the same each time, never over what a person wrote; and what `check` says of them.

use std::{fs, path::Path};

use crate::support::world::World;

const FILES: [&str; 5] = [
    ".env.template",
    ".github/workflows/esc-sync-attest.yml",
    ".github/workflows/esc-sync-check.yml",
    ".github/workflows/esc-sync-sync.yml",
    "docs/required-secrets.md",
];

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: a.one", "TWO: a.two"]);
    fs::create_dir(world.folder.join(".git")).expect("the root of a repository");
    world.esc("values:\n  a:\n    one:\n      fn::secret: v1k7f3c9a1e5b2d801\n");
    world
}

fn read_all(folder: &Path) -> Vec<String> {
    FILES.iter().map(|file| fs::read_to_string(folder.join(file)).unwrap_or_else(|_| panic!("{file}"))).collect()
}

/// What `check` says of the documents.
fn said(world: &World) -> Vec<String> {
    let report = world.program(["check", "--format", "json"]).run().json();
    let findings = report["findings"].as_array().expect("findings").iter();
    let ours = findings.filter(|finding| finding["rule"] == "outdated-document");
    ours.map(|finding| finding["reason"].as_str().expect("a reason").to_owned()).collect()
}

#[test]
fn documents_are_written_once_and_then_the_same() {
    let world = world("docs-same");
    assert_eq!(world.program(["docs", "--check"]).run().code, 1, "none is there");
    assert_eq!(said(&world), [""; 0], "who has none hears nothing");
    let ran = world.program(["docs"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let first = read_all(&world.folder);
    let again = world.program(["docs"]).run();
    assert!(again.code == 0 && !again.stdout.contains("written"), "{}", again.everything());
    assert_eq!(read_all(&world.folder), first);
    assert_eq!(world.program(["docs", "--check"]).run().code, 0);
    assert_eq!(said(&world), [""; 0]);
}

#[test]
fn check_tells_of_documents_that_are_out_of_date() {
    let world = world("docs-drift");
    assert_eq!(world.program(["docs", "--install", "cargo install --locked --path tools"]).run().code, 0);
    let world = world.without_entry("TWO: a.two");
    assert_eq!(
        said(&world),
        [
            ".env.template is not what the mapping makes now",
            "docs/required-secrets.md is not what the mapping makes now"
        ]
    );
    let checked = world.program(["docs", "--check"]).run();
    assert!(checked.code == 1 && checked.stdout.contains(".env.template: outdated"), "{}", checked.everything());
    assert_eq!(world.program(["docs"]).run().code, 0);
    assert_eq!(said(&world), [""; 0]);
    let workflow = fs::read_to_string(world.folder.join(FILES[2])).expect("there");
    assert!(workflow.contains("cargo install --locked --path tools"), "what installs is kept:\n{workflow}");
}

#[test]
fn what_a_person_changed_is_not_written_over() {
    let world = world("docs-edited");
    assert_eq!(world.program(["docs"]).run().code, 0);
    let file = world.folder.join("docs/required-secrets.md");
    let edited = format!("{}\nmine\n", fs::read_to_string(&file).expect("there"));
    fs::write(&file, &edited).expect("writable");
    fs::remove_file(world.folder.join(".env.template")).expect("it was there");
    assert_eq!(said(&world), ["docs/required-secrets.md was changed by hand after it was generated"]);
    let ran = world.program(["docs"]).run();
    assert!(ran.code == 5 && ran.stderr.contains("docs/required-secrets.md"), "{}", ran.everything());
    assert_eq!(fs::read_to_string(&file).expect("there"), edited);
    assert!(!world.folder.join(".env.template").exists(), "nothing was written");
    assert_eq!(world.program(["docs", "--force"]).run().code, 0);
    assert_eq!(world.program(["docs", "--check"]).run().code, 0);
}

/// Whoever has a template of their own keeps it, and gets the rest.
#[test]
fn what_was_never_generated_is_left_alone() {
    let world = world("docs-foreign");
    let file = world.folder.join(".env.template");
    fs::write(&file, "MINE=\n").expect("writable");
    let ran = world.program(["docs"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert!(ran.stdout.contains(".env.template: not generated: left alone"), "{}", ran.everything());
    assert!(ran.stdout.contains("docs/required-secrets.md: written"), "{}", ran.everything());
    assert_eq!(fs::read_to_string(&file).expect("there"), "MINE=\n");
    let checked = world.program(["docs", "--check"]).run();
    assert!(checked.code == 0 && checked.stdout.contains("left alone"), "{}", checked.everything());
    assert_eq!(world.program(["docs", "--force"]).run().code, 0);
    assert!(fs::read_to_string(&file).expect("there").contains("ONE="), "it was replaced");
}

/// The advice that is given for an edited file is true.
#[test]
fn an_edited_file_becomes_ones_own_without_its_header() {
    let world = world("docs-own");
    assert_eq!(world.program(["docs"]).run().code, 0);
    let file = world.folder.join("docs/required-secrets.md");
    let text = fs::read_to_string(&file).expect("there");
    fs::write(&file, format!("{text}mine\n")).expect("writable");
    let refused = world.program(["docs"]).run();
    assert!(refused.code == 5 && refused.stderr.contains("first two lines"), "{}", refused.everything());
    let own: Vec<&str> = text.lines().skip(2).collect();
    fs::write(&file, own.join("\n")).expect("writable");
    assert_eq!(world.program(["docs"]).run().code, 0);
    assert_eq!(fs::read_to_string(&file).expect("there"), own.join("\n"));
}

#[test]
fn whether_the_gate_asks_services_is_remembered() {
    let world = world("docs-live");
    let gate = || fs::read_to_string(world.folder.join(FILES[2])).expect("there");
    for (args, live) in [(&["docs", "--live"][..], true), (&["docs"][..], true), (&["docs", "--live=false"][..], false)]
    {
        let ran = world.program(args.iter().copied()).run();
        assert_eq!(ran.code, 0, "{}", ran.everything());
        assert_eq!(gate().contains("esc-sync check --live"), live, "{args:?}");
        assert_eq!(world.program(["docs", "--check"]).run().code, 0);
    }
}

#[test]
fn documents_of_another_profile_or_mapping_are_not_judged() {
    let world = world("docs-others");
    assert_eq!(world.program(["docs"]).run().code, 0);
    let file = world.folder.join("docs/required-secrets.md");
    let other = fs::read_to_string(&file)
        .expect("there")
        .replace("\"mapping\":\"esc-sync.yaml\"", "\"mapping\":\"other.yaml\"");
    fs::write(&file, format!("{other}more\n")).expect("writable");
    assert_eq!(said(&world), [""; 0]);
}
