//! How long somebody else's document stood still, as far as it was watched. Pure.

use std::time::Duration;

use super::term::Terms;
use crate::ledger::backend::{Stored, Tag};

/// What was seen of the document while it stood still.
#[derive(Default)]
pub(super) struct Watched {
    tag: Option<Tag>,
    pub(super) still: Duration,
    last: Duration,
}

impl Watched {
    /// Between two looks no more counts than lies between two looks: who slept meanwhile saw nothing stand still.
    pub(super) fn note(&mut self, seen: Option<&Stored>, now: Duration, terms: &Terms) {
        let tag = seen.map(|stored| &stored.tag);
        if tag.is_some() && tag == self.tag.as_ref() {
            self.still += now.saturating_sub(self.last).min(terms.longest_look());
        } else {
            *self = Self { tag: tag.cloned(), ..Self::default() };
        }
        self.last = now;
    }
}
