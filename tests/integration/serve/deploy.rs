//! The deployment examples against the checkers of those who read them: systemd, Kubernetes, Compose, GitHub, hadolint.
//!
//! `deploy/install` puts the checkers into the target folder. Where one is not there the test fails;
//! nothing is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::support::program::{Program, folder};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn examples() -> PathBuf {
    root().join("docs/deploy")
}

fn installed(program: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target));
    let path = target.join("clients").join(program);
    assert!(path.exists(), "{} is missing: run tests/clients/install", path.display());
    path
}

fn run(program: impl AsRef<std::ffi::OsStr>, args: &[&str], file: &Path) -> Output {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder("checkers"));
    command.args(args).arg(file).output().expect("it starts")
}

fn everything(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn passes(output: &Output) {
    assert!(output.status.success(), "{}", everything(output));
}

#[test]
fn systemd_takes_the_unit_and_finds_little_exposed() {
    let text = fs::read_to_string(examples().join("esc-sync.service")).expect("there");
    // It wants to see the program; ours is not installed here.
    let unit = folder("unit").join("esc-sync.service");
    fs::write(&unit, text.replace("/usr/local/bin/esc-sync", env!("CARGO_BIN_EXE_esc-sync"))).expect("writable");
    let verified = run("systemd-analyze", &["verify"], &unit);
    passes(&verified);
    assert_eq!(everything(&verified), "", "it warns of nothing");
    passes(&run("systemd-analyze", &["security", "--offline=yes", "--threshold=15"], &unit));
}

#[test]
fn kubernetes_takes_every_manifest() {
    let mut kinds = Vec::new();
    for entry in fs::read_dir(examples().join("kubernetes")).expect("there").flatten() {
        let (file, text) = (entry.path(), fs::read_to_string(entry.path()).expect("readable"));
        // The mapping is none, and of kustomize's own file there is no schema.
        if !text.contains("apiVersion:") || text.contains("kind: Kustomization") {
            continue;
        }
        let checked = run(installed("deploy/venv/bin/kubernetes-validate"), &["--strict"], &file);
        passes(&checked);
        assert!(everything(&checked).contains(" passed for resource "), "{}", everything(&checked));
        kinds.extend(text.lines().filter_map(|line| line.strip_prefix("kind: ")).map(str::to_owned));
    }
    kinds.sort();
    let expected = ["CronJob", "Deployment", "Job", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "Service"];
    assert_eq!(kinds, expected);
}

#[test]
fn what_kustomize_names_is_there() {
    let text = fs::read_to_string(examples().join("kubernetes/kustomization.yaml")).expect("there");
    let named: Vec<_> = text.split([' ', '[', ']', '\n']).filter(|word| word.ends_with(".yaml")).collect();
    assert!(named.len() >= 6, "{named:?}");
    for file in named {
        assert!(examples().join("kubernetes").join(file).exists(), "{file}");
    }
}

#[test]
fn compose_and_github_take_their_files() {
    let checker = installed("workflows/venv/bin/check-jsonschema");
    let of = |schema: &str, file: &str| run(&checker, &["--builtin-schema", schema], &examples().join(file));
    passes(&of("vendor.compose-spec", "compose.yaml"));
    passes(&of("vendor.github-workflows", "github-fleet.yml"));
    assert!(!of("vendor.compose-spec", "github-fleet.yml").status.success(), "the checker refuses something");
}

#[test]
fn hadolint_finds_nothing_in_the_dockerfile() {
    passes(&run(installed("deploy/venv/bin/hadolint"), &[], &root().join("Dockerfile")));
}

/// The words of a YAML or JSON list, with or without quotes, on one line or one to a line.
fn words(list: &str) -> Vec<String> {
    let items = list.trim().trim_matches(['[', ']']).split([',', '\n']);
    let bare = |item: &str| item.trim().trim_start_matches("- ").trim().trim_matches('"').to_owned();
    items.map(bare).filter(|item| !item.is_empty()).collect()
}

/// The lines of a block list that follows its key at the same or a deeper indent.
fn block(text: &str) -> String {
    text.lines().skip(1).take_while(|line| line.trim_start().starts_with("- ")).collect::<Vec<_>>().join("\n")
}

/// Every command line of ours in the examples: what follows `args:`, `command:` or `CMD`, and whole lines.
fn command_lines() -> Vec<(String, Vec<String>)> {
    let names = [
        "docs/deploy/compose.yaml",
        "docs/deploy/kubernetes/deployment.yaml",
        "docs/deploy/kubernetes/cronjob.yaml",
        "docs/deploy/kubernetes/fleet-job.yaml",
        "docs/deploy/esc-sync.service",
        "docs/deploy/github-fleet.yml",
        "Dockerfile",
    ];
    let mut found = Vec::new();
    for name in names {
        let text = fs::read_to_string(root().join(name)).expect(name);
        for key in [" args:", " command:", "\nCMD "] {
            for (at, _) in text.match_indices(key) {
                let rest = &text[at + key.len()..];
                let line = rest.lines().next().unwrap_or_default();
                let list = if line.trim().is_empty() { block(rest) } else { line.to_owned() };
                found.push((name.to_owned(), words(&list)));
            }
        }
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if let Some((_, rest)) = line.split_once("esc-sync serve ").or_else(|| line.split_once("run: esc-sync ")) {
                let start = line.contains("esc-sync serve ").then(|| "serve".to_owned());
                let rest = rest.replace("\"${{ matrix.part }}/8\"", "1/8");
                found.push((name.to_owned(), start.into_iter().chain(rest.split(' ').map(str::to_owned)).collect()));
            }
        }
    }
    found
}

/// With `--help` behind it a command does nothing, but what stands before must be legal.
#[test]
fn every_command_of_the_examples_is_one_that_the_program_takes() {
    let found = command_lines();
    assert_eq!(found.len(), 8, "{found:?}");
    for (name, line) in found {
        let program =
            Program::new(&folder("deploy-commands")).env("JOB_COMPLETION_INDEX", "0").env("ESC_SYNC_PARTITIONS", "8");
        let ran = program.args(line.iter().map(String::as_str)).args(["--help"]).run();
        assert_eq!(ran.code, 0, "{name}: {line:?}\n{}", ran.everything());
    }
}

#[test]
fn the_mapping_of_the_examples_is_one() {
    let file = examples().join("kubernetes/esc-sync.yaml");
    let ran = Program::new(&folder("deploy-mapping")).args(["mapping", "lint", &file.display().to_string()]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
}
