//! X7, X8, X9: texts from outside in every format.

use esc_sync::report::{Format, Style, escape::is_hidden};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::sample::{HOSTILE, any_report, carrying, rendered, rendered_as};

fn texts() -> impl Iterator<Item = String> {
    let long = ["x".repeat(10_000), "名".repeat(10_000), "a:".repeat(5_000), "::".repeat(5_000), "`".repeat(10_000)];
    HOSTILE.iter().map(|text| (*text).to_owned()).chain(long)
}

#[test]
fn x7_no_format_lets_a_hidden_character_through() {
    for text in texts() {
        for format in Format::ALL {
            let shown = rendered(*format, &carrying(&text));
            let hidden = shown.chars().find(|character| *character != '\n' && is_hidden(*character));
            assert_eq!(hidden, None, "{format} of {text:?}");
        }
    }
}

/// The runner trims blanks before `::` and finds `##[` anywhere; all that we print
/// on a log may be read by it, whatever the format.
#[test]
fn x8_no_format_but_github_starts_a_workflow_command() {
    for text in texts() {
        for format in Format::ALL {
            let shown = rendered(*format, &carrying(&text));
            assert!(!shown.contains("##["), "{format} of {text:?}");
            if *format != Format::Github {
                assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{format} of {text:?}");
            }
        }
    }
}

#[test]
fn x8_every_line_of_github_is_one_command_of_ours() {
    for text in texts() {
        for line in rendered(Format::Github, &carrying(&text)).lines() {
            let (head, message) = line[2..].split_once("::").expect("a command has a message");
            let (name, properties) = head.split_once(' ').expect("a command has properties");
            assert!(line.starts_with("::") && ["error", "warning", "notice"].contains(&name), "{line}");
            for property in properties.split(',') {
                let (key, _) = property.split_once('=').expect("a property has a value");
                assert!(["file", "line", "title"].contains(&key), "{line}");
            }
            assert!(message.replace("%0A", "\n").replace("%25", "%").chars().count() <= 4_096);
        }
    }
}

#[test]
fn x9_markdown_holds_hostile_text_in_code_only() {
    for text in texts() {
        let shown = rendered(Format::Markdown, &carrying(&text));
        let outside = outside_code(&shown);
        for mark in ["<script", "<img", "<!--", "](", "@acme", "https://", "javascript:", "| a"] {
            assert!(!outside.contains(mark), "{mark} of {text:?} in\n{outside}");
        }
        assert!(!shown.lines().any(|line| line == "# head"));
    }
}

/// What GitHub would read as more than code: a small reading of CommonMark's rules
/// for fences and spans, enough for pages in which both begin and end on our terms.
fn outside_code(page: &str) -> String {
    let mut outside = String::new();
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        let ticks = run(line.trim_start());
        match fence {
            Some(open) if ticks >= open && line.trim().len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 && line.trim().len() == ticks => fence = Some(ticks),
            None => outside.push_str(&(outside_spans(line) + "\n")),
        }
    }
    assert_eq!(fence, None, "a fence is left open in\n{page}");
    outside
}

fn outside_spans(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let open = run(&rest[at..]);
        rest = &rest[at + open..];
        let mut close = 0;
        loop {
            let next = rest[close..].find('`').unwrap_or_else(|| panic!("a span is left open in {line}"));
            let length = run(&rest[close + next..]);
            close += next + length;
            if length == open {
                break;
            }
        }
        rest = &rest[close..];
    }
    outside + rest
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn x7_text_for_people_keeps_to_its_page(report in any_report(), width in 16_usize..120, verbose in 0_u8..2) {
        let shown = rendered_as(Format::Text, &report, Style { width, color: false, verbose });
        for line in shown.lines() {
            prop_assert!(!line.chars().any(is_hidden), "{line:?}");
            prop_assert!(!line.trim_start().starts_with("::"), "{line:?}");
            let to_copy = ["fix:", "next:"].iter().any(|label| line.trim_start().starts_with(label));
            prop_assert!(to_copy || line.width() <= width, "{width}: {line:?}");
        }
    }

    #[test]
    fn x7_x8_every_format_of_any_report(report in any_report()) {
        for format in Format::ALL {
            let shown = rendered(*format, &report);
            prop_assert!(!shown.chars().any(|character| character != '\n' && is_hidden(character)));
            prop_assert!(!shown.contains("##["));
        }
    }
}

/// A person who copies the command must get all of it, in one line.
#[test]
fn commands_to_copy_are_never_broken() {
    let remedy = format!("esc env set acme/default/production {} --secret --string --file -", "a.".repeat(200));
    let shown = rendered_as(Format::Text, &carrying(&remedy), Style { width: 20, color: false, verbose: 0 });
    assert!(shown.lines().any(|line| line.trim_start() == format!("fix: {remedy}")), "{shown}");
}
