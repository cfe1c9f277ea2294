//! The runs that write: `sync` by entry and from GitHub, outside and inside a job, and `attest`.
//!
//! What the program does around the engine is done here in the same order: open the state
//! alone, look, decide, apply, judge what is there, give the state back.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use esc_sync::{
    engine::{Applied, Applying, Attested, Look, Observed, Pace, Planned, Progress, State, Stop, Task, ToWrite},
    judge::{JudgeOptions, Judgement},
    ledger::{StateFault, StateFaultKind, document::Identity},
    model::{Evidence, JobSnapshot, RepoRef, SecretName, SecretValue, Slot, Stamp, Status},
    plan::{End, PlanOptions, Source},
    store::Stores,
};
use futures_util::future::LocalBoxFuture;

use super::{
    ground::GROUND,
    runner::{Runner, Said, stores},
    truth::{Cell, Spot, Truth},
    world::{URL, Wire},
};

/// One kind of run that writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Writing {
    /// `sync`, as each entry says.
    Sync,
    /// The same in a job of `acme/app`.
    SyncInJob,
    /// `sync --from github` in a job.
    FromGithub,
    Attest,
}

/// Whose job it is, which decides what it is given.
const REPOSITORY: &str = "acme/app";
/// How long one run waits for another.
const PATIENCE: Duration = Duration::from_secs(30);

impl Runner for Writing {
    fn run(&self, wire: Arc<Wire>, seed: u64) -> LocalBoxFuture<'_, Said> {
        Box::pin(async move {
            let run = format!("run-{:04}", wire.number);
            let job = (*self != Self::Sync).then(|| job(&wire));
            let stores = stores(&wire, seed);
            let how = ToWrite { run: &run, wait: PATIENCE, rebuild: false };
            let mut state = match State::open_to_write(Arc::clone(&wire.state), identity(), how).await {
                Ok(state) => state,
                Err(fault) => return refused_by(&fault),
            };
            let alone = Alone { way: *self, run: &run, wire: &wire, stores: &stores };
            let said = alone.run(&mut state, job).await;
            state.close().await;
            said
        })
    }
}

/// A run that has the state for itself.
struct Alone<'a> {
    way: Writing,
    run: &'a str,
    wire: &'a Wire,
    stores: &'a Stores,
}

impl Alone<'_> {
    async fn run(&self, state: &mut State, job: Option<JobSnapshot>) -> Said {
        let task = Task { mapping: &GROUND.mapping, selection: &GROUND.selection, stores: self.stores };
        let source = if self.way == Writing::FromGithub { Source::Github } else { Source::ByEntry };
        let options = PlanOptions { source, ..PlanOptions::default() };
        let definitions = match self.way {
            Writing::Attest => Look::default().definitions,
            _ => task.may_pull_into(&options, job.is_some()),
        };
        let mut observed = task.look(job, Some(state), Look { definitions, ..Look::to_plan() }).await;
        let (pace, stop, progress) = (Pace::default(), Stop::new(), Progress::default());
        let now = || Stamp(self.wire.world.now());
        let applying = Applying {
            waited: false,
            run: self.run,
            command: "sync",
            options: &[],
            who: "simulation",
            pace: &pace,
            stop: &stop,
            progress: &progress,
            now: &now,
        };
        let (applied, planned) = match self.way {
            Writing::Attest => {
                let attested = task.attest(&applying, state, &mut observed).await;
                (attested.map(|Attested { applied, .. }| applied), String::new())
            }
            _ => match task.decide(&observed, self.judging(), &options) {
                Ok(Planned { plan, .. }) => {
                    (task.apply(&applying, state, &mut observed, &plan).await, format!("{plan:?}"))
                }
                Err(error) => return Said::refused(error.to_string()),
            },
        };
        match applied {
            Ok(applied) => {
                let judgement = task.judge_after(&mut observed, state, self.judging());
                told(&judgement, &applied, &observed, &planned)
            }
            Err(refused) => Said::refused(format!("{refused} {refused:?}")),
        }
    }

    fn judging(&self) -> JudgeOptions {
        JudgeOptions { now: Stamp(self.wire.world.now()), require_evidence: Evidence::Presence }
    }
}

fn told(judgement: &Judgement, applied: &Applied, observed: &Observed, planned: &str) -> Said {
    let statuses: Vec<Status> = judgement.entries.iter().map(|entry| entry.status).collect();
    let all_done = applied.outcomes.iter().all(|outcome| outcome.end == End::Done);
    let succeeded = all_done && applied.unrecorded.is_none() && !statuses.contains(&Status::Unknown);
    let text = format!("{judgement:?} {applied:?} {observed:?} {planned}");
    Said { statuses, succeeded, recorded: applied.unrecorded.is_none(), is_damaged: false, text }
}

fn refused_by(fault: &StateFault) -> Said {
    let is_damaged = matches!(fault.kind, StateFaultKind::Damaged | StateFaultKind::Newer);
    Said { is_damaged, ..Said::refused(format!("{fault:?}")) }
}

fn identity() -> Identity {
    Identity { esc: URL.to_owned(), github: URL.to_owned() }
}

/// A job is queued before it does anything, and GitHub knows when.
fn job(wire: &Wire) -> JobSnapshot {
    wire.world.queue(wire.number);
    let run = u64::try_from(wire.number).ok();
    JobSnapshot { run, ..handed_to(&wire.world.truth()) }
}

/// What a job of the repository is handed now: the organization's secrets that it may see, and its own before those.
fn handed_to(truth: &Truth) -> JobSnapshot {
    let own = format!("repo:{REPOSITORY}");
    let secrets = truth.iter().filter_map(|(spot, cell)| match spot {
        Spot::Github { scope, slot: Slot::Secret, name } => Some((&**scope, &**name, cell)),
        _ => None,
    });
    let handed = |(_, name, cell): (&str, &str, &Cell)| {
        let name = SecretName::parse(name).expect("the emulator keeps legal names");
        (name, SecretValue::from_bytes(cell.value.clone()))
    };
    let of_organization = secrets.clone().filter(|(scope, _, cell)| *scope == "org:acme" && shown(cell)).map(handed);
    let mut values: BTreeMap<SecretName, SecretValue> = of_organization.collect();
    values.extend(secrets.filter(|(scope, ..)| *scope == own).map(handed));
    let repository = REPOSITORY.parse::<RepoRef>().expect("owner and name");
    JobSnapshot { values, repository: Some(repository), partial: false, queued: None, run: None }
}

/// Whether the repository, which is private, may see an organization's item.
pub(crate) fn shown(cell: &Cell) -> bool {
    match &cell.seen_by {
        Some(("selected", repositories)) => repositories.iter().any(|repository| repository == REPOSITORY),
        _ => true,
    }
}
