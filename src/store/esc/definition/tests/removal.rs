//! Names taken out of definitions, case by case and at random.

use super::*;

fn without(source: &str, paths: &[&str]) -> (String, Vec<Refusal>) {
    let paths: Vec<EscPath> = paths.iter().map(|path| path.parse().expect("legal")).collect();
    let changes: Vec<_> = paths.iter().map(|path| Change { path, value: None, secret: false }).collect();
    let edited = edit(&source.into(), &changes);
    let refused = edited.refused.into_iter().map(|(_, refusal)| refusal).collect();
    (edited.text.expose_text().expect("text").to_owned(), refused)
}

#[track_caller]
fn expect_without(source: &str, paths: &[&str], expected: &str) {
    let with_crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(without(source, paths), (expected.to_owned(), vec![]), "from {source:?}");
    assert_eq!(without(&with_crlf(source), paths), (with_crlf(expected), vec![]), "with CRLF, from {source:?}");
}

#[test]
fn e13_a_name_goes_with_its_lines_and_nothing_else() {
    let cases = [
        ("values:\n  a: x # c\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  b: 1\n  a: x\n", "values:\n  b: 1\n"),
        ("values:\n  b: 1\n  a: x", "values:\n  b: 1\n"),
        (
            "values:\n  b: 1\n\n  # above\n  a: x\n  # below\n  c: 2\n",
            "values:\n  b: 1\n\n  # above\n  # below\n  c: 2\n",
        ),
        ("values:\n  a:\n    fn::secret: x # c\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  a:\n    fn::secret:\n      ciphertext: ZXNj\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  a:\n    fn::fromBase64: {fn::secret: eA==}\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  a: |\n    x\n    y\n\n# c\n  b: 1\n", "values:\n# c\n  b: 1\n"),
        ("values:\n  a: \"x\n    y\" # c\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  a:\n  b: 1\n", "values:\n  b: 1\n"),
        ("values:\n  a: {} # c\n  b: 1\nimports: [q]\n", "values:\n  b: 1\nimports: [q]\n"),
        ("values:\n  \"a\" : x\n  b: 1\n", "values:\n  b: 1\n"),
    ];
    for (source, expected) in cases {
        expect_without(source, &["a"], expected);
    }
}

#[test]
fn a_map_that_becomes_empty_stays_as_one() {
    let cases = [
        ("values:\n  a: x\n", "a", "values: {}\n"),
        ("values: # c\n  # above\n  a: x\n", "a", "values: {} # c\n  # above\n"),
        ("values:\n  m:\n    a: x\n  b: 1\n", "m.a", "values:\n  m: {}\n  b: 1\n"),
        ("values: {m: {a: x}, b: 1}\n", "m.a", "values: {m: {}, b: 1}\n"),
        ("{\n  \"values\": {\n    \"a\": \"x\"\n  }\n}\n", "a", "{\n  \"values\": {\n  }\n}\n"),
        ("values:\n  l:\n    - a: x # c\n    - b\n", "l[0].a", "values:\n  l:\n    - {}\n    - b\n"),
    ];
    for (source, path, expected) in cases {
        expect_without(source, &[path], expected);
        // What is empty takes a value again.
        let (text, refused) = edited(expected, &[(path, "new", true)]);
        assert!(refused.is_empty() && text.contains("\"new\""), "{text}");
    }
}

#[test]
fn within_braces_a_name_goes_with_its_comma() {
    let cases = [
        ("values: {a: x, b: 1} # c\n", &["a"][..], "values: {b: 1} # c\n"),
        ("values: {b: 1, a: x}\n", &["a"], "values: {b: 1}\n"),
        ("values: { b: 1, a: x, c: 2 }\n", &["a"], "values: { b: 1, c: 2 }\n"),
        ("values: {a: x, aa: y, c: 2}\n", &["a", "aa"], "values: {c: 2}\n"),
        ("values: {b: 1, a: x, aa: y}\n", &["a", "aa"], "values: {b: 1}\n"),
        ("values: {b: 1, a: x,}\n", &["a"], "values: {b: 1,}\n"),
        ("values: {a, b: 1}\n", &["a"], "values: {b: 1}\n"),
        ("values: {a: {fn::secret: x}, b: 1}\n", &["a"], "values: {b: 1}\n"),
        (
            "values: {\n  b: 1, # of b\n  a: x # of a\n  # below\n  }\n",
            &["a"],
            "values: {\n  b: 1 # of b\n  # below\n  }\n",
        ),
        ("values: {\n  a: x, # of a\n  # above\n  b: 1\n  }\n", &["a"], "values: {\n  # above\n  b: 1\n  }\n"),
        ("{\"values\": {\"b\": 1,\n \"a\": \"x\"}}\n", &["a"], "{\"values\": {\"b\": 1\n}}\n"),
    ];
    for (source, paths, expected) in cases {
        expect_without(source, paths, expected);
    }
}

#[test]
fn an_item_keeps_its_dash() {
    expect_without(
        "values:\n  l:\n    - a: x # c\n      # of b\n      b: 1\n",
        &["l[0].a"],
        "values:\n  l:\n    -\n      # of b\n      b: 1\n",
    );
    expect_without(
        "values:\n  l:\n    - b: 1\n      a: x\n    - c\n",
        &["l[0].a"],
        "values:\n  l:\n    - b: 1\n    - c\n",
    );
    assert!(matches!(without("values: {l: [x, y]}\n", &["l[0]"]).1[..], [Refusal::Item { .. }]));
    assert!(matches!(without("values:\n  l:\n    - x\n", &["l[0]"]).1[..], [Refusal::Item { .. }]));
}

#[test]
fn what_is_not_there_changes_nothing() {
    for source in ["values:\n  b: 1 # c\n", "values: {}\n", "# nothing\n", "values:\n"] {
        expect_without(source, &["a", "m.n", "b.c"][..if source.contains("b:") { 2 } else { 3 }], source);
    }
    expect_without("values: {l: [x]}\n", &["l[4]"], "values: {l: [x]}\n");
}

#[test]
fn e14_what_others_rest_on_or_compute_is_not_taken_out() {
    let cases = [
        "values:\n  a: {fn::open::aws-login: {}}\n",
        "values:\n  a: ${b.c}\n  b: {c: x}\n",
        "values:\n  a: {b: x}\n",
        "values:\n  a: [x]\n",
        "values:\n  a: 12\n",
        "values:\n  a: &q x\n  b: *q\n",
        "values:\n  b: &q x\n  a: *q\n",
        "values:\n  a: !t x\n",
        "values:\n  a: x\n  a: y\n",
        "values:\n  <<: *q\n  a: x\n",
    ];
    for source in cases {
        let (text, refused) = without(source, &["a"]);
        assert_eq!((text.as_str(), refused.len()), (source, 1), "{source:?}");
    }
    assert!(matches!(without("imports: [q]\nvalues: {a: x}\n", &["imports"]).1[..], [Refusal::Reserved { .. }]));
}

#[test]
fn names_come_and_go_in_one_edit() {
    let cases = [
        ("values:\n  old: x\n", "values:\n  new: \"v\"\n"),
        ("values:\n  b: 1\n  old: x # c\n", "values:\n  b: 1\n  new: \"v\"\n"),
        ("values:\n  old: x\n  b: 1\n", "values:\n  b: 1\n  new: \"v\"\n"),
        ("values: {old: x}\n", "values: {new: \"v\"}\n"),
        ("values: {b: 1, old: x}\n", "values: {b: 1, new: \"v\"}\n"),
    ];
    let (old, new, value) = ("old".parse().expect("legal"), "new".parse().expect("legal"), "v".into());
    for (source, expected) in cases {
        let changes = [
            Change { path: &old, value: None, secret: false },
            Change { path: &new, value: Some(&value), secret: false },
        ];
        let edited = edit(&source.into(), &changes);
        assert_eq!((edited.text.expose_text(), edited.refused.len()), (Some(expected), 0), "{source:?}");
    }
    let below = [
        Change { path: &"m".parse().expect("legal"), value: None, secret: false },
        Change { path: &"m.a".parse().expect("legal"), value: Some(&value), secret: false },
    ];
    let edited = edit(&"values: {m: x}\n".into(), &below);
    assert_eq!((edited.text.expose_text(), edited.refused.len()), (Some("values: {}\n"), 1));
}

#[test]
fn e13_a_comment_behind_a_block_text_is_its_neighbours() {
    let source = "values:\n  top:\n    a: |\n      text\n\n    # of b\n    b: x\n";
    expect_without(source, &["top.a"], "values:\n  top:\n    # of b\n    b: x\n");
}
