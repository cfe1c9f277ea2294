//! What is left as it is although the sides are not known to agree, and why.

use maud::{Markup, html};

use super::{
    Shown,
    words::{counted, remedy, since, text},
};
use crate::daemon::account::HeldAccount;

/// Lines that are shown before the rest is asked for.
const LINES: usize = 10;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let Some(sync) = shown.board.sync.as_deref() else {
        return html! { p { "No sync has ended yet, so nothing was held back." } };
    };
    let (first, rest) = sync.held_back.split_at(sync.held_back.len().min(LINES));
    html! {
        @if first.is_empty() {
            p { "Nothing was held back by the sync " (since(sync.ended, shown.now)) "." }
        } @else {
            p { (counted(sync.held_back.len(), "place was left as it was", "places were left as they were")) " by the sync " (since(sync.ended, shown.now)) "." }
            (table(first, "What is held back"))
        }
        @if !rest.is_empty() {
            details { summary { (counted(rest.len(), "more place", "more places")) } (table(rest, "More that was held back")) }
        }
    }
}

fn table(held: &[HeldAccount], caption: &str) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption.unseen { (caption) }
                thead { tr { th scope="col" { "Entry" } th scope="col" { "Place" } th scope="col" { "Why" } th scope="col" { "What mends it" } } }
                tbody { @for it in held { tr {
                    th.name scope="row" { (text(&it.name)) }
                    td { (text(&it.place)) }
                    td { b { (text(&it.because)) } " " (text(&it.reason)) }
                    td { (remedy(&it.remedy)) }
                } } }
            }
        }
    }
}
