//! What of a document would not work, found before it is changed and again in the result.

use super::{
    document::{Document, entry_name},
    embedded, key_text, names,
    refusal::{Fault, Refusal},
};
use crate::{keys::PublicKey, yaml::Node};

/// All faults, and what is only worth a word.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) refusals: Vec<Refusal>,
    pub(super) notes: Vec<String>,
}

/// `complete`: an empty list of keys is a fault too, since nothing will be added to it any more.
pub(super) fn check(document: &Document<'_>, complete: bool) -> Findings {
    let mut findings = Findings { refusals: names::faults(document), notes: Vec::new() };
    for (_, keys) in document.lists() {
        check_list(document, keys, complete, &mut findings);
    }
    for entry in document.entries() {
        if entry_name(entry).is_some_and(|name| name.contains("${")) {
            findings.refusals.push(Fault::Unfilled.at(entry.at.line));
        }
    }
    if let Some(root) = &document.root {
        let mut embedded = Vec::new();
        embedded::private_keys(root, &mut embedded);
        // In a list of keys it has a fault of its own already.
        embedded.retain(|found| !findings.refusals.iter().any(|known| known.line == found.line));
        findings.refusals.extend(embedded);
    }
    findings.refusals.sort_by_key(|refusal| refusal.line);
    findings
}

/// The keys of one list that are keys, with their positions in it.
pub(super) fn keys_of(list: &Node<'_>) -> Vec<(usize, PublicKey)> {
    let items = list.as_list().unwrap_or_default().iter().enumerate();
    items.filter_map(|(index, item)| Some((index, key_text::judge(&item.as_scalar()?.text).ok()?))).collect()
}

fn check_list(document: &Document<'_>, keys: &Node<'_>, complete: bool, findings: &mut Findings) {
    let Some(items) = keys.as_list() else {
        if keys.anchored || keys.tagged || keys.shape() == "an alias" {
            findings.refusals.push(Fault::AliasedKeys.at(keys.at.line));
        } else if !keys.as_scalar().is_some_and(|scalar| scalar.is_null()) {
            findings.refusals.push(Fault::ListExpected.at(keys.at.line));
        } else if complete {
            findings.refusals.push(Fault::EmptyList.at(keys.at.line));
        }
        return;
    };
    for item in items {
        if let Some(fault) = item_fault(item) {
            findings.refusals.push(fault.at(item.at.line));
        } else if comment_is_cut(document.text, item) {
            let line = item.at.line;
            findings.notes.push(format!("line {line}: what follows ` #` is no part of the key's comment"));
        }
    }
}

fn item_fault(item: &Node<'_>) -> Option<Fault> {
    if let Some(scalar) = item.as_scalar() {
        return if scalar.is_null() { Some(Fault::NullKey) } else { key_text::judge(&scalar.text).err() };
    }
    Some(match item.shape() {
        "a map" if item.flow => Fault::Unfilled,
        "a map" => Fault::CommentColon,
        "an alias" => Fault::AliasedKeys,
        _ => Fault::ListExpected,
    })
}

/// A plain scalar ends where ` #` begins, and the key works; the rest was perhaps meant to be its comment.
fn comment_is_cut(text: &str, item: &Node<'_>) -> bool {
    let rest = text[item.end as usize..].lines().next().unwrap_or_default();
    item.as_scalar().is_some_and(|scalar| scalar.is_plain()) && rest.trim_start().starts_with('#')
}
