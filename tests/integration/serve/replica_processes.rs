//! Three real daemons on one real PostgreSQL server, killed and stopped at random while they sync.
//!
//! `ESC_SYNC_KILLS=N` says how often, `ESC_SYNC_SEED=N` draws others. Who leads is what each of them says of itself.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use esc_sync::{
    ledger::{AuditLog, postgres::PostgresState, url::StateUrl},
    model::Slot,
};
use rustix::process::{Pid, Signal, kill_process};

use super::replicas::say;
use crate::{
    ledger::shared::postgres_server::{PASSWORD, PostgresServer},
    simulation::rng::Rng,
    support::{
        program::Program,
        world::{ENVIRONMENT, World},
    },
};

const ENTRIES: usize = 4;
const LEASE: Duration = Duration::from_secs(1);
/// Nothing that goes well takes longer, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);
const SERVE: [&str; 16] = [
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--lease",
    "1s",
    "--check-every",
    "1s",
    "--sync-every",
    "1s",
    "--live-every",
    "never",
    "--apply",
    "create,overwrite,restrict,pull",
    "--write-cap",
    "100000",
    "--write-pace=60000",
];

/// One daemon.
struct Daemon {
    child: Child,
    /// Where it listens: host and port.
    address: String,
    is_stopped: bool,
}

impl Daemon {
    fn start(world: &World, mapping: &str, state: &str) -> Self {
        let program = Program::new(&world.folder).mapping(mapping).against(&world.running.url).args(SERVE);
        let program = program.args(["--state", state]).env("PGPASSWORD", PASSWORD);
        let mut child = program.spawn_with_input(Stdio::null());
        let mut log = child.stderr.take().expect("piped");
        let logged = thread::spawn(move || {
            let mut text = String::new();
            drop(log.read_to_string(&mut text));
            text
        });
        let mut said = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        said.read_line(&mut line).expect("text");
        let Some(address) = line.trim_end().strip_prefix("serving at http://") else {
            panic!("it does not serve: {line:?} {}", logged.join().expect("a log"));
        };
        Self { address: address.to_owned(), child, is_stopped: false }
    }

    fn signal(&mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is ours");
        self.is_stopped = signal == Signal::STOP;
    }

    fn leads(&self) -> bool {
        !self.is_stopped && self.metrics().is_some_and(|text| text.lines().any(is_leading))
    }

    /// `None`: it does not answer in time.
    fn metrics(&self) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn is_leading(line: &str) -> bool {
    line.starts_with("esc_sync_role{") && line.contains("=\"leader\"") && line.ends_with(" 1")
}

/// The daemons, and what they act on.
struct Play {
    world: World,
    mapping: String,
    state: String,
    daemons: Vec<Daemon>,
    rng: Rng,
    values: Vec<String>,
    changes: usize,
}

impl Play {
    fn new(port: u16, seed: u64) -> Self {
        let entries: String = (0..ENTRIES).map(|at| format!("  S_{at}: s.S_{at}\n")).collect();
        let mapping = format!("{}entries:\n{entries}", crate::support::world::HEADER);
        let world = World::new("replica-processes");
        let values: Vec<_> = (0..ENTRIES).map(value).collect();
        let names: Vec<_> = (0..ENTRIES).map(|at| format!("S_{at}")).collect();
        world.esc_secrets(&names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect::<Vec<_>>());
        let state = format!("postgres://owner@127.0.0.1:{port}/postgres");
        let daemons = (0..3).map(|_| Daemon::start(&world, &mapping, &state)).collect();
        Self { world, mapping, state, daemons, rng: Rng::new(seed), values, changes: ENTRIES }
    }

    /// Somebody gives a random entry a fresh value in ESC, some seconds later.
    fn change(&mut self) {
        self.changes += 1;
        let (at, fresh) = (self.rng.below(ENTRIES), value(self.changes));
        self.world.running.advance(5);
        let parts: Vec<_> = ENVIRONMENT.split('/').collect();
        let text = self.world.running.world(|world| world.esc.plaintext_definition(parts[0], parts[1], parts[2]));
        let before = std::mem::replace(&mut self.values[at], fresh);
        self.world.esc(&text.expect("an environment").replace(&before, &self.values[at]));
    }

    /// The one that leads, and how long it took until there was one.
    fn leader(&self) -> (usize, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(leader) = self.daemons.iter().position(Daemon::leads) {
                return (leader, begun.elapsed());
            }
            assert!(begun.elapsed() < PATIENCE, "nobody leads any more");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Tells how long nobody led.
    fn disturb(&mut self) -> Duration {
        self.change();
        thread::sleep(Duration::from_millis(self.rng.next() % 1_500));
        let (leader, _) = self.leader();
        if self.rng.chance(600) {
            self.daemons.swap_remove(leader);
            self.daemons.push(Daemon::start(&self.world, &self.mapping, &self.state));
            return self.leader().1;
        }
        self.daemons[leader].signal(Signal::STOP);
        self.change();
        let without = self.leader().1;
        thread::sleep(Duration::from_millis(self.rng.next() % 1_000));
        self.daemons[leader].signal(Signal::CONT);
        without
    }

    fn is_in_sync(&self) -> bool {
        let held = |at: usize| {
            let view =
                self.world.running.world(|world| world.github.view("org:acme", Slot::Secret, &format!("S_{at}")));
            Some(view.ok()?.value.expose_text().expect("text").to_owned())
        };
        (0..ENTRIES).all(|at| held(at).as_ref() == Some(&self.values[at]))
    }

    /// Writes of values that were done.
    fn puts(&self) -> usize {
        let is_put = |path: &str, status| path.contains("/secrets/S_") && matches!(status, 201 | 204);
        let requests = self.world.requests();
        requests.iter().filter(|request| request.method == "PUT" && is_put(&request.path, request.status)).count()
    }
}

fn value(number: usize) -> String {
    format!("value-{number:06}-Zk3vPq81")
}

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

#[test]
fn c1_c7_three_daemons_are_killed_and_no_change_is_written_twice() {
    let server = PostgresServer::start(&["max_connections=100"], &[]);
    let mut play = Play::new(server.port, number("ESC_SYNC_SEED", 1));
    let kills = usize::try_from(number("ESC_SYNC_KILLS", 10)).expect("small");
    let without: Vec<_> = (0..kills).map(|_| play.disturb()).collect();
    let begun = Instant::now();
    while !play.is_in_sync() {
        assert!(begun.elapsed() < PATIENCE, "what changed does not arrive");
        thread::sleep(Duration::from_millis(50));
    }
    let (puts, longest) = (play.puts(), without.iter().max().copied().unwrap_or_default());
    play.daemons.clear();
    say(&format!("{} changes, {puts} writes, {kills} mishaps; nobody led for {longest:?} at most", play.changes));
    // A change may be overtaken by the next; one that was in flight at a kill may be written again (C1).
    assert!((ENTRIES..=play.changes + kills).contains(&puts));
    assert!(longest <= LEASE * 10, "{without:?}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let StateUrl::Postgres(url) = StateUrl::parse(&play.state).expect("well-formed") else { panic!("a database") };
    let env = |name: &str| (name == "PGPASSWORD").then(|| PASSWORD.to_owned());
    let state = PostgresState::new(&url, &env).expect("the settings are fine");
    let audit = runtime.block_on(AuditLog::read(&state)).expect("readable");
    let lines = audit.verify().expect("an unbroken chain");
    assert!(lines.len() >= 2 * puts, "each write has its intent and its end: {} lines", lines.len());
}
