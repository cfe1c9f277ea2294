//! The stores that the replicas act on, and the record of all that was written to them.
//!
//! Requests take some milliseconds, and one that was sent lands, whatever became of its sender meanwhile.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use esc_sync::{
    engine::Selection,
    http::{HttpError, Incoming, Outgoing, Transport},
    mapping::{self, LoadOptions, Mapping},
    model::Slot,
    sandbox::{World, message::SandboxRequest},
};
use futures_util::future::BoxFuture;
use tokio::{sync::watch, time::Instant};

use crate::{
    simulation::{
        rng::Rng,
        world::{asked, incoming},
    },
    support::world::HEADER,
};

pub(super) struct Ground {
    pub(super) mapping: Mapping,
    pub(super) selection: Selection,
    inner: Mutex<Inner>,
    born: Instant,
    /// How many runs have ended by themselves.
    pub(super) ended: watch::Sender<usize>,
}

struct Inner {
    world: World,
    /// The clock's own steps: no two writes share a stamp.
    steps: i64,
    rng: Rng,
    runs: Vec<Run>,
    writes: Vec<Landed>,
    /// What ESC holds, by name of the entry.
    values: BTreeMap<String, String>,
    changes: usize,
    /// What the last run that decided anything left alone.
    left_alone: String,
    /// What no mishap may bring about.
    complaints: Vec<String>,
}

/// What became of a run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) machine: usize,
    pub(super) fate: Fate,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    UnderWay,
    Ended,
    Killed,
    /// Stopped in the middle, and resumed later.
    Frozen,
}

/// A value that arrived at GitHub.
#[derive(Clone, Debug)]
pub(super) struct Landed {
    pub(super) entry: String,
    pub(super) value: String,
    pub(super) run: usize,
    /// Whether its sender got the answer.
    pub(super) acknowledged: bool,
}

const ENTRIES: usize = 8;
const START: i64 = 1_790_000_000;

impl Ground {
    pub(super) fn new(seed: u64) -> Arc<Self> {
        let values: BTreeMap<_, _> = (0..ENTRIES).map(|at| (format!("S_{at}"), value(at))).collect();
        let entries: String = values.keys().map(|name| format!("  {name}: s.{name}\n")).collect();
        let text = format!("{HEADER}entries:\n{entries}");
        let loaded = mapping::load("esc-sync.yaml", text.as_bytes(), &LoadOptions::default());
        let mapping = loaded.unwrap_or_else(|errors| panic!("a valid mapping: {errors:?}")).mapping;
        let mut world = World::default();
        let lines: String =
            values.iter().map(|(name, value)| format!("    {name}: {{ fn::secret: {value} }}\n")).collect();
        world
            .esc
            .put_environment("acme", "default", "production", &format!("values:\n  s:\n{lines}"), START)
            .expect("legal");
        let inner = Inner {
            world,
            steps: 0,
            rng: Rng::new(seed),
            runs: vec![],
            writes: vec![],
            values,
            changes: ENTRIES,
            left_alone: String::new(),
            complaints: vec![],
        };
        let (inner, born, ended) = (Mutex::new(inner), Instant::now(), watch::Sender::new(0));
        Arc::new(Self { mapping, selection: Selection::default(), inner, born, ended })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stores' own time.
    pub(super) fn now(&self) -> i64 {
        self.moment(self.lock().steps)
    }

    fn moment(&self, steps: i64) -> i64 {
        START + steps + i64::try_from(self.born.elapsed().as_secs()).expect("a short test")
    }

    pub(super) fn draw(&self, below: usize) -> usize {
        self.lock().rng.below(below)
    }

    /// A random time between so many hundredths of a whole.
    pub(super) fn part(&self, of: Duration, least: usize, most: usize) -> Duration {
        of * u32::try_from(least + self.draw(most - least)).expect("small") / 100
    }

    /// Somebody gives a random entry a fresh value in ESC.
    pub(super) fn change(&self) {
        let mut inner = self.lock();
        inner.steps += 1;
        inner.changes += 1;
        let (at, now, fresh) = (inner.rng.below(ENTRIES), self.moment(inner.steps), value(inner.changes));
        let before = inner.values.insert(format!("S_{at}"), fresh.clone()).expect("an entry");
        let esc = &mut inner.world.esc;
        let text = esc.plaintext_definition("acme", "default", "production").expect("an environment");
        assert!(text.contains(&before), "nobody else changes ESC");
        esc.put_environment("acme", "default", "production", &text.replace(&before, &fresh), now).expect("legal");
    }

    pub(super) fn begin(&self, machine: usize) -> (usize, String) {
        let mut inner = self.lock();
        let number = inner.runs.len();
        let id = format!("run-{number:05}");
        inner.runs.push(Run { id: id.clone(), machine, fate: Fate::UnderWay });
        (number, id)
    }

    pub(super) fn end(&self, run: usize) {
        let fate = &mut self.lock().runs[run].fate;
        if *fate == Fate::UnderWay {
            *fate = Fate::Ended;
        }
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// What befell a machine befell the run that it was in the middle of; tells which.
    pub(super) fn strike(&self, machine: usize, fate: Fate) -> Option<String> {
        let mut inner = self.lock();
        let run = inner.runs.iter_mut().rev().find(|run| run.machine == machine)?;
        (run.fate == Fate::UnderWay).then(|| {
            run.fate = fate;
            run.id.clone()
        })
    }

    pub(super) fn runs(&self) -> Vec<Run> {
        self.lock().runs.clone()
    }

    pub(super) fn writes(&self) -> Vec<Landed> {
        self.lock().writes.clone()
    }

    pub(super) fn leave_alone(&self, what: String) {
        self.lock().left_alone = what;
    }

    /// Where GitHub holds something else than ESC, and what the last run said of it.
    pub(super) fn differences(&self) -> String {
        let inner = self.lock();
        let view = |name: &str| inner.world.github.view("org:acme", Slot::Secret, name).ok();
        let held = |name: &str| view(name).map(|view| (view.value.expose_text().map(str::to_owned), view.updated_at));
        let lines = inner.values.iter().map(|(name, value)| format!("{name}: {value} and {:?}\n", held(name)));
        format!("{}{}", lines.collect::<String>(), inner.left_alone)
    }

    pub(super) fn complain(&self, of: String) {
        self.lock().complaints.push(of);
    }

    pub(super) fn complaints(&self) -> Vec<String> {
        self.lock().complaints.clone()
    }

    pub(super) fn changes(&self) -> usize {
        self.lock().changes
    }

    /// Whether GitHub holds what ESC holds, everywhere.
    pub(super) fn is_in_sync(&self) -> bool {
        let inner = self.lock();
        let held = |name: &str| inner.world.github.view("org:acme", Slot::Secret, name).ok();
        inner
            .values
            .iter()
            .all(|(name, value)| held(name).is_some_and(|view| view.value.expose_text().expect("text") == value))
    }

    /// What the world answers, and the number of the write if it was one.
    fn answer(&self, request: &SandboxRequest, run: usize) -> (Incoming, Option<usize>) {
        let mut inner = self.lock();
        let is_put = request.method == "PUT" && request.path.contains("/secrets/");
        // Opening a session is a POST and changes nothing that anybody sees.
        inner.steps += i64::from(request.method != "GET" && !request.path.ends_with("/open"));
        let now = self.moment(inner.steps);
        let response = inner.world.answer(request, now * 1000);
        let mut number = None;
        if is_put && matches!(response.status, 201 | 204) {
            let entry = request.path.rsplit('/').next().unwrap_or_default().to_owned();
            let view = inner.world.github.view("org:acme", Slot::Secret, &entry).expect("it was put just now");
            let value = view.value.expose_text().expect("text").to_owned();
            inner.writes.push(Landed { entry, value, run, acknowledged: false });
            number = Some(inner.writes.len() - 1);
        }
        (incoming(&response, SystemTime::UNIX_EPOCH + Duration::from_secs(now.unsigned_abs())), number)
    }
}

/// No two are alike, and none is part of another.
fn value(number: usize) -> String {
    format!("value-{number:06}-Zk3vPq81")
}

/// The network of one run.
pub(super) struct Wire {
    pub(super) ground: Arc<Ground>,
    pub(super) run: usize,
}

impl Transport for Wire {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        let (request, ground, run) = (asked(&request), Arc::clone(&self.ground), self.run);
        Box::pin(async move {
            let delay = || Duration::from_millis(self.ground.draw(4).try_into().expect("small"));
            let (there, back) = (delay(), delay());
            let landing = tokio::spawn(async move {
                tokio::time::sleep(there).await;
                ground.answer(&request, run)
            });
            let (answer, write) = landing.await.expect("the world answers");
            tokio::time::sleep(back).await;
            if let Some(write) = write {
                self.ground.lock().writes[write].acknowledged = true;
            }
            Ok(answer)
        })
    }
}
