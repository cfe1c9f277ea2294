//! A plan as people read it, and as it is kept.

use std::collections::BTreeSet;

use esc_sync::plan::{Header, Kept, KeptError, Plan, PlanOptions, Source, to_json};

use super::world::{World, mapping, name, print, secret};

const ONE: &str = "7f3c9a1e5b2d8046";
const TWO: &str = "0b6d2e8f4a1c9357";

fn header() -> Header {
    let options = PlanOptions {
        source: Source::Esc,
        overwrite: BTreeSet::from([name("A")]),
        selected: Some(vec![true, false]),
        max_changes: 7,
        ..PlanOptions::default()
    };
    Header { mapping: "d1".into(), run: "r1".into(), options }
}

fn kept(plan: &Plan) -> Kept {
    Kept::parse(to_json(plan, &header()).as_bytes()).expect("a kept plan")
}

fn world() -> World {
    World::default().esc("s.a", ONE).esc("s.b", TWO).on_github(secret("B"), ONE, 100).agreed(secret("B"), ONE, 100)
}

#[test]
fn a_kept_plan_comes_back_with_its_options_and_holds_while_nothing_moves() {
    let entries = mapping("  A: s.a\n  B: s.b\n");
    let plan = world().plan(&entries);
    let kept = kept(&plan);
    assert_eq!((kept.header.clone(), kept.len()), (header(), 2));
    assert_eq!(kept.refusal(&world().plan(&entries)), None);
    let text = to_json(&plan, &header());
    assert!(!text.contains(ONE) && !text.contains(TWO));
    assert!(text.contains(&print(&secret("A"), ONE).to_string()));
}

#[test]
fn a_kept_plan_is_refused_when_its_basis_moved() {
    let entries = mapping("  A: s.a\n  B: s.b\n");
    let kept = kept(&world().plan(&entries));
    let refusal = |world: World| kept.refusal(&world.plan(&entries)).expect("refused");
    insta::assert_snapshot!(refusal(world().esc("s.a", TWO)), @"the kept plan no longer holds: create of github acme secret A changed in ESC since");
    insta::assert_snapshot!(refusal(world().on_github(secret("B"), ONE, 101)), @"the kept plan no longer holds: update of github acme secret B is not to be done any more");
    insta::assert_snapshot!(refusal(world().on_github(secret("A"), ONE, 101).agreed(secret("A"), TWO, 101)), @"the kept plan no longer holds: create of github acme secret A changed on GitHub since");
    let more = mapping("  A: s.a\n  B: s.b\n  C: { esc: s.a, github: { repository: acme/app } }\n");
    insta::assert_snapshot!(kept.refusal(&world().plan(&more)).expect("refused"), @"the kept plan no longer holds: create of github acme/app secret C is new");
    let mut keyless = world().plan(&entries);
    keyless.actions[0].basis.esc = None;
    let blind = Kept::parse(to_json(&keyless, &header()).as_bytes()).expect("a kept plan");
    assert!(blind.refusal(&keyless).is_some_and(|why| why.contains("cannot be compared")));
}

#[test]
fn an_edited_or_foreign_file_is_no_plan() {
    let text = to_json(&world().plan(&mapping("  A: s.a\n")), &header());
    let parse = |text: &str| Kept::parse(text.as_bytes()).expect_err("refused");
    assert_eq!(parse(&text.replace("\"create\"", "\"update\"")), KeptError::Damaged);
    assert_eq!(parse(&text.replace("plan/v1", "plan/v2")), KeptError::OtherVersion);
    for foreign in ["", "{}", "[]", "null", "{\"schema\": 1}", &text[..text.len() / 2]] {
        assert_eq!(parse(foreign), KeptError::NotAPlan, "{foreign:?}");
    }
    assert_eq!(parse("{\"schema\": \"esc-sync/plan/v1\"}"), KeptError::Damaged);
}
