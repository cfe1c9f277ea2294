//! Stopped by a signal, or met by a second run: one rotation, and a clear word.

use super::{
    house::{Doors, House, ended, until},
    wrapper::At,
};

/// Stopped at this login, with words; nobody is locked out, and it is gone on with.
fn stopped(at: At, call: usize, is_retiring: bool) {
    let doors = Doors::new(2);
    let house = House::new(&doors, "stopped");
    house.wrapper.choose(at, call);
    let ran = ended(house.ssh(["rotate", "--yes", "--retire"]).spawn());
    assert_eq!(ran.code, 130, "{}", ran.everything());
    assert!(ran.stderr.contains("stopping; nothing new is begun"), "{}", ran.everything());
    assert!(ran.stdout.contains("esc-sync ssh re"), "it says how to go on: {}", ran.everything());
    house.is_never_locked_out("stopped");
    assert!(is_retiring || house.all_open(&house.old), "{}", ran.everything());
    house.wrapper.forget();
    house.told(0, ["resume", "--yes", "--retire"]);
    house.is_rotated("stopped");
}

#[test]
fn c3_c11_terminated_in_the_roll_out() {
    stopped(At::Terminated, 2, false);
}

#[test]
fn c3_c11_interrupted_in_the_retirement() {
    stopped(At::Interrupted, 6, true);
}

/// The preflight changes nothing, and so does a signal in it.
#[test]
fn c3_c11_interrupted_in_the_preflight() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "stopped-early");
    house.wrapper.choose(At::Interrupted, 0);
    let ran = ended(house.ssh(["rotate", "--yes"]).spawn());
    assert_eq!(ran.code, 130, "{}", ran.everything());
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.everything());
    house.is_untouched("stopped in the preflight");
}

#[test]
fn c5_c11_of_two_rotations_at_once_one_is_carried_out() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "two-at-once");
    house.wrapper.choose(At::Held, 2);
    let mut first = house.ssh(["rotate", "--yes"]).spawn();
    assert!(until(&mut first, || house.wrapper.was_called(2)), "it comes to the roll-out");
    let hasty = house.ssh(["rotate", "--yes", "--lock-wait", "1s"]).run();
    assert_eq!(hasty.code, 5, "{}", hasty.everything());
    assert!(hasty.stderr.contains("is writing to the state"), "{}", hasty.everything());
    let patient = house.ssh(["rotate", "--yes"]).spawn();
    house.wrapper.let_go();
    let first = ended(first);
    assert_eq!(first.code, 0, "{}", first.everything());
    let patient = ended(patient);
    assert_eq!(patient.code, 5, "{}", patient.everything());
    assert!(patient.stderr.contains("is not ended"), "{}", patient.everything());
    for server in &doors.servers {
        assert_eq!(server.authorized(), format!("{}\n{}\n", house.old_line(), house.line()));
    }
    house.wrapper.forget();
    house.told(0, ["retire", "--yes"]);
    house.is_rotated("two at once");
}
