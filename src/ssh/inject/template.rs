//! Templates: `${name}` filled in by strict rules, and the result proved.
//!
//! Where a variable is a whole plain value, a double-quoted JSON string takes its place;
//! elsewhere its characters do, and they are of an alphabet that means nothing to YAML,
//! jinja or a shell (failure case X6). The filled text must say what the template says,
//! with each text filled in on its own, or it is refused.

use super::{
    data::Data,
    document::Document,
    refusal::{Fault, Refusal},
    request::{Variable, is_harmless},
};
use crate::yaml::{Node, NodeKind};

pub(super) fn fill(text: &str, variables: &[Variable]) -> Result<String, Vec<Refusal>> {
    let template = Document::parse(text)?;
    refuse_values(variables)?;
    let pieces = pieces(text)?;
    refuse_names(text, &pieces, variables)?;
    let wholes = template.root.as_ref().map(whole_values).unwrap_or_default();
    let mut filled = String::with_capacity(text.len());
    for piece in &pieces {
        match piece {
            Piece::Text(from, to) => filled.push_str(&text[*from..*to]),
            Piece::Escape => filled.push_str("${"),
            Piece::Variable { name, from, to } => {
                let value = value(variables, name);
                let quoted = wholes.contains(&(*from, *to)).then(|| serde_json::Value::from(value).to_string());
                filled.push_str(quoted.as_deref().unwrap_or(value));
            }
        }
    }
    let wanted = substituted(template.data(), variables);
    let is_proved = Document::parse(&filled).is_ok_and(|document| substituted(document.data(), &[]) == wanted);
    if is_proved { Ok(filled) } else { Err(Fault::Unproved.at(None).about("filling in the template").into()) }
}

enum Piece<'t> {
    Text(usize, usize),
    Escape,
    Variable { name: &'t str, from: usize, to: usize },
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Vec<Refusal>> {
    let (mut pieces, mut bad, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(found) = text[at..].find("${").map(|found| at + found) {
        if text[at..found].ends_with('$') {
            pieces.push(Piece::Text(at, found - 1));
            pieces.push(Piece::Escape);
            at = found + 2;
            continue;
        }
        pieces.push(Piece::Text(at, found));
        let name = text[found + 2..].split_once('}').map(|(name, _)| name).filter(|name| is_name(name));
        match name {
            Some(name) => {
                at = found + name.len() + 3;
                pieces.push(Piece::Variable { name, from: found, to: at });
            }
            None => {
                bad.push(Fault::TemplateForm.at(line_of(text, found)));
                at = found + 2;
            }
        }
    }
    pieces.push(Piece::Text(at, text.len()));
    if bad.is_empty() { Ok(pieces) } else { Err(bad) }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn line_of(text: &str, at: usize) -> u32 {
    1 + text[..at].matches('\n').count() as u32
}

fn refuse_values(variables: &[Variable]) -> Result<(), Vec<Refusal>> {
    let bad = |variable: &&Variable| variable.value.is_empty() || !is_harmless(&variable.value);
    let named = |variable: &Variable| Fault::TemplateValue.at(None).about(format_args!("`{}`", variable.name));
    let mut refusals: Vec<_> = variables.iter().filter(bad).map(named).collect();
    for (index, variable) in variables.iter().enumerate() {
        if !is_name(&variable.name) || variables[..index].iter().any(|other| other.name == variable.name) {
            let what = format!("`{}` is given twice, or is no name", variable.name);
            refusals.push(Fault::TemplateValue.at(None).about(what).remedy("give each variable once"));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

fn refuse_names(text: &str, pieces: &[Piece<'_>], variables: &[Variable]) -> Result<(), Vec<Refusal>> {
    let used: Vec<(&str, usize)> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Variable { name, from, .. } => Some((*name, *from)),
            Piece::Text(..) | Piece::Escape => None,
        })
        .collect();
    let unknown = used.iter().filter(|(name, _)| !variables.iter().any(|variable| variable.name == *name));
    let mut refusals: Vec<_> = unknown
        .map(|(name, from)| Fault::TemplateUnknown.at(line_of(text, *from)).about(format_args!("`{name}`")))
        .collect();
    let unused =
        variables.iter().filter(|variable| variable.given && !used.iter().any(|(name, _)| *name == variable.name));
    refusals.extend(unused.map(|variable| Fault::TemplateUnused.at(None).about(format_args!("`{}`", variable.name))));
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

fn value<'v>(variables: &'v [Variable], name: &str) -> &'v str {
    variables.iter().find(|variable| variable.name == name).map_or("", |variable| &variable.value)
}

/// The spans of plain scalars that are one variable and nothing else.
fn whole_values(root: &Node<'_>) -> Vec<(usize, usize)> {
    match &root.kind {
        NodeKind::Alias => Vec::new(),
        NodeKind::List(items) => items.iter().flat_map(whole_values).collect(),
        NodeKind::Map(pairs) => {
            pairs.iter().flat_map(|(key, value)| [whole_values(key), whole_values(value)]).flatten().collect()
        }
        NodeKind::Scalar(scalar) if scalar.is_plain() => vec![(root.start as usize, root.end as usize)],
        NodeKind::Scalar(_) => Vec::new(),
    }
}

/// The data with each text filled in by itself. Whether a text is plain is left out: filling may quote it.
fn substituted(data: Data, variables: &[Variable]) -> Data {
    match data {
        Data::Alias(name) => Data::Alias(name),
        Data::List(items) => Data::List(items.into_iter().map(|item| substituted(item, variables)).collect()),
        Data::Map(pairs) => {
            let each = |(key, value)| (substituted(key, variables), substituted(value, variables));
            let mut pairs: Vec<_> = pairs.into_iter().map(each).collect();
            pairs.sort();
            Data::Map(pairs)
        }
        Data::Scalar { tag, text, .. } => {
            let text = if variables.is_empty() { text } else { substituted_text(&text, variables) };
            Data::Scalar { plain: false, tag, text }
        }
    }
}

fn substituted_text(text: &str, variables: &[Variable]) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let each = |piece: &Piece<'_>| match piece {
        Piece::Text(from, to) => text[*from..*to].to_owned(),
        Piece::Escape => "${".to_owned(),
        Piece::Variable { name, .. } => value(variables, name).to_owned(),
    };
    pieces.iter().map(each).collect()
}
