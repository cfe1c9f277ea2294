//! Which entries are asked for, and how many each further choice would leave. Pure.
//!
//! The number beside a choice is what one would see after making it, the other choices unchanged.

use std::collections::BTreeMap;

use super::Query;
use crate::{
    daemon::account::EntryAccount,
    model::{Status, Tier},
    report::escape::visible,
};

/// The entries that are asked for, in their order, and what else could be.
#[derive(Debug)]
pub(super) struct Filtered<'a> {
    pub(super) rows: Vec<&'a EntryAccount>,
    pub(super) tiers: Vec<Choice>,
    pub(super) services: Vec<Choice>,
    pub(super) statuses: Vec<Choice>,
}

/// One value of a filter, with how many entries it would leave.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) count: usize,
}

/// Stands for entries without a service.
pub(super) const NO_SERVICE: &str = "-";

pub(super) const PAGE: usize = 200;

impl<'a> Filtered<'a> {
    pub(super) fn new(entries: &'a [EntryAccount], query: &Query) -> Self {
        let wanted = query.q.trim().to_lowercase();
        let (mut tiers, mut services, mut statuses) = (Counts::default(), Counts::default(), Counts::default());
        let mut rows = Vec::new();
        for entry in entries {
            let service = service(entry);
            let named = wanted.is_empty() || entry.name.to_lowercase().contains(&wanted);
            let tier_fits = fits(&query.tier, entry.tier.as_str());
            let service_fits = fits(&query.service, service);
            let status_fits = fits(&query.status, entry.status.as_str());
            tiers.add(entry.tier.as_str(), named && service_fits && status_fits);
            services.add(service, named && tier_fits && status_fits);
            statuses.add(entry.status.as_str(), named && tier_fits && service_fits);
            if named && tier_fits && service_fits && status_fits {
                rows.push(entry);
            }
        }
        sort(&mut rows, &query.sort);
        Self {
            rows,
            tiers: tiers.in_order_of(Tier::ALL.iter().map(|tier| tier.as_str())),
            services: services.by_name(),
            statuses: statuses.in_order_of(Status::ALL.iter().map(|status| status.as_str())),
        }
    }

    /// How many pages there are; one at least.
    pub(super) fn pages(&self) -> usize {
        self.rows.len().div_ceil(PAGE).max(1)
    }

    /// The page that is shown if `asked` was asked for, from 1.
    pub(super) fn page(&self, asked: usize) -> usize {
        asked.clamp(1, self.pages())
    }

    /// The rows of one page, and the number of the first of them, from 1.
    pub(super) fn shown(&self, page: usize) -> (usize, &[&'a EntryAccount]) {
        let begin = (page - 1) * PAGE;
        let end = (begin + PAGE).min(self.rows.len());
        (begin + 1, self.rows.get(begin..end).unwrap_or_default())
    }
}

fn service(entry: &EntryAccount) -> &str {
    entry.service.as_deref().unwrap_or(NO_SERVICE)
}

fn fits(asked: &str, value: &str) -> bool {
    asked.is_empty() || asked == visible(value)
}

fn sort(rows: &mut [&EntryAccount], by: &str) {
    match by {
        "name" => rows.sort_by(|a, b| a.name.cmp(&b.name)),
        _ => rows.sort_by(|a, b| (a.status, a.tier, &a.name).cmp(&(b.status, b.tier, &b.name))),
    }
}

/// How many entries each value would leave; a value that leaves none is a choice as well.
#[derive(Default)]
struct Counts<'a>(BTreeMap<&'a str, usize>);

impl<'a> Counts<'a> {
    fn add(&mut self, value: &'a str, fits: bool) {
        *self.0.entry(value).or_default() += usize::from(fits);
    }

    fn by_name(self) -> Vec<Choice> {
        self.0.into_iter().map(|(value, count)| Choice { value: value.to_owned(), count }).collect()
    }

    /// Those that occur, in the order of the contract.
    fn in_order_of(self, order: impl Iterator<Item = &'static str>) -> Vec<Choice> {
        let found = |word: &'static str| Some(Choice { value: word.to_owned(), count: *self.0.get(word)? });
        order.filter_map(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Evidence, Kind};

    fn entry(name: &str, service: Option<&str>, tier: Tier, status: Status) -> EntryAccount {
        EntryAccount {
            name: name.to_owned(),
            service: service.map(str::to_owned),
            tier,
            kind: Kind::Secret,
            status,
            evidence: Evidence::None,
            findings: Vec::new(),
            places: Vec::new(),
            probe: None,
        }
    }

    fn four() -> Vec<EntryAccount> {
        vec![
            entry("B_KEY", Some("stripe"), Tier::Optional, Status::Ok),
            entry("A_KEY", Some("openai"), Tier::Critical, Status::Missing),
            entry("D_TOKEN", None, Tier::Critical, Status::Ok),
            entry("C_TOKEN", Some("stripe"), Tier::Critical, Status::Ok),
        ]
    }

    fn names(filtered: &Filtered<'_>) -> Vec<String> {
        filtered.rows.iter().map(|entry| entry.name.clone()).collect()
    }

    #[test]
    fn the_worst_come_first_or_the_alphabet_rules() {
        let entries = four();
        assert_eq!(names(&Filtered::new(&entries, &Query::default())), ["A_KEY", "C_TOKEN", "D_TOKEN", "B_KEY"]);
        let by_name = Query { sort: "name".into(), ..Query::default() };
        assert_eq!(names(&Filtered::new(&entries, &by_name)), ["A_KEY", "B_KEY", "C_TOKEN", "D_TOKEN"]);
    }

    #[test]
    fn the_number_beside_a_choice_is_what_it_would_leave() {
        let entries = four();
        let first = Query { service: "stripe".into(), ..Query::default() };
        for choice in Filtered::new(&entries, &first).tiers {
            let made = Query { tier: choice.value, ..first.clone() };
            assert_eq!(Filtered::new(&entries, &made).rows.len(), choice.count);
        }
        let filtered = Filtered::new(&entries, &first);
        let choice = |value: &str, count| Choice { value: value.to_owned(), count };
        assert_eq!(filtered.tiers, [choice("critical", 1), choice("optional", 1)]);
        assert_eq!(filtered.services, [choice("-", 1), choice("openai", 1), choice("stripe", 2)]);
        assert_eq!(filtered.statuses, [choice("missing", 0), choice("ok", 2)]);
    }

    #[test]
    fn text_is_found_in_names_whatever_its_case() {
        let query = Query { q: " token ".into(), service: NO_SERVICE.into(), ..Query::default() };
        assert_eq!(names(&Filtered::new(&four(), &query)), ["D_TOKEN"]);
        let none = Query { status: "no such word".into(), ..Query::default() };
        assert!(Filtered::new(&four(), &none).rows.is_empty());
    }

    #[test]
    fn pages_end_where_the_entries_do() {
        let many: Vec<_> = (0..401).map(|at| entry(&format!("E{at}"), None, Tier::Critical, Status::Ok)).collect();
        let filtered = Filtered::new(&many, &Query::default());
        assert_eq!((filtered.pages(), filtered.page(0), filtered.page(9)), (3, 1, 3));
        assert_eq!((filtered.shown(1).1.len(), filtered.shown(3).1.len(), filtered.shown(3).0), (200, 1, 401));
        let empty = Filtered::new(&[], &Query::default());
        assert_eq!((empty.pages(), empty.shown(1).1.len()), (1, 0));
    }
}
