//! The page of `serve`: how long the server takes to render it.

use std::time::Instant;

use esc_sync::daemon::page::{Query, render};

use crate::{RUNS, boards, middle, process::millis, table::Table};

const ENTRIES: usize = 5_000;

pub(crate) fn page(table: &mut Table) {
    let board = boards::mixed(ENTRIES);
    let filtered = Query { tier: "critical".to_owned(), q: "token".to_owned(), ..Query::default() };
    for (name, query) in [("first look", Query::default()), ("filtered", filtered)] {
        let once = || {
            let started = Instant::now();
            assert!(render(&board, &query, boards::NOW).len() > 10_000, "a page");
            started.elapsed()
        };
        let times = (0..RUNS).map(|_| once()).collect();
        table.bound(&format!("page of {ENTRIES} entries, {name}"), millis(middle(times)), "ms", 200.0);
    }
}
