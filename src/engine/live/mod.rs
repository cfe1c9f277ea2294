//! Asks the services themselves: does each credential work, is each endpoint healthy.
//!
//! What to ask, and what an answer means, is the probe's; this room carries questions and answers.
//! Invariants: one request for each distinct probe and credential; a service that does not answer costs its
//! deadline once and nobody else anything; what comes out holds no part of a credential.

mod asker;
mod connection;
mod door;
pub mod endpoints;
mod gather;
mod host;
pub mod postgres;
pub mod redis;
mod run;
mod scrub;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::{join, join_all};

use super::Selection;
use crate::{
    mapping::Mapping,
    model::{EndpointResult, LiveKnowledge, ProbeResult, SecretName, Snapshot},
};

pub use asker::{Asker, AskerOptions};
pub use gather::has_probe;

use endpoints::EndpointAsk;

/// Checks the selected entries that have a probe and a value, and asks the endpoints of the mapping.
pub async fn live(mapping: &Mapping, snapshot: &Snapshot, selection: &Selection, asker: &Asker) -> LiveKnowledge {
    let probes = probe(mapping, snapshot, selection, asker);
    let (probes, endpoints) =
        join(probes, async { if asker.is_offline() { Vec::new() } else { health(mapping, asker).await } }).await;
    LiveKnowledge { probes, endpoints }
}

/// What the services said of the selected entries' credentials, by the entry that was checked.
pub async fn probe(
    mapping: &Mapping,
    snapshot: &Snapshot,
    selection: &Selection,
    asker: &Asker,
) -> BTreeMap<SecretName, Arc<ProbeResult>> {
    let values = gather::Values { mapping, snapshot };
    let gathered = gather::gather(&values, selection, asker);
    let runs = gathered.groups.iter().map(|group| async {
        let result = Arc::new(run::run(group.check(), &values, asker).await);
        group.names().map(|name| (name.clone(), Arc::clone(&result))).collect::<Vec<_>>()
    });
    let asked = join_all(runs).await.into_iter().flatten();
    gathered.settled.into_iter().chain(asked).collect()
}

/// What each endpoint of the mapping said, in its order.
pub async fn health<'m>(mapping: &'m Mapping, asker: &Asker) -> Vec<EndpointResult> {
    let send = |ask: EndpointAsk<'m>| async move {
        let host = crate::probe::host_of(ask.url).unwrap_or_default();
        asker.endpoint(&host, &ask).await
    };
    endpoints::ask_all(&mapping.endpoints, send, || asker.now(), asker.deadline()).await
}
