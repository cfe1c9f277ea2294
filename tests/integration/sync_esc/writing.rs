//! What a write changes, what it leaves, and what it refuses.

use esc_sync::{model::Cause, plan::End, store::esc::EscWriteFault};

use super::{Shop, at, ends, told};

const RICH: &str = "# Production.\nimports:\n  - base\ndescription: all of it\nvalues:\n  # Where we are\n  host: example.com # one\n  \
    url: https://${host}/x\n  db:\n    password:\n      fn::secret: hunter2 # rotate\n    port: 5432\n  \
    copy: ${db.password}\n  cloud:\n    fn::open::aws-login: {oidc: {duration: 1h}}\n  \
    environmentVariables: {DB: \"${db.password}\", HOST: \"${host}\"}\n  files:\n    F: |\n      keep\n\n      this\n";

async fn rich() -> Shop {
    let shop = Shop::with("values: {}\n").await;
    shop.put_as("base", "values:\n  shared: {a: from base, b: other}\n");
    shop.put(RICH);
    shop
}

#[tokio::test]
async fn e13_only_our_lines_differ() {
    let shop = rich().await;
    let before = shop.text().await;
    let written = shop.write(None, &[("db.password", "new", true), ("host", "new.example.com", false)]).await;
    assert_eq!(ends(&written), [End::Done, End::Done]);
    let after = shop.text().await;
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(before.lines().count(), after.lines().count(), "{before}\n{after}");
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert!(changed[0].1.contains("host: \"new.example.com\" # one"), "{changed:?}");
    assert!(changed[1].1.contains("ciphertext: ") && changed[1].1.ends_with("# rotate"), "{changed:?}");
}

#[tokio::test]
async fn e13_an_import_is_overridden_in_our_own_values() {
    let shop = rich().await;
    let written = shop.write_some(None, &[("shared.a", "ours", true)], true).await;
    assert_eq!(ends(&written), [End::Done]);
    let base = shop.store.definition(&"acme/default/base".parse().expect("legal")).await.expect("read");
    assert_eq!(base.revision, Some(2));
    assert!(shop.text().await.contains("shared:"));
}

#[tokio::test]
async fn e14_what_must_not_be_replaced_fails_alone() {
    let shop = rich().await;
    let puts = [
        ("cloud", "x", true),
        ("cloud.key", "x", true),
        ("copy", "x", true),
        ("host.a", "x", true),
        ("made.here", "x", true),
    ];
    let written = shop.write(None, &puts).await;
    assert_eq!(ends(&written), [End::Failed, End::Failed, End::Failed, End::Failed, End::Done]);
    assert_eq!(written.ends.iter().map(|ended| ended.action).collect::<Vec<_>>(), [10, 11, 12, 13, 14]);
    assert!(written.ends[0].reason.contains("fn::open"), "{:?}", written.ends[0]);
    assert!(written.ends.iter().take(4).all(|ended| !ended.help.is_empty()));
    assert_eq!(written.after, written.before.map(|before| before + 1));
}

#[tokio::test]
async fn e16_one_revision_whatever_the_number() {
    let shop = Shop::with("values: {}\n").await;
    let read = shop.definition().await;
    shop.running.reset_log();
    let paths: Vec<String> = (0..60).map(|at| format!("s.k{at}")).collect();
    let puts: Vec<_> = paths.iter().map(|path| (path.as_str(), "v", true)).collect();
    let written = shop.write(Some(read), &puts).await;
    assert_eq!((written.before, written.after), (Some(2), Some(3)));
    assert_eq!(shop.asked(), ["POST /yaml/check", "PATCH E"]);
    let listed = shop.store.revisions(&shop.environment, None, 10).await.expect("listed");
    assert_eq!(listed.len(), 3);
}

#[tokio::test]
async fn nothing_to_do_sends_nothing() {
    let shop = Shop::with("values:\n  a: x\n").await;
    let read = shop.definition().await;
    shop.running.reset_log();
    let written = shop.write(Some(read), &[("a", "x", false)]).await;
    assert_eq!((ends(&written), written.before, written.after), (vec![End::Done], Some(2), None));
    assert!(shop.asked().is_empty());
}

#[tokio::test]
async fn a_place_that_is_taken_is_not_made() {
    let shop = Shop::with("values:\n  a: x\n").await;
    let written = shop.write_some(None, &[("a", "y", true), ("b", "z", true)], true).await;
    assert_eq!(ends(&written), [End::Overtaken, End::Done]);
    assert_eq!(at(&shop.opened().await, "a"), ("x", false));
}

#[tokio::test]
async fn e10_a_definition_that_is_broken_is_not_written() {
    let shop = Shop::with("values:\n  a: x\n").await;
    shop.fault("POST", "yaml/check", 0, 1, super::Effect::Answer {
        status: 400,
        headers: Default::default(),
        body: r#"{"code":400,"message":"x","diagnostics":[{"summary":"unknown property \"canary\"","path":"values.q",
            "range":{"environment":"<yaml>","begin":{"line":3,"column":8,"byte":1},"end":{"line":3,"column":9,"byte":2}}}]}"#.into(),
    });
    let written = shop.write(None, &[("b", "canary", true)]).await;
    assert_eq!(ends(&written), [End::Failed]);
    assert!(told(&written.ends[0]).contains("line 3 column 8") && !told(&written.ends[0]).contains("canary"));
    assert_eq!(shop.count("PATCH"), 0);
}

#[tokio::test]
async fn e17_a_definition_too_large_is_refused_by_name_before_it_is_sent() {
    let shop = Shop::with("values: {}\n").await;
    let large = "x".repeat(5 << 20);
    let written = shop.write(None, &[("a", &large, true)]).await;
    assert_eq!(ends(&written), [End::Failed]);
    assert!(told(&written.ends[0]).contains("too large for ESC (status 413)"), "{:?}", written.ends[0].reason);
    assert_eq!(shop.count("PATCH"), 0);
    let text = format!("values:\n  a: {large}\n").into();
    let definition = shop.definition().await;
    let fault = shop.store.update_definition(&shop.environment, &text, &definition.etag).await.expect_err("too large");
    assert!(
        matches!(fault, EscWriteFault::Refused(unread) if unread.what.contains("too large") && unread.cause == Cause::Definition)
    );
}

#[tokio::test]
async fn an_environment_can_be_read_as_it_was() {
    let shop = Shop::with("values:\n  a: one\n").await;
    shop.write(None, &[("a", "two", true)]).await;
    let old = shop.store.definition_at(&shop.environment, 2).await.expect("read");
    assert_eq!((old.text.expose_text(), old.revision), (Some("values:\n  a: one\n"), Some(2)));
    let opened = shop.store.read_environment_at(&shop.environment, 2).await.expect("opened");
    assert_eq!(at(&opened, "a"), ("one", false));
    assert_eq!(at(&shop.opened().await, "a"), ("two", true));
    assert_eq!(shop.store.definition_at(&shop.environment, 9).await.expect_err("none").cause, Cause::NotFound);
}
