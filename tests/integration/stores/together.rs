//! All stores of a run, as a check uses them.

use std::collections::BTreeMap;

use esc_sync::{
    http::Client,
    model::{Cause, SecretName},
    store::{Requests, Stores},
};

use super::{
    acme, app_repository, options, production,
    stub::{Stub, ok},
    text_at,
};

fn stores(variables: &[(&str, &str)]) -> Stores {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let env = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let name = SecretName::parse("API_KEY").expect("legal");
    Stores::find(&Client::new(options()), &env, None, std::iter::once(&name))
}

fn is_send<T: Send>(future: T) -> T {
    future
}

#[tokio::test]
async fn a_check_of_one_environment_and_one_organization_is_three_requests() {
    let names: Vec<String> = (0..60).map(|n| format!(r#"{{"name":"S{n}"}}"#)).collect();
    let stub = Stub::start([
        ("POST /api/esc/environments/acme/default/production/open", vec![ok(r#"{"id":"s1"}"#)]),
        (
            "GET /api/esc/environments/acme/default/production/open/s1",
            vec![ok(r#"{"properties":{"a":{"value":"b"}}}"#)],
        ),
        (
            "GET /orgs/acme/actions/secrets",
            vec![ok(format!(r#"{{"total_count":60,"secrets":[{}]}}"#, names.join(",")))],
        ),
    ])
    .await;
    let base = stub.base();
    let mut stores = stores(&[
        ("PULUMI_BACKEND_URL", &base),
        ("PULUMI_ACCESS_TOKEN", "x"),
        ("GITHUB_API_URL", &base),
        ("GITHUB_TOKEN", "x"),
        ("ESC_SYNC_GITHUB_SECRETS", r#"{"API_KEY":"b"}"#),
    ]);
    let (environment, scope) = (production(), acme());
    let (opened, listed) = tokio::join!(is_send(stores.environment(&environment)), is_send(stores.secrets(&scope)));
    assert_eq!(text_at(&opened.expect("read"), "a"), "b");
    assert_eq!(listed.expect("listed").len(), 60);
    assert_eq!(stores.requests(), Requests { esc: 2, github: 1, lambda: 0 });
    assert_eq!(stub.log().len(), 3);
    let job = stores.take_job().expect("read").expect("given");
    assert!(!job.partial && job.values.contains_key("API_KEY"));
}

#[tokio::test]
async fn without_logins_every_read_says_what_to_set() {
    let stores = stores(&[]);
    let esc = stores.environment(&production()).await.expect_err("no login");
    let github = stores.secrets(&app_repository()).await.expect_err("no login");
    assert!(esc.cause == Cause::Login && esc.help.contains("PULUMI_ACCESS_TOKEN"), "{esc:?}");
    assert!(github.cause == Cause::Login && github.help.contains("GITHUB_TOKEN"), "{github:?}");
    assert_eq!(stores.requests(), Requests::default());
}
