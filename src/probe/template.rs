//! Templates filled with the parts of a credential, so that no value changes what is asked or of whom.
//!
//! `{part}` is one part, `{part|default}` may be absent, `{user:password}` is the base64 of both as Basic
//! authentication wants them (`{user:}` without a password). Braces around anything else stay as they are.
//! In a URL a value is percent-encoded, or must be a host or an https address where it stands for one; in
//! JSON it is escaped; in a header it must be of one line.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::Credential;
use crate::mapping::{Hole, url_host};

/// Where a template stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Room {
    Form,
    Header,
    Json,
    Url,
}

/// Which part cannot stand where it should, and why. The value is not in it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{part}` {why}")]
pub(super) struct Flaw {
    pub(super) part: String,
    pub(super) why: &'static str,
}

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

pub(super) fn fill(template: &str, room: Room, credential: &Credential) -> Result<Zeroizing<String>, Flaw> {
    let mut filled = Zeroizing::new(String::with_capacity(template.len() + 256));
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let hole = rest[open + 1..].split_once('}').and_then(|(inside, rest)| Some((Hole::read(inside)?, rest)));
        match hole.filter(|(hole, _)| hole.is_of(credential)) {
            Some((hole, after)) => {
                hole.fill(room, credential, &mut filled)?;
                rest = after;
            }
            None => {
                filled.push('{');
                rest = &rest[open + 1..];
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

impl Hole<'_> {
    fn is_of(&self, credential: &Credential) -> bool {
        let second = self.second.is_none_or(|second| second.is_empty() || credential.has(second));
        second && (credential.has(self.name) || self.default.is_some())
    }

    fn fill(&self, room: Room, credential: &Credential, filled: &mut Zeroizing<String>) -> Result<(), Flaw> {
        if !credential.has(self.name) {
            filled.push_str(self.default.unwrap_or_default());
            return Ok(());
        }
        let value = text(credential, self.name)?;
        if let Some(second) = self.second {
            return self.basic(value, second, credential, filled);
        }
        let flaw = |why| Flaw { part: self.name.to_owned(), why };
        match room {
            Room::Form => filled.extend(utf8_percent_encode(value, KEPT)),
            Room::Header if value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => filled.push_str(value),
            Room::Header => return Err(flaw("has a line break, or a character that no header can carry")),
            Room::Json => {
                let quoted = Zeroizing::new(serde_json::Value::from(value).to_string());
                filled.push_str(&quoted[1..quoted.len() - 1]);
            }
            Room::Url => return in_url(value, filled).map_err(flaw),
        }
        Ok(())
    }

    fn basic(
        &self,
        user: &str,
        second: &str,
        credential: &Credential,
        filled: &mut Zeroizing<String>,
    ) -> Result<(), Flaw> {
        if user.contains(':') {
            return Err(Flaw { part: self.name.to_owned(), why: "has a colon, which cannot stand in a user's name" });
        }
        let password = if second.is_empty() { "" } else { text(credential, second)? };
        let pair = Zeroizing::new(format!("{user}:{password}"));
        STANDARD.encode_string(pair.as_bytes(), filled);
        Ok(())
    }
}

/// A request is made of it: the value has to be seen.
fn text<'c>(credential: &'c Credential, part: &str) -> Result<&'c str, Flaw> {
    credential.text(part).ok_or_else(|| Flaw { part: part.to_owned(), why: "is not text" })
}

/// What has been filled so far says where the value stands: at the start, in the host, or behind it.
fn in_url(value: &str, filled: &mut Zeroizing<String>) -> Result<(), &'static str> {
    if filled.is_empty() {
        filled.push_str(&address(value)?);
    } else if filled.split_once("://").is_some_and(|(_, rest)| !rest.contains('/')) {
        let host = value.strip_suffix('.').unwrap_or(value);
        url_host(&format!("https://{host}/")).filter(|(_, read)| *read == host.to_ascii_lowercase()).ok_or(HOST)?;
        filled.push_str(host);
    } else if value.bytes().all(|byte| byte == b'.') {
        // A dot segment would be taken out of the path, and another path be asked.
        return Err("is made of dots only, which changes the address");
    } else {
        filled.extend(utf8_percent_encode(value, KEPT));
    }
    Ok(())
}

const HOST: &str = "cannot stand in the name of a host";
const ADDRESS: &str = "is not an https address of a host and at most a plain path";

/// An https address without its last slash; a bare host is meant as one.
pub(super) fn address(value: &str) -> Result<String, &'static str> {
    let url = if value.contains("://") { value.to_owned() } else { format!("https://{value}") };
    let (secure, _) = url_host(&url).ok_or(ADDRESS)?;
    let path = url["https://".len().min(url.len())..].split_once('/').map_or("", |(_, path)| path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if !secure || url.contains(['?', '#']) || !path.bytes().all(plain) || path.split('/').any(is_dots) {
        return Err(ADDRESS);
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn is_dots(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte == b'.')
}
