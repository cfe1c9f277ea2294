//! GitHub's limits and our own pace: who waits, who is told when it goes on.

use std::time::Duration;

use esc_sync::{
    engine::apply::{
        github::GithubEvent,
        pace::{Pace, PaceOptions},
    },
    http::Options,
    model::Stamp,
    plan::{End, GithubBasis},
    sandbox::{Fault, github::SecondaryRule},
};

use super::{Bench, Wanted, all_stored, count, ends, many, options, org, secret, unpaced};

#[tokio::test]
async fn g1_200_writes_through_a_secondary_limit_and_none_while_waiting() {
    const IN_FLIGHT: usize = 16;
    let bench = Bench::with(options(), unpaced(IN_FLIGHT)).await;
    let rule = SecondaryRule { writes: 80, seconds: 1, status: 403, retry_after: true, once: true };
    bench.running.world(|world| world.github.limits().set_secondary(Some(rule)));
    let ended = bench.write(&many(200)).await;
    assert_eq!(count(&ended, End::Done), 200);
    assert!(all_stored(&bench, 200));
    // Those that were under way when the limit came could not know; nobody else was early.
    let early = bench.running.world(|world| world.github.limits().premature());
    assert!(early < IN_FLIGHT as u64, "{early} requests came during the pause");
    assert!(bench.asked("PUT", "") <= 200 + IN_FLIGHT);
}

#[tokio::test]
async fn g1_a_pause_holds_for_all_and_a_single_writer_is_never_early() {
    let bench = Bench::with(options(), unpaced(1)).await;
    let rule = SecondaryRule { writes: 3, seconds: 1, status: 429, retry_after: true, once: true };
    bench.running.world(|world| world.github.limits().set_secondary(Some(rule)));
    let ended = bench.write(&many(6)).await;
    assert_eq!(count(&ended, End::Done), 6);
    assert_eq!(bench.running.world(|world| world.github.limits().premature()), 0);
    assert_eq!(bench.asked("PUT", ""), 7);
}

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

#[tokio::test]
async fn g3_a_limit_without_its_length_is_waited_for() {
    let bench = Bench::with(options(), unpaced(1)).await;
    bench.running.fault(Fault::status(403, SECONDARY).on("PUT", "/secrets/").skip(2).times(3));
    let ended = bench.write(&many(5)).await;
    assert_eq!(count(&ended, End::Done), 5);
    assert!(all_stored(&bench, 5));
    assert_eq!(bench.asked("PUT", ""), 8);
}

#[tokio::test]
async fn g3_a_limit_that_does_not_end_is_given_up_with_the_time_of_return() {
    let patience = Options { wait_budget: Duration::from_millis(60), ..options() };
    let bench = Bench::with(patience, unpaced(1)).await;
    bench.running.fault(Fault::status(403, SECONDARY).on("PUT", "/secrets/").skip(2).forever());
    let ended = bench.write(&many(50)).await;
    assert_eq!((count(&ended, End::Done), count(&ended, End::NotBegun)), (2, 48));
    assert!(ended[49].help.starts_with("run again after 2"), "{}", ended[49].help);
    assert!(bench.asked("PUT", "") < 12, "nobody else was sent into the limit");
}

#[tokio::test]
async fn g2_the_hours_end_is_told_and_nothing_is_sent_after_it() {
    let bench = Bench::with(options(), unpaced(1)).await;
    let now = bench.running.now();
    bench.running.world(|world| world.github.limits().set_primary(60, 4, now + 3_000));
    let ended = bench.write(&many(9)).await;
    // One of the four was for the key.
    assert_eq!((count(&ended, End::Done), count(&ended, End::NotBegun)), (3, 6));
    let told: Stamp =
        ended[8].help.strip_prefix("run again after ").and_then(|text| text.parse().ok()).expect("a time");
    assert!((told.0 - now - 3_000).abs() < 600, "{told}");
    assert_eq!(bench.running.requests().len(), 4);
}

#[tokio::test]
async fn i11_the_hours_budget_ends_the_run_with_the_time_of_return() {
    // With room for all of them at once, the last are told of the end before the first have their key.
    for in_flight in [2, 48] {
        let pace = Pace::new(PaceOptions {
            in_flight,
            burst: 100,
            interval: Duration::from_secs(1),
            hourly: 5,
            ..PaceOptions::default()
        });
        let bench = Bench::with(options(), pace).await;
        let ended = bench.write(&many(8)).await;
        assert_eq!((count(&ended, End::Done), count(&ended, End::NotBegun)), (5, 3), "{in_flight} in flight");
        let last = ended.iter().find(|ended| ended.end == End::NotBegun).expect("one");
        assert!(last.reason.contains("there are more from 2"), "{}", last.reason);
        assert_eq!(bench.asked("PUT", ""), 5);
    }
}

#[tokio::test]
async fn i11_a_cap_below_the_burst_is_used_up_whole() {
    let pace = Pace::new(PaceOptions {
        in_flight: 48,
        burst: 100,
        interval: Duration::from_secs(1),
        hourly: 5,
        ..PaceOptions::default()
    });
    let bench = Bench::with(options(), pace).await;
    let ended = bench.write(&many(8)).await;
    assert_eq!((count(&ended, End::Done), count(&ended, End::NotBegun)), (5, 3));
    assert_eq!(bench.asked("PUT", ""), 5);
}

#[tokio::test]
async fn g22_after_a_question_everything_is_looked_at_again() {
    let pace = Pace::new(PaceOptions {
        in_flight: 4,
        burst: 100,
        interval: Duration::from_secs(1),
        hourly: 100,
        ..PaceOptions::default()
    });
    let mut bench = Bench::with(options(), pace).await;
    bench.waited = true;
    bench.given("S_001", "set by hand", 2_000);
    let ended = bench.write(&many(3)).await;
    assert_eq!(ends(&ended), [End::Done, End::Overtaken, End::Done]);
    assert_eq!(bench.org_secret("S_001").as_deref(), Some("set by hand"));
}

#[tokio::test]
async fn g22_a_long_run_looks_again_and_leaves_what_somebody_else_set() {
    let pace = Pace::new(PaceOptions {
        in_flight: 4,
        burst: 2,
        interval: Duration::from_millis(1),
        hourly: 1_000,
        ..PaceOptions::default()
    });
    let bench = Bench::with(options(), pace).await;
    for wanted in many(100) {
        bench.given(wanted.place.name.as_str(), "old", 1_000);
    }
    let wanted: Vec<_> = many(100)
        .into_iter()
        .map(|wanted| Wanted { before: GithubBasis::Present(Some(Stamp(1_000))), ..wanted })
        .collect();
    let ended = bench
        .write_and(&wanted, |event| {
            if matches!(event, GithubEvent::Ended(ended) if ended.action == 0) {
                bench.given("S_070", "set by hand", 2_000);
            }
        })
        .await;
    assert_eq!((count(&ended, End::Done), count(&ended, End::Overtaken)), (99, 1));
    assert_eq!(ended[70].end, End::Overtaken);
    assert_eq!(bench.org_secret("S_070").as_deref(), Some("set by hand"));
    assert_eq!(bench.asked("PUT", "S_070"), 0);
    // Before each batch of at most 60 beyond the first two: 60 and 38.
    let lists = bench.running.requests().iter().filter(|request| request.path.ends_with("/actions/secrets")).count();
    assert_eq!(lists, 2);
}

#[tokio::test]
async fn g22_a_scope_that_cannot_be_looked_at_again_is_not_written() {
    let pace = Pace::new(PaceOptions {
        in_flight: 1,
        burst: 2,
        interval: Duration::from_millis(1),
        hourly: 1_000,
        ..PaceOptions::default()
    });
    let bench = Bench::with(options(), pace).await;
    bench.running.fault(Fault::status(500, "Server Error").on("GET", "/actions/secrets?per_page").forever());
    let ended = bench.write(&many(4)).await;
    assert_eq!(ends(&ended), [End::Done, End::Done, End::Failed, End::Failed]);
    assert_eq!(bench.asked("PUT", ""), 2);
}

#[tokio::test]
async fn c3_a_stop_lets_what_is_under_way_end_and_begins_nothing() {
    let bench = Bench::with(options(), unpaced(1)).await;
    let ended = bench
        .write_and(&many(9), |event| {
            if matches!(event, GithubEvent::Started { action: 2 }) {
                bench.stop.ask();
            }
        })
        .await;
    assert_eq!((count(&ended, End::Done), count(&ended, End::NotBegun)), (3, 6));
    assert_eq!(bench.asked("PUT", ""), 3);
    let started = bench.events().iter().filter(|event| event.starts_with("started")).count();
    assert_eq!((started, bench.events().len()), (3, 12), "every change has its end");
}

#[tokio::test]
async fn c3_who_waits_for_the_pace_is_let_go_at_once() {
    let pace = Pace::new(PaceOptions {
        in_flight: 2,
        burst: 1,
        interval: Duration::from_secs(3_000),
        hourly: 100,
        ..PaceOptions::default()
    });
    let bench = Bench::with(options(), pace).await;
    let wanted = [Wanted::new(secret(&org(), "FIRST"), "v"), Wanted::new(secret(&org(), "SECOND"), "v")];
    let writing = bench.write(&wanted);
    let stopping = async {
        while bench.events().iter().all(|event| event != "ended 0") {
            tokio::task::yield_now().await;
        }
        bench.stop.ask();
    };
    let (ended, ()) = futures_util::future::join(writing, stopping).await;
    assert_eq!(ends(&ended), [End::Done, End::NotBegun]);
}
