//! I8 for `check`: no part of a value on any output, in any format, under any fault, at the highest verbosity.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{
    marks::{MARK, assert_no_file_holds_it, assert_silent, faults, marked},
    world::World,
};

const FORMATS: [&str; 7] = ["text", "json", "markdown", "junit", "sarif", "github", "gate"];

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
