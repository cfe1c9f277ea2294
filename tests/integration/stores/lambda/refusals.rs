//! Every way in which Lambda, or what stands in its place, says no.

use esc_sync::{
    model::{Cause, Unread},
    sandbox::message::SandboxResponse,
    store::lambda::LambdaWriteFault,
};

use super::{
    public, store,
    wire::{Mishap, Wire},
};

const GET: &str = "GET /api/v1/ssh-keys";

async fn unread(prepare: impl Fn(&Wire)) -> Unread {
    let wire = Wire::new();
    prepare(&wire);
    let unread = store(&wire).list_keys().await.expect_err("refused");
    assert!(!format!("{unread:?}").contains("canary"), "{unread:?}");
    assert!(unread.what.starts_with("could not list the registered keys (Lambda): "), "{unread:?}");
    unread
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_accepted_and_an_inactive_account_are_told_apart() {
    let refused = unread(|wire| wire.lambda(|lambda| _ = lambda.account.keys.insert("another".into()))).await;
    assert!(refused.cause == Cause::Login && refused.help.contains("LAMBDA_API_KEY"), "{refused:?}");
    let inactive = unread(|wire| wire.lambda(|lambda| lambda.account.inactive = true)).await;
    assert!(inactive.cause == Cause::Rights && inactive.what.contains("inactive"), "{inactive:?}");
}

#[tokio::test(start_paused = true)]
async fn each_code_has_a_cause_and_a_remedy_of_its_own() {
    let cases = [
        (400, "global/quota-exceeded", Cause::Rights, "as many as it may have"),
        (403, "global/forbidden", Cause::Rights, "lacks the right"),
        (404, "global/not-found", Cause::NotFound, "not there"),
        (409, "global/conflict", Cause::Server, "go first"),
        (400, "provider/internal-unavailable", Cause::Server, "provider behind"),
        (400, "global/unknown", Cause::Server, "Lambda failed"),
        (400, "global/brand-new", Cause::BadAnswer, "does not know global/brand-new"),
        (403, "global/brand-new", Cause::Rights, "does not know"),
        (418, "canary_7.f3a9c", Cause::BadAnswer, "does not know (status 418)"),
    ];
    for (status, code, cause, says) in cases {
        let unread = unread(|wire| _ = wire.refuses(GET, status, code)).await;
        assert_eq!(unread.cause, cause, "{code}: {unread:?}");
        assert!(unread.what.contains(says) && !unread.help.is_empty(), "{code}: {unread:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn failing_servers_and_web_pages_are_named() {
    let page = "<!doctype html><p>canary</p>";
    for (status, body) in [(500, page), (502, ""), (503, page), (504, "canary")] {
        let unread = unread(|wire| (0..4).for_each(|_| _ = wire.answers(GET, status, body))).await;
        assert_eq!(unread.cause, Cause::Server, "{unread:?}");
        assert_eq!(unread.what.contains("web page"), body == page, "{unread:?}");
    }
    for (status, body) in [(200, page), (404, page), (400, page), (404, "canary"), (200, "canary"), (200, "{}")] {
        let unread = unread(|wire| _ = wire.answers(GET, status, body)).await;
        assert_eq!(unread.cause, Cause::BadAnswer, "{status} {body}: {unread:?}");
        assert_eq!(unread.what.contains("web page"), body == page, "{unread:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_repeated_where_the_server_failed_once() {
    let wire = Wire::new();
    wire.answers(GET, 502, "<html>").refuses(GET, 500, "provider/internal-unavailable");
    assert!(store(&wire).list_keys().await.expect("the third went well").is_empty());
    assert_eq!(wire.count(GET), 3);
}

/// The deprecated server may lead to the new one; the credential does not go along.
#[tokio::test(start_paused = true)]
async fn x13_the_credential_follows_no_redirect() {
    for location in ["https://cloud.lambdalabs.com/api/v1/ssh-keys", "/api/v2/ssh-keys", "https://evil.test/"] {
        for status in [301, 302, 307, 308] {
            let wire = Wire::new();
            let moved = || {
                let response = SandboxResponse::empty(status).with_header("location", location);
                Mishap::Answer(response)
            };
            for what in ["GET", "POST", "DELETE"] {
                wire.meets(what, moved());
            }
            let store = store(&wire);
            let read = store.list_keys().await.expect_err("not followed");
            let added = store.add_key("deploy", &public(1)).await.expect_err("not followed");
            let deleted = store.delete_key("1").await.expect_err("not followed");
            assert!(read.help.contains("credentials are not sent elsewhere"), "{read:?}");
            for fault in [added, deleted] {
                assert!(matches!(fault, LambdaWriteFault::Refused(_)), "{fault:?}");
            }
            let seen = wire.seen();
            assert_eq!(seen.len(), 3);
            assert!(seen.iter().all(|seen| seen.host == "cloud.lambda.ai" && seen.what.contains("/api/v1/ssh-keys")));
        }
    }
}
