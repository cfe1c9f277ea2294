//! The one write ESC knows, as it stands on the wire, and what its answers mean.

use esc_sync::{
    http::Options,
    model::Cause,
    store::esc::{EscWriteFault, Patched},
};

use super::{
    esc, esc_with, hasty, options, production,
    stub::{Fault, Reply, Stub, ok, status},
};

const PATCH: &str = "PATCH /api/esc/environments/acme/default/production";
const CHECK: &str = "POST /api/esc/environments/acme/yaml/check";

async fn patched(reply: Reply) -> (Result<Patched, EscWriteFault>, Stub) {
    patched_within(reply, options()).await
}

async fn patched_within(reply: Reply, options: Options) -> (Result<Patched, EscWriteFault>, Stub) {
    let stub = Stub::start([(PATCH, vec![reply])]).await;
    let store = esc_with(&stub, options);
    let result = store.update_definition(&production(), &"values: {a: canary}\n".into(), "\"tag\"").await;
    (result, stub)
}

#[tokio::test]
async fn a_definition_is_sent_whole_under_both_names_of_its_tag() {
    let (result, stub) = patched(ok("{}").header("Pulumi-ESC-Revision", 7)).await;
    assert_eq!(result.expect("stored"), Patched { revision: Some(7) });
    let log = stub.log();
    assert_eq!((log.len(), log[0].line.as_str()), (1, PATCH));
    assert_eq!((log[0].header("etag"), log[0].header("if-match")), (Some("\"tag\""), Some("\"tag\"")));
    assert_eq!(log[0].header("authorization"), Some("token pul-test"));
    assert_eq!(log[0].body, "values: {a: canary}\n");
    let (result, _stub) = patched(status(204, "")).await;
    assert_eq!(result.expect("stored"), Patched { revision: None });
}

#[tokio::test]
async fn e8_e9_what_an_answer_means_for_a_write() {
    for code in [409, 412] {
        let (result, stub) = patched(status(code, "{}")).await;
        assert!(matches!(result, Err(EscWriteFault::Conflict)), "{code}");
        assert_eq!(stub.log().len(), 1);
    }
    for reply in [
        status(500, ""),
        status(502, ""),
        status(503, "").header("Retry-After", 1),
        ok("{}").fault(Fault::Close),
        ok("{}").fault(Fault::Reset(1)),
    ] {
        let (result, stub) = patched(reply).await;
        assert!(matches!(result, Err(EscWriteFault::Unknown(_))), "{result:?}");
        assert_eq!(stub.log().len(), 1, "it is not sent again by itself");
    }
    let (result, stub) = patched_within(ok("{}").fault(Fault::Hang), hasty()).await;
    assert!(matches!(result, Err(EscWriteFault::Unknown(_))) && stub.log().len() == 1, "{result:?}");
    for (code, cause) in [
        (400, Cause::BadAnswer),
        (401, Cause::Login),
        (403, Cause::Rights),
        (404, Cause::NotFound),
        (413, Cause::Definition),
        (422, Cause::BadAnswer),
        (302, Cause::BadAnswer),
    ] {
        let (result, stub) = patched(status(code, "canary").header("Location", "http://127.0.0.1:1/")).await;
        match result {
            Err(EscWriteFault::Refused(unread)) => assert_eq!(unread.cause, cause, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(stub.log().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn e9_what_never_left_is_certainly_not_stored() {
    let stub = Stub::start([]).await;
    let store = esc(&stub);
    drop(stub);
    tokio::task::yield_now().await;
    let fault = store.update_definition(&production(), &"values: {}".into(), "t").await.expect_err("nobody there");
    assert!(matches!(&fault, EscWriteFault::Refused(unread) if unread.cause == Cause::Network), "{fault:?}");
    let stub = Stub::start([]).await;
    let fault = esc(&stub).update_definition(&production(), &"values: {}".into(), "t\n").await.expect_err("no header");
    assert!(matches!(fault, EscWriteFault::Refused(_)) && stub.log().is_empty());
}

#[tokio::test]
async fn e10_a_check_is_read_whatever_its_status() {
    let diagnostics = r#""diagnostics":[{"severity":"error","summary":"reserved prefix canary","path":"values.a",
        "range":{"environment":"<yaml>","begin":{"line":2,"column":3,"byte":1},"end":{"line":2,"column":4,"byte":2}}}]"#;
    for reply in
        [status(400, format!(r#"{{"code":400,{diagnostics}}}"#)), ok(format!(r#"{{"properties":{{}},{diagnostics}}}"#))]
    {
        let stub = Stub::start([(CHECK, vec![reply])]).await;
        let fault = esc(&stub).check_definition(&production(), &"values: {}".into()).await.expect_err("an error");
        assert!(matches!(&fault, EscWriteFault::Refused(unread) if unread.what.contains("values.a, line 2 column 3")));
        assert!(!format!("{fault:?}").contains("canary"));
    }
    let stub = Stub::start([(CHECK, vec![ok(r#"{"properties":{},"diagnostics":[{"severity":"warning"}]}"#)])]).await;
    esc(&stub).check_definition(&production(), &"values: {}".into()).await.expect("only a warning");
    assert_eq!(stub.lines(), [CHECK]);
    for bad in [ok("<html>"), ok("")] {
        let stub = Stub::start([(CHECK, vec![bad])]).await;
        assert!(esc(&stub).check_definition(&production(), &"values: {}".into()).await.is_err());
    }
}
