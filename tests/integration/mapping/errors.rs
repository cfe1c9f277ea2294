//! What is refused, in which words, and where.

use esc_sync::{
    mapping::{LoadOptions, load},
    model::Severity,
};

use super::{read, refused, with_head};

/// The codes of all errors, in the order of the file.
fn codes(text: &str) -> Vec<&'static str> {
    match read(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => errors.errors().map(|error| error.code).collect(),
    }
}

#[test]
fn an_error_shows_the_line_the_place_and_the_remedy() {
    let text = refused(&with_head("  A: { esc: a.b, teir: critical } # a remark\n"));
    let wanted = "\
error: unknown field `teir`
 --> m.yaml:5:18
  |
5 |   A: { esc: a.b, teir: … }
  |                  ^^^^
  = help: did you mean `tier`?

";
    assert_eq!(text, wanted);
}

#[test]
fn a_collision_shows_both_lines() {
    let text = refused(&with_head("  Foo: a\n  B: b\n  FOO: c\n"));
    let wanted = "\
error: `FOO` and another entry are both `FOO` to GitHub
 --> m.yaml:7:3
  |
7 |   FOO: c
  |   ^^^
  = note: the other entry
 --> m.yaml:5:3
  |
5 |   Foo: a
  |   ^^^
  = help: GitHub does not tell the case of names apart: keep one of the two
";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn all_errors_come_in_one_pass_in_the_order_of_the_file() {
    let text = "version: 2\nesc: { enviroment: x }\ngithub: { organization: a/b }\nentries:\n  1A: values.a\n  B: { esc: b, tier: high }\n";
    let wanted = [
        "wrong-type",
        "unknown-field",
        "no-environment",
        "bad-organization",
        "bad-name",
        "values-prefix",
        "unknown-word",
    ];
    let mut found = codes(text);
    let in_order: Vec<_> = read(text).expect_err("wrong").list.iter().map(|error| error.at).collect();
    assert!(in_order.is_sorted());
    found.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

/// Each mistake under the usual head, the code it gets, and a part of its text.
const MISTAKES: &[(&str, &str, &str)] = &[
    // M3
    ("  A: a\n  A: b\n", "duplicate-key", "stands here first"),
    ("  A: { esc: a, tier: critical, tier: optional }\n", "duplicate-key", "keep one"),
    // M4
    ("  Foo: a\n  FOO: b\n", "case-collision", "m.yaml:5:3"),
    ("  A: a\n  B: { esc: b, github: a }\n", "duplicate-target", "github acme secret A"),
    // M6
    ("  A: x.y\n  B: { esc: x.y, direction: github-to-esc }\n", "cycle", "share the ESC path"),
    (
        "  A: { esc: x.y, direction: both }\n  B: { esc: x.y, direction: github-to-esc }\n",
        "duplicate-target",
        "both write",
    ),
    // M7
    ("  GITHUB_TOKEN: a\n", "bad-name", "`GH_TOKEN`"),
    ("  1PASSWORD: a\n", "bad-name", "`_1PASSWORD`"),
    ("  MY-KEY: a\n", "bad-name", "`MY_KEY`"),
    ("  MY KEY: a\n", "bad-name", "`MY_KEY`"),
    ("  \"A\\0B\": a\n", "bad-name", "\\u{0}"),
    ("  A: { esc: a, github: acme/app }\n", "bad-name", "repository: owner/name"),
    // M8
    ("  A: { esc: a, servce: x }\n", "unknown-field", "`service`"),
    ("  A: { esc: a, github: { organisation: x } }\n", "unknown-field", "`organization`"),
    ("  A: { esc: a, probe: { urll: x, hosts: [h] } }\n", "unknown-field", "`url`"),
    // M11
    ("  A: { esc: no }\n", "wrong-type", "write `false`"),
    ("  A: { esc: a, github: off }\n", "wrong-type", "write `false`"),
    ("  A: { esc: a, github: { variable: yes } }\n", "wrong-type", "without quotes"),
    ("  A: { esc: a, kind: config, expect: ~ }\n", "empty", "quotes"),
    ("  1_000: a\n", "bad-name", "digit"),
    ("  2024-01-01: a\n", "bad-name", "_2024_01_01"),
    ("  ~: a\n", "bad-name", "letters"),
    ("  !!str A: a\n  B: !!binary aGk=\n", "tag", "remove the tag"),
    // Paths
    ("  A: values.ai.key\n", "values-prefix", "`ai.key`"),
    ("  A: values\n", "values-prefix", "root"),
    ("  A: 'values[\"x\"]'\n", "values-prefix", "remove the prefix"),
    ("  A: a..b\n", "bad-path", "single dots"),
    ("  A: esc-sync.fingerprint-key\n", "reserved-path", "another path"),
    ("  A: esc-sync\n", "reserved-path", "its own key"),
    ("  A: esc-sync.fingerprint-key.x\n", "reserved-path", "its own key"),
    ("  A: esc-sync.next-ssh-public-key\n", "reserved-path", "another path"),
    ("  A: esc-sync.next-ssh-private-key\n", "reserved-path", "its own key"),
    ("  A: ../../etc/passwd\n", "bad-path", "not an ESC path"),
    ("  A: a[*]\n", "bad-path", "wildcard"),
    ("  A: x.y\n  B: x.y.z\n", "path-inside-path", "m.yaml:5:3"),
    ("  A: x.y.z\n  B: x\n", "path-inside-path", "lies inside"),
    ("  A:\n", "empty", "ESC path"),
    ("  A: false\n", "wrong-type", "profile"),
    ("  A: [a]\n", "wrong-type", "write an ESC path or a map"),
    ("  A: { tier: optional }\n", "missing-field", "esc: false"),
    ("  A: { esc: false, github: false }\n", "no-place", "nothing to check"),
    ("  A: { esc: { environment: acme/d/p } }\n", "no-path", "esc: some.path"),
    ("  A: { esc: { path: a, environment: far } }\n", "unknown-environment", "esc.environments"),
    ("  A: { esc: { path: a, environment: acme/far } }\n", "bad-environment", "organization/project/environment"),
    (
        "  A: a[0][1][2][3][4][5][6][7][8][9][0][1][2][3][4][5][6][7][8][9][0][1][2][3][4][5][6][7][8][9][0][1][2][3][4][5][6][7][8][9][0][1][2][3][4][5][6][7][8][9][0][1][2][3][4][5][6][7][8][9][0][1][2][3][4]\n",
        "bad-path",
        "64 levels",
    ),
    // Services, formats, words
    ("  A: { esc: a, service: No Such Service }\n", "unknown-service", "No Such Service"),
    ("  A: { esc: a, format: no-such-format-at-all }\n", "unknown-format", "no-such-format-at-all"),
    ("  A: { esc: a, format: { pattern: '(' } }\n", "bad-pattern", "linear-time"),
    ("  A: { esc: a, format: { pattern: '(?=x)' } }\n", "bad-pattern", "look-around"),
    ("  A: { esc: a, tier: crticial }\n", "unknown-word", "`critical`"),
    ("  A: { esc: a, max-age: 3 months }\n", "bad-duration", "90d"),
    // Values
    ("  A: { esc: a, expect: x }\n", "value-of-secret", "kind: config"),
    ("  A: { esc: a, deny: [x] }\n", "value-of-secret", "kind: config"),
    ("  A: { esc: a, kind: config, expect: [x], deny: [x] }\n", "expected-and-denied", "one of the two"),
    ("  A: { esc: a, kind: config, deny: [] }\n", "empty", "empty list"),
    ("  A: ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5\n", "credential-in-mapping", "looks like a credential"),
    // Places
    ("  A: { esc: a, github: { repository: app } }\n", "bad-repository", "acme/app"),
    ("  A: { esc: a, github: { environment: prod } }\n", "no-repository", "owner/name"),
    ("  A: { esc: a, github: { organization: a, repository: a/b } }\n", "two-scopes", "not in both"),
    ("  A: { esc: a, github: { repository: a/b, environment: p, app: dependabot } }\n", "bad-app", "Actions only"),
    ("  A: { esc: a, github: { visible-to: [other/app] } }\n", "strange-repository", "other/app"),
    ("  A: { esc: a, github: { visibility: selected } }\n", "nobody-sees-it", "visible-to"),
    ("  A: { esc: a, github: { repository: a/b, visible-to: [a/c] } }\n", "not-shared", "that repository alone"),
    ("  A: { esc: a, github: { variable: true } }\n", "secret-in-the-open", "kind: config"),
    ("  A: { esc: a, kind: config, github: { app: codespaces } }\n", "no-variables", "variable: false"),
    ("  A: { esc: a, github: [] }\n", "empty", "write `false`"),
    ("  A: { esc: a, github: false, direction: both }\n", "one-side", "needs a place"),
    ("  A: { esc: a, direction: github-to-esc, github: [ { name: B }, { name: C } ] }\n", "two-sources", "disagree"),
    // Aliases and allowances
    ("  A: { esc: a, aliases: [B] }\n  B: b\n", "alias-is-entry", "m.yaml:6:3"),
    ("  A: { esc: a, aliases: [Z] }\n  B: { esc: b, github: Z }\n", "alias-is-entry", "name of another entry"),
    ("  A: { esc: a, aliases: [X] }\n  B: { esc: b, aliases: [x] }\n", "shared-alias", "remove it from the other"),
    ("  A: { esc: a, aliases: [a] }\n", "alias-is-name", "own name"),
    ("  A: { esc: a, aliases: [B, B] }\n", "alias-twice", "twice"),
    ("  A: { esc: a, allow: [ { rule: stale } ] }\n", "missing-field", "`reason`"),
    ("  A: { esc: a, allow: [ { rule: stale, reason: '' } ] }\n", "empty", "`reason`"),
    ("  A: { esc: a, allow: [ { rule: Not A Rule, reason: x } ] }\n", "bad-rule", "hyphens"),
    // Probes
    (
        "  A: { esc: a, probe: { url: 'http://api.example.com/{value}', hosts: [api.example.com] } }\n",
        "plain-http",
        "https",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://evil.example.com/{value}', hosts: [api.example.com] } }\n",
        "unlisted-host",
        "`hosts`",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://api.example.com/', hosts: [api.example.com] } }\n",
        "bad-probe",
        "never sends",
    ),
    ("  A: { esc: a, probe: { url: 'https://u:p@h/{value}', hosts: [h] } }\n", "bad-url", "without a user"),
    (
        "  A: { esc: a, probe: { url: 'https://h/{value}', hosts: [h], live: [200], rejected: [200] } }\n",
        "bad-probe",
        "two things",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://h/{value}', hosts: [h], headers: { Host: x } } }\n",
        "bad-header",
        "cannot be set",
    ),
    ("  A: { esc: a, probe: { url: 'https://h/{value}' } }\n", "missing-field", "`hosts`"),
    ("  A: { esc: a, probe: { url: 'https://h/{value}', hosts: [h], method: DELETE } }\n", "unknown-word", "`method`"),
    (
        "  A: { esc: a, probe: { url: 'https://h/{vlue}', hosts: [h], headers: { X-Key: '{value}' } } }\n",
        "unknown-part",
        "did you mean `{value}`?",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://h/', hosts: [h], headers: { Authorization: 'Basic {OTHR:value}' } } }\n  OTHER: b\n",
        "unknown-part",
        "did you mean `{OTHER}`?",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://h/{value}', hosts: [h], headers: { X-Team: '{MY-TEAM}' } } }\n",
        "unknown-part",
        "m.yaml:5:82",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://h/{value}?k=ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5', hosts: [h] } }\n",
        "credential-in-mapping",
        "a probe holds none",
    ),
    (
        "  A: { esc: a, probe: { url: 'https://h/{value}', hosts: [h], body: 'k=ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5' } }\n",
        "credential-in-mapping",
        "rotate it",
    ),
    // M10: an alias is refused before it can expand
    ("  A: &x a.b\n  B: *x\n", "alias", "defaults"),
    ("  A: &x { esc: a }\n  B: { <<: *x, esc: b }\n", "unknown-field", "merges"),
];

#[test]
fn every_mistake_is_named_with_its_remedy() {
    let mut wrong = Vec::new();
    for (entries, code, part) in MISTAKES {
        let Err(errors) = read(&with_head(entries)) else {
            wrong.push(format!("accepted: {entries}"));
            continue;
        };
        let found: Vec<&str> = errors.errors().map(|error| error.code).collect();
        let shown = errors.render("m.yaml");
        if !found.contains(code) || found.len() > 1 || !shown.contains(part) || !shown.contains("= help: ") {
            wrong.push(format!("{entries}wanted {code} with {part:?}, got {found:?}\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Mistakes of whole files.
const FILES: &[(&str, &str)] = &[
    ("", "empty-file"),
    ("# nothing\n", "empty-file"),
    ("just text", "wrong-type"),
    ("[1, 2]", "wrong-type"),
    ("esc: a/b/c\ngithub: false\nentries: { A: a }\n", "missing-field"),
    ("version: 1\n", "missing-field"),
    ("version: '1'\nentries: { A: { esc: false } }\ngithub: { organization: a }\n", "wrong-type"),
    ("version: 1.0\nentries: { A: { esc: false } }\ngithub: { organization: a }\n", "wrong-type"),
    ("version: 1\nentries: {}\n", "empty"),
    ("version: 1\nentries:\n", "wrong-type"),
    ("version: 1\ngithub: { organization: a }\nentries: { A: a, B: b }\n", "no-environment"),
    ("version: 1\nesc: a/b/c\nentries: { A: a, B: b }\n", "no-github"),
    ("version: 1\nesc: a/b/c\ngithub: { visible-to: [a/b] }\nentries: { A: a, B: b }\n", "no-github"),
    (
        "version: 1\nesc: a/b/c\ngithub: { organization: a, visible-to: [b/c] }\nentries: { A: a, B: b }\n",
        "strange-repository",
    ),
    (
        "version: 1\nesc: a/b/c\ngithub: false\nservices: { opnai: { tier: critical } }\nentries: { A: a }\n",
        "unknown-service",
    ),
    ("version: 1\nesc: a/b/c\ngithub: false\nservices: { My Own: { title: x } }\nentries: { A: a }\n", "bad-service"),
    (
        "version: 1\nesc: a/b/c\ngithub: false\nssh: { machines: [ { name: a, host: '-oProxyCommand=x' } ] }\nentries: { A: a }\n",
        "bad-host",
    ),
    (
        "version: 1\nesc: a/b/c\ngithub: false\nssh: { machines: [ { name: a, host: b }, { name: a, host: c } ] }\nentries: { A: a }\n",
        "duplicate-machine",
    ),
    ("version: 1\nesc: a/b/c\ngithub: false\nssh: { user: 'root; rm' }\nentries: { A: a }\n", "bad-user"),
    (
        "version: 1\nesc: a/b/c\ngithub: false\nssh: { machines: [ { name: a, host: b, port: 70000 } ] }\nentries: { A: a }\n",
        "wrong-type",
    ),
    ("version: 1\nesc: a/b/c\ngithub: false\nprofiles: { p: { entires: {} } }\nentries: { A: a }\n", "unknown-field"),
    ("version: 1\nesc: a/b/c\ngithub: false\nentries: { A: a }\n---\nversion: 1\n", "syntax"),
    ("version: 1\nentries:\n\tA: a\n", "syntax"),
    ("version: 1\nentries: { A: a\n", "syntax"),
];

#[test]
fn every_mistake_of_a_file_is_named_once() {
    let wrong: Vec<String> = FILES
        .iter()
        .map(|(text, code)| (text, *code, codes(text)))
        .filter(|(_, code, found)| *found != [*code])
        .map(|(text, code, found)| format!("{text:?}: wanted {code}, got {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unknown_profile_names_those_there_are() {
    let text = format!("{}profiles: {{ staging: {{}}, dev: {{}} }}\n", with_head("  A: a\n"));
    let options = LoadOptions { profile: Some("stagging".into()) };
    let errors = load("m.yaml", text.as_bytes(), &options).expect_err("unknown").render("m.yaml");
    assert!(errors.contains("did you mean `staging`?"), "{errors}");
    let options = LoadOptions { profile: Some("p".into()) };
    assert!(
        load("m.yaml", with_head("  A: a\n").as_bytes(), &options)
            .expect_err("none")
            .render("m")
            .contains("no profiles")
    );
}

#[test]
fn warnings_never_push_out_an_error() {
    let odd: String = (0..300).map(|at| format!("  k{at}: a.k{at}\n")).collect();
    let errors = read(&with_head(&format!("{odd}  Z: {{ esc: z, teir: x }}\n"))).expect_err("misspelt");
    assert_eq!(errors.errors().map(|error| error.code).collect::<Vec<_>>(), ["unknown-field"]);
    assert_eq!((errors.list.len(), errors.omitted), (51, 250));
}

#[test]
fn a_profile_is_checked_even_when_it_is_not_chosen() {
    let text = format!(
        "{}profiles: {{ staging: {{ entries: {{ A: {{ teir: x }}, B: values.b }} }} }}\n",
        with_head("  A: a\n")
    );
    assert_eq!(codes(&text), ["unknown-field", "values-prefix"]);
}

#[test]
fn many_errors_are_shown_up_to_a_bound_and_counted() {
    let entries: String = (0..500).map(|at| format!("  K{at}: {{ esc: a.k{at}, teir: x }}\n")).collect();
    let errors = read(&with_head(&entries)).expect_err("500 mistakes");
    assert_eq!((errors.list.len(), errors.omitted), (200, 300));
    assert!(errors.render("m").contains("and 300 more"));
    assert!(errors.list.iter().all(|error| error.severity == Severity::Error && error.snippet.is_some()));
}
