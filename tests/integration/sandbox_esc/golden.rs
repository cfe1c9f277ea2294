//! The definition language: golden vectors, measured on the service's own evaluator
//! (pulumi/esc v0.25.0). One line each.

use serde_json::{Value, json};

use super::{ENVIRONMENT, ask, json, opened, text, world};

/// Values below `values:`, and what opening gives for `a`.
#[test]
fn definitions_that_open() {
    let cases = [
        (r#"a: "p$$q""#, json!("p$q")),
        (r#"a: "p$q""#, json!("p$q")),
        ("a: $${m}", json!("${m}")),
        ("a: '$$$${m}'", json!("$${m}")),
        ("a: cost $5 $", json!("cost $5 $")),
        ("a: 007", json!(7)),
        ("a: 012", json!(10)),
        ("a: 1e3", json!(1000)),
        ("a: 1.50", json!(1.5)),
        ("a: 12345678901234567890", json!(12345678901234567890_u64)),
        ("a: 2026-01-01", json!("2026-01-01")),
        ("a: yes", json!("yes")),
        ("a: 'null'", json!("null")),
        ("a: true", json!(true)),
        ("m: {x.y: {z: [1,2]}}\n  a: ${m[\"x.y\"].z[1]}", json!(2)),
        ("a: ${context.currentEnvironment.name}", json!("proj/env")),
        ("a: ${context.rootEnvironment.name}", json!("proj/env")),
        ("b: [1, x, true]\n  a: \"${b}\"", json!([1, "x", true])),
        ("b: [1, x]\n  a: \"=${b}\"", json!("=\"1\",\"x\"")),
        ("b: {k: v, j: 1}\n  a: \"=${b}\"", json!("=\"j\"=\"1\",\"k\"=\"v\"")),
        ("a: {fn::toBase64: hé}", json!("aMOp")),
        ("a: {fn::fromBase64: aMOp}", json!("hé")),
        ("a: {fn::fromJSON: '{\"k\":[1.50]}'}", serde_json::from_str("{\"k\":[1.50]}").expect("JSON")),
        ("a: {fn::toJSON: {k: [1, <x>]}}", json!("{\"k\":[1,\"\\u003cx\\u003e\"]}")),
        ("a: {fn::toString: [1, x]}", json!("\"1\",\"x\"")),
        ("a: {fn::join: [\"-\", [x, y]]}", json!("x-y")),
        ("a: {fn::split: [\",\", \"x,y\"]}", json!(["x", "y"])),
        ("a: {fn::concat: [[1], [2, 3]]}", json!([1, 2, 3])),
        ("a: {fn::final: x}", json!("x")),
        ("a: {fn::validate: {schema: {type: string}, value: x}}", json!("x")),
        ("a: {fn::fromBase64: {fn::secret: \"cCR7Yn1x\"}}", json!("p${b}q")),
        ("a: {fn::fromJSON: {fn::secret: '\"p\\u0024{b}q\"'}}", json!("p${b}q")),
        ("a: {fn::secret: p$q}", json!("p$q")),
        ("a: {fn::secret: a$}", json!("a$")),
        ("a: {fn::secret: $}", json!("$")),
        ("a: {fn::secret: p$$q}", json!("p$$q")),
        ("a: {fn::secret: \"p$${b}q\"}", json!("p$${b}q")),
    ];
    for (values, expected) in cases {
        let mut world = world(&format!("values:\n  {values}\n"));
        assert_eq!(plain(&opened(&mut world)["a"]), expected, "{values}");
    }
}

/// The value without its wrappers.
fn plain(value: &Value) -> Value {
    match &value["value"] {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

/// Definitions refused: the first diagnostic's words and path. Nothing is stored.
#[test]
fn definitions_that_are_refused() {
    let cases = [
        ("a: ${nope.x}", r#"unknown property "nope""#, "values.a"),
        ("a: {fn::secret: 12}", "secret values must be string literals", r#"values.a["fn::secret"]"#),
        ("a: {fn::secret: true}", "secret values must be string literals", r#"values.a["fn::secret"]"#),
        ("a: {fn::secret: [x]}", "secret values must be string literals", r#"values.a["fn::secret"]"#),
        ("a: {fn::secret: \"p${b}q\"}", "secret values must be string literals", r#"values.a["fn::secret"]"#),
        ("a: {fn::secret: \"p${\"}", "missing closing brace '}' in interpolation", r#"values.a["fn::secret"]"#),
        ("a: {fn::secret: {ciphertext: hunter23}}", "invalid ciphertext: EOF", "values.a"),
        ("a: {fn::nope: x}", "'fn::' is a reserved prefix", "values.a"),
        ("a: {FN::Secret: x}", "'fn::' is a reserved prefix", "values.a"),
        (
            "a: {fn::secret: x, b: y}",
            r#"illegal call to builtin function: "fn::secret" must be the only key within its containing object"#,
            "values.a",
        ),
        (
            "fn::secret: x",
            r#"builtin function call "fn::secret" not allowed at the top level"#,
            r#"values["fn::secret"]"#,
        ),
        ("a: 1\n  a: 2", r#"duplicate key "a""#, "values.a"),
        ("m:\n    a: 1\n    a: 2", r#"duplicate key "a""#, "values.m.a"),
        ("a: &x 1\n  b: *x", "alias nodes are not supported", "values.b"),
        ("1: x", "mapping keys must be strings", r#"values["1"]"#),
        ("imports: x", r#""imports" is a reserved key"#, "values.imports"),
        ("a: {p: \"${a.p}\"}", "cyclic reference to a.p", "values.a.p"),
        ("a: {fn::toBase64: 1}", "expected string, got number", r#"values.a["fn::toBase64"]"#),
        ("a: {fn::fromBase64: '*'}", "decoding base64 string: illegal base64 data at input byte 0", "values.a"),
        ("a: {fn::join: x}", "the argument to fn::join must be a two-valued list", r#"values.a["fn::join"]"#),
        ("b: [1]\n  a: ${b[1]}", "array index 1 out-of-bounds for array of length 1", "values.a"),
        ("b: x\n  a: ${b.c}", "receiver must be an array or an object", "values.a"),
        ("abcd: x\n  a: ${abce}", r#"unknown property "abce"; did you mean "abcd"?"#, "values.a"),
        ("a: ${environments.proj.other.x}", "[404] Not Found: environment 'proj/other' not found", "values.a"),
        ("[", "", ""),
    ];
    for (values, summary, path) in cases {
        let mut world = world("values:\n  kept: 1\n");
        let answer = ask(&mut world, "PATCH", ENVIRONMENT, &format!("values:\n  {values}\n"));
        assert_eq!(answer.status, 400, "{values}");
        let body = json(&answer);
        let first = &body["diagnostics"][0];
        assert_eq!(body["code"], 400);
        assert_eq!(first["severity"], "error", "{values}");
        assert_eq!(first["path"].as_str().unwrap_or_default(), path, "{values}: {first}");
        if summary.is_empty() {
            assert!(first.get("range").is_none(), "a text that is no YAML has no place: {first}");
        } else {
            assert_eq!(first["summary"], summary, "{values}");
            assert_eq!(first["range"]["environment"], "proj/env");
        }
        assert_eq!(world.revision("acme", "proj", "env"), Some(2), "{values}");
    }
}

/// The diagnostic as the evaluator gives it, to the byte.
#[test]
fn a_diagnostic_has_the_documented_form() {
    let mut world = world("");
    let answer = ask(&mut world, "PATCH", ENVIRONMENT, "values:\n  a: \"x\"\n  b: ${nope}\n");
    let expected = json!([{
        "severity": "error", "summary": "unknown property \"nope\"", "path": "values.b",
        "range": { "environment": "proj/env",
            "begin": {"line": 3, "column": 8, "byte": 24}, "end": {"line": 3, "column": 12, "byte": 28} } }]);
    assert_eq!(json(&answer)["diagnostics"], expected);
}

#[test]
fn unknown_and_repeated_top_level_keys_only_warn() {
    let mut world = world("");
    let answer = ask(&mut world, "PATCH", ENVIRONMENT, "foo: 1\nValues:\n  a: x\n");
    assert_eq!(answer.status, 200);
    let warnings = json(&answer);
    assert_eq!(warnings["diagnostics"][0]["severity"], "warning");
    assert_eq!(warnings["diagnostics"][0]["path"], "foo");
    assert_eq!(opened(&mut world)["a"]["value"], "x");
}

#[test]
fn imports_merge_deeply_and_leave_a_trace() {
    let mut world = world("");
    let put = |world: &mut _, project: &str, name: &str, yaml: &str| {
        super::EscWorld::put_environment(world, "acme", project, name, yaml, super::NOW).expect("sound")
    };
    put(&mut world, "default", "base", "values: {o: {x: 1, y: 2}, s: {fn::secret: base-secret}}\n");
    put(&mut world, "proj", "aside", "values: {q: 5}\n");
    let yaml = "imports: [base, proj/aside: {merge: false}]\nvalues:\n  o: {y: 3}\n  t: \"${s}!\"\n  q2: ${imports[\"proj/aside\"].q}\n  far: ${environments.proj.aside.q}\n";
    put(&mut world, "proj", "env", yaml);
    let properties = opened(&mut world);
    assert_eq!(properties["o"]["value"]["x"]["value"], 1);
    assert_eq!(properties["o"]["value"]["y"]["value"], 3);
    assert_eq!(properties["o"]["value"]["y"]["trace"]["base"]["value"], 2);
    assert_eq!(properties["o"]["value"]["x"]["trace"]["def"]["environment"], "base");
    assert_eq!(properties["t"]["value"], "base-secret!");
    assert_eq!(properties["t"]["secret"], true, "a text with a secret in it is secret");
    assert_eq!(properties["q2"]["value"], 5);
    assert_eq!(properties["far"]["value"], 5);
    assert!(properties.get("q").is_none(), "an import that is not merged stays aside");
}

#[test]
fn an_import_may_name_a_revision_or_a_tag() {
    let mut world = world("values: {v: 1}\n");
    world.put_environment("acme", "proj", "env", "values: {v: 2}\n", super::NOW).expect("sound");
    let tag = ask(&mut world, "POST", &format!("{ENVIRONMENT}/versions/tags"), r#"{"name":"stable","revision":2}"#);
    assert_eq!(tag.status, 204);
    for (import, expected) in [("proj/env", 2), ("proj/env@2", 1), ("proj/env@stable", 1), ("proj/env@latest", 2)] {
        world.put_environment("acme", "proj", "top", &format!("imports: [{import}]\n"), super::NOW).expect("sound");
        let id = ask(&mut world, "POST", "/api/esc/environments/acme/proj/top/open", "");
        let id = json(&id)["id"].as_str().expect("an id").to_owned();
        let read = ask(&mut world, "GET", &format!("/api/esc/environments/acme/proj/top/open/{id}?property=v"), "");
        assert_eq!(json(&read)["value"], expected, "{import}");
    }
}

/// E10: what an open answers when the definition cannot be evaluated any more.
#[test]
fn e10_diagnostics_of_an_open() {
    let mut world = world("values: {v: 1}\n");
    world.put_environment("acme", "proj", "top", "imports: [proj/env]\n", super::NOW).expect("sound");
    assert_eq!(ask(&mut world, "DELETE", ENVIRONMENT, "").status, 204);
    let answer = ask(&mut world, "POST", "/api/esc/environments/acme/proj/top/open", "");
    assert_eq!(answer.status, 400);
    assert_eq!(json(&answer)["code"], 400);
    assert_eq!(json(&answer)["diagnostics"][0]["path"], "imports[0]");
}

#[test]
fn e10_a_cycle_of_imports_is_named() {
    let mut world = world("values: {v: 1}\n");
    world.put_environment("acme", "proj", "top", "imports: [proj/env]\n", super::NOW).expect("sound");
    let answer = ask(&mut world, "PATCH", ENVIRONMENT, "imports: [proj/top]\n");
    assert_eq!(json(&answer)["diagnostics"][0]["summary"], "cyclic import of proj/env");
}

/// E11: unknown, null and numbers keep their flags.
#[test]
fn e11_flags_of_values_without_a_usable_text() {
    let yaml = "values:\n  o: {fn::open::vault: {path: x}}\n  i: \"<${o.token}>\"\n  n: null\n  p: 5432\n";
    let mut world = world(yaml);
    let properties = opened(&mut world);
    assert_eq!(properties["o"]["unknown"], true);
    assert!(properties["o"].get("value").is_none());
    assert_eq!(properties["i"]["value"], "[unknown]");
    assert_eq!(properties["i"]["unknown"], true);
    assert!(properties["n"].get("value").is_none() && properties["n"].get("unknown").is_none());
    assert_eq!(properties["p"]["value"], 5432);
    world.script_provider("vault", json!({ "token": "from-vault" }), true);
    let properties = opened(&mut world);
    assert_eq!(properties["i"]["value"], "<from-vault>");
    assert_eq!(properties["i"]["secret"], true);
    world.break_provider("vault", "the vault is sealed");
    let answer = ask(&mut world, "POST", &format!("{ENVIRONMENT}/open"), "");
    assert_eq!(json(&answer)["diagnostics"][0]["summary"], "the vault is sealed");
}

#[test]
fn a_check_shows_no_stored_secret_unless_asked() {
    let mut world = world("values:\n  s: {fn::secret: hunter2}\n  t: \"<${s}>\"\n");
    let hidden = ask(&mut world, "POST", &format!("{ENVIRONMENT}/check"), "");
    assert_eq!(hidden.status, 200);
    assert!(!text(&hidden).contains("hunter2"));
    let properties = &json(&hidden)["properties"];
    assert_eq!((&properties["s"]["secret"], &properties["s"]["unknown"]), (&json!(true), &json!(true)));
    assert_eq!(properties["t"]["value"], "[unknown]");
    let shown = ask(&mut world, "POST", &format!("{ENVIRONMENT}/check?showSecrets=true"), "");
    assert_eq!(json(&shown)["properties"]["t"]["value"], "<hunter2>");
}

/// The shape as the evaluator gives it, to the byte.
#[test]
fn an_opened_value_has_the_documented_shape() {
    let mut world = world("values:\n  db:\n    port: 5432\n    empty: null\n  z: 1\n");
    let def = |begin: [u32; 3], end: [u32; 3]| {
        let point = |[line, column, byte]: [u32; 3]| json!({ "line": line, "column": column, "byte": byte });
        json!({ "def": { "environment": "proj/env", "begin": point(begin), "end": point(end) } })
    };
    let expected = json!({
        "value": {
            "port": { "value": 5432, "trace": def([3, 11, 24], [3, 15, 28]) },
            "empty": { "trace": def([4, 12, 40], [4, 16, 44]) },
        },
        "trace": def([3, 5, 18], [4, 16, 44]),
    });
    assert_eq!(opened(&mut world)["db"], expected);
}
