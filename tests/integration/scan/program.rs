//! The binary: statuses, exit codes, formats; and nothing of a value on any of them.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::support::{program::folder, world::World};

pub(super) const VALUE: &str = "sk-c4n4ry-V4lue-77";
const ENTRIES: [&str; 5] = [
    "STRIPE_KEY: { esc: s.stripe, aliases: [STRIPE_API_KEY] }",
    "DEPLOY_TOKEN: { esc: s.deploy }",
    "UNUSED_KEY: { esc: s.unused }",
    "ACCOUNT: { esc: s.account, kind: config, expect: ZNB04675, deny: [scoobyjava-vw02766] }",
    "IN_STAGE: { esc: s.stage, github: { repository: acme/app, environment: stage } }",
];

/// A world with a checkout of `acme/app` in it.
pub(super) fn world(name: &str, workflow: &str) -> (World, PathBuf) {
    let world = World::with_entries(name, &ENTRIES);
    world.esc_secrets(&[
        ("stripe", VALUE),
        ("deploy", "d3pl0y-T0ken-1"),
        ("unused", "true"),
        ("stage", "5tage-V4lue"),
        ("account", "x"),
    ]);
    world
        .org_secret("STRIPE_KEY", VALUE)
        .org_secret("UNUSED_KEY", "true")
        .org_secret("ORG_ONLY", "x")
        .org_secret("STRIPE_API_KEY", "x");
    let tree = folder("scan-tree");
    let put = |file: &str, text: &str| {
        let path = tree.join(file);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    put(".git/config", "[remote \"origin\"]\n\turl = git@github.com:acme/app.git\n");
    put(".github/workflows/ci.yml", workflow);
    put("src/a.py", &format!("key = '{VALUE}'\naccount='scoobyjava-vw02766'\nos.getenv('OPENAI_API_KEY')\n"));
    (world, tree)
}

pub(super) fn steps(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("      - run: {line}\n")).collect();
    format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{lines}")
}

fn statuses(report: &Value) -> Vec<(String, String)> {
    let references = report["references"].as_array().expect("references").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    references.map(|one| (text(&one["name"]), text(&one["status"]))).collect()
}

fn rules(report: &Value) -> Vec<String> {
    let located = report["located"].as_array().expect("located").iter();
    located
        .map(|one| format!("{} {}:{}:{}", one["rule"], one["file"], one["line"], one["column"]).replace('"', ""))
        .collect()
}

#[test]
fn every_reference_has_its_status_and_every_trouble_its_place() {
    let workflow = steps(&[
        "${{ secrets.STRIPE_KEY }}",
        "${{ secrets.DEPLOY_TOKEN }}",
        "${{ secrets.STRIPE_KEI }}",
        "${{ secrets.STRIPE_API_KEY }}",
        "${{ secrets.ORG_ONLY }}",
        "${{ secrets.NOWHERE_AT_ALL }}",
        "${{ secrets.GITHUB_TOKEN }}",
        "${{ secrets.GITHUB_PAT }}",
        "${{ secrets.ACCOUNT }}",
        "${{ vars.ACCOUNT }}",
        "${{ secrets.IN_STAGE }}",
    ]);
    let (world, tree) = world("scan-join", &workflow);
    let ran = world.program(["scan", tree.to_str().expect("text"), "--format", "json"]).run();
    let report = ran.json();
    let expected = [
        ("STRIPE_KEY", "ok"),
        ("DEPLOY_TOKEN", "missing"),
        ("STRIPE_KEI", "misspelt"),
        ("STRIPE_API_KEY", "unmapped"),
        ("ORG_ONLY", "unmapped"),
        ("NOWHERE_AT_ALL", "missing"),
        ("GITHUB_TOKEN", "ok"),
        ("GITHUB_PAT", "illegal"),
        ("ACCOUNT", "missing"),
        ("ACCOUNT", "missing"),
        ("IN_STAGE", "missing"),
        ("OPENAI_API_KEY", "unmapped"),
    ];
    assert_eq!(
        statuses(&report),
        expected.map(|(name, status)| (name.to_owned(), status.to_owned())),
        "{}",
        ran.everything()
    );
    let rules = rules(&report);
    for wanted in [
        "missing-reference .github/workflows/ci.yml:7:26",
        "misspelt-reference .github/workflows/ci.yml:8:26",
        "illegal-reference .github/workflows/ci.yml:13:26",
        "leaked-value src/a.py:1:8",
        "denied-literal src/a.py:2:10",
        "unmapped-name src/a.py:3:12",
        "unused-secret esc-sync.yaml:7:3",
    ] {
        assert!(rules.iter().any(|rule| rule == wanted), "{wanted} is not in {rules:#?}");
    }
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let schema: Value = serde_json::from_str(include_str!("../../../docs/report.schema.json")).expect("JSON");
    let errors: Vec<_> =
        jsonschema::validator_for(&schema).expect("a schema").iter_errors(&report).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn an_environment_that_only_a_job_names_is_asked_for() {
    let workflow = "on: push\njobs:\n  a:\n    environment: night\n    steps:\n      - run: ${{ secrets.DEPLOY_TOKEN }}\n  b:\n    steps:\n      - run: ${{ secrets.DEPLOY_TOKEN }}\n";
    let (world, tree) = world("scan-environment", workflow);
    world.ask("PUT", "/repos/acme/app/environments/night", &json!({}));
    world.secret("/repos/acme/app/environments/night", "DEPLOY_TOKEN", "x", &json!({}));
    let ran = world.program(["scan", tree.to_str().expect("text"), "--format", "json", "--no-values"]).run();
    let own: Vec<_> = statuses(&ran.json())
        .into_iter()
        .filter(|(name, _)| name == "DEPLOY_TOKEN")
        .map(|(_, status)| status)
        .collect();
    assert_eq!(own, ["ok", "missing"], "{}", ran.everything());
    assert_eq!(world.asked("/open"), 0, "no value is read");
}

#[test]
fn i8_every_format_tells_the_place_and_none_the_value() {
    let (world, tree) = world("scan-formats", &steps(&["${{ secrets.DEPLOY_TOKEN }}"]));
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "gate"] {
        let ran = world.program(["scan", tree.to_str().expect("text"), "--format", format, "-vvv"]).run();
        let all = ran.everything();
        assert_eq!(ran.code, 1, "{format}: {all}");
        assert!(all.contains("leaked-value"), "{format}: {all}");
        assert!(format == "gate" || all.contains("src/a.py"), "{format}: {all}");
        for part in ["c4n4ry", "V4lue", "d3pl0y", "scoobyjava"] {
            assert!(!all.contains(part), "{format} tells {part}: {all}");
        }
    }
    let sarif = world.program(["scan", tree.to_str().expect("text"), "--format", "sarif"]).run().json();
    let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
    let leak = results.iter().find(|result| result["ruleId"] == "leaked-value").expect("told");
    let place = &leak["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/a.py");
    assert_eq!(place["region"], json!({ "startLine": 1, "startColumn": 8 }));
    let github = world.program(["scan", tree.to_str().expect("text"), "--format", "github"]).run().stdout;
    assert!(github.contains("::error file=src/a.py,line=1,col=8,title=STRIPE_KEY%3A leaked-value::"), "{github}");
}

#[test]
fn x7_x8_names_of_files_steer_nothing() {
    let (world, tree) = world("scan-hostile", "a: [\n");
    let name = "\u{1b}[31m\u{202e}\n::add-mask::x";
    fs::write(tree.join(name), VALUE).expect("written");
    for format in ["text", "github", "markdown", "json", "sarif", "junit"] {
        let ran = world.program(["scan", tree.to_str().expect("text"), "--format", format]).run();
        let all = ran.everything();
        assert!(!all.contains('\u{1b}') && !all.contains('\u{202e}'), "{format}: {all:?}");
        assert!(!all.lines().any(|line| line.trim_start().starts_with("::add-mask")), "{format}: {all}");
    }
}

#[test]
fn who_asks_nobody_gets_unknown_and_who_is_not_logged_in_hears_so() {
    let (world, tree) = world("scan-offline", &steps(&["${{ secrets.STRIPE_KEY }}"]));
    fs::remove_file(tree.join("src/a.py")).expect("there");
    let path = tree.to_str().expect("text");
    let offline = world.program(["scan", path, "--format", "json", "--offline"]).run();
    assert_eq!(statuses(&offline.json()), [("STRIPE_KEY".to_owned(), "unknown".to_owned())]);
    assert_eq!((offline.code, world.requests().len()), (0, 0), "{}", offline.everything());
    let program = || world.program(["scan", path]).env("PULUMI_ACCESS_TOKEN", "").env("GITHUB_TOKEN", "");
    let unknown = program().run();
    assert_eq!(unknown.code, 3, "{}", unknown.everything());
    assert!(unknown.stdout.contains("1 references could not be compared"), "{}", unknown.everything());
    let ran = world.program(["scan", "nowhere-at-all"]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    let ran = world.program(["scan", path, "--no-values"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
}
