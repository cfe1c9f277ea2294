//! The plan that waits for a person: one document in the state, written by `serve`, applied by `sync --plan @proposed`.
//!
//! Invariants: it is changed only by who holds the right to write, and only where it says something else than before.

use crate::{
    ledger::backend::{Backend, Expected, PutFault, StateFault, StateFaultKind, Stored},
    plan::{Header, Kept, Plan, to_json},
};

use super::{Failure, exit::Exit};

/// Where the state keeps it.
const KEY: &str = "serve/proposed.json";

/// What is wanted in the place of what is kept.
#[derive(Debug)]
pub(crate) struct Proposed<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) header: &'a Header,
}

/// The plan to be applied.
pub(crate) async fn read(backend: &dyn Backend) -> Result<Kept, Failure> {
    let Some(Stored { bytes, .. }) = backend.get(KEY).await? else {
        let message = format!("nothing is proposed in {}", backend.describe());
        let help = "`esc-sync serve` proposes what it may not write by itself; name its state with --state";
        return Err(Failure::usage(message, help));
    };
    Kept::parse(&bytes).map_err(|error| {
        let message = format!("cannot use what is proposed in {}: {error}", backend.describe());
        Failure::new(Exit::Refused, message, "the next sync of `esc-sync serve` proposes anew")
    })
}

impl Proposed<'_> {
    /// Whether this very plan is kept already, or nothing is where nothing is to be.
    pub(crate) async fn is_kept(&self, backend: &dyn Backend) -> Result<bool, StateFault> {
        Ok(self.is(backend.get(KEY).await?.as_ref()))
    }

    /// Writes it down, or takes it away if it is empty; nothing is written for nothing.
    pub(crate) async fn keep(&self, backend: &dyn Backend) -> Result<(), StateFault> {
        let there = backend.get(KEY).await?;
        if self.is(there.as_ref()) {
            return Ok(());
        }
        if self.plan.actions.is_empty() {
            return backend.remove(KEY).await;
        }
        let expected = there.map_or(Expected::Absent, |stored| Expected::Version(stored.tag));
        match backend.put(KEY, to_json(self.plan, self.header).as_bytes(), expected).await {
            Ok(_) => Ok(()),
            Err(PutFault::Fault(fault)) => Err(fault),
            Err(PutFault::Changed) => {
                let what = format!("what is proposed in {} was changed by another run", backend.describe());
                let help = "let that run end; the next sync proposes anew";
                Err(StateFault::new(StateFaultKind::Busy, what, help))
            }
        }
    }

    fn is(&self, there: Option<&Stored>) -> bool {
        match there.map(|stored| Kept::parse(&stored.bytes)) {
            None => self.plan.actions.is_empty(),
            Some(Ok(kept)) => !self.plan.actions.is_empty() && kept.is_of(self.plan, self.header),
            Some(Err(_)) => false,
        }
    }
}

/// Nothing is proposed any more.
pub(crate) async fn forget(backend: &dyn Backend) -> Result<(), StateFault> {
    backend.remove(KEY).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        ledger::{backend::Tag, memory::MemoryState},
        model::{App, GithubPlace, GithubScope, Slot},
        plan::{Action, Basis, PlanOptions, Write},
    };

    fn deletion(name: &str) -> Plan {
        let place = GithubPlace {
            scope: Arc::new(GithubScope::Organization { app: App::Actions, organization: "acme".into() }),
            slot: Slot::Secret,
            name: name.parse().expect("legal"),
        };
        let (name, write) = (place.name.clone(), Write::Prune { at: place });
        let action = Action { entry: None, name, write, why: String::new(), repeats: false, basis: Basis::default() };
        Plan { actions: vec![action], ..Plan::default() }
    }

    fn header(run: &str) -> Header {
        Header { mapping: "m".to_owned(), run: run.to_owned(), options: PlanOptions::default() }
    }

    async fn tag(backend: &MemoryState) -> Option<Tag> {
        backend.get(KEY).await.expect("read").map(|stored| stored.tag)
    }

    #[tokio::test]
    async fn what_is_proposed_is_written_once_and_taken_away() {
        let backend = MemoryState::new();
        let (plan, none) = (deletion("A"), Plan::default());
        let nothing = Proposed { plan: &none, header: &header("r0") };
        assert!(nothing.is_kept(&backend).await.expect("read"));
        Proposed { plan: &plan, header: &header("r1") }.keep(&backend).await.expect("kept");
        let first = tag(&backend).await;
        assert!(first.is_some());
        let again = Proposed { plan: &plan, header: &header("r2") };
        assert!(again.is_kept(&backend).await.expect("read"));
        again.keep(&backend).await.expect("kept");
        assert_eq!(tag(&backend).await, first, "the same plan of another run is no reason to write");
        assert_eq!(read(&backend).await.expect("kept").header.run, "r1");
        let other = deletion("B");
        Proposed { plan: &other, header: &header("r3") }.keep(&backend).await.expect("kept");
        assert_ne!(tag(&backend).await, first);
        assert!(!nothing.is_kept(&backend).await.expect("read"));
        nothing.keep(&backend).await.expect("taken away");
        assert_eq!(tag(&backend).await, None);
        assert!(read(&backend).await.is_err_and(|failure| failure.is_usage()));
    }

    #[tokio::test]
    async fn what_is_no_plan_is_refused_and_written_over() {
        let backend = MemoryState::new();
        backend.put(KEY, b"{}", Expected::Absent).await.expect("put");
        assert!(read(&backend).await.is_err_and(|failure| !failure.is_usage()));
        let plan = deletion("A");
        Proposed { plan: &plan, header: &header("r1") }.keep(&backend).await.expect("kept");
        assert_eq!(read(&backend).await.expect("kept").len(), 1);
    }
}
