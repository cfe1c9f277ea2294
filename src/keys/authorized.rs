//! A file of authorized keys, line by line, as sshd reads it.
//!
//! sshd is kinder than a store may be: blanks before a line, several between its words,
//! CRLF. Invariants: every line is kept, whatever it is; keys are told apart by their
//! blob; a line that is not understood is never counted as a key.

use super::{
    PublicKey,
    public::{is_public_kind, parse_body},
};

/// The lines of such a file, in order.
#[derive(Clone, Debug, Default)]
pub struct AuthorizedKeys {
    pub lines: Vec<AuthorizedLine>,
}

#[derive(Clone, Debug)]
pub enum AuthorizedLine {
    Blank,
    Comment,
    /// sshd passes over it and says so in its log only.
    Garbage,
    Key(AuthorizedKey),
}

/// A key and what it is allowed.
#[derive(Clone, Debug)]
pub struct AuthorizedKey {
    /// As written, without the quotes' meaning taken away: `from="10.0.0.0/8"`.
    pub options: Vec<Box<str>>,
    pub key: PublicKey,
}

impl AuthorizedKeys {
    pub fn parse(text: &str) -> Self {
        Self { lines: text.lines().map(AuthorizedLine::parse).collect() }
    }

    pub fn keys(&self) -> impl Iterator<Item = &AuthorizedKey> {
        self.lines.iter().filter_map(AuthorizedLine::key)
    }

    /// The first line with this key; sshd, too, goes by the first that fits.
    pub fn find(&self, key: &PublicKey) -> Option<&AuthorizedKey> {
        self.keys().find(|line| line.key == *key)
    }

    /// How many keys may open the door. Whether one of them has expired is not asked.
    pub fn usable(&self) -> usize {
        self.keys().filter(|line| line.is_usable()).count()
    }
}

impl AuthorizedLine {
    pub fn parse(line: &str) -> Self {
        let line = line.trim_start_matches(BLANKS).trim_end_matches('\r');
        if line.is_empty() {
            return Self::Blank;
        }
        if line.starts_with('#') {
            return Self::Comment;
        }
        let bare = parse_key(line).map(|key| AuthorizedKey { options: Vec::new(), key });
        bare.or_else(|| parse_with_options(line)).map_or(Self::Garbage, Self::Key)
    }

    pub fn key(&self) -> Option<&AuthorizedKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Blank | Self::Comment | Self::Garbage => None,
        }
    }
}

impl AuthorizedKey {
    /// Whether a login with this key itself can succeed: no authority, no kind that sshd has given up.
    pub fn is_usable(&self) -> bool {
        !self.has_option("cert-authority") && self.key.kind() != "ssh-dss"
    }

    /// Whether a command of our own would run after the login.
    pub fn is_free(&self) -> bool {
        self.is_usable() && !self.has_option("command")
    }

    /// By its name; sshd minds no capitals.
    pub fn has_option(&self, name: &str) -> bool {
        let is_it = |option: &str| option.split('=').next().unwrap_or_default().eq_ignore_ascii_case(name);
        self.options.iter().any(|option| is_it(option))
    }
}

/// The options before a key, and the rest: they end at the first blank outside quotes, and
/// `\"` is the one escape (sshd(8); a backslash before anything else is itself).
pub(super) fn split_options(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
            }
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return Some((&line[..at], line[at..].trim_start_matches(BLANKS))),
            _ => {}
        }
    }
    None
}

fn parse_with_options(line: &str) -> Option<AuthorizedKey> {
    let (options, rest) = split_options(line)?;
    Some(AuthorizedKey { options: separate(options), key: parse_key(rest)? })
}

/// Options are separated by commas outside quotes.
fn separate(options: &str) -> Vec<Box<str>> {
    let (mut quoted, mut escaped, mut start, mut found) = (false, false, 0, Vec::new());
    for (at, letter) in options.char_indices() {
        match letter {
            '"' if !escaped => quoted = !quoted,
            ',' if !quoted => {
                found.push(options[start..at].into());
                start = at + 1;
            }
            _ => {}
        }
        escaped = letter == '\\';
    }
    found.push(options[start..].into());
    found
}

/// A key from the start of a line, with any blanks between its words.
fn parse_key(line: &str) -> Option<PublicKey> {
    let (kind, rest) = line.split_once(BLANKS)?;
    let rest = rest.trim_start_matches(BLANKS);
    let (body, comment) = rest.split_once(BLANKS).unwrap_or((rest, ""));
    let blob = is_public_kind(kind).then(|| parse_body(kind, body))??;
    // A comment is only looked at, so what cannot be shown is left out.
    let comment: String = comment.chars().filter(|letter| !letter.is_control()).collect();
    PublicKey::of_blob(&blob)?.commented(&comment)
}

const BLANKS: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testing::public_key;

    fn options(line: &str) -> Vec<String> {
        let AuthorizedLine::Key(key) = AuthorizedLine::parse(line) else { panic!("no key: {line}") };
        assert_eq!(key.key, PublicKey::parse(public_key()).expect("a key"));
        key.options.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn options_are_split_as_sshd_splits_them() {
        let bare = public_key().trim_end();
        for (prefix, expected) in [
            ("", vec![]),
            ("  \t", vec![]),
            ("restrict,pty ", vec!["restrict", "pty"]),
            ("command=\"echo hi, x\" ", vec!["command=\"echo hi, x\""]),
            ("command=\"echo \\\"a b\\\", c\",no-pty\t ", vec!["command=\"echo \\\"a b\\\", c\"", "no-pty"]),
            ("from=\"10.0.0.0/8,!10.1.1.1\",Restrict ", vec!["from=\"10.0.0.0/8,!10.1.1.1\"", "Restrict"]),
            // The backslash before the last backslash escapes nothing, the last one the quote.
            ("command=\"a\\\\\" b\" ", vec!["command=\"a\\\\\" b\""]),
        ] {
            assert_eq!(options(&format!("{prefix}{bare} you@host")), expected, "{prefix}");
            assert_eq!(options(&format!("{prefix}{bare}\r")), expected, "{prefix}");
        }
        assert_eq!(options(&bare.replace(' ', " \t ")), Vec::<String>::new());
        for garbage in
            ["x", "restrict", &bare[..bare.len() - 4], "command=\"open ssh-ed25519 AAAA", &format!("{bare}=")]
        {
            assert!(matches!(AuthorizedLine::parse(garbage), AuthorizedLine::Garbage), "{garbage}");
        }
    }

    #[test]
    fn keys_are_found_by_their_blob_and_counted_if_they_open() {
        let bare = public_key().trim_end();
        let key = PublicKey::parse(bare).expect("a key");
        let text = format!("# {bare}\n\n{bare}\r\nnonsense\ncert-authority {bare}\ncommand=\"x\" {bare} y\n{bare} z");
        let file = AuthorizedKeys::parse(&text);
        assert_eq!(file.lines.len(), 7);
        assert_eq!((file.keys().count(), file.usable()), (4, 3));
        assert_eq!(file.keys().filter(|line| line.is_free()).count(), 2);
        assert!(file.find(&key).is_some());
        assert_eq!(AuthorizedKeys::parse(&format!("# {bare}")).usable(), 0);
        assert_eq!(AuthorizedKeys::parse("").lines.len(), 0);
    }
}
