//! The runs of late: a picture of how long they took and what they came to, and each of them in a table.

use maud::{Markup, html};

use super::{
    Shown, chart,
    words::{Tone, counted, mark, number, since, text, took},
};
use crate::daemon::board::RunLine;

/// Lines of the table.
const LINES: usize = 50;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let history = &shown.board.history;
    if history.is_empty() {
        return html! { p { "No run has ended yet." } };
    }
    html! {
        (chart::figures(history, shown.now))
        details.runs open[history.len() <= 10] {
            summary { "The last " (counted(history.len().min(LINES), "run", "runs")) ", one by one" }
            div.scroll role="region" aria-label="Runs one by one" tabindex="0" {
                table {
                    caption.unseen { "Runs, the newest first" }
                    thead { tr {
                        th scope="col" { "Began" }
                        th scope="col" { "Kind" }
                        th scope="col" { "Verdict" }
                        th.num scope="col" { "Took" }
                        th.num scope="col" { "Well" }
                        th scope="col" { "Writes" }
                        th.num scope="col" { "Requests" }
                        th scope="col" { "By" }
                    } }
                    tbody { @for line in history.iter().take(LINES) { (row(line, shown.now)) } }
                }
            }
        }
    }
}

fn row(line: &RunLine, now: i64) -> Markup {
    html! {
        tr {
            th scope="row" { (since(line.began, now)) }
            td { (line.kind) }
            td {
                (mark(Tone::of_run(line.verdict), line.verdict.as_str()))
                @if let Some(failure) = &line.failure { span.soft { (text(failure)) } }
            }
            td.num { (took(line.duration_ms)) }
            td.num { (number(line.ok)) " of " (number(line.entries)) }
            td { (writes(line)) }
            td.num { (number(usize::try_from(line.requests).unwrap_or(usize::MAX))) }
            td { (text(&line.replica)) }
        }
    }
}

fn writes(line: &RunLine) -> String {
    let parts = [(line.written, "done"), (line.unwritten, "not done"), (line.proposed, "proposed")];
    let said: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(*count)))
        .collect();
    if said.is_empty() { "none".to_owned() } else { said.join(", ") }
}
