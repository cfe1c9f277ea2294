//! I8 for `check`: no part of a value on any output, in any format, under any fault, at the highest verbosity.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::support::{program::Ran, world::World};

/// What marks a value: no dictionary word, no digit run that could occur by chance.
const MARK: &str = "qZ7vKx0WmRb4";
const FORMATS: [&str; 7] = ["text", "json", "markdown", "junit", "sarif", "github", "gate"];

fn marked(shape: &str) -> String {
    shape.replace("{}", MARK)
}

/// Values that make each rule speak, all carrying the mark.
fn world() -> World {
    let world = World::with_entries(
        "leaks",
        &[
            "PLAIN: s.plain",
            "DIFFERS: s.differs",
            "PLACEHOLDER: s.placeholder",
            "TEMPLATE: s.template",
            "SPACED: s.spaced",
            "BROKEN_KEY: s.broken_key",
            "OPENAI_API_KEY: { esc: s.format, service: openai }",
            "TWIN: s.twin",
            "ENCODED: { esc: s.encoded, encoding: base64 }",
            "SETTING: { esc: s.setting, kind: config, expect: something-else }",
            "OPEN: s.open",
        ],
    );
    let key = format!("-----BEGIN OPENSSH PRIVATE KEY-----\\n{}\\n-----END OPENSSH PRIVATE KEY-----", MARK.repeat(5));
    let values = [
        ("plain", marked("plain-{}-value")),
        ("differs", marked("esc-{}-value")),
        ("placeholder", marked("your-{}-here")),
        ("template", marked("${{ secrets.{} }}")),
        ("spaced", marked(" {} spaced\n")),
        ("broken_key", key),
        ("format", marked("not-an-openai-{}")),
        ("twin", marked("plain-{}-value")),
        ("encoded", marked("not base64 {}")),
    ];
    let mut definition = "values:\n  s:\n".to_owned();
    for (name, value) in &values {
        // ESC refuses `${` inside fn::secret, so such a value comes the way a person would store it.
        let encoded = STANDARD.encode(value);
        definition.push_str(&format!("    {name}: {{ \"fn::fromBase64\": {{ \"fn::secret\": \"{encoded}\" }} }}\n"));
    }
    definition.push_str(&format!(
        "    setting: {}\n    open: {}\n",
        json!(marked("setting-{}")),
        json!(marked("open-{}"))
    ));
    world.esc(&definition);
    for name in
        ["PLAIN", "PLACEHOLDER", "TEMPLATE", "SPACED", "BROKEN_KEY", "OPENAI_API_KEY", "TWIN", "ENCODED", "OPEN"]
    {
        world.org_secret(name, &marked("github-{}"));
    }
    world.org_secret("DIFFERS", &marked("github-{}"));
    world.org_variable("SETTING", &marked("variable-{}"));
    world
}

/// The mark in every form in which it could come out.
fn forms() -> Vec<Vec<u8>> {
    let mut forms = vec![MARK.as_bytes().to_vec()];
    for form in [MARK.to_owned(), MARK.to_lowercase(), MARK.to_uppercase(), MARK.chars().rev().collect()] {
        forms.push(form.into_bytes());
    }
    for skipped in 0..3 {
        let inner = &STANDARD.encode([&b"xx"[..skipped], MARK.as_bytes()].concat())[4..16];
        forms.push(inner.as_bytes().to_vec());
        for again in 0..3 {
            forms.push(STANDARD.encode([&b"xx"[..again], inner.as_bytes()].concat()).as_bytes()[4..14].to_vec());
        }
    }
    let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = MARK.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped: String = MARK.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    forms.extend([hex.to_uppercase(), hex, percent, escaped].map(String::into_bytes));
    forms.push(MARK.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms
}

fn leak(bytes: &[u8]) -> Option<String> {
    forms()
        .into_iter()
        .find(|form| bytes.windows(form.len()).any(|window| window == form))
        .map(|form| String::from_utf8_lossy(&form).into_owned())
}

fn assert_silent(ran: &Ran, what: &str) {
    assert_eq!(leak(ran.everything().as_bytes()), None, "{what}:\n{}", ran.everything());
    for token in ["pul-canary-token", "ghp-canary-token"] {
        assert!(!ran.everything().contains(token), "{what} shows {token}");
    }
    assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
}

/// The files of a folder, whole.
fn assert_no_file_holds_it(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_no_file_holds_it(&path);
        } else {
            assert_eq!(leak(&fs::read(&path).expect("readable")), None, "{}", path.display());
        }
    }
}

fn faults() -> Vec<Fault> {
    let echo = marked(
        "{\"message\": \"{}\", \"code\": 400, \"diagnostics\": [{\"summary\": \"bad value {}\", \"path\": \"values.x\"}]}",
    );
    let answer = |status: u16, body: &str| {
        Fault::new(Effect::Answer { status, headers: [].into(), body: body.to_owned() }).forever()
    };
    let mut faults: Vec<_> =
        [400, 401, 403, 404, 409, 422, 429, 500].into_iter().map(|status| answer(status, &echo)).collect();
    faults.extend([
        answer(200, &marked("{\"properties\": {\"s\": {\"value\": \"{}\", \"secret\": \"{}\"}}}")),
        answer(200, &marked("{\"properties\": {\"s\": \"{}")),
        answer(200, &marked("{\"secrets\": [{\"name\": \"{}-\", \"created_at\": \"{}\"}], \"total_count\": \"{}\"}")),
        answer(200, &marked("<html>{}</html>")),
        Fault::new(Effect::Truncate { bytes: 300 }).forever(),
        Fault::new(Effect::Reset { applied: false }).forever(),
        Fault::new(Effect::Hang { applied: false }).forever(),
        Fault::new(Effect::Redirect { status: 302, location: marked("http://127.0.0.1:9/{}?token={}") }).forever(),
        Fault::status(403, "rate").header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", MARK).forever(),
        Fault::status(429, "rate").header("retry-after", MARK).forever(),
    ]);
    faults
}

#[test]
fn i8_no_value_in_any_format_at_any_verbosity() {
    let world = world();
    let job: Value =
        json!({ "PLAIN": marked("plain-{}-value"), "DIFFERS": marked("job-{}"), "SPACED": marked("{} spaced") });
    for format in FORMATS {
        for verbosity in ["-v", "-vvv"] {
            let ran = world.program(["check", "--format", format, verbosity]).run();
            assert_eq!(ran.code, 1, "{}", ran.everything());
            assert_silent(&ran, format);
            let ran = world
                .program(["check", "--format", format, verbosity])
                .env("ESC_SYNC_GITHUB_SECRETS", &job.to_string())
                .run();
            assert_silent(&ran, format);
        }
    }
    assert_no_file_holds_it(&world.folder);
}

#[test]
fn i8_no_value_under_any_fault() {
    let world = world();
    for (at, fault) in faults().into_iter().enumerate() {
        world.running.clear_faults();
        world.fault(fault);
        let ran = world
            .program([
                "check",
                "--timeout",
                "400ms",
                "--max-wait",
                "1ms",
                "-vvv",
                "--report",
                "json=report.json",
                "--report",
                "sarif=report.sarif",
            ])
            .run();
        assert_ne!(ran.code, 0, "fault {at}: {}", ran.everything());
        assert_silent(&ran, &format!("fault {at}"));
    }
    assert_no_file_holds_it(&world.folder);
}

#[test]
fn i8_a_value_pasted_into_the_mapping_is_not_repeated() {
    let token = "sk-proj-qZ7vKx0WmRb4qZ7vKx0WmRb4qZ7vKx0WmRb4";
    for entry in [
        format!("  ONE: {token}\n"),
        format!("  ONE: {{ esc: a.b, kind: secret, expect: {token} }}\n"),
        format!("  ONE: {{ esc: a.b, fromat: {token} }}\n"),
        format!("  {token}: a.b\n"),
        format!("  ONE: [{token}]\n"),
    ] {
        let world =
            World::with_mapping("leaks-mapping", &format!("{}entries:\n{entry}", crate::support::world::HEADER));
        let ran = world.program(["check", "-vvv"]).run();
        assert_eq!(ran.code, 2, "{}", ran.everything());
        assert_silent(&ran, &entry);
    }
}

/// The scan itself must see what it is for.
#[test]
fn the_scan_sees_every_form() {
    for text in [
        format!("x{MARK}y"),
        STANDARD.encode(format!("ab{MARK}cd")),
        STANDARD.encode(STANDARD.encode(format!("a{MARK}cd"))),
        MARK.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ] {
        assert!(leak(text.as_bytes()).is_some(), "{text}");
    }
    assert!(leak(b"nothing to see").is_none());
}
