//! What Pulumi ESC and the way to it can do to a read.

use std::{io::Write as _, time::Duration};

use esc_sync::{
    http::Options,
    model::{Cause, EscSnapshot, Unread},
    store::EscStore,
};

use super::{
    esc, esc_with, hasty, options, production,
    stub::{Fault, Reply, Stub, ok, status},
    text_at,
};

const OPEN: &str = "POST /api/esc/environments/acme/default/production/open";
const READ: &str = "GET /api/esc/environments/acme/default/production/open/s1";
const METADATA: &str = "GET /api/esc/environments/acme/default/production/metadata";

fn opened() -> Reply {
    ok(r#"{"id":"s1"}"#)
}

fn values() -> Reply {
    ok(r#"{"properties":{"a":{"value":{"b":{"value":"hunter2","secret":true}}}},"schema":{}}"#)
}

async fn stub(open: Vec<Reply>, read: Vec<Reply>) -> Stub {
    Stub::start([(OPEN, open), (READ, read)]).await
}

/// Reads; a reading that does not end fails the test.
async fn read(store: &EscStore) -> Result<EscSnapshot, Unread> {
    tokio::time::timeout(Duration::from_secs(60), store.read_environment(&production())).await.expect("it ends")
}

async fn failure(store: &EscStore) -> Unread {
    read(store).await.expect_err("a failed read")
}

#[tokio::test]
async fn an_environment_is_two_requests_with_the_headers_of_the_protocol() {
    let stub = stub(vec![opened()], vec![values()]).await;
    let store = esc(&stub);
    let snapshot = read(&store).await.expect("read");
    assert_eq!(text_at(&snapshot, "a.b"), "hunter2");
    assert_eq!(store.requests(), 2);
    for seen in stub.log() {
        assert_eq!(seen.header("authorization"), Some("token pul-test"));
        assert_eq!(seen.header("accept"), Some("application/vnd.pulumi+8"));
        assert!(seen.header("user-agent").is_some_and(|agent| agent.starts_with("esc-sync/")));
    }
    assert_eq!(stub.log()[0].header("content-length"), Some("0"));
}

#[tokio::test]
async fn e1_failing_servers_are_asked_again_and_then_given_up() {
    for code in [500, 502, 503, 504] {
        let stub = stub(vec![status(code, ""), opened()], vec![status(code, "x"), status(code, "x"), values()]).await;
        assert!(read(&esc(&stub)).await.is_ok(), "{code}");
        let stub = self::stub(vec![opened()], vec![status(code, "{}")]).await;
        let store = esc(&stub);
        assert_eq!(failure(&store).await.cause, Cause::Server, "{code}");
        assert_eq!((stub.log().len(), store.requests()), (5, 5), "{code}");
    }
}

#[tokio::test]
async fn e1_the_service_may_forbid_asking_again() {
    let stub = stub(vec![status(500, "").header("X-Pulumi-Should-Retry", "false")], vec![]).await;
    assert_eq!(failure(&esc(&stub)).await.cause, Cause::Server);
    assert_eq!(stub.log().len(), 1);
}

#[tokio::test]
async fn e1_a_503_that_names_a_time_is_waited_for() {
    let stub = stub(vec![status(503, "").header("Retry-After", 1), opened()], vec![values()]).await;
    assert!(read(&esc(&stub)).await.is_ok());
    let log = stub.log();
    assert!(log[1].at - log[0].at >= Duration::from_secs(1));
    let stub = self::stub(vec![status(503, "").header("Retry-After", 3600)], vec![]).await;
    assert_eq!(failure(&esc(&stub)).await.cause, Cause::Server);
    assert_eq!(stub.log().len(), 1);
}

#[tokio::test]
async fn e2_no_answer_and_a_dripping_one_end_at_the_deadline() {
    for fault in [Fault::Hang, Fault::Drip, Fault::EndlessInterim] {
        let stub = stub(vec![opened()], vec![values().fault(fault)]).await;
        let unread = failure(&esc_with(&stub, hasty())).await;
        assert_eq!(unread.cause, Cause::Timeout);
        assert!(unread.what.contains("within 0.3 s"), "{unread}");
    }
}

#[tokio::test]
async fn e2_attempts_share_one_deadline() {
    let slow = || status(500, "x".repeat(3)).fault(Fault::Drip);
    let stub = stub(vec![slow()], vec![]).await;
    let options = Options { timeout: Duration::from_millis(400), attempts: 1000, ..options() };
    assert_eq!(failure(&esc_with(&stub, options)).await.cause, Cause::Timeout);
    assert!(stub.log().len() < 10, "{} attempts", stub.log().len());
}

#[tokio::test]
async fn e3_a_damaged_answer_is_a_failed_read() {
    let whole = values();
    let half = r#"{"properties":{"a":{"value":{"b":{"value":"hunter2"}}}"#;
    let damaged = [
        ok(half),
        ok(""),
        ok("null"),
        ok("{}"),
        ok("<html>maintenance</html>"),
        status(204, ""),
        ok(r#"{"properties":{}}"#).fault(Fault::Length(1000)),
        whole.clone().fault(Fault::Reset(30)),
        whole.clone().fault(Fault::Close),
        whole.header("content-encoding", "gzip"),
    ];
    for (at, reply) in damaged.into_iter().enumerate() {
        let stub = stub(vec![opened()], vec![reply]).await;
        let unread = failure(&esc(&stub)).await;
        assert_eq!(unread.cause, Cause::BadAnswer, "case {at}: {unread:?}");
        assert!(!format!("{unread:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn e3_a_cut_connection_is_tried_again() {
    let stub =
        stub(vec![opened()], vec![values().fault(Fault::Reset(30)), values().fault(Fault::Close), values()]).await;
    assert!(read(&esc(&stub)).await.is_ok());
}

#[tokio::test]
async fn e4_too_large_is_refused_before_and_after_decompression() {
    let small = Options { body_limit: 100_000, ..options() };
    let plain = stub(vec![opened()], vec![ok("").fault(Fault::Length(2_000_000_000))]).await;
    assert!(failure(&esc_with(&plain, small.clone())).await.what.contains("larger than"));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 10_000_000]).expect("in memory");
    let bomb = encoder.finish().expect("in memory");
    assert!(bomb.len() < 100_000);
    let stub = stub(vec![opened()], vec![ok(bomb).header("content-encoding", "gzip")]).await;
    let unread = failure(&esc_with(&stub, small)).await;
    assert!(unread.cause == Cause::BadAnswer && unread.what.contains("larger than"), "{unread:?}");
    assert_eq!(stub.log().len(), 2, "not repeated");
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(br#"{"properties":{"a":{"value":"zipped"}}}"#).expect("in memory");
    let body = encoder.finish().expect("in memory");
    let stub = stub(vec![opened()], vec![ok(body).header("content-encoding", "gzip")]).await;
    assert_eq!(text_at(&read(&esc(&stub)).await.expect("read"), "a"), "zipped");
    assert!(stub.log()[0].header("accept-encoding").is_some_and(|given| given.contains("gzip")));
}

#[tokio::test]
async fn e5_a_refused_token_is_named_and_not_tried_again() {
    let stub = stub(vec![status(401, r#"{"code":401,"message":"Unauthorized: pul-test"}"#)], vec![]).await;
    let unread = failure(&esc(&stub)).await;
    assert_eq!(unread.cause, Cause::Login);
    assert!(unread.what.contains("the token in PULUMI_ACCESS_TOKEN") && !unread.what.contains("pul-test"));
    assert_eq!(stub.log().len(), 1);
}

#[tokio::test]
async fn e6_a_refused_environment_leaves_the_others_alone() {
    let stub = Stub::start([
        (OPEN, vec![opened()]),
        (READ, vec![values()]),
        ("POST /api/esc/environments/acme/default/locked/open", vec![status(403, r#"{"code":403,"message":"no"}"#)]),
        ("GET /api/esc/environments/acme/default/locked/metadata", vec![ok(r#"{"openRequestNeeded":true}"#)]),
    ])
    .await;
    let store = esc(&stub);
    let locked = "acme/default/locked".parse().expect("legal");
    let (good, bad) = tokio::join!(read(&store), store.read_environment(&locked));
    assert!(good.is_ok());
    let bad = bad.expect_err("refused");
    assert!(bad.cause == Cause::Rights && bad.what.contains("approved open request"), "{bad:?}");
}

#[tokio::test]
async fn e6_a_right_lost_between_open_and_read() {
    let stub =
        Stub::start([(OPEN, vec![opened()]), (READ, vec![status(403, "")]), (METADATA, vec![status(403, "")])]).await;
    let unread = failure(&esc(&stub)).await;
    assert!(unread.cause == Cause::Rights && unread.help.contains("acme/default/production"), "{unread:?}");
}

#[tokio::test]
async fn e7_an_expired_session_is_opened_again_once() {
    let gone = || status(404, r#"{"code":404,"message":"Not Found"}"#);
    let stub = stub(vec![opened()], vec![gone(), values()]).await;
    assert!(read(&esc(&stub)).await.is_ok());
    let stub = self::stub(vec![opened()], vec![gone()]).await;
    assert_eq!(failure(&esc(&stub)).await.cause, Cause::Server);
    assert_eq!(stub.log().len(), 4);
    let stub = self::stub(vec![gone()], vec![]).await;
    let unread = failure(&esc(&stub)).await;
    assert_eq!((unread.cause, stub.log().len()), (Cause::NotFound, 1));
}

#[tokio::test]
async fn e10_a_definition_that_cannot_be_evaluated_gives_no_values() {
    let diagnostics = r#""diagnostics":[{"severity":"error","summary":"unknown property \"hunter2\"","path":"values.a",
        "range":{"environment":"default/production","begin":{"line":2,"column":8,"byte":15},"end":{"line":2,"column":12,"byte":19}}}]"#;
    let cases = [
        (vec![status(400, format!(r#"{{"code":400,"message":"Bad Request",{diagnostics}}}"#))], vec![]),
        (vec![status(400, format!("{{{diagnostics}}}"))], vec![]),
        (vec![ok(format!(r#"{{"id":"s1",{diagnostics}}}"#))], vec![values()]),
        (vec![opened()], vec![ok(format!(r#"{{"properties":{{}},{diagnostics}}}"#))]),
    ];
    for (open, read) in cases {
        let stub = stub(open, read).await;
        let unread = failure(&esc(&stub)).await;
        assert_eq!(unread.cause, Cause::Definition);
        assert!(unread.what.contains("values.a, line 2 column 8 of default/production"), "{unread}");
        assert!(!unread.what.contains("hunter2"));
    }
    let warning = r#"{"id":"s1","diagnostics":[{"severity":"warning","summary":"unknown key"}]}"#;
    let stub = stub(vec![ok(warning)], vec![values()]).await;
    assert!(read(&esc(&stub)).await.is_ok());
}

#[tokio::test]
async fn e18_a_redirect_is_not_followed() {
    let thief = Stub::start([]).await;
    for code in [301, 302, 307, 308] {
        for target in [format!("{}/x", thief.base()), "{base}/x".to_owned(), "/x".to_owned()] {
            let stub = stub(vec![status(code, "").header("Location", &target)], vec![]).await;
            let unread = failure(&esc(&stub)).await;
            assert_eq!(unread.cause, Cause::BadAnswer);
            assert!(!format!("{unread:?}").contains("127.0.0.1"), "{unread:?}");
            assert_eq!(stub.log().len(), 1);
        }
    }
    assert!(thief.log().is_empty());
}

#[tokio::test]
async fn g1_the_service_is_left_alone_when_it_asks_for_it() {
    let stub = stub(vec![status(429, "").header("Retry-After", 1), opened()], vec![values()]).await;
    assert!(read(&esc(&stub)).await.is_ok());
    let log = stub.log();
    assert!(log.len() == 3 && log[1].at - log[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn g25_a_connection_closed_while_idle_costs_nothing() {
    let stub = stub(vec![opened().fault(Fault::CloseIdle)], vec![values().fault(Fault::CloseIdle)]).await;
    let store = esc(&stub);
    for _ in 0..5 {
        assert!(read(&store).await.is_ok());
    }
}

#[tokio::test]
async fn x13_a_session_id_cannot_leave_its_path() {
    let escaped = "GET /api/esc/environments/acme/default/production/open/..%2F..%2Fdecrypt%3Fx";
    let stub =
        Stub::start([(OPEN, vec![ok(r#"{"id":"../../decrypt?x"}"#), ok(r#"{"id":".."}"#)]), (escaped, vec![values()])])
            .await;
    let store = esc(&stub);
    assert!(read(&store).await.is_ok());
    assert_eq!(failure(&store).await.cause, Cause::BadAnswer);
    assert_eq!(stub.log().len(), 3);
}

#[tokio::test]
async fn x13_endless_headers_are_refused() {
    let stub = stub(vec![opened().header("X-Long", "x".repeat(3_000_000))], vec![]).await;
    assert_eq!(failure(&esc(&stub)).await.cause, Cause::BadAnswer);
}

#[tokio::test]
async fn nobody_listening_is_a_network_failure() {
    let stub = stub(vec![], vec![]).await;
    let store = esc(&stub);
    drop(stub);
    tokio::task::yield_now().await;
    let unread = failure(&store).await;
    assert!(unread.cause == Cause::Network && unread.what.contains("refused"), "{unread:?}");
}

#[tokio::test]
async fn metadata_revisions_definition_and_login_are_read() {
    let environment = "GET /api/esc/environments/acme/default/production";
    let revisions =
        r#"[{"number":3,"created":"2026-01-02T03:04:05Z","creatorLogin":"dev","tags":["latest"]},{"number":2}]"#;
    let stub = Stub::start([
        (METADATA, vec![ok(r#"{"id":"x","openRequestNeeded":false}"#)]),
        ("GET /api/esc/environments/acme/default/production/versions", vec![ok(revisions)]),
        (environment, vec![ok("values: {}\n").header("ETag", "\"abc\"").header("Pulumi-ESC-Revision", 7)]),
        ("GET /api/user", vec![ok(r#"{"githubLogin":"dev","organizations":[{"githubLogin":"acme"}]}"#)]),
    ])
    .await;
    let store = esc(&stub);
    assert!(!store.metadata(&production()).await.expect("read").open_request_needed);
    let listed = store.revisions(&production(), None, 2).await.expect("read");
    assert_eq!((listed[0].number, &*listed[0].tags[0], listed[1].created), (3, "latest", None));
    assert_eq!(store.revision(&production(), 2).await.expect("read").expect("there").number, 2);
    assert!(stub.lines().last().expect("asked").ends_with("?count=1&before=3"));
    let definition = store.definition(&production()).await.expect("read");
    assert_eq!((definition.etag.as_str(), definition.revision), ("\"abc\"", Some(7)));
    assert_eq!(definition.text.expose_text(), Some("values: {}\n"));
    let identity = store.whoami("acme").await.expect("read");
    assert_eq!((&*identity.login, identity.organizations.map(|all| all.len())), ("dev", Some(1)));
}

#[tokio::test]
async fn a_hundred_thousand_values_are_read() {
    let mut body = String::from(r#"{"properties":{"all":{"value":{"#);
    for at in 0..100_000 {
        let comma = if at == 0 { "" } else { "," };
        body.push_str(&format!(
            r#"{comma}"k{at}":{{"value":"value {at}","secret":true,"trace":{{"def":{{"environment":"default/production","begin":{{"line":4,"column":7,"byte":34}},"end":{{"line":5,"column":53,"byte":98}}}}}}}}"#
        ));
    }
    body.push_str("}}}}");
    let stub = stub(vec![opened()], vec![ok(body)]).await;
    let snapshot = read(&esc(&stub)).await.expect("read");
    assert_eq!(text_at(&snapshot, "all.k99999"), "value 99999");
}
