//! What the process is told from outside, as the keeper hears it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    signal::unix::{self, SignalKind},
    sync::mpsc,
};

use crate::daemon::Signal;

/// Signals are heard from when this is made, so that none is lost before somebody listens.
#[derive(Debug)]
pub(super) struct Signals {
    heard: mpsc::Receiver<Signal>,
    stops: Stops,
}

/// How often the process was asked to end.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops(Arc<AtomicUsize>);

impl Stops {
    /// Whether somebody did not want to wait for an end in order.
    pub(super) fn insisted(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let (sender, heard) = mpsc::channel(8);
        let stops = Stops::default();
        let table = [
            (SignalKind::terminate(), Signal::Stop),
            (SignalKind::interrupt(), Signal::Stop),
            (SignalKind::hangup(), Signal::Reload),
        ];
        for (kind, meaning) in table {
            tokio::spawn(pass_on(unix::signal(kind)?, meaning, sender.clone(), stops.clone()));
        }
        Ok(Self { heard, stops })
    }

    pub(super) fn into_parts(self) -> (mpsc::Receiver<Signal>, Stops) {
        (self.heard, self.stops)
    }
}

async fn pass_on(mut signal: unix::Signal, meaning: Signal, to: mpsc::Sender<Signal>, stops: Stops) {
    while signal.recv().await.is_some() {
        if meaning == Signal::Stop {
            stops.0.fetch_add(1, Ordering::Relaxed);
        }
        // One that is not heard was sent again and again before the first was; the first is enough.
        let _ = to.try_send(meaning);
    }
}
