//! A value that stands for one that is still to come.
//!
//! What lives here: the rule, the families, and the order in which they are tried.
//! Shapes of whole values are in `shapes`, words in `words`. The cases, and the near
//! misses that must not be flagged, are a table in the integration tests.
//!
//! Everything is linear in a bounded part of the value: of a text longer than
//! `MOST_BYTES` only both ends are looked at, for nothing but repetition (X4).

mod shapes;
mod vocabulary;
mod words;

use base64::{Engine as _, engine::general_purpose as base64s};
use zeroize::Zeroizing;

use super::{
    Finding,
    line::trimmed,
    remedy,
    rule::{Check, Rule},
    subject::{Held, Subject},
};
use crate::model::{Kind, SecretValue, Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("placeholder-value", Severity::Error, Check::Entry(check), "the value is a placeholder");

/// The kinds of placeholder, as they were met in real configurations.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Family {
    /// `${VAR}`, `$VAR`, `{NAME}`: a variable that nobody replaced.
    Unresolved,
    /// `your-key-here`, also behind a vendor's prefix.
    Your,
    /// `password`, `postgres`, `123456789`: for secrets only.
    Weak,
    /// `...`, `sk-...`.
    Ellipsis,
    /// `null`, `N/A`, `not configured`.
    Null,
    /// `test-key`, `demo_key`: for secrets only.
    Test,
    /// `<api-key>`.
    Angle,
    /// Nothing, or blanks only (V4).
    Empty,
    /// `xxxx`, `ghp_xxxxxxxxxxxx`, `00000000-0000-…`.
    Run,
    /// `dummy`, `fake-token`, `mock-api-key-12345`.
    Dummy,
    /// `example.com`, documentation keys that end in `EXAMPLE`.
    Example,
    /// `placeholder`, `NAME_PLACEHOLDER`, `TODO`.
    Placeholder,
    /// `${{ secrets.X }}`, `{{ secrets.X }}`.
    Template,
    /// `REPLACE_WITH_REAL_KEY`.
    Replace,
    /// `changeme`, `change-in-production`.
    Change,
    /// `****`, `[secret]`, `REDACTED`.
    Masked,
    /// `[TO BE ADDED]`.
    Square,
    /// `FROM_GITHUB`, `set-in-github`, `managed by Pulumi ESC`.
    Instruction,
}

const MOST_BYTES: usize = 4096;

/// Which kind of placeholder a value is, if it is one.
pub fn placeholder_family(kind: Kind, value: &SecretValue) -> Option<Family> {
    // The text is only matched; a family's name is all that leaves.
    family_of_text(kind, value.expose_text()?)
}

fn family_of_text(kind: Kind, text: &str) -> Option<Family> {
    let text = unquoted(trimmed(text));
    if text.is_empty() {
        return Some(Family::Empty);
    }
    if text.len() > MOST_BYTES {
        return shapes::is_one_letter(text).then_some(Family::Run);
    }
    shapes::family(kind, text).or_else(|| under_base64(kind, text))
}

/// One layer of base64, as cluster manifests have it.
fn under_base64(kind: Kind, text: &str) -> Option<Family> {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
    let is_candidate = text.len() >= 8 || text.ends_with('=');
    if !is_candidate || !text.bytes().all(alphabet) {
        return None;
    }
    let engines = [&base64s::STANDARD, &base64s::STANDARD_NO_PAD, &base64s::URL_SAFE, &base64s::URL_SAFE_NO_PAD];
    let decoded = engines.into_iter().find_map(|engine| engine.decode(text).ok()).map(Zeroizing::new)?;
    let inner = std::str::from_utf8(&decoded).ok()?;
    let printable = inner.chars().all(|letter| !letter.is_control() || letter.is_ascii_whitespace());
    if !printable || inner.len() < 3 {
        return None;
    }
    let inner = unquoted(trimmed(inner));
    if inner.is_empty() { Some(Family::Empty) } else { shapes::family(kind, inner) }
}

/// The text inside one pair of quotes, as copied out of a file of assignments.
fn unquoted(text: &str) -> &str {
    let inner = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inner('"').or_else(|| inner('\'')).or_else(|| inner('`')).map_or(text, trimmed)
}

impl Family {
    /// What the value is, in words that quote nothing of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unresolved => "a variable that nobody replaced",
            Self::Your => "a text that asks for your own value",
            Self::Weak => "a default word",
            Self::Ellipsis => "an ellipsis",
            Self::Null => "a word for no value",
            Self::Test => "a word for testing or demonstration",
            Self::Angle => "a name in angle brackets",
            Self::Empty => "empty",
            Self::Run => "one character repeated, or a plain sequence",
            Self::Dummy => "a dummy",
            Self::Example => "an example from a documentation",
            Self::Placeholder => "called a placeholder",
            Self::Template => "the text of a template that nobody rendered",
            Self::Replace => "a text that asks to be replaced",
            Self::Change => "a text that asks to be changed",
            Self::Masked => "a mask that some display put over the real value",
            Self::Square => "a remark in square brackets",
            Self::Instruction => "a remark on where the value comes from",
        }
    }
}

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    findings.extend(subject.held().filter_map(|held| placeholder(subject, held)));
}

fn placeholder(subject: &Subject, held: Held) -> Option<Finding> {
    let reason = format!("{} holds no real value: it is {}", held.place(), held.family?.as_str());
    let remedy = format!(
        "`{}`; if it is meant, {}",
        remedy::store(subject, &held.home()),
        remedy::edit(subject, "allow placeholder-value with a reason")
    );
    Some(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Placeholder), Some(held.place())) })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Evidence, Severity, Status, Tier},
    };

    #[test]
    fn v4_v11_a_placeholder_is_seen_wherever_values_are() {
        let about = Case::new().secret("A", "a").value("a", "your-api-key-here").listed("A").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Placeholder, Evidence::Value));
        let finding = only(&about, "placeholder-value");
        assert_eq!(
            finding.reason,
            "esc acme/default/prod a holds no real value: it is a text that asks for your own value"
        );
        let about = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A").job("A", " ").judge_one();
        assert_eq!(only(&about, "placeholder-value").reason, "job secret A holds no real value: it is empty");
        let about =
            Case::new().config("U", "u").plain_value("u", "https://api.acme.io").variable("U", "${URL}").judge_one();
        assert_eq!(about.status, Status::Placeholder);
    }

    #[test]
    fn v4_empty_is_refused_unless_allowed() {
        for value in ["", " ", "\n\t ", "\u{feff}", "\"\""] {
            let case = || Case::new().esc_only("A", "a").tier(Tier::Optional).value("a", value);
            assert_eq!(only(&case().judge_one(), "placeholder-value").severity, Severity::Warning);
            assert_eq!(case().allow("placeholder-value").judge_one().status, Status::Ok);
        }
    }
}
