//! Listings of GitHub: complete, at once, or unknown.

use std::{collections::HashMap, sync::Arc};

use esc_sync::model::{App, Cause, GithubScope, Listing, Meta, SecretName, Slot, Stamp, Visibility};
use tokio::sync::Barrier;

use super::{
    acme, app_repository, github,
    stub::{Fault, Reply, Stub, ok},
};

const LIST: &str = "GET /orgs/acme/actions/secrets";

/// A page of secrets named `S0001`….
fn page(total: usize, numbers: impl Iterator<Item = usize>) -> Reply {
    let items: Vec<String> = numbers
        .map(|n| format!(r#"{{"name":"S{n:04}","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z","visibility":"all"}}"#))
        .collect();
    ok(format!(r#"{{"total_count":{total},"secrets":[{}]}}"#, items.join(",")))
}

fn target(number: usize) -> String {
    format!("{LIST}?per_page=100&page={number}")
}

fn links(reply: Reply, next: usize, last: usize) -> Reply {
    let url = |number| format!("{{base}}/orgs/acme/actions/secrets?per_page=100&page={number}");
    reply.header("Link", format!("<{}>; rel=\"next\", <{}>; rel=\"last\"", url(next), url(last)))
}

/// `total` secrets in pages of 100, each list of replies for a page's successive requests.
fn world(total: usize, pages: usize, change: impl Fn(usize, Reply) -> Vec<Reply>) -> HashMap<String, Vec<Reply>> {
    let reply = |number: usize| page(total, (number - 1) * 100..(number * 100).min(total));
    let mut scripts = HashMap::from([(LIST.to_owned(), change(1, links(reply(1), 2, pages)))]);
    scripts.extend((2..=pages).map(|number| (target(number), change(number, reply(number)))));
    scripts
}

async fn listed(scripts: HashMap<String, Vec<Reply>>) -> (Listing<Meta>, usize) {
    let stub = Stub::listen(scripts, None).await;
    let listing = github(&stub).list_secrets(&acme()).await;
    let requests = stub.log().len();
    (listing, requests)
}

fn name(text: &str) -> SecretName {
    SecretName::parse(text).expect("legal")
}

#[tokio::test]
async fn sixty_secrets_are_one_request_with_the_headers_github_asks_for() {
    let stub = Stub::start([(LIST, vec![page(60, 0..60)])]).await;
    let listing = github(&stub).list_secrets(&acme()).await.expect("listed");
    assert_eq!(listing.len(), 60);
    let seen = &stub.log()[0];
    assert_eq!((stub.log().len(), seen.line.as_str()), (1, "GET /orgs/acme/actions/secrets?per_page=100"));
    assert_eq!(seen.header("authorization"), Some("Bearer ghp_test"));
    assert_eq!(seen.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(seen.header("x-github-api-version"), Some("2022-11-28"));
}

#[tokio::test]
async fn a_thousand_secrets_are_ten_requests_nine_of_them_at_once() {
    // Pages 2 to 10 are answered when all nine have been asked for, and not before.
    let barrier = Arc::new(Barrier::new(9));
    let (listing, requests) = listed(world(1_000, 10, |number, reply| {
        vec![if number == 1 { reply } else { reply.fault(Fault::Together(Arc::clone(&barrier))) }]
    }))
    .await;
    assert_eq!((listing.expect("listed").len(), requests), (1_000, 10));
}

#[tokio::test]
async fn without_a_last_page_the_next_is_followed() {
    let next = |number: usize| format!("<{{base}}/orgs/acme/actions/secrets?per_page=100&page={number}>; rel=next");
    let scripts = HashMap::from([
        (LIST.to_owned(), vec![page(250, 0..100).header("Link", next(2))]),
        (target(2), vec![page(250, 100..200).header("Link", next(3))]),
        (target(3), vec![page(250, 200..250)]),
    ]);
    let (listing, requests) = listed(scripts).await;
    assert_eq!((listing.expect("listed").len(), requests), (250, 3));
}

#[tokio::test]
async fn g11_g12_a_listing_that_does_not_add_up_is_read_again_once_and_then_unknown() {
    let worlds: [fn(usize, Reply) -> Reply; 5] = [
        // Page 2 is short.
        |number, reply| if number == 2 { page(250, 100..199) } else { reply },
        // Page 3 repeats what page 2 held.
        |number, reply| if number == 3 { page(250, 150..200) } else { reply },
        // Page 3 is empty.
        |number, reply| if number == 3 { page(250, 0..0) } else { reply },
        // The total changes while paging: something was added or deleted.
        |number, reply| if number == 3 { page(249, 200..249) } else { reply },
        // More comes than there is.
        |number, reply| if number == 3 { page(250, 200..260) } else { reply },
    ];
    for (at, wrong) in worlds.into_iter().enumerate() {
        let (listing, requests) =
            listed(world(250, 3, |number, reply| vec![wrong(number, reply.clone()), reply])).await;
        assert_eq!(listing.expect("the second time").len(), 250, "case {at}");
        assert_eq!(requests, 6, "case {at}");
        let (listing, requests) = listed(world(250, 3, |number, reply| vec![wrong(number, reply)])).await;
        let unread = listing.expect_err("never a smaller set");
        assert_eq!((unread.cause, requests), (Cause::BadAnswer, 6), "case {at}");
    }
}

#[tokio::test]
async fn g11_a_page_without_its_link_is_not_the_whole() {
    let stub = Stub::start([(LIST, vec![page(250, 0..100)])]).await;
    assert_eq!(github(&stub).list_secrets(&acme()).await.expect_err("short").cause, Cause::BadAnswer);
}

#[tokio::test]
async fn g11_a_missing_page_is_unknown() {
    let (listing, _) =
        listed(world(250, 3, |number, reply| vec![if number == 3 { super::stub::status(404, "{}") } else { reply }]))
            .await;
    assert!(listing.is_err());
}

#[tokio::test]
async fn e3_a_page_that_is_no_page_is_unknown() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"total_count":1}"#,
        r#"{"total_count":1,"secrets":[{"name":5}]}"#,
        r#"{"total_count":1,"secrets":["#,
    ] {
        let stub = Stub::start([(LIST, vec![ok(body)])]).await;
        assert_eq!(github(&stub).list_secrets(&acme()).await.expect_err(body).cause, Cause::BadAnswer, "{body}");
    }
}

#[tokio::test]
async fn names_are_checked_and_equal_ones_refused() {
    let two = r#"{"total_count":2,"secrets":[{"name":"abc"},{"name":"ABC"}]}"#;
    let bad = "{\"total_count\":1,\"secrets\":[{\"name\":\"A\\u001b[2J\"}]}";
    for body in [two, bad] {
        let stub = Stub::start([(LIST, vec![ok(body)])]).await;
        assert_eq!(github(&stub).list_secrets(&acme()).await.expect_err("refused").cause, Cause::BadAnswer);
    }
}

#[tokio::test]
async fn x13_links_lead_nowhere_else_and_end() {
    let thief = Stub::start([]).await;
    for other in [
        format!("{}/x", thief.base()),
        "https://127.0.0.1/x".to_owned(),
        format!("http://u@127.0.0.1:{}/", thief.port()),
    ] {
        let link = format!("<{other}?page=2>; rel=\"next\", <{other}?page=2>; rel=\"last\"");
        let stub = Stub::start([(LIST, vec![page(150, 0..100).header("Link", link)])]).await;
        let unread = github(&stub).list_secrets(&acme()).await.expect_err("refused");
        assert_eq!(unread.cause, Cause::BadAnswer);
        assert!(unread.what.contains("another host") && !unread.what.contains("127.0.0.1"), "{unread:?}");
    }
    assert!(thief.log().is_empty());
    let endless = links(page(5_000_000, 0..100), 2, 4_000_000_000);
    let (listing, requests) = listed(HashMap::from([(LIST.to_owned(), vec![endless])])).await;
    assert_eq!((listing.expect_err("endless").cause, requests), (Cause::BadAnswer, 2));
    let circle = |reply: Reply| reply.header("Link", "<{base}/orgs/acme/actions/secrets?page=7>; rel=\"next\"");
    let scripts = HashMap::from([(LIST.to_owned(), vec![circle(page(150, 0..100))])]);
    assert!(listed(scripts).await.0.is_err());
}

#[tokio::test]
async fn every_scope_is_asked_where_it_lives() {
    let repository = || "acme/app".parse().expect("legal");
    let scopes = [
        (
            GithubScope::Organization { app: App::Dependabot, organization: "acme".into() },
            "/orgs/acme/dependabot/secrets",
        ),
        (
            GithubScope::Organization { app: App::Codespaces, organization: "acme".into() },
            "/orgs/acme/codespaces/secrets",
        ),
        (app_repository(), "/repos/acme/app/actions/secrets"),
        (
            GithubScope::Repository { app: App::Dependabot, repository: repository() },
            "/repos/acme/app/dependabot/secrets",
        ),
        (
            GithubScope::Environment { repository: repository(), environment: "prod/eu west".into() },
            "/repos/acme/app/environments/prod%2Feu%20west/secrets",
        ),
    ];
    for (scope, path) in scopes {
        let stub = Stub::listen(HashMap::from([(format!("GET {path}"), vec![page(1, 0..1)])]), None).await;
        let listing = github(&stub).list_secrets(&scope).await.expect(path);
        assert!(listing.contains_key("S0000"));
    }
}

#[tokio::test]
async fn stamps_and_visibility_are_told_as_far_as_github_tells_them() {
    let body = r#"{"total_count":4,"secrets":[
        {"name":"A","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:06Z","visibility":"private","new":{"n":1.5}},
        {"name":"B","updated_at":"yesterday","visibility":"selected","selected_repositories_url":"https://x"},
        {"name":"c_lower","visibility":"all"},{"name":"D","created_at":null,"visibility":"galaxy"}]}"#;
    let stub = Stub::start([(LIST, vec![ok(body)])]).await;
    let listing = github(&stub).list_secrets(&acme()).await.expect("listed");
    let at = |text: &str| &listing[&name(text)];
    assert_eq!(at("A").created_at, Some(Stamp(1_767_323_045)));
    assert_eq!((at("A").visibility.clone(), at("B").updated_at), (Some(Visibility::Private), None));
    assert_eq!(at("B").visibility, Some(Visibility::Selected(None)));
    assert_eq!((at("C_LOWER").visibility.clone(), at("D").visibility.clone()), (Some(Visibility::All), None));
}

#[tokio::test]
async fn variables_come_with_their_values_thirty_a_page() {
    let variables = |from: usize, to: usize| {
        let items: Vec<String> = (from..to).map(|n| format!(r#"{{"name":"V{n}","value":"v\n{n}"}}"#)).collect();
        ok(format!(r#"{{"total_count":40,"variables":[{}]}}"#, items.join(",")))
    };
    let link = "<{base}/orgs/acme/actions/variables?per_page=30&page=2>; rel=\"next\", <{base}/orgs/acme/actions/variables?per_page=30&page=2>; rel=\"last\"";
    let stub = Stub::start([
        ("GET /orgs/acme/actions/variables?per_page=30", vec![variables(0, 30).header("Link", link)]),
        ("GET /orgs/acme/actions/variables?per_page=30&page=2", vec![variables(30, 40)]),
    ])
    .await;
    let store = github(&stub);
    let listing = store.list_variables(&acme()).await.expect("listed");
    assert_eq!(listing[&name("V39")].value.expose_text(), Some("v\n39"));
    assert_eq!((listing.len(), stub.log().len()), (40, 2));
    let dependabot = GithubScope::Organization { app: App::Dependabot, organization: "acme".into() };
    assert_eq!(store.list_variables(&dependabot).await.expect_err("none").cause, Cause::NotFound);
    assert_eq!(stub.log().len(), 2);
}

#[tokio::test]
async fn who_sees_what_is_told_for_repositories_and_for_secrets() {
    let stub = Stub::start([
        ("GET /repos/acme/app/actions/organization-secrets", vec![page(2, 0..2)]),
        (
            "GET /orgs/acme/dependabot/secrets/API_KEY/repositories",
            vec![ok(
                r#"{"total_count":2,"repositories":[{"id":2,"full_name":"acme/Web"},{"id":1,"full_name":"acme/app"}]}"#,
            )],
        ),
        ("GET /orgs/acme/actions/secrets/public-key", vec![ok("{}")]),
        ("GET /repos/acme/app/actions/secrets/public-key", vec![super::stub::status(404, "{}")]),
        ("GET /user", vec![ok(r#"{"login":"dev"}"#)]),
        (
            "GET /rate_limit",
            vec![ok(r#"{"resources":{"core":{"limit":5000,"remaining":4999,"reset":1767323045,"used":1}}}"#)],
        ),
    ])
    .await;
    let store = github(&stub);
    let seen = store.list_seen_organization_secrets(&"acme/app".parse().expect("legal")).await.expect("listed");
    assert_eq!(seen.keys().map(SecretName::as_str).collect::<Vec<_>>(), ["S0000", "S0001"]);
    let selected =
        store.selected_repositories("acme", App::Dependabot, Slot::Secret, &name("API_KEY")).await.expect("listed");
    assert_eq!(selected.iter().map(ToString::to_string).collect::<Vec<_>>(), ["acme/app", "acme/web"]);
    assert!(store.public_key_exists(&acme()).await.expect("answered"));
    assert!(!store.public_key_exists(&app_repository()).await.expect("answered"));
    assert_eq!(&*store.whoami().await.expect("answered"), "dev");
    assert_eq!(store.rate_limit().await.expect("answered").remaining, 4999);
}

#[tokio::test]
async fn g24_an_enterprise_prefix_is_kept() {
    let stub = Stub::start([("GET /api/v3/orgs/acme/actions/secrets", vec![page(1, 0..1)])]).await;
    let login = esc_sync::store::github::GithubLogin::token(&"x".into(), "the token in GITHUB_TOKEN").expect("legal");
    let base = esc_sync::http::BaseUrl::parse(&format!("{}/api/v3/", stub.base())).expect("loopback");
    let store = esc_sync::store::GithubStore::new(&esc_sync::http::Client::new(super::options()), base, login);
    assert!(store.list_secrets(&acme()).await.is_ok());
}

#[tokio::test]
async fn x13_a_list_without_an_end_is_given_up() {
    let again = page(1_000_000_000, 1..2).header("Link", format!("<{{base}}{}?page=2>; rel=\"next\"", &LIST[4..]));
    let (listing, requests) = listed(HashMap::from([(LIST.to_owned(), vec![again])])).await;
    let unread = listing.expect_err("no listing");
    assert_eq!(unread.cause, Cause::BadAnswer);
    assert_eq!(requests, 2 * 1_000, "a thousand pages, listed again once");
}
