//! The editing of definitions, case by case.

mod random;
mod removal;

use super::*;

/// A change as `path`, value, secret.
type Put<'a> = (&'a str, &'a str, bool);

fn edited(source: &str, puts: &[Put<'_>]) -> (String, Vec<(usize, Refusal)>) {
    let parts: Vec<(EscPath, SecretValue, bool)> =
        puts.iter().map(|(path, value, secret)| (path.parse().expect("legal"), (*value).into(), *secret)).collect();
    let changes: Vec<_> =
        parts.iter().map(|(path, value, secret)| Change { path, value: Some(value), secret: *secret }).collect();
    let edited = edit(&source.into(), &changes);
    (edited.text.expose_text().expect("text").to_owned(), edited.refused)
}

#[track_caller]
fn expect(source: &str, puts: &[Put<'_>], expected: &str) {
    let (text, refused) = edited(source, puts);
    assert_eq!((text.as_str(), &refused[..]), (expected, &[][..]), "from {source:?}");
    let with_crlf = |text: &str| text.replace('\n', "\r\n");
    let (text, refused) = edited(&with_crlf(source), puts);
    if source.contains('\n') {
        assert_eq!((text, &refused[..]), (with_crlf(expected), &[][..]), "with CRLF, from {source:?}");
    }
}

#[track_caller]
fn refusal(source: &str, path: &str) -> Refusal {
    let (text, mut refused) = edited(source, &[(path, "v", true)]);
    assert_eq!(text, source, "nothing is changed");
    assert_eq!(refused.len(), 1, "{path} of {source:?}");
    refused.remove(0).1
}

#[test]
fn e13_texts_are_replaced_where_they_stand() {
    let cases = [
        ("values:\n  a: old # c\n  b: 1\n", "values:\n  a: \"new\" # c\n  b: 1\n"),
        ("values:\n  a: 'old'\n", "values:\n  a: \"new\"\n"),
        ("values:\n  a: \"x\n    y\" # c\n", "values:\n  a: \"new\" # c\n"),
        ("values:\n  a: x\n     y # c\n  b: 1\n", "values:\n  a: \"new\" # c\n  b: 1\n"),
        ("values:\n  a: |\n    x\n    y\n\n# c\n  b: 1\n", "values:\n  a: \"new\"\n\n# c\n  b: 1\n"),
        ("values:\n  a: >-  # why\n    x\n  b: 1\n", "values:\n  a: \"new\" # why\n  b: 1\n"),
        ("values:\n  a:\n  b: 1\n", "values:\n  a: \"new\"\n  b: 1\n"),
        ("values:\n  a:   # c\n  b: 1\n", "values:\n  a: \"new\"   # c\n  b: 1\n"),
        ("values:\n  a: null # c\n", "values:\n  a: \"new\" # c\n"),
        ("values:\n  a: {}\n", "values:\n  a: \"new\"\n"),
        ("values:\n  \"a\" : old\n", "values:\n  \"a\" : \"new\"\n"),
        ("values: {a: old, b: 1} # c\n", "values: {a: \"new\", b: 1} # c\n"),
        ("values: {a, b: 1}\n", "values: {a: \"new\", b: 1}\n"),
        ("values: {a: , b: 1}\n", "values: {a: \"new\" , b: 1}\n"),
        ("{\"values\": {\"a\": \"old\"}}\n", "{\"values\": {\"a\": \"new\"}}\n"),
        ("VALUES:\n    a: old\n", "VALUES:\n    a: \"new\"\n"),
        ("---\nvalues:\n  a:\n    # head\n    old\n", "---\nvalues:\n  a:\n    # head\n    \"new\"\n"),
        ("\u{FEFF}values:\n  a: old", "\u{FEFF}values:\n  a: \"new\""),
    ];
    for (source, expected) in cases {
        expect(source, &[("a", "new", false)], expected);
    }
}

#[test]
fn e13_texts_become_secrets_in_the_layout_around_them() {
    let cases = [
        ("values:\n  a: old # c\n  b: 1\n", "values:\n  a: # c\n    fn::secret: \"new\"\n  b: 1\n"),
        ("values:\n    a: old\n    b: 1\n", "values:\n    a:\n        fn::secret: \"new\"\n    b: 1\n"),
        ("values:\n  a: |  # why\n    x\n\n  b: 1\n", "values:\n  a: # why\n    fn::secret: \"new\"\n\n  b: 1\n"),
        ("values:\n  a:\n  b: 1\n", "values:\n  a:\n    fn::secret: \"new\"\n  b: 1\n"),
        ("values:\n  a: {} # c\n", "values:\n  a: # c\n    fn::secret: \"new\"\n"),
        ("values: {a: old, b: 1}\n", "values: {a: {\"fn::secret\": \"new\"}, b: 1}\n"),
        ("values:\n  a: # c\n    old\n  b: 1\n", "values:\n  a: # c\n    {\"fn::secret\": \"new\"}\n  b: 1\n"),
    ];
    for (source, expected) in cases {
        expect(source, &[("a", "new", true)], expected);
    }
}

#[test]
fn e12_secrets_are_replaced_plain_or_sealed() {
    let cases = [
        ("values:\n  a:\n    fn::secret: old # c\n", "values:\n  a:\n    fn::secret: \"new\" # c\n"),
        (
            "values:\n  a:\n    fn::secret:\n      ciphertext: ZXNj # c\n  b: 1\n",
            "values:\n  a:\n    fn::secret: \"new\" # c\n  b: 1\n",
        ),
        (
            "values:\n  a:\n    fn::secret: # head\n      ciphertext: ZXNj # c\n",
            "values:\n  a:\n    fn::secret: # head\n      \"new\" # c\n",
        ),
        (
            "values:\n  a:\n    fn::secret: |\n      x\n      y\n  b: 1\n",
            "values:\n  a:\n    fn::secret: \"new\"\n  b: 1\n",
        ),
        ("values: {a: {fn::secret: {ciphertext: ZXNj}}}\n", "values: {a: {fn::secret: \"new\"}}\n"),
        (
            "values:\n  a:\n    fn::fromBase64:\n      fn::secret:\n        ciphertext: ZXNj\n",
            "values:\n  a:\n    fn::secret: \"new\"\n",
        ),
        ("values: {a: {\"fn::fromBase64\": {\"fn::secret\": x}}}\n", "values: {a: {\"fn::secret\": \"new\"}}\n"),
    ];
    for (source, expected) in cases {
        expect(source, &[("a", "new", true)], expected);
        expect(source, &[("a", "new", false)], expected);
    }
}

#[test]
fn e15_a_value_with_a_reference_in_it_goes_in_as_base64() {
    let cases = [
        ("values:\n  b: 1\n", "values:\n  b: 1\n  a:\n    fn::fromBase64:\n      fn::secret: \"cCR7Yn1x\"\n"),
        (
            "values:\n  a:\n    fn::secret:\n      ciphertext: ZXNj # c\n",
            "values:\n  a:\n    fn::fromBase64: # c\n      fn::secret: \"cCR7Yn1x\"\n",
        ),
        (
            "values:\n  a:\n    fn::fromBase64:\n      fn::secret:\n        ciphertext: ZXNj\n",
            "values:\n  a:\n    fn::fromBase64:\n      fn::secret: \"cCR7Yn1x\"\n",
        ),
        ("values: {a: {\"fn::secret\": x}}\n", "values: {a: {\"fn::fromBase64\": {\"fn::secret\": \"cCR7Yn1x\"}}}\n"),
        ("values:\n  l:\n  - x\n", "values:\n  l:\n  - x\n  a:\n    fn::fromBase64:\n      fn::secret: \"cCR7Yn1x\"\n"),
    ];
    for (source, expected) in cases {
        expect(source, &[("a", "p${b}q", true)], expected);
    }
    expect("values:\n  a: x\n", &[("a", "p${b}q", false)], "values:\n  a: \"p$${b}q\"\n");
}

#[test]
fn e14_missing_parents_are_made() {
    let secret = "    b:\n      c:\n        fn::secret: \"new\"\n";
    let cases = [
        ("", format!("values:\n  a:\n{secret}")),
        ("# only a remark", format!("# only a remark\nvalues:\n  a:\n{secret}")),
        ("{}\n", format!("values:\n  a:\n{secret}\n")),
        ("values:\n", format!("values:\n  a:\n{secret}")),
        ("values: null # c\n", format!("values: # c\n  a:\n{secret}")),
        ("values: {}\n", format!("values:\n  a:\n{secret}")),
        ("imports:\n- base\n", format!("imports:\n- base\nvalues:\n  a:\n{secret}")),
        ("values:\n  z: 1 # c\n\n# tail\n", format!("values:\n  z: 1 # c\n  a:\n{secret}\n# tail\n")),
        ("values:\n  a: {}\n  z: 1\n", format!("values:\n  a:\n{secret}  z: 1\n")),
        ("values:\n  a: ~\n", format!("values:\n  a:\n{secret}")),
        ("values:\n  a:\n    y: |+\n      x\n\n\n", format!("values:\n  a:\n    y: |+\n      x\n\n\n{secret}")),
        ("values: {a: {x: 1,}}\n", "values: {a: {x: 1, b: {c: {\"fn::secret\": \"new\"}},}}\n".into()),
        ("values: {a: { # c\n  }}\n", "values: {a: {b: {c: {\"fn::secret\": \"new\"}} # c\n  }}\n".into()),
    ];
    for (source, expected) in cases {
        let (text, refused) = edited(source, &[("a.b.c", "new", true)]);
        assert_eq!((text.trim_end(), refused), (expected.trim_end(), vec![]), "from {source:?}");
    }
}

#[test]
fn e14_lists_are_replaced_in_and_grow_at_their_end() {
    let cases: [(&str, &[Put<'_>], &str); 8] = [
        ("values:\n  l:\n  - a # c\n  - b\n", &[("l[0]", "n", false)], "values:\n  l:\n  - \"n\" # c\n  - b\n"),
        (
            "values:\n  l:\n    - a\n    - b # c\n  z: 1\n",
            &[("l[2]", "n", true), ("l[3].k", "m", false)],
            "values:\n  l:\n    - a\n    - b # c\n    - fn::secret: \"n\"\n    - k: \"m\"\n  z: 1\n",
        ),
        (
            "values:\n  l:\n  - a: 1\n    b: x\n  -   - y\n",
            &[("l[0].b", "n", true), ("l[0].c", "o", false), ("l[1][1]", "p", true)],
            "values:\n  l:\n  - a: 1\n    b:\n      fn::secret: \"n\"\n    c: \"o\"\n  -   - y\n      - fn::secret: \"p\"\n",
        ),
        (
            "values: {l: [a, b]}\n",
            &[("l[1]", "n", true), ("l[2]", "o", false)],
            "values: {l: [a, {\"fn::secret\": \"n\"}, \"o\"]}\n",
        ),
        (
            "values:\n  l: []\n",
            &[("l[0]", "n", false), ("l[1]", "o", false)],
            "values:\n  l:\n    - \"n\"\n    - \"o\"\n",
        ),
        (
            "values:\n  l:\n  -\n  - |\n    x\n",
            &[("l[0]", "n", true), ("l[1]", "o", false)],
            "values:\n  l:\n  - fn::secret: \"n\"\n  - \"o\"\n",
        ),
        ("values:\n  z: x\n", &[("l[0][0].k", "n", false)], "values:\n  z: x\n  l:\n    - - k: \"n\"\n"),
        (
            "values:\n  l:\n  - a\n  - fn::secret:\n      ciphertext: x\n",
            &[("l[1]", "${b}", true)],
            "values:\n  l:\n  - a\n  - fn::fromBase64:\n      fn::secret: \"JHtifQ==\"\n",
        ),
    ];
    for (source, puts, expected) in cases {
        expect(source, puts, expected);
    }
}

#[test]
fn e14_a_list_index_beyond_the_end_is_refused() {
    let source = "values:\n  l: [a]\n";
    let (text, refused) = edited(
        source,
        &[("l[3]", "x", false), ("l[1]", "y", false), ("m[1]", "z", false), ("l[4000000000]", "w", true)],
    );
    assert_eq!(text, "values:\n  l: [a, \"y\"]\n");
    assert_eq!(refused.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!(refused[0].1, Refusal::Beyond { at: "l[3]".into(), length: 1 });
}

#[test]
fn e14_keys_with_dots_and_quotes_are_found_and_made() {
    expect(
        "values:\n  x.y: old\n  'a\"b': old\n",
        &[("[\"x.y\"]", "n", false), ("[\"a\\\"b\"]", "o", false), ("[\"p.q\"].no", "p", false)],
        "values:\n  x.y: \"n\"\n  'a\"b': \"o\"\n  \"p.q\":\n    \"no\": \"p\"\n",
    );
}

#[test]
fn e14_nothing_is_put_below_a_text() {
    for (source, path) in [
        ("values:\n  a: x\n", "a.b"),
        ("values:\n  a: 5\n", "a[0]"),
        ("values:\n  a: [x]\n", "a.b"),
        ("values: x\n", "a"),
    ] {
        assert!(matches!(refusal(source, path), Refusal::Midway { .. }), "{source:?}");
    }
    assert!(matches!(refusal("values:\n  a: {b: 1}\n", "a[0]"), Refusal::Midway { .. }));
}

#[test]
fn what_computes_a_value_is_never_replaced() {
    let opaque = [
        ("values:\n  a:\n    fn::open::aws-login: {x: y}\n", "a"),
        ("values:\n  a:\n    fn::open::aws-login: {x: y}\n", "a.fn"),
        ("values:\n  a:\n    fn::open::aws-login:\n      oidc: {x: y}\n", "a.b.c"),
        ("values:\n  a:\n    fn::rotate: {x: y}\n", "a"),
        ("values:\n  a:\n    fn::toBase64: x\n", "a"),
        ("values:\n  a:\n    fn::fromBase64: eA==\n", "a"),
        ("values:\n  a:\n    fn::fromBase64: {fn::toBase64: x}\n", "a"),
        ("values:\n  a:\n    fn::secret: [x]\n", "a"),
        ("values:\n  a: {b: 1}\n", "a"),
        ("values:\n  a: [1]\n", "a"),
        ("values:\n  a: ${b.c}\n", "a"),
        ("values:\n  a: https://${b}/x\n", "a"),
        ("values:\n  a: 12\n", "a"),
        ("values:\n  a: true\n", "a"),
    ];
    for (source, path) in opaque {
        assert!(matches!(refusal(source, path), Refusal::Opaque { .. }), "{path} of {source:?}");
    }
    for path in ["[\"fn::secret\"]", "a[\"fn::x\"]", "[\"<<\"].a", "imports", "context.x", "environments"] {
        assert!(matches!(refusal("values:\n  a: {b: x}\n", path), Refusal::Reserved { .. }), "{path}");
    }
    assert_eq!(edited("values:\n  a: $${b}\n", &[("a", "n", false)]).0, "values:\n  a: \"n\"\n");
}

#[test]
fn e13_anchors_aliases_tags_and_merges_are_refused() {
    let source = "values:\n  a: &x {b: old}\n  c: *x\n  d:\n    <<: *x\n    e: old\n  f: !!str old\n  g: &y old\n  \
                  h: *y\n  i:\n    fn::secret: &z old\n  j: old\n";
    for path in ["a", "a.b", "a.new", "c", "c.b", "d.b", "d.e", "d.new", "f", "g", "h", "i"] {
        assert!(matches!(refusal(source, path), Refusal::Linked { .. }), "{path}");
    }
    let (text, refused) = edited(source, &[("j", "new", false), ("c.b", "new", false), ("k", "new", true)]);
    assert_eq!(refused.len(), 1);
    assert_eq!(text, source.replace("j: old\n", "j: \"new\"\n  k:\n    fn::secret: \"new\"\n"));
}

#[test]
fn odd_documents_are_refused_and_not_touched() {
    assert!(matches!(refusal("values:\n  a: x\nValues:\n  a: y\n", "a"), Refusal::Ambiguous { .. }));
    assert!(matches!(refusal("values:\n  a: x\n  a: y\n", "a"), Refusal::Ambiguous { .. }));
    assert!(matches!(refusal("values:\n  ? a\n  : x\n", "a"), Refusal::Unusual { .. }));
    assert!(matches!(refusal("values: [\n", "a"), Refusal::Unreadable(_)));
    assert!(matches!(refusal("- x\n", "a"), Refusal::Midway { .. }));
    // Readers differ on where a block scalar ends that has no final line break.
    assert!(matches!(refusal("values:\n  b: |+\n    x", "a"), Refusal::Unprovable));
    let (text, refused) = edited("values: {}\n", &[("a", "x", true), ("a", "y", true), ("a.b", "z", true)]);
    assert_eq!(text, "values:\n  a:\n    fn::secret: \"x\"\n");
    assert!(matches!(refused[..], [(1, Refusal::Overlap { .. }), (2, Refusal::Overlap { .. })]));
    let (text, refused) = edited("values: {a: x}\n", &[("a", "y", false), ("a", "x", false)]);
    assert_eq!(text, "values: {a: \"y\"}\n");
    assert!(matches!(refused[..], [(1, Refusal::Overlap { .. })]));
}

#[test]
fn what_is_there_already_changes_no_byte() {
    let source = "values:\n  a: x # c\n  b: '$${y}'\n";
    assert_eq!(edited(source, &[("a", "x", false), ("b", "${y}", false)]), (source.to_owned(), vec![]));
}

/// Everything a definition can have, 60 values among it, changed in one go.
#[test]
fn e13_sixty_changes_leave_every_other_line_alone() {
    let mut source = String::from(
        "# Production.\nimports:\n- base\n- proj/other: { merge: false }   # by reference\n\nvalues:\n    # Cloud login\n    \
         aws:\n        login:\n            fn::open::aws-login:\n                oidc: { roleArn: 'arn:x', duration: 1h } # keep\n    \
         env: &never_used staging\n    url: \"https://${host}/x\"   # two\n    port: 0123\n",
    );
    let mut expected = source.clone();
    for at in 0..20 {
        source.push_str(&format!(
            "    s{at}:\n        fn::secret:\n            ciphertext: ZXNjeAAAAAEA{at} # no {at}\n"
        ));
        expected.push_str(&format!("    s{at}:\n        fn::secret: \"new {at}\" # no {at}\n"));
    }
    for at in 0..20 {
        source.push_str(&format!("\n    t{at}: 'old'   # plain {at}\n    u{at}: {{ x: old, y: [1, 2] }}\n"));
        expected.push_str(&format!(
            "\n    t{at}: \"new\"   # plain {at}\n    u{at}: {{ x: {{\"fn::secret\": \"new\"}}, y: [1, 2] }}\n"
        ));
    }
    let tail = "    environmentVariables:\n        A: ${s0}\n    files:\n        F: |\n            keep\n\n            this\n# end\n";
    source.push_str(tail);
    expected.push_str(tail);
    let paths: Vec<(String, String, bool)> = (0..20)
        .flat_map(|at| {
            [
                (format!("s{at}"), format!("new {at}"), true),
                (format!("t{at}"), "new".to_owned(), false),
                (format!("u{at}.x"), "new".to_owned(), true),
            ]
        })
        .collect();
    let puts: Vec<Put<'_>> =
        paths.iter().map(|(path, value, secret)| (path.as_str(), value.as_str(), *secret)).collect();
    assert_eq!(puts.len(), 60);
    expect(&source, &puts, &expected);
}

#[test]
fn places_are_compared_by_their_nodes() {
    let old = "values:\n  a: {fn::secret: {ciphertext: X}}\n  b: {c: 1}\n  l: [x]\n";
    let new = "# moved\nvalues:\n  z: 0\n  l: [x, y]\n  b: {c: 1}\n  a: {fn::secret: {ciphertext: Y}}\n";
    let same = |path: &str| same_at(&old.into(), &new.into(), &path.parse().expect("legal"));
    assert!(same("b") && same("b.c") && same("l[0]") && same("nowhere") && same("b.c.d"));
    assert!(!same("a") && !same("l") && !same("z") && !same("l[1]"));
    assert!(!same_at(&"values: [".into(), &"values: [".into(), &"a".parse().expect("legal")));
    let paths = ["a", "b.c", "q", "l[1]"].map(|path| path.parse().expect("legal"));
    assert_eq!(present(&old.into(), paths.iter()), [true, true, false, false]);
    assert_eq!(present(&"values: [".into(), paths.iter()), [false; 4]);
}

#[test]
fn refusals_and_edits_tell_no_value() {
    let (_, refused) = edited("values:\n  a: canary-old\n", &[("a.b", "canary-new", true)]);
    assert!(!format!("{refused:?} {}", refused[0].1).contains("canary"));
    let change = Change { path: &"a".parse().expect("legal"), value: Some(&"canary".into()), secret: true };
    assert!(!format!("{change:?} {:?}", edit(&"values: {a: canary}".into(), &[change])).contains("canary"));
}
