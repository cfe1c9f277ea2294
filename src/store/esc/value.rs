//! An opened environment, from JSON straight into wiped memory in one pass.
//!
//! A value of ESC is an object `{value?, secret?, unknown?, trace}`; what is under
//! `value` is a bool, number, string, list of such objects or object of such objects
//! (ESC `value.go`). The wrapper is taken off exactly once a level, so a key of the
//! user's own named `value` or `trace` stays a key. A null has no `value`.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::diagnostic::Diagnostic;
use crate::{
    model::{EscKind, EscValue, SecretValue},
    store::answer::JsonFault,
};

/// What the service says of an opened environment.
#[derive(Debug)]
pub(super) struct Opened {
    /// `None` if the answer does not look like an environment at all.
    pub(super) root: Option<EscValue>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

pub(super) fn parse(body: &[u8]) -> Result<Opened, JsonFault> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let opened = deserializer.deserialize_map(OpenedVisitor)?;
    deserializer.end()?;
    Ok(opened)
}

struct OpenedVisitor;

impl<'de> Visitor<'de> for OpenedVisitor {
    type Value = Opened;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an environment")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Opened, A::Error> {
        // Empty fields are left out by the service, so an environment without values has no
        // `properties`; its other fields then tell it from an answer of somebody else.
        let (mut properties, mut is_environment, mut diagnostics) = (None, false, Vec::new());
        while let Some(field) = fields.next_key::<Box<str>>()? {
            match &*field {
                "properties" if properties.is_some() => return Err(A::Error::duplicate_field("properties")),
                "properties" => match fields.next_value_seed(Properties)? {
                    Some(values) => properties = Some(values),
                    None => return Err(A::Error::custom("the properties are null")),
                },
                "diagnostics" => diagnostics = fields.next_value::<Option<_>>()?.unwrap_or_default(),
                other => {
                    is_environment |= matches!(other, "exprs" | "schema" | "executionContext");
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        let properties = properties.or_else(|| is_environment.then(HashMap::new));
        let root = properties.map(|fields| EscValue { kind: EscKind::Object(fields), secret: false, unknown: false });
        Ok(Opened { root, diagnostics })
    }
}

/// The top-level object of values, or null.
struct Properties;

impl<'de> DeserializeSeed<'de> for Properties {
    type Value = Option<HashMap<Box<str>, EscValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Properties {
    type Value = Option<HashMap<Box<str>, EscValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of values")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut values = HashMap::new();
        while let Some(key) = fields.next_key()? {
            let value = fields.next_value_seed(Wrapped)?;
            insert(&mut values, key, value)?;
        }
        Ok(Some(values))
    }
}

/// One value with its wrapper.
struct Wrapped;

impl<'de> DeserializeSeed<'de> for Wrapped {
    type Value = EscValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<EscValue, D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    Value,
    Secret,
    Unknown,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for Wrapped {
    type Value = EscValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its flags")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<EscValue, A::Error> {
        let (mut kind, mut secret, mut unknown) = (None, false, false);
        while let Some(field) = fields.next_key()? {
            match field {
                Field::Value if kind.is_some() => return Err(A::Error::duplicate_field("value")),
                Field::Value => kind = Some(fields.next_value_seed(Bare)?),
                Field::Secret => secret = fields.next_value()?,
                Field::Unknown => unknown = fields.next_value()?,
                Field::Other => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(EscValue { kind: kind.unwrap_or(EscKind::Null), secret, unknown })
    }
}

/// What stands under `value`.
struct Bare;

/// How `serde_json` hands over a number whose digits it keeps.
const NUMBER: &str = "$serde_json::private::Number";

impl<'de> DeserializeSeed<'de> for Bare {
    type Value = EscKind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<EscKind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bare {
    type Value = EscKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bool, number, string, list or object")
    }

    fn visit_bool<E>(self, value: bool) -> Result<EscKind, E> {
        Ok(EscKind::Bool(value))
    }

    // Integers that fit come converted; their digits are the same again.
    fn visit_i64<E>(self, number: i64) -> Result<EscKind, E> {
        Ok(EscKind::Number(SecretValue::from(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<EscKind, E> {
        Ok(EscKind::Number(SecretValue::from(number.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<EscKind, E> {
        Ok(EscKind::Text(SecretValue::from(text)))
    }

    fn visit_unit<E>(self) -> Result<EscKind, E> {
        Ok(EscKind::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<EscKind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Wrapped)? {
            list.push(item);
        }
        Ok(EscKind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<EscKind, A::Error> {
        let mut values = HashMap::new();
        while let Some(key) = fields.next_key::<Box<str>>()? {
            let value = if values.is_empty() && &*key == NUMBER {
                match fields.next_value_seed(DigitsOrValue)? {
                    Ok(digits) => return Ok(EscKind::Number(digits)),
                    Err(value) => value,
                }
            } else {
                fields.next_value_seed(Wrapped)?
            };
            insert(&mut values, key, value)?;
        }
        Ok(EscKind::Object(values))
    }
}

/// Behind the key `NUMBER`: digits if it is a number, a wrapped value if somebody really named a key so.
struct DigitsOrValue;

impl<'de> DeserializeSeed<'de> for DigitsOrValue {
    type Value = Result<SecretValue, EscValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DigitsOrValue {
    type Value = Result<SecretValue, EscValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digits or a value")
    }

    fn visit_str<E>(self, digits: &str) -> Result<Self::Value, E> {
        Ok(Ok(SecretValue::from(digits)))
    }

    fn visit_string<E>(self, digits: String) -> Result<Self::Value, E> {
        Ok(Ok(SecretValue::from(digits)))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        Wrapped.visit_map(fields).map(Err)
    }
}

/// A key that is there twice makes the whole answer unusable: neither value is surely the right one.
fn insert<E: serde::de::Error>(
    values: &mut HashMap<Box<str>, EscValue>,
    key: Box<str>,
    value: EscValue,
) -> Result<(), E> {
    match values.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(E::custom("a key is there twice")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EscPath;

    fn root(text: &str) -> EscValue {
        parse(text.as_bytes()).expect("legal").root.expect("an environment")
    }

    fn at<'a>(root: &'a EscValue, path: &str) -> &'a EscValue {
        root.lookup(&EscPath::parse(path).expect("legal")).expect(path)
    }

    fn text<'a>(root: &'a EscValue, path: &str) -> &'a str {
        match &at(root, path).kind {
            EscKind::Number(value) | EscKind::Text(value) => value.expose_text().expect("text"),
            other => panic!("{other:?}"),
        }
    }

    const TRACE: &str = r#""trace":{"def":{"environment":"p/e","begin":{"line":1,"column":1,"byte":0}},"base":{"value":{"value":"x"}}}"#;

    #[test]
    fn the_wrapper_is_taken_off_once_a_level() {
        let root = root(&format!(
            r#"{{"exprs":{{}},"properties":{{"db":{{"value":{{
                "password":{{"value":"hunter2","secret":true,{TRACE}}},
                "value":{{"value":"a key named value",{TRACE}}},
                "trace":{{"value":"a key named trace"}},
                "secret":{{"value":true}},
                "list":{{"value":[{{"value":"one"}},{{"value":{{"value":{{"value":"deep"}}}}}}]}}
            }},{TRACE}}}}},"schema":{{"properties":{{"db":1}}}}}}"#
        ));
        assert!(at(&root, "db.password").secret && text(&root, "db.password") == "hunter2");
        assert_eq!(text(&root, "db.value"), "a key named value");
        assert_eq!(text(&root, "db.trace"), "a key named trace");
        assert!(matches!(at(&root, "db.secret").kind, EscKind::Bool(true)));
        assert_eq!(text(&root, "db.list[1].value"), "deep");
    }

    #[test]
    fn e11_null_unknown_and_numbers_keep_their_nature() {
        let root = root(
            r#"{"properties":{
                "null":{"trace":{}}, "explicit":{"value":null},
                "hidden":{"secret":true,"unknown":true,"trace":{}},
                "mixed":{"value":"[unknown]","unknown":true},
                "long":{"value":1234567890123456789012345678901234567890.5e-3}, "zero":{"value":0}, "minus":{"value":-1},
                "odd":{"value":{"$serde_json::private::Number":{"value":"a key like any other"},"b":{"value":"c"}}}
            }}"#,
        );
        for path in ["null", "explicit"] {
            assert!(matches!(at(&root, path).kind, EscKind::Null), "{path}");
        }
        assert!(at(&root, "hidden").unknown && at(&root, "hidden").secret && at(&root, "mixed").unknown);
        assert_eq!(text(&root, "long"), "1234567890123456789012345678901234567890.5e-3");
        assert!(matches!(at(&root, "long").kind, EscKind::Number(_)));
        assert_eq!((text(&root, "zero"), text(&root, "minus")), ("0", "-1"));
        assert_eq!(text(&root, "odd[\"$serde_json::private::Number\"]"), "a key like any other");
    }

    #[test]
    fn text_comes_out_as_it_went_in() {
        let root =
            root("{\"properties\":{\"a\":{\"value\":\"-----BEGIN\\nline\\r\\n\\u0000\\ud83d\\ude42 \\\"\\\\ é\\n\"}}}");
        assert_eq!(text(&root, "a"), "-----BEGIN\nline\r\n\0🙂 \"\\ é\n");
    }

    #[test]
    fn e3_what_is_no_environment_is_never_an_empty_one() {
        for text in ["{}", r#"{"message":"hello"}"#] {
            assert!(parse(text.as_bytes()).expect("JSON").root.is_none(), "{text}");
        }
        assert!(parse(br#"{"executionContext":{}}"#).expect("JSON").root.is_some());
        let canary = "canary4711";
        let bad = [
            format!(r#"{{"properties":{{"a":{{"value":"{canary}"#),
            format!(r#"{{"properties":{{"a":"{canary}"}}}}"#),
            format!(r#"{{"properties":{{"a":{{"value":{{"b":"{canary}"}}}}}}}}"#),
            format!(r#"{{"properties":{{"a":{{"value":["{canary}"]}}}}}}"#),
            format!(r#"{{"properties":{{"a":{{"secret":"{canary}"}}}}}}"#),
            format!(r#"{{"properties":{{"a":{{"value":"{canary}"}},"a":{{}}}}}}"#),
            format!(r#"{{"properties":{{"a":{{"value":"{canary}","value":"{canary}"}}}}}}"#),
            format!(r#"{{"properties":{{}}}} {canary}"#),
            format!(r#""{canary}""#),
            format!(r#"{{"exprs":{{"a":"{canary}"}},"properties":null}}"#),
            String::new(),
        ];
        for text in bad {
            let fault = parse(text.as_bytes()).expect_err(&text);
            assert!(!format!("{fault} {fault:?}").contains("4711"), "{fault}");
        }
    }

    #[test]
    fn a_bomb_of_nesting_is_refused() {
        let depth = 100_000;
        let text = format!("{{\"properties\":{{\"a\":{}", "{\"value\":[".repeat(depth));
        assert!(parse(text.as_bytes()).is_err());
    }
}
