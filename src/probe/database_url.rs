//! The URL of a database, which is a credential: read once, strictly, for those who judge it and those who log in.
//!
//! What programs read differently is refused and not guessed: a bare `@` in a password, several hosts, a socket.

use std::fmt;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::mapping::is_host;

/// Its parts, decoded.
pub struct DatabaseUrl {
    /// In lower case.
    pub scheme: String,
    pub user: Option<Zeroizing<String>>,
    pub password: Option<Zeroizing<String>>,
    /// In lower case, without brackets.
    pub host: String,
    pub port: Option<u16>,
    /// Without the slash in front: the database.
    pub path: String,
    options: Vec<(String, String)>,
}

impl DatabaseUrl {
    /// `None` for anything unusual.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if text.len() > LONGEST
            || text.contains('\\')
            || text.chars().any(|character| character.is_control() || character.is_whitespace())
        {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let (login, address) = match authority.split_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, authority),
        };
        let (user, password) = match login {
            Some(login) => login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password))),
            None => ("", None),
        };
        let (host, port) = host_and_port(address)?;
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            user: filled(user)?,
            password: password.map_or(Some(None), filled)?,
            host,
            port,
            path: decoded(path)?.to_string(),
            options: options(query)?,
        })
    }

    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The password may stand among the options, too.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseUrl").field("scheme", &self.scheme).field("host", &self.host).finish_non_exhaustive()
    }
}

fn host_and_port(address: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match address.strip_prefix('[') {
        Some(inner) => {
            let (host, tail) = inner.split_once(']')?;
            (host, if tail.is_empty() { None } else { Some(tail.strip_prefix(':')?) })
        }
        None => address.split_once(':').map_or((address, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse::<u16>().ok().filter(|port| *port > 0)?),
    };
    is_host(host).then(|| (host.to_ascii_lowercase(), port))
}

/// Some text, or none; the outer `None` is for what cannot be decoded.
fn filled(text: &str) -> Option<Option<Zeroizing<String>>> {
    if text.is_empty() { Some(None) } else { decoded(text).map(Some) }
}

fn decoded(text: &str) -> Option<Zeroizing<String>> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (!decoded.contains('\0')).then(|| Zeroizing::new(decoded.into_owned()))
}

fn options(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?.to_string(), decoded(value)?.to_string()))
        })
        .collect()
}

const LONGEST: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    fn login(url: &DatabaseUrl) -> (Option<&str>, Option<&str>) {
        (url.user.as_ref().map(|text| text.as_str()), url.password.as_ref().map(|text| text.as_str()))
    }

    #[test]
    fn all_parts_are_decoded() {
        let url = DatabaseUrl::parse("Postgres://me%40x:p%3A%2F%25@DB.example.com:6543/my%20db?sslmode=require&x=1#f")
            .expect("a URL");
        assert_eq!((url.scheme.as_str(), url.host.as_str(), url.port), ("postgres", "db.example.com", Some(6543)));
        assert_eq!(login(&url), (Some("me@x"), Some("p:/%")));
        assert_eq!((url.path.as_str(), url.option("sslmode"), url.option("y")), ("my db", Some("require"), None));
        let url = DatabaseUrl::parse("redis://:secret@[::1]:6379").expect("a URL");
        assert_eq!((login(&url), url.host.as_str(), url.path.as_str()), ((None, Some("secret")), "::1", ""));
        let url = DatabaseUrl::parse("rediss://cache.example.com").expect("a URL");
        assert_eq!((login(&url), url.port), ((None, None), None));
        assert!(!format!("{:?}", DatabaseUrl::parse("redis://u:canary@h")).contains("canary"));
    }

    #[test]
    fn x2_what_programs_read_differently_is_refused() {
        for text in [
            "",
            "redis",
            "redis://",
            "redis://u:p@",
            "redis://u:p@a@b",
            "redis://u:p@evil.example#@good.example:1",
            "redis://h:0",
            "redis://h:99999",
            "redis://h:1:2",
            "redis://h\\@evil/",
            "redis://h h/",
            "redis://u:p\n@h/",
            "redis://%68ost/",
            "redis://u:%ff@h/",
            "redis://u:%00@h/",
            "redis://[::1",
            "redis://[::1]6379",
            "postgres://a,b/db",
            "postgres:///db?host=/run/postgresql",
        ] {
            let read = DatabaseUrl::parse(text);
            let evil = read.as_ref().is_some_and(|url| url.host == "evil.example");
            assert!(read.is_none() || evil && text.contains('#'), "{text}: {read:?}");
        }
    }
}
