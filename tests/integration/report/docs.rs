//! The documents of this room, held true.

use std::{fs, path::Path};

use esc_sync::{
    model::Severity,
    report::{Format, Verdict},
};

use super::sample::report;

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("docs/{name}: {error}"))
}

/// The first cells of a document's table rows.
fn rows(name: &str) -> Vec<String> {
    let text = document(name);
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    cells.map(|cell| cell.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_exit_code_of_the_contract_has_its_row() {
    assert_eq!(rows("exit-codes.md"), ["code", "0", "1", "2", "3", "4", "5", "130"]);
}

#[test]
fn the_codes_of_the_verdicts_are_documented() {
    let text = document("exit-codes.md");
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Unknown] {
        let mut made = report(vec![], vec![], false);
        made.verdict = verdict;
        assert!(text.contains(&format!("`{verdict}` is {}", made.exit_code())), "{verdict}");
    }
    assert!(text.contains(&format!("(default: `{}`)", Severity::Error)));
}

#[test]
fn every_format_has_its_row_and_section() {
    let (rows, text) = (rows("reports.md"), document("reports.md"));
    for format in Format::ALL {
        assert!(rows.contains(&format.to_string()), "{format}");
        assert!(text.contains(&format!("\n## {format}\n")), "{format}");
    }
}
