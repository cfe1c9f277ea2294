//! E13 through the whole program: sixty values into a definition of every kind of line, and no other line moves.

use std::collections::BTreeMap;

use esc_sync::{
    model::Slot,
    yaml::{self, Node, NodeKind},
};

use super::{definition, held_in, revision, set_by_hand, synced, with_end, writes};
use crate::support::world::{World, entry, rules};

const COUNT: usize = 60;

/// Values that would be another thing in YAML, in a shell or in ESC itself.
const AWKWARD: [&str; 10] = [
    "0123456789",
    "1e3",
    "line one 51c2\nline two 88ab\n",
    "crlf one 51c2\r\ncrlf two 88ab\r\n",
    "  between blanks 0d1f  ",
    "a: b # no comment",
    "\"quoted\" and 'quoted' \\ twice",
    "🔑 schlüssel 51c2 e\u{301}",
    "- [*x, !!str 1] {y}",
    "2024-01-01",
];

fn world() -> World {
    let entry = |at| format!("V_{at:03}: {{ esc: c.v{at:03}, kind: config, direction: github-to-esc }}");
    let mut entries: Vec<_> = (0..COUNT).map(entry).collect();
    entries.push("FIRST: c.first".to_owned());
    let world = World::with_entries("definition", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    world.esc_environment("acme/default/base", "values:\n  shared:\n    region: eu-west-1\n");
    world.running.world(|world| world.esc.script_provider("test", serde_json::json!({ "token": "opened" }), true));
    world.esc(&text());
    for at in 0..COUNT {
        world.org_variable(&format!("V_{at:03}"), &format!("old-{at:03}"));
    }
    world
}

fn text() -> String {
    let mapped: String = (0..COUNT).map(|at| format!("    v{at:03}: old-{at:03} # kept {at:03}\r\n")).collect();
    format!(
        "# What this environment is for.\r\n\
         imports:\r\n  - default/base # first\r\n\
         values:\r\n\
         \x20 # The mapped ones.\r\n\
         \x20 c:\r\n    first: {{ \"fn::secret\": pushed-to-github-9c41 }}\r\n{mapped}\
         \x20 flow: {{ one: 1, two: [a, \"b\"], secret: {{ \"fn::secret\": in-flow-9c41 }} }}\r\n\
         \x20 opened:\r\n    fn::open::test: {{ role: reader }}\r\n\
         \x20 region: \"${{shared.region}}-a\"\r\n\
         \x20 literal: |\r\n    line one\r\n    line two\r\n\
         \x20 environmentVariables:\r\n    REGION: ${{region}}   # three blanks\r\n\
         \x20 files:\r\n    CONFIG: |\r\n      region = x\r\n\
         # The end.\r\n"
    )
}

/// Lines of the values that no entry speaks of, by their position among such lines.
fn unmapped(text: &str) -> Vec<&str> {
    let is_mapped = |line: &&str| (0..COUNT).any(|at| line.starts_with(&format!("    v{at:03}:")));
    text.split_inclusive('\n').filter(|line| !is_mapped(line)).collect()
}

/// The values of a tree by their path, the mapped ones and the key apart.
fn tree(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let root = yaml::parse(text, yaml::Limits::default()).expect("YAML").expect("a document");
    walk(&root, String::new(), &mut values);
    values.retain(|path, _| !path.starts_with(".values.c.") && !path.contains("esc-sync"));
    values
}

fn walk(node: &Node<'_>, path: String, into: &mut BTreeMap<String, String>) {
    match &node.kind {
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                walk(value, format!("{path}.{}", key.as_scalar().expect("a key").text), into);
            }
        }
        NodeKind::List(items) => {
            items.iter().enumerate().for_each(|(at, item)| walk(item, format!("{path}[{at}]"), into));
        }
        NodeKind::Scalar(scalar) => drop(into.insert(path, format!("{:?} {}", scalar.style, scalar.text))),
        NodeKind::Alias => drop(into.insert(path, "alias".to_owned())),
    }
}

/// The lines of `before` are there in `after`, in order and byte for byte.
fn assert_kept(before: &str, after: &str) {
    let mut left = unmapped(after).into_iter();
    for line in unmapped(before) {
        assert!(left.any(|other| other == line), "{line:?} is not in\n{after}");
    }
}

#[test]
fn i7_e13_sixty_values_in_one_revision_and_every_other_byte_as_it_was() {
    let world = world();
    let (given, start) = (definition(&world), revision(&world));
    assert_eq!((writes_of(&world, 1), revision(&world)), (1, start + 1), "all agree; the key alone was made");
    let before = definition(&world);
    assert_kept(&given, &before);
    assert_eq!(tree(&given), tree(&before));
    for at in 0..COUNT {
        set_by_hand(&world, Slot::Variable, &format!("V_{at:03}"), &new(at));
    }
    assert_eq!((writes_of(&world, COUNT), revision(&world)), (COUNT, start + 2), "one revision");
    let after = definition(&world);
    assert_eq!(unmapped(&before), unmapped(&after));
    assert_eq!(tree(&before), tree(&after));
    for at in 0..COUNT {
        assert!(after.contains(&format!("# kept {at:03}")), "the comment of v{at:03} in\n{after}");
    }
    let report = world.check([]).json();
    for at in 0..COUNT {
        let told = entry(&report, &format!("V_{at:03}"));
        // Blanks at the ends are a finding of their own; equal they are all the same.
        let differs = rules(&report, &format!("V_{at:03}")).contains(&"value-mismatch");
        assert_eq!((&told["evidence"], differs), (&"value".into(), false), "{:?}", new(at));
        assert_eq!(held_in(&world, "org:acme", Slot::Variable, &format!("V_{at:03}")), Some(new(at)));
    }
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}

fn new(at: usize) -> String {
    AWKWARD.get(at).map_or_else(|| format!("new value of {at:03}"), |value| (*value).to_owned())
}

/// Syncs, and insists that so many values were written.
fn writes_of(world: &World, expected: usize) -> usize {
    let done = with_end(&synced(world), "done").len();
    assert_eq!(done, expected);
    done
}
