//! GitHub's limits, a silent answer, a rotated key and a signal: two hundred writes through each.

use esc_sync::sandbox::{Effect, Fault, github::SecondaryRule};

use super::{change, ended, held, outcomes, second, secrets, started, sync, synced, until, with_end, writes};
use crate::support::world::World;

const AT_ONCE: [&str; 2] = ["--write-burst", "200"];

/// Two hundred secrets, all of them changed in ESC since the last sync.
fn two_hundred(name: &str) -> World {
    let world = secrets(name, 200);
    let ran = sync(&world, AT_ONCE);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    change(&world, 200);
    world
}

fn all_stored(world: &World, count: usize) -> bool {
    (0..count).all(|at| held(world, &format!("S_{at:03}")) == Some(second(at)))
}

#[test]
fn g1_200_writes_through_a_secondary_limit_are_one_run_and_nothing_is_sent_meanwhile() {
    let world = two_hundred("secondary");
    let rule = SecondaryRule { writes: 80, seconds: 2, status: 403, retry_after: true, once: true };
    world.running.world(|world| world.github.limits().set_secondary(Some(rule)));
    let ran = sync(&world, AT_ONCE);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert!(all_stored(&world, 200));
    let requests = world.requests();
    let first = requests.iter().find(|request| request.status == 403).expect("the limit was met");
    let under_way = requests.iter().filter(|request| request.status == 403).count();
    // Those that were under way when it came could not know; after them there is silence to the end of the pause.
    assert!(under_way <= 64, "{under_way} were refused");
    let last = requests.iter().filter(|request| request.status == 403).map(|request| request.at).max();
    let next = requests.iter().map(|request| request.at).filter(|at| Some(*at) > last).min().expect("it went on");
    assert!(next - first.at >= 1_900, "it went on after {} ms", next - first.at);
}

#[test]
fn g19_an_answer_that_never_comes_is_one_unknown_and_the_next_run_settles_it() {
    let world = secrets("silent", 6);
    synced(&world);
    change(&world, 6);
    world.fault(Fault::new(Effect::Hang { applied: true }).on("PUT", "/secrets/S_003").forever());
    let ran = sync(&world, ["--timeout", "2s"]);
    assert_eq!(ran.code, 4, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((with_end(&report, "unknown"), with_end(&report, "done").len()), (vec!["S_003".to_owned()], 5));
    world.running.clear_faults();
    synced(&world);
    assert!(all_stored(&world, 6));
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[test]
fn g6_a_key_that_is_rotated_after_50_of_200_stops_nothing() {
    let world = two_hundred("rotated");
    world.running.latency(10);
    let mut child = started(&world, AT_ONCE);
    let puts = || world.requests().iter().filter(|request| request.method == "PUT").count();
    assert!(until(&mut child, || puts() >= 50), "it ended before");
    world.running.world(|world| world.github.rotate_key("org:acme")).expect("a scope");
    let ran = ended(child);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert!(all_stored(&world, 200));
    let keys = world.requests().iter().filter(|request| request.path.ends_with("/public-key")).count();
    assert_eq!((keys, world.requests().iter().any(|request| request.status == 422)), (2, true));
}

fn terminate(child: &std::process::Child) {
    let id = rustix::process::Pid::from_raw(child.id().cast_signed()).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
}

#[test]
fn c3_a_signal_lets_nothing_new_begin_and_what_is_in_flight_end() {
    let world = two_hundred("signal");
    world.fault(Fault::new(Effect::Delay { ms: 1_500 }).on("PUT", "/secrets/").forever());
    let mut child = started(&world, AT_ONCE);
    let puts = || world.requests().iter().filter(|request| request.method == "PUT").count();
    assert!(until(&mut child, || puts() >= 20), "it ended before");
    terminate(&child);
    let ran = ended(child);
    assert_eq!(ran.code, 130, "{}", ran.everything());
    let report = ran.json();
    let (done, begun) = (with_end(&report, "done").len(), puts());
    assert_eq!((outcomes(&report).len(), done), (200, begun), "what was begun is known to its end");
    assert!(done < 200, "all were begun");
    world.running.clear_faults();
    let ran = sync(&world, AT_ONCE);
    assert_eq!((ran.code, with_end(&ran.json(), "done").len()), (0, 200 - done), "{}", ran.everything());
    assert!(all_stored(&world, 200));
}

#[test]
fn c3_a_signal_is_obeyed_also_when_nothing_answers() {
    let world = secrets("signal-hang", 20);
    synced(&world);
    change(&world, 20);
    world.fault(Fault::new(Effect::Hang { applied: true }).on("PUT", "/secrets/").forever());
    // By itself each of the writes would wait for an hour.
    let mut child = started(&world, ["--timeout", "1h"]);
    let puts = || world.requests().iter().filter(|request| request.method == "PUT").count();
    assert!(until(&mut child, || puts() >= 20), "it ended before");
    terminate(&child);
    let ran = ended(child);
    assert_eq!(ran.code, 130, "{}", ran.everything());
    world.running.clear_faults();
    synced(&world);
    assert!(all_stored(&world, 20));
}
