//! The proposal as the text of a mapping, proved by loading it.
//!
//! An entry that `load` refuses is set aside as a remark that names it and says why, so
//! that what is left always loads.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Confidence, Draft, Sources,
    entry::{Proposed, flow, list, scalar, scope_fields},
    proposal::{Proposal, is_organization},
};
use crate::mapping::{LoadOptions, load};

/// Each time it is loaded at least one more entry is set aside, and errors come 200 at a time.
const MOST_ROUNDS: usize = 64;

/// An entry as it will stand in the file.
struct Piece {
    title: String,
    name: String,
    confidence: Confidence,
    comment: Option<String>,
    lines: Vec<String>,
    set_aside: Option<String>,
}

pub(super) fn settled(proposal: Proposal, sources: &Sources) -> Draft {
    let mut pieces = pieces(&proposal);
    for _ in 0..MOST_ROUNDS {
        let (text, owners) = written(&pieces, &proposal, sources);
        let refused = refusals(&text, &owners);
        if refused.is_empty() {
            break;
        }
        for (at, why) in refused {
            pieces[at].confidence = Confidence::Decide(why.clone());
            pieces[at].set_aside = Some(why);
        }
    }
    let (text, _) = written(&pieces, &proposal, sources);
    counted(text, &pieces)
}

fn pieces(proposal: &Proposal) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = proposal.entries.iter().map(|entry| piece(entry, proposal)).collect();
    pieces.sort_by(|one, other| (&one.title, &one.name).cmp(&(&other.title, &other.name)));
    pieces
}

/// Entries without a service come last.
const OTHERS: &str = "~";

fn piece(entry: &Proposed, proposal: &Proposal) -> Piece {
    let title = entry.service.map_or(OTHERS, |service| service.title);
    let mut said = Vec::new();
    match &entry.confidence {
        Confidence::Sure(why) => said.push(format!("sure: {why}")),
        Confidence::Likely(why) => said.push(format!("likely: {why}")),
        Confidence::Decide(what) => said.push(format!("decide: {what}")),
    }
    said.extend(entry.remarks.iter().cloned());
    Piece {
        title: title.to_owned(),
        name: entry.name.to_string(),
        confidence: entry.confidence.clone(),
        comment: Some(one_line(&said.join("; "))),
        lines: entry.lines(&proposal.standard),
        set_aside: None,
    }
}

/// The file, and to which piece each of its lines belongs.
fn written(pieces: &[Piece], proposal: &Proposal, sources: &Sources) -> (String, Vec<Option<usize>>) {
    let mut lines: Vec<(String, Option<usize>)> =
        head(pieces, proposal, sources).into_iter().map(|line| (line, None)).collect();
    let mut title = None;
    for (at, piece) in pieces.iter().enumerate() {
        if title != Some(&piece.title) {
            if title.is_some() {
                lines.push((String::new(), None));
            }
            let shown = if piece.title == OTHERS { "Others" } else { &piece.title };
            lines.push((format!("  # {shown}"), None));
            title = Some(&piece.title);
        }
        if let Some(why) = &piece.set_aside {
            lines.push((format!("  # decide: {} was set aside: {}", piece.name, one_line(why)), None));
            continue;
        }
        lines.extend(piece.comment.iter().map(|comment| (format!("  # {comment}"), None)));
        lines.extend(piece.lines.iter().map(|line| (line.clone(), Some(at))));
    }
    if !proposal.left_out.is_empty() {
        lines.push((String::new(), None));
        lines.push(("  # Names of which nothing else is known, so that they are no entries:".into(), None));
        lines.extend(proposal.left_out.iter().map(|name| (format!("  #   {name}"), None)));
    }
    let mut text = String::new();
    for (line, _) in &lines {
        let _ = writeln!(text, "{line}");
    }
    (text, lines.into_iter().map(|(_, owner)| owner).collect())
}

fn head(pieces: &[Piece], proposal: &Proposal, sources: &Sources) -> Vec<String> {
    let Counts { sure, likely, decide } = Counts::of(pieces);
    let mut lines = vec![
        format!(
            "# A draft by `esc-sync init`: {sure} sure, {likely} likely, {decide} to decide (search for \"decide:\")."
        ),
        "# Every field is described in docs/mapping.md of esc-sync.".to_owned(),
        "version: 1".to_owned(),
    ];
    if let Some(environment) = &proposal.standard.environment {
        lines.push(format!("esc: {{ environment: {} }}", scalar(&environment.to_string())));
    }
    lines.push(match &proposal.standard.home {
        None => "github: false".into(),
        Some(home) => {
            let mut fields = scope_fields(home);
            if is_organization(home) && !proposal.standard.visible_to.is_empty() {
                let repositories = proposal.standard.visible_to.iter().map(ToString::to_string);
                fields.push(format!("visible-to: {}", list(repositories)));
            }
            format!("github: {}", flow(&fields))
        }
    });
    if sources.workflows.is_empty() && sources.older.is_empty() {
        lines
            .push("# Nothing told how much depends on an entry: all are important until you say otherwise.".to_owned());
    } else {
        lines.push("# What a deployment uses is important, the rest is optional until you say otherwise.".to_owned());
        lines.push("defaults: { tier: optional }".to_owned());
    }
    lines.extend([String::new(), "entries:".to_owned()]);
    lines
}

/// Which pieces the loader refuses, and why; an error of the file as a whole is nobody's.
fn refusals(text: &str, owners: &[Option<usize>]) -> BTreeMap<usize, String> {
    let Err(diagnostics) = load("draft", text.as_bytes(), &LoadOptions::default()) else { return BTreeMap::new() };
    let owner = |line: u32| owners.get(line.checked_sub(1)? as usize).copied().flatten();
    diagnostics.errors().filter_map(|error| Some((owner(error.at?.line)?, error.message.clone()))).collect()
}

struct Counts {
    sure: usize,
    likely: usize,
    decide: usize,
}

impl Counts {
    fn of(pieces: &[Piece]) -> Self {
        let count = |wanted: fn(&Confidence) -> bool| pieces.iter().filter(|piece| wanted(&piece.confidence)).count();
        Self {
            sure: count(|confidence| matches!(confidence, Confidence::Sure(_))),
            likely: count(|confidence| matches!(confidence, Confidence::Likely(_))),
            decide: count(|confidence| matches!(confidence, Confidence::Decide(_))),
        }
    }
}

fn counted(text: String, pieces: &[Piece]) -> Draft {
    let Counts { sure, likely, .. } = Counts::of(pieces);
    let decisions = pieces.iter().filter_map(|piece| match &piece.confidence {
        Confidence::Decide(what) => Some((piece.name.clone(), one_line(what))),
        _ => None,
    });
    Draft { text, sure, likely, decisions: decisions.collect() }
}

/// A comment ends with its line, so that no text from outside may begin another.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() || letter == '\u{2028}' || letter == '\u{2029}' { ' ' } else { letter })
        .collect()
}
