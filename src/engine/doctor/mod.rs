//! Whether a command could do its work from here: everything it needs, looked at one by one.
//!
//! What can be looked at is, whatever failed before; what depends on something that failed is
//! skipped and says so. Invariant: nothing remote is written. What is sent is GET, HEAD,
//! the POST that opens an ESC environment, and the exchange of a login (I15).

mod budget;
mod door;
mod errand;
mod esc;
mod github;
mod key;
mod lambda;
mod machines;
mod state;

use std::sync::Arc;

use futures_util::future::join;

pub use door::Door;
pub use errand::{ERRANDS, Errand, Reads};
use state::Remembered;

use super::{ReadPlan, Selection, live, rotation::RotationOptions};
use crate::{
    http::Client,
    ledger::{Backend, Identity},
    mapping::Mapping,
    model::{Cause, Stage, StageKind, StageOutcome, Unread},
    store::Stores,
};

/// All that a look needs to know.
#[derive(Debug)]
pub struct Doctor<'a> {
    pub mapping: &'a Mapping,
    pub selection: &'a Selection,
    pub stores: &'a Stores,
    pub errand: &'static Errand,
    /// For looks at servers without a login.
    pub client: &'a Client,
    pub esc: Option<Door>,
    pub github: Option<Door>,
    pub lambda: Option<Door>,
    pub state: Result<(Arc<dyn Backend>, Identity), (String, String)>,
    /// How many secrets the job gave us; `None` outside a job.
    pub job: Option<usize>,
    /// Where the files of the machines' key lie; `None` where they are not this machine's.
    pub files: Option<RotationOptions>,
    /// Nothing may be sent.
    pub offline: bool,
}

impl Doctor<'_> {
    /// Looks at everything, and returns it in the order in which one thing depends on another.
    pub async fn examine(&self) -> Vec<Stage> {
        let plan = self.plan();
        let remembered = state::read(self).await;
        let (esc, rest) =
            join(esc::look(self, &plan, &remembered), join(github::look(self, &plan), lambda::look(self))).await;
        let (github, lambda) = rest;
        let mut stages = vec![self.mapping_stage()];
        stages.extend([esc, github, lambda].into_iter().flatten());
        stages.extend(self.job_stage());
        if self.errand.state {
            stages.extend(state::look(self, remembered).await);
        }
        stages.extend(machines::look(self));
        stages
    }

    /// What the command reads.
    fn plan(&self) -> ReadPlan {
        let all = |selection: &Selection| ReadPlan::new(self.mapping, selection);
        match self.errand.reads {
            Reads::Both => all(self.selection),
            Reads::Esc => ReadPlan { environments: all(&Selection::default()).environments, ..ReadPlan::default() },
            Reads::Live => {
                ReadPlan::of_values(self.mapping, self.selection, &|entry| live::has_probe(self.mapping, entry))
            }
            Reads::Nothing => ReadPlan::default(),
        }
    }

    /// Whether fingerprints are compared, so that their key must be had.
    fn needs_the_key(&self) -> bool {
        self.errand.state && self.errand.reads != Reads::Nothing
    }

    fn mapping_stage(&self) -> Stage {
        let chosen = self.mapping.entries.iter().filter(|entry| self.selection.contains(entry)).count();
        let what = format!("valid; {chosen} of {} entries are looked at", self.mapping.entries.len());
        Stage::ok(StageKind::Mapping, &*self.mapping.file, what)
    }

    fn job_stage(&self) -> Option<Stage> {
        let given = |job: usize| Stage::ok(StageKind::Job, "", format!("{job} secrets were given to this job"));
        let none = || {
            let what = "no secrets were given to this process, and there is nothing to record";
            Stage::new(StageKind::Job, "", StageOutcome::Failed, what)
                .help("run it in a workflow, with `ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}` in the step's env")
        };
        self.errand.job.then(|| self.job.filter(|job| *job > 0).map_or_else(none, given))
    }
}

/// What was not to be had, as a stage: refused, or not found out.
fn unread(kind: StageKind, about: impl Into<String>, unread: &Unread) -> Stage {
    let outcome = match unread.cause {
        Cause::Definition | Cause::Login | Cause::Network | Cause::NotFound | Cause::Rights => StageOutcome::Failed,
        _ => StageOutcome::Unknown,
    };
    Stage::new(kind, about, outcome, unread.what.clone()).help(unread.help.clone())
}

fn skipped(kind: StageKind, about: impl Into<String>, why: &str) -> Stage {
    Stage::new(kind, about, StageOutcome::Skipped, format!("not looked at: {why}"))
}

const OFFLINE: &str = "--offline forbids every request";
