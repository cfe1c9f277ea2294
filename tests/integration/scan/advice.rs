//! What a scan advises: where a missing name is, what our own workflows need, what is refused.

use std::fs;

use serde_json::{Value, json};

use super::program::{VALUE, steps, world};

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
    let located = report["located"].as_array().expect("located");
    let denied: Vec<_> = located.iter().filter(|one| one["rule"] == "denied-literal").map(|one| &one["file"]).collect();
    assert_eq!(denied, ["src/a.py"], "the document that denies a value does not set it");
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
