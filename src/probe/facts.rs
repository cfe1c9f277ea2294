//! What an answer tells for free: expiry, scopes, account, plan, what is left of a quota.
//!
//! Nothing of a credential gets into a fact: one that shares a piece with a part is dropped.

use std::str::FromStr;

use serde_json::Value;

use super::{
    Credential, Found,
    call::{EXPIRES, Fact, Source},
    reading::{Page, as_text},
};
use crate::model::{Stamp, printable};

const LONGEST: usize = 200;

/// As much of a part as a fact may share with it: beginnings are common to all credentials of a kind.
const SHARED: usize = 7;

pub(super) fn learn(facts: &'static [Fact], page: &Page<'_>, credential: &Credential, found: &mut Found) {
    for fact in facts {
        let Some(text) = told(fact, page).filter(|text| !text.trim().is_empty()) else { continue };
        if fact.name == EXPIRES
            && let Some(stamp) = moment(&text)
        {
            found.expires_at = Some(stamp);
        } else if !shares(&text, credential) && found.facts.iter().all(|(name, _)| *name != fact.name) {
            found.facts.push((fact.name, printable(&text, LONGEST)));
        }
    }
}

fn told(fact: &Fact, page: &Page<'_>) -> Option<String> {
    match fact.from {
        Source::Header(name) => page.answer.header(name).map(str::to_owned),
        Source::Field(pointer) => match page.field(pointer)? {
            Value::Array(items) => {
                let texts: Vec<_> = items.iter().take(50).filter_map(as_text).collect();
                Some(texts.join(", "))
            }
            value => as_text(value).map(Into::into),
        },
    }
}

/// A moment in one of the forms that services use: RFC 3339, seconds or milliseconds, `2026-12-31 23:59:59 UTC`.
fn moment(text: &str) -> Option<Stamp> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return (number > 0).then_some(Stamp(if number > 99_999_999_999 { number / 1000 } else { number }));
    }
    let plain = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" +0000")).map(|rest| format!("{rest}Z"));
    Stamp::from_str(plain.as_deref().unwrap_or(text)).ok()
}

/// Whether a piece of any part is in the text.
fn shares(text: &str, credential: &Credential) -> bool {
    credential.parts.iter().any(|(_, value)| {
        // Compared and not kept: what was told must not repeat it.
        let part = value.expose();
        part.windows(SHARED + 1).any(|piece| text.as_bytes().windows(piece.len()).any(|told| told == piece))
            || (part.len() <= SHARED && text.as_bytes() == part)
    })
}
