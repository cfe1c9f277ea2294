//! Properties: every value comes back byte for byte, a save is a fixed point, and no
//! text brings the emulator down.

use proptest::prelude::*;
use serde_json::Value;

use super::{ENVIRONMENT, ask, json, opened, request, text, world};
use esc_sync::sandbox::esc::handle;

/// A value as a YAML double-quoted scalar: JSON's form, with the characters escaped
/// that YAML refuses raw or reads as a line break (tried with the evaluator).
fn double_quoted(value: &str) -> String {
    let mut quoted = serde_json::to_string(value).expect("a string");
    for character in ['\u{7f}', '\u{feff}', '\u{fffe}', '\u{ffff}'].into_iter().chain('\u{80}'..='\u{9f}') {
        quoted = quoted.replace(character, &format!("\\u{:04x}", character as u32));
    }
    // U+2028 and its sibling are line breaks to YAML 1.1, noncharacters elsewhere are not refused.
    quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn values() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "",
        " ",
        "\0",
        "\n",
        "\n\n",
        " lead",
        "trail ",
        "a\n b",
        "a \nb",
        "\ta",
        "- x",
        "? y",
        "a: b",
        "a #b",
        "#",
        "null",
        "~",
        "true",
        "007",
        "1e5",
        "2026-01-01",
        "---",
        "...",
        "%x",
        "@x",
        "`x",
        "&x",
        "*x",
        "!x",
        "|",
        ">",
        "{",
        "]",
        "'",
        "\"",
        "\\",
        "$",
        "$$",
        "a$",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{1F512}",
        "\r\n",
        "e\u{301}",
        "fn::secret",
        "ciphertext",
        "<<",
        "=",
        "\u{7f}",
        "\u{1b}[0m",
    ]);
    let part = prop_oneof![awkward.prop_map(str::to_owned), any::<String>(), "[ -~\n\t]{0,30}"];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat().replace("${", "$ {"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_secret_comes_back_byte_for_byte(value in values()) {
        let mut world = world("");
        let sent = format!("values:\n  # note\n  s:\n    fn::secret: {}\n  z: 1\n", double_quoted(&value));
        let answer = ask(&mut world, "PATCH", ENVIRONMENT, &sent);
        prop_assert_eq!(answer.status, 200, "{}", text(&answer));
        let properties = opened(&mut world);
        prop_assert_eq!(properties["s"]["value"].as_str(), Some(value.as_str()));
        prop_assert_eq!(&properties["z"]["value"], &Value::from(1));
        // Decrypted and sent again it is the same value: the encoder loses nothing.
        let clear = ask(&mut world, "GET", &format!("{ENVIRONMENT}/decrypt"), "");
        prop_assert_eq!(ask(&mut world, "PATCH", ENVIRONMENT, text(&clear)).status, 200, "{}", text(&clear));
        let properties = opened(&mut world);
        prop_assert_eq!(properties["s"]["value"].as_str(), Some(value.as_str()));
    }

    #[test]
    fn plain_settings_and_keys_survive_the_encoder(
        keys in prop::collection::vec(values(), 1..4),
        value in values(),
        indent in 1usize..6,
        flow in any::<bool>(),
    ) {
        let key = |at: usize, key: &str| double_quoted(&format!("{at}{}", key.replace('$', "S")));
        let mut sent = String::from("values:\n");
        for (at, name) in keys.iter().enumerate() {
            let pad = " ".repeat(indent);
            let value = double_quoted(&value.replace('$', "S"));
            let name = key(at, name);
            let line = if flow { format!("{pad}? {name}\n{pad}: [{value}, {{k: {value}}}]\n") }
                else { format!("{pad}? {name}\n{pad}: # why\n{pad}{pad}- {value}\n{pad}{pad}- k: {value} # tail\n\n") };
            sent.push_str(&line);
        }
        let mut world = world("");
        let answer = ask(&mut world, "PATCH", ENVIRONMENT, &sent);
        prop_assert_eq!(answer.status, 200, "{} for {}", text(&answer), sent);
        let properties = opened(&mut world);
        prop_assert_eq!(properties.as_object().map(|object| object.len()), Some(keys.len()));
        let wanted = value.replace('$', "S");
        for property in properties.as_object().expect("an object").values() {
            prop_assert_eq!(property["value"][0]["value"].as_str(), Some(wanted.as_str()));
            prop_assert_eq!(property["value"][1]["value"]["k"]["value"].as_str(), Some(wanted.as_str()));
        }
        // What is stored is stored the same when it is sent again.
        let stored = text(&ask(&mut world, "GET", ENVIRONMENT, "")).to_owned();
        prop_assert_eq!(ask(&mut world, "PATCH", ENVIRONMENT, &stored).status, 200, "{}", stored);
        prop_assert_eq!(world.definition("acme", "proj", "env"), Some(stored.as_str()));
    }

    #[test]
    fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes)?;
    }

    #[test]
    fn no_text_brings_it_down(text in "[a-c:\\-\\[\\]{}\"'$.&*!|># \n0-9?,]{0,60}") {
        survives(format!("values:\n  a: {text}").as_bytes())?;
        survives(text.as_bytes())?;
    }
}

/// Every endpoint that takes a definition answers it with a status that it has, and
/// what was stored can be read, decrypted and opened.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut world = world("");
    for path in ["/yaml/check", "/yaml/open"] {
        let request = request("POST", &format!("/api/esc/environments/acme{path}"), bytes);
        let answer = handle(&mut world, &request, super::NOW);
        prop_assert!(matches!(answer.status, 200 | 400), "{}", answer.status);
        json(&answer);
    }
    let answer = handle(&mut world, &request("PATCH", ENVIRONMENT, bytes), super::NOW);
    prop_assert!(matches!(answer.status, 200 | 400), "{}", answer.status);
    if answer.status == 200 {
        let before = ask(&mut world, "POST", &format!("{ENVIRONMENT}/check"), "");
        prop_assert_eq!(before.status, 200, "what is stored checks: {}", text(&before));
        prop_assert_eq!(ask(&mut world, "GET", &format!("{ENVIRONMENT}/decrypt"), "").status, 200);
        let stored = world.definition("acme", "proj", "env").expect("stored").to_owned();
        prop_assert_eq!(ask(&mut world, "PATCH", ENVIRONMENT, &stored).status, 200);
        prop_assert_eq!(world.definition("acme", "proj", "env"), Some(stored.as_str()));
    }
    Ok(())
}
