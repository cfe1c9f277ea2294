//! What GitHub and the way to it can do to a read.

use std::time::{Duration, SystemTime};

use esc_sync::{
    http::Options,
    model::{App, Cause, GithubScope, Unread},
};

use super::{
    acme, app_repository, github, github_with, hasty, options,
    stub::{Fault, Reply, Stub, ok, status},
};

const LIST: &str = "GET /orgs/acme/actions/secrets";
const REPOSITORY_LIST: &str = "GET /repos/acme/app/actions/secrets";

fn empty() -> Reply {
    ok(r#"{"total_count":0,"secrets":[]}"#)
}

async fn failure(reply: Reply) -> (Unread, usize) {
    let stub = Stub::start([(LIST, vec![reply])]).await;
    let unread = github(&stub).list_secrets(&acme()).await.expect_err("a failed read");
    ((*unread).clone(), stub.log().len())
}

#[tokio::test]
async fn g1_no_request_is_sent_before_the_pause_ends() {
    let later = SystemTime::now() + Duration::from_secs(3);
    let asked = [
        status(429, "{}").header("Retry-After", 1),
        status(403, "{}").header("Retry-After", 1),
        status(429, "{}").header("Retry-After", 0),
        status(403, "{}").header("Retry-After", httpdate::fmt_http_date(later)),
    ];
    for reply in asked {
        let stub = Stub::start([(LIST, vec![reply, empty()])]).await;
        assert!(github(&stub).list_secrets(&acme()).await.is_ok());
        let log = stub.log();
        assert!(log.len() == 2 && log[1].at - log[0].at >= Duration::from_secs(1));
    }
}

#[tokio::test]
async fn g1_all_workers_keep_the_pause() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let last = empty().header("x-ratelimit-remaining", 0).header("x-ratelimit-reset", now + 2);
    let stub = Stub::start([(LIST, vec![last, empty()]), (REPOSITORY_LIST, vec![empty()])]).await;
    let (store, organization, repository) = (github(&stub), acme(), app_repository());
    assert!(store.list_secrets(&organization).await.is_ok());
    let all = (0..20).map(|at| store.list_secrets(if at % 2 == 0 { &organization } else { &repository }));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    let log = stub.log();
    assert_eq!(log.len(), 21);
    assert!(log[1..].iter().all(|seen| seen.at - log[0].at >= Duration::from_millis(900)));
}

#[tokio::test]
async fn g2_a_spent_limit_is_waited_for_only_within_the_budget() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let spent = |reset: u64| status(403, "{}").header("x-ratelimit-remaining", 0).header("x-ratelimit-reset", reset);
    let stub = Stub::start([(LIST, vec![spent(now + 2), empty()])]).await;
    assert!(github(&stub).list_secrets(&acme()).await.is_ok());
    let stub = Stub::start([(LIST, vec![spent(now + 3600)]), (REPOSITORY_LIST, vec![empty()])]).await;
    let store = github(&stub);
    let unread = store.list_secrets(&acme()).await.expect_err("too long");
    assert!(unread.cause == Cause::RateLimit && unread.help.contains("run again after 20"), "{unread:?}");
    assert_eq!(store.list_secrets(&app_repository()).await.expect_err("too long").cause, Cause::RateLimit);
    assert_eq!(stub.log().len(), 1, "nobody asks in between");
}

#[tokio::test]
async fn g2_the_last_request_before_the_limit_is_believed() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let last = empty().header("x-ratelimit-remaining", 0).header("x-ratelimit-reset", now + 3600);
    let stub = Stub::start([(LIST, vec![last])]).await;
    let store = github(&stub);
    assert!(store.list_secrets(&acme()).await.is_ok());
    assert_eq!(store.list_secrets(&acme()).await.expect_err("spent").cause, Cause::RateLimit);
    assert_eq!(stub.log().len(), 1);
}

#[tokio::test]
async fn g3_a_secondary_limit_without_header_is_waited_for_ever_longer_and_given_up() {
    let texts = [
        r#"{"message":"You have exceeded a secondary rate limit. Please wait."}"#,
        r#"{"message":"x","documentation_url":"https://docs.github.com/rest/overview/rate-limits#secondary-rate-limits"}"#,
    ];
    let quick = Options { unstated_pause: Duration::from_millis(100), ..options() };
    for text in texts {
        let limited = || status(403, text);
        let stub = Stub::start([(LIST, vec![limited(), limited(), empty()])]).await;
        assert!(github_with(&stub, quick.clone()).list_secrets(&acme()).await.is_ok());
        let log = stub.log();
        assert!(log[1].at - log[0].at >= Duration::from_millis(100));
        assert!(log[2].at - log[1].at >= Duration::from_millis(200));
        let stub = Stub::start([(LIST, vec![limited()])]).await;
        let impatient = Options { wait_budget: Duration::from_millis(350), ..quick.clone() };
        let unread = github_with(&stub, impatient).list_secrets(&acme()).await.expect_err("given up");
        assert_eq!((unread.cause, stub.log().len()), (Cause::RateLimit, 3));
    }
}

#[tokio::test]
async fn g4_a_missing_right_is_named_and_not_asked_for_again() {
    let text = r#"{"message":"Resource not accessible by personal access token"}"#;
    let header = "organization_secrets=read,members=read; organization_administration=write";
    let (unread, requests) = failure(status(403, text).header("X-Accepted-GitHub-Permissions", header)).await;
    assert_eq!((unread.cause, requests), (Cause::Rights, 1));
    assert!(unread.help.contains("organization_secrets=read and members=read, or organization_administration=write"));
    assert!(unread.help.contains("admin:org") && unread.what.contains("the token in GITHUB_TOKEN"), "{unread:?}");
    let hostile = "organization_secrets=read\u{1b}[2J; <script>=read";
    let (unread, _) = failure(status(403, text).header("X-Accepted-GitHub-Permissions", hostile)).await;
    assert!(!unread.help.contains("script") && !unread.help.contains('\u{1b}'), "{unread:?}");
    let sso = "required; url=https://github.com/orgs/acme/sso?authorization_request=CANARY";
    let (unread, _) = failure(status(403, text).header("X-GitHub-SSO", sso)).await;
    assert!(unread.cause == Cause::Rights && unread.help.contains("Configure SSO"), "{unread:?}");
    assert!(!format!("{unread:?}").contains("CANARY"));
}

#[tokio::test]
async fn g5_a_plain_token_that_is_refused_is_not_tried_again() {
    let (unread, requests) = failure(status(401, r#"{"message":"Bad credentials"}"#)).await;
    assert_eq!((unread.cause, requests), (Cause::Login, 1));
    assert!(unread.what.contains("GITHUB_TOKEN") && !format!("{unread:?}").contains("ghp_test"), "{unread:?}");
}

#[tokio::test]
async fn g8_not_found_is_unknown_and_never_a_missing_secret() {
    let gone = || status(404, r#"{"message":"Not Found"}"#);
    let stub = Stub::start([(REPOSITORY_LIST, vec![gone()]), ("GET /repos/acme/app", vec![gone()])]).await;
    let unread = github(&stub).list_secrets(&app_repository()).await.expect_err("unknown");
    assert!(unread.cause == Cause::NotFound && unread.what.contains("is not there, or"), "{unread:?}");
    let stub = Stub::start([(REPOSITORY_LIST, vec![gone()]), ("GET /repos/acme/app", vec![ok("{}")])]).await;
    let unread = github(&stub).list_secrets(&app_repository()).await.expect_err("unknown");
    assert!(unread.cause == Cause::Rights && unread.what.contains("sees the repository acme/app"), "{unread:?}");
    let stub = Stub::start([(LIST, vec![gone()]), ("GET /orgs/acme", vec![status(500, "")])]).await;
    let unread = github(&stub).list_secrets(&acme()).await.expect_err("unknown");
    assert_eq!(unread.cause, Cause::NotFound);
}

#[tokio::test]
async fn g9_a_renamed_repository_is_followed_on_the_same_host() {
    let moved = |code: u16| status(code, "{}").header("Location", "{base}/repositories/7/actions/secrets?per_page=100");
    let target = "GET /repositories/7/actions/secrets?per_page=100";
    for (code, known) in [(301, vec!["acme/app"]), (308, vec!["acme/app"]), (302, vec![]), (307, vec![])] {
        let stub = Stub::start([(REPOSITORY_LIST, vec![moved(code)]), (target, vec![empty()])]).await;
        let store = github(&stub);
        assert!(store.list_secrets(&app_repository()).await.is_ok(), "{code}");
        let names: Vec<String> = store.moved_repositories().iter().map(ToString::to_string).collect();
        assert_eq!(names, known, "{code}");
    }
    let stub = Stub::start([(REPOSITORY_LIST, vec![moved(301)]), (target, vec![moved(301)])]).await;
    assert_eq!(github(&stub).list_secrets(&app_repository()).await.expect_err("a circle").cause, Cause::BadAnswer);
    assert_eq!(stub.log().len(), 2);
}

#[tokio::test]
async fn e18_credentials_stay_with_their_origin() {
    let thief = Stub::start([]).await;
    for target in
        [thief.base(), format!("http://localhost:{}/", thief.port()), format!("//127.0.0.1:{}/", thief.port())]
    {
        let (unread, requests) = failure(status(301, "").header("Location", target)).await;
        assert_eq!((unread.cause, requests), (Cause::BadAnswer, 1));
    }
    assert!(thief.log().is_empty());
}

#[tokio::test]
async fn e1_failing_pages_are_asked_again() {
    let stub = Stub::start([(LIST, vec![status(502, "<html>"), status(503, ""), empty()])]).await;
    assert!(github(&stub).list_secrets(&acme()).await.is_ok());
    let (unread, requests) = failure(status(500, r#"{"message":"Server Error"}"#)).await;
    assert_eq!((unread.cause, requests), (Cause::Server, 4));
}

#[tokio::test]
async fn e2_a_silent_store_is_waited_for_once_however_much_is_asked() {
    let stub = Stub::listen((0..200).map(silent).collect(), None).await;
    let store = github_with(&stub, hasty());
    let scopes: Vec<_> = (0..200).map(repository).collect();
    let listings = futures_util::future::join_all(scopes.iter().map(|scope| store.list_secrets(scope))).await;
    assert!(listings.iter().all(|listing| listing.as_ref().is_err_and(|unread| unread.cause == Cause::Timeout)));
    assert_eq!(stub.log().len(), 64, "those that waited for a place did not wait a second time");
}

fn silent(number: usize) -> (String, Vec<Reply>) {
    (format!("GET /repos/acme/r{number}/actions/secrets"), vec![ok("").fault(Fault::Hang)])
}

fn repository(number: usize) -> GithubScope {
    GithubScope::Repository { app: App::Actions, repository: format!("acme/r{number}").parse().expect("legal") }
}
