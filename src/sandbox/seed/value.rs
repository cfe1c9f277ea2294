//! Values made up from entries' names: right in shape, credentials to nothing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use regex::Regex;
use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};

use super::pattern::text_matching;
use crate::{
    mapping::{
        Entry, FormatRule,
        catalogue::{Shape, implied_format},
    },
    model::Kind,
};

/// Throws that depend on a text alone.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(text: &str) -> Self {
        // FNV-1a: good enough to tell names apart, and the same everywhere.
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound.max(1))).expect("smaller than the bound")
    }
}

/// The shape an entry's value must have: its own format's, or the one its service implies.
pub(super) fn shape_of(entry: &Entry) -> Option<Shape> {
    match &entry.detail().format {
        Some(FormatRule::Named(format)) => Some(format.shape),
        Some(FormatRule::Inline(_)) => None,
        None => implied_format(entry.service.as_deref()?, entry.name.as_str()).map(|format| format.shape),
    }
}

/// A value that satisfies the entry's demands, always the same for the same name.
pub(crate) fn example_value(entry: &Entry) -> String {
    let name = entry.name.as_str();
    if let Some(expected) = entry.detail().expect.first() {
        return expected.to_string();
    }
    if let Some(FormatRule::Inline(pattern)) = &entry.detail().format {
        return text_matching(pattern.as_str(), name).unwrap_or_else(|| token(name, 40));
    }
    let shape = shape_of(entry);
    let service = entry.service.as_deref().unwrap_or_default();
    if matches!(shape, Some(Shape::Url(schemes)) if schemes.contains(&"https"))
        && let Some(host) = own_host(service, name)
    {
        return format!("https://{host}");
    }
    shape.map_or_else(|| by_name(name, entry.kind), |shape| of_shape(shape, name))
}

/// Where a service has its customers, if it is asked nowhere else or only by https.
fn own_host(service: &str, name: &str) -> Option<String> {
    match service {
        "gong" => Some("api.gong.io".to_owned()),
        "qdrant" => Some(format!("{}.us-east-1-0.aws.cloud.qdrant.io", token(name, 10).to_ascii_lowercase())),
        _ => None,
    }
}

fn of_shape(shape: Shape, name: &str) -> String {
    match shape {
        Shape::Pattern(pattern) => text_matching(pattern, name).unwrap_or_else(|| token(name, 40)),
        Shape::PrivateKey => key_pair(name).0,
        Shape::PublicKey => key_pair(name).1,
        Shape::PublicKeyBase64 => STANDARD.encode(key_pair(name).1),
        Shape::Url(schemes) => url(name, schemes.first().copied().unwrap_or("https")),
        Shape::SnowflakeAccount => {
            text_matching("^[A-Z]{3}[0-9]{5}$", name).expect("a pattern of our own that can be met")
        }
    }
}

/// The pattern an entry's value must match, if it is one that can be written down.
fn pattern_of(entry: &Entry) -> Option<Regex> {
    match (&entry.detail().format, shape_of(entry)) {
        (Some(FormatRule::Inline(pattern)), _) => Some(Regex::clone(pattern)),
        (_, Some(Shape::Pattern(pattern))) => Regex::new(pattern).ok(),
        _ => None,
    }
}

/// Something that the entry's own pattern refuses, if anything is.
pub(super) fn malformed(entry: &Entry) -> Option<String> {
    let pattern = pattern_of(entry)?;
    let tail: String = example_value(entry).chars().rev().take(12).collect();
    let candidates = [format!("~{tail}~"), format!("{tail} {tail}"), token(entry.name.as_str(), 3)];
    candidates.into_iter().find(|candidate| !pattern.is_match(candidate))
}

/// A private key of which the end was lost.
pub(super) fn torn_key(healthy: &str) -> String {
    healthy.chars().take(healthy.len() / 2).collect()
}

/// What the other side holds where the two differ.
pub(super) fn other_value(value: &str) -> String {
    match value.parse::<u32>() {
        Ok(number) => (number.wrapping_add(1)).to_string(),
        Err(_) => format!("{value}-2"),
    }
}

/// Letters and digits without any meaning.
pub(super) fn token(name: &str, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut dice = Dice::of(name);
    (0..length).map(|_| char::from(LETTERS[dice.below(LETTERS.len() as u32) as usize])).collect()
}

pub(super) fn key_pair(name: &str) -> (String, String) {
    let mut dice = Dice::of(name);
    let mut seed = [0_u8; 32];
    seed.fill_with(|| dice.next().to_le_bytes()[0]);
    let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
    key.set_comment("sandbox");
    let private = key.to_openssh(LineEnding::LF).expect("a whole key").to_string();
    (private, key.public_key().to_openssh().expect("a whole key"))
}

fn url(name: &str, scheme: &str) -> String {
    let host = token(name, 10).to_ascii_lowercase();
    let password = token(&format!("{name}/password"), 24);
    match scheme {
        "http" | "https" | "ws" | "wss" => format!("{scheme}://{host}.internal"),
        _ => format!("{scheme}://svc_{host}:{password}@{host}.internal/main"),
    }
}

/// A value that looks like what the name promises.
fn by_name(name: &str, kind: Kind) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let slug = token(name, 10).to_ascii_lowercase();
    let mut dice = Dice::of(name);
    if ends(&["_PORT"]) {
        return (1024 + dice.below(40_000)).to_string();
    }
    if ends(&["_URL", "_URI", "_ENDPOINT"]) {
        return url(name, if name.contains("DATABASE") || name.contains("POSTGRES") { "postgresql" } else { "https" });
    }
    if ends(&["_HOST", "_SERVER", "_DOMAIN"]) {
        return format!("{slug}.internal");
    }
    if ends(&["_REGION"]) {
        return format!("us-west-{}", 1 + dice.below(2));
    }
    if ends(&["_EMAIL"]) {
        return format!("svc-{slug}@mail.internal");
    }
    match kind {
        Kind::Config => format!("{}-{slug}", name.split('_').next().unwrap_or("value").to_ascii_lowercase()),
        Kind::Secret => token(name, 40),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::catalogue::FORMATS;

    #[test]
    fn every_format_of_the_catalogue_can_be_met() {
        for format in FORMATS {
            if let Shape::Pattern(pattern) = format.shape {
                assert!(text_matching(pattern, "NAME").is_some(), "{}: no value was found for {pattern}", format.id);
            }
        }
    }

    #[test]
    fn keys_and_addresses_are_what_they_claim_to_be() {
        let private = PrivateKey::from_openssh(of_shape(Shape::PrivateKey, "A")).expect("a key");
        let public = of_shape(Shape::PublicKey, "A");
        assert_eq!(private.public_key().to_openssh().expect("a line"), public);
        assert_eq!(STANDARD.decode(of_shape(Shape::PublicKeyBase64, "A")).expect("base64"), public.as_bytes());
        assert_ne!(of_shape(Shape::PrivateKey, "A"), of_shape(Shape::PrivateKey, "B"));
        assert!(of_shape(Shape::Url(&["postgresql"]), "A").starts_with("postgresql://svc_"));
        assert_eq!(of_shape(Shape::SnowflakeAccount, "A").len(), 8);
        assert!(PrivateKey::from_openssh(torn_key(&of_shape(Shape::PrivateKey, "A"))).is_err());
    }

    #[test]
    fn names_promise_values() {
        assert!(by_name("REDIS_PORT", Kind::Config).parse::<u16>().is_ok());
        assert!(by_name("DATABASE_URL", Kind::Secret).starts_with("postgresql://"));
        assert!(by_name("SMTP_HOST", Kind::Config).ends_with(".internal"));
        assert_eq!(by_name("STRIPE_API_KEY", Kind::Secret).len(), 40);
        assert_ne!(other_value("5432"), "5432");
    }
}
