//! `attest`: what a job can read of GitHub's side is remembered, and nothing is written to the stores
//! but a fingerprint key where there is none.

use super::{
    Applying, Observed, State, Task, Unwritable,
    apply::{Applied, Purpose, Seen, Work},
    run_key::RunKey,
};
use crate::{
    judge::{GithubKnowledge, PlaceSide, Sides},
    model::{GithubPlace, SecretName, Slot},
    plan::Plan,
};

/// What became of an attestation.
#[derive(Debug)]
pub struct Attested {
    /// How many places are remembered now, and in how many of them ESC holds the same.
    pub places: usize,
    pub equal: usize,
    pub passed: Vec<Passed>,
    pub applied: Applied,
}

/// A place that could not be attested, and why.
#[derive(Clone, Debug)]
pub struct Passed {
    pub name: SecretName,
    pub place: GithubPlace,
    pub why: String,
}

impl Task<'_> {
    pub async fn attest(
        &self,
        applying: &Applying<'_>,
        state: &mut State,
        observed: &mut Observed,
    ) -> Result<Attested, Unwritable> {
        let (seen, passed) = self.attestable(observed);
        let (places, equal) = (seen.len(), seen.iter().filter(|seen| seen.equal).count());
        let plan = Plan::default();
        let key = RunKey::find(self.mapping, observed, &plan, &seen)?;
        let work = Work { task: self, applying, plan: &plan, values: Vec::new(), key, seen, purpose: Purpose::Agree };
        let applied = work.carry_out(state, observed).await?;
        Ok(Attested { places, equal, passed, applied })
    }

    fn attestable(&self, observed: &Observed) -> (Vec<Seen>, Vec<Passed>) {
        let (mut seen, mut passed) = (Vec::new(), Vec::new());
        let sides = Sides::new(self.mapping, &observed.snapshot);
        for (at, entry) in self.mapping.entries.iter().enumerate().filter(|(_, entry)| self.selection.contains(entry)) {
            let of_entry = sides.of(entry);
            for side in of_entry.github.iter().filter(|side| side.place.slot == Slot::Secret) {
                match refusal(side) {
                    None => seen.push(Seen { entry: at, place: side.place.clone(), equal: side.equal == Some(true) }),
                    Some(why) => {
                        passed.push(Passed { name: entry.name.clone(), place: side.place.clone(), why: why.into() });
                    }
                }
            }
        }
        (seen, passed)
    }
}

/// Why a place cannot be attested; `None`: it can.
fn refusal(side: &PlaceSide) -> Option<&'static str> {
    match &side.known {
        GithubKnowledge::Absent => Some("GitHub does not have it"),
        GithubKnowledge::Unread(_) => Some("its scope could not be listed"),
        GithubKnowledge::Hidden(_) if side.outdated => {
            Some("it was changed after this run was queued, so the job has an older value")
        }
        GithubKnowledge::Hidden(_) => Some("the job has no value that is certainly this place's"),
        GithubKnowledge::Value { by_job: false, .. } => Some("it is not the job's secret"),
        GithubKnowledge::Value { meta, .. } if meta.is_none_or(|meta| meta.updated_at.is_none()) => {
            Some("its scope could not be listed, so that there is no stamp to attest it under")
        }
        GithubKnowledge::Value { .. } => None,
    }
}
