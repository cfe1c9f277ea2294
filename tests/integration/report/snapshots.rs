//! One rich report in every format, as it is read.

use esc_sync::report::{Format, Style};

use super::sample::{planned, rendered, rendered_as, rich, written};

#[test]
fn every_format_of_one_report() {
    for format in Format::ALL {
        insta::assert_snapshot!(format!("rich_{format}"), rendered(*format, &rich()));
    }
}

#[test]
fn every_format_of_a_plan_and_of_its_outcomes() {
    for format in Format::ALL {
        insta::assert_snapshot!(format!("planned_{format}"), rendered(*format, &planned()));
        insta::assert_snapshot!(format!("written_{format}"), rendered(*format, &written()));
    }
    let style = Style { width: 110, color: false, verbose: 1 };
    insta::assert_snapshot!("written_text_verbose", rendered_as(Format::Text, &written(), style));
}

#[test]
fn text_wide_narrow_and_verbose() {
    let style = Style { width: 110, color: false, verbose: 0 };
    insta::assert_snapshot!("text_110", rendered_as(Format::Text, &rich(), style));
    insta::assert_snapshot!("text_20", rendered_as(Format::Text, &rich(), Style { width: 20, ..style }));
    insta::assert_snapshot!("text_verbose", rendered_as(Format::Text, &rich(), Style { verbose: 1, ..style }));
}

#[test]
fn colour_only_repeats_what_the_words_say() {
    let style = Style { width: 80, color: true, verbose: 1 };
    let colored = rendered_as(Format::Text, &rich(), style);
    assert!(colored.contains("\u{1b}[1;31merror\u{1b}[0m"));
    assert_eq!(without_color(&colored), rendered_as(Format::Text, &rich(), Style { color: false, ..style }));
}

fn without_color(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').expect("a colour code ends in m").1);
    }
    plain
}

#[test]
fn formats_are_found_by_their_word() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.as_str()), Some(*format));
    }
    assert_eq!(Format::from_word("xml"), None);
}
