//! Who sees an organization's secret, before and after.

use std::sync::Arc;

use esc_sync::{
    engine::apply::github::{GithubChange, GithubOp, Keys},
    model::{App, GithubPlace, GithubScope, Slot, Visibility},
    plan::{Access, End, GithubBasis},
    sandbox::{
        Fault,
        github::{ItemVisibility, RepositoryVisibility},
    },
};

use super::{Bench, Wanted, ends, org, place, secret};

/// So many further repositories; returns their names.
fn repositories(bench: &Bench, count: usize) -> Vec<String> {
    let names: Vec<_> = (0..count).map(|n| format!("acme/r-{n:03}")).collect();
    bench.running.world(|world| {
        for name in &names {
            let (owner, name) = name.split_once('/').expect("owner/name");
            world.github.put_repository(owner, name, RepositoryVisibility::Private, 0);
        }
    });
    names
}

fn select(bench: &Bench, scope: &str, slot: Slot, name: &str, repositories: &[String]) {
    let repositories: Vec<&str> = repositories.iter().map(String::as_str).collect();
    bench.running.world(|world| {
        world.github.set(scope, slot, name, "old".into(), 5).expect("set");
        world.github.set_visibility(scope, slot, name, ItemVisibility::Selected, &repositories).expect("set");
    });
}

fn seen_by(bench: &Bench, scope: &str, slot: Slot, name: &str) -> (Option<ItemVisibility>, Vec<String>) {
    let view = bench.running.world(|world| world.github.view(scope, slot, name)).expect("stored");
    (view.visibility, view.repositories)
}

fn carried(place: GithubPlace, visibility: Option<Visibility>) -> Wanted {
    let before = GithubBasis::Present(Some(esc_sync::model::Stamp(5)));
    Wanted { access: Access::CarryOver, before, visibility, ..Wanted::new(place, "new") }
}

#[tokio::test]
async fn g16_selected_repositories_stay_exactly_those() {
    for app in [App::Actions, App::Codespaces, App::Dependabot] {
        let bench = Bench::new().await;
        let scope = Arc::new(GithubScope::Organization { app, organization: "acme".into() });
        let text = esc_sync::sandbox::github::GithubWorld::scope_text(&scope);
        let all = repositories(&bench, 150);
        let (three, more) = (all[147..].to_vec(), all[..130].to_vec());
        select(&bench, &text, Slot::Secret, "THREE", &three);
        select(&bench, &text, Slot::Secret, "MORE", &more);
        select(&bench, &text, Slot::Secret, "NONE", &[]);
        let listed = || Some(Visibility::Selected(None));
        let wanted = ["THREE", "MORE", "NONE"].map(|name| carried(secret(&scope, name), listed()));
        assert_eq!(ends(&bench.write(&wanted).await), [End::Done; 3]);
        for (name, repositories) in [("THREE", three), ("MORE", more), ("NONE", vec![])] {
            let expected = (Some(ItemVisibility::Selected), repositories);
            assert_eq!(seen_by(&bench, &text, Slot::Secret, name), expected, "{text} {name}");
            assert_eq!(bench.stored(&text, Slot::Secret, name).as_deref(), Some("new"));
        }
        // One list for each, of two pages where there are more than a hundred; nothing else but key and writes.
        assert_eq!(bench.asked("GET", "/repositories"), 4);
        assert_eq!(bench.running.requests().len(), 4 + 1 + 3);
    }
}

#[tokio::test]
async fn g16_a_list_that_cannot_be_read_leaves_the_secret_as_it_is() {
    let bench = Bench::new().await;
    let all = repositories(&bench, 130);
    select(&bench, "org:acme", Slot::Secret, "KEPT", &all);
    select(&bench, "org:acme", Slot::Secret, "OTHER", &all[..1]);
    bench.running.fault(Fault::status(500, "Server Error").on("GET", "*/KEPT/repositories*&page=2*").forever());
    let listed = || Some(Visibility::Selected(None));
    let wanted = ["KEPT", "OTHER"].map(|name| carried(secret(&org(), name), listed()));
    assert_eq!(ends(&bench.write(&wanted).await), [End::Failed, End::Done]);
    assert_eq!(bench.org_secret("KEPT").as_deref(), Some("old"));
    assert_eq!(seen_by(&bench, "org:acme", Slot::Secret, "KEPT").1.len(), 130);
    assert_eq!(bench.asked("PUT", "KEPT"), 0);
    assert!(!bench.events().contains(&"started 0".to_owned()));
}

#[tokio::test]
async fn g16_what_is_carried_over_is_asked_for_where_no_listing_told_it() {
    let bench = Bench::new().await;
    let three = repositories(&bench, 3);
    select(&bench, "org:acme", Slot::Secret, "SELECTED", &three);
    bench.given("PRIVATE", "old", 5);
    let wanted = ["SELECTED", "PRIVATE", "ABSENT"].map(|name| carried(secret(&org(), name), None));
    let ended = bench.write(&wanted).await;
    assert_eq!(ends(&ended), [End::Done, End::Done, End::Failed]);
    assert_eq!(seen_by(&bench, "org:acme", Slot::Secret, "SELECTED"), (Some(ItemVisibility::Selected), three));
    assert_eq!(seen_by(&bench, "org:acme", Slot::Secret, "PRIVATE").0, Some(ItemVisibility::Private));
    assert!(ended[2].help.contains("visible-to"), "{}", ended[2].help);
}

#[tokio::test]
async fn declared_repositories_are_looked_up_once_each() {
    let bench = Bench::new().await;
    let all = repositories(&bench, 2);
    let access = Access::Selected(all.iter().map(|name| name.parse().expect("legal")).collect());
    let wanted =
        ["A", "B", "C"].map(|name| Wanted { access: access.clone(), ..Wanted::new(secret(&org(), name), "v") });
    assert_eq!(ends(&bench.write(&wanted).await), [End::Done; 3]);
    assert_eq!(seen_by(&bench, "org:acme", Slot::Secret, "C"), (Some(ItemVisibility::Selected), all));
    assert_eq!(bench.asked("GET", "/repos/acme/r-"), 2);
}

#[tokio::test]
async fn a_declared_repository_that_is_not_there_leaves_the_secret_as_it_is() {
    let bench = Bench::new().await;
    let access = Access::Selected(Arc::new(["acme/gone".parse().expect("legal")]));
    let wanted = [Wanted { access, ..Wanted::new(secret(&org(), "A"), "v") }];
    let ended = bench.write(&wanted).await;
    assert_eq!(ends(&ended), [End::Failed]);
    assert!(ended[0].reason.contains("acme/gone"), "{}", ended[0].reason);
    assert_eq!(bench.org_secret("A"), None);
}

#[tokio::test]
async fn who_sees_it_changes_alone_where_github_has_a_way() {
    let bench = Bench::new().await;
    let all = repositories(&bench, 3);
    for slot in [Slot::Secret, Slot::Variable] {
        select(&bench, "org:acme", slot, "A", &all);
    }
    let one = Access::Selected(Arc::new([all[1].parse().expect("legal")]));
    let places = [secret(&org(), "A"), place(&org(), Slot::Variable, "A")];
    let restrict = |access| {
        let change = move |(action, place)| GithubChange {
            action,
            place,
            op: GithubOp::Restrict { access },
            before: GithubBasis::Present(None),
            visibility: None,
        };
        places.iter().enumerate().map(change).collect::<Vec<_>>()
    };
    let ended = bench.run(&restrict(&one), Keys::default(), |_| {}).await;
    assert_eq!(ends(&ended), [End::Done, End::Done]);
    for slot in [Slot::Secret, Slot::Variable] {
        assert_eq!(seen_by(&bench, "org:acme", slot, "A").1, all[1..2], "{slot:?}");
        assert_eq!(bench.stored("org:acme", slot, "A").as_deref(), Some("old"));
    }
    let ended = bench.run(&restrict(&Access::Private), Keys::default(), |_| {}).await;
    assert_eq!(ends(&ended), [End::Failed, End::Done]);
    assert!(ended[0].reason.contains("together with its value"), "{}", ended[0].reason);
    assert_eq!(seen_by(&bench, "org:acme", Slot::Variable, "A").0, Some(ItemVisibility::Private));
}
