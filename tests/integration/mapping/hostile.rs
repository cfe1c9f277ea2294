//! Files that mean harm, and files that hold what a mapping must not hold.

use esc_sync::mapping::{LoadOptions, MAX_BYTES, load};

use super::{read, refused, with_head};

const CANARY: &str = "hunter2Canary";

/// Places where somebody could have written a value, each in a file that is refused for another reason.
const LEAKS: &[&str] = &[
    "  A: { esc: a, kind: config, expect: hunter2Canary, teir: x }\n",
    "  A: { esc: a, kind: config, deny: [ok, hunter2Canary], teir: x }\n",
    "  A: { esc: a, value: hunter2Canary }\n",
    "  A: { esc: a, expct: [hunter2Canary] }\n",
    "  A: { esc: a, teir: x } # was hunter2Canary\n",
    "  A: { esc: a, probe: { headers: { Authorization: 'Bearer hunter2Canary' }, body: hunter2Canary, url: 'ftp://h/?t=hunter2Canary', hosts: [h] } }\n",
    "  A: { esc: a, probe: { url: 'https://u:hunter2Canary@h/', hosts: [h] } }\n",
    "  A: { esc: 'hunter2Canary with blanks' }\n",
    "  A: { esc: a, allow: [ { rule: X, reason: hunter2Canary } ] }\n",
    "  A: { esc: a, format: { pattern: '(hunter2Canary' } }\n",
    "  A: &hunter2Canary a\n  B: *hunter2Canary\n",
    "  A: !hunter2Canary a\n",
    "  A: { esc: a, teir: |-\n      hunter2Canary\n    }\n",
    "  A:\n    esc: a\n    teir: |\n      hunter2Canary\n",
    "  A: sk-hunter2Canary-0123456789abcdef\n  B: values.x\n",
    "  A: { esc: a, service: sk-hunter2Canary-0123456789 }\n",
    "  sk-hunter2Canary-0123456789: x\n",
    "  A: [\"hunter2Canary\n",
    "  A: { x: y hunter2Canary: z }\n",
    "  hunter2Canary\n  A: a\n",
    "  A: 'x' hunter2Canary\n",
    "  A: {esc: %hunter2Canary}\n",
    "  A: *hunter2Canary\n",
];

#[test]
fn no_value_is_shown_whatever_is_wrong() {
    for entries in LEAKS {
        let text = with_head(entries);
        let errors = read(&text).expect_err(entries);
        let shown = errors.render("m.yaml");
        assert!(!shown.contains("Canary"), "{entries}\n{shown}");
        assert!(!format!("{errors:?}").contains("Canary"), "{entries}: {errors:?}");
    }
    assert!(LEAKS.iter().all(|entries| entries.contains(CANARY)));
}

#[test]
fn m2_a_syntax_error_has_a_place_and_no_text() {
    let shown = refused(&with_head("  A: a\n  B: {hunter2: [x\n"));
    assert!(shown.starts_with("error: this is not YAML") && !shown.contains("hunter2"), "{shown}");
    let shown = refused("{\"version\": 1, \"entries\": {\"A\": \"hunter2\" \"B\": 1}}");
    assert!(shown.contains("m.yaml:1:") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn x7_hostile_names_cannot_move_the_cursor() {
    let shown = refused(&with_head("  \"A\\e[2J\u{202e}B\": a\n  C: { esc: a, \"\\e]8;;x\\a\": 1 }\n"));
    assert!(
        shown.chars().all(|character| character == '\n' || (!character.is_control() && character != '\u{202e}')),
        "{shown:?}"
    );
}

#[test]
fn m10_bombs_are_refused() {
    let mut bomb = String::from("version: 1\nx-a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (from, to) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        bomb.push_str(&format!("x-{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(", ")));
    }
    bomb.push_str("esc: a/b/c\ngithub: false\nentries:\n  A: *i\n");
    assert!(refused(&bomb).contains("aliases are not read"));
    for deep in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)] {
        assert!(read(&deep).is_err());
    }
    let indented: String = (0..2_000).map(|at| format!("{}a:\n", " ".repeat(at))).collect();
    assert!(read(&indented).is_err());
}

#[test]
fn m10_a_scalar_without_end_is_refused_by_its_size() {
    let text = vec![b'a'; MAX_BYTES as usize + 1];
    let errors = load("m.yaml", &text, &LoadOptions::default()).expect_err("too large");
    assert_eq!(errors.list[0].code, "too-large");
}

#[test]
fn m12_other_encodings_are_refused_by_name() {
    let text = with_head("  A: a\n");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shown = load("m.yaml", &wide, &LoadOptions::default()).expect_err("wide").render("m.yaml");
    assert!(shown.contains("UTF-16"), "{shown}");
    assert!(refused("version: 1\nentries:\n\tA: a\n").contains("tab"));
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let entries: String = (0..2_000).map(|at| format!("\"K{at}\": \"a.k{at}\", ")).collect();
    let text = format!(
        "{{\"version\": 1, \"esc\": \"a/b/c\", \"github\": false, \"entries\": {{{entries}\"ZZ\": {{\"esc\": \"z\", \"teir\": 1}}}}}}"
    );
    let errors = read(&text).expect_err("misspelt");
    let snippet = errors.list[0].snippet.as_ref().expect("a line");
    assert!(snippet.text.chars().count() < 300 && snippet.text.starts_with('…'), "{}", snippet.text);
    let marked: String = snippet.text.chars().skip(snippet.caret).take(snippet.width).collect();
    assert_eq!(marked, "\"teir\"");
}

#[test]
fn x5_many_different_names_cost_no_more_than_they_weigh() {
    let entries: String = (0..20_000).map(|at| format!("  K{at}: {{ esc: {{ path: a.b, environment: o/p/e{at} }}, github: {{ repository: o/r{at}, environment: e{at} }} }}\n")).collect();
    let mapping = read(&with_head(&entries)).unwrap_or_else(|errors| panic!("{}", errors.render("m"))).mapping;
    let environments: std::collections::HashSet<_> =
        mapping.entries.iter().filter_map(|entry| Some(&entry.esc.as_ref()?.environment)).collect();
    assert_eq!(environments.len(), 20_000);
}

#[test]
fn m15_a_hundred_thousand_entries_load() {
    let mut text = with_head("");
    for at in 0..100_000 {
        let line = match at % 2 {
            0 => format!("  KEY_{at}: group_{}.service_{}.key_{at}\n", at % 97, at % 1_009),
            _ => format!(
                "  KEY_{at}: {{ esc: group_{}.service_{}.key_{at}, service: mine, tier: critical }}\n",
                at % 97,
                at % 1_009
            ),
        };
        text.push_str(&line);
    }
    text.push_str("services: { mine: { title: Mine } }\n");
    let loaded = read(&text).unwrap_or_else(|errors| panic!("{}", errors.render("m")));
    assert_eq!(loaded.mapping.entries.len(), 100_000);
    let scopes: std::collections::HashSet<_> =
        loaded.mapping.entries.iter().map(|entry| std::sync::Arc::as_ptr(&entry.github[0].scope)).collect();
    assert_eq!(scopes.len(), 1);
}
