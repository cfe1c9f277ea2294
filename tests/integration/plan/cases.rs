//! Guards, several places, audiences, deletions, limits: case by case.

use std::collections::BTreeSet;

use esc_sync::{
    mapping::Mapping,
    model::{Place, SecretName, Visibility},
    plan::{Access, Because, Plan, PlanError, PlanOptions, Source, Write, value_for},
};

use super::world::{World, mapping, name, secret, variable};

const ONE: &str = "7f3c9a1e5b2d8046";
const TWO: &str = "0b6d2e8f4a1c9357";

fn named(text: &str) -> BTreeSet<SecretName> {
    BTreeSet::from([name(text)])
}

fn overwrite(text: &str) -> PlanOptions {
    PlanOptions { overwrite: named(text), ..PlanOptions::default() }
}

fn prune(text: &str) -> PlanOptions {
    PlanOptions { prune: named(text), ..PlanOptions::default() }
}

fn only_hold(plan: &Plan) -> Because {
    assert!(plan.actions.is_empty(), "{:?}", plan.actions);
    assert_eq!(plan.held_back.len(), 1, "{:?}", plan.held_back);
    plan.held_back[0].because
}

#[test]
fn v4_v11_i9_no_placeholder_travels_by_any_path_or_for_any_tier() {
    for value in ["", " ", "changeme", "your-api-key-here", "xxxx"] {
        for tier in ["critical", "optional"] {
            let entry = |direction| mapping(&format!("  A: {{ esc: s.a, tier: {tier}, direction: {direction} }}\n"));
            let world = World::default().esc("s.a", value);
            assert_eq!(only_hold(&world.plan(&entry("esc-to-github"))), Because::Guarded, "{value:?}");
            let forced = world.clone().on_github(secret("A"), ONE, 100);
            let plan = forced.plan_with(&entry("both"), &overwrite("A")).expect("a plan");
            assert_eq!(only_hold(&plan), Because::Guarded, "{value:?}");
            let back = World::default().on_github(secret("A"), value, 100).in_job();
            assert_eq!(only_hold(&back.plan(&entry("both"))), Because::Guarded, "{value:?}");
        }
    }
}

#[test]
fn v4_v11_what_is_allowed_by_name_travels_unless_it_is_nothing_at_all() {
    let entry = mapping("  A: { esc: s.a, allow: [ { rule: placeholder-value, reason: \"it is meant\" } ] }\n");
    assert_eq!(World::default().esc("s.a", "changeme").plan(&entry).actions.len(), 1);
    assert_eq!(only_hold(&World::default().esc("s.a", "").plan(&entry)), Because::Guarded);
}

#[test]
fn v3_v14_a_value_that_an_error_level_rule_refuses_does_not_travel() {
    let wrapped = mapping("  A: { esc: s.a, encoding: base64 }\n");
    assert_eq!(only_hold(&World::default().esc("s.a", "not base64 at all").plan(&wrapped)), Because::Guarded);
    for tier in ["critical", "optional"] {
        let denied = format!("  A: {{ esc: s.a, kind: config, deny: [old-name], tier: {tier} }}\n");
        assert_eq!(only_hold(&World::default().esc("s.a", "old-name").plan(&mapping(&denied))), Because::Guarded);
    }
    let large = ONE.repeat(3001);
    assert_eq!(only_hold(&World::default().esc("s.a", &large).plan(&mapping("  A: s.a\n"))), Because::Guarded);
}

#[test]
fn i9_a_worthless_variable_gives_way_and_a_denied_one_in_esc_is_replaced() {
    let entry = |direction: &str| {
        mapping(&format!("  A: {{ esc: s.a, kind: config, deny: [old-name], direction: {direction} }}\n"))
    };
    let world = World::default().esc("s.a", "new-name").on_github(variable("A"), "old-name", 100);
    let plan = world.plan(&entry("esc-to-github"));
    assert!(matches!(plan.actions[0].write, Write::Push { create: false, .. }), "{:?}", plan.held_back);
    let world = World::default().esc("s.a", "old-name").on_github(variable("A"), "new-name", 100);
    assert!(matches!(world.plan(&entry("both")).actions[0].write, Write::Pull { create: false, .. }));
    let world = World::default().esc("s.a", "new-name").on_github(variable("A"), "other-name", 100);
    assert_eq!(only_hold(&world.plan(&entry("both"))), Because::Conflict);
}

#[test]
fn i6_values_go_out_unwrapped_and_come_back_wrapped() {
    let entry = mapping("  A: { esc: s.a, encoding: base64, direction: both }\n");
    let out = World::default().esc("s.a", "aGVs\nbG8tN2YzYw==");
    let back = World::default().on_github(secret("A"), "hello-7f3c\n", 100).in_job();
    for (world, expected) in [(out, "hello-7f3c"), (back, "aGVsbG8tN2YzYwo=")] {
        let plan = world.plan(&entry);
        let sent = value_for(&plan.actions[0].write, &entry.entries[0], &world.snapshot(&entry)).expect("a value");
        assert!(sent.same_as(&expected.into()));
    }
}

#[test]
fn g22_drifted_is_left_until_it_is_named() {
    let entry = mapping("  A: s.a\n");
    let world = World::default().esc("s.a", ONE).on_github(secret("A"), TWO, 200).agreed(secret("A"), ONE, 100);
    assert_eq!(only_hold(&world.plan(&entry)), Because::Drifted);
    assert_eq!(world.plan_with(&entry, &overwrite("A")).expect("a plan").actions.len(), 1);
}

/// Two variables under one entry, each in its own scope.
fn two_places() -> Mapping {
    mapping(
        "  A:\n    esc: s.a\n    kind: config\n    on-conflict: newest\n    github:\n      - { organization: acme }\n      - { repository: acme/app }\n",
    )
}

#[test]
fn places_that_disagree_are_a_conflict_unless_one_is_the_newest() {
    let entry = two_places();
    let places = entry.entries[0].github.to_vec();
    let from_github = PlanOptions { source: Source::Github, ..PlanOptions::default() };
    let world = |one: i64, two: i64| {
        World::default().on_github(places[0].clone(), ONE, one).on_github(places[1].clone(), TWO, two)
    };
    let tied = world(100, 100).plan_with(&entry, &from_github).expect("a plan");
    assert!(tied.actions.is_empty() && tied.held_back.iter().all(|held| held.because == Because::Conflict));
    let newest = world(100, 101).plan_with(&entry, &from_github).expect("a plan");
    assert_eq!(newest.actions.len(), 1);
    assert_eq!(newest.actions[0].write.github(), Some(&places[1]));
    assert_eq!(newest.held_back.len(), 1);
    let agreeing = World::default().on_github(places[0].clone(), ONE, 1).on_github(places[1].clone(), ONE, 2);
    let plan = agreeing.plan_with(&entry, &from_github).expect("a plan");
    assert_eq!((plan.actions.len(), plan.held_back.len()), (1, 0));
}

#[test]
fn i2_a_value_that_was_taken_goes_on_to_the_other_places_in_the_same_run() {
    let entry = two_places();
    let places = entry.entries[0].github.to_vec();
    let take = PlanOptions { take: named("A"), ..PlanOptions::default() };
    let mut world = World::default().esc("s.a", "older").on_github(places[1].clone(), TWO, 200);
    world = world.on_github(places[0].clone(), "older", 100).agreed(places[0].clone(), "older", 100);
    let plan = world.plan_with(&entry, &take).expect("a plan");
    assert_eq!(plan.actions.len(), 2, "{:?}", plan.held_back);
    let push = plan.actions.iter().find_map(|action| match &action.write {
        Write::Push { from, to, .. } => Some((from.clone(), to.clone())),
        _ => None,
    });
    assert_eq!(push, Some((Place::Github(places[1].clone()), places[0].clone())));
    world.apply(&entry, &plan);
    assert_eq!((&*world.github[&places[0]].value, &*world.esc["s.a"]), (TWO, TWO));
    assert!(world.plan(&entry).actions.is_empty());
}

#[test]
fn m5_entries_with_one_path_give_it_one_value_or_none() {
    let entries = mapping("  A: { esc: s.a, kind: config }\n  B: { esc: s.a, kind: config }\n");
    let from_github = PlanOptions { source: Source::Github, ..PlanOptions::default() };
    let plan = |a: &str, b: &str| {
        let world = World::default().on_github(variable("A"), a, 1).on_github(variable("B"), b, 1);
        world.plan_with(&entries, &from_github).expect("a plan")
    };
    assert_eq!((plan(ONE, ONE).actions.len(), plan(ONE, ONE).held_back.len()), (1, 0));
    let refused = plan(ONE, TWO);
    assert_eq!((refused.actions.len(), refused.held_back.len()), (0, 2));
    assert!(refused.held_back.iter().all(|held| held.because == Because::Conflict));
}

#[test]
fn g16_i7_who_sees_it_is_declared_carried_over_or_kept_small() {
    let access = |text: &str, world: &World| match &world.plan(&mapping(text)).actions[0].write {
        Write::Push { access, .. } => access.clone(),
        other => panic!("{other:?}"),
    };
    let fresh = World::default().esc("s.a", ONE);
    let visible: std::sync::Arc<[_]> = ["acme/app".parse().expect("legal")].into();
    assert_eq!(access("  A: s.a\n", &fresh), Access::Selected(visible));
    assert_eq!(access("  A: { esc: s.a, github: { organization: acme, visible-to: [] } }\n", &fresh), Access::Private);
    assert_eq!(access("  A: { esc: s.a, github: { organization: acme, visibility: all } }\n", &fresh), Access::All);
    assert_eq!(access("  A: { esc: s.a, github: { repository: acme/app } }\n", &fresh), Access::NotApplicable);
    let there = World::default().esc("s.a", TWO).on_github(secret("A"), ONE, 100).agreed(secret("A"), ONE, 100);
    assert_eq!(access("  A: s.a\n", &there), Access::CarryOver);
}

#[test]
fn i7_another_audience_is_set_without_the_value_where_only_the_list_differs() {
    let declared = |kind: &str| {
        mapping(&format!(
            "  A: {{ esc: s.a, github: {{ organization: acme, visibility: {kind}, visible-to: [acme/app] }} }}\n"
        ))
    };
    let world = |there: Visibility| {
        let mut world = World::default().esc("s.a", ONE).on_github(secret("A"), ONE, 100).agreed(secret("A"), ONE, 100);
        world.github.get_mut(&secret("A")).expect("there").visibility = there;
        world
    };
    let list = |text: &str| Visibility::Selected(Some([text.parse().expect("legal")].into()));
    assert!(world(list("acme/app")).plan(&declared("selected")).actions.is_empty());
    assert!(world(Visibility::Selected(None)).plan(&declared("selected")).actions.is_empty());
    let plan = world(list("acme/web")).plan(&declared("selected"));
    assert!(matches!(plan.actions[0].write, Write::Restrict { .. }));
    let mut unrecorded = world(list("acme/web"));
    unrecorded.records.clear();
    let plan = unrecorded.plan(&declared("selected"));
    assert!(matches!(plan.actions[..], [ref one] if matches!(one.write, Write::Restrict { .. })));
    assert_eq!(plan.held_back[0].because, Because::Unverified);
    let back = "  A: { esc: s.a, direction: github-to-esc, github: { organization: acme, visibility: all } }\n";
    assert!(world(list("acme/web")).plan(&mapping(back)).actions.is_empty());
    for (there, kind) in [(list("acme/app"), "all"), (Visibility::All, "private"), (Visibility::Private, "selected")] {
        let (mapping, mut world) = (declared(kind), world(there));
        let plan = world.plan(&mapping);
        assert!(matches!(plan.actions[0].write, Write::Push { create: false, .. }), "{kind}");
        world.apply(&mapping, &plan);
        assert!(world.plan(&mapping).actions.is_empty());
    }
}

#[test]
fn m14_only_what_we_wrote_and_nobody_touched_is_deleted_and_only_by_name() {
    let entry = mapping("  A: { esc: s.a, aliases: [OLD_A] }\n");
    let world = World::default().on_github(secret("GONE"), ONE, 100).agreed(secret("GONE"), ONE, 100);
    assert!(world.plan(&entry).actions.is_empty());
    let plan = world.plan_with(&entry, &prune("GONE")).expect("a plan");
    assert_eq!(plan.actions.len(), 1);
    assert!(matches!(&plan.actions[0].write, Write::Prune { at } if *at == secret("GONE")));

    let refused = |world: &World, text: &str| world.plan_with(&entry, &prune(text)).expect_err("refused");
    assert!(matches!(refused(&world, "NOBODYS"), PlanError::NeverWritten { .. }));
    for mapped in ["A", "OLD_A"] {
        let world = world.clone().on_github(secret(mapped), ONE, 100).agreed(secret(mapped), ONE, 100);
        assert!(matches!(refused(&world, mapped), PlanError::StillMapped { .. }), "{mapped}");
    }
    let mut foreign = world.clone();
    foreign.records.get_mut(&secret("GONE")).expect("there").written = false;
    assert!(matches!(refused(&foreign, "GONE"), PlanError::NeverWritten { .. }));
    let touched = world.clone().on_github(secret("GONE"), TWO, 101);
    assert!(matches!(refused(&touched, "GONE"), PlanError::NotPrunable { .. }));
    let unread = World { github_fails: true, ..world.clone() };
    assert!(matches!(refused(&unread, "GONE"), PlanError::NotPrunable { .. }), "i10");
    let mut gone = world.clone();
    gone.github.remove(&secret("GONE"));
    gone.github.insert(secret("OTHER"), world.github[&secret("GONE")].clone());
    assert!(gone.plan_with(&entry, &prune("GONE")).expect("a plan").actions.is_empty());
}

#[test]
fn more_than_one_run_may_do_is_refused_whole() {
    let entries = mapping("  A: s.a\n  B: s.b\n");
    let world = World::default().esc("s.a", ONE).esc("s.b", TWO);
    let capped = |max_changes| world.plan_with(&entries, &PlanOptions { max_changes, ..PlanOptions::default() });
    assert_eq!(capped(2).expect("a plan").actions.len(), 2);
    assert_eq!(capped(1).expect_err("refused"), PlanError::TooMany { count: 2, cap: 1 });
    let selected = PlanOptions { selected: Some(vec![false, true]), max_changes: 1, ..PlanOptions::default() };
    assert_eq!(world.plan_with(&entries, &selected).expect("a plan").actions[0].name, name("B"));
}

#[test]
fn a_name_that_is_no_entry_is_a_mistake_of_the_command() {
    let entry = mapping("  A: { esc: s.a, aliases: [OLD_A] }\n");
    let world = World::default().esc("s.a", ONE);
    for text in ["OLD_A", "NOBODYS"] {
        let error = world.plan_with(&entry, &overwrite(text)).expect_err("refused");
        assert!(error.is_usage() && error.to_string().contains(text), "{error}");
        let take = PlanOptions { take: named(text), ..PlanOptions::default() };
        assert!(world.plan_with(&entry, &take).expect_err("refused").is_usage());
    }
    let both = PlanOptions { take: named("A"), ..overwrite("A") };
    assert!(matches!(world.plan_with(&entry, &both), Err(PlanError::BothWin { .. })));
}
