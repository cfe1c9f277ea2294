//! The first lines of a document: what made it, from what, and a checksum of the rest.
//!
//! The checksum tells a document that was edited by hand from one that is out of date.
//! It protects nobody from an attacker.

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::Settings;

/// How a language writes a comment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Comment {
    Hash,
    Markup,
}

/// What a document says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    pub settings: Settings,
    /// Whether the rest is what was generated under this header.
    pub intact: bool,
}

const MARK: &str = "esc-sync-docs ";

impl Comment {
    /// How the line of the mark begins.
    fn begun(self) -> &'static str {
        match self {
            Self::Hash => "# esc-sync-docs ",
            Self::Markup => "<!-- esc-sync-docs ",
        }
    }

    fn line(self, text: &str) -> String {
        match self {
            Self::Hash => format!("# {text}\n"),
            Self::Markup => format!("<!-- {text} -->\n"),
        }
    }
}

pub(super) fn headed(comment: Comment, settings: &Settings, body: &str) -> String {
    let Settings { mapping, profile, install, live } = settings;
    let told = json!({
        "mapping": mapping, "profile": profile, "install": install, "live": live, "sha256": checksum(body)
    });
    // Within a comment of markup two hyphens could end it.
    let told = told.to_string().replace('>', "\\u003e").replace("--", "-\\u002d");
    let shown: String = mapping.chars().filter(|letter| !letter.is_control()).collect::<String>().replace("--", "- -");
    let made =
        format!("Generated from {shown} by `esc-sync docs`. Change the mapping, not this file, and run it again.");
    format!("{}{}{body}", comment.line(&made), comment.line(&format!("{MARK}{told}")))
}

impl Header {
    /// The same of a file that may be anything; nearly all are told by their second line.
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        let told = bytes.splitn(3, |byte| *byte == b'\n').nth(1)?;
        let is_ours =
            [Comment::Hash, Comment::Markup].iter().any(|comment| told.starts_with(comment.begun().as_bytes()));
        if is_ours { Self::of(&String::from_utf8_lossy(bytes)) } else { None }
    }

    /// The header of a text, if it has one of ours.
    pub fn of(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        let (_, told, body) = (lines.next()?, lines.next()?, lines.next()?);
        let told = told.split_once(MARK)?.1.trim_end().trim_end_matches("-->");
        let told: Value = serde_json::from_str(told).ok()?;
        let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
        let settings = Settings {
            mapping: text("mapping")?,
            profile: text("profile"),
            install: text("install"),
            live: told.get("live").and_then(Value::as_bool).unwrap_or_default(),
        };
        // A checkout may have changed the ends of lines, which nobody did by hand.
        let intact = text("sha256")? == checksum(&body.replace("\r\n", "\n"));
        Some(Self { settings, intact })
    }
}

fn checksum(body: &str) -> String {
    digest(&SHA256, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was_written() {
        let settings = Settings {
            mapping: "mappings/a--b.yaml".into(),
            profile: Some("prod".into()),
            install: Some("one -->\ntwo".into()),
            live: true,
        };
        for comment in [Comment::Hash, Comment::Markup] {
            let text = headed(comment, &settings, "body\n");
            assert_eq!(text.lines().count(), 3, "{text}");
            assert_eq!(Header::of(&text), Some(Header { settings: settings.clone(), intact: true }));
            assert_eq!(Header::of_file(text.as_bytes()), Header::of(&text));
            let edited = Header::of(&format!("{text}more\n")).expect("a header");
            assert!(!edited.intact);
        }
        assert_eq!(Header::of("one\ntwo\nthree\n"), None);
    }
}
