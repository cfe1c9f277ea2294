//! Which row an entry gets, and where the rest of its credential is found.

use std::collections::BTreeSet;

use super::{super::PROBES, ProbeReason, ProbeVerdict, World, asked, found, said, verdict};
use crate::mapping::{LoadOptions, load};

fn row(service: &str, name: &str, value: &str) -> Option<String> {
    let fields = format!("service: {service}");
    let world = World::of(&[
        (name, &fields, value),
        ("OTHER_URL", &fields, "https://other.example.com"),
        ("OTHER_USER", &fields, "u"),
        ("OTHER_ACCOUNT", &fields, "a-b"),
        ("OTHER_APP_ID", &fields, "7"),
        ("OTHER_ACCESS_KEY_SECRET", &fields, "s"),
    ]);
    world.checked(name).map(|check| check.expect("whole").id().to_string())
}

#[test]
fn a_row_is_chosen_by_service_name_and_beginning() {
    let cases = [
        ("openai", "OPENAI_API_KEY", "sk-x", Some("openai")),
        ("openai", "OPENAI_ORGANIZATION", "org-x", None),
        ("anthropic", "ANTHROPIC_API_KEY", "sk-ant-api03-x", Some("anthropic")),
        ("anthropic", "ANTHROPIC_API_KEY", "sk-ant-admin01-x", Some("anthropic-admin")),
        ("github", "GH_TOKEN", "ghp_x", Some("github")),
        ("github", "GH_TOKEN", "ghs_x", Some("github-installation")),
        ("github", "GH_PRIVATE_KEY", "x", Some("github-app")),
        ("github", "GH_WEBHOOK_SECRET", "x", Some("github-webhook")),
        ("slack", "SLACK_BOT_TOKEN", "xoxb-1", Some("slack")),
        ("slack", "SLACK_APP_TOKEN", "xapp-1", Some("slack-secret")),
        ("slack", "SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/x", Some("slack-webhook")),
        ("snowflake", "SNOWFLAKE_PASSWORD", "x", Some("snowflake")),
        ("snowflake", "SNOWFLAKE_PAT", "x", Some("snowflake-token")),
        ("hubspot", "HUBSPOT_ACCESS_TOKEN", "pat-na1-x", Some("hubspot")),
        ("hubspot", "HUBSPOT_API_KEY", "01234567-0123-0123-0123-012345678901", Some("hubspot-secret")),
        ("google-cloud", "GEMINI_API_KEY", "AIzax", Some("gemini")),
        ("google-cloud", "GCP_SA_KEY", "{}", Some("google-service-account")),
        ("grafana", "GRAFANA_TOKEN", "glc_x", Some("grafana-cloud")),
        ("grafana", "GRAFANA_TOKEN", "glsa_x", Some("grafana")),
        ("codacy", "CODACY_PROJECT_TOKEN", "x", Some("codacy-project")),
        ("gong", "GONG_ACCESS_KEY", "x", Some("gong")),
        ("gong", "GONG_ACCESS_TOKEN", "eyJx", Some("gong-oauth")),
        ("shopify", "SHOPIFY_TOKEN", "x", None),
    ];
    for (service, name, value, wanted) in cases {
        assert_eq!(row(service, name, value).as_deref(), wanted, "{name} of {service}");
    }
}

#[test]
fn plain_settings_and_values_that_were_not_read_get_no_check() {
    let world = World::of(&[
        ("PINECONE_API_KEY", "service: pinecone, kind: config", "x"),
        ("GROQ_API_KEY", "service: groq", ""),
        ("X_TOKEN", "tier: optional", "x"),
    ]);
    for name in ["PINECONE_API_KEY", "GROQ_API_KEY", "X_TOKEN"] {
        assert!(world.checked(name).is_none(), "{name}");
    }
}

#[test]
fn companions_are_of_the_same_service_and_named_most_alike() {
    let docker = "service: docker-hub";
    let world = World::of(&[
        ("DOCKER_TOKEN", docker, "t1"),
        ("CI_DOCKER_TOKEN", docker, "t2"),
        ("CI_DOCKER_USER_NAME", docker, "ci"),
        ("DOCKER_USER_NAME", docker, "ann"),
        ("NPM_USER_NAME", "service: npm-registry", "no"),
    ]);
    for (name, user) in [("DOCKER_TOKEN", "ann"), ("CI_DOCKER_TOKEN", "ci")] {
        let check = world.check(name);
        let body = String::from_utf8(asked(&check, &[]).sent_body().expect("a body").to_vec()).expect("text");
        assert!(body.contains(&format!(r#""identifier":"{user}""#)), "{name}: {body}");
        assert_eq!(check.entries.len(), 2);
        assert_eq!(check.entries[0].as_str(), name);
    }
}

#[test]
fn an_alias_counts_and_two_that_are_alike_do_not() {
    let docker = "service: docker-hub";
    let world = World::of(&[
        ("DOCKER_TOKEN", docker, "t"),
        ("DOCKER_LOGIN", "service: docker-hub, aliases: [DOCKER_USERNAME]", "ann"),
    ]);
    assert_eq!(world.check("DOCKER_TOKEN").entries[1].as_str(), "DOCKER_LOGIN");
    let world = World::of(&[("DOCKER_TOKEN", docker, "t"), ("A_USER_NAME", docker, "a"), ("B_USER_NAME", docker, "b")]);
    let found = world.checked("DOCKER_TOKEN").expect("a row").expect_err("two users");
    assert_eq!(verdict(&found), (ProbeVerdict::Unknown, ProbeReason::Incomplete));
    assert!(found.what.contains("A_USER_NAME") && found.what.contains("B_USER_NAME"), "{}", found.what);
}

#[test]
fn v12_what_is_missing_is_named_and_nothing_is_sent() {
    let world =
        World::of(&[("DOCKER_TOKEN", "service: docker-hub", "t"), ("DOCKER_USER_NAME", "service: docker-hub", "")]);
    let found = world.checked("DOCKER_TOKEN").expect("a row").expect_err("no user");
    assert_eq!(verdict(&found), (ProbeVerdict::Unknown, ProbeReason::Incomplete));
    assert!(found.what.contains("DOCKER_USER_NAME"), "{}", found.what);
    let world = World::of(&[("DOCKER_TOKEN", "service: docker-hub", "t")]);
    let found = world.checked("DOCKER_TOKEN").expect("a row").expect_err("no user");
    assert!(found.what.contains("_USER_NAME"), "{}", found.what);
}

/// The address of a cluster is the author's; the credential goes to exactly that host, and only encrypted.
#[test]
fn x3_the_host_of_ones_own_server_is_exactly_the_named_one() {
    let host = |url: &str| {
        let world = World::of(&[
            ("QDRANT_API_KEY", "service: qdrant", "k"),
            ("QDRANT_URL", "service: qdrant, kind: config", url),
        ]);
        match world.checked("QDRANT_API_KEY").expect("a row") {
            Ok(check) => asked(&check, &[]).url().to_owned(),
            Err(found) => format!("{} {}", found.reason, found.what),
        }
    };
    assert_eq!(host("https://c.example.com:6333/"), "https://c.example.com:6333/collections");
    assert_eq!(host("c.example.com"), "https://c.example.com/collections");
    for bad in
        ["http://c.example.com", "https://u:p@c.example.com", "https://c.example.com/?a=b", "ftp://c", "https://c/../x"]
    {
        let told = host(bad);
        assert!(told.starts_with("incomplete ") && told.contains("nothing was sent"), "{bad}: {told}");
        assert!(!told.contains("c.example.com"), "{told}");
    }
}

#[test]
fn x3_a_tenants_name_cannot_lead_elsewhere() {
    let sent = |account: &str| {
        let fields = "service: snowflake";
        let world = World::of(&[
            ("SNOWFLAKE_PASSWORD", fields, "p"),
            ("SNOWFLAKE_ACCOUNT", fields, account),
            ("SNOWFLAKE_USER", fields, "u"),
        ]);
        match world.check("SNOWFLAKE_PASSWORD").step(&[], super::NOW) {
            super::Step::Ask(super::Ask::Http(ask)) => ask.host().to_owned(),
            super::Step::Done(found) => found.reason.to_string(),
            super::Step::Ask(other) => panic!("{other:?}"),
        }
    };
    assert_eq!(sent("ZNB04675"), "znb04675.snowflakecomputing.com");
    assert_eq!(sent("xy12345.us-east-1.aws"), "xy12345.us-east-1.aws.snowflakecomputing.com");
    assert_eq!(sent("acme-my_account.snowflakecomputing.com"), "acme-my-account.snowflakecomputing.com");
    for bad in ["evil.example/", "evil.example#", "u@evil", "evil.example?x=", "a b", "a\\b", "a:1", "-a", "a..b"] {
        assert_eq!(sent(bad), "incomplete", "{bad}");
    }
    let world = World::of(&[
        ("SF_ACCESS_TOKEN", "service: salesforce", "t"),
        ("SF_INSTANCE_URL", "service: salesforce", "https://evil.example"),
    ]);
    assert_eq!(found(&world.check("SF_ACCESS_TOKEN"), &[]).reason, ProbeReason::Incomplete);
}

#[test]
fn one_answer_serves_equal_credentials_of_the_same_row_alone() {
    let world = World::of(&[
        ("A_API_KEY", "service: groq", "k"),
        ("B_API_KEY", "service: groq", "k"),
        ("C_API_KEY", "service: groq", "other"),
        ("D_API_KEY", "service: mistral", "k"),
    ]);
    let [a, b, c, d] = ["A_API_KEY", "B_API_KEY", "C_API_KEY", "D_API_KEY"].map(|name| world.check(name));
    assert!(a.same_as(&b) && !a.same_as(&c) && !a.same_as(&d));
}

#[test]
fn every_service_of_the_real_inventory_has_a_row() {
    let text = include_bytes!("../../../mappings/sophia.yaml");
    let mapping = load("sophia.yaml", text, &LoadOptions::default()).expect("valid").mapping;
    let services: BTreeSet<&str> = mapping
        .entries
        .iter()
        .filter(|entry| entry.kind == crate::model::Kind::Secret)
        .filter_map(|entry| entry.service.as_deref())
        .collect();
    let without: Vec<_> =
        services.iter().filter(|service| PROBES.iter().all(|probe| probe.service != **service)).collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(services.len() > 50, "{}", services.len());
}

#[test]
fn facts_are_told_cleaned_and_never_with_a_piece_of_the_credential() {
    let world = World::of(&[("GH_TOKEN", "service: github", "ghp_Qm81xZt4LwPq")]);
    let check = world.check("GH_TOKEN");
    let headers =
        [("x-oauth-scopes", "repo, read:org"), ("github-authentication-token-expiration", "2026-12-31 23:59:59 UTC")];
    let told = found(&check, &[super::answer(200, &headers, r#"{"login":"octo\u001b[2Jcat"}"#)]);
    assert_eq!(told.facts, [("account", "octo\u{fffd}[2Jcat".to_owned()), ("scopes", "repo, read:org".to_owned())]);
    assert_eq!(told.expires_at.map(|at| at.to_string()).as_deref(), Some("2026-12-31T23:59:59Z"));
    let echoed = found(&check, &[said(200, r#"{"login":"your token is ghp_Qm81xZt4..."}"#)]);
    assert!(echoed.facts.is_empty(), "{:?}", echoed.facts);
    let long = format!(r#"{{"login":"{}"}}"#, "a".repeat(500));
    assert_eq!(found(&check, &[said(200, &long)]).facts[0].1.chars().count(), 201);
}

#[test]
fn offline_rows_ask_nobody_and_reject_only_what_has_run_out() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let jwt = |exp: i64| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.s", part(r#"{"alg":"HS256"}"#), part(&format!(r#"{{"exp":{exp}}}"#)))
    };
    let told = |name: &str, value: &str| {
        let world = World::of(&[(name, "service: estuary-flow", value)]);
        let check = world.check(name);
        assert!(check.is_offline());
        found(&check, &[])
    };
    let now = super::NOW.0;
    let past = told("E_ACCESS_TOKEN", &jwt(now - 1));
    assert_eq!(verdict(&past), (ProbeVerdict::Rejected, ProbeReason::Expired));
    let good = told("E_ACCESS_TOKEN", &jwt(now + 60));
    assert_eq!(
        (verdict(&good), good.expires_at),
        ((ProbeVerdict::Unknown, ProbeReason::OfflineOnly), Some(super::Stamp(now + 60)))
    );
    for (name, value) in [
        ("E_ACCESS_TOKEN", "opaque"),
        ("E_REFRESH_TOKEN", "eyJpZCI6IjEiLCJzZWNyZXQiOiJzIn0="),
        ("E_REFRESH_TOKEN", "x"),
    ] {
        let found = told(name, value);
        assert_eq!(verdict(&found), (ProbeVerdict::Unknown, ProbeReason::OfflineOnly), "{name}");
        assert_eq!(found.evidence, crate::model::ProbeEvidence::Offline);
    }
}
