//! Other writers, lost answers and refusals, each by its id.

use std::time::Duration;

use esc_sync::plan::End;

use super::{Effect, Shop, answer, at, ends, told};

const END_DONE: [End; 1] = [End::Done];
const START: &str = "values:\n  a:\n    fn::secret: one\n  b: two\n";

#[tokio::test]
async fn e8_conflict_merges_by_key() {
    let shop = Shop::with(START).await;
    let read = shop.definition().await;
    // Somebody writes `b` and a key of no interest, keeping our ciphertext.
    let theirs = shop.text().await.replace("b: two", "b: theirs\n  other: new");
    shop.put(&theirs);
    let written = shop.write(Some(read), &[("a", "ours", true), ("b", "ours", true), ("c", "ours", false)]).await;
    assert_eq!(ends(&written), [End::Done, End::Overtaken, End::Done]);
    assert!(written.ends[1].reason.contains("b was changed") && !written.ends[1].help.is_empty());
    assert_eq!((written.before, written.after), (Some(3), Some(4)));
    assert_eq!(shop.asked(), ["POST /yaml/check", "PATCH E", "GET E", "POST /yaml/check", "PATCH E"]);
    let opened = shop.opened().await;
    assert_eq!(at(&opened, "a").0, "ours");
    assert_eq!((at(&opened, "b").0, at(&opened, "c").0, at(&opened, "other").0), ("theirs", "ours", "new"));
}

#[tokio::test]
async fn e16_a_place_moved_by_a_rotation_is_left_alone() {
    let shop = Shop::with(START).await;
    let read = shop.definition().await;
    shop.put("values:\n  a:\n    fn::secret: rotated\n  b: two\n");
    let written = shop.write(Some(read), &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), written.after), (vec![End::Overtaken], None));
    assert_eq!(at(&shop.opened().await, "a").0, "rotated");
    assert_eq!(shop.count("PATCH"), 1);
}

#[tokio::test]
async fn e8_a_place_that_somebody_made_or_removed_is_overtaken() {
    let shop = Shop::with(START).await;
    let read = shop.definition().await;
    shop.put("values:\n  c: theirs\n");
    let written = shop.write(Some(read), &[("a", "ours", true), ("c", "ours", true), ("d.e", "ours", true)]).await;
    assert_eq!(ends(&written), [End::Overtaken, End::Overtaken, End::Done]);
    let text = shop.text().await;
    assert!(text.contains("c: theirs") && !text.contains("a:"), "{text}");
}

#[tokio::test]
async fn e8_a_name_is_taken_out_unless_somebody_changed_it() {
    let cases = [
        ("values:\n  b: two\n", END_DONE, "somebody else took it out"),
        ("values:\n  a:\n    fn::secret: theirs\n  b: two\n", [End::Overtaken], "somebody else changed it"),
    ];
    for (theirs, end, why) in cases {
        let shop = Shop::with(START).await;
        let read = shop.definition().await;
        shop.put(theirs);
        let text = shop.text().await;
        assert_eq!(ends(&shop.change(Some(read), vec![("a", None, false)], false).await), end, "{why}");
        assert_eq!(shop.text().await, text, "{why}");
    }
    let shop = Shop::with(START).await;
    let read = shop.definition().await;
    shop.put(&shop.text().await.replace("b: two", "b: theirs"));
    assert_eq!(ends(&shop.change(Some(read), vec![("a", None, false)], false).await), END_DONE);
    assert_eq!(shop.text().await, "values:\n  b: theirs\n");
}

#[tokio::test]
async fn e9_a_lost_answer_to_a_removal_is_settled_by_looking() {
    for applied in [true, false] {
        let shop = Shop::with(START).await;
        shop.fault("PATCH", "production", 0, 1, Effect::Reset { applied });
        let written = shop.change(None, vec![("a", None, false)], false).await;
        assert_eq!((ends(&written), written.after), (END_DONE.to_vec(), Some(3)));
        assert_eq!(shop.text().await, "values:\n  b: two\n");
    }
}

#[tokio::test]
async fn e8_a_412_is_a_conflict_too_and_three_repeats_are_the_end() {
    for status in [409, 412] {
        let shop = Shop::with(START).await;
        shop.fault("PATCH", "production", 0, 1, answer(status));
        // The same definition is still there: it is sent again.
        let written = shop.write(None, &[("a", "ours", true)]).await;
        assert_eq!(ends(&written), [End::Done]);
        assert_eq!(shop.count("PATCH"), 2);
    }
    let shop = Shop::with(START).await;
    shop.fault("PATCH", "production", 0, 100, answer(409));
    let written = shop.write(None, &[("a", "ours", true), ("b", "ours", true)]).await;
    assert_eq!(ends(&written), [End::Failed, End::Failed]);
    assert!(written.ends[0].reason.contains("4 times in a row"), "{:?}", written.ends[0]);
    assert_eq!((shop.count("PATCH"), written.after), (4, None));
}

#[tokio::test]
async fn e9_a_lost_acknowledgement_is_settled_by_looking() {
    for effect in [Effect::Reset { applied: true }, Effect::Truncate { bytes: 1 }] {
        let shop = Shop::with(START).await;
        let read = shop.definition().await;
        shop.running.reset_log();
        shop.fault("PATCH", "production", 0, 1, effect);
        let written = shop.write(Some(read), &[("a", "ours", true), ("n.m", "${x}", true)]).await;
        assert_eq!(ends(&written), [End::Done, End::Done]);
        assert_eq!((written.before, written.after), (Some(2), Some(3)));
        assert_eq!(shop.count("PATCH"), 1, "it is not applied twice");
        let opened = shop.opened().await;
        assert_eq!((at(&opened, "a").0, at(&opened, "n.m").0), ("ours", "${x}"));
    }
}

#[tokio::test]
async fn e9_an_answer_that_never_comes_is_settled_by_looking() {
    let shop = Shop::with_timeout(START, Duration::from_millis(2500)).await;
    shop.fault("PATCH", "production", 0, 1, Effect::Hang { applied: true });
    let written = shop.write(None, &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), written.after, shop.count("PATCH")), (vec![End::Done], Some(3), 1));
}

#[tokio::test]
async fn e9_what_was_not_stored_is_sent_once_more() {
    for effect in [Effect::Reset { applied: false }, answer(500), answer(503)] {
        let shop = Shop::with(START).await;
        shop.fault("PATCH", "production", 0, 1, effect);
        let written = shop.write(None, &[("a", "ours", true)]).await;
        assert_eq!((ends(&written), written.before, written.after), (vec![End::Done], Some(2), Some(3)));
        assert_eq!(shop.count("PATCH"), 2);
    }
}

#[tokio::test]
async fn e9_lost_twice_is_unknown() {
    let shop = Shop::with(START).await;
    shop.fault("PATCH", "production", 0, 2, Effect::Reset { applied: false });
    let written = shop.write(None, &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), written.after, shop.count("PATCH")), (vec![End::Unknown], None, 2));
    assert!(told(&written.ends[0]).contains("nobody knows"));
    // The second is applied and lost: it is seen.
    let shop = Shop::with(START).await;
    shop.fault("PATCH", "production", 0, 1, Effect::Reset { applied: false });
    shop.fault("PATCH", "production", 1, 1, Effect::Reset { applied: true });
    let written = shop.write(None, &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), written.after), (vec![End::Done], Some(3)));
}

#[tokio::test]
async fn e9_what_cannot_be_looked_at_is_unknown() {
    for (method, path) in [("GET", "production"), ("POST", "/open")] {
        let shop = Shop::with(START).await;
        let read = shop.definition().await;
        shop.fault("PATCH", "production", 0, 1, Effect::Reset { applied: true });
        shop.fault(method, path, 0, 100, answer(500));
        let written = shop.write(Some(read), &[("a", "ours", true)]).await;
        assert_eq!((ends(&written), written.after), (vec![End::Unknown], None), "{method} {path}");
    }
}

#[tokio::test]
async fn e9_a_lost_write_that_arrives_late_is_known_for_ours() {
    // The first is applied but looks lost; the look shows the old state; the second meets its tag.
    let shop = Shop::with(START).await;
    let read = shop.definition().await;
    let old = shop.text().await;
    shop.fault("PATCH", "production", 0, 1, Effect::Reset { applied: true });
    let headers = [("etag".to_owned(), read.etag.clone()), ("pulumi-esc-revision".to_owned(), "2".to_owned())];
    shop.fault("GET", "production", 0, 1, Effect::Answer { status: 200, headers: headers.into(), body: old });
    let written = shop.write(Some(read), &[("a", "ours", true), ("b", "ours", false)]).await;
    assert_eq!((ends(&written), written.before, written.after), (vec![End::Done, End::Done], Some(2), Some(3)));
    assert_eq!(shop.count("PATCH"), 2);
}

#[tokio::test]
async fn a_write_that_is_refused_is_failed_and_said_why() {
    for (status, word) in
        [(401, "not accepted"), (403, "permission to write"), (404, "not there"), (413, "too large"), (422, "422")]
    {
        let shop = Shop::with(START).await;
        shop.fault("PATCH", "production", 0, 1, answer(status));
        let written = shop.write(None, &[("a", "canary", true), ("b", "canary", true)]).await;
        assert_eq!(ends(&written), [End::Failed, End::Failed], "{status}");
        assert!(told(&written.ends[0]).contains(word), "{status}: {:?}", written.ends[0]);
        assert!(!format!("{written:?}").contains("canary"));
        assert_eq!((shop.count("PATCH"), written.after), (1, None));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_not_written() {
    let shop = Shop::with(START).await;
    shop.fault("GET", "production", 0, 100, answer(403));
    let written = shop.write(None, &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), written.before), (vec![End::Failed], None));
    assert_eq!((shop.count("PATCH"), shop.count("POST")), (0, 0));
}

#[tokio::test]
async fn e1_a_check_that_fails_writes_nothing() {
    let shop = Shop::with(START).await;
    shop.fault("POST", "yaml/check", 0, 100, answer(500));
    let written = shop.write(None, &[("a", "ours", true)]).await;
    assert_eq!((ends(&written), shop.count("PATCH")), (vec![End::Failed], 0));
}
