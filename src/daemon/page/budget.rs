//! What each store last said of its limit on requests, and how many the last runs sent.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    Shown,
    words::{Tone, mark, number, since, text},
};
use crate::daemon::account::BudgetAccount;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let mut newest: BTreeMap<&str, &BudgetAccount> = BTreeMap::new();
    for budget in shown.accounts().into_iter().flat_map(|account| &account.budgets) {
        newest.entry(&budget.store).or_insert(budget);
    }
    html! {
        @if newest.is_empty() { p { "No store told of a limit." } }
        @else { ul.budgets { @for budget in newest.values() { li { (told(budget, shown.now)) } } } }
        (sent(shown))
    }
}

fn told(budget: &BudgetAccount, now: i64) -> Markup {
    let BudgetAccount { store, limit, remaining, resets_at } = budget;
    html! {
        div {
            b { (text(store)) } " "
            @if *resets_at <= now {
                "its limit of " (count(*limit)) " was renewed " (since(*resets_at, now)) "; what is left is not known."
            } @else {
                @if *remaining == 0 { (mark(Tone::Bad, "none left")) } @else { (count(*remaining)) " left" }
                " of " (count(*limit)) ", renewed " (since(*resets_at, now)) "."
            }
        }
        @if *resets_at > now {
            meter aria-label={ "Requests left" } min="0" max=((*limit).max(1)) low=(limit / 5) optimum=(limit) value=((*remaining).min((*limit).max(1))) {
                (count(*remaining)) " of " (count(*limit))
            }
        }
    }
}

fn sent(shown: &Shown<'_>) -> Markup {
    let requests = shown.accounts().first().map(|account| account.requests.as_slice()).unwrap_or_default();
    html! {
        @if !requests.is_empty() {
            div.soft {
                "The last run sent "
                @for (at, (store, sent)) in requests.iter().enumerate() {
                    @if at > 0 { ", " } (count(*sent)) " to " (text(store))
                }
                "."
            }
        }
    }
}

fn count(requests: u64) -> String {
    number(usize::try_from(requests).unwrap_or(usize::MAX))
}
