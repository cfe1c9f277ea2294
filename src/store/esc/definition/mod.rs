//! Editing a definition as text: some values are put in or taken out, every other byte stays.
//!
//! Pure functions on the ciphertext form of a definition. Values are spliced into the
//! byte ranges of the nodes they replace; nothing is dumped anew. Invariants: what
//! comes out was parsed again and is, as a tree, the old one with exactly the wanted
//! nodes changed, or else nothing comes out; nothing that computes a value (a function,
//! a reference, an alias) is ever replaced by one.
//!
//! Routes of a value into the text (ESC evaluator, tried): a secret goes into
//! `fn::secret` verbatim, since `$$` is not an escape there; one that holds `${`, which
//! `fn::secret` refuses, goes in as base64 below `fn::fromBase64`, which opens to the
//! same bytes and stays a secret; a plain text doubles the dollar signs that would
//! otherwise be read. A place that is a secret stays one, whatever is asked.
//!
//! What is taken out goes with its key, its line and the comment on that line; comments on lines of
//! their own stay, since nobody can tell what they speak of. A map that becomes empty stays as `{}`:
//! it may be somebody's, and the proof is then exact. Only what could be replaced can be taken out.

mod locate;
mod marks;
mod quoting;
mod refusal;
mod shape;
mod splice;
mod verify;
mod wanted;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use zeroize::Zeroizing;

pub use refusal::Refusal;

use self::{
    locate::{Document, Spot},
    quoting::Form,
    shape::Shape,
    wanted::Wanted,
};
use crate::model::{EscPath, SecretValue, Segment};

/// One value to be put at one path, or the name to be taken out.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Relative to `values`.
    pub path: &'a EscPath,
    /// `None`: the key goes with its value.
    pub value: Option<&'a SecretValue>,
    /// Whether it is to be a secret in ESC; a place that is one stays one.
    pub secret: bool,
}

/// A definition after its edit.
#[derive(Debug)]
pub struct Edited {
    /// The same bytes as before if nothing was to be changed.
    pub text: SecretValue,
    /// The changes that are not in `text`, by their position, and why.
    pub refused: Vec<(usize, Refusal)>,
}

/// Makes all `changes` that can be made to `definition`.
pub fn edit(definition: &SecretValue, changes: &[Change<'_>]) -> Edited {
    let unedited = |refusal: Refusal| Edited {
        text: definition.clone(),
        refused: (0..changes.len()).map(|at| (at, refusal.clone())).collect(),
    };
    // The text is taken apart here; what leaves is a new text of the same kind.
    let Some(source) = definition.expose_text() else { return unedited(Refusal::Unprovable) };
    let document = match Document::read(source) {
        Ok(document) => document,
        Err(refusal) => return unedited(refusal),
    };
    let (wanted, mut refused) = gather(&document, changes);
    if wanted.is_empty() {
        return Edited { text: definition.clone(), refused };
    }
    let text = splice::splice(&document, &wanted);
    if !verify::proves(&document, &wanted, &text) {
        return unedited(Refusal::Unprovable);
    }
    refused.sort_by_key(|(at, _)| *at);
    Edited { text: SecretValue::from_bytes(text.as_bytes().to_vec()), refused }
}

/// Which of the paths lead to a node of the definition's own `values`; imports are not looked at.
pub fn present<'p>(definition: &SecretValue, paths: impl Iterator<Item = &'p EscPath>) -> Vec<bool> {
    // Only whether there is a node leaves this function.
    let document = definition.expose_text().and_then(|source| Document::read(source).ok());
    paths.map(|path| document.as_ref().is_some_and(|document| document.lookup(path).is_some())).collect()
}

/// Whether the definition can be read and has no node of its own at a path.
pub fn lacks(definition: &SecretValue, path: &EscPath) -> bool {
    // Only whether there is a node leaves this function.
    let document = definition.expose_text().and_then(|source| Document::read(source).ok());
    document.is_some_and(|document| document.lookup(path).is_none())
}

/// Whether two definitions hold the same node at a path, ciphertext included, or both none.
/// What cannot be read is never the same.
pub fn same_at(old: &SecretValue, new: &SecretValue, path: &EscPath) -> bool {
    same_at_each(old, new, [path].into_iter()) == [true]
}

/// [`same_at`] for many paths; both definitions are read once.
pub fn same_at_each<'p>(old: &SecretValue, new: &SecretValue, paths: impl Iterator<Item = &'p EscPath>) -> Vec<bool> {
    // Only the outcome of the comparison leaves this function.
    let documents = (old.expose_text().map(Document::read), new.expose_text().map(Document::read));
    let (Some(Ok(old)), Some(Ok(new))) = documents else { return paths.map(|_| false).collect() };
    let same = |path| match (old.lookup(path), new.lookup(path)) {
        (None, None) => true,
        (Some(one), Some(other)) => verify::same((old.source, one), (new.source, other)),
        _ => false,
    };
    paths.map(same).collect()
}

/// The changes that may be made, as one tree, and those that may not.
fn gather(document: &Document<'_>, changes: &[Change<'_>]) -> (Wanted, Vec<(usize, Refusal)>) {
    let mut refused = Vec::new();
    let mut accepted = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        match prepare(document, change) {
            Ok((spot, leaf)) => accepted.push(Accepted { at, path: change.path, spot, leaf }),
            Err(refusal) => refused.push((at, refusal)),
        }
    }
    refuse_gaps(&mut accepted, &mut refused);
    // What is there already is claimed as well: of two values for one place one is refused.
    let (mut claimed, mut wanted) = (Wanted::default(), Wanted::default());
    for Accepted { at, path, spot, leaf } in accepted {
        let full = document.full(path);
        let is_kept = is_there(&spot, &leaf);
        let claim = claimed.insert(&full, Wanted::Gone);
        let claim = claim.and_then(|()| if is_kept { Ok(()) } else { wanted.insert(&full, leaf) });
        if claim.is_err() {
            refused.push((at, Refusal::Overlap { at: path.to_string() }));
        }
    }
    (wanted, refused)
}

struct Accepted<'c, 'n, 't> {
    at: usize,
    path: &'c EscPath,
    spot: Spot<'n, 't>,
    leaf: Wanted,
}

/// Whether nothing is to be changed.
fn is_there(spot: &Spot<'_, '_>, leaf: &Wanted) -> bool {
    match (spot, leaf) {
        (Spot::There(Shape::Text(old)), Wanted::Leaf(Form::Text(new))) => **old == ***new,
        (Spot::Missing { .. }, Wanted::Gone) => true,
        _ => false,
    }
}

/// Where a change goes and what is written there.
fn prepare<'n, 't>(document: &'n Document<'t>, change: &Change<'_>) -> Result<(Spot<'n, 't>, Wanted), Refusal> {
    let spot = document.find(change.path)?;
    let Some(value) = change.value else { return removable(spot, change.path) };
    let is_secret = matches!(spot, Spot::There(Shape::Call(_)));
    Ok((spot, Wanted::Leaf(Form::of(value, change.secret || is_secret)?)))
}

/// What would close up after it is not taken out: every later item would be somebody else's.
fn removable<'n, 't>(spot: Spot<'n, 't>, path: &EscPath) -> Result<(Spot<'n, 't>, Wanted), Refusal> {
    match (&spot, path.segments().last()) {
        (Spot::There(_), Some(Segment::Index(_))) => Err(Refusal::Item { at: path.to_string() }),
        _ => Ok((spot, Wanted::Gone)),
    }
}

/// Lists grow at their end: an index beyond it needs all between to be written as well.
fn refuse_gaps(accepted: &mut Vec<Accepted<'_, '_, '_>>, refused: &mut Vec<(usize, Refusal)>) {
    loop {
        let made: HashSet<EscPath> = accepted
            .iter()
            .filter(|change| matches!(change.leaf, Wanted::Leaf(_)))
            .flat_map(|change| (0..change.path.segments().len()).map(|length| change.path.start(length + 1)))
            .collect();
        let before = accepted.len();
        accepted.retain(|change| match gap(change, &made) {
            None => true,
            Some(refusal) => {
                refused.push((change.at, refusal));
                false
            }
        });
        if accepted.len() == before {
            return;
        }
    }
}

fn gap(change: &Accepted<'_, '_, '_>, made: &HashSet<EscPath>) -> Option<Refusal> {
    let (Spot::Missing { depth, length }, Wanted::Leaf(_)) = (&change.spot, &change.leaf) else { return None };
    let (depth, length) = (*depth, *length);
    for (at, segment) in change.path.segments().iter().enumerate().skip(depth) {
        let Segment::Index(index) = segment else { continue };
        let length = if at == depth { length } else { 0 };
        // An index beyond all changes leaves a gap for certain, and need not be counted up to.
        let reachable = (*index as usize) < length + made.len();
        let before = |index| change.path.start(at).then(Segment::Index(index));
        if !reachable || (length as u32..*index).any(|index| !made.contains(&before(index))) {
            return Some(Refusal::Beyond { at: change.path.start(at + 1).to_string(), length });
        }
    }
    None
}

impl Wanted {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Branch(children) if children.is_empty())
    }
}

type Text = Zeroizing<String>;
