//! All changes of one ESC environment in one revision.
//!
//! The definition is written under the tag it had before any value was read, so nothing
//! that came between is overwritten: who was faster wins, key by key, and the other keys
//! are written on top. A lost acknowledgement is settled by looking (failure cases E8, E9, E16).

use super::Ended;
use crate::{
    model::{EnvironmentRef, EscPath, EscSnapshot, Reading, SecretValue, Unread},
    plan::End,
    store::{
        EscStore,
        esc::{
            Definition, EscWriteFault,
            definition::{self, Change, Refusal},
        },
    },
};

/// One value to be written to ESC, or a name to be taken out.
#[derive(Clone, Copy, Debug)]
pub struct EscChange<'a> {
    /// Position in the plan's actions.
    pub action: usize,
    /// Relative to `values`.
    pub path: &'a EscPath,
    /// `None`: the name is taken out.
    pub value: Option<&'a SecretValue>,
    /// Whether it is to be a secret in ESC; a place that is one stays one.
    pub secret: bool,
    /// Whether the environment's own values may not have it yet.
    pub only_if_absent: bool,
}

/// What became of the changes of one environment.
#[derive(Clone, Debug, Default)]
pub struct EscWritten {
    /// The revision that was replaced, and its successor; the latter only if something was written.
    pub before: Option<u64>,
    pub after: Option<u64>,
    /// One for each change, in their order.
    pub ends: Vec<Ended>,
}

/// How often a definition is read again because somebody else was faster.
const REPEATS: usize = 3;

/// Writes `changes` as one revision. `read` is the definition as it was before the values
/// were read that the changes rest on; without it, it is read now.
pub async fn write_environment(
    store: &EscStore,
    environment: &EnvironmentRef,
    read: Option<Definition>,
    changes: &[EscChange<'_>],
) -> EscWritten {
    let mut writing =
        Writing { store, environment, changes, ends: vec![None; changes.len()], sent: Sent::No, made: None };
    let base = match read {
        Some(definition) => Ok(definition),
        None => store.definition(environment).await,
    };
    let seen = match base {
        Ok(base) => writing.run(&base).await,
        Err(unread) => {
            writing.fail_open(&unread);
            None
        }
    };
    writing.finish(seen)
}

struct Writing<'a> {
    store: &'a EscStore,
    environment: &'a EnvironmentRef,
    changes: &'a [EscChange<'a>],
    ends: Vec<Option<Ended>>,
    sent: Sent,
    /// The revision that was replaced first, and the one that was made last.
    made: Option<(Option<u64>, Option<u64>)>,
}

/// Whether a definition of ours may be stored without us knowing.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Sent {
    No,
    /// One was sent and its answer lost.
    Once,
    /// It was sent again after that, and that answer was lost as well.
    Twice,
}

/// What follows one attempt.
enum Next {
    /// Once more, on the definition of the moment.
    Again(Definition),
    End,
    /// The same once more, since it was not stored.
    Resend(Definition),
}

impl Writing<'_> {
    /// Ends all changes; answers the last revision that was seen.
    async fn run(&mut self, base: &Definition) -> Option<u64> {
        let mut current = base.clone();
        let mut attempts = 0;
        loop {
            self.drop_overtaken(base, &current);
            let Some(text) = self.edit(&current) else { return current.revision };
            match self.attempt(&current, &text).await {
                Next::End => return current.revision,
                Next::Resend(found) => current = found,
                Next::Again(found) => {
                    attempts += 1;
                    current = found;
                }
            }
            if attempts > REPEATS {
                self.end_open(
                    End::Failed,
                    &format!("{} was changed by somebody else {attempts} times in a row", self.environment),
                    "run again when it is left alone for a moment",
                );
                return current.revision;
            }
        }
    }

    /// Ends the changes whose place is no longer as it was, or taken.
    fn drop_overtaken(&mut self, base: &Definition, current: &Definition) {
        let paths = || self.changes.iter().map(|change| change.path);
        let same = match base.etag == current.etag {
            true => vec![true; self.changes.len()],
            false => definition::same_at_each(&base.text, &current.text, paths()),
        };
        let is_asked = |change: &EscChange<'_>| change.only_if_absent || change.value.is_none();
        let present = match self.changes.iter().any(is_asked) {
            true => definition::present(&current.text, paths()),
            false => vec![false; self.changes.len()],
        };
        for (at, change) in self.changes.iter().enumerate() {
            // Who else took it out did what was to be done.
            let is_gone = change.value.is_none() && !present[at];
            let (moved, taken) = (!same[at] && !is_gone, change.only_if_absent && present[at]);
            if self.ends[at].is_none() && (moved || taken) {
                let reason = match taken && !moved {
                    true => format!("{} is there by now, though it was to be made", change.path),
                    false => format!("{} was changed in ESC by somebody else after it was read", change.path),
                };
                self.end(at, End::Overtaken, reason, "run again: the next plan sees both sides as they are now");
            }
        }
    }

    /// The text with all open changes, or `None` if there is nothing to send.
    fn edit(&mut self, current: &Definition) -> Option<SecretValue> {
        let open: Vec<usize> = (0..self.changes.len()).filter(|at| self.ends[*at].is_none()).collect();
        if open.is_empty() {
            return None;
        }
        let wanted: Vec<Change<'_>> = open.iter().map(|at| self.changes[*at].wanted()).collect();
        let edited = definition::edit(&current.text, &wanted);
        for (position, refusal) in &edited.refused {
            self.refuse(open[*position], refusal);
        }
        if edited.text.same_as(&current.text) {
            self.end_open(End::Done, "", "");
            return None;
        }
        Some(edited.text)
    }

    async fn attempt(&mut self, current: &Definition, text: &SecretValue) -> Next {
        if let Err(fault) = self.store.check_definition(self.environment, text).await {
            return self.give_up(fault);
        }
        match self.store.update_definition(self.environment, text, &current.etag).await {
            Ok(patched) => {
                self.make(current, patched.revision);
                self.end_open(End::Done, "", "");
                Next::End
            }
            Err(EscWriteFault::Conflict) => self.after_conflict(current).await,
            Err(EscWriteFault::Unknown(unread)) => {
                self.sent = if self.sent == Sent::No { Sent::Once } else { Sent::Twice };
                self.settle(current, &unread).await
            }
            Err(fault @ EscWriteFault::Refused(_)) => self.give_up(fault),
        }
    }

    fn give_up(&mut self, fault: EscWriteFault) -> Next {
        match fault {
            EscWriteFault::Refused(unread) => self.fail_open(&unread),
            EscWriteFault::Unknown(unread) => self.end_open(End::Unknown, &unread.what, &unread.help),
            EscWriteFault::Conflict => {
                self.end_open(End::Overtaken, "the environment was changed by somebody else", "run again");
            }
        }
        Next::End
    }

    /// Somebody was faster. If one of ours was lost before, that somebody may be us.
    async fn after_conflict(&mut self, current: &Definition) -> Next {
        match self.store.definition(self.environment).await {
            Ok(found) if self.sent == Sent::No => Next::Again(found),
            Ok(found) => self.compare(current, found).await,
            Err(unread) if self.sent == Sent::No => {
                self.fail_open(&unread);
                Next::End
            }
            Err(unread) => self.unknown(&unread),
        }
    }

    /// The answer was lost: whether it was stored is seen by looking.
    async fn settle(&mut self, current: &Definition, lost: &Unread) -> Next {
        match self.store.definition(self.environment).await {
            Err(_) => self.unknown(lost),
            Ok(found) if found.etag == current.etag => match self.sent {
                // The same tag again: if the first one arrives late after all, only one of the two is stored.
                Sent::Once | Sent::No => Next::Resend(found),
                Sent::Twice => self.unknown(lost),
            },
            Ok(found) => self.compare(current, found).await,
        }
    }

    /// The definition moved after ours was sent: where our values stand, it was us.
    async fn compare(&mut self, current: &Definition, found: Definition) -> Next {
        let opened = match found.revision {
            Some(revision) => self.store.read_environment_at(self.environment, revision).await,
            None => self.store.read_environment(self.environment).await,
        };
        let snapshot = match opened {
            Ok(snapshot) => snapshot,
            Err(unread) => return self.unknown(&unread),
        };
        for at in 0..self.changes.len() {
            if self.ends[at].is_none() && holds(&snapshot, &found, &self.changes[at]) {
                self.make(current, found.revision);
                self.end(at, End::Done, String::new(), "");
            }
        }
        Next::Again(found)
    }

    fn make(&mut self, replaced: &Definition, revision: Option<u64>) {
        let first = self.made.map_or(replaced.revision, |(first, _)| first);
        self.made = Some((first, revision));
    }

    fn unknown(&mut self, unread: &Unread) -> Next {
        let help = "run again: the next run looks what became of it";
        self.end_open(End::Unknown, &format!("it was sent, and nobody knows whether it is stored: {unread}"), help);
        Next::End
    }

    fn refuse(&mut self, at: usize, refusal: &Refusal) {
        self.end(at, End::Failed, refusal.to_string(), &refusal.help());
    }

    fn fail_open(&mut self, unread: &Unread) {
        self.end_open(End::Failed, &unread.what, &unread.help);
    }

    fn end_open(&mut self, end: End, reason: &str, help: &str) {
        for at in 0..self.changes.len() {
            if self.ends[at].is_none() {
                self.end(at, end, reason.to_owned(), help);
            }
        }
    }

    fn end(&mut self, at: usize, end: End, reason: String, help: &str) {
        let action = self.changes[at].action;
        self.ends[at] = Some(Ended { action, end, reason, help: help.to_owned(), answered: None });
    }

    fn finish(mut self, seen: Option<u64>) -> EscWritten {
        self.end_open(End::NotBegun, "it was not begun", "run again");
        let (before, after) = self.made.unwrap_or((seen, None));
        EscWritten { before, after, ends: self.ends.into_iter().flatten().collect() }
    }
}

impl<'a> EscChange<'a> {
    fn wanted(&self) -> Change<'a> {
        Change { path: self.path, value: self.value, secret: self.secret }
    }
}

/// Whether the environment, opened, has the value we wanted, or its own values lack the name.
fn holds(snapshot: &EscSnapshot, found: &Definition, change: &EscChange<'_>) -> bool {
    let Some(wanted) = change.value else {
        // What an import gives is still there when ours is gone.
        return definition::lacks(&found.text, change.path);
    };
    let reading = snapshot.root.lookup(change.path).map(crate::model::EscValue::reading);
    reading.as_ref().and_then(Reading::value).is_some_and(|value| value.same_as(wanted))
}
