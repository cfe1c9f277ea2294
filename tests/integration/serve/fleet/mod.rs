//! Several workers over one fleet: each its part, together no faster than one may be.

pub(crate) mod simulated;
mod workers;

use std::time::Duration;

use simulated::{Fleet, Worked};

use crate::simulation::driver::in_paused_time;

const REPOSITORIES: usize = 200;
const WORKERS: u32 = 8;

#[test]
fn i11_8_workers_of_200_repositories_keep_to_the_limits_together() {
    let (fleet, worked) = in_paused_time(async {
        let fleet = Fleet::new(REPOSITORIES);
        let worked = fleet.sync(WORKERS).await;
        (fleet, worked)
    });
    let sum = |part: fn(&Worked) -> usize| worked.iter().map(part).sum::<usize>();
    assert_eq!((sum(|one| one.planned), sum(|one| one.done)), (REPOSITORIES, REPOSITORIES), "{worked:?}");
    assert!(fleet.is_whole(REPOSITORIES));
    let seen = fleet.seen();
    // A list, a key, a write and the list after it for each; what waits for the pace is listed once more.
    assert_eq!((seen.writes, seen.refused), (REPOSITORIES, 0));
    assert!(
        seen.most_in_flight <= 100 && seen.most_points_a_minute <= 900 && seen.most_writes_an_hour <= 500,
        "{seen:?}"
    );
    for one in &worked {
        let (took, foretold) = (one.took.as_secs_f64(), one.foretold.as_secs_f64());
        assert!((foretold / took - 1.0).abs() <= 0.1, "{took} s, foretold {foretold} s: {one:?}");
    }
}

#[test]
fn a_patient_worker_goes_on_through_the_hours_as_it_said() {
    let worked = in_paused_time(async { Fleet::new(150).sync(1).await });
    assert_eq!((worked[0].planned, worked[0].done), (150, 150));
    // The share of one of sixteen is 31 writes an hour.
    let slow = in_paused_time(async { Fleet::new(640).work(1, 16, true).await });
    assert_eq!(slow.planned, slow.done, "{slow:?}");
    assert!(slow.took > Duration::from_secs(3_600), "{slow:?}");
    let ratio = slow.foretold.as_secs_f64() / slow.took.as_secs_f64();
    assert!((ratio - 1.0).abs() <= 0.1, "{slow:?}");
}
