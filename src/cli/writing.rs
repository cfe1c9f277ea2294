//! What every command that writes remotely needs: who writes, how fast, the person's yes, and a clean end.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    engine::{Applying, Forecast, Pace, PaceOptions, Progress, Stop, ToWrite, Traffic},
    http::Options,
    model::Stamp,
    report::{Format, Report, render},
};

use super::{
    Failure,
    args::{Global, Writing},
    exit::Exit,
    output, progress,
    session::Session,
    session::now,
};

/// One who may write.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    session: &'a Session<'a>,
    args: &'a Writing,
    options: Vec<String>,
    who: String,
    pace: Pace,
    stop: Stop,
    interrupted: AtomicBool,
    progress: Progress,
}

/// Below this nobody needs to be told.
const WORTH_A_WORD: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(3_600);

/// From a request to GitHub's answer, as a guess for what is foretold.
const USUAL_LATENCY: Duration = Duration::from_millis(100);

/// How long what is in flight may take after a signal (failure case C3).
const SETTLING: Duration = Duration::from_secs(10);

impl<'a> Writer<'a> {
    /// `options`: what was asked for, in words, for the audit log.
    pub(crate) fn new(session: &'a Session<'a>, args: &'a Writing, options: Vec<String>) -> Self {
        Self {
            who: who(session),
            pace: Pace::new(pace(session.global, args)),
            stop: Stop::new(),
            interrupted: AtomicBool::new(false),
            progress: Progress::default(),
            session,
            args,
            options,
        }
    }

    pub(crate) fn to_write(&self) -> ToWrite<'_> {
        ToWrite { run: &self.session.run, wait: self.args.lock_wait, rebuild: self.args.rebuild_state }
    }

    /// `waited`: whether a person was asked since the stores were read.
    pub(crate) fn applying<'s>(&'s self, now: &'s (dyn Fn() -> Stamp + Sync), waited: bool) -> Applying<'s> {
        Applying {
            run: &self.session.run,
            command: self.session.command,
            options: &self.options,
            who: &self.who,
            pace: &self.pace,
            stop: &self.stop,
            progress: &self.progress,
            waited,
            now,
        }
    }

    /// Asks the person at the terminal; without one only `--yes` is a yes. Answers whether somebody was asked.
    ///
    /// `shown` is the report of the plan as it stands.
    pub(crate) async fn confirm(&self, shown: &Report, writes: usize) -> Result<bool, Failure> {
        if writes == 0 || self.args.yes {
            return Ok(false);
        }
        let mut told = Vec::new();
        let style = output::conversation(self.session.global);
        render(Format::Text, shown, &style, &mut told).map_err(Failure::from_io)?;
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        if can_ask {
            let _ = write!(told, "\nApply {}? [y/N] ", counted(writes));
        }
        // A standard error that is closed does not keep the refusal from being one.
        let shown = io::stderr().lock().write_all(&told);
        if !can_ask {
            let message = format!("no terminal to ask for a yes; {} planned, none made", counted(writes));
            return Err(Failure::new(Exit::Refused, message, "look at the plan, and run again with --yes"));
        }
        shown.map_err(Failure::from_io)?;
        let answer = tokio::select! {
            biased;
            () = progress::stopped() => return Err(progress::unanswered()),
            answer = answer().map_err(Failure::from_io)? => answer.unwrap_or_default(),
        };
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(true),
            _ => Err(Failure::new(Exit::Refused, "not applied; nothing was written", "answer y, or use --yes")),
        }
    }

    /// Drives the writing to its end. A signal stops what has not begun; what is in flight is settled.
    pub(crate) async fn settle<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let interrupt = || {
            self.interrupted.store(true, Ordering::Relaxed);
            self.stop.ask();
        };
        progress::settle(work, interrupt, SETTLING, || self.said()).await
    }

    /// Whether a signal ended the run. A state that can no longer be written stops it as well, and is no interruption.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// How long it will take by the pace alone, if that is worth a word.
    pub(crate) fn expected(&self, writes: usize) -> Option<String> {
        let Forecast { left, .. } = self.pace.forecast(writes);
        let duration = self.pace.foretold(writes, &traffic(self.session.global));
        let rest = match left {
            0 => String::new(),
            _ => format!("; {left} more than an hour allows are left for the next run"),
        };
        let share = self.session.global.partition.map(|partition| format!(", of which 1/{} is ours", partition.of));
        (duration > WORTH_A_WORD || left > 0).then(|| {
            let (share, takes) = (share.unwrap_or_default(), in_words(duration));
            format!("{writes} writes to GitHub take about {takes} at its pace{share}{rest}")
        })
    }

    fn said(&self) -> String {
        match (self.progress.counts(), self.progress.left()) {
            (None, _) => "writing".to_owned(),
            (Some((ended, total)), left) => {
                let left =
                    left.filter(|left| left.as_secs() > 0).map(|left| format!(", about {} left", in_words(left)));
                format!("{} {ended} of {total} writes{}", bar(ended, total), left.unwrap_or_default())
            }
        }
    }
}

/// What the person types, read on a thread of its own: signals are heard and leases kept meanwhile.
fn answer() -> io::Result<oneshot::Receiver<String>> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().spawn(move || {
        let mut line = String::new();
        // What cannot be read is no yes.
        let _ = io::stdin().lock().read_line(&mut line);
        let _ = sender.send(line);
    })?;
    Ok(receiver)
}

/// How fast is written: as asked for, and of that only our part if several workers share it. A run that may wait for
/// longer than usual waits for the writes of further hours as well.
fn pace(global: &Global, args: &Writing) -> PaceOptions {
    let usual = Options::default().wait_budget;
    let options = PaceOptions {
        burst: args.write_burst,
        interval: Duration::from_secs(60) / args.write_pace,
        hourly: args.write_cap as usize,
        patience: if global.max_wait > usual { global.max_wait } else { Duration::ZERO },
        ..PaceOptions::default()
    };
    match global.partition {
        Some(partition) => options.shared_by(partition.of),
        None => options,
    }
}

/// What is asked beside the writes, all places having been read.
fn traffic(global: &Global) -> Traffic {
    let options = global.partition.map_or_else(Options::default, |share| Options::default().shared_by(share.of));
    let Options { in_flight, points_a_minute, .. } = options;
    Traffic { before: 0, after: 0, latency: USUAL_LATENCY, in_flight, points_a_minute }
}

/// How long the planned writes take at the usual pace, for a plan that nobody applies yet.
pub(crate) fn foretold(global: &Global, writes: usize) -> Option<String> {
    let patient = PaceOptions { patience: Duration::MAX, ..PaceOptions::default() };
    let options = global.partition.map_or(patient, |partition| patient.shared_by(partition.of));
    let duration = Pace::new(options).foretold(writes, &traffic(global));
    let beyond = if duration > HOUR { "; `sync --max-wait` lets one run wait for the hours it needs" } else { "" };
    (duration > WORTH_A_WORD)
        .then(|| format!("{writes} writes take about {} at GitHub's pace{beyond}", in_words(duration)))
}

fn counted(writes: usize) -> String {
    let plural = if writes == 1 { "" } else { "s" };
    format!("{writes} write{plural}")
}

fn bar(ended: usize, total: usize) -> String {
    const WIDTH: usize = 20;
    let filled = ended * WIDTH / total.max(1);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(WIDTH - filled.min(WIDTH)))
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        seconds => match (seconds.div_ceil(60) / 60, seconds.div_ceil(60) % 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
    }
}

/// Who runs this, as far as the machine says: the actor of a workflow, or user and host.
fn who(session: &Session<'_>) -> String {
    let var = |name: &str| session.context.var(name);
    if let Some(actor) = var("GITHUB_ACTOR") {
        let run = var("GITHUB_RUN_ID").map(|run| format!(" in run {run}")).unwrap_or_default();
        return format!("{actor} of GitHub Actions{run}");
    }
    let user = var("USER").or_else(|| var("LOGNAME")).unwrap_or_else(|| rustix::process::getuid().as_raw().to_string());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{user}@{}", host.trim())
}

/// The run's own clock, for the log.
pub(crate) fn clock() -> impl Fn() -> Stamp + Sync {
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_bars_are_short() {
        let said = [90, 121, 7_199, 7_200, 24_000].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(said, ["90 s", "3 min", "120 min", "2 h", "6 h 40 min"]);
        assert_eq!(bar(0, 0), "[....................]");
        assert_eq!(bar(30, 60), "[##########..........]");
        assert_eq!(bar(60, 60), "[####################]");
    }
}
