//! Child processes: how long they took, and how much memory they had at most.
//!
//! A child is counted with the memory its parent had when it was started, and the bench holds
//! whole worlds. So the bench runs itself as a small stopwatch, which starts and measures.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4 as _;

const STOPWATCH: &str = "--stopwatch";

pub(crate) struct Run {
    wall: Duration,
    peak_bytes: u64,
    /// `None` where it could not be started.
    pub(crate) code: Option<i32>,
}

/// The release binary in a clean environment.
pub(crate) fn program(folder: &Path) -> Command {
    measured(env!("CARGO_BIN_EXE_esc-sync"), folder)
}

/// Any program in a clean environment, to be run by `run`.
pub(crate) fn measured(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program"));
    command.arg(STOPWATCH).arg(program).env_clear().env("HOME", folder).current_dir(folder);
    command
}

/// Runs a command made by `measured`.
pub(crate) fn run(command: &mut Command) -> Run {
    run_with(command, Stdio::null())
}

/// The same with something to read.
pub(crate) fn run_with(command: &mut Command, stdin: Stdio) -> Run {
    let output = command.stdin(stdin).output().expect("the stopwatch starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let mut numbers = told.split_whitespace().map(|number| number.parse::<u64>().expect("a number"));
    let mut next = || numbers.next();
    Run {
        wall: Duration::from_nanos(next().unwrap_or(0)),
        peak_bytes: next().unwrap_or(0),
        code: next().and_then(|code| i32::try_from(code).ok()),
    }
}

/// The stopwatch itself; `None` in a process that is not one.
#[expect(clippy::print_stdout, reason = "what was measured goes to the bench")]
pub(crate) fn stopwatch() -> Option<()> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().filter(|first| first == STOPWATCH)?;
    let words: Vec<OsString> = arguments.collect();
    let (program, rest) = words.split_first().expect("a program");
    let started = Instant::now();
    let child = Command::new(program).args(rest).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Ok(ended) = child.and_then(|mut child| child.wait4()) {
        let (wall, peak) = (started.elapsed().as_nanos(), ended.rusage.maxrss);
        println!("{wall} {peak} {}", ended.status.code().unwrap_or(255));
    }
    Some(())
}

pub(crate) fn median(runs: &[Run]) -> Duration {
    let mut walls: Vec<_> = runs.iter().map(|run| run.wall).collect();
    walls.sort();
    walls[walls.len() / 2]
}

/// The most that any run had resident.
pub(crate) fn megabytes(runs: &[Run]) -> f64 {
    runs.iter().map(|run| run.peak_bytes).max().unwrap_or(0) as f64 / f64::from(1 << 20)
}

pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
