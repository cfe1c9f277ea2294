//! State in a bucket of S3, on a stand-in that checks conditions and writes under one lock.

use std::{sync::Arc, time::Duration};

use esc_sync::ledger::{
    backend::{Backend, Expected, PutFault, StateFault, StateFaultKind},
    object::ObjectState,
    url::StateUrl,
};

use super::{EFFORT, hold, postgres_server::free_port, s3_server::S3Server, short_terms};

fn env(name: &str) -> Option<String> {
    let value = match name {
        "AWS_ACCESS_KEY_ID" => "canary-key-id",
        "AWS_SECRET_ACCESS_KEY" => "canary-secret-key",
        "AWS_REGION" => "eu-west-1",
        _ => return None,
    };
    Some(value.to_owned())
}

fn open(url: &str) -> Result<ObjectState, StateFault> {
    let StateUrl::Object(url) = StateUrl::parse(url).expect("it is well-formed") else { panic!("a bucket") };
    ObjectState::new(&url, &env)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3_keeps_the_rules_of_state() {
    let (server, address) = S3Server::start();
    for prefix in ["", "/some/folder"] {
        let url = format!("s3://bucket{prefix}?endpoint={address}");
        let make = || Arc::new(open(&url).expect("settings").leased_for(short_terms())) as Arc<dyn Backend>;
        hold(make, EFFORT).await;
    }
    let below: Vec<_> =
        server.names().into_iter().filter(|name| !name.contains("lease") && !name.contains("clock")).collect();
    assert!(below.is_empty(), "left behind: {below:?}");
    let heads = server.heads().concat();
    assert!(heads.contains("if-none-match: *") && heads.contains("AWS4-HMAC-SHA256"));
    assert!(!heads.contains("canary-secret-key"));
}

/// The store wrote and its answer was lost; the client asks again and is told that it is too late.
#[tokio::test]
async fn c1_a_write_whose_answer_was_lost_is_known_again() {
    let (server, address) = S3Server::start();
    let state = open(&format!("s3://bucket?endpoint={address}")).expect("settings");
    server.break_answers(1);
    let tag = state.put("ledger.json", b"1", Expected::Absent).await.expect("it is our own");
    server.break_answers(1);
    let next = state.put("ledger.json", b"2", Expected::Version(tag.clone())).await.expect("it is our own");
    assert_eq!(state.put("ledger.json", b"2", Expected::Version(tag)).await, Err(PutFault::Changed));
    assert_eq!(state.get("ledger.json").await.expect("read").expect("there").tag, next);
    server.break_answers(1);
    state.append("audit", b"once\n").await.expect("it is our own");
    state.append("audit", b"twice\n").await.expect("appended");
    assert_eq!(state.read_log("audit").await.expect("read"), b"once\ntwice\n");
}

/// The store's own clock decides, not ours.
#[tokio::test]
async fn c7_a_lease_is_taken_over_after_its_term_and_not_before() {
    let (server, address) = S3Server::start();
    let open = || open(&format!("s3://bucket?endpoint={address}")).expect("settings");
    drop(open().exclude("run-1", Duration::ZERO).await.expect("nobody writes"));
    server.set_clock_forward(50);
    let fault = open().exclude("run-2", Duration::ZERO).await.expect_err("the term is 60 s");
    assert_eq!((fault.kind, fault.what.contains("run-1")), (StateFaultKind::Busy, true));
    server.set_clock_forward(70);
    open().exclude("run-2", Duration::ZERO).await.expect("it ran out").release().await;
}

#[tokio::test]
async fn c4_a_bucket_out_of_reach_is_known_before_anything_remote() {
    let state = open(&format!("s3://bucket?endpoint=http://127.0.0.1:{}", free_port())).expect("settings");
    let fault = state.prove_writable().await.expect_err("nobody listens");
    assert_eq!(fault.kind, StateFaultKind::Unavailable);
    assert_eq!(fault.what, "s3://bucket cannot be used: connect while it was asked");
    assert!(!format!("{fault:?} {state:?}").contains("canary"), "{fault:?} {state:?}");
}
