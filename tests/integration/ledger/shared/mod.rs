//! State that several machines share, on real servers: the suite that every kind of state keeps, and beyond it what
//! shows only between machines.

pub(crate) mod azure;
mod esc;
mod google;
mod postgres;
pub(crate) mod postgres_server;
mod s3;
mod s3_server;

use std::{sync::Arc, time::Duration};

use esc_sync::ledger::{
    backend::{Backend, Expected, PutFault},
    lease::LeaseTerms,
};
use futures_util::future::join_all;

use super::conformance::{Effort, Handle, run_all};

/// All that must hold, over handles as other processes would have them. The state must be empty at first.
pub(super) async fn hold(make: impl Fn() -> Arc<dyn Backend>, effort: Effort) {
    make().prove_writable().await.expect("it is writable");
    assert_eq!(make().list("").await, Ok(vec![]), "a proof is no document");
    run_all(&make, effort).await;
    assert_eq!(make().list("").await, Ok(vec![]), "the suite cleans up, and a lease is no document");
    one_of_many_creates(&make, 32).await;
    // One that was dropped is free at once or after its term.
    drop(make().exclude("run-1", Duration::from_secs(60)).await.expect("nobody writes"));
    make().exclude("run-2", Duration::from_secs(60)).await.expect("it is free in the end").release().await;
}

/// As much as a server over a socket does in a few seconds.
pub(super) const EFFORT: Effort = Effort { tasks: 8, increments: 10, duels: 30 };

/// Terms short enough that a test sees a lease run out.
pub(super) fn short_terms() -> LeaseTerms {
    let millis = Duration::from_millis;
    LeaseTerms { lasts: millis(1500), renew: millis(300), poll: millis(50), margin: millis(100) }
}

/// Failure case C7: of all that make a document at the same time one does.
async fn one_of_many_creates(make: impl Fn() -> Handle, writers: usize) {
    let creates = (0..writers).map(|number| {
        let state = make();
        async move {
            let text = number.to_string();
            state.put("first", text.as_bytes(), Expected::Absent).await.map(|tag| (text, tag))
        }
    });
    let mut winners = Vec::new();
    for result in join_all(creates).await {
        match result {
            Ok(winner) => winners.push(winner),
            Err(fault) => assert_eq!(fault, PutFault::Changed),
        }
    }
    let stored = make().get("first").await.expect("read").expect("one was made");
    assert_eq!(winners, [(String::from_utf8(stored.bytes).expect("a number"), stored.tag)]);
    make().remove("first").await.expect("removed");
}
