//! What an expression evaluates to: a tree in which every value knows where it was
//! defined, what it overrode, and whether it is secret or unknown.
//!
//! Values are shared, never changed: merging makes new ones. The JSON form is the
//! service's (pulumi/esc `value.go`): `value`, `secret`, `unknown`, `trace`, with
//! `value` absent for null, and objects merged with what they override.

use std::{collections::BTreeMap, sync::Arc};

use super::diagnostic::{Point, Range};

/// An answer larger than this is refused: a definition can multiply itself.
pub(super) const LARGEST_ANSWER: usize = 64 << 20;

#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) repr: Repr,
    pub(super) def: Range,
    pub(super) base: Option<Arc<Value>>,
    pub(super) secret: bool,
    pub(super) unknown: bool,
    /// `fn::final`: an environment that imports it cannot override it.
    pub(super) last: bool,
    /// What an unknown value will be, as far as that is known.
    pub(super) shape: Shape,
    holds_secret: bool,
    holds_unknown: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Repr {
    Bool(bool),
    List(Arc<Vec<Arc<Value>>>),
    Null,
    Number(Box<str>),
    Object(Arc<Object>),
    Text(Box<str>),
}

pub(super) type Object = BTreeMap<Arc<str>, Arc<Value>>;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    Any,
    List,
    Text,
}

impl Value {
    pub(super) fn new(def: Range, repr: Repr) -> Self {
        let (mut holds_secret, mut holds_unknown) = (false, false);
        let mut look = |child: &Arc<Value>| {
            holds_secret |= child.has_secret();
            holds_unknown |= child.has_unknown();
        };
        match &repr {
            Repr::List(items) => items.iter().for_each(&mut look),
            Repr::Object(object) => object.values().for_each(&mut look),
            _ => {}
        }
        let shape = Shape::Any;
        Self { repr, def, base: None, secret: false, unknown: false, last: false, shape, holds_secret, holds_unknown }
    }

    pub(super) fn unknown(def: Range, shape: Shape) -> Self {
        Self { unknown: true, shape, ..Self::new(def, Repr::Null) }
    }

    #[must_use]
    pub(super) fn secret(mut self, secret: bool) -> Self {
        self.secret |= secret;
        self
    }

    /// The same value, said to be defined elsewhere.
    pub(super) fn defined_at(&self, def: Range) -> Self {
        Self { def, ..self.clone() }
    }

    pub(super) fn has_secret(&self) -> bool {
        self.secret || self.holds_secret
    }

    pub(super) fn has_unknown(&self) -> bool {
        self.unknown || self.holds_unknown
    }

    pub(super) fn may_be_object(&self) -> bool {
        if self.unknown { self.shape == Shape::Any } else { matches!(self.repr, Repr::Object(_)) }
    }

    /// A word for the type, as the service's type errors use it.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.repr {
            Repr::Bool(_) => "boolean",
            Repr::List(_) => "array",
            Repr::Null => "null",
            Repr::Number(_) => "number",
            Repr::Object(_) => "object",
            Repr::Text(_) => "string",
        }
    }

    /// The property under `key`, in the object or in what it overrides.
    pub(super) fn property(&self, key: &str) -> Option<Arc<Value>> {
        if let Repr::Object(object) = &self.repr
            && !self.unknown
        {
            return match object.get(key) {
                Some(value) => Some(Arc::clone(value)),
                None => self.base.as_ref()?.property(key),
            };
        }
        if !self.unknown {
            return None;
        }
        let mut late = Self::unknown(self.def.clone(), Shape::Any);
        late.base = self.base.as_ref().and_then(|base| base.property(key));
        Some(Arc::new(late))
    }

    /// The keys of the object and of the objects below it, in order.
    fn entries(&self) -> BTreeMap<Arc<str>, Arc<Value>> {
        let Repr::Object(object) = &self.repr else {
            return BTreeMap::new();
        };
        let mut all = self.base.as_ref().map_or_else(BTreeMap::new, |base| base.entries());
        all.extend(object.iter().map(|(key, value)| (Arc::clone(key), Arc::clone(value))));
        all
    }

    /// The text of a value inside a longer text; whether it is unknown; whether secret.
    pub(super) fn to_text(&self) -> (String, bool, bool) {
        if self.unknown {
            return ("[unknown]".into(), true, self.secret);
        }
        let (mut unknown, mut secret) = (false, self.secret);
        let mut inner = |value: &Value| {
            let (text, is_unknown, is_secret) = value.to_text();
            unknown |= is_unknown;
            secret |= is_secret;
            quote(&text)
        };
        let text = match &self.repr {
            Repr::Null => String::new(),
            Repr::Bool(value) => value.to_string(),
            Repr::Number(text) | Repr::Text(text) => text.to_string(),
            Repr::List(items) => items.iter().map(|item| inner(item)).collect::<Vec<_>>().join(","),
            Repr::Object(object) => {
                let pairs = object.iter().map(|(key, value)| format!("{}={}", quote(key), inner(value)));
                pairs.collect::<Vec<_>>().join(",")
            }
        };
        (text, unknown, secret)
    }
}

/// Lays `value` over `base` by JSON merge patch: objects deeply, all else replaced.
pub(super) fn merged(value: &Arc<Value>, base: Option<&Arc<Value>>) -> Arc<Value> {
    let Some(base) = base.filter(|base| !is_same(value, base)) else {
        return Arc::clone(value);
    };
    if value.base.as_ref().is_some_and(|own| is_same(own, base)) {
        return Arc::clone(value);
    }
    let below = value.base.as_ref().map_or_else(|| Arc::clone(base), |own| merged(own, Some(base)));
    let mut result = (**value).clone();
    if let Repr::Object(object) = &value.repr {
        let lay =
            |(key, child): (&Arc<str>, &Arc<Value>)| (Arc::clone(key), merged(child, below.property(key).as_ref()));
        result.repr = Repr::Object(Arc::new(object.iter().map(lay).collect()));
        result.holds_secret |= below.has_secret();
        result.holds_unknown |= below.holds_unknown;
    }
    result.base = Some(below);
    Arc::new(result)
}

fn is_same(one: &Arc<Value>, other: &Arc<Value>) -> bool {
    Arc::ptr_eq(one, other) || (one.unknown && other.unknown && one.def == other.def)
}

/// The properties of an environment as JSON; `None` if the text would be too large.
pub(super) fn render_properties(root: &Value) -> Option<String> {
    let mut out = String::new();
    object(&mut out, &root.entries());
    (out.len() <= LARGEST_ANSWER).then_some(out)
}

fn render(out: &mut String, value: &Value) {
    if out.len() > LARGEST_ANSWER {
        return;
    }
    out.push('{');
    match &value.repr {
        Repr::Null => {}
        repr => {
            out.push_str("\"value\":");
            contents(out, value, repr);
            out.push(',');
        }
    }
    if value.secret {
        out.push_str("\"secret\":true,");
    }
    if value.unknown {
        out.push_str("\"unknown\":true,");
    }
    out.push_str("\"trace\":{\"def\":");
    range(out, &value.def);
    if let Some(base) = &value.base {
        out.push_str(",\"base\":");
        render(out, base);
    }
    out.push_str("}}");
}

fn contents(out: &mut String, value: &Value, repr: &Repr) {
    match repr {
        Repr::Null => out.push_str("null"),
        Repr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        // NaN and the infinities have no JSON form; the service could not answer them either.
        Repr::Number(text) => out.push_str(if is_json_number(text) { text } else { "null" }),
        Repr::Text(text) => string(out, text),
        Repr::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                render(out, item);
            }
            out.push(']');
        }
        Repr::Object(own) if value.base.is_none() => object(out, own),
        Repr::Object(_) => object(out, &value.entries()),
    }
}

fn object(out: &mut String, entries: &BTreeMap<Arc<str>, Arc<Value>>) {
    out.push('{');
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(out, key);
        out.push(':');
        render(out, value);
    }
    out.push('}');
}

fn range(out: &mut String, range: &Range) {
    out.push_str("{\"environment\":");
    string(out, &range.environment);
    point(out, ",\"begin\":{\"line\":", range.begin);
    point(out, ",\"end\":{\"line\":", range.end);
    out.push('}');
}

/// Written by hand: an opened environment has two of these for every value.
fn point(out: &mut String, open: &str, at: Point) {
    out.push_str(open);
    number(out, at.line);
    out.push_str(",\"column\":");
    number(out, at.column);
    out.push_str(",\"byte\":");
    number(out, at.byte);
    out.push('}');
}

fn number(out: &mut String, mut number: u32) {
    let mut digits = [b'0'; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// The plain JSON of a value, as `fn::toJSON` gives it: with Go's escapes for HTML.
pub(super) fn plain_json(value: &Value) -> String {
    let mut out = String::new();
    plain(&mut out, value);
    out.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn plain(out: &mut String, value: &Value) {
    match &value.repr {
        Repr::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                plain(out, item);
            }
            out.push(']');
        }
        Repr::Object(_) => {
            out.push('{');
            for (at, (key, value)) in value.entries().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                string(out, key);
                out.push(':');
                plain(out, value);
            }
            out.push('}');
        }
        repr => contents(out, value, repr),
    }
}

fn string(out: &mut String, text: &str) {
    let simple = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(simple) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    // A string always has a JSON form.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn is_json_number(text: &str) -> bool {
    !text.ends_with(['N', 'f'])
}

/// Go's `strconv.Quote`, as far as printable text goes.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            other if (other as u32) < 0x80 && other.is_control() => out.push_str(&format!("\\x{:02x}", other as u32)),
            other if other.is_control() => out.push_str(&format!("\\u{:04x}", other as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
