//! `init`: an empty folder, stores that hold something, and a mapping that `check` takes as it is.

use std::{fs, path::Path};

use esc_sync::{
    mapping::{LoadOptions, Mapping, load},
    model::Slot,
};

use crate::support::{
    program::{Program, Ran, folder},
    world::World,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn loaded(file: &Path) -> Mapping {
    let text = fs::read(file).expect("the draft is there");
    let loaded = load("draft", &text, &LoadOptions::default());
    loaded.unwrap_or_else(|errors| panic!("{}", errors.render("draft"))).mapping
}

/// The emulator as the real inventory seeds it, and an empty folder.
fn inventory(name: &str) -> (World, Mapping) {
    let world = World::new(name);
    let mapping = loaded(&root().join("mappings/sophia.yaml"));
    world.running.seed(&mapping);
    (world, mapping)
}

fn run(world: &World, args: &[&str]) -> Ran {
    Program::new(&world.folder).against(&world.running.url).args(args.iter().copied()).run()
}

#[test]
fn init_then_check_needs_no_hand() {
    let (world, real) = inventory("init-check");
    let ran = run(&world, &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let draft = loaded(&world.folder.join("esc-sync.yaml"));
    assert!(draft.entries.len() >= 100, "{} entries: {}", draft.entries.len(), ran.everything());
    let checked = run(&world, &["check", "--format", "json"]);
    assert!([0, 1, 3].contains(&checked.code), "{}: {}", checked.code, checked.stderr);
    let report = checked.json();
    assert!(report["counts"]["checked"].as_u64().expect("a number") >= 100, "{}", report["counts"]);
    // Pairs are those of the mapping that a person made, but for what its seed hides on one side.
    let path = |mapping: &Mapping, name: &str| {
        let entry = mapping.entries.iter().find(|entry| entry.name.as_str() == name)?;
        Some(entry.esc.as_ref()?.path.to_string())
    };
    let both: Vec<_> = real.entries.iter().filter(|entry| entry.esc.is_some() && !entry.github.is_empty()).collect();
    let right =
        both.iter().filter(|entry| path(&draft, entry.name.as_str()) == path(&real, entry.name.as_str())).count();
    let wrong: Vec<_> = both
        .iter()
        .filter(|entry| {
            path(&draft, entry.name.as_str()).is_some_and(|found| Some(found) != path(&real, entry.name.as_str()))
        })
        .map(|entry| (entry.name.to_string(), path(&draft, entry.name.as_str())))
        .collect();
    assert!(right * 100 >= both.len() * 90, "{right} of {} are right; wrong: {wrong:?}", both.len());
}

#[test]
fn a_kept_sandbox_is_drafted_from_and_checked() {
    let scratch = folder("init-sandbox");
    let mapping = root().join("mappings/sophia.yaml").display().to_string();
    let first =
        Program::new(&scratch).args(["check", "--sandbox=world", "--mapping", &mapping, "--format", "json"]).run();
    assert_eq!(first.code, 1, "{}", first.stderr);
    let init = Program::new(&scratch).args(["init", "--sandbox=world"]).run();
    assert_eq!(init.code, 0, "{}", init.everything());
    let check = Program::new(&scratch).args(["check", "--sandbox=world", "--format", "json"]).run();
    assert_eq!(check.code, 1, "{}", check.stderr);
    let missing = Program::new(&scratch).args(["init", "--sandbox", "--out", "other.yaml"]).run();
    assert!(missing.code == 2 && missing.stderr.contains("--sandbox=DIR"), "{}", missing.everything());
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let (world, _) = inventory("init-exists");
    fs::write(world.folder.join("esc-sync.yaml"), "mine\n").expect("a file");
    let ran = run(&world, &["init"]);
    assert!(ran.code == 5 && ran.stderr.contains("--out"), "{}", ran.everything());
    assert!(world.running.requests().is_empty(), "nothing was asked");
    assert_eq!(fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("there"), "mine\n");
    let ran = run(&world, &["init", "--out", "-"]);
    assert!(ran.code == 0 && ran.stdout.contains("version: 1\n"), "{}", ran.everything());
}

#[test]
fn of_several_places_one_must_be_named() {
    let world = World::new("init-several");
    world.esc_environment("acme/default/production", "values:\n  stripe:\n    api_key:\n      fn::secret: one-1234\n");
    world.esc_environment("acme/default/staging", "values:\n  stripe:\n    api_key:\n      fn::secret: two-1234\n");
    let ran = run(&world, &["init"]);
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(ran.stderr.contains("acme/default/production, acme/default/staging"), "{}", ran.stderr);
    let ran = run(&world, &["init", "--esc", "acme/default/staging"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let draft = loaded(&world.folder.join("esc-sync.yaml"));
    assert_eq!(draft.entries[0].esc.as_ref().expect("in ESC").environment.name.as_ref(), "staging");
}

#[test]
fn files_in_the_usual_places_are_read_and_names_carried() {
    let world = World::new("init-files");
    world.esc("values:\n  payments:\n    stripe:\n      api_key:\n        fn::secret: one-1234\n  github:\n    pat:\n      fn::secret: two-1234\n");
    world.running.world(|world| {
        world.github.set("org:acme", Slot::Secret, "STRIPE_API_KEY", "one-1234".into(), 0).expect("set");
    });
    let workflows = world.folder.join(".github/workflows");
    fs::create_dir_all(&workflows).expect("a folder");
    fs::write(
        workflows.join("deploy.yml"),
        "env:\n  A: ${{ secrets.STRIPE_API_KEY }}\n  B: ${{ secrets.NOWHERE_TOKEN }}\n",
    )
    .expect("a file");
    fs::write(
        world.folder.join("secret_mappings.json"),
        r#"{"github_to_pulumi": {"GITHUB_PAT": "values.github.pat"}}"#,
    )
    .expect("a file");
    fs::write(world.folder.join(".env.example"), "STRIPE_API_KEY=\nONLY_LOCAL=hunter2-canary\n").expect("a file");
    let ran = run(&world, &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let text = fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("there");
    assert!(!text.contains("hunter2") && !text.contains("one-1234"), "{text}");
    for line in [
        "  # sure: name and path agree\n  STRIPE_API_KEY: { esc: payments.stripe.api_key, service: stripe, tier: important }\n",
        "  # sure: an older mapping says so; written GITHUB_PAT, a name that GitHub refuses\n  GH_PAT: { esc: github.pat, service: github }\n",
        "  NOWHERE_TOKEN: { esc: false, tier: important }\n",
        "  #   ONLY_LOCAL\n",
    ] {
        assert!(text.contains(line), "{line}\nnot in:\n{text}");
    }
    assert!(
        ran.stderr.contains("NOWHERE_TOKEN") && ran.stdout.contains("2 sure, 0 likely, 1 to decide"),
        "{}",
        ran.everything()
    );
}

#[test]
fn without_a_login_and_without_files_there_is_nothing_to_begin_with() {
    let ran = Program::new(&folder("init-nothing")).args(["init"]).run();
    assert!(ran.code == 2 && ran.stderr.contains("--esc"), "{}", ran.everything());
}

#[test]
fn a_store_that_was_named_and_does_not_answer_ends_it() {
    let (world, _) = inventory("init-unread");
    let ran = run(&world, &["init", "--esc", "acme/default/nothing", "--github", "acme"]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert!(!world.folder.join("esc-sync.yaml").exists());
}

#[test]
fn a_repository_brings_its_environments() {
    let world = World::new("init-repository");
    world.esc("values:\n  deploy:\n    key:\n      fn::secret: one-1234\n  aws:\n    region: eu\n");
    world.running.world(|world| {
        let app = world.github.repository_id("acme", "app").expect("there by default");
        world.github.put_environment(app, "production", 0);
        world.github.set("env:acme/app:production", Slot::Secret, "DEPLOY_KEY", "x".into(), 0).expect("set");
        world.github.set("repo:acme/app", Slot::Variable, "AWS_REGION", "eu".into(), 0).expect("set");
    });
    let ran = run(&world, &["init", "--github", "acme/app"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let text = fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("there");
    assert!(text.contains("github: { repository: acme/app }\n"), "{text}");
    assert!(
        text.contains("DEPLOY_KEY: { esc: deploy.key, github: { repository: acme/app, environment: production } }"),
        "{text}"
    );
    assert!(text.contains("AWS_REGION: { esc: aws.region, service: aws, kind: config }"), "{text}");
    let checked = run(&world, &["check"]);
    assert!([0, 1].contains(&checked.code), "{}", checked.everything());
}
