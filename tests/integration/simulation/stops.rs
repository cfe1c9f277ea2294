//! The simulated machine: stopped at every change of its disk, it goes on after a restart with whole state.

use std::sync::Arc;

use esc_sync::{
    ledger::{
        audit::{self, AuditLog},
        audit_chain::{AuditEntry, AuditEvent},
    },
    model::Stamp,
};
use futures_util::future::LocalBoxFuture;

use super::{
    actors::Fresh,
    driver::{in_paused_time, run},
    faults::Faults,
    ground::GROUND,
    history::{Note, What},
    rng::Rng,
    runner::{Runner, Said},
    world::{SimWorld, Weather, Wire},
};
use crate::ledger::crash_disk::Stop;

/// Writes an intent and an outcome into the audit log, and nothing anywhere else.
struct Noting;

impl Runner for Noting {
    fn run(&self, wire: Arc<Wire>, _: u64) -> LocalBoxFuture<'_, Said> {
        Box::pin(async move {
            let (verb, name) = ("update".to_owned(), "ALPHA_TOKEN".to_owned());
            let target = GROUND.named.keys().next().expect("a place").clone();
            let intent = AuditEvent::Intent { verb, name, target: target.clone(), source: None };
            let (verb, name) = ("update".to_owned(), "ALPHA_TOKEN".to_owned());
            let outcome = AuditEvent::Outcome { verb, name, target, end: "done".into(), reason: String::new() };
            let mut succeeded = true;
            for event in [intent, outcome] {
                let run = format!("run-{}", wire.number).into();
                let entry = AuditEntry { at: Stamp(wire.world.now()), run, who: "nobody".into(), event };
                succeeded &= audit::append(&*wire.state, &[entry]).await.is_ok();
                // Whoever lost power notices at the next thing it waits for.
                tokio::task::yield_now().await;
            }
            Said { succeeded, ..Said::refused(String::new()) }
        })
    }
}

/// One run that stops there, and one that does not; the notes in the history and whether the first came to its end.
fn stopped(operation: usize, stop: Stop, seed: u64) -> (Vec<Note>, bool) {
    in_paused_time(async {
        let mut rng = Rng::new(seed);
        let world = SimWorld::new(&mut rng, &mut Fresh::default());
        let mut weather = Weather::new(Faults::Never, rng.fork());
        weather.disk_stop = Some((operation, stop));
        let first = run(&world, weather, &Noting, seed).await;
        if first.said.is_some() {
            world.restart(0, false);
        }
        let second = run(&world, Weather::new(Faults::Never, rng.fork()), &Noting, seed).await;
        assert!(second.said.is_some_and(|said| said.succeeded), "operation {operation}, {stop:?}");
        let wire = world.begin(0, Weather::new(Faults::Never, rng.fork()));
        let log = AuditLog::read(&*wire.state).await.expect("readable");
        let lines = log.verify().expect("the chain holds");
        assert!(lines.len() >= 2, "operation {operation}, {stop:?}");
        let notes = world.history(|history| {
            let noted = history.events.iter().filter_map(|event| match &event.what {
                What::Noted { note, .. } => Some(*note),
                _ => None,
            });
            noted.collect()
        });
        (notes, first.said.is_some())
    })
}

#[test]
fn c2_a_machine_that_stops_at_any_change_of_its_disk_goes_on_whole() {
    for stop in [Stop::Before, Stop::Half, Stop::After] {
        for seed in 0..2 {
            let mut operation = 1;
            loop {
                let (notes, ended) = stopped(operation, stop, seed);
                assert_eq!(notes[notes.len() - 2..], [Note::Intent, Note::Outcome], "operation {operation}, {stop:?}");
                if ended {
                    assert_eq!(notes.len(), 4, "operation {operation}, {stop:?}");
                    break;
                }
                operation += 1;
            }
            assert!(operation > 4, "{stop:?}: only {operation} operations");
        }
    }
}
