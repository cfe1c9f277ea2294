//! The machines' key with its age, the rotation that is open, and credentials that end soon.

use maud::{Markup, html};

use super::{
    Shown,
    words::{Tone, counted, mark, plain, since, span, text},
};
use crate::daemon::account::{Account, KeyAccount};

const DAY: i64 = 86_400;

/// Credentials that are listed, the soonest first.
const SOONEST: usize = 8;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let known = shown.accounts();
    let key = known.iter().find_map(|account| account.rotation.as_ref());
    html! {
        h3 { "The machines' key" }
        @match key {
            None => p { "No run told of one." },
            Some(key) => { (in_force(key, shown.now)) (rotation(key, shown.now)) }
        }
        h3 { "Credentials that end" }
        (ends(&known, shown.now))
    }
}

fn in_force(key: &KeyAccount, now: i64) -> Markup {
    let allowed = key.max_age_days.map(|days| i64::from(days) * DAY);
    html! {
        @match (key.since, allowed) {
            (None, _) => p { (mark(Tone::Unknown, "Its age is not known.")) },
            (Some(from), None) => p { "In force since " (since(from, now)) "; no age is set at which it is due." },
            (Some(from), Some(allowed)) => {
                p {
                    @if now - from > allowed { (mark(Tone::Bad, "Due to be rotated.")) " " }
                    "In force since " (since(from, now)) ", " (span(now - from)) " old of " (span(allowed)) " allowed."
                }
                (meter("Age of the key", now - from, allowed))
            }
        }
    }
}

/// Full is bad: the last fifth is shown as such.
fn meter(label: &str, value: i64, most: i64) -> Markup {
    html! {
        meter aria-label=(label) min="0" max=(most.max(1)) high=(most / 5 * 4) optimum="0" value=(value.clamp(0, most.max(1))) {
            (span(value)) " of " (span(most))
        }
    }
}

fn rotation(key: &KeyAccount, now: i64) -> Markup {
    html! {
        @match &key.open {
            None => p { (mark(Tone::Good, "No rotation is open.")) },
            Some(id) => {
                div {
                    (mark(Tone::Warn, "A rotation is open:")) " " (text(id))
                    @if let Some(step) = &key.step { ", at its step " b { (text(step)) } }
                    @if let Some(begun) = key.begun { ", begun " (since(begun, now)) }
                    "."
                }
                @if let Some(until) = key.overlap_until { p { "Both keys are good; the overlap ends " (since(until, now)) "." } }
                code.command tabindex="0" { "esc-sync ssh status" }
            }
        }
        (machines("not proved to open with the new key", &key.unproved))
        (machines("still open to the old key", &key.still_open))
    }
}

fn machines(what: &str, machines: &[String]) -> Markup {
    html! {
        @if !machines.is_empty() {
            p { (mark(Tone::Bad, &counted(machines.len(), "machine is", "machines are"))) " " (what) ":" }
            ul { @for machine in machines { li { (text(machine)) } } }
        }
    }
}

/// What services said of the end of credentials, over all that is known.
fn ends(known: &[&Account], now: i64) -> Markup {
    let entries = known.iter().flat_map(|account| &account.entries);
    let mut ends: Vec<(i64, &str)> =
        entries.filter_map(|entry| Some((entry.probe.as_ref()?.expires_at?, entry.name.as_str()))).collect();
    ends.sort_unstable();
    ends.dedup();
    html! {
        @if ends.is_empty() { p { "No service told of an end." } }
        @else {
            ul.ends-soon { @for (at, name) in ends.iter().take(SOONEST) { li {
                bdi.name { (plain(name, 80)) } " "
                @if *at <= now { (mark(Tone::Bad, "ended")) " " } @else { "ends " } (since(*at, now))
            } } }
            @if ends.len() > SOONEST { p.soft { (counted(ends.len() - SOONEST, "more ends", "more end")) " later." } }
        }
    }
}
