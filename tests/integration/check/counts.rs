//! Requests: counted by the emulator, and as the report claims them.

use crate::support::world::World;

fn world(count: usize) -> World {
    let entries: Vec<_> = (0..count).map(|at| format!("N{at:04}: s.n{at:04}")).collect();
    let world = World::with_entries("counts", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let names: Vec<_> = (0..count).map(|at| (format!("n{at:04}"), format!("value-{at:04}-of-many-7f3a"))).collect();
    world.esc_secrets(&names.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>());
    for (key, value) in &names {
        world.org_secret(&key.to_uppercase(), value);
    }
    world
}

#[test]
fn sixty_secrets_cost_three_requests_and_a_thousand_cost_twelve() {
    for (count, requests) in [(60, 3), (1_000, 12)] {
        let world = world(count);
        let ran = world.check([]);
        assert_eq!(ran.code, 0, "{}", ran.everything());
        let report = ran.json();
        assert_eq!(report["counts"]["unverified"], count);
        assert_eq!(world.requests().len(), requests);
        assert_eq!(report["requests"]["esc"], 2);
        assert_eq!(report["requests"]["github"], requests - 2);
    }
}

#[test]
fn a_check_never_writes() {
    let world = world(5);
    world.check([]);
    let writes: Vec<_> = world
        .requests()
        .into_iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/open"))
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn offline_sends_nothing_and_claims_nothing() {
    let world = world(3);
    let ran = world.check(["--offline"]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert_eq!(ran.json()["verdict"], "unknown");
    assert!(world.requests().is_empty());
}

#[test]
fn a_selection_limits_what_is_checked_and_what_is_asked() {
    let world = world(5);
    let ran = world.check(["--only", "N000[12]"]);
    assert_eq!(ran.json()["counts"]["checked"], 2, "{}", ran.everything());
    let nothing = world.check(["--only", "NOPE*"]);
    assert_eq!(nothing.code, 2, "a typing error must not pass for health: {}", nothing.everything());
    assert!(world.requests().is_empty());
}
