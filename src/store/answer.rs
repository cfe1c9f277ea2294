//! JSON from a store: taken apart without ever quoting it.

use std::fmt;

use serde::{Deserialize, de::Visitor};

use crate::{
    http::Asked,
    model::{Cause, SecretValue, Unread},
};

/// Where and how a text is not the JSON it should be. `serde_json`'s own message may
/// quote the text, which may hold secrets, so it ends here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum JsonFault {
    #[error("it ends too early, at line {line} column {column}")]
    Cut { line: usize, column: usize },
    #[error("it has an unexpected shape at line {line} column {column}")]
    Shape { line: usize, column: usize },
    #[error("it is not JSON at line {line} column {column}")]
    Syntax { line: usize, column: usize },
}

impl From<serde_json::Error> for JsonFault {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Eof | serde_json::error::Category::Io => Self::Cut { line, column },
            serde_json::error::Category::Data => Self::Shape { line, column },
            serde_json::error::Category::Syntax => Self::Syntax { line, column },
        }
    }
}

/// Reads all of `body` as one JSON value.
pub(super) fn parse<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, JsonFault> {
    serde_json::from_slice(body).map_err(JsonFault::from)
}

/// What is told of an answer that cannot be used.
pub(super) fn bad_answer(asked: &Asked<'_>, reason: &str) -> Unread {
    let help = format!("run again; if it stays, check that the address of {} is the right one", asked.service);
    asked.unread(Cause::BadAnswer, &format!("the answer cannot be used: {reason}"), help)
}

/// A JSON string, copied once into memory that is wiped; anything else is refused.
pub(super) fn secret_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretValue, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = SecretValue;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SecretValue, E> {
            Ok(SecretValue::from(text))
        }
    }

    deserializer.deserialize_str(Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_tell_where_and_never_what() {
        let cases = [
            (r#"{"a": "canary"#, "ends too early"),
            (r#"{"a": canary}"#, "not JSON"),
            (r#"["canary"]"#, "unexpected shape"),
            (r#""canary""#, "unexpected shape"),
        ];
        for (text, expected) in cases {
            let fault = parse::<std::collections::BTreeMap<String, u8>>(text.as_bytes()).expect_err("bad");
            assert!(fault.to_string().contains(expected), "{fault}");
            assert!(!format!("{fault} {fault:?}").contains("canary"), "{fault}");
        }
    }
}
