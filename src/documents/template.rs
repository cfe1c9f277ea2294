//! `.env.template`: every name, with what it is and without a value.

use std::fmt::Write;

use super::{
    Settings,
    required::{format, title},
};
use crate::{
    mapping::{Entry, FormatRule, Mapping},
    model::Kind,
};

pub(super) fn text(mapping: &Mapping, _: &Settings) -> String {
    let mut entries: Vec<(String, &Entry)> = mapping.entries.iter().map(|entry| (title(entry), entry)).collect();
    entries.sort_by_key(|(title, entry)| (title.is_empty(), title.to_lowercase(), entry.name.clone()));
    let mut text = String::from("#\n# Copy to .env and fill in what you need. Never commit the copy.\n");
    let mut last = None;
    for (title, entry) in &entries {
        if last != Some(title) {
            let shown = if title.is_empty() { "Others" } else { title };
            let _ = writeln!(text, "\n# == {}", line(shown));
            last = Some(title);
        }
        let _ = writeln!(text, "# {}\n{}=", line(&what(entry)), entry.name);
    }
    text
}

/// What an entry is, in a few words.
fn what(entry: &Entry) -> String {
    let kind = if entry.kind == Kind::Config { "setting" } else { "secret" };
    let mut words = vec![format!("{}, {kind}", entry.tier.as_str())];
    match format(entry).as_deref() {
        Some(FormatRule::Named(format)) => words.push(format.summary.to_owned()),
        Some(FormatRule::Inline(pattern)) => words.push(format!("matches {}", pattern.as_str())),
        None => {}
    }
    if let [only] = &entry.detail().expect[..] {
        words.push(format!("is {only}"));
    }
    words.join("; ")
}

/// A comment ends with its line.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
