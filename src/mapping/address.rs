//! Addresses read from text: ESC paths and environments, GitHub names, repositories, hosts.
//!
//! Each refusal says the rule and, where there is one, the legal spelling.

use std::net::IpAddr;

use super::{
    credential,
    diagnostic::{Sink, Span, nearest, quoted},
};
use crate::model::{EnvironmentRef, EscPath, NameError, RepoRef, SecretName, Segment};

/// Where the key of the fingerprints is kept in ESC. No entry may be there: it would carry the key
/// to GitHub, or a value into the key's place.
pub const KEY_PATH: &str = "esc-sync.fingerprint-key";

/// Where the halves of a key wait in ESC that is to follow the one in force, until it does.
pub const NEXT_PUBLIC_KEY_PATH: &str = "esc-sync.next-ssh-public-key";
pub const NEXT_PRIVATE_KEY_PATH: &str = "esc-sync.next-ssh-private-key";

/// Below it esc-sync keeps what is its own; no entry may be there.
const RESERVED: &str = "esc-sync";

/// As deep as any YAML that we read.
const MAX_DEPTH: usize = 64;

/// An ESC path, relative to `values`.
pub(super) fn path(text: &str, span: Span, sink: &mut Sink) -> Option<EscPath> {
    if credential::certain(text) {
        sink.error("credential-in-mapping", span, "this looks like a credential, not a path")
            .help("take it out of the file, rotate it, and write the ESC path where its value is kept");
        return None;
    }
    if let Some(rest) = text.strip_prefix("values.").or_else(|| text.strip_prefix("values[")) {
        let rest = if text.starts_with("values[") { &text["values".len()..] } else { rest };
        sink.error("values-prefix", span, "a path is relative to `values` and does not begin with it")
            .help(format!("remove the prefix: {}", quoted(rest)));
        return None;
    }
    if text.contains("..") || text.starts_with(['/', '~']) || text.chars().any(|c| c.is_control() || c.is_whitespace())
    {
        sink.error("bad-path", span, "this is not an ESC path: keys parted by single dots, without blanks")
            .help("write for example `payments.stripe.api_key`, or `settings[\"a.b\"].key`");
        return None;
    }
    match EscPath::parse(text) {
        Ok(path) if path.segments().len() > MAX_DEPTH => {
            sink.error("bad-path", span, "the path is deeper than 64 levels").help("keep the value nearer to the root");
            None
        }
        Ok(path) if is_root(&path) => {
            sink.error("values-prefix", span, "`values` is the root, not a place").help("name the key below it");
            None
        }
        Ok(path) if is_reserved(&path) => {
            sink.error("reserved-path", span, format!("{} is where esc-sync keeps its own keys", quoted(RESERVED)))
                .help("keep the value at another path");
            None
        }
        Ok(path) => Some(path),
        Err(error) => {
            sink.error("bad-path", span, error.to_string())
                .help("write for example `payments.stripe.api_key`, or `settings[\"a.b\"].key`");
            None
        }
    }
}

fn is_reserved(path: &EscPath) -> bool {
    matches!(path.segments().first(), Some(Segment::Key(key)) if **key == *RESERVED)
}

fn is_root(path: &EscPath) -> bool {
    matches!(path.segments(), [Segment::Key(key)] if &**key == "values")
}

/// `organization/project/environment`.
pub(super) fn environment(text: &str, span: Span, sink: &mut Sink) -> Option<EnvironmentRef> {
    let parsed = text.parse();
    if parsed.is_err() {
        sink.error("bad-environment", span, format!("{} is not an ESC environment", quoted(text)))
            .help("write organization/project/environment, for example `acme/default/production`");
    }
    parsed.ok()
}

pub(super) fn repository(text: &str, span: Span, sink: &mut Sink) -> Option<RepoRef> {
    let parsed = text.parse();
    if parsed.is_err() {
        sink.error("bad-repository", span, format!("{} is not a repository", quoted(text)))
            .help("write owner/name, for example `acme/app`");
    }
    parsed.ok()
}

/// An organization of GitHub, in lower case, since GitHub does not tell case apart.
///
/// Letters, digits and single hyphens inside, at most 39 (GitHub's own sign-up form, read 2026-11).
pub(super) fn organization(text: &str, span: Span, sink: &mut Sink) -> Option<Box<str>> {
    let legal = (1..=39).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !text.starts_with('-');
    if !legal {
        let diagnostic = sink.error("bad-organization", span, format!("{} is not a GitHub organization", quoted(text)));
        diagnostic.help(if text.contains('/') {
            "a name with a slash is a repository: write it under `repository`"
        } else {
            "letters, digits and hyphens, at most 39"
        });
        return None;
    }
    Some(text.to_ascii_lowercase().into())
}

/// A deployment environment: any text of one line, at most 255 (GitHub docs, managing environments).
pub(super) fn deployment(text: &str, span: Span, sink: &mut Sink) -> Option<Box<str>> {
    if text.len() > 255 || text.trim() != text || text.chars().any(char::is_control) || matches!(text, "." | "..") {
        sink.error("bad-environment", span, "this is not the name of a deployment environment")
            .help("the name as GitHub shows it in the repository's settings, at most 255 characters");
        return None;
    }
    Some(text.into())
}

/// A name that GitHub accepts; warns where GitHub will spell it otherwise.
pub(super) fn name(text: &str, span: Span, sink: &mut Sink) -> Option<SecretName> {
    // Names are capitals by custom, and any capitals and digits can be one.
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) && credential::certain(text) {
        sink.error("credential-in-mapping", span, "this looks like a credential, not a name")
            .help("take it out of the file, rotate it, and write the name that its value has on GitHub");
        return None;
    }
    match SecretName::parse(text) {
        Ok(name) => {
            if name.as_str() != text {
                sink.warning("name-case", span, format!("GitHub keeps {} in upper case", quoted(text)))
                    .help("write it in upper case");
            }
            Some(name)
        }
        Err(error) => {
            refuse_name(text, error, span, sink);
            None
        }
    }
}

fn refuse_name(text: &str, error: NameError, span: Span, sink: &mut Sink) {
    let diagnostic = sink.error("bad-name", span, format!("{} cannot be a name on GitHub: {error}", quoted(text)));
    match legal_name(text) {
        _ if text.contains('/') => {
            diagnostic.help("a repository goes into a map: `github: { repository: owner/name }`")
        }
        Some(legal) if !credential::masked(text) => {
            diagnostic.help(format!("carry it under a legal name, for example `{legal}`"))
        }
        _ => diagnostic.help("choose another name"),
    };
}

/// The nearest name that GitHub accepts.
fn legal_name(text: &str) -> Option<SecretName> {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if let Some(rest) = name.strip_prefix("GITHUB_") {
        name = format!("GH_{rest}");
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    SecretName::parse(&name).ok().filter(|name| name.as_str().bytes().any(|byte| byte != b'_'))
}

/// One of the names a file gave to environments, or an error with the nearest.
pub(super) fn unknown_environment(text: &str, span: Span, known: &[&str], sink: &mut Sink) {
    let diagnostic =
        sink.error("unknown-environment", span, format!("no environment is called {} in this file", quoted(text)));
    match nearest(text, known) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help("declare it under `esc.environments`, or write organization/project/environment"),
    };
}

/// A host name or an address, as it may stand in a URL or an SSH command.
pub(super) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    (text.len() <= 253 && text.split('.').all(label)) || text.parse::<IpAddr>().is_ok()
}

/// Whether a URL is https, and its host in lower case without brackets; `None` for anything unusual, which is
/// refused and not guessed.
pub fn url_host(url: &str) -> Option<(bool, String)> {
    let (secure, rest) = match url.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, url.strip_prefix("http://")?),
    };
    if url.chars().any(|character| character.is_control() || character.is_whitespace() || character == '\\') {
        return None;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => inner.split_once(']').map(|(host, tail)| (host, tail.strip_prefix(':').unwrap_or(tail)))?,
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let legal = is_host(host) && (port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0));
    legal.then(|| (secure, host.to_ascii_lowercase()))
}

/// Whether a host, as `url_host` gives it, is named as this machine.
pub fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m7_the_legal_name_is_offered() {
        let cases = [
            ("GITHUB_TOKEN", "GH_TOKEN"),
            ("github_app_id", "GH_APP_ID"),
            ("1PASSWORD", "_1PASSWORD"),
            ("my-key", "MY_KEY"),
            ("A B", "A_B"),
            ("2024-01-01", "_2024_01_01"),
        ];
        for (text, legal) in cases {
            assert!(SecretName::parse(text).is_err());
            assert_eq!(legal_name(text).expect(text).as_str(), legal);
        }
    }

    #[test]
    fn x1_paths_of_the_file_system_are_no_esc_paths() {
        for text in ["../../etc/passwd", "/etc/passwd", "~/.ssh/id", "/proc/self/environ", "a b", "a\u{1b}b", "values"]
        {
            let mut sink = Sink::default();
            assert!(path(text, Span::default(), &mut sink).is_none(), "{text}");
            assert!(sink.failed());
        }
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for text in ["gpu-1", "api.example.com", "192.0.2.10", "2001:db8::1"] {
            assert!(is_host(text), "{text}");
        }
        for text in ["", "-oProxyCommand=x", "a b", "a..b", "a/b", "u@h", "h:22", "h\n"] {
            assert!(!is_host(text), "{text:?}");
        }
    }

    #[test]
    fn x2_hosts_are_read_as_the_client_would_read_them() {
        assert_eq!(url_host("https://API.example.com/me?x#y"), Some((true, "api.example.com".into())));
        assert_eq!(url_host("http://[::1]:8080/"), Some((false, "::1".into())));
        assert_eq!(url_host("http://127.0.0.1:1"), Some((false, "127.0.0.1".into())));
        for url in [
            "ftp://a/",
            "//a/",
            "https://",
            "https://u:p@a/",
            "https://a\\@b/",
            "https://a b/",
            "https://a:0/",
            "https://a:99999/",
            "https://{value}.a/",
            "https://[::1/",
            "https://a..b/",
            "HTTPS ://a",
        ] {
            assert_eq!(url_host(url), None, "{url}");
        }
        assert!(is_this_machine("127.1.2.3") && is_this_machine("::1") && !is_this_machine("127.0.0.1.example.com"));
    }
}
