//! Random worlds of many secrets: a plan carried out leaves nothing to do, whatever the seed.

use proptest::{collection::vec, prelude::*};

use super::world::{World, mapping, secret, variable};

const VALUES: [&str; 5] = ["7f3c9a1e5b2d8046", "0b6d2e8f4a1c9357", "91d4c07ba2e6583f", "changeme", " "];
const DIRECTIONS: [&str; 3] = ["esc-to-github", "github-to-esc", "both"];
const POLICIES: [&str; 4] = ["stop", "esc-wins", "github-wins", "newest"];

/// One entry: whether it is a variable, direction, policy, ESC's value, GitHub's, the base, and whether it was touched.
type Shape = (bool, usize, usize, Option<usize>, Option<usize>, Option<usize>, bool);

fn shape() -> impl Strategy<Value = Shape> {
    let value = || prop::option::of(0..VALUES.len());
    (any::<bool>(), 0..3_usize, 0..4_usize, value(), value(), value(), any::<bool>())
}

fn build(shapes: &[Shape], in_job: bool) -> (String, World) {
    let (mut entries, mut world) = (String::new(), World { in_job, ..World::default() });
    for (at, (is_variable, direction, policy, esc, github, base, touched)) in shapes.iter().enumerate() {
        let (direction, policy) = (DIRECTIONS[*direction], POLICIES[*policy]);
        let kind = if *is_variable { "config" } else { "secret" };
        entries.push_str(&format!(
            "  N{at}: {{ esc: s.n{at}, kind: {kind}, direction: {direction}, on-conflict: {policy} }}\n"
        ));
        let id = format!("N{at}");
        let place = if *is_variable { variable(&id) } else { secret(&id) };
        if let Some(value) = esc {
            world = world.esc(&format!("s.n{at}"), VALUES[*value]);
        }
        let github = if *touched { *github } else { github.and(base.or(*github)) };
        if let Some(value) = github {
            world = world.on_github(place.clone(), VALUES[value], if *touched { 200 } else { 100 });
        }
        if let Some(value) = base {
            world = world.agreed(place, VALUES[*value], 100);
        }
    }
    (entries, world)
}

proptest! {
    #[test]
    fn i2_i4_a_second_run_writes_nothing(shapes in vec(shape(), 1..12), in_job in any::<bool>()) {
        let (entries, mut world) = build(&shapes, in_job);
        let mapping = mapping(&entries);
        let plan = world.plan(&mapping);
        world.apply(&mapping, &plan);
        let again = world.plan(&mapping);
        prop_assert!(again.actions.is_empty(), "{:?}", again.actions);
        prop_assert!(again.agreed.is_empty(), "{:?}", again.agreed);
    }

    #[test]
    fn i4_half_a_plan_and_then_a_whole_one_come_to_the_same(shapes in vec(shape(), 1..12), cut in 0..12_usize) {
        let (entries, world) = build(&shapes, true);
        let mapping = mapping(&entries);
        let (mut whole, mut halved) = (world.clone(), world.clone());
        whole.apply(&mapping, &world.plan(&mapping));
        let mut half = world.plan(&mapping);
        half.actions.truncate(cut);
        halved.apply(&mapping, &half);
        let rest = halved.plan(&mapping);
        halved.apply(&mapping, &rest);
        prop_assert_eq!(&whole.esc, &halved.esc);
        let values = |world: &World| world.github.values().map(|cell| cell.value.clone()).collect::<Vec<_>>();
        prop_assert_eq!(values(&whole), values(&halved));
    }

    #[test]
    fn i8_no_value_in_any_text_of_a_plan(shapes in vec(shape(), 1..6), in_job in any::<bool>()) {
        let (entries, world) = build(&shapes, in_job);
        let plan = world.plan(&mapping(&entries));
        let text = format!("{plan:?}");
        prop_assert!(VALUES[..4].iter().all(|value| !text.contains(value)), "{}", text);
    }
}
