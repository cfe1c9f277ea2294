//! Maps and scalars of the tree read as the table says, with an error for each that is not so.
//!
//! What lives here: shapes. What does not: what a field means. No conversion is ever
//! implied: only `true` and `false` are booleans and only plain digits are numbers, and
//! everything else stays the text it was.

use std::{collections::HashMap, time::Duration};

use super::{
    diagnostic::{Sink, Span, list_of, near, nearest, quoted},
    schema::Object,
    words::{Word, words},
};
use crate::yaml::{Node, NodeKind};

/// A map whose fields are known.
pub(super) struct Fields<'t, 'a> {
    object: &'static Object,
    pairs: &'t [(Node<'a>, Node<'a>)],
}

impl<'t, 'a> Fields<'t, 'a> {
    /// Opens a map: complains about unknown, repeated and missing fields.
    pub(super) fn open(node: &'t Node<'a>, object: &'static Object, sink: &mut Sink) -> Option<Self> {
        let pairs = map(node, "a map", sink)?;
        let mut meant = Vec::new();
        for (key, _) in pairs {
            let Some(scalar) = key.as_scalar() else { continue };
            if !object.knows(&scalar.text) && !is_ignored(&scalar.text) {
                meant.extend(unknown_field(key, &scalar.text, object, sink));
            }
        }
        let fields = Self { object, pairs };
        for name in object.required {
            // A misspelt field is not missing as well.
            if fields.get(name).is_none() && !meant.contains(name) {
                sink.error("missing-field", node, format!("`{name}` is missing")).help(help_for_missing(name));
            }
        }
        Some(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'t Node<'a>> {
        debug_assert!(self.object.knows(name), "{name} stands in the table of {}", self.object.id);
        self.pairs
            .iter()
            .find(|(key, _)| key.as_scalar().is_some_and(|scalar| scalar.text == name))
            .map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str, sink: &mut Sink) -> Option<(&'t str, Span)> {
        let node = self.get(name)?;
        Some((text(node, name, sink)?, node.into()))
    }

    /// A text of one line, as an address or a name is.
    pub(super) fn line(&self, name: &str, sink: &mut Sink) -> Option<(&'t str, Span)> {
        let (text, span) = self.text(name, sink)?;
        if text.chars().any(char::is_control) || text.trim() != text {
            sink.error("bad-text", span, format!("`{name}` has a control character, or blanks at its ends"))
                .help("write it in one line, without blanks around it");
            return None;
        }
        Some((text, span))
    }

    /// A member of a closed set of words.
    pub(super) fn word<W: Word>(&self, name: &str, sink: &mut Sink) -> Option<(W, Span)> {
        let (text, span) = self.text(name, sink)?;
        let found = W::ALL.iter().copied().find(|word| word.word() == text);
        if found.is_none() {
            bad_word(name, text, span, &words::<W>(), sink);
        }
        Some((found?, span))
    }

    pub(super) fn integer(&self, name: &str, from: i64, to: i64, sink: &mut Sink) -> Option<i64> {
        integer(self.get(name)?, name, from, to, sink)
    }

    pub(super) fn integers(&self, name: &str, from: i64, to: i64, sink: &mut Sink) -> Option<Vec<i64>> {
        let items = list(self.get(name)?, name, sink)?;
        Some(items.iter().filter_map(|item| integer(item, name, from, to, sink)).collect())
    }

    /// `true` or `false` and nothing else.
    pub(super) fn boolean(&self, name: &str, sink: &mut Sink) -> Option<(bool, Span)> {
        let node = self.get(name)?;
        match plain_text(node) {
            Some("true") => Some((true, node.into())),
            Some("false") => Some((false, node.into())),
            _ => {
                sink.error("wrong-type", node, format!("`{name}` is `true` or `false`"))
                    .help("write one of the two, without quotes");
                None
            }
        }
    }

    /// Days or weeks, in days.
    pub(super) fn days(&self, name: &str, sink: &mut Sink) -> Option<u32> {
        let (text, span) = self.text(name, sink)?;
        let days = days(text);
        if days.is_none() {
            sink.error("bad-duration", span, format!("`{name}` is a number of days or weeks"))
                .help("write for example `90d` or `12w`");
        }
        days
    }

    /// Minutes, hours, days or weeks.
    pub(super) fn interval(&self, name: &str, sink: &mut Sink) -> Option<Duration> {
        let (text, span) = self.text(name, sink)?;
        let interval = interval(text);
        if interval.is_none() {
            sink.error("bad-duration", span, format!("`{name}` is a number of minutes, hours, days or weeks"))
                .help("write for example `30m`, `24h` or `7d`");
        }
        interval
    }

    /// A list of texts, or one text alone.
    pub(super) fn texts(&self, name: &str, sink: &mut Sink) -> Option<(Vec<Box<str>>, Span)> {
        let node = self.get(name)?;
        let texts = match &node.kind {
            NodeKind::List(items) if items.is_empty() => {
                sink.error("empty", node, format!("`{name}` is an empty list"))
                    .help("name a value, or remove the field");
                return None;
            }
            NodeKind::List(items) => items.iter().filter_map(|item| Some(text(item, name, sink)?.into())).collect(),
            _ => vec![text(node, name, sink)?.into()],
        };
        Some((texts, node.into()))
    }
}

/// The pairs of a map with free names; complains about names that are no text and about repeated ones.
pub(super) fn map<'t, 'a>(node: &'t Node<'a>, what: &str, sink: &mut Sink) -> Option<&'t [(Node<'a>, Node<'a>)]> {
    let Some(pairs) = node.as_map() else {
        expected(node, what, sink);
        return None;
    };
    tag(node, sink);
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(if pairs.len() > 8 { pairs.len() } else { 0 });
    for (at, (key, _)) in pairs.iter().enumerate() {
        let Some(scalar) = key.as_scalar() else {
            expected(key, "a text as a name", sink);
            continue;
        };
        let earlier = if pairs.len() > 8 {
            seen.insert(&scalar.text, key.into())
        } else {
            pairs[..at]
                .iter()
                .find(|(other, _)| other.as_scalar().is_some_and(|other| other.text == scalar.text))
                .map(|(other, _)| other.into())
        };
        if let Some(earlier) = earlier {
            sink.error("duplicate-key", key, format!("{} stands here twice", quoted(&scalar.text)))
                .also(earlier, "it stands here first")
                .help("keep one of the two: neither is preferred");
        }
    }
    Some(pairs)
}

pub(super) fn list<'t, 'a>(node: &'t Node<'a>, name: &str, sink: &mut Sink) -> Option<&'t [Node<'a>]> {
    if node.as_list().is_none() {
        expected(node, &format!("a list for `{name}`"), sink);
    }
    tag(node, sink);
    node.as_list()
}

/// The text of a scalar that holds something.
pub(super) fn text<'t>(node: &'t Node<'_>, name: &str, sink: &mut Sink) -> Option<&'t str> {
    tag(node, sink);
    match node.as_scalar() {
        Some(scalar) if scalar.is_null() || scalar.text.is_empty() => {
            sink.error("empty", node, format!("`{name}` is empty")).help(if scalar.text.is_empty() {
                "give it a value, or remove it"
            } else {
                "give it a value, or put the word in quotes if you mean it as a text"
            });
            None
        }
        Some(scalar) => Some(&scalar.text),
        None => {
            expected(node, &format!("a text for `{name}`"), sink);
            None
        }
    }
}

/// `Some` for a plain `false`; words that other YAML readers take for one are refused.
pub(super) fn off(node: &Node<'_>, name: &str, sink: &mut Sink) -> Option<Result<(), ()>> {
    let text = plain_text(node)?;
    if text == "false" {
        return Some(Ok(()));
    }
    if matches!(text.to_ascii_lowercase().as_str(), "no" | "off" | "on" | "yes" | "true" | "false" | "n" | "y") {
        sink.error("wrong-type", node, format!("{} is not a way to say no (or yes) to `{name}`", quoted(text)))
            .help("write `false`; put the word in quotes if you mean it as a name");
        return Some(Err(()));
    }
    None
}

/// Says what stands here instead of what should.
pub(super) fn expected(node: &Node<'_>, what: &str, sink: &mut Sink) {
    match node.kind {
        NodeKind::Alias => {
            sink.error("alias", node, "YAML aliases are not read in a mapping")
                .help("write the value out, or use `defaults`, `services` or `profiles`");
        }
        _ => {
            sink.error("wrong-type", node, format!("{} cannot stand here", node.shape())).help(format!("write {what}"));
        }
    }
}

pub(super) fn bad_word(name: &str, text: &str, span: Span, known: &[&str], sink: &mut Sink) {
    let diagnostic = sink.error("unknown-word", span, format!("`{name}` cannot be {}", quoted(text)));
    if let Some(help) = nearest(text, known) {
        diagnostic.help(help);
    }
}

/// The days of `90d` or `12w`; at most a hundred years.
pub(super) fn days(text: &str) -> Option<u32> {
    let factor = match text.as_bytes().last()? {
        b'd' => 1,
        b'w' => 7,
        _ => return None,
    };
    let days = number(text)? * factor;
    (days <= 36_500).then_some(days)
}

/// The time of `30m`, `24h`, `7d` or `2w`; at most a year.
fn interval(text: &str) -> Option<Duration> {
    let seconds = match text.as_bytes().last()? {
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        b'w' => 7 * 86_400,
        _ => return None,
    };
    let interval = Duration::from_secs(u64::from(number(text)?) * seconds);
    (interval <= Duration::from_secs(366 * 86_400)).then_some(interval)
}

/// The plain number before the unit, which is one byte.
fn number(text: &str) -> Option<u32> {
    let number = &text[..text.len() - 1];
    let plain = number.len() <= 5 && number.starts_with(|first: char| ('1'..='9').contains(&first));
    number.parse().ok().filter(|_| plain)
}

fn help_for_missing(name: &str) -> String {
    match name {
        "version" => "begin the file with `version: 1`".into(),
        "entries" => "a mapping without entries checks nothing: list them under `entries:`".into(),
        "esc" => "write the ESC path, or `esc: false` if it is on GitHub only".into(),
        "reason" => "say why the rule may be silent here".into(),
        "hosts" => "list the hosts to which the credential may be sent".into(),
        name => format!("add `{name}`"),
    }
}

/// Schema pointers and extensions, which mean nothing to us.
fn is_ignored(name: &str) -> bool {
    name == "$schema" || name.starts_with("x-")
}

/// Complains about a field and returns the one that was meant, if one is near.
fn unknown_field(key: &Node<'_>, name: &str, object: &'static Object, sink: &mut Sink) -> Option<&'static str> {
    let diagnostic = sink.error("unknown-field", key, format!("unknown field {}", quoted(name)));
    let near = near(name, &object.names());
    match (near, list_of(&object.names())) {
        _ if name == "<<" => diagnostic.help("YAML merges are not read; use `defaults`, `services` or `profiles`"),
        (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, Some(list)) => diagnostic.help(format!("{list}; a field that begins with `x-` is ignored")),
        (None, None) => diagnostic.help("remove it, or begin its name with `x-` to have it ignored"),
    };
    near
}

fn integer(node: &Node<'_>, name: &str, from: i64, to: i64, sink: &mut Sink) -> Option<i64> {
    let digits = plain_text(node).filter(|text| {
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0')) && text.len() < 10
    });
    let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| (from..=to).contains(number));
    if number.is_none() {
        let wanted = if from == to { format!("{from}") } else { format!("a whole number from {from} to {to}") };
        sink.error("wrong-type", node, format!("`{name}` is not {wanted}"))
            .help(format!("write {wanted} in plain digits, without quotes"));
    }
    number
}

fn plain_text<'t>(node: &'t Node<'_>) -> Option<&'t str> {
    node.as_scalar().filter(|scalar| scalar.is_plain()).map(|scalar| &*scalar.text)
}

fn tag(node: &Node<'_>, sink: &mut Sink) {
    if node.tagged {
        sink.error("tag", node, "YAML tags are not read in a mapping")
            .help("remove the tag; put quotes around what is to be a text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_weeks() {
        assert_eq!([days("90d"), days("12w"), days("1d")], [Some(90), Some(84), Some(1)]);
        for text in ["", "d", "90", "0d", "090d", "1.5d", "-1d", "+1d", "9 d", "3m", "99999w", "1e3d", "ⅷd"] {
            assert_eq!(days(text), None, "{text:?}");
        }
    }

    #[test]
    fn intervals_are_minutes_hours_days_or_weeks() {
        let hours = |text| interval(text).map(|interval| interval.as_secs() / 3_600);
        assert_eq!(["30m", "24h", "7d", "2w"].map(hours), [Some(0), Some(24), Some(168), Some(336)]);
        for text in ["", "h", "24", "0h", "024h", "1.5h", "-1h", "24 h", "1y", "367d", "99999w", "ⅷh"] {
            assert_eq!(interval(text), None, "{text:?}");
        }
    }
}
