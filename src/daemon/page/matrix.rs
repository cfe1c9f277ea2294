//! Entries × places: what each entry is found to be, what each of its places said and when, and why on demand.

use maud::{Markup, html};

use super::{
    Query, Shown,
    filter::{Choice, Filtered, NO_SERVICE},
    words::{Tone, counted, known, mark, number, plain, remedy, since, text},
};
use crate::{
    daemon::account::{EntryAccount, FindingAccount, PlaceAccount, ProbeAccount},
    model::{Kind, Stamp},
    report::escape::visible,
};

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let Some(look) = shown.look.as_deref() else {
        return html! { p { "Nobody has looked yet, so nothing is known of any entry." } };
    };
    let filtered = Filtered::new(&look.entries, shown.query);
    let page = filtered.page(shown.query.page);
    let (first, rows) = filtered.shown(page);
    html! {
        (statuses(&filtered.statuses, shown.query))
        (form(&filtered, shown.query))
        p.count role="status" { (range(first, rows.len(), filtered.rows.len(), look.entries.len())) }
        @if !rows.is_empty() {
            (table(rows, shown.now))
            (pager(&filtered, page, shown.query))
        }
    }
}

/// A link for each status that occurs.
fn statuses(choices: &[Choice], query: &Query) -> Markup {
    html! {
        nav aria-label="Statuses" {
            ul.statuses {
                li { (status_link("all", "", choices.iter().map(|choice| choice.count).sum(), query)) }
                @for choice in choices { li { (status_link(&choice.value, &choice.value, choice.count, query)) } }
            }
        }
    }
}

fn status_link(word: &str, value: &str, count: usize, query: &Query) -> Markup {
    let current = (query.status == value).then_some("true");
    html! {
        a href=(query.link("entries", |query| value.clone_into(&mut query.status))) aria-current=[current] {
            (word) " " b { (number(count)) }
        }
    }
}

fn form(filtered: &Filtered<'_>, query: &Query) -> Markup {
    html! {
        form.filters method="get" action="#entries" role="search" aria-label="Filter entries" {
            (field("q", "Name contains", &html! { input #q type="search" name="q" value=(plain(&query.q, 200)); }))
            (field("tier", "Tier", &select("tier", "any tier", &filtered.tiers, &query.tier)))
            (field("service", "Service", &select("service", "any service", &filtered.services, &query.service)))
            (field("status", "Status", &select("status", "any status", &filtered.statuses, &query.status)))
            (field("sort", "Order", &order(query)))
            @if query.refreshes() { input type="hidden" name="refresh" value=(query.refresh); }
            button type="submit" { "Filter" }
            @if query.narrows() {
                a.clear href=(query.link("entries", |it| *it = Query { refresh: it.refresh.clone(), ..Query::default() })) { "Show all" }
            }
        }
    }
}

fn field(id: &str, label: &str, input: &Markup) -> Markup {
    html! { div.field { label for=(id) { (label) } (input) } }
}

fn select(name: &str, any: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        select id=(name) name=(name) {
            option value="" { (any) }
            @for Choice { value, count } in choices {
                option value=(visible(value)) selected[visible(value) == chosen] {
                    @if value == NO_SERVICE { "no service" } @else { (plain(value, 40)) } " (" (number(*count)) ")"
                }
            }
        }
    }
}

fn order(query: &Query) -> Markup {
    html! {
        select #sort name="sort" {
            option value="" { "worst first" }
            option value="name" selected[query.sort == "name"] { "by name" }
        }
    }
}

fn range(first: usize, shown: usize, matching: usize, all: usize) -> String {
    match (shown, matching) {
        (_, _) if all == 0 => "The mapping has no entry.".to_owned(),
        (0, _) => format!("None of {} is like that.", counted(all, "entry", "entries")),
        (_, _) if shown == all => format!("All {}.", counted(all, "entry", "entries")),
        (_, _) if shown == matching => format!("{} of {}.", number(matching), counted(all, "entry", "entries")),
        (_, _) => {
            let last = first + shown - 1;
            let of_all = if matching == all { String::new() } else { format!(", out of {} in all", number(all)) };
            format!("{} to {} of {}{of_all}.", number(first), number(last), counted(matching, "entry", "entries"))
        }
    }
}

fn table(rows: &[&EntryAccount], now: i64) -> Markup {
    html! {
        table.matrix {
            caption.unseen { "Entries and their places" }
            thead {
                tr {
                    th scope="col" { "Entry" }
                    th scope="col" { "Status" }
                    th scope="col" { "Pulumi ESC" }
                    th scope="col" { "GitHub" }
                    th scope="col" { "Its service says" }
                    th scope="col" { "Why" }
                }
            }
            tbody { @for entry in rows { (row(entry, now)) } }
        }
    }
}

fn row(entry: &EntryAccount, now: i64) -> Markup {
    let (esc, github): (Vec<_>, Vec<_>) = entry.places.iter().partition(|place| place.store == "esc");
    html! {
        tr {
            th.name scope="row" {
                (text(&entry.name))
                span.soft {
                    (entry.tier)
                    @if let Some(service) = &entry.service { ", " bdi { (plain(service, 60)) } }
                    @if entry.kind == Kind::Config { ", configuration" }
                }
            }
            td { (mark(Tone::of_entry(entry), entry.status.as_str())) span.soft { (known(entry.evidence)) } }
            td data-label="Pulumi ESC" { (places(&esc, entry, now)) }
            td data-label="GitHub" { (places(&github, entry, now)) }
            td data-label="Service" { (probe(entry.probe.as_ref(), now)) }
            td .nothing[entry.findings.is_empty()] { (why(&entry.findings)) }
        }
    }
}

fn places(places: &[&PlaceAccount], entry: &EntryAccount, now: i64) -> Markup {
    html! {
        @if places.is_empty() { span.soft { "no place" } }
        @else { ul.places { @for place in places { li { (self::place(place, &entry.name, now)) } } } }
    }
}

fn place(place: &PlaceAccount, name: &str, now: i64) -> Markup {
    let (tone, word) = reading(&place.reading);
    html! {
        (mark(tone, word)) " "
        (address(place, name))
        @if let Some(stamp) = &place.updated_at {
            span.soft {
                " set "
                @match stamp.parse::<Stamp>() { Ok(at) => (since(at.0, now)), Err(_) => (text(stamp)) }
            }
        }
        @if let Some(why) = &place.why { span.soft { " " (text(why)) } }
    }
}

/// What a place said, in words for people.
fn reading(reading: &str) -> (Tone, &'static str) {
    match reading {
        "value" => (Tone::Good, "read"),
        "hidden" => (Tone::Plain, "there, hidden"),
        "absent" => (Tone::Bad, "absent"),
        _ => (Tone::Unknown, "unknown"),
    }
}

/// Where it is: of ESC the path first, since environments are few; of GitHub the scope.
fn address(place: &PlaceAccount, name: &str) -> Markup {
    let bare = short(place, name);
    html! {
        @match bare.split_once(' ').filter(|_| place.store == "esc") {
            Some((environment, path)) => { span.where { (text(path)) } span.soft { " in " (text(environment)) } },
            None => span.where { (text(bare)) },
        }
    }
}

/// A place without what its column and its row say already.
fn short<'a>(place: &'a PlaceAccount, name: &str) -> &'a str {
    let bare = place.place.strip_prefix(&place.store).map_or(place.place.as_str(), str::trim_start);
    let own = ["secret", "variable"].iter().find_map(|slot| bare.strip_suffix(name)?.trim_end().strip_suffix(slot));
    own.map(str::trim_end).filter(|scope| !scope.is_empty()).unwrap_or(bare)
}

fn probe(probe: Option<&ProbeAccount>, now: i64) -> Markup {
    html! {
        @match probe {
            None => span.soft { "not asked" },
            Some(probe) => {
                (mark(Tone::of_probe(probe.verdict), probe.verdict.as_str()))
                span.soft {
                    " " (since(probe.checked_at, now))
                    @if let Some(until) = probe.expires_at {
                        @if until > now { ", ends " } @else { ", ended " } (since(until, now))
                    }
                }
                @if !probe.what.is_empty() { span.soft { (text(&probe.what)) } }
            }
        }
    }
}

fn why(findings: &[FindingAccount]) -> Markup {
    html! {
        @if let Some(worst) = findings.first() {
            details {
                summary {
                    bdi { (plain(&worst.rule, 60)) }
                    @if findings.len() > 1 { " and " (number(findings.len() - 1)) " more" }
                }
                ul.findings { @for finding in findings { li {
                    div { b { (finding.severity) } " " (text(&finding.reason)) }
                    @if let Some(place) = &finding.place { div.soft { "at " (text(place)) } }
                    (remedy(&finding.remedy))
                } } }
            }
        } @else { span.soft { "nothing found" } }
    }
}

fn pager(filtered: &Filtered<'_>, page: usize, query: &Query) -> Markup {
    let pages = filtered.pages();
    let link = |to: usize| query.link("entries", |query| query.page = to);
    html! {
        @if pages > 1 {
            nav.pager aria-label="Pages of entries" {
                @if page > 1 { a rel="prev" href=(link(page - 1)) { "Previous" } }
                span { "Page " (number(page)) " of " (number(pages)) }
                @if page < pages { a rel="next" href=(link(page + 1)) { "Next" } }
            }
        }
    }
}
