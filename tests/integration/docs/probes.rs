//! `docs/probes.md` against the rows: its tables are generated, its words are those of the model.

use esc_sync::{
    model::{ProbeReason, ProbeVerdict},
    probe::{PROBES, offline_reference, reference},
};

use super::{blocks, read, root};

const DOCUMENT: &str = "docs/probes.md";

/// The document with what stands between two marks replaced.
fn with(text: &str, name: &str, generated: &str) -> String {
    let begin = format!("<!-- {name}: generated from src/probe/table; run the tests with UPDATE=1 -->\n");
    let end = format!("<!-- end of {name} -->");
    let (head, rest) = text.split_once(&begin).expect("the first mark");
    let (_, tail) = rest.split_once(&end).expect("the second mark");
    format!("{head}{begin}\n{generated}\n{end}{tail}")
}

#[test]
fn the_tables_of_the_probes_are_kept() {
    let text = read(DOCUMENT);
    let wanted = with(&with(&text, "probes", &reference()), "offline", &offline_reference());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(root().join(DOCUMENT), &wanted).expect("the document can be written");
        return;
    }
    assert!(text == wanted, "{DOCUMENT} is out of date: run the tests once with UPDATE=1");
}

#[test]
fn every_row_verdict_and_reason_is_explained() {
    let text = read(DOCUMENT);
    for probe in PROBES {
        let told = text.contains(&format!("\n### {}\n", probe.id)) || text.contains(&format!("\n| `{}` |", probe.id));
        assert!(told, "{} has no section", probe.id);
    }
    for word in ProbeVerdict::ALL.iter().map(|verdict| verdict.as_str()) {
        assert!(text.contains(&format!("\n| `{word}` |")), "{word}");
    }
    for word in ProbeReason::ALL.iter().map(|reason| reason.as_str()) {
        assert!(text.lines().any(|line| line.starts_with("| `") && line.contains(&format!("`{word}`"))), "{word}");
    }
}

#[test]
fn the_example_loads() {
    for example in blocks(&read(DOCUMENT), "yaml") {
        let loaded = esc_sync::mapping::load("m.yaml", example.as_bytes(), &esc_sync::mapping::LoadOptions::default());
        loaded.unwrap_or_else(|errors| panic!("{}", errors.render("m.yaml")));
    }
}
