//! What can be explained without any mapping: the sections and rows of the documents, found by their words.

use crate::{
    judge::{self, RULES},
    probe::{self, PROBES},
    scan,
};

/// One meaning of a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Topic {
    /// What the word is: `rule`, `status`, `exit code`, …
    pub(super) kind: &'static str,
    pub(super) word: String,
    /// One line beside it, for instance how severe it is.
    pub(super) summary: String,
    /// In Markdown, as the documents have it.
    pub(super) text: String,
}

/// A table of a document whose rows explain words.
struct Table {
    kind: &'static str,
    document: &'static str,
    heading: &'static str,
    /// What its third column is.
    third: &'static str,
}

const WORDS: &str = include_str!("../../../docs/words.md");
const EXIT_CODES: &str = include_str!("../../../docs/exit-codes.md");
const DOCTOR: &str = include_str!("../../../docs/doctor.md");

const ADVICE: &str = "What to do";

const TABLES: &[Table] = &[
    Table { kind: "status", document: WORDS, heading: "## Statuses", third: ADVICE },
    Table { kind: "verdict of a report", document: WORDS, heading: "## Verdicts of a report", third: ADVICE },
    Table { kind: "evidence", document: WORDS, heading: "## Evidence", third: ADVICE },
    Table { kind: "verdict of a live check", document: WORDS, heading: "## Verdicts of a live check", third: ADVICE },
    Table { kind: "reason of a live check", document: WORDS, heading: "## Reasons of a live check", third: ADVICE },
    Table { kind: "exit code", document: EXIT_CODES, heading: "# Exit codes", third: ADVICE },
    Table { kind: "stage of doctor", document: DOCTOR, heading: "## Stages", third: "For" },
    Table { kind: "outcome of a stage", document: DOCTOR, heading: "## Outcomes", third: ADVICE },
];

/// Every meaning of a word, in any case.
pub(super) fn find(word: &str) -> Vec<Topic> {
    let asked: Vec<&str> = word.split_whitespace().collect();
    // `exit 4` and `status missing` say of which kind the word is.
    let (kind, word) = match asked[..] {
        [word] => ("", word),
        ["exit", "code", word] => ("exit code", word),
        [kind, word] => (kind, word),
        _ => return Vec::new(),
    };
    let is_meant =
        |topic: &Topic| topic.word.eq_ignore_ascii_case(word) && topic.kind.starts_with(&kind.to_ascii_lowercase());
    all().into_iter().filter(is_meant).collect()
}

/// The words that are numbers: every exit code.
pub(super) fn exit_codes() -> Vec<String> {
    all().into_iter().filter(|topic| topic.kind == "exit code").map(|topic| topic.word).collect()
}

/// Everything that has a text: rules, rows of the tables, probes.
pub(super) fn all() -> Vec<Topic> {
    let rules = RULES.iter().map(|rule| Topic {
        kind: "rule",
        word: rule.id.to_owned(),
        summary: format!("{} ({})", rule.summary, rule.severity_words()),
        text: judge::help(rule.id).unwrap_or_default().to_owned(),
    });
    let scanned = scan::RULES.iter().map(|rule| Topic {
        kind: "rule of scan",
        word: rule.id.to_owned(),
        summary: format!("{} ({})", rule.summary, rule.severity.as_str()),
        text: judge::help(rule.id).unwrap_or_default().to_owned(),
    });
    rules.chain(scanned).chain(TABLES.iter().flat_map(rows)).chain(probes()).collect()
}

fn rows(table: &Table) -> Vec<Topic> {
    let rest = table.document.split_once(table.heading).map_or("", |(_, rest)| rest);
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).filter_map(|row| topic(table, row)).collect()
}

/// A row of word, meaning, and a third.
fn topic(table: &Table, row: &str) -> Option<Topic> {
    let mut cells = row.trim().trim_matches('|').split(" | ").map(str::trim);
    let word = cells.next()?.trim_matches('`').to_owned();
    let (meaning, third) = (cells.next()?, cells.next().unwrap_or_default());
    let text = if third.is_empty() { meaning.to_owned() } else { format!("{meaning}\n\n{}: {third}", table.third) };
    Some(Topic { kind: table.kind, word, summary: String::new(), text })
}

fn probes() -> impl Iterator<Item = Topic> {
    PROBES.iter().map(|probe| Topic {
        kind: "probe",
        word: probe.id.to_owned(),
        summary: format!("service {}", probe.service),
        text: probe::told(probe),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Evidence, ProbeReason, ProbeVerdict, StageKind, StageOutcome, Status};

    fn words(kind: &str) -> Vec<String> {
        all().into_iter().filter(|topic| topic.kind == kind).map(|topic| topic.word).collect()
    }

    #[test]
    fn every_word_of_a_closed_set_has_its_row_and_no_row_is_made_up() {
        let sets: [(&str, Vec<&str>); 7] = [
            ("status", Status::ALL.iter().map(|word| word.as_str()).collect()),
            ("evidence", Evidence::ALL.iter().map(|word| word.as_str()).collect()),
            ("verdict of a live check", ProbeVerdict::ALL.iter().map(|word| word.as_str()).collect()),
            ("reason of a live check", ProbeReason::ALL.iter().map(|word| word.as_str()).collect()),
            ("stage of doctor", StageKind::ALL.iter().map(|word| word.as_str()).collect()),
            ("outcome of a stage", StageOutcome::ALL.iter().map(|word| word.as_str()).collect()),
            ("exit code", vec!["0", "1", "2", "3", "4", "5", "130"]),
        ];
        for (kind, expected) in sets {
            assert_eq!(words(kind), expected, "{kind}");
        }
        let verdicts = words("verdict of a report");
        assert_eq!(verdicts, ["pass", "fail", "unknown"]);
    }

    #[test]
    fn no_text_is_empty_and_a_word_may_mean_several_things() {
        assert!(all().iter().all(|topic| !topic.text.is_empty()), "{:?}", all());
        assert_eq!(words("rule").len(), RULES.len());
        assert_eq!(words("rule of scan"), scan::RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
        assert_eq!(words("probe").len(), PROBES.len());
        let kinds: Vec<_> = find("Missing").into_iter().map(|topic| topic.kind).collect();
        assert_eq!(kinds, ["rule", "status"]);
        for (asked, word) in [("exit 4", "4"), ("exit code 4", "4"), ("Exit 130", "130"), ("status missing", "missing")]
        {
            let found: Vec<_> = find(asked).into_iter().map(|topic| topic.word).collect();
            assert_eq!(found, [word], "{asked}");
        }
        assert!(find("exit 6").is_empty() && find("").is_empty());
    }

    #[test]
    fn a_probe_that_asks_nobody_says_so_and_the_others_tell_their_calls() {
        for probe in PROBES {
            let text = probe::told(probe);
            assert_eq!(text.contains("No safe call is known; checked offline: "), probe.is_offline(), "{}", probe.id);
            assert_eq!(text.contains("**live**"), !probe.is_offline(), "{}", probe.id);
            assert!(probe.hosts.iter().all(|host| text.contains(host)), "{}", probe.id);
        }
    }
}
