//! Plain settings written into files: values that the mapping denies, and other values than it expects.
//!
//! A denied value counts wherever it stands as a word of its own. One that is itself a common
//! word, and any value that is only not the expected one, counts where it is set: behind the
//! entry's name. What is no literal (`${X}`, an expression, a call) sets nothing. Only
//! positions in the mapping's own lists come out, never a file's text.

use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lines::Lines;
use crate::{mapping::Mapping, model::Kind, yaml::Position};

/// The settings of a mapping that fix or deny values.
pub struct Settings {
    fixed: Vec<Fixed>,
    words: Vec<Word>,
    finder: Option<AhoCorasick>,
}

struct Fixed {
    name: String,
    expect: Vec<String>,
    deny: Vec<String>,
}

/// What is looked for, and of which setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Word {
    /// Setting, and position in its list.
    Denied(usize, usize),
    Name(usize),
}

/// What is wrong with a value in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wrong {
    /// The position, from 1, in the entry's list.
    Denied(usize),
    Unexpected,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrongSetting {
    /// The entry's name.
    pub name: String,
    pub wrong: Wrong,
    pub at: Position,
}

impl Settings {
    pub fn new(mapping: &Mapping) -> Self {
        let mut own = Self { fixed: Vec::new(), words: Vec::new(), finder: None };
        let mut texts: Vec<String> = Vec::new();
        for entry in mapping.entries.iter().filter(|entry| entry.kind == Kind::Config) {
            let detail = entry.detail();
            let lower = |list: &[Box<str>]| list.iter().map(|text| text.to_lowercase()).collect::<Vec<_>>();
            let (expect, deny) = (lower(&detail.expect), lower(&detail.deny));
            if expect.is_empty() && deny.is_empty() {
                continue;
            }
            let at = own.fixed.len();
            for (number, denied) in deny.iter().enumerate().filter(|(_, denied)| is_telling(denied)) {
                own.words.push(Word::Denied(at, number));
                texts.push(denied.clone());
            }
            for name in std::iter::once(&entry.name).chain(&detail.aliases) {
                own.words.push(Word::Name(at));
                texts.push(name.as_str().to_lowercase());
            }
            own.fixed.push(Fixed { name: entry.name.to_string(), expect, deny });
        }
        let builder =
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(&texts);
        own.finder = builder.ok().filter(|_| !texts.is_empty());
        own
    }

    /// What the file sets against the mapping, each place once.
    pub fn contradicted(&self, file: &str, text: &[u8]) -> Vec<WrongSetting> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let bare = reads_bare(file);
        let mut found: Vec<(usize, usize, Wrong)> = Vec::new();
        for hit in finder.find_iter(text).filter(|hit| stands_alone(text, hit.start(), hit.end())) {
            match self.words[hit.pattern().as_usize()] {
                Word::Denied(setting, number) => found.push((hit.start(), setting, Wrong::Denied(number + 1))),
                Word::Name(setting) => {
                    if let Some((at, value)) = assigned(text, hit.end(), bare)
                        && let Some(wrong) = self.fixed[setting].judge(value)
                    {
                        found.push((at, setting, wrong));
                    }
                }
            }
        }
        found.sort_by_key(|(at, setting, wrong)| (*at, *setting, *wrong == Wrong::Unexpected));
        found.dedup_by_key(|(at, setting, _)| (*at, *setting));
        let mut lines = Lines::new(text);
        let wrong = |(at, setting, wrong): (usize, usize, Wrong)| WrongSetting {
            name: self.fixed[setting].name.clone(),
            wrong,
            at: lines.position(at),
        };
        found.into_iter().map(wrong).collect()
    }
}

impl Fixed {
    fn judge(&self, value: &[u8]) -> Option<Wrong> {
        let value = String::from_utf8_lossy(value).to_lowercase();
        let value = value.split_once("://").map_or(&*value, |(_, host)| host).trim_end_matches(['/', '.']);
        if let Some(number) = self.deny.iter().position(|denied| denied == value) {
            return Some(Wrong::Denied(number + 1));
        }
        // An account is also met as the host it is part of, and with its region.
        let same = |expected: &String| {
            let expected = expected.split_once("://").map_or(&**expected, |(_, host)| host).trim_end_matches('/');
            value.strip_prefix(expected).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        (!self.expect.is_empty() && !self.expect.iter().any(same)).then_some(Wrong::Unexpected)
    }
}

/// Whether a denied value is so special that it means the same wherever it stands.
fn is_telling(value: &str) -> bool {
    value.len() >= 8 && value.bytes().any(|byte| !byte.is_ascii_alphabetic())
}

fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    !part(start.checked_sub(1).and_then(|before| text.get(before))) && !part(text.get(end))
}

/// Whether values stand without quotes in files of that kind.
fn reads_bare(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let end = name.rsplit('.').next().unwrap_or_default();
    name.contains(".env")
        || name.starts_with("dockerfile")
        || matches!(end, "yaml" | "yml" | "env" | "ini" | "cfg" | "conf" | "properties" | "toml" | "sh" | "template")
}

/// The literal that is set behind a name: `NAME=x`, `NAME: "x"`, `["NAME"] = 'x'`, `getenv("NAME", "x")`, `${NAME:-x}`.
fn assigned(text: &[u8], end: usize, bare: bool) -> Option<(usize, &[u8])> {
    let line_end = memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |length| end + length);
    let line = &text[end..line_end.min(end + LONGEST)];
    let lead = |from: usize, set: &[u8]| from + line[from..].iter().take_while(|byte| set.contains(byte)).count();
    let closed = lead(0, b"\"'`] \t");
    let (value, may_be_bare) = match line.get(closed..)? {
        [b':', b'=', ..] | [b':', b'-', ..] => (closed + 2, bare),
        // A comparison sets nothing.
        [b'=', b'=', ..] | [b'=', b'~', ..] => return None,
        [b'=' | b':', ..] => (closed + 1, bare),
        [b',', ..] => (closed + 1, false),
        _ => return None,
    };
    let value = lead(value, b" \t");
    let (start, inner) = match line.get(value)? {
        quote @ (b'"' | b'\'' | b'`') => {
            let inner = &line[value + 1..];
            (value + 1, &inner[..inner.iter().position(|byte| byte == quote)?])
        }
        _ if may_be_bare => {
            let inner = &line[value..];
            let length = inner.iter().position(|byte| b" \t\r#,;}\"'".contains(byte)).unwrap_or(inner.len());
            (value, &inner[..length])
        }
        _ => return None,
    };
    let is_literal = !inner.is_empty() && !inner.iter().any(|byte| b"${}()<>[]% *|&!".contains(byte));
    is_literal.then_some((end + start, inner))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("fixed", &self.fixed.len()).finish_non_exhaustive()
    }
}

const LONGEST: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{LoadOptions, load};

    const MAPPING: &str = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\nentries:\n  SNOWFLAKE_ACCOUNT: { esc: data.account, kind: config, aliases: [SF_ACCOUNT], expect: ZNB04675, deny: [scoobyjava-vw02766, UHDECNO-CVB64222, prod] }\n";

    fn wrong(file: &str, text: &str) -> Vec<(Wrong, u32, u32)> {
        let loaded = load("m.yaml", MAPPING.as_bytes(), &LoadOptions::default()).expect("legal");
        let found = Settings::new(&loaded.mapping).contradicted(file, text.as_bytes());
        found.into_iter().map(|one| (one.wrong, one.at.line, one.at.column)).collect()
    }

    #[test]
    fn denied_values_count_wherever_they_stand_alone() {
        assert_eq!(wrong("a.py", "x = 1\naccount=\"scoobyjava-vw02766\"\n"), [(Wrong::Denied(1), 2, 10)]);
        assert_eq!(wrong("a.py", "url: https://uhdecno-cvb64222.snowflakecomputing.com"), [(Wrong::Denied(2), 1, 14)]);
        assert_eq!(wrong("a.py", "xscoobyjava-vw02766 scoobyjava-vw02766-x"), []);
        assert_eq!(wrong("a.yaml", "SNOWFLAKE_ACCOUNT: \"UHDECNO-CVB64222\""), [(Wrong::Denied(2), 1, 21)]);
    }

    #[test]
    fn other_values_count_where_they_are_set() {
        for (file, text, column) in [
            ("a.py", "SNOWFLAKE_ACCOUNT = 'abc12345'", 22),
            ("a.py", "os.environ[\"SNOWFLAKE_ACCOUNT\"] = \"abc12345\"", 36),
            ("a.py", "os.getenv(\"SNOWFLAKE_ACCOUNT\", \"abc12345\")", 33),
            ("a.yaml", "  sf_account: abc12345 # old", 15),
            (".env", "SNOWFLAKE_ACCOUNT=abc12345", 19),
            ("a.sh", "${SNOWFLAKE_ACCOUNT:-abc12345}", 22),
            ("a.json", "{\"SNOWFLAKE_ACCOUNT\": \"abc12345\"}", 24),
        ] {
            assert_eq!(wrong(file, text), [(Wrong::Unexpected, 1, column)], "{text}");
        }
        assert_eq!(wrong(".env", "SNOWFLAKE_ACCOUNT=prod"), [(Wrong::Denied(3), 1, 19)]);
    }

    #[test]
    fn what_is_expected_or_no_literal_is_fine() {
        for text in [
            "SNOWFLAKE_ACCOUNT: ZNB04675",
            "SNOWFLAKE_ACCOUNT: znb04675.us-east-1.snowflakecomputing.com",
            "SNOWFLAKE_ACCOUNT: ${{ vars.SNOWFLAKE_ACCOUNT }}",
            "SNOWFLAKE_ACCOUNT: $ACCOUNT",
            "SNOWFLAKE_ACCOUNT:",
            "SNOWFLAKE_ACCOUNT: ''",
            "MY_SNOWFLAKE_ACCOUNT: abc12345",
            "SNOWFLAKE_ACCOUNT_URL: abc12345",
            "the SNOWFLAKE_ACCOUNT of prod",
            "if SNOWFLAKE_ACCOUNT == \"abc12345\"",
        ] {
            assert_eq!(wrong("a.yaml", text), [], "{text}");
        }
        assert_eq!(wrong("a.py", "SNOWFLAKE_ACCOUNT = account"), []);
    }
}
