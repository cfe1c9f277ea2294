//! Refusals that speak for more than one write.

use esc_sync::{
    plan::End,
    sandbox::{
        Fault,
        github::{TokenKind, TokenRule},
    },
};

use super::{Bench, Wanted, count, many, options, org, repository, secret, unpaced};

fn allow(bench: &Bench, kind: TokenKind, permissions: &[(&str, &str)], scopes: &[&str]) {
    let rule = TokenRule {
        kind,
        permissions: permissions.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..TokenRule::default()
    };
    bench.running.world(|world| world.github.put_token("ghp_test", rule));
}

#[tokio::test]
async fn g4_a_missing_right_is_named_and_heard_from_no_more_than_a_few() {
    let bench = Bench::with(options(), unpaced(2)).await;
    allow(&bench, TokenKind::FineGrained, &[("organization_secrets", "read"), ("secrets", "write")], &[]);
    let app = repository("acme/app");
    let mut wanted = many(40);
    wanted.push(Wanted::new(secret(&app, "OTHER"), "v"));
    let ended = bench.write(&wanted).await;
    assert_eq!((count(&ended, End::Failed), ended[40].end), (40, End::Done));
    for text in ["organization \"Secrets\": read and write", "GitHub names organization_secrets=write"] {
        assert!(ended[39].help.contains(text), "{}", ended[39].help);
    }
    assert!(ended[39].reason.starts_with("not tried, since"), "{}", ended[39].reason);
    assert!(bench.asked("PUT", "/orgs/") <= 4, "three and what was under way");
}

#[tokio::test]
async fn g5_a_token_that_ends_midway_ends_the_run_for_all_scopes() {
    let bench = Bench::with(options(), unpaced(2)).await;
    bench.running.fault(Fault::status(401, "Bad credentials").on("PUT", "/secrets/").skip(20).forever());
    let mut wanted = many(50);
    wanted.push(Wanted::new(secret(&repository("acme/app"), "OTHER"), "v"));
    let ended = bench.write(&wanted).await;
    assert_eq!((count(&ended, End::Done), count(&ended, End::Failed)), (20, 31));
    assert!(bench.asked("PUT", "") <= 20 + 4, "{}", bench.asked("PUT", ""));
    assert!(ended[50].reason.contains("401") && !ended[50].help.is_empty(), "{}", ended[50].reason);
}

#[tokio::test]
async fn g8_a_repository_that_is_not_there_gets_nothing_made() {
    let bench = Bench::with(options(), unpaced(1)).await;
    let gone = repository("acme/gone");
    let wanted: Vec<_> = (0..9).map(|n| Wanted::new(secret(&gone, &format!("S_{n}")), "v")).collect();
    let ended = bench.write(&wanted).await;
    assert_eq!(count(&ended, End::Failed), 9);
    assert!(ended[0].reason.contains("repository acme/gone is not there"), "{}", ended[0].reason);
    let asked = bench.running.requests();
    assert!(asked.iter().all(|request| request.method == "GET") && asked.len() <= 2, "{asked:?}");
}

#[tokio::test]
async fn g8_an_archived_repository_says_so() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        let app = world.github.repository_id("acme", "app").expect("there by default");
        world.github.archive_repository(app, true);
    });
    let ended = bench.write(&[Wanted::new(secret(&repository("acme/app"), "S"), "v")]).await;
    assert_eq!(ended[0].end, End::Failed);
    assert!(ended[0].reason.contains("archived"), "{}", ended[0].reason);
}

#[tokio::test]
async fn g9_a_write_does_not_follow_a_renamed_repository() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        let app = world.github.repository_id("acme", "app").expect("there by default");
        world.github.rename_repository(app, "acme", "renamed");
    });
    let ended = bench.write(&[Wanted::new(secret(&repository("acme/app"), "S"), "v")]).await;
    assert_eq!(ended[0].end, End::Failed);
    assert!(ended[0].reason.contains("has another name by now"), "{}", ended[0].reason);
    assert!(ended[0].help.contains("into the mapping"), "{}", ended[0].help);
    assert_eq!(bench.stored("repo:acme/renamed", esc_sync::model::Slot::Secret, "S"), None);
    assert_eq!(bench.store.moved_repositories().len(), 1);
}

#[tokio::test]
async fn i10_a_deletion_without_the_right_is_not_taken_for_done() {
    let bench = Bench::new().await;
    bench.given("S", "v", 5);
    allow(&bench, TokenKind::Classic, &[], &["repo"]);
    let fault = bench.store.delete(&secret(&org(), "S")).await.expect_err("no right");
    assert!(fault.to_string().contains("404"), "{fault}");
    allow(&bench, TokenKind::Classic, &[], &["admin:org"]);
    for _ in 0..2 {
        bench.store.delete(&secret(&org(), "S")).await.expect("done, or done already");
    }
    assert_eq!(bench.org_secret("S"), None);
}
