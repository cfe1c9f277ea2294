//! `explain` of words: rules, statuses, exit codes, stages, probes; and of words that mean nothing.

use crate::support::{
    program::{Program, Ran, folder},
    world::HEADER,
};

fn explain(args: &[&str]) -> Ran {
    Program::new(&folder("explain")).args(["explain"]).args(args.iter().copied()).run()
}

#[test]
fn a_word_is_explained_without_a_mapping_in_any_case() {
    for (word, part) in [
        ("placeholder-value", "(rule)"),
        ("Missing", "missing (status)"),
        ("3", "3 (exit code)"),
        ("rate-limited", "(reason of a live check)"),
        ("live", "(verdict of a live check)"),
        ("esc-open", "(stage of doctor)"),
        ("groq", "groq (probe)"),
        ("leaked-value", "leaked-value (rule of scan)"),
        ("misspelt-reference", "Error."),
        ("exit 4", "4 (exit code)"),
        ("alerting", "No safe call is known; checked offline:"),
        ("groq", "GET https://"),
    ] {
        let ran = explain(&[word]);
        assert!(ran.code == 0 && ran.stdout.contains(part), "{word}: {}", ran.everything());
    }
    let both = explain(&["rejected"]).stdout;
    assert!(both.contains("rejected (status)") && both.contains("rejected (verdict of a live check)"), "{both}");
}

#[test]
fn without_a_word_everything_that_can_be_explained_is_listed() {
    let ran = explain(&[]);
    for line in ["rule\n", "  missing: ", "status\n", "exit code\n  0\n", "probe\n", "stage of doctor\n"] {
        assert!(ran.code == 0 && ran.stdout.contains(line), "{line:?}: {}", ran.stdout);
    }
    let listed = explain(&["--format", "json"]).json();
    assert_eq!(listed["schema"], "esc-sync/explain/v1");
    assert!(listed["topics"].as_array().is_some_and(|topics| topics.len() > 60));
}

#[test]
fn a_word_that_means_nothing_is_a_usage_error_that_names_the_nearest() {
    let ran = explain(&["mising"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean missing"), "{}", ran.everything());
    let mapping = format!("{HEADER}entries:\n  STRIPE_API_KEY: s.a\n  STRIPE_WEBHOOK_SECRET: s.b\n");
    let ran = Program::new(&folder("explain-near")).mapping(&mapping).args(["explain", "stripe_"]).run();
    let offered = "STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET?";
    assert!(ran.code == 2 && ran.stderr.contains(offered), "{}", ran.everything());
    let ran = Program::new(&folder("explain-hostile")).mapping(&mapping).args(["explain", "a\u{1b}[2Jb"]).run();
    assert!(ran.code == 2 && !ran.everything().contains('\u{1b}'), "{}", ran.everything());
    assert_eq!(explain(&["missing", "--format", "junit"]).code, 2);
    let ran = explain(&["6"]);
    assert!(ran.code == 2 && ran.stderr.contains("the exit codes are 0, 1, 2, 3, 4, 5, 130"), "{}", ran.everything());
}

#[test]
fn texts_are_shown_without_marks_and_wrapped() {
    let ran = Program::new(&folder("explain-plain")).env("COLUMNS", "80").args(["explain", "leaked-value"]).run();
    let shown = &ran.stdout;
    assert!(!shown.contains(['*', '`']) && shown.lines().skip(1).all(|line| line.len() <= 80), "{shown}");
}
