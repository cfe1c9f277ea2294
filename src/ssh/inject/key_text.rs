//! What is wrong with the text of one key in a list, as cloud-init and sshd would take it.
//!
//! cloud-init's own schema accepts nearly all of these and installs nothing, or a line
//! that opens nothing (tried with 22.4.2 and 26.2). No fault quotes the key.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use super::refusal::Fault;
use crate::keys::{Damage, PublicKey};

/// sshd(8): lines of authorized_keys are at most 8 kilobytes.
const LONGEST: usize = 8 * 1024;

/// The key of one item, or why it would not be one.
pub(super) fn judge(text: &str) -> Result<PublicKey, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::EmptyKey);
    }
    if text.contains("${") {
        return Err(Fault::Unfilled);
    }
    if is_private_block(text) {
        return Err(Fault::PrivateKey);
    }
    let key = PublicKey::parse(text).map_err(|damage| fault(damage, text))?;
    if text.len() > LONGEST {
        return Err(Fault::LongKey);
    }
    // What follows a key on its line is comment, so a second one there is never installed.
    if names_a_kind(key.comment()) && key.comment().contains("AAAA") {
        return Err(Fault::SeveralKeys);
    }
    Ok(key)
}

pub(super) fn is_private_block(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
}

fn fault(damage: Damage, text: &str) -> Fault {
    match damage {
        Damage::WrappedLine => Fault::WrappedKey,
        Damage::SeveralLines if is_encoded_key(text) => Fault::EncodedKey,
        Damage::SeveralLines => {
            let later = text.lines().skip(1).filter(|line| !line.trim().is_empty());
            if later.clone().any(|line| PublicKey::parse(line).is_ok()) && !has_comment(text) {
                Fault::SeveralKeys
            } else {
                Fault::CommentNewline
            }
        }
        Damage::ControlCharacters => Fault::CommentNewline,
        Damage::PrivateForPublic => Fault::PrivateKey,
        Damage::Body => body_fault(text),
        Damage::EncodedTwice | Damage::NotBase64 if is_encoded_key(text) => Fault::EncodedKey,
        Damage::SeveralKeys => Fault::SeveralKeys,
        Damage::UrlSafe => Fault::UrlSafe,
        _ => no_line(text),
    }
}

fn has_comment(text: &str) -> bool {
    text.lines().next().and_then(|line| PublicKey::parse(line).ok()).is_some_and(|key| !key.comment().is_empty())
}

fn body_fault(text: &str) -> Fault {
    let bodies = text.split_ascii_whitespace().filter(|word| word.starts_with("AAAA"));
    match bodies.into_iter().next() {
        Some(body) if body.contains("\\n") => Fault::SeveralKeys,
        Some(body) if body.contains(['-', '_']) => Fault::UrlSafe,
        _ => Fault::CutKey,
    }
}

fn no_line(text: &str) -> Fault {
    if is_encoded_key(text) {
        return Fault::EncodedKey;
    }
    let looks_like_kind = |word: &str| {
        ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start)) && !word.contains(['"', '='])
    };
    if text.split_ascii_whitespace().any(looks_like_kind) { Fault::UnknownKind } else { Fault::NotAKey }
}

/// The base64 of a key's line, once or twice, standard or url-safe, wrapped or not.
fn is_encoded_key(text: &str) -> bool {
    let Some(inner) = decoded(text.as_bytes()) else { return false };
    is_key_text(&inner) || decoded(&inner).is_some_and(|inner| is_key_text(&inner))
}

fn is_key_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| names_a_kind(text) || is_private_block(text))
}

fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let kept = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let bare: Vec<u8> = kept.collect();
    STANDARD_NO_PAD.decode(&bare).or_else(|_| URL_SAFE_NO_PAD.decode(&bare)).ok()
}

fn names_a_kind(text: &str) -> bool {
    ["ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|kind| text.contains(kind))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::keys::testing::{private_key, public_key};

    #[test]
    fn what_cloud_init_installs_nothing_of_is_named() {
        let key = public_key().trim_end();
        let body = key.split(' ').nth(1).expect("a body");
        let encoded = STANDARD.encode(key);
        let cases = [
            (key.to_owned(), None),
            (format!("{key}\n"), None),
            (format!("{key} you@host\r\n"), None),
            (format!("restrict,command=\"a b\" {key} backup"), None),
            (encoded.clone(), Some(Fault::EncodedKey)),
            (STANDARD.encode(&encoded), Some(Fault::EncodedKey)),
            (format!("{}\n{}\n", &encoded[..76], &encoded[76..]), Some(Fault::EncodedKey)),
            (String::new(), Some(Fault::EmptyKey)),
            (" \n".to_owned(), Some(Fault::EmptyKey)),
            ("ssh-foo AAAAC3NzaC1lZDI1NTE5 x".to_owned(), Some(Fault::UnknownKind)),
            (key[..40].to_owned(), Some(Fault::CutKey)),
            (key.replacen("AAAAC3", "AAAA-_C3", 1), Some(Fault::UrlSafe)),
            (key.replacen(&body[30..34], &format!("\n{}", &body[30..34]), 1), Some(Fault::WrappedKey)),
            (format!("{key}\n{key}"), Some(Fault::SeveralKeys)),
            (format!("{key} {key}"), Some(Fault::SeveralKeys)),
            (format!("{key}\\n{key}"), Some(Fault::SeveralKeys)),
            (format!("{key} me\n{key}"), Some(Fault::CommentNewline)),
            (format!("{key} me\nruncmd: [reboot]"), Some(Fault::CommentNewline)),
            (private_key().to_owned(), Some(Fault::PrivateKey)),
            ("${ssh_public_key}".to_owned(), Some(Fault::Unfilled)),
            ("hello".to_owned(), Some(Fault::NotAKey)),
            (format!("{key} {}", "x".repeat(9000)), Some(Fault::LongKey)),
        ];
        for (at, (text, wanted)) in cases.into_iter().enumerate() {
            assert_eq!(judge(&text).err(), wanted, "case {at}");
        }
    }
}
