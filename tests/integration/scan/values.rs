//! Values planted in every form: each is found, by its name, at its place, and nothing else is.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use esc_sync::{
    model::SecretValue,
    scan::{Known, Leak, LeakFinder, Matcher},
};
use proptest::prelude::*;

const VALUE: &str = "s3cr/T+\"v&lue<9>'é~?x";
const PEM: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACBqVt0nOtAKeyXyzzyzzyzNOTAKEYb8mPLEkN0wn5fGq1AAAAJhR0xw7UdM\ncO0AAAALc3NoLWVkMjU1MTkAAAAgalbdJzrNOTAKEYb8mPLEkN0wn5fGq1QQQQQ0zzy4r\n-----END OPENSSH PRIVATE KEY-----\n";

fn matcher(values: &[(&str, &str)]) -> Matcher {
    let held: Vec<SecretValue> = values.iter().map(|(_, value)| SecretValue::from(*value)).collect();
    let known: Vec<_> =
        values.iter().zip(&held).map(|((name, _), value)| Known { name: (*name).to_owned(), value }).collect();
    Matcher::new(&known)
}

fn leaks(matcher: &Matcher, text: &[u8]) -> Vec<Leak> {
    LeakFinder::new(matcher).finish(text)
}

fn wrapped(text: &str, width: usize, line_break: &str) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    lines.join(line_break)
}

fn url(value: &str, kept: &str, upper: bool) -> String {
    let byte = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) => char::from(byte).to_string(),
        byte if upper => format!("%{byte:02X}"),
        byte => format!("%{byte:02x}"),
    };
    value.bytes().map(byte).collect()
}

/// Ways to write a value, made apart from the product's own, with the encoding that must be told.
fn planted(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let all_escaped: String = value.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    let json = serde_json::to_string(value).expect("text");
    let wide = |unit: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let mut all: Vec<(&str, Vec<u8>)> = vec![
        ("plain", value.into()),
        ("hex", hex.to_uppercase().into()),
        ("hex", hex.into()),
        ("URL-encoded", url(value, "-._~", true).into()),
        ("URL-encoded", url(value, "-._~", false).into()),
        ("URL-encoded", url(value, "-._~/", true).into()),
        ("JSON-escaped", json.clone().into()),
        ("JSON-escaped", json.replace('/', "\\/").into()),
        ("JSON-escaped", serde_json::to_string(&json).expect("text").into()),
        ("JSON-escaped", all_escaped.into()),
        ("HTML-escaped", html.replace('\'', "&#39;").into()),
        ("HTML-escaped", html.replace('\'', "&#x27;").into()),
        ("UTF-16", wide(u16::to_le_bytes)),
        ("UTF-16", wide(u16::to_be_bytes)),
    ];
    for lead in ["", "a", "ab", "user:"] {
        let text = format!("{lead}{value}");
        for engine in [&STANDARD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            all.push(("base64", engine.encode(&text).into()));
            all.push(("base64", engine.encode(format!("{text}\n and more")).into()));
        }
        let long = STANDARD.encode(format!("{lead}{}{value}{}", "before ".repeat(9), " after".repeat(9)));
        for (width, line_break) in [(64, "\n"), (76, "\n"), (76, "\r\n"), (64, "\n      "), (64, "\\n"), (40, "\n\t")] {
            all.push(("base64", wrapped(&long, width, line_break).into()));
        }
        all.push(("base64 twice", STANDARD.encode(STANDARD.encode(&text)).into()));
        all.push(("base64 twice", STANDARD.encode(format!("k: {}\n", URL_SAFE_NO_PAD.encode(&text))).into()));
    }
    all
}

#[test]
fn i8_each_form_is_found_and_told() {
    let matcher = matcher(&[("OTHER", "another-Value-0f-1"), ("MINE", VALUE)]);
    for (encoding, bytes) in planted(VALUE) {
        let text = [b"first line\n  k: ", &*bytes, b" tail\n"].concat();
        let found = leaks(&matcher, &text);
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        assert_eq!(found.len(), 1, "{encoding}: {shown}: {found:?}");
        assert_eq!((found[0].name.as_str(), found[0].encoding), ("MINE", encoding), "{shown}");
        assert!(found[0].at.line >= 2, "{shown}");
        let (half, more) = (bytes.len() / 2 - 4, bytes.len() / 2 + 4);
        let cut = [b"  k: ", &bytes[..half], &bytes[more..], b"\n"].concat();
        assert!(leaks(&matcher, &cut).is_empty(), "without its middle it is not it: {shown}");
    }
}

#[test]
fn i8_a_key_is_found_whole_indented_escaped_and_by_one_of_its_lines() {
    let matcher = matcher(&[("DEPLOY_KEY", PEM)]);
    let indented: String = PEM.lines().map(|line| format!("    {line}\n")).collect();
    let line = PEM.lines().nth(2).expect("a body");
    for (encoding, text) in [
        ("plain", format!("key: |\n{PEM}")),
        ("one of its lines", format!("key: |\n{indented}")),
        ("one of its lines", format!("x = '{line}'\n")),
        ("JSON-escaped", format!("{{\"key\": {}}}", serde_json::to_string(PEM).expect("text"))),
        ("base64", format!("key: {}\n", STANDARD.encode(PEM))),
        ("base64", format!("key: |\n  {}\n", wrapped(&STANDARD.encode(PEM), 76, "\n  "))),
        ("base64 twice", STANDARD.encode(STANDARD.encode(PEM))),
    ] {
        let found = leaks(&matcher, text.as_bytes());
        assert_eq!(found.len(), 1, "{encoding}: {found:?}");
        assert_eq!((found[0].name.as_str(), found[0].encoding), ("DEPLOY_KEY", encoding), "{text}");
    }
    let shared = PEM.lines().take(2).collect::<Vec<_>>().join("\n");
    assert!(leaks(&matcher, shared.as_bytes()).is_empty(), "what all keys share is nobody's");
}

#[test]
fn v10_a_value_within_another_is_told_beside_it_and_equal_ones_together() {
    let matcher =
        matcher(&[("PASSWORD", "pa55-w0rd-x"), ("URL", "postgres://u:pa55-w0rd-x@db/x"), ("COPY", "pa55-w0rd-x")]);
    let found = leaks(&matcher, b"a\nb postgres://u:pa55-w0rd-x@db/x\nc pa55-w0rd-x\n");
    let told: Vec<_> = found.iter().map(|leak| (leak.name.as_str(), leak.at.line, leak.at.column)).collect();
    assert_eq!(told, [("URL", 2, 3), ("PASSWORD, COPY", 2, 16), ("PASSWORD, COPY", 3, 3)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Blocks cut anywhere give what the whole gives.
    #[test]
    fn blocks_may_end_anywhere(
        forms in prop::collection::vec(0_usize..200, 1..4),
        cuts in prop::collection::vec(0_usize..4_000, 0..6),
    ) {
        let matcher = matcher(&[("MINE", VALUE), ("KEY", PEM)]);
        let all = planted(VALUE);
        let mut text = Vec::new();
        for form in forms {
            text.extend(b"\nline of text, ");
            text.extend(&all[form % all.len()].1);
        }
        text.extend(PEM.as_bytes());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % text.len()).collect();
        cuts.sort_unstable();
        let mut finder = LeakFinder::new(&matcher);
        let mut from = 0;
        for cut in cuts {
            finder.take(&text[from..cut]);
            from = cut;
        }
        prop_assert_eq!(finder.finish(&text[from..]), leaks(&matcher, &text));
    }

    /// Any value that is looked for is found in base64, whatever stands around it.
    #[test]
    fn any_value_is_found_in_base64(value in "[!-~]{12,60}", lead in "[ -~]{0,7}", tail in "[ -~]{0,7}") {
        let matcher = matcher(&[("MINE", &value)]);
        prop_assume!(matcher.values() == 1);
        let text = STANDARD.encode(format!("{lead}{value}{tail}"));
        prop_assert_eq!(leaks(&matcher, text.as_bytes()).len(), 1);
        let twice = STANDARD.encode(format!("{lead}{text}{tail}"));
        prop_assert_eq!(leaks(&matcher, twice.as_bytes()).len(), 1);
    }
}
