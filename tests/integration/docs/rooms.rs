//! The tables of `docs/architecture.md` against the code.

use crate::layering::MAY_USE;

use super::{read, table_after};

#[test]
fn the_rooms_of_the_document_are_those_of_the_layering_test() {
    let rows = table_after(&read("docs/architecture.md"), "## The rooms");
    let shown: Vec<(String, Vec<String>)> = rows
        .iter()
        .map(|row| {
            let uses = row[2].split([',', '(']).map(str::trim).filter(|word| !word.is_empty() && !word.ends_with(')'));
            let mut uses: Vec<_> = uses.filter(|word| *word != "–").map(str::to_owned).collect();
            uses.sort();
            (row[0].trim_matches('`').to_owned(), uses)
        })
        .collect();
    let mut wanted: Vec<(String, Vec<String>)> = MAY_USE
        .iter()
        .map(|(room, uses)| ((*room).to_owned(), uses.iter().map(|used| (*used).to_owned()).collect()))
        .collect();
    wanted.push(("cli".to_owned(), vec!["all".to_owned()]));
    let sorted = |mut rooms: Vec<(String, Vec<String>)>| {
        rooms.sort();
        rooms
    };
    assert_eq!(sorted(shown), sorted(wanted));
}

/// A glossary that skips words of the report would send its readers away.
#[test]
fn the_glossary_has_the_words_of_the_report() {
    let words: Vec<_> =
        table_after(&read("docs/architecture.md"), "## Words").into_iter().map(|row| row[0].clone()).collect();
    for word in ["mapping", "entry", "place", "reading", "evidence", "finding", "status", "verdict", "tier", "remedy"] {
        assert!(words.iter().any(|known| known == word), "{word}");
    }
    assert!(words.iter().all(|word| words.iter().filter(|other| *other == word).count() == 1), "{words:?}");
}
