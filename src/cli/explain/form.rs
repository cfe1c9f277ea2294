//! Explanations for people, line by line; everything that came from outside is made harmless.

use std::fmt::Write as _;

use super::{entry::Story, markdown, words::Topic};
use crate::{
    cli::terminal,
    report::{EntryReport, escape::visible, paragraph},
};

/// What can be explained, by kind.
pub(super) fn list(topics: &[Topic]) -> String {
    let mut text = "what can be explained: the name of an entry of the mapping, and these words\n".to_owned();
    let mut kind = "";
    for topic in topics {
        if topic.kind != kind {
            kind = topic.kind;
            line(&mut text, 0, "");
            line(&mut text, 0, kind);
        }
        let summary = if topic.summary.is_empty() { String::new() } else { format!(": {}", topic.summary) };
        line(&mut text, 2, &format!("{}{summary}", topic.word));
    }
    text
}

pub(super) fn text(topics: &[Topic], story: Option<&Story>) -> String {
    let mut text = String::new();
    for topic in topics {
        let summary = if topic.summary.is_empty() { String::new() } else { format!(": {}", topic.summary) };
        part(&mut text, &format!("{} ({}){summary}", topic.word, topic.kind));
        for piece in markdown::pieces(&topic.text) {
            text.push_str(&paragraph(&piece.text, 2, 2 + piece.hang, terminal::width()));
        }
    }
    if let Some(story) = story {
        tell(&mut text, story);
    }
    text
}

fn tell(text: &mut String, story: &Story) {
    let alias = story.alias.as_ref().map(|alias| format!(", also known as {alias}")).unwrap_or_default();
    part(text, &format!("{} (entry{alias}), {}", story.name, story.at));
    let widest = story.declared.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, said) in &story.declared {
        line(text, 2, &format!("{name:widest$}  {said}"));
    }
    if let Some(now) = &story.now {
        part(text, &format!("now: {}, evidence: {}", now.status, now.evidence));
        present(text, now);
        part(text, "what sync would do");
        planned(text, story);
    }
    part(text, "what is remembered");
    for (place, facts) in &story.remembered {
        line(text, 2, place);
        facts.iter().for_each(|fact| line(text, 4, fact));
    }
    if story.remembered.is_empty() {
        line(text, 2, "nothing");
    }
    part(text, "who wrote it, by the audit log");
    story.history.iter().for_each(|said| line(text, 2, said));
    if story.history.is_empty() {
        line(text, 2, "no run of ours");
    }
    if !story.notes.is_empty() {
        part(text, "what could not be told");
        story.notes.iter().for_each(|note| line(text, 2, note));
    }
}

fn present(text: &mut String, now: &EntryReport) {
    for place in &now.places {
        let stamp = place.updated_at.as_ref().map(|at| format!(", since {at}")).unwrap_or_default();
        line(text, 2, &format!("{}: {}{stamp}", place.place, place.reading));
        if let Some(why) = &place.why {
            line(text, 4, &why.what);
            line(text, 4, &format!("fix: {}", why.help));
        }
    }
    for finding in &now.findings {
        line(text, 2, &format!("{} {}: {}", finding.severity, finding.rule, finding.reason));
        if !finding.remedy.is_empty() {
            line(text, 4, &format!("fix: {}", finding.remedy));
        }
    }
}

fn planned(text: &mut String, story: &Story) {
    for planned in &story.plan {
        line(text, 2, &format!("{}: {}", planned.decision, planned.place));
        line(text, 4, &planned.why);
        if !planned.remedy.is_empty() {
            line(text, 4, &format!("fix: {}", planned.remedy));
        }
    }
    if story.plan.is_empty() {
        line(text, 2, "nothing: no place of it needs a write");
    }
}

fn part(text: &mut String, heading: &str) {
    if !text.is_empty() {
        line(text, 0, "");
    }
    line(text, 0, heading);
}

/// One line; names and messages may hold anything (failure case X7).
fn line(text: &mut String, indent: usize, said: &str) {
    let shown = visible(said);
    let indent = if shown.is_empty() { 0 } else { indent };
    writeln!(text, "{:indent$}{shown}", "").expect("a string takes all");
}
