//! State that can no longer be written while a run is under way.

use std::{
    fs::{Permissions, set_permissions},
    os::unix::fs::PermissionsExt as _,
    thread,
};

use super::{on_github, two_to_create};

#[test]
fn c4_state_that_fails_under_way_is_no_interruption() {
    let world = two_to_create("lost-state");
    world.running.latency(20);
    let program = world.program(["sync", "--yes", "--state", "file:state", "--write-burst", "1"]).spawn();
    while !world.requests().iter().any(|request| request.method == "PUT") {
        thread::yield_now();
    }
    let state = world.folder.join("state");
    set_permissions(&state, Permissions::from_mode(0o770)).expect("ours");
    let left = program.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&left.stdout);
    assert!(matches!(left.status.code(), Some(3 | 4)), "{:?}: {told}", left.status);
    assert!(told.contains("the ledger could not be told of these writes"), "{told}");
    // The journal's last word was that it began, so that it is settled and nothing is lost.
    set_permissions(&state, Permissions::from_mode(0o700)).expect("ours");
    world.running.latency(0);
    assert_eq!(world.program(["sync", "--yes", "--state", "file:state"]).run().code, 0);
    assert!(["ALPHA_TOKEN", "BETA_TOKEN"].iter().all(|name| on_github(&world, name).is_some()));
}
