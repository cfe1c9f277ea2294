//! The workflows: a preflight of pull requests, the scheduled sync, the attestation.
//!
//! Each has the least rights: `contents: read`, and the two logins as secrets of their own.
//! Nothing of the mapping but its file's name and its deployment environments is in them.

use std::{collections::BTreeSet, fmt::Write};

use serde_json::Value;

use super::Settings;
use crate::{mapping::Mapping, model::GithubScope};

/// actions/checkout v4.2.2, by its commit: a tag can be moved.
const CHECKOUT: &str = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
const RUNNER: &str = "ubuntu-24.04";

/// The head of a workflow.
struct Head<'a> {
    name: &'a str,
    on: &'a str,
    group: &'a str,
    /// Whether a newer run ends one that is under way.
    cancel: bool,
}

impl Head<'_> {
    fn text(&self) -> String {
        format!(
            "\nname: {}\n\non:\n{}\npermissions:\n  contents: read\n\nconcurrency:\n  group: {}\n  cancel-in-progress: {}\n\njobs:\n",
            self.name, self.on, self.group, self.cancel
        )
    }
}

pub(super) fn check(_: &Mapping, settings: &Settings) -> String {
    let on = "  pull_request:\n";
    let head = Head { name: "esc-sync check", on, group: "esc-sync-check-${{ github.ref }}", cancel: true };
    let mut text = head.text();
    text.push_str("  # Asks no store and is given no secret, so that it runs for forks too.\n");
    job(&mut text, "mapping", &[], settings);
    step(&mut text, "esc-sync mapping lint", &mapping_variables(settings));
    step(&mut text, "esc-sync docs --check", &mapping_variables(settings));
    text.push_str(
        "\n  # Pull requests of forks and of Dependabot are given no secrets, so they cannot ask the stores.\n",
    );
    let own =
        "if: github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]'";
    job(&mut text, "stores", &["needs: mapping".into(), own.into()], settings);
    let live = if settings.live { " --live" } else { "" };
    let command = format!("esc-sync check{live} --format github --report \"markdown=$GITHUB_STEP_SUMMARY\"");
    step(&mut text, &command, &store_variables(settings));
    text
}

pub(super) fn sync(_: &Mapping, settings: &Settings) -> String {
    let on = "  schedule:\n    - cron: \"17 5 * * *\"\n  workflow_dispatch:\n";
    // A run that writes is never ended by another.
    let mut text = Head { name: "esc-sync sync", on, group: "esc-sync-write", cancel: false }.text();
    job(&mut text, "sync", &[], settings);
    let command = "esc-sync sync --yes --format github --report \"markdown=$GITHUB_STEP_SUMMARY\"";
    step(&mut text, command, &store_variables(settings));
    text
}

pub(super) fn attest(mapping: &Mapping, settings: &Settings) -> String {
    let on = "  schedule:\n    - cron: \"47 5 * * 1\"\n  workflow_dispatch:\n";
    let mut text = Head { name: "esc-sync attest", on, group: "esc-sync-write", cancel: false }.text();
    text.push_str(
        "  # Records keyed fingerprints of what GitHub holds, so that a check elsewhere can compare. One variable holds at\n\
         \x20 # most 128 KiB: for more, give ESC_SYNC_GITHUB_SECRETS_1, ESC_SYNC_GITHUB_SECRETS_2 and so on, each with an\n\
         \x20 # object of some of the secrets, in the place of ESC_SYNC_GITHUB_SECRETS.\n",
    );
    attest_job(&mut text, "attest", None, settings);
    for (number, environment) in deployments(mapping).iter().enumerate() {
        attest_job(&mut text, &format!("attest-environment-{}", number + 1), Some(environment), settings);
    }
    text
}

fn attest_job(text: &mut String, id: &str, environment: Option<&str>, settings: &Settings) {
    if environment.is_some() {
        text.push('\n');
    }
    // What a person protects an environment with (reviewers, a wait) holds for this job too.
    let extra: Vec<String> = environment.into_iter().map(|name| format!("environment: {}", quoted(name))).collect();
    job(text, id, &extra, settings);
    let mut variables = store_variables(settings);
    variables.push(("ESC_SYNC_GITHUB_SECRETS", "${{ toJSON(secrets) }}".to_owned()));
    let command = "esc-sync attest --yes --format github --report \"markdown=$GITHUB_STEP_SUMMARY\"";
    step(text, command, &variables);
}

/// The deployment environments whose secrets only a job within them is given.
fn deployments(mapping: &Mapping) -> BTreeSet<&str> {
    let scopes = mapping.entries.iter().flat_map(|entry| &entry.github).map(|place| &*place.scope);
    scopes
        .filter_map(|scope| match scope {
            // A name that is an expression would be one here.
            GithubScope::Environment { environment, .. } if !environment.contains("${{") => Some(&**environment),
            _ => None,
        })
        .collect()
}

fn job(text: &mut String, id: &str, extra: &[String], settings: &Settings) {
    let _ = writeln!(text, "  {id}:");
    for line in extra {
        let _ = writeln!(text, "    {line}");
    }
    let _ = write!(
        text,
        "    runs-on: {RUNNER}\n    timeout-minutes: 15\n    steps:\n      - uses: {CHECKOUT}\n        with:\n          persist-credentials: false\n"
    );
    text.push_str(&install(settings));
}

/// How `esc-sync` comes onto the runner: as was said, or it is looked for and missed by name.
fn install(settings: &Settings) -> String {
    const LOOK: &str = "command -v esc-sync || { echo '::error::esc-sync is not on this runner: put it there, or say how with `esc-sync docs --install COMMANDS`'; exit 1; }";
    let commands = settings.install.as_deref().map_or(LOOK, str::trim);
    let mut text = String::from("      - name: esc-sync\n        run: |\n");
    for line in commands.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "          {line}");
    }
    text
}

fn step(text: &mut String, command: &str, variables: &[(&str, String)]) {
    let _ = write!(text, "      - run: {command}\n        env:\n");
    for (name, value) in variables {
        let _ = writeln!(text, "          {name}: {value}");
    }
}

fn mapping_variables(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut variables = vec![("ESC_SYNC_MAPPING", quoted(&settings.mapping))];
    variables.extend(settings.profile.as_deref().map(|profile| ("ESC_SYNC_PROFILE", quoted(profile))));
    variables
}

/// A token of the job itself can neither list nor write secrets, so there is one more. The state is shared if
/// the repository's variable says where; an empty one counts as not set.
fn store_variables(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut variables = mapping_variables(settings);
    variables.extend([
        ("ESC_SYNC_STATE", "${{ vars.ESC_SYNC_STATE }}".to_owned()),
        ("PULUMI_ACCESS_TOKEN", "${{ secrets.PULUMI_ACCESS_TOKEN }}".to_owned()),
        ("GITHUB_TOKEN", "${{ secrets.ESC_SYNC_GITHUB_TOKEN }}".to_owned()),
    ]);
    variables
}

/// JSON's text is one of YAML's.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
