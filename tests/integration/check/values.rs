//! V1–V9 through the whole program: what ESC holds against what a job was given, byte for byte.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use crate::support::world::{World, rules, status};

/// Each with the ids of its cases.
const VALUES: &[(&str, &str)] = &[
    ("V1_LINES", "line one 51c2\nline two 88ab\n"),
    ("V1_CRLF", "line one 51c2\r\nline two 88ab\r\n"),
    ("V1_BLANKS", "  between blanks 0d1f  "),
    ("V2_CONTROL", "a\u{0}b\u{1}c\u{7f}d-77aa"),
    ("V5_EMOJI", "🔑 schlüssel 51c2"),
    ("V5_COMBINED", "e\u{301}le\u{300}ve-51c2"),
    ("V5_TURNED", "\u{202e}abc\u{5d0}\u{5d1}-51c2"),
    ("V5_MARK", "\u{feff}with-a-mark-51c2"),
    ("V6_JSON", r#"{"a": "b\n", "c": [1, null]}"#),
    ("V6_SHELL", "$(touch x); `id` && \"q\" 'q' \\ %s %PATH%"),
    ("V6_YAML", "- a: &x [*x, !!str 1]\n# no comment"),
    ("V7_AT", "@/etc/passwd-77aa"),
    ("V7_DASH", "--fail-on-77aa=note"),
    ("V7_EQUALS", "=1+1-77aa"),
    ("V7_ANGLE", "<input>77aa</input>"),
    ("V7_FILE", "file:///etc/passwd-77aa"),
    ("V8_DOLLAR", "${values.other}-$${twice}"),
    ("V8_FN", "fn::secret"),
    ("V8_BRACES", "{{ secrets.X }} ${{ secrets.X }}"),
    ("V9_NO", "no"),
    ("V9_EXPONENT", "1e3"),
    ("V9_ZERO", "0123"),
    ("V9_NULL", "null"),
    ("V9_DATE", "2024-01-01"),
];

fn world(name: &str) -> World {
    let entries: Vec<_> = VALUES.iter().map(|(name, _)| format!("{name}: s.{name}")).collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let mut definition = "values:\n  s:\n".to_owned();
    for (name, value) in VALUES {
        // Behind base64 every byte arrives as it is; `${` in fn::secret would be refused by ESC.
        let encoded = STANDARD.encode(value);
        definition.push_str(&format!("    {name}: {{ \"fn::fromBase64\": {{ \"fn::secret\": \"{encoded}\" }} }}\n"));
        world.org_secret(name, value);
    }
    world.esc(&definition);
    world
}

fn checked(world: &World, change: impl Fn(&str) -> String) -> Value {
    let given: Map<_, _> = VALUES.iter().map(|(name, value)| ((*name).to_owned(), change(value).into())).collect();
    let secrets = Value::Object(given).to_string();
    world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", &secrets).run().json()
}

#[test]
fn v1_v2_v5_v6_v7_v8_v9_equal_bytes_are_equal_and_no_others() {
    let world = world("values");
    let same = checked(&world, str::to_owned);
    let changed = checked(&world, |value| format!("{value}x"));
    let normalized =
        checked(&world, |value| value.trim_start_matches('\u{feff}').replace("e\u{301}", "é").replace("\r\n", "\n"));
    for (name, _) in VALUES {
        assert!(!rules(&same, name).contains(&"value-mismatch"), "{name}: {:?}", rules(&same, name));
        assert_ne!(status(&same, name), "unknown", "{name}");
        assert!(rules(&changed, name).contains(&"value-mismatch"), "{name}: {:?}", rules(&changed, name));
    }
    for name in ["V1_CRLF", "V5_COMBINED", "V5_MARK"] {
        assert!(rules(&normalized, name).contains(&"value-mismatch"), "{name}: {:?}", rules(&normalized, name));
    }
}

/// Written in quotes a word is text for ESC; as a variable GitHub shows it as it is.
#[test]
fn v9_quoted_words_of_yaml_are_compared_as_text() {
    let digits = "4".repeat(400);
    let words = ["no", "1e3", "0123", "true", "null", "2024-01-01", &digits];
    let entries: Vec<_> = (0..words.len()).map(|at| format!("W{at}: {{ esc: c.w{at}, kind: config }}")).collect();
    let world = World::with_entries("v9", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let lines: String = words.iter().enumerate().map(|(at, word)| format!("    w{at}: \"{word}\"\n")).collect();
    world.esc(&format!("values:\n  c:\n{lines}"));
    for (at, word) in words.iter().enumerate() {
        world.org_variable(&format!("W{at}"), word);
    }
    let report = world.check([]).json();
    for (at, word) in words.iter().enumerate() {
        assert!(!rules(&report, &format!("W{at}")).contains(&"value-mismatch"), "{word:.20}");
        assert_ne!(status(&report, &format!("W{at}")), "unknown", "{word:.20}");
    }
    assert_eq!(status(&report, "W2"), "ok");
}
