//! Every end a write can have: done, failed, unknown; and that one does not stop the others.

use std::time::Duration;

use esc_sync::{
    http::Options,
    plan::End,
    sandbox::{Effect, Fault},
    store::github::LARGEST_VALUE,
};

use super::{Bench, Wanted, all_stored, count, ends, many, options, org, repository, secret, unpaced};

#[tokio::test]
async fn g7_a_name_or_size_that_github_refuses_is_not_tried_again() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::status(422, "Secret names are too long.").on("PUT", "/secrets/S_001").forever());
    let ended = bench.write(&many(3)).await;
    assert_eq!(ends(&ended), [End::Done, End::Failed, End::Done]);
    assert_eq!((bench.asked("PUT", "S_001"), bench.asked("GET", "public-key")), (1, 1));
}

#[tokio::test]
async fn g10_a_busy_scope_is_waited_for() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::status(409, "Conflict").on("PUT", "/secrets/S_000").times(2));
    bench.running.fault(Fault::status(409, "Conflict").on("PUT", "/secrets/S_001").forever());
    let ended = bench.write(&many(3)).await;
    assert_eq!(ends(&ended), [End::Done, End::Failed, End::Done]);
    assert_eq!((bench.asked("PUT", "S_000"), bench.asked("PUT", "S_001")), (3, 4));
    assert!(ended[1].reason.contains("busy"), "{}", ended[1].reason);
}

#[tokio::test]
async fn g19_a_lost_answer_is_asked_for_again_and_does_no_harm() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("PUT", "/secrets/S_000"));
    let ended = bench.write(&many(2)).await;
    assert_eq!(count(&ended, End::Done), 2);
    assert!(all_stored(&bench, 2));
    assert_eq!(bench.asked("PUT", "S_000"), 2);
}

#[tokio::test]
async fn g19_an_answer_that_stays_lost_is_unknown_and_never_failed() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("PUT", "/secrets/S_000").forever());
    let ended = bench.write(&many(2)).await;
    assert_eq!(ends(&ended), [End::Unknown, End::Done]);
    assert!(all_stored(&bench, 2));
    assert!(ended[0].help.contains("the next run finds out"), "{}", ended[0].help);
}

#[tokio::test]
async fn g19_a_refusal_after_a_lost_answer_proves_nothing() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("PUT", "/secrets/S_000"));
    bench.running.fault(Fault::status(401, "Bad credentials").on("PUT", "/secrets/S_000").forever());
    let ended = bench.write(&many(1)).await;
    assert_eq!(ends(&ended), [End::Unknown]);
    assert!(all_stored(&bench, 1));
}

#[tokio::test]
async fn e2_a_write_that_hangs_is_unknown_and_the_others_are_done() {
    let bench = Bench::with(Options { timeout: Duration::from_secs(2), ..options() }, unpaced(8)).await;
    bench.running.fault(Fault::new(Effect::Hang { applied: false }).on("PUT", "/secrets/S_003").forever());
    let ended = bench.write(&many(20)).await;
    assert_eq!((count(&ended, End::Done), ended[3].end), (19, End::Unknown));
}

#[tokio::test]
async fn g20_a_failing_server_is_asked_again_and_a_failed_one_leaves_it_unknown() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::status(502, "Server Error").on("PUT", "/secrets/S_000").times(2));
    bench.running.fault(Fault::status(500, "Server Error").on("PUT", "/secrets/S_001").forever());
    let ended = bench.write(&many(3)).await;
    assert_eq!(ends(&ended), [End::Done, End::Unknown, End::Done]);
    assert_eq!(bench.asked("PUT", "S_000"), 3);
}

#[tokio::test]
async fn g21_20_fail_and_40_succeed() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::status(422, "Invalid").on("PUT", "/secrets/S_00").forever());
    bench.running.fault(Fault::status(422, "Invalid").on("PUT", "/secrets/S_01").forever());
    let ended = bench.write(&many(60)).await;
    assert_eq!((count(&ended, End::Failed), count(&ended, End::Done)), (20, 40));
    bench.running.clear_faults();
    let again: Vec<_> = many(60).into_iter().take(20).collect();
    assert_eq!(count(&bench.write(&again).await, End::Done), 20);
    assert!(all_stored(&bench, 60));
}

#[tokio::test]
async fn v3_the_limit_of_bytes_is_known_before_the_write() {
    let bench = Bench::new().await;
    let scope = org();
    let sized = |name: &str, size: usize| Wanted::new(secret(&scope, name), &"x".repeat(size));
    let wanted = [sized("FITS", LARGEST_VALUE), sized("OVER", LARGEST_VALUE + 1)];
    let ended = bench.write(&wanted).await;
    assert_eq!(ends(&ended), [End::Done, End::Failed]);
    assert!(ended[1].reason.contains("48001 bytes") && ended[1].reason.contains("48000"), "{}", ended[1].reason);
    assert_eq!(bench.asked("PUT", ""), 1);
}

#[tokio::test]
async fn v1_v2_v6_v8_values_arrive_byte_for_byte() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        let app = world.github.repository_id("acme", "app").expect("there by default");
        world.github.put_environment(app, "Prod/EU", 0);
    });
    let environment = esc_sync::model::GithubScope::Environment {
        repository: "acme/app".parse().expect("legal"),
        environment: "Prod/EU".into(),
    };
    let values: [&[u8]; 4] = [
        b"-----BEGIN X-----\r\nline\r\n-----END X-----\n\n",
        b" \0\xff\xfe ",
        b"${{ x }} $${y} \"'\\%{{",
        "é\u{feff}".as_bytes(),
    ];
    for scope in [org(), repository("acme/app"), std::sync::Arc::new(environment)] {
        let mut wanted: Vec<_> = (0..4).map(|n| Wanted::new(secret(&scope, &format!("V_{n}")), "")).collect();
        for (wanted, value) in wanted.iter_mut().zip(values) {
            wanted.value = esc_sync::model::SecretValue::from_bytes(value.to_vec());
        }
        assert_eq!(count(&bench.write(&wanted).await, End::Done), 4);
        let text = esc_sync::sandbox::github::GithubWorld::scope_text(&scope);
        for (n, value) in values.iter().enumerate() {
            let view = bench.running.world(|world| {
                world.github.view(&text, esc_sync::model::Slot::Secret, &format!("V_{n}")).expect("stored")
            });
            assert_eq!(view.value.expose(), *value, "{text} {n}");
        }
    }
}

#[tokio::test]
async fn i12_every_write_is_announced_before_it_is_sent_and_has_one_end() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::status(422, "Invalid").on("PUT", "/secrets/S_002").forever());
    bench.write(&many(10)).await;
    let events = bench.events();
    assert_eq!(events.len(), 20);
    for action in 0..10 {
        let at = |what: &str| events.iter().position(|event| *event == format!("{what} {action}"));
        assert!(at("started").expect("announced") < at("ended").expect("ended"));
    }
}
