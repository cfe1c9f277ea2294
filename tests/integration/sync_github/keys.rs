//! The public key of a scope: read once, read again when it was rotated, refused when it is none.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{
    engine::apply::github::{GithubEvent, Keys},
    plan::End,
    sandbox::{Effect, Fault},
    store::github::{GithubWriteFault, SentAccess},
};
use serde_json::json;

use super::{Bench, all_stored, count, ends, many, org, repository, secret};

#[tokio::test]
async fn g6_a_key_rotated_after_50_of_200_is_read_once_more() {
    let bench = Bench::new().await;
    let done = AtomicUsize::new(0);
    let ended = bench
        .write_and(&many(200), |event| {
            if matches!(event, GithubEvent::Ended(_)) && done.fetch_add(1, Ordering::Relaxed) == 49 {
                bench.running.world(|world| world.github.rotate_key("org:acme")).expect("rotated");
            }
        })
        .await;
    assert_eq!(count(&ended, End::Done), 200);
    assert!(all_stored(&bench, 200));
    assert_eq!(bench.asked("GET", "public-key"), 2);
    assert!(bench.asked("PUT", "/secrets/") > 200, "some were sealed to the old key");
    assert!(bench.asked("PUT", "/secrets/") <= 208, "only what was under way was");
}

#[tokio::test]
async fn g6_a_secret_that_no_key_fits_fails_after_the_second() {
    let bench = Bench::new().await;
    let message = "Bad request - validation failed due to an improperly encrypted secret";
    bench.running.fault(Fault::status(422, message).on("PUT", "/secrets/S_001").forever());
    let ended = bench.write(&many(3)).await;
    assert_eq!(ends(&ended), [End::Done, End::Failed, End::Done]);
    assert!(ended[1].reason.contains("also with the key it gave last"), "{}", ended[1].reason);
    assert_eq!((bench.asked("PUT", "S_001"), bench.asked("GET", "public-key")), (2, 2));
}

#[tokio::test]
async fn a_key_that_is_at_hand_is_not_asked_for() {
    let bench = Bench::new().await;
    let wanted = many(5);
    let key = bench.store.public_key(&org()).await.expect("a key");
    bench.running.reset_log();
    let changes: Vec<_> = wanted.iter().enumerate().map(|(action, wanted)| wanted.change(action)).collect();
    let ended = bench.run(&changes, Keys::from_iter([key]), |_| {}).await;
    assert_eq!(count(&ended, End::Done), 5);
    assert_eq!(bench.running.requests().len(), 5);
}

#[tokio::test]
async fn g23_what_is_no_key_seals_nothing() {
    let short = STANDARD.encode([7; 31]);
    let zeros = STANDARD.encode([0; 32]);
    for key in [short.as_str(), zeros.as_str(), "!!", ""] {
        let bench = Bench::new().await;
        let body = json!({ "key_id": "1", "key": key }).to_string();
        let effect = Effect::Answer { status: 200, headers: Default::default(), body };
        bench.running.fault(Fault::new(effect).at("public-key").forever());
        let ended = bench.write(&many(3)).await;
        assert_eq!(count(&ended, End::Failed), 3, "{key}");
        assert!(ended[0].reason.contains("the public key is not"), "{}", ended[0].reason);
        assert_eq!((bench.asked("GET", "public-key"), bench.asked("PUT", "")), (1, 0), "{key}");
        assert!(bench.events().iter().all(|event| event.starts_with("ended")), "nothing was announced");
    }
}

#[tokio::test]
async fn x18_a_key_of_another_scope_is_not_used() {
    let bench = Bench::new().await;
    let key = bench.store.public_key(&repository("acme/app")).await.expect("a key");
    let fault = bench.store.put_secret(&secret(&org(), "A"), &key, &"v".into(), &SentAccess::All).await;
    assert!(matches!(fault, Err(GithubWriteFault::Refused(unread)) if unread.what.contains("another scope")));
    assert_eq!(bench.asked("PUT", ""), 0);
}

#[tokio::test]
async fn a_key_id_may_be_a_number() {
    let bench = Bench::new().await;
    let key = bench.store.public_key(&org()).await.expect("a key");
    let body = json!({ "key_id": 568_250_167_242_549_743_u64, "key": STANDARD.encode([9; 32]) }).to_string();
    let effect = Effect::Answer { status: 200, headers: Default::default(), body };
    bench.running.fault(Fault::new(effect).at("public-key"));
    let numbered = bench.store.public_key(&org()).await.expect("a key");
    assert_eq!(numbered.key_id(), "568250167242549743");
    assert_ne!(numbered.key_id(), key.key_id());
}
