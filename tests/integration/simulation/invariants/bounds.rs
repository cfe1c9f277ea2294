//! I11 and I15: a run ends in time, asks a bounded number of things, and `check` only reads.

use std::time::Duration;

use super::{Broken, broken};
use crate::simulation::{
    history::{History, What, Who},
    world::Count,
};

/// What a run over the ground may need.
pub(crate) struct Bounds {
    /// Requests, if nothing goes wrong.
    undisturbed: usize,
    longest: Duration,
}
/// What one mishap may cost beside the request it hit: a repetition, a listing once
/// more with its pages, the question why it was refused.
const PER_FAULT: usize = 4;
const IN_FLIGHT: usize = 64;
/// Chains of requests one after the other, each with its deadline of 30 s, and the waits both stores may ask for.
pub(crate) const LOOKING: Bounds = Bounds { undisturbed: 24, longest: Duration::from_secs(8 * 30 + 2 * 90 + 1) };
/// Definitions, checks and stores of ESC; keys, lists and writes of GitHub; and three looks at what came of them.
pub(crate) const WRITING: Bounds = Bounds { undisturbed: 64, longest: Duration::from_secs(24 * 30 + 4 * 90 + 1) };

pub(crate) fn i11_bounded(count: Count, took: Duration, bounds: &Bounds) -> Result<(), Broken> {
    let most = bounds.undisturbed + PER_FAULT * count.faults;
    if count.requests > most {
        return broken("I11", format!("{} requests with {} faults", count.requests, count.faults));
    }
    if count.most_in_flight > IN_FLIGHT {
        return broken("I11", format!("{} requests at once", count.most_in_flight));
    }
    if took > bounds.longest { broken("I11", format!("it took {took:?}")) } else { Ok(()) }
}

/// I15: GET, HEAD, and the POST that opens an environment.
pub(crate) fn i15_only_reads(history: &History, run: usize) -> Result<(), Broken> {
    let asked = history.events.iter().filter(|event| event.who == Who::Run(run));
    for event in asked {
        match &event.what {
            What::Asked { method, path } => {
                let opens =
                    &**method == "POST" && path.starts_with("/api/esc/environments/") && path.ends_with("/open");
                if !matches!(&**method, "GET" | "HEAD") && !opens {
                    return broken("I15", format!("run {run} sent {method} {path}"));
                }
            }
            What::Wrote { spot, .. } => return broken("I15", format!("run {run} changed {spot:?}")),
            What::Agreed { .. } | What::Listed { .. } | What::Noted { .. } => {}
        }
    }
    Ok(())
}
