//! `postgres://user@host:port/database?…`, with the options we understand.
//!
//! Invariants: no password (it comes from `PGPASSWORD`); nothing is sent in the clear to another machine
//! unless `sslmode=disable` says so in so many words.

use std::{fmt, path::PathBuf};

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::{
    backend::StateFault,
    fault::usage,
    url::{is_loopback, unknown_option},
};

/// A database, who we are there, and the tables in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PostgresUrl {
    /// A name, an address, or the folder of a socket.
    pub host: String,
    pub port: u16,
    pub user: Option<String>,
    pub database: Option<String>,
    pub tls: Tls,
    /// Certificates to trust instead of the system's.
    pub roots: Option<PathBuf>,
    /// What the names of the tables begin with.
    pub table: String,
    /// The part of a state that is meant, by the beginning of its keys.
    pub part: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tls {
    Plain,
    /// With a certificate that is valid for the host.
    Verified,
}

const OPTIONS: &str = "host, port, sslmode, sslrootcert, table, user";
const HELP: &str = "write postgres://user@host:port/database, or postgres:///database?host=/folder/of/socket&user=name";

impl PostgresUrl {
    pub(super) fn read(url: &Url) -> Result<Self, StateFault> {
        let mut read = Self {
            host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(5432),
            user: decoded(url.username())?,
            database: decoded(url.path().trim_start_matches('/'))?,
            tls: Tls::Verified,
            roots: None,
            table: "esc_sync".to_owned(),
            part: None,
        };
        let mut mode = None;
        for (name, value) in url.query_pairs() {
            match &*name {
                "host" if read.host.is_empty() => read.host = value.into_owned(),
                "port" if read.is_socket() => {
                    read.port = value.parse().map_err(|_| usage("`port` is not one", HELP))?
                }
                "user" if read.user.is_none() => read.user = Some(value.into_owned()),
                "sslmode" => mode = Some(ssl_mode(&value)?),
                "sslrootcert" => read.roots = Some(PathBuf::from(&*value)),
                "table" => read.table = table(&value)?,
                _ => return Err(unknown_option("postgres", OPTIONS)),
            }
        }
        if read.host.is_empty() {
            return Err(usage("`postgres://` names no host", HELP));
        }
        let stays_here = read.is_socket() || is_loopback(&read.host);
        read.tls = mode.unwrap_or(if stays_here { Tls::Plain } else { Tls::Verified });
        Ok(read)
    }

    pub(super) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.host)?;
        if self.port != 5432 {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.database.as_deref().unwrap_or_default())?;
        self.part.as_ref().map_or(Ok(()), |part| write!(f, " ({part})"))
    }
}

fn decoded(text: &str) -> Result<Option<String>, StateFault> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| usage("`postgres://` is not text", HELP))?;
    Ok((!text.is_empty()).then(|| text.into_owned()))
}

/// `prefer` and `allow` would fall back to plain text, `verify-ca` would take another host's certificate.
fn ssl_mode(text: &str) -> Result<Tls, StateFault> {
    match text {
        "disable" => Ok(Tls::Plain),
        "require" | "verify-full" => Ok(Tls::Verified),
        _ => Err(usage(
            "`sslmode` is neither disable, require nor verify-full",
            "leave it out for a verified connection, or say sslmode=disable",
        )),
    }
}

/// It becomes part of statements, where it cannot be a parameter.
fn table(text: &str) -> Result<String, StateFault> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=40).contains(&text.len()) && text.bytes().all(plain) && !text.as_bytes()[0].is_ascii_digit() {
        return Ok(text.to_owned());
    }
    Err(usage("`table` is not a name of lower-case letters, digits and `_`, at most 40", HELP))
}
