//! What is asked of the page by its address, and addresses that ask for something a little different.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer};

/// What is asked of the page, from its query. An empty field asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    pub tier: String,
    /// A service, or `-` for entries that have none.
    pub service: String,
    pub status: String,
    /// Part of a name.
    pub q: String,
    /// `name` for the alphabet; else the worst come first.
    pub sort: String,
    /// From 1; what is no number is the first page.
    #[serde(deserialize_with = "page_number")]
    pub page: usize,
    /// `60`: the browser loads the page anew each minute.
    pub refresh: String,
}

/// The one interval at which the page can be loaded anew, in seconds.
pub(super) const EVERY: &str = "60";

/// The longest text of a query that is given back in an address.
const LONGEST: usize = 200;

impl Query {
    pub(super) fn refreshes(&self) -> bool {
        self.refresh == EVERY
    }

    /// Whether only some of the entries are asked for.
    pub(super) fn narrows(&self) -> bool {
        [&self.tier, &self.service, &self.status, &self.q].iter().any(|field| !field.is_empty())
    }

    /// The address of the same page with a change, at `anchor`; a page number is not kept.
    pub(super) fn link(&self, anchor: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { page: 0, ..self.clone() };
        change(&mut other);
        other.address(anchor)
    }

    fn address(&self, anchor: &str) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let Self { tier, service, status, q, sort, refresh, .. } = self;
        let fields = [
            ("tier", tier),
            ("service", service),
            ("status", status),
            ("q", q),
            ("sort", sort),
            ("page", &page),
            ("refresh", refresh),
        ];
        let mut address = String::from("?");
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            let joint = if address.len() > 1 { "&" } else { "" };
            let short: String = value.chars().take(LONGEST).collect();
            write!(address, "{joint}{name}={}", utf8_percent_encode(&short, NON_ALPHANUMERIC))
                .expect("a string takes all");
        }
        if !anchor.is_empty() {
            address.push('#');
            address.push_str(anchor);
        }
        address
    }
}

fn page_number<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    Ok(String::deserialize(from)?.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_it_does_not_change() {
        let query = Query { tier: "critical".into(), q: "a&b=\"<".into(), page: 3, ..Query::default() };
        assert_eq!(
            query.link("entries", |query| query.status = "ok".into()),
            "?tier=critical&status=ok&q=a%26b%3D%22%3C#entries"
        );
        assert_eq!(query.link("", |query| query.page = 4), "?tier=critical&q=a%26b%3D%22%3C&page=4");
        assert_eq!(Query::default().link("entries", |_| ()), "?#entries");
    }

    #[test]
    fn what_is_no_page_number_is_the_first_page() {
        for (text, page) in [(r#"{"page":"7"}"#, 7), (r#"{"page":""}"#, 0), (r#"{"page":"-1"}"#, 0), ("{}", 0)] {
            assert_eq!(serde_json::from_str::<Query>(text).expect("a query").page, page, "{text}");
        }
    }
}
