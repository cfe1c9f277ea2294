//! A run that writes more than once keeps a journal for each time: `RUN`, `RUN_2`, `RUN_3`.
//!
//! Each is begun, ended and settled by itself, so that a journal with an end never has
//! anything open. Read together they are the run.

use std::sync::Arc;

use super::{
    backend::{Backend, StateFault},
    journal::{EndedLine, Intent, Journal, KeptRun},
};

/// No other id has it: ids are times and hexadecimal digits.
const PART: char = '_';

/// The id of the journal of a run's `count`th time.
pub fn part(run: &str, count: usize) -> Box<str> {
    if count <= 1 { run.into() } else { format!("{run}{PART}{count}").into() }
}

/// The run that a journal is of.
pub fn whole(part: &str) -> &str {
    split(part).0
}

fn split(part: &str) -> (&str, usize) {
    let numbered = part.rsplit_once(PART).and_then(|(run, count)| Some((run, count.parse().ok()?)));
    numbered.unwrap_or((part, 1))
}

/// All that is kept of a run, in the order in which it was begun; of one part, if that is what is named.
/// Ids of intents are numbered anew, so that no two are the same.
pub async fn load(backend: &Arc<dyn Backend>, run: &str) -> Result<Option<KeptRun>, StateFault> {
    let is_meant = |name: &String| name == run || whole(name) == run;
    let mut parts: Vec<_> = Journal::runs(&**backend).await?.into_iter().filter(is_meant).collect();
    parts.sort_by_key(|part| split(part).1);
    let mut joined: Option<KeptRun> = None;
    for part in parts {
        match (Journal::load(&**backend, &part).await?, &mut joined) {
            (Some(kept), Some(joined)) => join(joined, kept),
            (kept, joined) => *joined = kept,
        }
    }
    Ok(joined)
}

fn join(joined: &mut KeptRun, next: KeptRun) {
    let from = joined.intents.iter().map(|intent| intent.id + 1).max().unwrap_or(0);
    joined.intents.extend(next.intents.into_iter().map(|intent| Intent { id: intent.id + from, ..intent }));
    joined.ended.extend(next.ended.into_iter().map(|ended| EndedLine { id: ended.id + from, ..ended }));
    joined.finished = joined.finished.and(next.finished);
    for (environment, revision) in next.header.revisions {
        joined.header.revisions.entry(environment).or_insert(revision);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_tells_its_run() {
        let run = "20261121T101112Z-a1b2c3";
        assert_eq!(*part(run, 1), *run);
        for count in [1, 2, 10] {
            assert_eq!(split(&part(run, count)), (run, count));
            assert_eq!(whole(&part(run, count)), run);
        }
    }
}
