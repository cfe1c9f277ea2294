//! The service about itself: which replica this is, who acts, what it goes by, when it runs next, whom it tells.

use maud::{Markup, html};

use super::{
    Shown,
    words::{Tone, counted, mark, number, since, text, title},
};
use crate::daemon::board::{Board, Deliveries, MappingState, Role, Scheduled, StateHealth};

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let Shown { board, now, .. } = shown;
    html! {
        dl.daemon {
            dt { "Role" } dd { (role(board, *now)) }
            dt { "Replica" } dd { (text(&board.replica.id)) ", running since " (since(board.replica.started, *now)) ", esc-sync " (text(&board.replica.version)) }
            dt { "Mapping" } dd { (mapping(&board.mapping, *now)) }
            dt { "State" } dd { (state(&board.state, *now)) }
            dt { "Alerts" } dd { (alerts(&board.deliveries, *now)) }
        }
        (schedule(&board.schedule, *now))
    }
}

fn role(board: &Board, now: i64) -> Markup {
    html! {
        b { (board.role.as_str()) }
        @match &board.role {
            Role::Undecided => ": no replica is elected yet",
            Role::Alone => ": it acts, and knows of no other",
            Role::Leader { since: from } => { ": it acts, since " (since(*from, now)) },
            Role::Standby { leader: Some(leader) } => { ": " (text(leader)) " acts" },
            Role::Standby { leader: None } => ": nobody is known to act",
        }
    }
}

fn mapping(mapping: &MappingState, now: i64) -> Markup {
    html! {
        @if mapping.file.is_empty() { "none is loaded" }
        @else {
            (text(&mapping.file)) ", " (counted(mapping.entries, "entry", "entries")) ", loaded " (since(mapping.loaded, now))
        }
        @if let Some(refused) = &mapping.refused {
            " " (mark(Tone::Bad, "What the file holds now is refused:")) " " (text(&refused.what))
        }
    }
}

fn state(state: &StateHealth, now: i64) -> Markup {
    html! {
        (text(&state.url)) " "
        @match (&state.fault, state.proved) {
            (Some(fault), _) => { (mark(Tone::Bad, "not writable:")) " " (text(&fault.what)) },
            (None, Some(at)) => { (mark(Tone::Good, "writable")) " shown " (since(at, now)) },
            (None, None) => (mark(Tone::Unknown, "not shown to be writable")),
        }
    }
}

fn alerts(deliveries: &Deliveries, now: i64) -> Markup {
    let Deliveries { targets, sent, failed, suppressed, failing, last } = deliveries;
    let count = |it: u64| number(usize::try_from(it).unwrap_or(usize::MAX));
    html! {
        @if *targets == 0 { "nobody is told: no address is set" }
        @else {
            @match failing {
                Some((from, said)) => { (mark(Tone::Bad, "not delivered")) " since " (since(*from, now)) ": " (text(&said.what)) "; " },
                None => { (mark(Tone::Good, "on")) ", " },
            }
            "to " (counted(*targets, "address", "addresses")) ": " (count(*sent)) " sent, " (count(*failed)) " failed, "
            (count(*suppressed)) " held back"
            @if let Some(at) = last { ", the last " (since(*at, now)) }
        }
    }
}

fn schedule(schedule: &[Scheduled], now: i64) -> Markup {
    html! {
        @if !schedule.is_empty() {
            div.scroll role="region" aria-label="Schedule" tabindex="0" {
                table {
                    caption { "Schedule" }
                    thead { tr { th scope="col" { "Run" } th scope="col" { "Every" } th scope="col" { "Next" } } }
                    tbody { @for it in schedule { tr {
                        th scope="row" { (title(it.kind.as_str())) }
                        td { (text(&it.every)) }
                        td { @match it.next { Some(at) => (since(at, now)), None => "not planned here" } }
                    } } }
                }
            }
        }
    }
}
