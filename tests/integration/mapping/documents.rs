//! The reference and the schema are what the table says, and their examples are right.

use esc_sync::{
    mapping::{json_schema, reference},
    yaml::{self, Limits, Node, NodeKind},
};
use serde_json::{Value, json};

use super::{assert_kept, declaring_services, file_text, forms, good, with_head};

const BEGIN: &str = "<!-- fields: generated from src/mapping/schema.rs; run the tests with UPDATE=1 -->\n";
const END: &str = "<!-- end of fields -->\n";

#[test]
fn the_schema_is_kept() {
    let text = serde_json::to_string_pretty(&json_schema()).expect("JSON") + "\n";
    assert_kept("docs/mapping.schema.json", &text);
}

#[test]
fn the_tables_of_the_reference_are_kept() {
    let text = file_text("docs/mapping.md");
    let (head, rest) = text.split_once(BEGIN).expect("the first mark");
    let (_, tail) = rest.split_once(END).expect("the second mark");
    assert_kept("docs/mapping.md", &format!("{head}{BEGIN}\n{}\n{END}{tail}", reference()));
}

fn examples() -> Vec<String> {
    let text = file_text("docs/mapping.md");
    text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_example_of_the_reference_loads() {
    let examples = examples();
    assert!(examples.len() >= 6, "{}", examples.len());
    for example in examples {
        assert!(!good(&declaring_services(&example)).entries.is_empty());
    }
}

/// A node as an editor's YAML reader (core schema) would hand it to a JSON Schema.
fn as_editor(node: &Node<'_>) -> Value {
    match &node.kind {
        NodeKind::Alias => Value::Null,
        NodeKind::List(items) => items.iter().map(as_editor).collect(),
        NodeKind::Map(pairs) => Value::Object(
            pairs
                .iter()
                .map(|(key, value)| (key.as_scalar().expect("text").text.to_string(), as_editor(value)))
                .collect(),
        ),
        NodeKind::Scalar(scalar) if scalar.is_null() => Value::Null,
        NodeKind::Scalar(scalar) if scalar.is_plain() => match &*scalar.text {
            "true" => true.into(),
            "false" => false.into(),
            text => text.parse::<i64>().map_or_else(|_| text.into(), Into::into),
        },
        NodeKind::Scalar(scalar) => (*scalar.text).into(),
    }
}

fn is_valid(text: &str) -> bool {
    let validator = jsonschema::draft202012::new(&json_schema()).expect("the schema is one");
    let root = yaml::parse(text, Limits::default()).expect("YAML").expect("not empty");
    let value = as_editor(&root);
    for error in validator.iter_errors(&value) {
        eprintln_for_test(&error.instance_path().to_string());
    }
    validator.is_valid(&value)
}

/// Where the schema disagrees, for whoever reads a failed test.
#[expect(clippy::print_stderr, reason = "the test harness keeps it unless the test fails")]
fn eprintln_for_test(path: &str) {
    eprintln!("schema: {path}");
}

#[test]
fn good_mappings_satisfy_the_schema() {
    jsonschema::meta::validate(&json_schema()).expect("a schema");
    let shipped = [file_text("mappings/sophia.yaml"), file_text("mappings/example.yaml")];
    let design = [forms::SHORT_FORM.to_owned(), forms::MACHINES.to_owned()];
    for text in shipped.into_iter().chain(design).chain(examples()) {
        assert!(is_valid(&text), "{text:.300}");
    }
}

#[test]
fn broken_mappings_do_not_satisfy_the_schema() {
    for text in [
        "version: 2\nentries: { A: a }\n".to_owned(),
        "version: 1\n".to_owned(),
        "version: 1\nentries: {}\n".to_owned(),
        with_head("  A: { esc: a, teir: x }\n"),
        with_head("  A: { tier: critical }\n"),
        with_head("  A: { esc: a, tier: high }\n"),
        with_head("  A: values.a\n"),
        with_head("  GITHUB_TOKEN: a\n"),
        with_head("  A: { esc: a, max-age: soon }\n"),
        with_head("  A: { esc: a, github: { repository: app } }\n"),
        with_head("  A: { esc: a, allow: [ { rule: x } ] }\n"),
    ] {
        assert!(!is_valid(&text), "{text}");
    }
}

#[test]
fn m8_every_field_of_the_table_is_read() {
    let schema = json_schema();
    let shape = json!([[[]]]).to_string();
    for (object, wrap) in WRAPS {
        let fields = schema["$defs"][object]["properties"].as_object().expect(object);
        for name in fields.keys() {
            let text = wrap.replace("@", &format!("{name}: {shape}"));
            let errors = super::read(&text).expect_err(name);
            let at = errors.list.iter().any(|error| matches!(error.code, "wrong-type" | "two-scopes"));
            assert!(at, "{object}.{name} is not read:\n{}", errors.render("m"));
            assert!(errors.list.iter().all(|error| error.code != "unknown-field"), "{object}.{name} is unknown");
        }
    }
}

/// How to put a field of each object into a file.
const WRAPS: &[(&str, &str)] = &[
    ("mapping", "@\n"),
    ("file-esc", "esc: { @ }\n"),
    ("file-github", "github: { @ }\n"),
    ("defaults", "defaults: { @ }\n"),
    ("service", "services: { mine: { @ } }\n"),
    ("entry", "entries: { A: { @ } }\n"),
    ("entry-esc", "entries: { A: { esc: { @ } } }\n"),
    ("entry-github", "entries: { A: { esc: a, github: { @ } } }\n"),
    ("format", "entries: { A: { esc: a, format: { @ } } }\n"),
    ("allowance", "entries: { A: { esc: a, allow: [ { @ } ] } }\n"),
    ("probe", "entries: { A: { esc: a, probe: { @ } } }\n"),
    ("probe-when", "entries: { A: { esc: a, probe: { when: { @ } } } }\n"),
    ("probe-condition", "entries: { A: { esc: a, probe: { when: { live: { @ } } } } }\n"),
    ("ssh", "ssh: { @ }\n"),
    ("ssh-public-key", "ssh: { public-key: { @ } }\n"),
    ("machine", "ssh: { machines: [ { @ } ] }\n"),
    ("profile", "profiles: { p: { @ } }\n"),
    ("profile-esc", "profiles: { p: { esc: { @ } } }\n"),
    ("profile-entry", "profiles: { p: { entries: { A: { @ } } } }\n"),
];
