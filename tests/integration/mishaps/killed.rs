//! A long, paced run that is killed: the next one knows its writes for ours, however late they came.

use std::thread;

use crate::support::world::World;

const SECRETS: usize = 16;

fn puts(world: &World) -> usize {
    world.requests().iter().filter(|request| request.method == "PUT").count()
}

fn wait_for(world: &World, count: usize) {
    while puts(world) < count {
        thread::yield_now();
    }
}

/// Ends that the run has written down: of these nothing is under way any more.
fn ends_written(world: &World) -> usize {
    let state = world.folder.join(".local/state/esc-sync/state");
    let folders = std::fs::read_dir(state).into_iter().flatten().flatten();
    let journals = folders.flat_map(|folder| std::fs::read_dir(folder.path().join("journal")).into_iter().flatten());
    let texts = journals.flatten().filter_map(|journal| std::fs::read_to_string(journal.path()).ok());
    texts.map(|text| text.matches("{\"ended\"").count()).sum()
}

#[test]
fn c1_a_run_killed_after_minutes_is_settled_by_the_next() {
    let names: Vec<_> = (0..SECRETS).map(|at| format!("KEY_{at:02}")).collect();
    let entries: Vec<_> = names.iter().map(|name| format!("{name}: s.{name}")).collect();
    let world = World::with_entries("killed", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let values: Vec<_> = names.iter().map(|name| format!("value-of-{name}-Zk3vPq81")).collect();
    world.esc_secrets(&names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect::<Vec<_>>());
    let mut program = world.program(["sync", "--yes", "--write-burst", "1", "--write-pace", "600"]).spawn();
    // A write is stamped and answered at one moment; the clock moves while none is under way.
    while ends_written(&world) < 4 {
        thread::yield_now();
    }
    world.running.advance(240);
    wait_for(&world, 10);
    program.kill().expect("it runs");
    program.wait().expect("it ends");
    world.running.advance(30);
    assert_eq!(world.program(["sync", "--yes"]).run().code, 0);
    assert!(puts(&world) <= SECRETS);
    assert_eq!(world.program(["sync", "--yes"]).run().code, 0);
    assert_eq!(puts(&world), 0);
}
