//! What to do next: what is wrong with the service itself, the worst findings with what mends them, and what waits
//! for a yes.

use std::collections::HashMap;

use maud::{Markup, html};

use super::{
    Shown,
    words::{Tone, counted, mark, number, plain, remedy, since, span, text},
};
use crate::{
    daemon::account::{Account, FindingAccount, ProposedAccount, Said},
    model::Severity,
};

/// Groups, names and proposals that are shown before the rest is asked for.
const GROUPS: usize = 6;
const NAMES: usize = 4;
const PROPOSALS: usize = 10;

/// What asks to be done about findings of one rule.
struct Group<'a> {
    finding: &'a FindingAccount,
    /// The entries' names; findings of the world have none.
    names: Vec<&'a str>,
}

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let groups = shown.look.as_deref().map(groups).unwrap_or_default();
    let (first, rest) = groups.split_at(groups.len().min(GROUPS));
    let own = own_faults(shown);
    let proposed = proposed(shown);
    html! {
        @if own.is_empty() && groups.is_empty() && proposed.is_none() {
            p { @match shown.look {
                Some(_) => "Nothing. What was looked at was found to be well.",
                None => "Wait for the first look, or run esc-sync check.",
            } }
        }
        @if !own.is_empty() || !first.is_empty() {
            ol.todo { @for fault in own { li { (fault) } } @for group in first { li { (todo(group, shown)) } } }
        }
        @if !rest.is_empty() {
            details {
                summary { (counted(rest.len(), "more kind of finding", "more kinds of findings")) }
                ol.todo { @for group in rest { li { (todo(group, shown)) } } }
            }
        }
        @if let Some((account, proposed)) = proposed { (proposals(account, proposed, shown.now)) }
    }
}

/// Findings by rule and severity: those that make the verdict first, then the worst, then the most.
fn groups(look: &Account) -> Vec<Group<'_>> {
    let mut at: HashMap<(&str, Severity, bool), usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let of_entries =
        look.entries.iter().flat_map(|entry| entry.findings.iter().map(|it| (it, Some(entry.name.as_str()))));
    for (finding, name) in of_entries.chain(look.findings.iter().map(|finding| (finding, None))) {
        let index = *at.entry((&finding.rule, finding.severity, finding.counts)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.names.extend(name.filter(|name| group.names.last() != Some(name))),
            None => groups.push(Group { finding, names: name.into_iter().collect() }),
        }
    }
    let order = |group: &Group<'_>| {
        let Group { finding, names } = group;
        (!finding.counts, finding.severity, finding.status, std::cmp::Reverse(names.len()))
    };
    groups.sort_by_key(order);
    groups
}

fn todo(group: &Group<'_>, shown: &Shown<'_>) -> Markup {
    let Group { finding, names } = group;
    html! {
        div.head {
            (mark(tone(finding), finding.severity.as_str())) " "
            b { (text(&finding.rule)) }
            @if !names.is_empty() { span.soft { " " (counted(names.len(), "entry", "entries")) } }
            @if finding.live { span.soft { " by asking the service" } }
        }
        div { (text(&finding.reason)) }
        (remedy(&finding.remedy))
        @if names.len() > 1 { (others(group, shown)) }
    }
}

/// Who else has the same finding; the remedy above is that of the first.
fn others(group: &Group<'_>, shown: &Shown<'_>) -> Markup {
    let Group { finding, names } = group;
    let listed = names.iter().skip(1).take(NAMES);
    let more = (names.len() - 1).saturating_sub(NAMES);
    html! {
        p.soft {
            "Likewise "
            @for (at, name) in listed.enumerate() { @if at > 0 { ", " } bdi { (plain(name, 60)) } }
            @if more > 0 { " and " (number(more)) " more" }
            ". "
            @if let Some(status) = finding.status {
                a href=(shown.query.link("entries", |query| *query = super::Query { status: status.as_str().into(), refresh: query.refresh.clone(), ..Default::default() })) {
                    "Show all that are " (status)
                }
            }
        }
    }
}

fn tone(finding: &FindingAccount) -> Tone {
    match finding.severity {
        _ if finding.counts => Tone::Bad,
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Plain,
    }
}

/// What is wrong with the service itself.
fn own_faults(shown: &Shown<'_>) -> Vec<Markup> {
    let board = shown.board;
    let refused =
        board.mapping.refused.as_ref().map(|said| own("The mapping as it is now is not in force.", None, said));
    let state = board.state.fault.as_ref().map(|said| own("What runs find out cannot be remembered.", None, said));
    let late = |from: &i64| Some(shown.now - from);
    let alerts = board.deliveries.failing.as_ref();
    let alerts = alerts.map(|(from, said)| own("Alerts do not arrive.", late(from), said));
    [refused, state, alerts].into_iter().flatten().collect()
}

fn own(what: &str, for_s: Option<i64>, said: &Said) -> Markup {
    html! {
        p.head { (mark(Tone::Bad, what)) @if let Some(seconds) = for_s { span.soft { " for " (span(seconds)) } } }
        div { (text(&said.what)) }
        (remedy(&said.help))
    }
}

/// What the last sync left to a person.
fn proposed<'a>(shown: &Shown<'a>) -> Option<(&'a Account, &'a [ProposedAccount])> {
    let sync = shown.board.sync.as_deref()?;
    (!sync.proposed.is_empty()).then_some((sync, &sync.proposed))
}

fn proposals(account: &Account, proposed: &[ProposedAccount], now: i64) -> Markup {
    let (first, rest) = proposed.split_at(proposed.len().min(PROPOSALS));
    html! {
        h3 #proposed { (counted(proposed.len(), "write waits", "writes wait")) " for a person" }
        p { "Found by a sync " (since(account.ended, now)) ". To look at them and approve them:" }
        code.command tabindex="0" { "esc-sync sync --plan @proposed" }
        (proposal_table(first, "Writes that wait"))
        @if !rest.is_empty() {
            details { summary { (counted(rest.len(), "more write", "more writes")) } (proposal_table(rest, "More writes that wait")) }
        }
    }
}

fn proposal_table(proposed: &[ProposedAccount], caption: &str) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption.unseen { (caption) }
                thead { tr { th scope="col" { "Entry" } th scope="col" { "Write" } th scope="col" { "Place" } th scope="col" { "Why" } } }
                tbody { @for it in proposed { tr {
                    th.name scope="row" { (text(&it.name)) }
                    td { (text(&it.verb)) }
                    td { (text(&it.place)) }
                    td { (text(&it.why)) }
                } } }
            }
        }
    }
}
