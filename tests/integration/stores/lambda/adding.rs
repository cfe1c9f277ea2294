//! Adding and deleting: what the list says afterwards counts, whatever became of the request.

use esc_sync::{
    http::Options,
    keys::Damage,
    model::Cause,
    store::lambda::{LambdaWriteFault, RegisteredKey},
};

use super::{
    KEYS, public, store, store_with,
    wire::{Mishap, Wire},
};

const POST: &str = "POST /api/v1/ssh-keys";
const GET: &str = "GET /api/v1/ssh-keys";
const DELETE: &str = "DELETE /api/v1/ssh-keys";

#[tokio::test(start_paused = true)]
async fn a_key_is_added_listed_and_deleted() {
    let (wire, key) = (Wire::new(), public(1));
    let store = store(&wire);
    let added = store.add_key("deploy-1", &key).await.expect("added");
    let RegisteredKey { id, name, public } = &added;
    assert_eq!((name.as_str(), public), ("deploy-1", &Ok(key.clone())));
    assert_eq!(store.list_keys().await.expect("listed"), std::slice::from_ref(&added));
    store.delete_key(id).await.expect("deleted");
    assert!(store.list_keys().await.expect("listed").is_empty());
    let what: Vec<String> = wire.seen().into_iter().map(|seen| seen.what).collect();
    assert_eq!(what, [POST.to_owned(), GET.into(), GET.into(), format!("{DELETE}/{id}"), GET.into()]);
    assert_eq!(store.requests(), 5);
    // The server would make a pair, and send its private half, if it were given none.
    let sent: serde_json::Value = serde_json::from_str(&wire.seen()[0].body).expect("JSON");
    assert_eq!(sent, serde_json::json!({ "name": "deploy-1", "public_key": key.line() }));
}

#[tokio::test(start_paused = true)]
async fn an_add_whose_answer_was_lost_is_settled_by_the_list() {
    let wire = Wire::new();
    wire.meets(POST, Mishap::Silence { applied: true });
    store(&wire).add_key("deploy", &public(1)).await.expect("it was done");
    assert_eq!((wire.count(POST), wire.lambda(|lambda| lambda.keys().len())), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_add_that_was_never_done_is_sent_once_more_and_no_oftener() {
    let wire = Wire::new();
    wire.meets(POST, Mishap::Silence { applied: false });
    store(&wire).add_key("deploy", &public(1)).await.expect("the second was done");
    assert_eq!((wire.count(POST), wire.lambda(|lambda| lambda.keys().len())), (2, 1));

    let wire = Wire::new();
    wire.answers(POST, 500, "").answers(POST, 502, "<html>").answers(POST, 500, "");
    let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("never done");
    assert!(matches!(&fault, LambdaWriteFault::Unknown(unread) if unread.cause == Cause::Server), "{fault:?}");
    assert_eq!(wire.count(POST), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_list_a_lost_answer_stays_unknown_and_nothing_is_repeated() {
    let wire = Wire::new();
    wire.meets(POST, Mishap::Silence { applied: true }).refuses(GET, 401, "global/invalid-api-key");
    let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("nobody knows");
    assert!(matches!(&fault, LambdaWriteFault::Unknown(_)), "{fault:?}");
    assert!(fault.to_string().contains("not known") && fault.help().contains("run again"), "{fault}");
    assert_eq!(wire.count(POST), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_another_key_has_is_left_alone() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.put_key("deploy", &public(2).line()));
    let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("taken");
    assert!(matches!(&fault, LambdaWriteFault::NameTaken { name } if name == "deploy"), "{fault:?}");
    assert_eq!(wire.lambda(|lambda| lambda.keys()[0].public_key.clone()), public(2).line());
    // The code for it differs between sources.
    wire.refuses(POST, 400, "global/duplicate");
    let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("taken");
    assert!(matches!(fault, LambdaWriteFault::NameTaken { .. }), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn adding_what_is_there_already_is_no_fault() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.put_key("deploy", &format!("{} somebody@laptop", public(1).line())));
    let there = store(&wire).add_key("deploy", &public(1)).await.expect("as wanted");
    assert_eq!(there.public, Ok(public(1)));
}

#[tokio::test(start_paused = true)]
async fn the_same_key_under_another_name_is_named() {
    // Whether Lambda refuses that is not documented: both ways end alike.
    for refuses in [false, true] {
        let wire = Wire::new();
        wire.lambda(|lambda| lambda.put_key("older", &public(1).line()));
        if refuses {
            wire.refuses(POST, 400, "global/duplicate");
        }
        let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("there already");
        assert!(matches!(&fault, LambdaWriteFault::SameKey { name } if name == "older"), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_who_add_one_name_at_once_both_hear_of_it() {
    let wire = Wire::new();
    // The check is not atomic: another's add comes between it and ours.
    wire.lambda(|lambda| lambda.account.unchecked_adds = 2);
    let store = store(&wire);
    let (ours, theirs) = (public(1), public(2));
    let (one, other) = tokio::join!(store.add_key("deploy", &ours), store.add_key("deploy", &theirs));
    for fault in [one.expect_err("doubled"), other.expect_err("doubled")] {
        assert!(matches!(&fault, LambdaWriteFault::Doubled { name, count: 2 } if name == "deploy"), "{fault:?}");
        assert!(fault.help().contains("launches"), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_deleted_between_list_and_delete_is_deleted() {
    let wire = Wire::new();
    let (ours, other) = wire
        .lambda(|lambda| (lambda.push_key("deploy", &public(1).line()), lambda.push_key("deploy", &public(2).line())));
    wire.meets(DELETE, Mishap::Meanwhile(|lambda| assert!(lambda.remove_key(&format!("{:032x}", 1)))));
    store(&wire).delete_key(&ours).await.expect("gone is gone");
    // It goes by the id: who has the name now is left alone.
    assert_eq!(wire.lambda(|lambda| lambda.keys()[0].id.clone()), other);
    wire.refuses(DELETE, 400, "global/object-does-not-exist");
    store(&wire).delete_key(&ours).await.expect("by the code, whatever the status");
}

#[tokio::test(start_paused = true)]
async fn a_delete_is_repeated_and_its_lost_answer_is_told() {
    let wire = Wire::new();
    let id = wire.lambda(|lambda| lambda.put_key("deploy", &public(1).line()));
    wire.answers(DELETE, 503, "<html>");
    store(&wire).delete_key(&id).await.expect("the second went well");
    wire.meets(DELETE, Mishap::Silence { applied: true });
    let fault = store(&wire).delete_key(&id).await.expect_err("no answer");
    assert!(matches!(&fault, LambdaWriteFault::Unknown(unread) if unread.cause == Cause::Timeout), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn a_404_that_is_not_lambdas_own_proves_nothing() {
    for body in ["<html>nobody here</html>", "", "{}"] {
        let wire = Wire::new();
        wire.answers(DELETE, 404, body);
        let fault = store(&wire).delete_key("1").await.expect_err("a wrong address");
        assert!(
            matches!(&fault, LambdaWriteFault::Refused(unread) if unread.help.contains("LAMBDA_API_URL")),
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_lambda_will_not_take_is_not_sent() {
    let wire = Wire::new();
    let commented = |length| {
        let line = format!("{} {}", public(1).line(), "c".repeat(length));
        esc_sync::keys::PublicKey::parse(&line).expect("legal")
    };
    let bare = public(1).line().len() + 1;
    for (name, key) in
        [("", public(1)), (&"n".repeat(65), public(1)), ("a\nb", public(1)), ("a", commented(4_097 - bare))]
    {
        let fault = store(&wire).add_key(name, &key).await.expect_err("refused");
        assert!(matches!(&fault, LambdaWriteFault::Refused(unread) if unread.cause == Cause::NotAsked), "{fault:?}");
    }
    assert!(wire.seen().is_empty());
    let longest = "ß".repeat(64);
    store(&wire).add_key(&longest, &commented(4_096 - bare)).await.expect("just legal");
}

#[tokio::test(start_paused = true)]
async fn a_name_with_hostile_letters_is_not_printed_as_it_is() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.put_key("a\u{1b}[2J\u{202e}", &public(1).line()));
    let fault = store(&wire).add_key("deploy", &public(1)).await.expect_err("there already");
    assert!(!fault.to_string().contains(['\u{1b}', '\u{202e}']), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn what_others_registered_need_not_be_a_key() {
    let wire = Wire::new();
    wire.answers(
        GET,
        200,
        r#"{"data":[{"id":"1","name":"a","public_key":"ssh-ed25519 AAAA","extra":1},
        {"id":"2","name":"b","public_key":"","private_key":"canary"}]}"#,
    );
    let keys = store(&wire).list_keys().await.expect("listed");
    assert_eq!(keys[0].public, Err(Damage::Body));
    assert_eq!(keys[1].public, Err(Damage::NotPublic));
    assert!(!format!("{keys:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_for_itself_is_not_looked_up() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.account.key_quota = Some(0));
    let fault = store_with(&wire, Options::default()).add_key("deploy", &public(1)).await.expect_err("full");
    assert!(matches!(&fault, LambdaWriteFault::Refused(unread) if unread.cause == Cause::Rights), "{fault:?}");
    assert!(fault.help().contains("delete"), "{fault:?}");
    assert_eq!(wire.count(&format!("GET {KEYS}")), 0);
}
