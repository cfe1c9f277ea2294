//! What is known of services and of the shapes of their credentials: data, and the look-ups over it.
//!
//! Names of services follow the inventory: its service column in kebab-case. Both
//! tables are sorted by id, so that a look-up is a binary search. What a value
//! looks like is never a verdict on it: the judge only warns.

mod formats;
mod services;

use std::sync::OnceLock;

use regex::Regex;

pub use formats::FORMATS;
pub use services::SERVICES;

/// A service whose credentials a mapping can hold.
#[derive(Debug)]
pub struct Service {
    /// Stable, kebab-case.
    pub id: &'static str,
    pub title: &'static str,
    /// Which format a name implies, tried in order: an exact name, or a suffix that starts with `_`.
    pub formats: &'static [(&'static str, &'static str)],
}

/// What a credential looks like.
#[derive(Debug)]
pub struct Format {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// In words, for findings.
    pub summary: &'static str,
    pub shape: Shape,
    /// Where the shape was read, and when.
    pub source: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An anchored regular expression.
    Pattern(&'static str),
    /// A private key that OpenSSH accepts.
    PrivateKey,
    /// One OpenSSH public-key line.
    PublicKey,
    /// The base64 of one OpenSSH public-key line.
    PublicKeyBase64,
    /// A URL with one of these schemes.
    Url(&'static [&'static str]),
    /// A Snowflake account locator or ORG-ACCOUNT, without the host's suffix.
    SnowflakeAccount,
}

pub fn service(id: &str) -> Option<&'static Service> {
    SERVICES.binary_search_by(|service| service.id.cmp(id)).ok().map(|at| &SERVICES[at])
}

pub fn format(id: &str) -> Option<&'static Format> {
    position(id).map(|at| &FORMATS[at])
}

/// The format that a service implies for a name, if it implies one.
pub fn implied_format(service: &str, name: &str) -> Option<&'static Format> {
    let (_, id) = self::service(service)?
        .formats
        .iter()
        .find(|(pattern, _)| name == *pattern || (pattern.starts_with('_') && name.ends_with(pattern)))?;
    format(id)
}

impl Format {
    /// The expression of a `Pattern`, compiled once per process.
    pub fn pattern(&self) -> Option<&'static Regex> {
        static COMPILED: [OnceLock<Regex>; FORMATS.len()] = [const { OnceLock::new() }; FORMATS.len()];
        let Shape::Pattern(text) = self.shape else { return None };
        let cell = &COMPILED[position(self.id)?];
        Some(cell.get_or_init(|| Regex::new(text).expect("every pattern of the catalogue compiles; a test says so")))
    }
}

fn position(id: &str) -> Option<usize> {
    FORMATS.binary_search_by(|format| format.id.cmp(id)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_unique_and_kebab_case() {
        let kebab =
            |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(SERVICES.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(FORMATS.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(SERVICES.iter().all(|service| kebab(service.id) && !service.title.is_empty()));
        assert!(
            FORMATS.iter().all(|format| kebab(format.id) && !format.summary.is_empty() && !format.source.is_empty())
        );
    }

    #[test]
    fn a_service_id_is_its_title_in_kebab_case() {
        for service in SERVICES {
            let words: Vec<String> = service
                .title
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            assert_eq!(service.id, words.join("-"));
        }
    }

    #[test]
    fn every_format_a_service_implies_exists_and_no_pattern_hides_a_later_one() {
        for service in SERVICES {
            for (at, (pattern, id)) in service.formats.iter().enumerate() {
                assert!(format(id).is_some(), "{} implies {id}", service.id);
                let earlier = &service.formats[..at];
                let hidden = earlier.iter().any(|(other, _)| other.starts_with('_') && pattern.ends_with(other));
                assert!(!hidden, "{} {pattern} is never reached", service.id);
            }
        }
    }

    #[test]
    fn patterns_are_anchored_and_compile() {
        for format in FORMATS {
            if let Shape::Pattern(text) = format.shape {
                assert!(text.starts_with('^') && text.ends_with('$'), "{}", format.id);
                assert!(format.pattern().is_some(), "{}", format.id);
            }
        }
    }

    #[test]
    fn names_imply_formats() {
        let implied = |service, name| implied_format(service, name).map(|format| format.id);
        assert_eq!(implied("openai", "OPENAI_API_KEY"), Some("openai-api-key"));
        assert_eq!(implied("openai", "OPENAI_ORGANIZATION"), Some("openai-organization"));
        assert_eq!(implied("postgresql", "POSTGRES_PASSWORD"), None);
        assert_eq!(implied("lambda-labs", "LAMBDA_LABS_SSH_PUBLIC_KEY"), Some("ssh-public-key-base64"));
        assert_eq!(implied("nobody", "X"), None);
    }
}
