//! Alerts on their way: one after the other, each tried again with growing pauses before it is given up.
//!
//! Their order is kept, so that nobody hears that something is over before he hears that it began.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    super::{
        account::{Account, Said},
        alert::Message,
    },
    RunFault,
    lane::Lane,
};

#[derive(Default)]
pub(super) struct Letters {
    waiting: VecDeque<Letter>,
    pub(super) lane: Lane<Result<Account, RunFault>>,
    /// When the delivery under way is given up.
    limit: Option<Instant>,
}

struct Letter {
    message: Message,
    tries: usize,
    not_before: Option<Instant>,
    /// When it could not be delivered for the first time.
    failing: Option<i64>,
}

/// What became of a try.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Try {
    Delivered,
    /// It is tried again later.
    Again(Said),
    GivenUp {
        since: i64,
        said: Said,
    },
}

/// Between the tries; after the last there is none.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(20), Duration::from_secs(60), Duration::from_secs(180)];
/// A delivery has its own deadlines; this one is for a process that hangs.
pub(super) const LIMIT: Duration = Duration::from_secs(120);

impl Letters {
    pub(super) fn push(&mut self, messages: Vec<Message>) {
        let letter = |message| Letter { message, tries: 0, not_before: None, failing: None };
        self.waiting.extend(messages.into_iter().map(letter));
    }

    /// Whether everything has been delivered or given up.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What is to be delivered now.
    pub(super) fn due(&self, now: Instant) -> Option<&Message> {
        let first = self.waiting.front().filter(|_| self.lane.is_free())?;
        first.not_before.is_none_or(|moment| moment <= now).then_some(&first.message)
    }

    pub(super) fn begin(
        &mut self,
        delivery: impl Future<Output = Result<Account, RunFault>> + Send + 'static,
        now: Instant,
    ) {
        self.limit = Some(now + LIMIT);
        self.lane.begin(delivery);
    }

    /// When something has to be done about them.
    pub(super) fn wake(&self, now: Instant) -> Option<Instant> {
        if !self.lane.is_free() {
            return self.limit;
        }
        self.waiting.front().map(|first| first.not_before.unwrap_or(now))
    }

    /// The delivery under way, killed if it hangs.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<RunFault> {
        self.limit.filter(|limit| *limit <= now && !self.lane.is_free())?;
        self.lane.clear();
        Some(RunFault { what: "the delivery did not end and was killed".to_owned(), help: String::new() })
    }

    /// The first one was tried.
    pub(super) fn tried(&mut self, end: Result<Account, RunFault>, now: Instant, wall: i64) -> Try {
        self.limit = None;
        let Some(mut letter) = self.waiting.pop_front() else { return Try::Delivered };
        // Whoever has it already does not get it a second time.
        if let Some(left) = end.as_ref().ok().and_then(|account| letter.message.left_of(account)) {
            letter.message = left;
        }
        let Some(said) = trouble(end) else { return Try::Delivered };
        let since = *letter.failing.get_or_insert(wall);
        let Some(pause) = PAUSES.get(letter.tries) else { return Try::GivenUp { since, said } };
        letter.tries += 1;
        letter.not_before = Some(now + *pause);
        self.waiting.push_front(letter);
        Try::Again(said)
    }

    /// Leaves what is not under way to whoever acts next; tells how many that are.
    pub(super) fn leave(&mut self) -> usize {
        let kept = usize::from(!self.lane.is_free());
        let left = self.waiting.len().saturating_sub(kept);
        self.waiting.truncate(kept);
        left
    }
}

/// Why it was not delivered, if it was not.
fn trouble(end: Result<Account, RunFault>) -> Option<Said> {
    match end {
        Err(fault) => Some(Said { what: fault.what, help: fault.help }),
        Ok(account) if account.exit == 0 && account.failure.is_none() => None,
        Ok(account) => {
            let failed = account.outcomes.into_iter().find(|outcome| outcome.end != "done");
            let said = failed.map(|failed| format!("{}: {}", failed.place, failed.reason));
            let what = said.unwrap_or_else(|| format!("the delivery ended with exit {}", account.exit));
            Some(account.failure.unwrap_or(Said { what, help: String::new() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{order::RunKind, sample},
        *,
    };

    fn message(id: &str) -> Message {
        let texts = serde_json::json!({
            "id": id, "about": "health", "state": "firing", "at": 0, "title": "t", "lines": [], "verdict": "unknown",
        });
        serde_json::from_value(texts).expect("a message")
    }

    fn account(exit: u8) -> Result<Account, RunFault> {
        Ok(Account { exit, ..sample::look(RunKind::Deliver, 0, &[]) })
    }

    fn due(letters: &Letters, now: Instant) -> Option<&str> {
        letters.due(now).map(|message| message.id.as_str())
    }

    #[test]
    fn a_letter_is_tried_five_times_with_growing_pauses_and_the_others_wait_behind_it() {
        let (mut letters, mut now) = (Letters::default(), Instant::now());
        letters.push(vec![message("first"), message("second")]);
        for pause in PAUSES {
            assert_eq!(due(&letters, now), Some("first"));
            assert!(matches!(letters.tried(account(3), now, 7), Try::Again(_)));
            assert_eq!((due(&letters, now), letters.wake(now)), (None, Some(now + pause)));
            now += pause;
        }
        let Try::GivenUp { since, said } = letters.tried(account(3), now, 99) else { panic!("it was the fifth") };
        assert_eq!((since, said.what.as_str()), (7, "the delivery ended with exit 3"));
        assert_eq!(due(&letters, now), Some("second"));
        assert_eq!(letters.tried(account(0), now, 100), Try::Delivered);
        assert!(letters.is_empty());
    }

    #[tokio::test]
    async fn a_delivery_that_hangs_is_killed_and_counts_as_a_try() {
        let (mut letters, now) = (Letters::default(), Instant::now());
        letters.push(vec![message("first")]);
        letters.begin(std::future::pending(), now);
        assert_eq!((due(&letters, now), letters.wake(now)), (None, Some(now + LIMIT)));
        assert_eq!(letters.overdue(now), None);
        let fault = letters.overdue(now + LIMIT).expect("overdue");
        assert!(matches!(letters.tried(Err(fault), now + LIMIT, 0), Try::Again(_)));
        assert_eq!(letters.overdue(now + 2 * LIMIT), None);
        assert_eq!(due(&letters, now + 2 * LIMIT), Some("first"));
    }

    #[test]
    fn who_acts_no_more_leaves_all_but_the_one_under_way() {
        let (mut letters, now) = (Letters::default(), Instant::now());
        letters.push(vec![message("first"), message("second"), message("third")]);
        letters.begin(std::future::pending(), now);
        assert_eq!(letters.leave(), 2);
        letters.lane.clear();
        assert_eq!(letters.tried(account(0), now, 0), Try::Delivered);
        letters.push(vec![message("fourth")]);
        assert_eq!((letters.leave(), letters.is_empty()), (1, true));
    }
}
