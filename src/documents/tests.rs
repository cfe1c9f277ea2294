//! Documents of small mappings.

use super::*;
use crate::mapping::{LoadOptions, load};

const MAPPING: &str = "version: 1\nesc: { environment: acme/default/production }\n\
    github: { organization: acme, visible-to: [acme/app] }\nentries:\n\
    \x20 STRIPE_API_KEY: { esc: payments.stripe.api_key, service: stripe, tier: critical, max-age: 90d, aliases: [STRIPE_KEY] }\n\
    \x20 REGION: { esc: aws.region, kind: config, expect: [eu|1], tier: optional }\n\
    \x20 DEPLOY_KEY: { esc: deploy.key, github: { repository: acme/app, environment: production } }\n";

fn settings() -> Settings {
    Settings { mapping: "mappings/app.yaml".into(), ..Settings::default() }
}

fn made(text: &str, settings: &Settings) -> Vec<Document> {
    let loaded = load("m", text.as_bytes(), &LoadOptions::default());
    documents(&loaded.unwrap_or_else(|errors| panic!("{}", errors.render("m"))).mapping, settings)
}

fn document(path: &str) -> Document {
    made(MAPPING, &settings()).into_iter().find(|document| document.path == path).expect("a document")
}

#[test]
fn documents_are_the_same_each_time_and_know_themselves() {
    assert_eq!(made(MAPPING, &settings()), made(MAPPING, &settings()));
    for document in made(MAPPING, &settings()) {
        assert_eq!(
            Header::of(&document.text),
            Some(Header { settings: settings(), intact: true }),
            "{}",
            document.path
        );
        assert_eq!(condition(&document.text, &document), Condition::Current);
        assert_eq!(condition(&format!("{}x\n", document.text), &document), Condition::Edited);
        assert_eq!(condition("# mine\n", &document), Condition::Foreign);
    }
}

#[test]
fn another_mapping_makes_a_document_outdated() {
    let after = made(&MAPPING.replace("  REGION", "  NEW: new.one\n  REGION"), &settings());
    let before = made(MAPPING, &settings());
    let changed: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| condition(&before.text, after) == Condition::Outdated)
        .map(|(before, _)| before.path)
        .collect();
    assert_eq!(changed, [".env.template", "docs/required-secrets.md"]);
}

#[test]
fn the_document_has_every_entry_with_its_demands() {
    let text = document("docs/required-secrets.md").text;
    assert!(
        text.contains(
            "| `STRIPE_API_KEY` (also `STRIPE_KEY`) | `acme/default/production` `payments.stripe.api_key` | \
         secret of `acme` | – | `stripe` | `acme/app` | 90 days |"
        ),
        "{text}"
    );
    assert!(text.contains("plain setting; is `eu\\|1`"), "{text}");
    let tiers: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(tiers, ["## Critical (1)", "## Important (1)", "## Optional (1)"]);
}

#[test]
fn formats_that_a_service_implies_and_endpoints_are_told() {
    let mapping = format!(
        "{MAPPING}  CI_BOT_TOKEN: {{ esc: ci.bot, service: telegram }}\n\
         endpoints:\n  app: {{ url: \"https://app.example.com/health\", status: [204] }}\n"
    );
    let documents = made(&mapping, &settings());
    let text = |path: &str| documents.iter().find(|document| document.path == path).expect("a document").text.clone();
    let summary = crate::mapping::catalogue::format("telegram-bot-token").expect("of the catalogue").summary;
    let page = text("docs/required-secrets.md");
    let row = page.lines().find(|line| line.starts_with("| `CI_BOT_TOKEN`")).expect("a row");
    assert!(row.contains(&markdown::prose(summary)), "{row}");
    assert!(text(".env.template").contains(summary));
    assert!(page.contains("## Endpoints (1)"), "{page}");
    assert!(page.contains("| `app` | `https://app.example.com/health` | 204 |"), "{page}");
}

#[test]
fn the_template_has_every_name_and_no_value() {
    let text = document(".env.template").text;
    let names: Vec<_> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(names, ["STRIPE_API_KEY=", "DEPLOY_KEY=", "REGION="]);
}

#[test]
fn workflows_have_the_least_rights() {
    for document in made(MAPPING, &settings()).iter().filter(|document| document.path.ends_with(".yml")) {
        let rights = document.text.matches("permissions:\n").count();
        assert_eq!(rights, 1, "{}", document.path);
        assert!(
            document.text.contains("\npermissions:\n  contents: read\n\nconcurrency:\n  group: "),
            "{}",
            document.text
        );
    }
    let attest = document(".github/workflows/esc-sync-attest.yml").text;
    assert!(attest.contains("environment: \"production\"") && attest.contains("toJSON(secrets)"));
    let check = document(".github/workflows/esc-sync-check.yml").text;
    assert!(!check.contains("toJSON(secrets)"), "a pull request is given no more than it needs");
}

#[test]
fn what_installs_is_what_was_said() {
    let settings = Settings {
        install: Some("cargo install --locked --path tools/esc-sync\nesc-sync --version".into()),
        ..settings()
    };
    let documents = made(MAPPING, &settings);
    let sync = &documents.iter().find(|document| document.path.ends_with("-sync.yml")).expect("the sync").text;
    assert!(sync.contains(
        "        run: |\n          cargo install --locked --path tools/esc-sync\n          esc-sync --version\n"
    ));
    assert_eq!(Header::of(sync).expect("a header").settings, settings);
}
