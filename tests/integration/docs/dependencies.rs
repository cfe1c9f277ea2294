//! `docs/decisions.md` against `Cargo.toml`: a reason for every dependency, and a use.

use std::collections::BTreeSet;

use super::{command_line::each_file, read, root};

/// The names under a heading of Cargo.toml.
fn names(heading: &str) -> BTreeSet<String> {
    let manifest = read("Cargo.toml");
    let (_, rest) = manifest.split_once(&format!("\n[{heading}]\n")).expect("the heading");
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
}

#[test]
fn every_dependency_has_its_reason() {
    let decisions = read("docs/decisions.md");
    let both = names("dependencies").into_iter().chain(names("dev-dependencies"));
    let silent: Vec<_> = both.filter(|name| !decisions.contains(&format!("`{name}`"))).collect();
    assert!(silent.is_empty(), "without a reason in docs/decisions.md: {silent:?}");
}

#[test]
fn every_dependency_is_used() {
    let unused = |heading: &str, folders: &[&str]| {
        let mut open = names(heading);
        assert!(open.len() > 5, "{open:?}");
        for folder in folders {
            each_file(&root().join(folder), "rs", &mut |text| {
                open.retain(|name| {
                    let name = name.replace('-', "_");
                    !text.contains(&format!("{name}::")) && !text.contains(&format!("{name}!"))
                });
            });
        }
        open
    };
    assert_eq!(unused("dependencies", &["src"]), BTreeSet::new());
    assert_eq!(unused("dev-dependencies", &["src", "tests", "benches"]), BTreeSet::new());
}
