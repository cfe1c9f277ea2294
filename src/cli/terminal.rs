//! What the terminal can do, and the two streams: the result on standard output,
//! the conversation on standard error. A closed pipe is no failure.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
};

use super::{args::ColorChoice, logging};
use crate::http::printable;

/// Whether a stream should be coloured.
pub(crate) fn wants_color(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether a person watches who may be shown a line that changes.
pub(crate) fn shows_progress() -> bool {
    stderr_is_terminal() && !logging::is_service()
}

/// Columns to fill: `COLUMNS`, else 80 on a terminal, else no limit worth the name.
pub(crate) fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(if stdout_is_terminal() { terminal_columns() } else { 120 })
}

/// A terminal that does not know its width says 0.
fn terminal_columns() -> usize {
    let told = rustix::termios::tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_col));
    if told == 0 { 80 } else { told.max(20) }
}

/// Says something to the person, on standard error. Who closed it does not want to hear.
///
/// File names and arguments may hold anything; nothing of it steers the terminal (failure case X7), and no line
/// that a break in a name began is a command to a workflow's runner (failure case X8).
pub(crate) fn say(message: impl fmt::Display) {
    if logging::is_json() {
        return tracing::warn!("{}", message.to_string().trim_start_matches("esc-sync: "));
    }
    let lines: Vec<_> = message.to_string().lines().map(|line| harmless(&printable(line, usize::MAX))).collect();
    let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
}

/// The runner takes lines for commands that begin so, blanks apart.
fn harmless(line: &str) -> String {
    let command = ["::", "##["].iter().any(|start| line.trim_start().starts_with(start));
    if command { format!("| {line}") } else { line.to_owned() }
}

/// `esc-sync: error: …` with its remedy on a line of its own.
pub(crate) fn say_error(message: impl fmt::Display, help: Option<&str>) {
    if logging::is_json() {
        return tracing::error!(help, "{message}");
    }
    say(format_args!("esc-sync: error: {message}"));
    if let Some(help) = help {
        say(format_args!("esc-sync: help: {help}"));
    }
}

/// Writes the result to standard output; a closed pipe is success.
pub(crate) fn print(bytes: &[u8]) -> io::Result<()> {
    stream(|out| out.write_all(bytes))
}

/// The same for a result that is made while it is written.
pub(crate) fn stream(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x8_no_line_is_a_command_to_a_runner() {
        assert_eq!(harmless("::error::x"), "| ::error::x");
        assert_eq!(harmless("  ##[error]x"), "|   ##[error]x");
        assert_eq!(harmless("esc-sync: error: a::b"), "esc-sync: error: a::b");
    }
}
