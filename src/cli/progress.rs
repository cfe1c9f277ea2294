//! One line on the terminal while stores are slow, and the end of a run by signal.

use std::{
    future::Future,
    io::Write as _,
    time::{Duration, Instant},
};

use tokio::signal::unix::{SignalKind, signal};

use super::terminal;

/// Reads that take longer than this deserve a word.
const PATIENCE: Duration = Duration::from_millis(600);
const REFRESH: Duration = Duration::from_millis(200);

/// Drives `work` to its end; `None` if a signal asked to stop first.
///
/// The line is drawn on a terminal only, and says what is known: requests sent,
/// time gone, and a pause that a store has asked for.
pub(crate) async fn watch<T>(work: impl Future<Output = T>, said: impl Fn() -> String) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut stop = std::pin::pin!(stopped());
    let mut line = Line { shown: false, started: Instant::now(), enabled: terminal::stderr_is_terminal() };
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + PATIENCE, REFRESH);
    let result = loop {
        tokio::select! {
            biased;
            done = &mut work => break Some(done),
            () = &mut stop => break None,
            _ = ticks.tick() => line.draw(&said()),
        }
    };
    line.clear();
    result
}

/// Waits for a signal that asks to stop.
pub(crate) async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

struct Line {
    enabled: bool,
    shown: bool,
    started: Instant,
}

impl Line {
    fn draw(&mut self, said: &str) {
        if self.enabled {
            self.shown = true;
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K{said}, {:.0} s", self.started.elapsed().as_secs_f32());
        }
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
