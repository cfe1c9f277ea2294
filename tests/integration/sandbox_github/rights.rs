//! Logins, rights, versions and limits, as GitHub's front door has them.

use serde_json::json;

use esc_sync::sandbox::{
    Running,
    github::{SecondaryRule, TokenKind, TokenRule},
};

use super::support::{ORG_SECRETS, Reply, get, put, start, try_ask};

async fn with(running: &Running, method: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
    try_ask(running, method, target, headers, None).await.expect("a whole answer")
}

async fn as_token(running: &Running, token: &str, method: &str, target: &str) -> Reply {
    with(running, method, target, &[("authorization", &format!("Bearer {token}")), ("user-agent", "t")]).await
}

fn rule(kind: TokenKind) -> TokenRule {
    TokenRule { kind, ..TokenRule::default() }
}

#[tokio::test]
async fn the_front_door_refuses_in_github_s_words() {
    let running = start().await;
    let agent = ("user-agent", "t");
    let login = ("authorization", "token t");
    assert_eq!(with(&running, "GET", "/user", &[login]).await.status, 403);
    let version = with(&running, "GET", "/user", &[agent, login, ("x-github-api-version", "2020-01-01")]).await;
    assert_eq!(version.status, 400);
    for version in ["2022-11-28", "2026-03-10"] {
        let answer = with(&running, "GET", "/user", &[agent, login, ("x-github-api-version", version)]).await;
        assert_eq!((answer.status, answer.header("x-github-api-version-selected")), (200, Some(version)));
    }
    assert_eq!(with(&running, "GET", "/user", &[agent]).await.message(), "Requires authentication");
    for bad in ["token ", "token", "Basic dDp0", "Digest x"] {
        let answer = with(&running, "GET", "/user", &[agent, ("authorization", bad)]).await;
        assert_eq!((answer.status, answer.message().as_str()), (401, "Bad credentials"), "{bad:?}");
    }
    for good in ["token t", "TOKEN t", "Bearer t", "bearer t"] {
        assert_eq!(with(&running, "GET", "/user", &[agent, ("authorization", good)]).await.status, 200, "{good}");
    }
    assert_eq!(with(&running, "GET", "/user/", &[agent, login]).await.status, 404);
    let trailing = get(&running, &format!("{ORG_SECRETS}/")).await;
    assert_eq!((trailing.status, trailing.json()["status"].as_str()), (404, Some("404")));
}

#[tokio::test]
async fn g5_unknown_and_ended_tokens_are_refused_once_there_are_known_ones() {
    let running = start().await;
    running.freeze(true);
    let now = running.now();
    running.world(|world| {
        let rule = TokenRule { scopes: vec!["repo".into()], expires_at: Some(now + 10), ..TokenRule::default() };
        world.github.put_token("known", rule);
    });
    assert_eq!(as_token(&running, "other", "GET", "/user").await.status, 401);
    let known = as_token(&running, "known", "GET", "/user").await;
    assert_eq!((known.status, known.header("x-oauth-scopes")), (200, Some("repo")));
    running.advance(10);
    assert_eq!(as_token(&running, "known", "GET", "/user").await.status, 401);
}

#[tokio::test]
async fn g4_a_missing_right_is_named_or_hidden_by_kind() {
    let running = start().await;
    let permissions = [("secrets".to_owned(), "read".to_owned())].into_iter().collect();
    running.world(|world| {
        let github = &mut world.github;
        let classic = TokenRule { scopes: vec!["repo".into(), "read:org".into()], ..rule(TokenKind::Classic) };
        github.put_token("classic", classic);
        github.put_token("fine", TokenRule { permissions, ..rule(TokenKind::FineGrained) });
        github.put_token("app", rule(TokenKind::Installation));
    });
    let repository = "/repos/acme/app/actions/secrets";
    let hidden = as_token(&running, "classic", "GET", ORG_SECRETS).await;
    assert_eq!((hidden.status, hidden.header("x-accepted-oauth-scopes")), (404, Some("admin:org")));
    assert_eq!(as_token(&running, "classic", "GET", repository).await.status, 200);
    assert_eq!(as_token(&running, "fine", "GET", repository).await.status, 200);
    let cases = [
        ("fine", "DELETE", "/repos/acme/app/actions/secrets/A", "personal access token", "secrets=write"),
        ("fine", "GET", ORG_SECRETS, "personal access token", "organization_secrets=read"),
        ("app", "GET", "/orgs/acme/dependabot/secrets", "integration", "organization_dependabot_secrets=read"),
        ("app", "GET", "/repos/acme/app/actions/variables", "integration", "actions_variables=read"),
        ("app", "PUT", "/repos/acme/app/environments/x", "integration", "administration=write"),
    ];
    for (token, method, path, who, wanted) in cases {
        let answer = as_token(&running, token, method, path).await;
        assert_eq!((answer.status, answer.message()), (403, format!("Resource not accessible by {who}")), "{path}");
        assert_eq!(answer.header("x-accepted-github-permissions"), Some(wanted));
    }
}

#[tokio::test]
async fn tokens_may_be_bound_to_repositories_and_stopped_by_single_sign_on() {
    let running = start().await;
    running.world(|world| {
        let scopes = vec!["repo".to_owned(), "admin:org".to_owned()];
        let bound =
            TokenRule { scopes: scopes.clone(), repositories: Some(vec!["ACME/app".into()]), ..TokenRule::default() };
        world.github.put_token("bound", bound);
        let sso_url = Some("https://github.com/orgs/acme/sso?authorization_request=1".to_owned());
        world.github.put_token("sso", TokenRule { scopes, sso_url, ..TokenRule::default() });
    });
    assert_eq!(as_token(&running, "bound", "GET", "/repos/acme/app/actions/secrets").await.status, 200);
    assert_eq!(as_token(&running, "bound", "GET", "/repos/acme/site/actions/secrets").await.status, 404);
    let sso = as_token(&running, "sso", "GET", ORG_SECRETS).await;
    let expected = "required; url=https://github.com/orgs/acme/sso?authorization_request=1";
    assert_eq!((sso.status, sso.header("x-github-sso")), (403, Some(expected)));
    assert_eq!(as_token(&running, "sso", "GET", "/user").await.status, 200);
}

#[tokio::test]
async fn g1_a_secondary_limit_stops_writes_and_counts_the_impatient() {
    let running = start().await;
    running.freeze(true);
    let rule = SecondaryRule { writes: 1, seconds: 30, status: 429, retry_after: true, once: false };
    running.world(|world| world.github.limits().set_secondary(Some(rule)));
    assert_eq!(put(&running, ORG_SECRETS, "A", b"1").await.status, 201);
    let body = json!({ "name": "V", "value": "x", "visibility": "all" });
    let headers = [("authorization", "token t"), ("user-agent", "t")];
    let post = || try_ask(&running, "POST", "/orgs/acme/actions/variables", &headers, Some(body.clone()));
    let limited = post().await.expect("answered");
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("30")));
    running.advance(29);
    assert_eq!(get(&running, ORG_SECRETS).await.header("retry-after"), Some("1"));
    assert_eq!(running.world(|world| world.github.limits().premature()), 1);
    running.advance(1);
    assert_eq!(post().await.expect("answered").status, 201);
}

#[tokio::test]
async fn g2_the_hour_s_limit_is_told_on_every_answer() {
    let running = start().await;
    running.freeze(true);
    let now = running.now();
    running.world(|world| world.github.limits().set_primary(60, 2, now + 100));
    let headers = |reply: &Reply| {
        ["limit", "remaining", "used", "reset"]
            .map(|name| reply.header(&format!("x-ratelimit-{name}")).unwrap_or_default().to_owned())
    };
    let first = get(&running, "/user").await;
    assert_eq!(headers(&first), ["60", "1", "59", &(now + 100).to_string()].map(str::to_owned));
    assert_eq!(get(&running, "/rate_limit").await.json()["rate"]["remaining"], 1);
    assert_eq!(get(&running, "/nowhere").await.status, 404);
    let limited = get(&running, "/user").await;
    assert_eq!((limited.status, limited.header("x-ratelimit-remaining")), (403, Some("0")));
    assert!(limited.message().starts_with("API rate limit exceeded"));
    assert_eq!(get(&running, "/rate_limit").await.status, 200);
    running.advance(100);
    assert_eq!(get(&running, "/user").await.status, 200);
}
