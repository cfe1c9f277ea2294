//! The binary: statuses, exit codes, formats; and nothing of a value on any of them.

use std::{fs, io::Write as _, path::PathBuf, process::Stdio};

use serde_json::{Value, json};

use crate::support::{
    program::{Program, folder},
    world::World,
};

const VALUE: &str = "sk-c4n4ry-V4lue-77";
const ENTRIES: [&str; 5] = [
    "STRIPE_KEY: { esc: s.stripe, aliases: [STRIPE_API_KEY] }",
    "DEPLOY_TOKEN: { esc: s.deploy }",
    "UNUSED_KEY: { esc: s.unused }",
    "ACCOUNT: { esc: s.account, kind: config, expect: ZNB04675, deny: [scoobyjava-vw02766] }",
    "IN_STAGE: { esc: s.stage, github: { repository: acme/app, environment: stage } }",
];

/// A world with a checkout of `acme/app` in it.
fn world(name: &str, workflow: &str) -> (World, PathBuf) {
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

fn steps(lines: &[&str]) -> String {
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

/// The remedies of a rule, by name.
fn remedies(report: &Value, rule: &str) -> Vec<(String, String)> {
    let located = report["located"].as_array().expect("located").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    located.filter(|one| one["rule"] == rule).map(|one| (text(&one["name"]), text(&one["remedy"]))).collect()
}

#[test]
fn our_own_workflows_need_what_no_mapping_has() {
    let (world, tree) = world("scan-own", &steps(&["${{ secrets.STRIPE_KEY }}"]));
    let path = tree.to_str().expect("text");
    let made = world.program(["docs", "--out", path]).run();
    assert_eq!(made.code, 0, "{}", made.everything());
    world.ask("PUT", "/repos/acme/app/environments/stage", &json!({}));
    let report = world.program(["scan", path, "--no-values", "--format", "json"]).run().json();
    let missing = remedies(&report, "missing-reference");
    for name in ["PULUMI_ACCESS_TOKEN", "ESC_SYNC_GITHUB_TOKEN"] {
        let remedy = &missing.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("{name}: {missing:?}")).1;
        assert!(remedy.contains(&format!("`gh secret set {name} --repo acme/app`")), "{remedy}");
        assert!(remedy.contains("docs/getting-started.md"), "{remedy}");
    }
    assert!(missing.iter().all(|(name, _)| name != "ESC_SYNC_STATE"), "{missing:?}");
    for rule in ["dynamic-reference", "unmapped-reference", "misspelt-reference"] {
        assert!(remedies(&report, rule).is_empty(), "{rule}: {report:#}");
    }
    let unused: Vec<String> = remedies(&report, "unused-secret").into_iter().map(|(name, _)| name).collect();
    assert!(unused.contains(&"UNUSED_KEY".to_owned()), "{unused:?}");
    world.org_secret("PULUMI_ACCESS_TOKEN", "x").org_secret("ESC_SYNC_GITHUB_TOKEN", "x");
    let report = world.program(["scan", path, "--no-values", "--format", "json"]).run().json();
    assert!(remedies(&report, "missing-reference").is_empty(), "{report:#}");
}

#[test]
fn what_is_missing_is_told_where_it_is() {
    let workflow = steps(&["${{ secrets.HIDDEN }}", "${{ secrets.IN_STAGE }}"]);
    let (world, tree) = world("scan-elsewhere", &workflow);
    world.ask("PUT", "/repos/acme/app/environments/stage", &json!({}));
    world.secret("/repos/acme/app/environments/stage", "IN_STAGE", "x", &json!({}));
    world.secret(
        "/orgs/acme/actions",
        "HIDDEN",
        "x",
        &json!({ "visibility": "selected", "selected_repository_ids": [] }),
    );
    let ran = world.program(["scan", tree.to_str().expect("text"), "--no-values", "--format", "json"]).run();
    let missing = remedies(&ran.json(), "missing-reference");
    let remedy = |name: &str| {
        let found = missing.iter().find(|(own, _)| own == name);
        found.map(|(_, remedy)| remedy.clone()).unwrap_or_else(|| panic!("{name}: {}", ran.everything()))
    };
    assert_eq!(
        remedy("HIDDEN"),
        "`gh api --method PUT orgs/acme/actions/secrets/HIDDEN/repositories/\"$(gh api repos/acme/app --jq .id)\"`"
    );
    assert_eq!(remedy("IN_STAGE"), "it is in environment stage: add `environment: stage` to the job");
}

#[test]
fn a_workflow_that_is_no_yaml_is_told_why() {
    let (world, tree) = world("scan-broken", "on: push\njobs:\n\ta: x\n");
    let ran = world.program(["scan", tree.to_str().expect("text"), "--offline", "--format", "json"]).run();
    assert!(ran.stdout.contains("a tab where YAML takes only spaces"), "{}", ran.everything());
}

#[test]
fn a_value_in_a_file_of_utf_16_is_called_so() {
    let (world, tree) = world("scan-utf16", "on: push\n");
    let units = format!("\u{feff}key={VALUE}\r\n");
    let bytes: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(tree.join("src/b.txt"), bytes).expect("written");
    let ran = world.program(["scan", tree.to_str().expect("text"), "--format", "json"]).run();
    let report = ran.json();
    let located = report["located"].as_array().expect("located");
    let found = located.iter().find(|one| one["file"] == "src/b.txt").expect("told");
    assert_eq!(found["reason"], "the value of STRIPE_KEY stands here (UTF-16)");
}

#[test]
fn the_gate_is_told_that_esc_answered() {
    let (world, tree) = world("scan-gate", &steps(&["${{ secrets.STRIPE_KEY }}"]));
    let path = tree.to_str().expect("text");
    let status = |args: &[&str]| {
        let all = [&["scan", path, "--format", "gate"][..], args].concat();
        world.program(all).run().json()["esc_status"].as_str().expect("text").to_owned()
    };
    assert_eq!(status(&[]), "connected");
    assert_eq!(status(&["--no-values"]), "not_available");
    assert_eq!(status(&["--offline"]), "not_available");
}

#[test]
fn scan_and_redact_look_for_all_entries() {
    let (world, tree) = world("scan-selected", "on: push\n");
    for args in [["scan", tree.to_str().expect("text"), "--only", "STRIPE_KEY"], ["redact", "--tier", "critical", "-v"]]
    {
        let ran = world.program(args).run();
        assert!(ran.code == 2 && ran.stderr.contains("looks for all entries"), "{}", ran.everything());
    }
    assert!(world.requests().is_empty());
}

/// Filters `input` through the binary.
fn redacted(program: Program, folder: &std::path::Path, input: &[u8]) -> (i32, Vec<u8>, String) {
    let out = folder.join("out");
    let mut child = program.into_file(fs::File::create(&out).expect("made")).spawn_with_input(Stdio::piped());
    let mut stdin = child.stdin.take().expect("piped");
    // A program that refuses reads nothing.
    let _ = stdin.write_all(input);
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    (ended.status.code().expect("a code"), fs::read(out).expect("there"), stderr)
}

#[test]
fn redact_marks_values_and_passes_the_rest() {
    let (world, _) = world("redact", "x: y\n");
    let input = format!("a {VALUE}\n\u{ff}\0 true {}d3pl0y-T0ken-1", "x".repeat(300_000));
    let (code, out, stderr) = redacted(world.program(["redact"]), &world.folder, input.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    let expected = format!("a [STRIPE_KEY]\n\u{ff}\0 true {}[DEPLOY_TOKEN]", "x".repeat(300_000));
    assert!(out == expected.as_bytes(), "{}", String::from_utf8_lossy(&out[..100]));
    assert!(stderr.contains("1 value is too short or too plain"), "{stderr}");
}

#[test]
fn redact_passes_nothing_unless_it_knows_every_value() {
    let (world, _) = world("redact-blind", "x: y\n");
    let blind = world.program(["redact"]).env("PULUMI_ACCESS_TOKEN", "");
    let (code, out, stderr) = redacted(blind, &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (3, 0), "{stderr}");
    let (code, out, stderr) = redacted(world.program(["redact", "--offline"]), &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (2, 0), "{stderr}");
}

#[test]
fn redact_passes_on_without_what_it_is_told_to_do_without() {
    let (world, _) = world("redact-without", "x: y\n");
    world.esc("values:\n  s:\n    stripe:\n      fn::secret: sk-c4n4ry-V4lue-77\n    deploy: null\n");
    let (code, out, stderr) = redacted(world.program(["redact"]), &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (3, 0), "{stderr}");
    assert!(stderr.contains("--without DEPLOY_TOKEN"), "{stderr}");
    let without = world.program(["redact", "--without", "DEPLOY_TOKEN"]);
    let (code, out, stderr) = redacted(without, &world.folder, format!("{VALUE} d3pl0y\n").as_bytes());
    assert_eq!((code, &out[..]), (0, &b"[STRIPE_KEY] d3pl0y\n"[..]), "{stderr}");
    assert!(stderr.contains("1 value was left out by --without: it is passed"), "{stderr}");
    let (code, _, stderr) = redacted(world.program(["redact", "--without", "NO_SUCH"]), &world.folder, b"");
    assert!(code == 2 && stderr.contains("no secret of"), "{stderr}");
}
