//! The failure cases of a mapping that the table of `errors.rs` holds by the way, each under its own id.

use super::{entry, good, refused, with_head};

#[test]
fn m3_duplicate_keys_are_refused_at_every_level() {
    for (text, second) in [
        (with_head("  A: a\n  A: b\n"), "m.yaml:6:3"),
        (with_head("  A: { esc: a, tier: critical, tier: optional }\n"), "m.yaml:5:32"),
        (with_head("  A: { esc: a, github: { name: B, name: C } }\n"), "m.yaml:5:35"),
        (format!("{}entries: {{ B: b }}\n", with_head("  A: a\n")), "m.yaml:6:1"),
        (with_head("  A: a\n  \"A\": b\n"), "m.yaml:6:3"),
    ] {
        let shown = refused(&text);
        assert!(shown.contains("stands here first") && shown.contains(second), "{text}{shown}");
    }
}

#[test]
fn m4_two_entries_for_one_place_are_refused_with_both_lines() {
    for entries in [
        "  Foo: a\n  FOO: b\n",
        "  A: a\n  B: { esc: b, github: a }\n",
        "  A: { esc: a, github: { repository: acme/app } }\n  B: { esc: b, github: { repository: ACME/App, name: A } }\n",
    ] {
        let shown = refused(&with_head(entries));
        assert!(shown.contains("m.yaml:5:") && shown.contains("m.yaml:6:"), "{shown}");
    }
    let apart = "  A: a\n  B: { esc: b, github: { repository: acme/app, name: A } }\n  C: { esc: c, kind: config, github: A }\n";
    assert_eq!(good(&with_head(apart)).entries.len(), 3, "one name in other scopes and slots is another place");
}

#[test]
fn m6_a_value_that_would_feed_itself_is_refused() {
    for entries in [
        "  A: x.y\n  B: { esc: x.y, direction: github-to-esc }\n",
        "  B: { esc: x.y, direction: github-to-esc }\n  A: x.y\n",
        "  A: x.y\n  B: { esc: x.y, direction: both }\n",
        "  A: x.y\n  B: { esc: 'x[\"y\"]', direction: github-to-esc }\n",
    ] {
        let shown = refused(&with_head(entries));
        assert!(shown.contains("share the ESC path"), "{entries}{shown}");
        assert!(shown.contains("m.yaml:5:") && shown.contains("m.yaml:6:"), "{shown}");
    }
    assert_eq!(good(&with_head("  A: x.y\n  B: { esc: x.z, direction: github-to-esc }\n")).entries.len(), 2);
}

#[test]
fn m9_places_that_may_not_exist_load() {
    let text = with_head("  A: { esc: { path: a, environment: no/such/place }, github: { repository: no/such } }\n");
    assert_eq!(good(&text).entries.len(), 1, "only a store can tell");
}

#[test]
fn m10_depth_is_refused_by_its_limit_and_not_by_luck() {
    let nested =
        |levels: usize| format!("{}x-deep: {}{}\n", with_head("  A: a\n"), "[".repeat(levels), "]".repeat(levels));
    assert_eq!(good(&nested(40)).entries.len(), 1);
    assert!(refused(&nested(100)).contains("nested deeper than 64 levels"));
    for levels in [10_000, 100_000] {
        // The parser underneath has a limit of its own, far above ours.
        assert!(refused(&nested(levels)).contains("recursion limit exceeded"), "{levels}");
    }
}

/// What YAML 1.1 or a hasty reader would make a boolean, a number, a date or nothing of.
const IMPLICIT: [&str; 12] =
    ["no", "on", "Yes", "off", "1e3", "0123", "0x1f", "0o17", "1_000", "2024-01-01", ".inf", "12:30:45"];

#[test]
fn m11_implicit_types_stay_the_text_that_was_written() {
    for word in IMPLICIT {
        let mapping =
            good(&with_head(&format!("  A: {{ esc: a.b, kind: config, expect: {word}, deny: ['x{word}'] }}\n")));
        assert_eq!(*entry(&mapping, "A").detail().expect, [Box::from(word)], "{word}");
    }
    for (word, name) in [("no", "NO"), ("on", "ON"), ("Yes", "YES"), ("null", "NULL"), ("true", "TRUE")] {
        let mapping = good(&with_head(&format!("  {word}: a.b\n")));
        assert_eq!(mapping.entries[0].name.as_str(), name);
    }
    for path in ["0123", "1e3", "2024-01-01"] {
        let mapping = good(&with_head(&format!("  A: {path}\n")));
        assert_eq!(mapping.entries[0].esc.as_ref().expect("esc").path.to_string(), path);
    }
}

#[test]
fn m11_what_cannot_be_text_is_refused() {
    for entries in [
        "  ~: a\n",
        "  1e3: a\n",
        "  0x1f: a\n",
        "  A: ~\n",
        "  A: { esc: a, kind: config, expect: ~ }\n",
        "  A: { esc: a, kind: config, expect: [null] }\n",
        "  A: { esc: a, github: no }\n",
    ] {
        assert!(refused(&with_head(entries)).contains("= help: "), "{entries}");
    }
}
