//! The workflow of docs/syncing.md, taken at its word.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;

use super::{Job, ran};
use crate::support::world::{World, status};

/// The one step that runs us: its command and its variables, expressions not yet replaced.
fn step() -> (String, BTreeMap<String, String>) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/syncing.md")).expect("the document");
    let workflow =
        text.split("```").find_map(|block| block.strip_prefix("yaml\nname: secrets\n")).expect("the workflow");
    assert!(workflow.contains("id-token: write"));
    let mut lines = workflow.lines().skip_while(|line| !line.contains("- run: "));
    let command = lines.next().and_then(|line| line.split_once("- run: ")).expect("a step").1.to_owned();
    assert_eq!(lines.next().map(str::trim), Some("env:"));
    let pairs = lines.take_while(|line| !line.trim().is_empty()).filter_map(|line| line.trim().split_once(": "));
    (command, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// What a runner makes of the expressions that the workflow uses.
fn evaluated(job: &Job, text: &str) -> String {
    match text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) {
        None => text.to_owned(),
        Some("toJSON(secrets)") => job.all_secrets(),
        Some(expression) => {
            let name = expression.strip_prefix("secrets.").expect("an expression that is known here");
            job.secrets.get(name).cloned().unwrap_or_default()
        }
    }
}

#[test]
fn the_workflow_of_the_document_works_as_it_stands() {
    let (command, variables) = step();
    let mapping = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n\
                   defaults: { direction: both }\nentries:\n  FROM_GITHUB: s.one\n  FROM_ESC: s.two\n";
    let world = World::with_mapping("workflow", mapping);
    world.esc_secrets(&[("two", "value-of-two-88ab13c7")]);
    world
        .org_secret("FROM_GITHUB", "value-of-one-51c2d8a4")
        .org_secret("ESC_SYNC_GITHUB_TOKEN", "ghp-canary-token-77ab21");
    // Only the token that the workflow names may do anything.
    let rule = json!({ "token": "ghp-canary-token-77ab21", "rule": { "scopes": ["admin:org", "repo"] } });
    let job = Job::queue(&world).without("GITHUB_TOKEN");
    world.ask("POST", "/_sandbox/github/tokens", &rule);
    for writes in [2, 0] {
        let mut shell = job.command("/bin/sh");
        let path = Path::new(env!("CARGO_BIN_EXE_esc-sync")).parent().expect("a folder");
        shell.args(["-e", "-c", &format!("{command} --format json")]).env("PATH", path);
        let given = variables.iter().map(|(name, text)| (name, evaluated(&job, text)));
        let ran = ran(shell.envs(given).output().expect("a shell"));
        assert_eq!(ran.code, 0, "{}", ran.everything());
        let report = ran.json();
        assert_eq!(report["outcomes"].as_array().map(Vec::len), Some(writes), "{report:#}");
        assert_eq!((status(&report, "FROM_GITHUB"), status(&report, "FROM_ESC")), ("ok", "ok"));
    }
    assert_eq!(super::on_github(&world, "org:acme", "FROM_ESC"), "value-of-two-88ab13c7");
    assert_eq!(super::in_esc(&world, "one").map(|held| held.0).as_deref(), Some("value-of-one-51c2d8a4"));
}
