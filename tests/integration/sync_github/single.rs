//! What the store tells beside its writes: ids, runs, GitHub's own time.

use esc_sync::{
    model::{RepoRef, Stamp},
    sandbox::Fault,
};

use super::Bench;

fn app() -> RepoRef {
    "acme/app".parse().expect("legal")
}

#[tokio::test]
async fn a_run_tells_when_it_started() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        let id = world.github.repository_id("acme", "app").expect("there by default");
        world.github.put_run(id, 4711, 100, 250);
    });
    assert_eq!(bench.store.run_started(&app(), 4711).await.expect("read"), Some(Stamp(250)));
    assert_eq!(bench.store.run_started(&app(), 4712).await.expect("read"), None);
    bench.running.fault(Fault::status(403, "Resource not accessible by integration").at("/actions/runs/"));
    bench.store.run_started(&app(), 4711).await.expect_err("no right");
}

#[tokio::test]
async fn g18_githubs_own_time_is_that_of_its_latest_answer() {
    let bench = Bench::new().await;
    assert_eq!(bench.store.server_time(), None);
    bench.running.freeze(true);
    bench.running.advance(400 * 86_400);
    for _ in 0..2 {
        bench.store.repository_id(&app()).await.expect("there");
        assert_eq!(bench.store.server_time(), Some(Stamp(bench.running.now())));
        bench.running.advance(-500 * 86_400);
    }
}

#[tokio::test]
async fn a_repository_has_a_number() {
    let bench = Bench::new().await;
    let id = bench.running.world(|world| world.github.repository_id("acme", "app"));
    assert_eq!(bench.store.repository_id(&app()).await.ok(), id);
    bench.store.repository_id(&"acme/gone".parse().expect("legal")).await.expect_err("not there");
}
