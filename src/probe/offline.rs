//! Credentials for which no safe call is known: what their form alone says.
//!
//! The form proves little, and what it does not prove stays unknown.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Credential, Found};
use crate::model::{ProbeReason, ProbeVerdict, Stamp};

/// What is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// Base64 of a JSON map with these fields, as far as known.
    Base64Json(&'static [&'static str]),
    /// A JSON web token may be in it, which says until when it is good.
    Jwt,
    /// Nothing of its form is known.
    Text,
    /// An address that acts on whoever posts to it.
    Webhook,
}

pub(super) const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

pub(super) fn read(form: Form, credential: &Credential, now: Stamp) -> Found {
    // Only its form is looked at; none of it gets into what is found.
    let Some(text) = credential.text("value") else { return unproved("no safe call is known for it") };
    match form {
        Form::Base64Json(fields) => base64_json(text, fields),
        Form::Jwt => jwt(text, now),
        Form::Text => unproved("no safe call is known for it"),
        Form::Webhook => unproved("no safe call is known for it: whatever is posted there is delivered"),
    }
}

fn base64_json(text: &str, fields: &[&str]) -> Found {
    let known = decoded(text).is_some_and(|json| fields.iter().all(|field| json.get(*field).is_some()));
    if known {
        unproved("well-formed; asking would use it up, so that no safe call is known")
    } else {
        unproved("not in the form it is known to have; asking would use it up, so that no safe call is known")
    }
}

fn jwt(text: &str, now: Stamp) -> Found {
    let Some(claims) = claims(text) else { return unproved("its form says nothing; no safe call is known for it") };
    let Some(expiry) = claims.get("exp").and_then(Value::as_i64).map(Stamp) else {
        return unproved("well-formed, and without an end; no safe call is known for it");
    };
    if expiry <= now {
        let mut found = Found::offline(
            ProbeVerdict::Rejected,
            ProbeReason::Expired,
            format!("its own text says that it was good until {expiry}"),
        )
        .help(super::call::NEW_ONE);
        found.expires_at = Some(expiry);
        return found;
    }
    Found { expires_at: Some(expiry), ..unproved("well-formed and not expired; no safe call is known for it") }
}

/// The claims of a JSON web token, which nobody has verified.
pub(super) fn claims(text: &str) -> Option<Value> {
    let mut parts = text.trim().split('.');
    let (head, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let is_map = |value: &Value| value.is_object();
    decoded(head).filter(is_map).filter(|_| parts.next().is_none())?;
    decoded(claims).filter(is_map)
}

/// The JSON in base64, in either alphabet, padded or not.
pub(super) fn decoded(text: &str) -> Option<Value> {
    let text = text.trim();
    let bytes = Zeroizing::new(STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?);
    serde_json::from_slice(&bytes).ok()
}

fn unproved(what: &str) -> Found {
    Found::offline(ProbeVerdict::Unknown, ProbeReason::OfflineOnly, what)
}
