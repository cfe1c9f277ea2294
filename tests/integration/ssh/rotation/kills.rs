//! Killed at every login and after every request: no machine is ever locked out, and going on ends as if nothing had been.

use esc_sync::sandbox::{Effect, Fault};

use super::{
    house::{Doors, Extras, House, ended, until},
    looks::is_read,
    wrapper::At,
};

/// Goes on as the words of the program say, until all is done.
fn go_on(house: &House<'_>, when: &str) {
    for _ in 0..3 {
        let ran = house.ssh(["resume", "--yes", "--retire"]).run();
        assert_eq!(ran.code, 0, "{when}: {}", ran.everything());
        if house.line() != house.old_line() {
            return;
        }
        // It was killed before anything was recorded: there was nothing to go on with.
        assert!(ran.everything().contains("no rotation is under way"), "{when}: {}", ran.everything());
        let ran = house.ssh(["rotate", "--yes", "--retire"]).run();
        assert_eq!(ran.code, 0, "{when}: {}", ran.everything());
    }
}

/// Every second login, from this one on; whatever is left is gone on with.
fn every_login(at: At, first: usize) {
    let doors = Doors::new(2);
    let mut call = first;
    loop {
        let house = House::new(&doors, "killed-login");
        house.wrapper.choose(at, call);
        let ran = ended(house.ssh(["rotate", "--yes", "--retire"]).spawn());
        let was_killed = ran.code == -1;
        let when = format!("{at:?} {call}");
        assert!(was_killed || ran.code == 0, "{when}: {}", ran.everything());
        house.is_never_locked_out(&when);
        house.wrapper.forget();
        go_on(&house, &when);
        house.is_rotated(&when);
        if !was_killed {
            break;
        }
        call += 2;
    }
    assert!(call >= 14, "only {call} logins");
}

#[test]
fn c11_killed_before_every_even_login() {
    every_login(At::KilledBefore, 0);
}

#[test]
fn c11_killed_before_every_odd_login() {
    every_login(At::KilledBefore, 1);
}

#[test]
fn c11_killed_after_every_even_login() {
    every_login(At::KilledAfter, 0);
}

#[test]
fn c11_killed_after_every_odd_login() {
    every_login(At::KilledAfter, 1);
}

/// Kills a run once the store was given the request of that number, which it carries out and does not answer;
/// tells whether it came to that.
fn killed_after(house: &House<'_>, store: &str, request: usize) -> bool {
    let fault = Fault::new(Effect::Hang { applied: true }).skip(request as u64);
    house.world.fault(if store.is_empty() { fault } else { fault.store(store) });
    let mut child = house.ssh(["rotate", "--yes", "--retire"]).spawn();
    let is_meant = |given: &str| store.is_empty() || given == store;
    let was_given = || house.world.requests().iter().filter(|logged| is_meant(logged.store)).count() > request;
    if until(&mut child, was_given) {
        child.kill().expect("it runs");
    }
    ended(child);
    house.world.running.clear_faults();
    was_given()
}

/// The requests that write, and the last one before each: between others a kill leaves the stores the same.
fn telling_requests(doors: &Doors) -> Vec<usize> {
    let house = House::new(doors, "killed-nowhere");
    house.told(0, ["rotate", "--yes", "--retire"]);
    let is_write: Vec<_> = house.world.requests().iter().map(|logged| !is_read(logged)).collect();
    (0..is_write.len()).filter(|at| is_write[*at] || is_write.get(at + 1).is_some_and(|next| *next)).collect()
}

/// Every third of them, from this one on.
fn every_request(first: usize) {
    let doors = Doors::new(1);
    let telling = telling_requests(&doors);
    assert!(telling.len() >= 9, "only {} requests", telling.len());
    for request in telling.into_iter().skip(first).step_by(3) {
        let house = House::new(&doors, "killed-request");
        let when = format!("request {request}");
        assert!(killed_after(&house, "", request), "{when}: it is sent");
        house.is_never_locked_out(&when);
        go_on(&house, &when);
        house.is_rotated(&when);
    }
}

#[test]
fn c11_killed_after_requests_of_the_stores() {
    every_request(0);
}

#[test]
fn c11_killed_after_the_next_requests_of_the_stores() {
    every_request(1);
}

#[test]
fn c11_killed_after_the_other_requests_of_the_stores() {
    every_request(2);
}

/// Preflight, list, add; list and delete at the end. The answers to the two that write are lost with the run.
#[test]
fn c11_killed_after_the_registry_was_written_to() {
    let doors = Doors::new(1);
    for request in [2, 5] {
        let house = House::with(&doors, "killed-registry", Extras { registry: true, ..Extras::default() });
        assert!(killed_after(&house, "lambda", request), "there is such a request");
        let when = format!("request {request} to the registry");
        let logged = house.world.requests().into_iter().rfind(|logged| logged.store == "lambda").expect("a request");
        assert_ne!(logged.method, "GET", "{when}");
        house.is_never_locked_out(&when);
        go_on(&house, &when);
        house.is_rotated(&when);
        assert_eq!(house.registered().len(), 1, "{when}: {:?}", house.registered());
        assert_eq!(house.registered()[0].1, house.line(), "{when}");
    }
}
