//! Which changes a document needs, and the changed document, checked before and after.

use super::{
    change::{Change, List, apply},
    checks::{check, keys_of},
    document::Document,
    refusal::{Fault, Refusal},
    request::Request,
    target::{Target, default_user, target},
};
use crate::keys::KeyFingerprint;

type Planned = Result<(String, Vec<String>), Vec<Refusal>>;

pub(super) fn insert(text: &str, request: &Request) -> Planned {
    let document = Document::parse(text)?;
    let found = check(&document, false);
    if !found.refusals.is_empty() {
        return Err(found.refusals);
    }
    let target = target(&document, &request.user, default_user(&document, &request.default_user))?;
    let (changes, mut notes) = changes(&document, &target, request);
    let new = carry_out(text, &changes).map_err(|refusal| about_default(refusal, &changes))?;
    notes.extend(finished(&new)?);
    Ok((new, notes))
}

pub(super) fn remove(text: &str, fingerprint: &KeyFingerprint) -> Planned {
    let mut text = text.to_owned();
    loop {
        let document = Document::parse(&text)?;
        let Some((list, index)) = positions(&document, fingerprint).into_iter().next() else { break };
        let made = apply(&text, &Change::RemoveKey { list, index })?;
        text = made;
    }
    let notes = finished(&text)?;
    Ok((text, notes))
}

fn changes(document: &Document<'_>, target: &Target, request: &Request) -> (Vec<Change>, Vec<String>) {
    let there: Vec<List> = positions(document, &request.key.fingerprint()).into_iter().map(|(list, _)| list).collect();
    let has =
        |list: List| there.contains(&list) || (list == target.list && target.is_default && there.contains(&List::Top));
    let mut notes = Vec::new();
    let mut lists: Vec<List> = Vec::new();
    if let Some(old) = &request.replaces {
        lists.extend(positions(document, old).into_iter().map(|(list, _)| list));
        if lists.is_empty() {
            notes.push(format!("the key to be replaced, {old}, is not in the document"));
        }
    }
    lists.push(target.list);
    lists.retain(|list| !has(*list));
    let mut seen: Vec<List> = Vec::new();
    lists.retain(|list| {
        !seen.contains(list) && {
            seen.push(*list);
            true
        }
    });
    let line = request.key.line();
    let mut changes: Vec<_> = lists.into_iter().map(|list| Change::AddKey { list, line: line.clone() }).collect();
    if target.lacks_default {
        if changes.is_empty() {
            notes.push("`users` has no `default`, so the provider's own key opens nothing".to_owned());
        } else {
            // Last, since it moves the entries.
            changes.push(Change::AddDefault);
            notes.push("`- default` was added to `users`: without it the provider's own key would be lost".to_owned());
        }
    }
    (changes, notes)
}

/// Where a key stands, by its blob.
fn positions(document: &Document<'_>, fingerprint: &KeyFingerprint) -> Vec<(List, usize)> {
    let lists =
        document.lists().flat_map(|(list, keys)| keys_of(keys).into_iter().map(move |(index, key)| (list, index, key)));
    lists.filter(|(_, _, key)| key.fingerprint() == *fingerprint).map(|(list, index, _)| (list, index)).collect()
}

fn carry_out(text: &str, changes: &[Change]) -> Result<String, Refusal> {
    changes.iter().try_fold(text.to_owned(), |text, change| apply(&text, change))
}

/// A `default` that cannot be added has a fault of its own.
fn about_default(refusal: Refusal, changes: &[Change]) -> Refusal {
    let is_default = changes.last() == Some(&Change::AddDefault) && changes.len() == 1;
    if is_default { Fault::NoDefault.at(refusal.line) } else { refusal }
}

/// The result is judged as any document, with every key in it.
fn finished(text: &str) -> Result<Vec<String>, Vec<Refusal>> {
    let found = check(&Document::parse(text)?, true);
    if found.refusals.is_empty() { Ok(found.notes) } else { Err(found.refusals) }
}
