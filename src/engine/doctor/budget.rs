//! GitHub's hourly limit against what the command is going to ask. Pure.

use super::unread;
use crate::{
    engine::{ReadPlan, Selection},
    mapping::Mapping,
    model::{Cause, Slot, Stage, StageKind, StageOutcome, Stamp, Unread},
    store::github::RateLimit,
};

use super::Errand;

/// Secrets and variables of one page (oas).
const PAGE: usize = 100;
const VARIABLES_PAGE: usize = 30;

/// The requests of a run that finds everything to be done: at least one page for each list, and for who
/// writes a key for each scope, a write for each place, and each list once more.
pub(super) fn predicted(mapping: &Mapping, selection: &Selection, plan: &ReadPlan, errand: &Errand) -> u64 {
    let entries = || mapping.entries.iter().filter(|entry| selection.contains(entry));
    let places = |slot: Slot| entries().flat_map(|entry| &entry.github).filter(move |place| place.slot == slot);
    let pages = |slot: Slot, page: usize| {
        let scopes = if slot == Slot::Secret { &plan.secrets } else { &plan.variables };
        let of = |scope| places(slot).filter(|place| &place.scope == scope).count().div_ceil(page).max(1);
        scopes.iter().map(of).sum::<usize>()
    };
    let lists = pages(Slot::Secret, PAGE) + pages(Slot::Variable, VARIABLES_PAGE);
    let reads = lists + plan.shadowing.len() + plan.seen.len() + plan.seen_variables.len() + plan.selected.len();
    let writes = plan.secrets.len() + places(Slot::Secret).count() + places(Slot::Variable).count() + lists;
    (reads + if errand.writes_stores { writes } else { 0 }) as u64
}

pub(super) fn judged(needed: u64, limit: Result<RateLimit, Unread>) -> Stage {
    let kind = StageKind::GithubBudget;
    match limit {
        // An Enterprise Server with limits switched off answers so (docs, rate limits).
        Err(why) if why.cause == Cause::NotFound => Stage::ok(kind, "", "there is no limit"),
        Err(why) => unread(kind, "", &why),
        Ok(RateLimit { limit, remaining, reset }) => {
            let begins = Stamp(i64::try_from(reset).unwrap_or(i64::MAX));
            let what = format!(
                "{remaining} of {limit} requests are left until {begins}; this command needs up to about {needed}"
            );
            if remaining >= needed {
                return Stage::ok(kind, "", what);
            }
            Stage::new(kind, "", StageOutcome::Warning, what)
                .help(format!("run it after {begins}, or with an App, whose limit is its own"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_left_is_a_warning_and_no_limit_is_none() {
        let left = |remaining| judged(10, Ok(RateLimit { limit: 5_000, remaining, reset: 0 })).outcome;
        assert_eq!((left(10), left(9)), (StageOutcome::Ok, StageOutcome::Warning));
        let unread = |cause| judged(10, Err(Unread { cause, what: String::new(), help: String::new() })).outcome;
        assert_eq!(unread(Cause::NotFound), StageOutcome::Ok);
        assert_eq!(unread(Cause::Server), StageOutcome::Unknown);
    }
}
