//! What a person wants to know of a server's certificate: who issued it, and until when it is good.
//!
//! Whether it is believed was decided before, by rustls; what is read here is only told. The
//! layout is that of X.509 (RFC 5280, section 4.1).

use crate::model::Stamp;

use super::printable;

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// Organization and name, fit to be shown.
    pub issuer: String,
    pub good_until: Stamp,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT: u8 = 0x06;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `id-at-organizationName` and `id-at-commonName`.
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const LONGEST_NAME: usize = 100;

impl Certificate {
    /// `None` where it is not laid out as it should be.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (certificate, _) = expect(der, SEQUENCE)?;
        let (signed, _) = expect(certificate, SEQUENCE)?;
        let rest = expect(signed, VERSION).map_or(signed, |(_, rest)| rest);
        // Serial number, algorithm.
        let (_, _, rest) = element(rest)?;
        let (_, rest) = expect(rest, SEQUENCE)?;
        let (issuer, rest) = expect(rest, SEQUENCE)?;
        let (validity, _) = expect(rest, SEQUENCE)?;
        let (_, _, until) = element(validity)?;
        let (tag, until, _) = element(until)?;
        Some(Self { issuer: name(issuer), good_until: moment(tag, until)? })
    }
}

/// The first element: its tag, its content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 3)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// `Organization, Common Name`, as far as they are there.
fn name(mut issuer: &[u8]) -> String {
    let (mut organization, mut common) = (None, None);
    while let Some((set, rest)) = expect(issuer, SET) {
        issuer = rest;
        let Some((object, text)) = expect(set, SEQUENCE).and_then(|(pair, _)| expect(pair, OBJECT)) else { continue };
        let text = element(text).map(|(_, text, _)| printable(&String::from_utf8_lossy(text), LONGEST_NAME));
        match object {
            ORGANIZATION => organization = text,
            COMMON_NAME => common = text,
            _ => {}
        }
    }
    let parts: Vec<_> = organization.into_iter().chain(common).collect();
    if parts.is_empty() { "an authority without a name".to_owned() } else { parts.join(", ") }
}

/// `YYMMDDHHMMSSZ`, where years below 50 are of this century, or the same with four digits (RFC 5280, 4.1.2.5).
fn moment(tag: u8, text: &[u8]) -> Option<Stamp> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let whole = match tag {
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| whole.get(from..to);
    let date = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    format!("{date}T{}:{}:{}Z", part(8, 10)?, part(10, 12)?, part(12, 14)?).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_none() {
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x30\x01\x00", b"not a certificate"] {
            assert_eq!(Certificate::read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn times_have_two_or_four_digits_for_the_year() {
        assert_eq!(moment(UTC_TIME, b"300102030405Z"), "2030-01-02T03:04:05Z".parse().ok());
        assert_eq!(moment(UTC_TIME, b"990102030405Z"), "1999-01-02T03:04:05Z".parse().ok());
        assert_eq!(moment(GENERALIZED_TIME, b"29990102030405Z"), "2999-01-02T03:04:05Z".parse().ok());
        assert_eq!(moment(GENERALIZED_TIME, b"2999"), None);
        assert_eq!(moment(SEQUENCE, b"300102030405Z"), None);
    }
}
