//! The page: one look answers "can I deploy?". Rendered here, whole, without a script.
//!
//! It shows what the board holds and nothing else, so no value and no fingerprint can be on it. Invariants: every text
//! from outside goes through `words::text` (or `words::plain` inside an attribute); what nobody found out is said to
//! be unknown, never left away; a status is told by a word and a shape, and only then by a colour.

mod budget;
mod chart;
mod daemon;
mod filter;
mod held;
mod history;
mod matrix;
mod next;
mod query;
mod rotation;
mod shapes;
mod verdict;
mod words;

use std::sync::Arc;

use maud::{DOCTYPE, Markup, html};

use super::{
    account::Account,
    board::Board,
    combined,
    health::{Health, health},
};
pub use query::Query;
use words::{Tone, title};

/// The style sheet, served beside the page as `style.css`.
pub const STYLE: &str = include_str!("style.css");

/// The board as HTML. `now`: seconds since 1970.
pub fn render(board: &Board, query: &Query, now: i64) -> String {
    whole(&Shown { board, health: &health(board, now), look: combined::account(board), query, now }).into_string()
}

/// What all parts of the page are made from.
struct Shown<'a> {
    board: &'a Board,
    health: &'a Health,
    look: Option<Arc<Account>>,
    query: &'a Query,
    now: i64,
}

impl Shown<'_> {
    /// Accounts that are known, the newest first.
    fn accounts(&self) -> Vec<&Account> {
        let Board { look, live, sync, .. } = self.board;
        let mut known: Vec<&Account> = [look, live, sync].into_iter().flatten().map(Arc::as_ref).collect();
        known.sort_by_key(|account| std::cmp::Reverse(account.ended));
        known
    }
}

/// The parts below the verdict: the anchor, the name, and what makes it.
type Part = (&'static str, &'static str, fn(&Shown<'_>) -> Markup);

const PARTS: &[Part] = &[
    ("next", "What to do next", next::section),
    ("entries", "Entries", matrix::section),
    ("history", "Runs", history::section),
    ("held", "Held back", held::section),
    ("keys", "Keys", rotation::section),
    ("limits", "Request limits", budget::section),
    ("daemon", "This service", daemon::section),
];

fn whole(shown: &Shown<'_>) -> Markup {
    let tone = Tone::of_verdict(shown.health.verdict);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if shown.query.refreshes() { meta http-equiv="refresh" content="60"; }
                title { (title(shown.health.verdict.as_str())) " – esc-sync" }
                link rel="stylesheet" href="style.css";
            }
            body {
                a.skip href="#main" { "Skip to the verdict" }
                (words::shapes())
                (header(shown))
                main #main tabindex="-1" {
                    (verdict::section(shown, tone))
                    @for (anchor, name, make) in PARTS {
                        section #(anchor) .part aria-labelledby=(format!("{anchor}-name")) {
                            h2 #(format!("{anchor}-name")) { (name) }
                            (make(shown))
                        }
                    }
                }
                (footer(shown))
            }
        }
    }
}

fn header(shown: &Shown<'_>) -> Markup {
    html! {
        header.top {
            p.brand { "esc-sync" }
            nav aria-label="Parts of this page" {
                ul { @for (anchor, name, _) in PARTS { li { a href={ "#" (anchor) } { (name) } } } }
            }
            p.refresh {
                @if shown.query.refreshes() {
                    a href=(shown.query.link("", |query| query.refresh.clear())) { "Stop refreshing" }
                } @else {
                    a href=(shown.query.link("", |query| query.refresh = query::EVERY.to_owned())) { "Refresh every minute" }
                }
            }
        }
    }
}

fn footer(shown: &Shown<'_>) -> Markup {
    html! {
        footer {
            div {
                "Made " (words::moment(shown.now)) ". esc-sync " (words::text(&shown.board.replica.version))
                ". Names, statuses and times alone: no value and no part of one is known here."
            }
        }
    }
}
