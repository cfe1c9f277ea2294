//! Every small world: one secret in all its states, two secrets in most of theirs.
//!
//! The reference is not a second planner: it is what must hold of any plan, said plainly.

use std::collections::BTreeSet;

use esc_sync::{
    mapping::Mapping,
    plan::{Plan, PlanOptions, Write},
};

use super::world::{World, mapping, name, secret};

const ONE: &str = "7f3c9a1e5b2d8046";
const TWO: &str = "0b6d2e8f4a1c9357";
const PLACEHOLDER: &str = "your-api-key-here";

/// One secret's share of a world.
#[derive(Clone, Copy, Debug)]
struct State {
    esc: Option<&'static str>,
    github: Option<&'static str>,
    base: Option<&'static str>,
    /// Somebody wrote it on GitHub after it was recorded.
    touched: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    direction: &'static str,
    policy: &'static str,
    named: &'static str,
    in_job: bool,
}

fn states(values: &[Option<&'static str>], bases: &[Option<&'static str>]) -> Vec<State> {
    let mut all = Vec::new();
    for &esc in values {
        for &github in values {
            for &base in bases {
                let touches = if base.is_some() { &[false, true][..] } else { &[false] };
                all.extend(touches.iter().map(|&touched| State { esc, github, base, touched }));
            }
        }
    }
    // The stamp of what is recorded belongs to what was recorded.
    all.retain(|state| state.touched || state.base.is_none() || state.github.is_none() || state.github == state.base);
    all
}

fn put(mut world: World, id: &str, state: State) -> World {
    if let Some(value) = state.esc {
        world = world.esc(&format!("s.{}", id.to_lowercase()), value);
    }
    if let Some(value) = state.github {
        world = world.on_github(secret(id), value, if state.touched { 200 } else { 100 });
    }
    if let Some(value) = state.base {
        world = world.agreed(secret(id), value, 100);
    }
    world
}

fn options(rules: Rules) -> PlanOptions {
    let named = BTreeSet::from([name("A")]);
    let mut options = PlanOptions::default();
    match rules.named {
        "overwrite" => options.overwrite = named,
        "take" => options.take = named,
        _ => {}
    }
    options
}

/// What any plan must be to one secret, whatever the table says.
fn assert_sound(plan: &Plan, id: &str, state: State, rules: Rules) {
    let about = plan.actions.iter().filter(|action| action.name == name(id)).collect::<Vec<_>>();
    assert!(about.len() <= 1, "two writes for one secret: {state:?} {rules:?}");
    let esc_moved = state.base.is_some() && state.esc != state.base;
    let declared = |policy| rules.policy == policy;
    for action in about {
        match &action.write {
            Write::Push { create, .. } => {
                let value = state.esc.expect("I10: nothing is sent from nothing");
                assert_ne!(value, PLACEHOLDER, "I9: {state:?} {rules:?}");
                let seen = rules.in_job || (state.base.is_some() && !state.touched);
                assert!(!seen || state.esc != state.github, "I2: {state:?} {rules:?}");
                assert!(rules.direction != "github-to-esc" || rules.named == "overwrite", "{state:?} {rules:?}");
                assert_eq!(*create, state.github.is_none());
                let replaces_nothing = state.github.is_none() || (rules.in_job && state.github == Some(PLACEHOLDER));
                let ours = state.base.is_some() && !state.touched;
                let winner = declared("esc-wins") && (esc_moved || state.base.is_none());
                assert!(
                    replaces_nothing || ours || winner || rules.named == "overwrite",
                    "I3: {state:?} {rules:?} {}",
                    action.why
                );
            }
            Write::Pull { create, .. } => {
                assert!(rules.in_job && state.github.is_some(), "I9: {state:?} {rules:?}");
                assert_ne!(state.github, Some(PLACEHOLDER), "I9: {state:?} {rules:?}");
                assert_ne!(state.esc, state.github, "I2: {state:?} {rules:?}");
                assert!(rules.direction != "esc-to-github" || rules.named == "take", "{state:?} {rules:?}");
                assert_eq!(*create, state.esc.is_none());
                let lost = state.esc.is_some_and(|value| value != PLACEHOLDER) && (esc_moved || state.base.is_none());
                let winner = declared("github-wins") || (declared("newest") && state.touched);
                assert!(!lost || winner || rules.named == "take", "I1: {state:?} {rules:?} {}", action.why);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What no plan may leave out: the plain cases of each direction.
fn assert_useful(plan: &Plan, state: State, rules: Rules) {
    if !rules.named.is_empty() {
        return;
    }
    let fit = |value: Option<&str>| value.is_some_and(|value| value != PLACEHOLDER);
    let untouched = state.base.is_some() && !state.touched && state.github == state.base;
    let sends = rules.direction != "github-to-esc" && fit(state.esc) && state.esc != state.github;
    if sends && (state.github.is_none() || untouched) {
        assert!(
            matches!(plan.actions[..], [ref one] if matches!(one.write, Write::Push { .. })),
            "{state:?} {rules:?}"
        );
    }
    let takes = rules.direction != "esc-to-github" && rules.in_job && fit(state.github) && state.esc != state.github;
    let is_new = state.touched && state.github != state.base && state.esc == state.base;
    if takes && (state.esc.is_none() || is_new) {
        assert!(
            matches!(plan.actions[..], [ref one] if matches!(one.write, Write::Pull { .. })),
            "{state:?} {rules:?}"
        );
    }
    let quiet = plan.actions.is_empty() && plan.held_back.is_empty();
    assert!(!quiet || state.esc == state.github, "a difference nobody speaks of: {state:?} {rules:?}");
}

/// Carried out, a plan leaves nothing to do.
fn assert_converges(world: &World, mapping: &Mapping, plan: &Plan, options: &PlanOptions, what: &str) {
    let mut after = world.clone();
    after.apply(mapping, plan);
    let again = after.plan_with(mapping, options).expect("a plan");
    assert!(again.actions.is_empty() && again.agreed.is_empty(), "I2: {what}: {:?}", again.actions);
}

fn mappings(ids: &[&str], rules: Rules) -> Mapping {
    let entry = |id: &&str| {
        let (path, Rules { direction, policy, .. }) = (id.to_lowercase(), rules);
        format!("  {id}: {{ esc: s.{path}, direction: {direction}, on-conflict: {policy} }}\n")
    };
    mapping(&ids.iter().map(entry).collect::<String>())
}

const DIRECTIONS: [&str; 3] = ["esc-to-github", "github-to-esc", "both"];
const POLICIES: [&str; 4] = ["stop", "esc-wins", "github-wins", "newest"];

#[test]
fn i1_i2_i3_i9_every_world_of_one_secret() {
    let values = [None, Some(ONE), Some(TWO), Some(PLACEHOLDER)];
    let states = states(&values, &[None, Some(ONE), Some(TWO)]);
    for direction in DIRECTIONS {
        for policy in POLICIES {
            let mapping = mappings(&["A"], Rules { direction, policy, named: "", in_job: false });
            for named in ["", "overwrite", "take"] {
                for in_job in [false, true] {
                    let rules = Rules { direction, policy, named, in_job };
                    for &state in &states {
                        let world = put(World { in_job, ..World::default() }, "A", state);
                        let options = options(rules);
                        let plan = world.plan_with(&mapping, &options).expect("a plan");
                        assert_sound(&plan, "A", state, rules);
                        assert_useful(&plan, state, rules);
                        assert_converges(&world, &mapping, &plan, &options, &format!("{state:?} {rules:?}"));
                    }
                }
            }
        }
    }
}

#[test]
fn i10_an_unread_store_is_no_reason_to_write() {
    let values = [None, Some(ONE), Some(TWO)];
    for direction in DIRECTIONS {
        for policy in POLICIES {
            let mapping = mappings(&["A"], Rules { direction, policy, named: "", in_job: false });
            for named in ["", "overwrite", "take"] {
                let rules = Rules { direction, policy, named, in_job: true };
                for state in states(&values, &[None, Some(ONE)]) {
                    for (esc_fails, github_fails) in [(true, false), (false, true), (true, true)] {
                        let world = World { esc_fails, github_fails, in_job: true, ..World::default() };
                        let plan = put(world, "A", state).plan_with(&mapping, &options(rules)).expect("a plan");
                        assert!(plan.actions.is_empty() && plan.agreed.is_empty(), "{state:?} {rules:?}");
                        assert_eq!(plan.held_back.len(), 1, "{state:?} {rules:?}");
                    }
                }
            }
        }
    }
}

/// Two secrets are planned as each would be alone.
#[test]
fn i3_i7_every_world_of_two_secrets() {
    let full = states(&[None, Some(ONE), Some(PLACEHOLDER)], &[None, Some(ONE)]);
    for direction in DIRECTIONS {
        for in_job in [false, true] {
            let rules = Rules { direction, policy: "stop", named: "", in_job };
            let (pair, alone) = (mappings(&["A", "B"], rules), [mappings(&["A"], rules), mappings(&["B"], rules)]);
            for &a in &full {
                for &b in full.iter().step_by(3) {
                    let world = put(put(World { in_job, ..World::default() }, "A", a), "B", b);
                    let plan = world.plan(&pair);
                    assert_sound(&plan, "A", a, rules);
                    assert_sound(&plan, "B", b, rules);
                    let apart: Vec<Write> =
                        alone.iter().flat_map(|one| world.plan(one).actions).map(|action| action.write).collect();
                    let writes: Vec<Write> = plan.actions.iter().map(|action| action.write.clone()).collect();
                    assert_eq!(writes, apart, "{a:?} {b:?} {rules:?}");
                    assert_converges(&world, &pair, &plan, &PlanOptions::default(), &format!("{a:?} {b:?} {rules:?}"));
                }
            }
        }
    }
}
