//! At most one request a second, and patience where even that was too much. By the paused clock.

use std::time::Duration;

use esc_sync::{http::Options, model::Cause, sandbox::lambda::Pace};

use super::{public, store, store_with, wire::Wire};

const GET: &str = "GET /api/v1/ssh-keys";

#[tokio::test(start_paused = true)]
async fn requests_begin_a_second_apart_however_many_ask() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.limits.set(Some(Pace::default())));
    // A failing server is no reason to ask faster.
    wire.answers(GET, 502, "").answers(GET, 502, "");
    let (store, key) = (store(&wire), public(1));
    let (one, other, added, instances) =
        tokio::join!(store.list_keys(), store.list_keys(), store.add_key("deploy", &key), store.instances());
    assert!(one.is_ok() && other.is_ok() && added.is_ok() && instances.is_ok());
    let seen = wire.seen();
    assert_eq!(seen.len(), 7);
    assert!(seen.windows(2).all(|pair| pair[1].at_ms - pair[0].at_ms >= 1_000), "{seen:?}");
    assert_eq!(wire.lambda(|lambda| lambda.limits.premature()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_429_that_says_nothing_is_waited_for_longer_each_time() {
    let wire = Wire::new();
    wire.refuses(GET, 429, "global/made-up").answers(GET, 429, "<html>").answers(GET, 429, "");
    assert!(store(&wire).list_keys().await.is_ok());
    let at: Vec<i64> = wire.seen().iter().map(|seen| seen.at_ms).collect();
    let waits: Vec<i64> = at.windows(2).map(|pair| (pair[1] - pair[0]) / 1_000).collect();
    assert_eq!(waits, [10, 20, 40]);
}

#[tokio::test(start_paused = true)]
async fn a_limited_add_is_sent_again_since_it_was_not_carried_out() {
    let wire = Wire::new();
    wire.answers("POST /api/v1/ssh-keys", 429, "");
    store(&wire).add_key("deploy", &public(1)).await.expect("added");
    assert_eq!(wire.lambda(|lambda| lambda.keys().len()), 1);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_budget_nothing_is_waited_for() {
    let wire = Wire::new();
    wire.answers(GET, 429, "").answers(GET, 429, "");
    let options = Options { wait_budget: Duration::from_secs(15), ..Options::default() };
    let unread = store_with(&wire, options).list_keys().await.expect_err("10 s, and then 20 s");
    assert!(unread.cause == Cause::RateLimit && unread.help.starts_with("run again after "), "{unread:?}");
    assert_eq!(wire.count(GET), 2);
}
