//! What a program runs: today `check`; `sync` is plugged in here, and nowhere else.

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
use futures_util::future::BoxFuture;

use super::{
    ground::GROUND,
    world::{URL, Wire},
};

/// One way to run over the simulated world.
pub(crate) trait Runner: Sync {
    /// Runs once, to its end. All it keeps in memory is lost with the future.
    fn run(&self, wire: Arc<Wire>, seed: u64) -> BoxFuture<'_, Said>;

    /// Whether it may send anything but reads.
    fn writes(&self) -> bool;
}

/// What a run said at its end.
#[derive(Debug)]
pub(crate) struct Said {
    /// In the order of the mapping.
    pub(crate) statuses: Vec<Status>,
    /// Whether everything it was to do is done.
    pub(crate) succeeded: bool,
    /// All the text that came of it, wherever it went.
    pub(crate) text: String,
}

/// `check`: observe and judge.
pub(crate) struct Check;

impl Runner for Check {
    fn run(&self, wire: Arc<Wire>, seed: u64) -> BoxFuture<'_, Said> {
        Box::pin(async move {
            let plan = ReadPlan::new(&GROUND.mapping, &GROUND.selection);
            let snapshot = observe(&plan, &stores(&wire, seed), None).await;
            let options = JudgeOptions { now: Stamp(wire.world.now()), require_evidence: Evidence::Presence };
            let judgement = judge(&GROUND.mapping, &snapshot, options);
            let statuses: Vec<Status> = judgement.entries.iter().map(|entry| entry.status).collect();
            let succeeded = !statuses.contains(&Status::Unknown);
            Said { statuses, succeeded, text: format!("{judgement:?} {snapshot:?}") }
        })
    }

    fn writes(&self) -> bool {
        false
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
