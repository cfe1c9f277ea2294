//! Public keys put into cloud-init documents, and taken out again.
//!
//! Pure: bytes in, bytes or refusals out. Invariants: the text is never printed anew;
//! a change is one splice, proved by what the text says before and after; a key goes
//! where its user gets it, or nowhere; what would not work on the machine is refused
//! by line, reason and remedy; no refusal quotes a value.

mod change;
mod checks;
mod data;
mod diff;
mod document;
mod embedded;
mod envelope;
mod key_text;
mod mime;
mod names;
mod place;
mod plan;
mod refusal;
mod request;
mod target;
mod template;

#[cfg(test)]
mod tests;

pub use diff::diff;
pub use embedded::KnownValue;
pub use refusal::Refusal;
pub use request::{Injected, Request, is_user_name};

use crate::keys::KeyFingerprint;
use document::Document;
use envelope::{Content, Envelope};
use mime::Part;
use refusal::Fault;

/// Lambda's limit: 1 MB of plain text (API description 1.10.0, `user_data`).
const LARGEST: usize = 1_000_000;
/// EC2's limit before base64 (user guide, user data).
const LARGEST_FOR_EC2: usize = 16 * 1024;

/// The document with the key where its user gets it. One that already has it comes back byte for byte.
pub fn inject(document: &[u8], request: &Request) -> Result<Injected, Vec<Refusal>> {
    request.check()?;
    rewrite(
        document,
        &request.known,
        |text| {
            let filled = match &request.template {
                Some(variables) => template::fill(text, &request.variables(variables))?,
                None => text.to_owned(),
            };
            plan::insert(&filled, request)
        },
        request.template.is_some(),
    )
}

/// The document without this key, in each list that has it. No list is left empty.
pub fn withdraw(document: &[u8], fingerprint: &KeyFingerprint) -> Result<Injected, Vec<Refusal>> {
    rewrite(document, &[], |text| plan::remove(text, fingerprint), false)
}

/// What of a document would not work, without changing it: notes, or refusals.
pub fn check(document: &[u8], known: &[KnownValue]) -> Result<Vec<String>, Vec<Refusal>> {
    let checked = rewrite(
        document,
        known,
        |text| {
            let found = checks::check(&Document::parse(text)?, true);
            if found.refusals.is_empty() { Ok((text.to_owned(), found.notes)) } else { Err(found.refusals) }
        },
        false,
    );
    checked.map(|unchanged| unchanged.notes)
}

type Rewritten = Result<(String, Vec<String>), Vec<Refusal>>;

/// Unwraps the document, has one cloud-config in it rewritten, wraps it as it was.
fn rewrite(
    bytes: &[u8],
    known: &[KnownValue],
    make: impl Fn(&str) -> Rewritten,
    is_template: bool,
) -> Result<Injected, Vec<Refusal>> {
    let envelope = Envelope::open(bytes)?;
    let (text, mut notes) = match envelope.content()? {
        Content::CloudConfig => make(&envelope.text)?,
        Content::Mime(_) if is_template => return Err(Fault::TemplateMime.at(1).into()),
        Content::Mime(message) => {
            let part = message.part_to_change()?;
            refuse_broken_parts(&message.parts)?;
            let located =
                |all: Vec<Refusal>| -> Vec<_> { all.into_iter().map(|refusal| part.located(refusal)).collect() };
            let (new, notes) = make(&part.text).map_err(located)?;
            let text = if new == part.text { envelope.text.clone() } else { part.put(&envelope.text, &new) };
            (text, notes)
        }
    };
    refuse_known(&text, known)?;
    if text.len() > LARGEST {
        return Err(Fault::TooLarge.at(None).into());
    }
    let changed = text != envelope.text;
    let document = if changed { envelope.close(text)? } else { bytes.to_vec() };
    notes.extend(size_notes(&document, envelope.compressed));
    Ok(Injected { document, notes, changed })
}

fn refuse_broken_parts(parts: &[Part]) -> Result<(), Vec<Refusal>> {
    let mut all = Vec::new();
    for part in parts.iter().filter(|part| part.is_cloud_config()) {
        let found = checks::check(&part.document()?, false).refusals;
        all.extend(found.into_iter().map(|refusal| part.located(refusal)));
    }
    if all.is_empty() { Ok(()) } else { Err(all) }
}

/// In the text itself and in every part of a message, as the machine will see them.
fn refuse_known(text: &str, known: &[KnownValue]) -> Result<(), Vec<Refusal>> {
    let document = Document::parse(text).ok();
    let root = document.as_ref().and_then(|document| document.root.as_ref());
    let mut found = embedded::known_values(text, root, known);
    if let Ok(Some(message)) = mime::Message::parse(text) {
        for part in &message.parts {
            let document = Document::parse(&part.text).ok();
            let root = document.as_ref().and_then(|document| document.root.as_ref());
            let inside = embedded::known_values(&part.text, root, known);
            found.extend(inside.into_iter().map(|refusal| part.located(refusal)));
        }
    }
    found.dedup_by(|one, two| one.reason == two.reason);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn size_notes(document: &[u8], compressed: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if compressed {
        notes.push("it is gzip: Lambda takes plain text alone, so unpack it there".to_owned());
    }
    if document.len() > LARGEST_FOR_EC2 {
        notes.push(format!("{} bytes: EC2 takes 16 KB at most", document.len()));
    }
    notes
}

impl From<Refusal> for Vec<Refusal> {
    fn from(refusal: Refusal) -> Self {
        vec![refusal]
    }
}
