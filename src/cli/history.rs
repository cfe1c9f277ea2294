//! `history`: the audit log, verified.

use serde_json::{Value, json};

use crate::{
    ledger::{AuditEvent, AuditLine, AuditLog, Broken, journal_parts},
    report::Format,
};

use super::{
    Failure,
    args::{Global, HistoryArgs},
    exit::Exit,
    session::{self, Session},
    state, terminal,
};

pub(crate) fn run(global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let json = match global.format {
        Format::Json => true,
        Format::Text => false,
        other => {
            let message = format!("history is written as text or json, not as {}", other.as_str());
            return Err(Failure::usage(message, "use --format json, or leave it out"));
        }
    };
    let (session, _) = Session::open(global, "history")?;
    let stores = session.stores();
    let log = session::runtime()?.block_on(async {
        let backend = state::backend(&session, &stores).await?;
        AuditLog::read(&*backend).await.map_err(Failure::from)
    })?;
    let (lines, broken) = match log.verify() {
        Ok(lines) => (lines, None),
        Err(broken) => (Vec::new(), Some(broken)),
    };
    let chosen: Vec<_> =
        lines.iter().filter(|line| args.run.as_deref().is_none_or(|run| is_of(&line.entry.run, run))).collect();
    let text = if json { as_json(&chosen, broken.as_ref()) } else { as_text(&chosen, args.run.as_deref()) };
    terminal::print(text.as_bytes()).map_err(Failure::from_io)?;
    match broken {
        None => Ok(Exit::Pass),
        Some(broken) => {
            let help = "somebody changed the log, or a copy of it is incomplete; compare it with a backup";
            terminal::say_error(broken, Some(help));
            Ok(Exit::Findings)
        }
    }
}

/// A run that wrote more than once is found by its own id and by that of each time.
fn is_of(part: &str, run: &str) -> bool {
    part == run || journal_parts::whole(part) == run
}

fn as_text(lines: &[&AuditLine], run: Option<&str>) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    for line in lines {
        let entry = &line.entry;
        let told = match &entry.event {
            AuditEvent::RunStarted { command, options, revisions } => {
                let options = options.iter().map(|option| format!(" {option}")).collect::<String>();
                let from: String =
                    revisions.iter().map(|(at, number)| format!(", {at} at revision {number}")).collect();
                format!("run {} of {}: {command}{options}{from}", entry.run, entry.who)
            }
            AuditEvent::Intent { verb, name, target, source } => {
                let source = source.as_ref().map(|source| format!(" from {source}")).unwrap_or_default();
                format!("  to {verb} {name} at {target}{source}")
            }
            AuditEvent::Outcome { verb, name, target, end, reason } => {
                let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                format!("  {end}: {verb} {name} at {target}{reason}")
            }
            AuditEvent::Newer => "something that a newer version of esc-sync wrote".to_owned(),
            AuditEvent::RunEnded { verdict, exit: _ } => format!("run {} ended: {verdict}", entry.run),
        };
        let _ = writeln!(text, "{} {}", entry.at, crate::http::printable(&told, usize::MAX));
    }
    if lines.is_empty() {
        let _ = match run {
            Some(run) => writeln!(text, "the log has no run {}", crate::http::printable(run, 100)),
            None => writeln!(text, "nothing was ever written from here"),
        };
    }
    text
}

fn as_json(lines: &[&AuditLine], broken: Option<&Broken>) -> String {
    let line = |line: &&AuditLine| {
        json!({
            "seq": line.seq,
            "at": line.entry.at.to_string(),
            "run": line.entry.run,
            "who": line.entry.who,
            "event": line.entry.event,
            "hash": line.hash,
        })
    };
    let document = json!({
        "schema": "esc-sync/history/v1",
        "verified": broken.is_none(),
        "broken": broken.map_or(Value::Null, |broken| json!({ "line": broken.line, "why": broken.why.to_string() })),
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
