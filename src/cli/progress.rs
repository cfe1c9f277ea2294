//! One line on the terminal while stores are slow, and the end of a run by signal.

use std::{
    io::Write as _,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::signal::unix::{SignalKind, signal};

use crate::{engine::live::Asker, store::Stores};

use super::{Failure, exit::Exit, terminal};

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
    let mut line = Line { shown: false, started: Instant::now(), enabled: terminal::shows_progress() };
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

/// Drives writing to its end. The first signal is told, to let nothing new begin, and gives what is in
/// flight so long to settle; `None` if it did not, or a second signal came (failure case C3).
pub(crate) async fn settle<T>(
    work: impl Future<Output = T>,
    first_signal: impl Fn(),
    settling: Duration,
    said: impl Fn() -> String,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut stopped = std::pin::pin!(stopped());
    let mut line = Line { shown: false, started: Instant::now(), enabled: terminal::shows_progress() };
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + PATIENCE, REFRESH);
    let mut until: Option<tokio::time::Instant> = None;
    let result = loop {
        let over = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            done = &mut work => break Some(done),
            () = over => break None,
            () = &mut stopped => {
                if until.is_some() {
                    break None;
                }
                first_signal();
                until = Some(tokio::time::Instant::now() + settling);
                line.clear();
                terminal::say("esc-sync: stopping; nothing new is begun, what is in flight is settled (again to end at once)");
            }
            _ = ticks.tick() => line.draw(&said()),
        }
    };
    line.clear();
    result
}

/// What is said while stores are read.
pub(crate) fn said(stores: &Stores) -> String {
    let sent = stores.requests();
    format!("reading: {} requests to ESC, {} to GitHub", sent.esc, sent.github)
}

/// What is said while services are asked.
pub(crate) fn said_live(stores: &Stores, asker: &Asker) -> String {
    format!("{}, {} to services", said(stores), asker.requests())
}

/// Stopped before anything was written.
pub(crate) fn interrupted() -> Exit {
    terminal::say("esc-sync: interrupted; nothing was written");
    Exit::Interrupted
}

/// The same for a run that tells its end to another program.
pub(crate) fn unwritten() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; nothing was written", "run it again")
}

/// Stopped while a person was asked for a yes.
pub(crate) fn unanswered() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; nothing was written", "run again, and answer y, or use --yes")
}

/// Stopped in the middle of writes that did not settle in time.
pub(crate) fn cut_off() -> Failure {
    Failure::new(
        Exit::Interrupted,
        "interrupted; what became of the writes in flight is not known",
        "run again: the journal tells what was begun, and the next run settles it",
    )
}

/// Listens at once, and waits when polled, for a signal that asks to stop: an interrupt,
/// an end, or a closed terminal (failure case C3).
pub(crate) fn stopped() -> impl Future<Output = ()> {
    let hangup = (!hangup_is_ignored()).then(SignalKind::hangup);
    let kinds = [Some(SignalKind::interrupt()), Some(SignalKind::terminate()), hangup];
    let mut signals: Vec<_> = kinds.into_iter().flatten().filter_map(|kind| signal(kind).ok()).collect();
    std::future::poll_fn(move |context| {
        let arrived = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if arrived { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Whoever started us under `nohup` wants us to outlive the terminal; listening would undo that.
fn hangup_is_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_nohup_is_respected() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
