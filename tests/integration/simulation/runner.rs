//! What a program runs, and `check`, which only looks; `syncing` has those that write.

use std::sync::Arc;

use esc_sync::{
    engine::{ReadPlan, observe},
    http::{BaseUrl, Client, Clock, Jitter, Options},
    judge::{JudgeOptions, judge},
    model::{Evidence, SecretValue, Stamp, Status},
    store::{
        EscStore, GithubStore, Stores,
        esc::EscLogin,
        github::{self},
    },
};
use futures_util::future::LocalBoxFuture;

use super::{
    ground::GROUND,
    world::{URL, Wire},
};

/// One way to run over the simulated world.
pub(crate) trait Runner {
    /// Runs once, to its end. All it keeps in memory is lost with the future.
    fn run(&self, wire: Arc<Wire>, seed: u64) -> LocalBoxFuture<'_, Said>;
}

/// What a run said at its end.
#[derive(Debug)]
pub(crate) struct Said {
    /// In the order of the mapping.
    pub(crate) statuses: Vec<Status>,
    /// Whether everything it was to do is done.
    pub(crate) succeeded: bool,
    /// Whether the ledger knows all that was done.
    pub(crate) recorded: bool,
    /// Whether it found its own state broken, which no crash may do.
    pub(crate) is_damaged: bool,
    /// All the text that came of it, wherever it went.
    pub(crate) text: String,
}

impl Said {
    /// A run that was refused before it wrote anything, and why.
    pub(crate) fn refused(why: String) -> Self {
        Self { statuses: Vec::new(), succeeded: false, recorded: false, is_damaged: false, text: why }
    }
}

/// `check`: observe and judge.
pub(crate) struct Check;

impl Runner for Check {
    fn run(&self, wire: Arc<Wire>, seed: u64) -> LocalBoxFuture<'_, Said> {
        Box::pin(async move {
            let plan = ReadPlan::new(&GROUND.mapping, &GROUND.selection);
            let snapshot = observe(&plan, &stores(&wire, seed), None).await;
            let options = JudgeOptions { now: Stamp(wire.world.now()), require_evidence: Evidence::Presence };
            let judgement = judge(&GROUND.mapping, &snapshot, options);
            let statuses: Vec<Status> = judgement.entries.iter().map(|entry| entry.status).collect();
            let succeeded = !statuses.contains(&Status::Unknown);
            let text = format!("{judgement:?} {snapshot:?}");
            Said { statuses, succeeded, recorded: false, is_damaged: false, text }
        })
    }
}

/// Both stores over the real client, with the simulation's network, clock and chance.
pub(crate) fn stores(wire: &Arc<Wire>, seed: u64) -> Stores {
    let world = Arc::clone(&wire.world);
    let options = Options {
        clock: Clock::Simulated(Arc::new(move || world.system_time())),
        jitter: Jitter::seeded(seed),
        ..Options::default()
    };
    let client = Client::simulated(options, Arc::clone(wire) as _);
    let base = || BaseUrl::parse(URL).expect("loopback");
    let esc = EscLogin::token(&SecretValue::from("pul-simulated"), "the token in PULUMI_ACCESS_TOKEN");
    let github = github::GithubLogin::token(&SecretValue::from("ghp_simulated"), "the token in GITHUB_TOKEN");
    Stores::new(
        esc.map(|login| EscStore::new(&client, base(), login)),
        github.map(|login| GithubStore::new(&client, base(), login)),
        Ok(None),
    )
}
