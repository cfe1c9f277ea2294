//! What is logged: our own events, on standard error; with `-v` and more, and by a service without being asked.
//!
//! Only this crate's targets are ever enabled, and `RUST_LOG` is not read: the
//! libraries underneath log headers and frames, and frames hold values.

mod json;

use std::{io, sync::OnceLock};

use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::{
    args::{Cli, Command},
    serve::args::LogForm,
    terminal,
};

pub(crate) use json::of_run;

/// The form of a service's log; not set where a person reads along.
static SERVICE: OnceLock<LogForm> = OnceLock::new();

/// Begins to log as the command line asks for.
pub(crate) fn start(cli: &Cli, color: bool) {
    let mut verbose = cli.global.verbose;
    if let Command::Serve(args) = &cli.command {
        SERVICE.get_or_init(|| args.telling.log);
        verbose += 1;
    }
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let ours = Targets::new().with_target("esc_sync", level);
    let text = || {
        let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
        layer.with_ansi(color && terminal::stderr_is_terminal()).with_target(true)
    };
    // A second subscriber in one process can only come from a test; the first one stays.
    let _ = if is_json() {
        tracing_subscriber::registry().with(json::Lines.with_filter(ours)).try_init()
    } else {
        tracing_subscriber::registry().with(text().with_filter(ours)).try_init()
    };
}

/// Whether this process is (part of) a service, whose standard error is a log and no conversation.
pub(crate) fn is_service() -> bool {
    SERVICE.get().is_some()
}

/// Whether everything on standard error is one JSON object a line.
pub(crate) fn is_json() -> bool {
    SERVICE.get() == Some(&LogForm::Json)
}
