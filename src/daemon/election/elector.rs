//! Standing for election: watching while another leads, renewing while this one does.
//!
//! Invariants: a leader steps down while nobody can have taken over yet; every write is conditional on what was read.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};
use tracing::{info, warn};

use super::{
    ElectionOptions,
    clock::Clock,
    document::{LEADER, Leadership},
    term::Terms,
    watched::Watched,
};
use crate::{
    crypto,
    daemon::board::{Replica, Role},
    ledger::{
        Backend, StateFault,
        backend::{Expected, PutFault, Stored, Tag},
        fault::unavailable,
    },
};

/// One who stands for election.
pub(super) struct Elector {
    backend: Arc<dyn Backend>,
    me: Leadership,
    terms: Terms,
    clock: Arc<dyn Clock>,
    role: watch::Sender<Role>,
    /// Whether it was said that the state cannot be reached.
    is_cut_off: bool,
}

/// Being the leader, as of the last write.
pub(super) struct Tenure {
    document: Leadership,
    tag: Tag,
    /// Before the write was sent: nobody saw it earlier.
    since: Duration,
}

/// What came of an attempt to renew.
enum Renewal {
    Done(Tenure),
    Lost(Loss),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Loss {
    /// The state could not be written, or this process did not run, for too long.
    Silent,
    TakenOver,
}

impl Elector {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        backend: Arc<dyn Backend>,
        me: &Replica,
        options: &ElectionOptions,
        role: watch::Sender<Role>,
    ) -> Self {
        let (me, terms) = (Leadership::new(&me.id), Terms::of(options.lease));
        Self { backend, me, terms, clock, role, is_cut_off: false }
    }

    /// Watches the leader until there is reason to be it.
    pub(super) async fn watch(&mut self) -> Tenure {
        let mut watched = Watched::default();
        loop {
            let seen = self.asked(self.backend.get(LEADER)).await;
            match seen.map(|seen| seen.map(|stored| (Leadership::read(&stored), stored))) {
                Err(fault) => self.complain(&fault),
                Ok(seen) => {
                    watched.note(seen.as_ref().map(|(_, stored)| stored), self.clock.now(), &self.terms);
                    match (self.may_take(seen.as_ref(), &watched), &seen) {
                        (Some(expected), _) => {
                            let last_term = seen.as_ref().map_or(0, |(there, _)| there.term);
                            if let Some(tenure) = self.take(last_term, expected).await {
                                return tenure;
                            }
                        }
                        (None, Some((there, _))) => self.follow(there),
                        (None, None) => {}
                    }
                }
            }
            time::sleep(self.terms.next_look(watched.still, chance())).await;
        }
    }

    /// What the document must still be for us to take its place; `None`: somebody leads.
    fn may_take(&self, seen: Option<&(Leadership, Stored)>, watched: &Watched) -> Option<Expected> {
        let Some((there, stored)) = seen else { return Some(Expected::Absent) };
        let is_free = there.holder.is_none()
            // Our own: the answer to the write was lost, or we stepped down and nobody else came.
            || there.claim == self.me.claim
            || there.origin.is_dead(&self.me.origin)
            || watched.still >= self.terms.lease;
        is_free.then(|| Expected::Version(stored.tag.clone()))
    }

    async fn take(&mut self, last_term: u64, expected: Expected) -> Option<Tenure> {
        let document = Leadership { term: last_term.saturating_add(1), renewal: 0, ..self.me.clone() };
        let since = self.clock.now();
        match self.put(&document, expected).await {
            Ok(tag) => {
                self.is_reached();
                Some(Tenure { document, tag, since })
            }
            // Another candidate was faster; the next look tells which.
            Err(PutFault::Changed) => None,
            Err(PutFault::Fault(fault)) => {
                self.complain(&fault);
                None
            }
        }
    }

    /// Renews until that is over.
    pub(super) async fn lead(&mut self, mut tenure: Tenure) {
        info!(term = tenure.document.term, "this replica leads now");
        self.become_role(Role::Leader { since: jiff::Timestamp::now().as_second() });
        let loss = loop {
            let renewal = tokio::select! {
                biased;
                () = self.silence(tenure.since) => Renewal::Lost(Loss::Silent),
                renewal = self.renewal(&tenure) => renewal,
            };
            match renewal {
                Renewal::Done(renewed) => tenure = renewed,
                Renewal::Lost(loss) => break loss,
            }
        };
        self.become_role(Role::Standby { leader: None });
        match loss {
            Loss::Silent => warn!("this replica could not renew its leadership in time, and stepped down"),
            Loss::TakenOver => warn!("somebody else wrote to the document of the election; this one stands by"),
        }
        // Even who leads again right after this is seen to have stood by.
        time::sleep(self.terms.again).await;
    }

    /// Ends when a leader that last renewed then must step down. It looks at the clock often: in a machine that slept,
    /// timers did, too.
    async fn silence(&self, since: Duration) {
        while let Some(left) = self.terms.until_stepping_down(self.clock.now().saturating_sub(since)) {
            time::sleep(left.min(self.terms.glance)).await;
        }
    }

    /// The next renewal, when it is time; tried again until it is known to be done or lost.
    async fn renewal(&self, tenure: &Tenure) -> Renewal {
        let mut pause = self.terms.renew;
        let (mut document, mut tag) = (tenure.document.renewed(), tenure.tag.clone());
        loop {
            time::sleep(pause).await;
            let since = self.clock.now();
            match self.put(&document, Expected::Version(tag.clone())).await {
                Ok(tag) => return Renewal::Done(Tenure { document, tag, since }),
                Err(PutFault::Fault(_)) => pause = self.terms.again,
                // The answer to an earlier attempt may have been lost; then it is ours still, and tried anew.
                Err(PutFault::Changed) => match self.asked(self.backend.get(LEADER)).await {
                    Ok(Some(stored)) if Leadership::read(&stored).claim == self.me.claim => {
                        (document, tag, pause) = (Leadership::read(&stored).renewed(), stored.tag, Duration::ZERO);
                    }
                    Ok(_) => return Renewal::Lost(Loss::TakenOver),
                    Err(_) => pause = self.terms.again,
                },
            }
        }
    }

    async fn put(&self, document: &Leadership, expected: Expected) -> Result<Tag, PutFault> {
        let bytes = document.bytes();
        let put = time::timeout(self.terms.lease, self.backend.put(LEADER, &bytes, expected));
        put.await.unwrap_or_else(|_| Err(PutFault::Fault(self.too_slow())))
    }

    async fn asked<T>(&self, asking: impl Future<Output = Result<T, StateFault>>) -> Result<T, StateFault> {
        time::timeout(self.terms.lease, asking).await.unwrap_or_else(|_| Err(self.too_slow()))
    }

    fn too_slow(&self) -> StateFault {
        let what = format!("{} did not answer within a lease", self.backend.describe());
        unavailable(what, "see whether it is up and reachable from here, or give a longer --lease")
    }

    fn follow(&mut self, there: &Leadership) {
        self.is_reached();
        let role = Role::Standby { leader: there.holder_shown() };
        if *self.role.borrow() != role {
            info!(term = there.term, leader = there.holder_shown(), "this replica stands by");
        }
        self.become_role(role);
    }

    /// Says so if it is news.
    fn become_role(&self, role: Role) {
        self.role.send_if_modified(|now| {
            let is_news = *now != role;
            *now = role;
            is_news
        });
    }

    /// Once, until it was reached again. What this replica was, it stays: who leads is not known to have changed.
    fn complain(&mut self, fault: &StateFault) {
        if !std::mem::replace(&mut self.is_cut_off, true) {
            warn!("who leads cannot be found out: {fault}; {}", fault.help);
        }
    }

    fn is_reached(&mut self) {
        if std::mem::take(&mut self.is_cut_off) {
            info!("who leads can be found out again");
        }
    }
}

/// At random between 0 and 1.
fn chance() -> f64 {
    f64::from(crypto::random_bytes(1).first().copied().unwrap_or_default()) / 255.0
}
