//! What `-v`, `-vv` and `-vvv` show: our own events, on standard error.
//!
//! Only this crate's targets are ever enabled, and `RUST_LOG` is not read: the
//! libraries underneath log headers and frames, and frames hold values.

use std::io;

use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::terminal;

pub(crate) fn start(verbose: u8, color: bool) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(color && terminal::stderr_is_terminal())
        .with_target(true)
        .with_filter(Targets::new().with_target("esc_sync", level));
    // A second subscriber in one process can only come from a test; the first one stays.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
