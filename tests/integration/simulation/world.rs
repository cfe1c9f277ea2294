//! Both emulated stores behind the client's transport, under a clock that stands still between deeds.
//!
//! Every request passes here: it meets its mishap, is applied, and what it changed goes
//! into the history. The clock counts whole seconds and moves one for each write,
//! ours or another's, so that two writes never share a stamp. Requests take some
//! simulated milliseconds, drawn from the seed, so that they overtake each other.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use esc_sync::{
    http::{ConnectFailure, HttpError, Incoming, Outgoing, Transport},
    ledger::backend::Backend,
    model::Slot,
    sandbox::{
        World,
        esc::Right,
        github::RepositoryVisibility,
        message::{SandboxRequest, SandboxResponse},
    },
};
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{
    actors::{self, Deed, Fresh},
    disk,
    faults::{Fault, Faults, Power},
    ground::{ENVIRONMENTS, GROUND},
    history::{History, What, Who},
    rng::Rng,
    truth::{Cell, Reader, Spot, Truth, on_github},
};
use crate::ledger::crash_disk::{CrashDisk, Stop};

/// More changes of a disk than any program makes.
const NEVER: usize = 1 << 40;

/// Seconds between what we do and what others do while we do not run: more than the two minutes
/// in which a stamp counts as that of a write of ours whose end was not seen.
const APART: i64 = 150;

/// The address at which a client finds the world.
pub(crate) const URL: &str = "http://127.0.0.1:1";
const START: i64 = 1_790_000_000;

/// Both stores, the clock, and all that happened.
pub(crate) struct SimWorld {
    state: Mutex<State>,
    born: Instant,
}

struct State {
    world: World,
    /// Writes so far: the clock's own steps.
    writes: i64,
    reader: Reader,
    truth: Truth,
    history: History,
    /// Environments that our login may not open.
    closed: BTreeSet<&'static str>,
    /// Runs so far.
    runs: usize,
    machines: Vec<Machine>,
}

/// Where runs keep their state.
#[derive(Default)]
struct Machine {
    disk: CrashDisk,
    /// The last line of its audit log that is in the history.
    last_line: u64,
}

/// The network, the power and the disk of one run of ours.
pub(crate) struct Wire {
    pub(crate) world: Arc<SimWorld>,
    /// Which run this is.
    pub(crate) number: usize,
    pub(crate) power: Arc<Power>,
    /// Where it keeps its state.
    pub(crate) state: Arc<dyn Backend>,
    weather: Mutex<Weather>,
}

/// What comes over the requests of one run.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    pub(crate) faults: Faults,
    /// A deed of somebody else just before the request of this number.
    pub(crate) meanwhile: Option<(usize, Deed)>,
    pub(crate) delays: Rng,
    /// The machine stops at this change of its disk.
    pub(crate) disk_stop: Option<(usize, Stop)>,
    count: Count,
}

/// What was counted of one run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) requests: usize,
    pub(crate) faults: usize,
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
}

impl Weather {
    pub(crate) fn new(faults: Faults, delays: Rng) -> Self {
        Self { faults, meanwhile: None, delays, disk_stop: None, count: Count::default() }
    }
}

impl SimWorld {
    /// A world in which about half of the mapped places hold something. Made inside a runtime whose clock is paused.
    pub(crate) fn new(rng: &mut Rng, fresh: &mut Fresh) -> Arc<Self> {
        let mut world = World::default();
        let mut truth = Truth::new();
        for spot in GROUND.mapped.iter().chain(&GROUND.unmapped).filter(|spot| spot.is_esc()) {
            if rng.chance(800) {
                let value = fresh.value(rng, spot);
                let secret = matches!(spot, Spot::Esc { path, .. } if path.starts_with("s."));
                truth.insert(spot.clone(), Cell { secret, ..Cell::new(value) });
            }
        }
        for environment in ENVIRONMENTS {
            let own =
                |(spot, _): &(&Spot, &Cell)| matches!(spot, Spot::Esc { environment: of, .. } if **of == *environment);
            let places = truth.iter().filter(own).map(|(spot, cell)| (spot.clone(), cell.clone())).collect();
            actors::write(&mut world, environment, &places, START);
        }
        let mut reader = Reader::default();
        // GitHub's places are filled from ESC's alone, so one reading will do.
        let truth = reader.read(&world);
        for spot in GROUND.mapped.iter().chain(&GROUND.unmapped).filter(|spot| !spot.is_esc()) {
            match rng.below(4) {
                0 => {}
                1 => actors::carry_out(&Deed::Copy(spot.clone()), &mut world, &truth, START),
                _ => {
                    let value = fresh.value(rng, spot);
                    actors::carry_out(&Deed::Set(spot.clone(), Some(value)), &mut world, &truth, START);
                }
            }
        }
        let truth = reader.read(&world);
        let history = History { start: truth.clone(), events: Vec::new() };
        let state = State {
            world,
            writes: 0,
            reader,
            truth,
            history,
            closed: BTreeSet::new(),
            runs: 0,
            machines: vec![Machine::default(), Machine::default()],
        };
        Arc::new(Self { state: Mutex::new(state), born: Instant::now() })
    }

    /// The world's time in whole seconds.
    pub(crate) fn now(&self) -> i64 {
        let writes = self.lock().writes;
        self.moment(writes)
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now().unsigned_abs())
    }

    fn moment(&self, writes: i64) -> i64 {
        START + writes + i64::try_from(self.born.elapsed().as_secs()).expect("a short simulation")
    }

    /// Somebody else does something, some time after all that was done before.
    pub(crate) fn act(&self, deed: &Deed) {
        let mut state = self.lock();
        state.writes += APART;
        self.act_in(&mut state, deed);
    }

    /// The same while a run is under way; what that makes agree the run may see.
    fn act_meanwhile(&self, deed: &Deed, run: usize) {
        let mut state = self.lock();
        self.act_in(&mut state, deed);
        let now = self.moment(state.writes);
        state.note_agreed(now, run);
    }

    fn act_in(&self, state: &mut State, deed: &Deed) {
        state.writes += 1;
        let now = self.moment(state.writes);
        if let Deed::Allow(environment, right) = deed {
            if *right < Right::Open {
                state.closed.insert(environment)
            } else {
                state.closed.remove(environment)
            };
        }
        let State { world, truth, .. } = state;
        actors::carry_out(deed, world, truth, now);
        state.notice(now, Who::Actor);
    }

    /// Begins a run on one of the machines; what it can see to agree is noted in the history.
    pub(crate) fn begin(self: &Arc<Self>, machine: usize, weather: Weather) -> Arc<Wire> {
        let mut state = self.lock();
        let number = state.runs;
        state.runs += 1;
        let now = self.moment(state.writes);
        state.note_agreed(now, number);
        let disk = state.machines[machine].disk.clone();
        let (world, power) = (Arc::clone(self), Arc::new(Power::default()));
        // A stop that an earlier run did not reach is not for this one.
        let (operation, stop) = weather.disk_stop.unwrap_or((NEVER, Stop::Before));
        disk.stop_at(operation, stop);
        let state = disk::state(disk, Arc::clone(&power), Arc::clone(self), machine);
        Arc::new(Wire { world, number, power, state, weather: Mutex::new(weather) })
    }

    /// The machine is started again: locks are free, and names that were not made last may be lost.
    pub(crate) fn restart(&self, machine: usize, loses_names: bool) {
        let mut state = self.lock();
        let disk = state.machines[machine].disk.restarted(loses_names);
        state.machines[machine].disk = disk.clone();
        drop(state);
        disk::note_lines(&disk, self, machine);
    }

    /// A run of a workflow of `acme/app` is queued now.
    pub(crate) fn queue(&self, run: usize) {
        let mut state = self.lock();
        // Within one second nobody knows which came first.
        state.writes += 1;
        let now = self.moment(state.writes);
        let run = u64::try_from(run).expect("a small number");
        let github = &mut state.world.github;
        let repository = github.put_repository("acme", "app", RepositoryVisibility::Private, now);
        github.put_run(repository, run, now, now);
    }

    pub(crate) fn note(&self, who: Who, what: What) {
        let mut state = self.lock();
        let now = self.moment(state.writes);
        state.history.add(now, who, what);
    }

    /// Whether a line of a machine's audit log comes for the first time.
    pub(crate) fn is_new_line(&self, machine: usize, number: u64) -> bool {
        let mut state = self.lock();
        let last_line = &mut state.machines[machine].last_line;
        let is_new = number > *last_line;
        *last_line = number.max(*last_line);
        is_new
    }

    /// Environments that our login may not open.
    pub(crate) fn closed(&self) -> BTreeSet<&'static str> {
        self.lock().closed.clone()
    }

    pub(crate) fn truth(&self) -> Truth {
        self.lock().truth.clone()
    }

    pub(crate) fn history<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        look(&self.lock().history)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, and the moment at which it was given.
    fn apply(&self, request: &SandboxRequest, who: Who) -> (SandboxResponse, SystemTime) {
        let mut state = self.lock();
        // Opening a session is a POST and changes nothing that anybody sees.
        let reads = matches!(request.method.as_str(), "GET" | "HEAD") || request.path.ends_with("/open");
        if !reads {
            state.writes += 1;
        }
        let now = self.moment(state.writes);
        let response = state.world.answer(request, now * 1000);
        let answered = SystemTime::UNIX_EPOCH + Duration::from_secs(now.unsigned_abs());
        if !reads {
            state.notice(now, who);
            // What our own write made equal we know to be equal.
            if let Who::Run(run) = who {
                state.note_agreed(now, run);
            }
        } else if let Some((scope, slot)) = listed(&request.path).filter(|_| response.status == 200) {
            state.history.add(now, who, What::Listed { scope: scope.into(), slot });
        }
        (response, answered)
    }
}

/// Where GitHub does not tell when a run was queued, a job's value may be older than its stamp: nobody
/// can know then, and the program says so on standard error. Programs by chance are not about that.
fn undates(request: &SandboxRequest, fault: Fault) -> bool {
    request.path.contains("/actions/runs/") && !matches!(fault, Fault::CrashAfter | Fault::CrashBefore)
}

impl Wire {
    pub(crate) fn count(&self) -> Count {
        self.weather().count
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the request in, lets others act first, and draws its mishap and its two delays.
    fn arrive(&self, request: &SandboxRequest) -> (Option<Fault>, [Duration; 2]) {
        let mut weather = self.weather();
        let number = weather.count.requests;
        let fault =
            weather.faults.draw(number).filter(|fault| !(weather.faults.are_by_chance() && undates(request, *fault)));
        let count = &mut weather.count;
        count.requests += 1;
        count.faults += usize::from(fault.is_some());
        count.in_flight += 1;
        count.most_in_flight = count.most_in_flight.max(count.in_flight);
        if let Some((_, deed)) = weather.meanwhile.take_if(|(at, _)| *at == number) {
            self.world.act_meanwhile(&deed, self.number);
        }
        let what = What::Asked { method: request.method.as_str().into(), path: request.path.as_str().into() };
        let mut state = self.world.lock();
        let now = self.world.moment(state.writes);
        state.history.add(now, Who::Run(self.number), what);
        (fault, std::array::from_fn(|_| Duration::from_millis(weather.delays.next() % 30)))
    }

    async fn answer(&self, request: SandboxRequest) -> Result<Incoming, HttpError> {
        if self.power.is_cut() {
            return std::future::pending().await;
        }
        let (fault, [there, back]) = self.arrive(&request);
        let _in_flight = InFlight(self);
        tokio::time::sleep(there).await;
        match fault {
            Some(Fault::CrashBefore) => self.power.cut(),
            Some(Fault::FailBefore) => return Err(HttpError::Connect(ConnectFailure::Other)),
            Some(Fault::Refuse(status)) => {
                let refused = refusal(status, fault.and_then(Fault::pause));
                return Ok(incoming(&refused, self.world.system_time()));
            }
            _ => {}
        }
        if self.power.is_cut() || fault.is_some_and(|fault| !fault.applies()) {
            return std::future::pending().await;
        }
        let (mut response, answered) = self.world.apply(&request, Who::Run(self.number));
        if fault == Some(Fault::CrashAfter) {
            self.power.cut();
        }
        tokio::time::sleep(back).await;
        match fault {
            Some(Fault::FailAfter) => return Err(HttpError::Interrupted),
            Some(Fault::HangAfter) => return std::future::pending().await,
            // Half of a YAML text may be YAML as well; the length or the chunks that go with every answer tell.
            Some(Fault::Truncate) if response.body.is_empty() || !is_json(&response) => {
                return Err(HttpError::Interrupted);
            }
            Some(Fault::Truncate) => response.body.truncate(response.body.len() / 2),
            _ => {}
        }
        if self.power.is_cut() {
            return std::future::pending().await;
        }
        Ok(incoming(&response, answered))
    }
}

impl State {
    fn note_agreed(&mut self, now: i64, run: usize) {
        let agreed: Vec<Spot> = GROUND.mapped.iter().filter(|spot| agrees(&self.truth, spot)).cloned().collect();
        for spot in agreed {
            self.history.add(now, Who::Run(run), What::Agreed { spot });
        }
    }

    /// Reads the truth again and records what has changed.
    fn notice(&mut self, now: i64, who: Who) {
        let after = self.reader.read(&self.world);
        self.history.add_difference(now, who, &self.truth, &after);
        self.truth = after;
    }
}

struct InFlight<'w>(&'w Wire);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let count = &mut self.0.weather().count;
        count.in_flight = count.in_flight.saturating_sub(1);
    }
}

impl Transport for Wire {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        let request = asked(&request);
        Box::pin(self.answer(request))
    }
}

/// Whether a place holds what its other sides hold, as a login sees it, or a job.
fn agrees(truth: &Truth, spot: &Spot) -> bool {
    let (others, wrapped) = GROUND.counterparts(spot);
    let github_form = |spot: &Spot| {
        let value = &truth.get(spot)?.value;
        if spot.is_esc() { on_github(value, wrapped) } else { Some(value.clone()) }
    };
    let ours = github_form(spot);
    ours.is_some() && !others.is_empty() && others.iter().all(|other| github_form(other) == ours)
}

/// The scope whose items a path lists or shows.
/// The scope whose list was asked for; a key or the repositories of one secret are no list of it.
fn listed(path: &str) -> Option<(String, Slot)> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let slot = |kind: &str| match kind {
        "secrets" => Some(Slot::Secret),
        "variables" => Some(Slot::Variable),
        _ => None,
    };
    match segments.as_slice() {
        ["orgs", organization, "actions", kind] => Some((format!("org:{organization}"), slot(kind)?)),
        ["repos", owner, name, "actions", kind] => Some((format!("repo:{owner}/{name}"), slot(kind)?)),
        _ => None,
    }
}

fn is_json(response: &SandboxResponse) -> bool {
    let kind = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    kind.is_some_and(|(_, kind)| kind.contains("json"))
}

fn refusal(status: u16, pause: Option<Duration>) -> SandboxResponse {
    let body = serde_json::json!({ "code": status, "message": "refused by the simulation" });
    let response = SandboxResponse::json(status, &body);
    match pause {
        Some(pause) => response.with_header("retry-after", pause.as_secs().to_string()),
        None => response,
    }
}

/// A request as the emulator takes it.
pub(crate) fn asked(request: &Outgoing<'_>) -> SandboxRequest {
    let text = |value: &HeaderValue| value.to_str().expect("our headers are text").to_owned();
    SandboxRequest {
        method: request.method.as_str().to_owned(),
        path: request.url.path().to_owned(),
        query: request.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        headers: request.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: request.body.to_vec(),
        public_url: URL.to_owned(),
    }
}

pub(crate) fn incoming(response: &SandboxResponse, now: SystemTime) -> Incoming {
    let mut headers = HeaderMap::new();
    for (name, value) in &response.headers {
        let name: HeaderName = name.parse().expect("the emulator sends legal headers");
        headers.append(name, HeaderValue::from_str(value).expect("the emulator sends legal headers"));
    }
    let date = httpdate::fmt_http_date(now);
    headers.insert("date", HeaderValue::from_str(&date).expect("a date is legal"));
    Incoming { status: response.status, headers, body: Zeroizing::new(response.body.clone()) }
}
