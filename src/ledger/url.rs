//! `--state URL`: what is written there, as what is meant.
//!
//! Invariant: no credential is ever in here. An argument is seen by every process of the machine, so a URL that
//! carries a password is refused, and no message repeats the text that was refused.

use std::{fmt, net::IpAddr, path::PathBuf};

use reqwest::Url;

use super::{backend::StateFault, fault::usage, postgres_url::PostgresUrl};
use crate::model::EnvironmentRef;

/// Where state is kept, as `--state` says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StateUrl {
    /// `file:PATH`
    File(PathBuf),
    /// `esc:organization/project/environment`
    Esc(EnvironmentRef),
    /// `postgres://…`
    Postgres(PostgresUrl),
    /// `s3://…`, `gs://…`, `azblob://…`
    Object(ObjectUrl),
}

/// A bucket (or container) and a folder in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ObjectUrl {
    pub service: ObjectService,
    pub bucket: String,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
    pub region: Option<String>,
    /// Another address than the service's own.
    pub endpoint: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ObjectService {
    Azure,
    Google,
    S3,
}

const SCHEMES: &str = "write file:PATH, esc:organization/project/environment, postgres://user@host/database, \
                       s3://bucket/prefix, gs://bucket/prefix or azblob://container/prefix";

impl StateUrl {
    pub fn parse(text: &str) -> Result<Self, StateFault> {
        let (scheme, rest) =
            text.split_once(':').ok_or_else(|| usage("the state's URL has no scheme", SCHEMES.to_owned()))?;
        match scheme {
            "file" => file(rest),
            "esc" => rest.parse().map(Self::Esc).map_err(|error| usage(format!("in `esc:…`, {error}"), SCHEMES)),
            "postgres" | "postgresql" => PostgresUrl::read(&url(text)?).map(Self::Postgres),
            "s3" => ObjectUrl::read(ObjectService::S3, &url(text)?).map(Self::Object),
            "gs" => ObjectUrl::read(ObjectService::Google, &url(text)?).map(Self::Object),
            "azblob" => ObjectUrl::read(ObjectService::Azure, &url(text)?).map(Self::Object),
            // What stands before a colon may be a drive letter or a user name; it is not repeated.
            _ => Err(usage("the state's URL has a scheme that is not known", SCHEMES)),
        }
    }
}

impl StateUrl {
    /// A state of its own within this one, which shares nothing with it but the place.
    pub fn part(self, name: &str) -> Result<Self, StateFault> {
        Ok(match self {
            Self::File(path) => Self::File(path.join(name)),
            Self::Esc(environment) => Self::Esc(beside(&environment, name)?),
            Self::Postgres(url) => Self::Postgres(PostgresUrl { part: Some(name.to_owned()), ..url }),
            Self::Object(url) => {
                let prefix = if url.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", url.prefix) };
                Self::Object(ObjectUrl { prefix, ..url })
            }
        })
    }
}

/// The whole of a state is one environment, which all its writers write: a part is an environment of its own.
fn beside(environment: &EnvironmentRef, name: &str) -> Result<EnvironmentRef, StateFault> {
    format!("{environment}-{name}").parse().map_err(|_| {
        usage("the name of the environment in `esc:…` leaves no room for the parts of a fleet", "give it a shorter one")
    })
}

impl fmt::Display for StateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Esc(environment) => write!(f, "esc:{environment}"),
            Self::Postgres(url) => url.fmt(f),
            Self::Object(url) => url.fmt(f),
        }
    }
}

/// `file:PATH` and `file://PATH` mean the same path; a relative one is below the working directory.
fn file(rest: &str) -> Result<StateUrl, StateFault> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() {
        return Err(usage("`file:` names no folder", "write file:PATH"));
    }
    if path == "~" || path.starts_with("~/") {
        return Err(usage("`~` means nothing in `file:`", "write the whole path, or \"file:$HOME/…\" in a shell"));
    }
    Ok(StateUrl::File(PathBuf::from(path)))
}

fn url(text: &str) -> Result<Url, StateFault> {
    let url = Url::parse(text).map_err(|error| usage(format!("the state's URL cannot be read: {error}"), SCHEMES))?;
    if url.password().is_some() {
        return Err(usage(
            "the state's URL holds a password, which every process of this machine could read",
            "leave it out: PostgreSQL's is read from PGPASSWORD, the others' from their own variables",
        ));
    }
    if url.fragment().is_some() {
        return Err(usage("the state's URL has a `#` part, which means nothing here", SCHEMES));
    }
    Ok(url)
}

impl ObjectUrl {
    fn read(service: ObjectService, url: &Url) -> Result<Self, StateFault> {
        let scheme = service.scheme();
        if !url.username().is_empty() || url.port().is_some() {
            return Err(usage(format!("`{scheme}://` takes a {} and no user or port", service.bucket()), SCHEMES));
        }
        let bucket = url.host_str().unwrap_or_default().to_owned();
        if bucket.is_empty() {
            return Err(usage(format!("`{scheme}://` names no {}", service.bucket()), SCHEMES));
        }
        let mut object = Self { service, bucket, prefix: prefix(url, scheme)?, region: None, endpoint: None };
        for (name, value) in url.query_pairs() {
            match &*name {
                "region" if service == ObjectService::S3 => object.region = Some(value.into_owned()),
                "endpoint" => object.endpoint = Some(endpoint(&value)?),
                _ => return Err(unknown_option(scheme, object.options())),
            }
        }
        Ok(object)
    }

    fn options(&self) -> &'static str {
        if self.service == ObjectService::S3 { "region, endpoint" } else { "endpoint" }
    }
}

impl fmt::Display for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.service.scheme(), self.bucket)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl ObjectService {
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Azure => "azblob",
            Self::Google => "gs",
            Self::S3 => "s3",
        }
    }

    fn bucket(self) -> &'static str {
        if self == Self::Azure { "container" } else { "bucket" }
    }
}

fn prefix(url: &Url, scheme: &str) -> Result<String, StateFault> {
    let prefix = url.path().trim_matches('/');
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if !prefix.is_empty() && !prefix.split('/').all(plain) {
        return Err(usage(
            format!("the folder in `{scheme}://` has other characters than letters, digits, `-`, `_` and `.`"),
            SCHEMES,
        ));
    }
    Ok(prefix.to_owned())
}

/// Plain http is for stand-ins on this machine.
fn endpoint(text: &str) -> Result<String, StateFault> {
    let help = "write endpoint=https://host, or http to this machine";
    let url = Url::parse(text).map_err(|_| usage("`endpoint` is not an address", help))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(usage("`endpoint` may hold neither user nor query", help));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url.host_str().unwrap_or_default()) => {}
        _ => return Err(usage("`endpoint` is neither https nor http to this machine", help)),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The option is not repeated: it may be a credential under a name that other programs know.
pub(super) fn unknown_option(scheme: &str, known: &str) -> StateFault {
    usage(format!("`{scheme}://` has an option that is not known"), format!("known are: {known}"))
}

#[cfg(test)]
mod tests;
