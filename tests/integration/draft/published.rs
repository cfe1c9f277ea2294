//! The generated workflows against the published schema of workflows.
//!
//! `published/install` puts the checker into the target folder. Where it is not there the test
//! fails; nothing is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use esc_sync::{
    documents::{Settings, documents},
    mapping::{LoadOptions, load},
};

use crate::support::program::folder;

fn installed(program: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    let path = target.join("clients/workflows/venv/bin").join(program);
    assert!(path.exists(), "{} is missing: run tests/integration/draft/published/install", path.display());
    path
}

/// The schema comes with the checker: nobody is asked for it.
fn passes(file: &Path) -> bool {
    let mut command = Command::new(installed("check-jsonschema"));
    command.env_clear().env("HOME", file.parent().expect("in a folder"));
    let ran = command.args(["--builtin-schema", "vendor.github-workflows"]).arg(file).output().expect("it starts");
    ran.status.success()
}

fn workflows(mapping: &str, install: Option<&str>) -> Vec<PathBuf> {
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(mapping)).expect("there");
    let loaded =
        load(mapping, &text, &LoadOptions::default()).unwrap_or_else(|errors| panic!("{}", errors.render(mapping)));
    let settings = Settings {
        mapping: mapping.to_owned(),
        profile: Some("a \"b\": c".into()),
        install: install.map(str::to_owned),
        live: install.is_some(),
    };
    let scratch = folder("workflows");
    let documents = documents(&loaded.mapping, &settings);
    let workflows = documents.into_iter().filter(|document| document.path.ends_with(".yml"));
    workflows
        .map(|document| {
            let file = scratch.join(document.path.rsplit('/').next().expect("a name"));
            fs::write(&file, document.text).expect("writable");
            file
        })
        .collect()
}

#[test]
fn every_generated_workflow_passes_the_published_schema() {
    for mapping in ["mappings/example.yaml", "mappings/sophia.yaml"] {
        for install in [None, Some("cargo install --locked --path .\nesc-sync --version")] {
            let files = workflows(mapping, install);
            assert_eq!(files.len(), 3);
            for file in files {
                assert!(passes(&file), "{}:\n{}", file.display(), fs::read_to_string(&file).expect("there"));
            }
        }
    }
}

/// A checker that lets everything pass would prove nothing.
#[test]
fn the_checker_refuses_what_is_no_workflow() {
    let file = workflows("mappings/example.yaml", None).remove(0);
    let text = fs::read_to_string(&file).expect("there");
    fs::write(&file, text.replace("runs-on:", "runs-at:")).expect("writable");
    assert!(!passes(&file));
}
