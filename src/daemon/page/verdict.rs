//! The top of the page: whether one can deploy, how that is known, and how old the knowledge is.

use maud::{Markup, html};

use super::{
    Shown,
    words::{self, Tone, counted, mark, number, since, span, text, title, took},
};
use crate::daemon::{
    account::Account,
    board::{Board, Role, Running},
    health::HealthVerdict,
    order::RunKind,
};

/// Reasons that are shown before the rest is asked for.
const REASONS: usize = 6;

pub(super) fn section(shown: &Shown<'_>, tone: Tone) -> Markup {
    html! {
        section #verdict class={ "verdict " (tone.as_str()) } aria-labelledby="verdict-name" {
            (words::shape(tone))
            div.said {
                h1 #verdict-name { (title(shown.health.verdict.as_str())) }
                p.answer { (answer(shown)) }
                (reasons(&shown.health.reasons))
            }
            div.basis {
                (basis(shown))
            }
            (notices(shown))
        }
    }
}

/// The answer to "can I deploy?", no surer than the verdict.
fn answer(shown: &Shown<'_>) -> &'static str {
    match (shown.health.verdict, &shown.look) {
        (HealthVerdict::Healthy, _) => "Nothing that is known stands in the way of a deployment.",
        (HealthVerdict::Unhealthy, _) => "Do not deploy before this is mended.",
        (HealthVerdict::Unknown, None) => "Nobody has looked yet, so nobody can say.",
        (HealthVerdict::Unknown, Some(_)) => "Nobody can say now whether a deployment would find its secrets.",
    }
}

fn reasons(reasons: &[String]) -> Markup {
    let (first, rest) = reasons.split_at(reasons.len().min(REASONS));
    html! {
        @if !first.is_empty() { ul.reasons { @for reason in first { li { (text(reason)) } } } }
        @if !rest.is_empty() {
            details {
                summary { (counted(rest.len(), "more reason", "more reasons")) }
                ul.reasons { @for reason in rest { li { (text(reason)) } } }
            }
        }
    }
}

/// What the verdict rests on.
fn basis(shown: &Shown<'_>) -> Markup {
    let Shown { look, now, .. } = shown;
    html! {
        dl {
            dt { "Looked" }
            dd {
                @match look {
                    None => "never",
                    Some(look) => (looked(look, *now)),
                }
            }
            dt { "Services asked" }
            dd {
                @match &shown.board.live {
                    None => "never: it is not known whether the credentials work",
                    Some(live) => (since(live.ended, *now)),
                }
            }
            @if let Some(look) = look {
                dt { "Entries" }
                dd { (counted(look.entries.len(), "entry", "entries")) ", each known:" (evidence(shown)) }
            }
            dt { "Next" }
            dd { (coming(shown.board, *now)) }
        }
    }
}

fn looked(look: &Account, now: i64) -> Markup {
    html! { (since(look.ended, now)) span.soft { " by a " (words::run(look.kind)) ", which took " (took(look.duration_ms)) } }
}

/// How many entries are known in which way: all ways, since a zero says something too.
fn evidence(shown: &Shown<'_>) -> Markup {
    html! {
        ul.evidence {
            @for (word, count) in &shown.health.evidence {
                @let evidence = crate::model::Evidence::from_word(word);
                li { b { (number(*count)) } " " (evidence.map_or(word.as_str(), |it| words::known(it))) }
            }
        }
    }
}

/// What is under way, or the next run of each kind.
fn coming(board: &Board, now: i64) -> Markup {
    let next = board.schedule.iter().filter_map(|scheduled| Some((scheduled.kind, scheduled.next?)));
    let soonest = next.filter(|(kind, _)| *kind != RunKind::Deliver).min_by_key(|(_, at)| *at);
    html! {
        @match (&board.running, soonest) {
            (Some(Running { kind, since, .. }), _) => { "a " (words::run(*kind)) " is under way, for " (span(now - since)) },
            (None, Some((kind, at))) if at <= now => { "a " (words::run(kind)) " is due" },
            (None, Some((kind, at))) => { "a " (words::run(kind)) " " (since(at, now)) },
            (None, None) => "no run is planned here",
        }
    }
}

/// What has to be known to read the rest rightly.
fn notices(shown: &Shown<'_>) -> Markup {
    let Board { role, stopping, .. } = shown.board;
    html! {
        @match role {
            Role::Standby { leader } => div.notice {
                (mark(Tone::Plain, "This replica stands by.")) " "
                @match leader {
                    Some(leader) => { "What is shown is what the leader " (text(leader)) " found out and left in the state." },
                    None => "No leader is known; what is shown is what the last one left in the state.",
                }
            },
            Role::Undecided => div.notice {
                (mark(Tone::Unknown, "It is not decided yet which replica acts.")) " What is shown was left in the state."
            },
            Role::Alone | Role::Leader { .. } => {}
        }
        @if *stopping { div.notice { (mark(Tone::Warn, "This service is stopping.")) " No run begins any more." } }
    }
}
