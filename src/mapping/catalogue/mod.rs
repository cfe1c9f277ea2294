//! What is known of services and of the shapes of their credentials: data, no logic.
//!
//! Names of services follow the inventory: its service column in kebab-case.

mod formats;
mod services;

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
    SERVICES.iter().find(|service| service.id == id)
}

pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}

/// The format that a service implies for a name, if it implies one.
pub fn implied_format(service: &str, name: &str) -> Option<&'static Format> {
    let (_, id) = self::service(service)?
        .formats
        .iter()
        .find(|(pattern, _)| name == *pattern || (pattern.starts_with('_') && name.ends_with(pattern)))?;
    format(id)
}
