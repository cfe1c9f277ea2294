//! The real service against a sandbox that fails at random: health is what is true, nothing grows, nothing is asked
//! between ticks. `ESC_SYNC_TICKS` makes it as long as one likes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Child,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::world::World;

/// What the world is like, and what is true of health then.
const CONDITIONS: [(&str, &str); 6] = [
    ("well", "healthy"),
    ("a placeholder in ESC", "unhealthy"),
    ("GitHub fails", "unknown"),
    ("ESC refuses the login", "unknown"),
    ("GitHub resets connections", "unknown"),
    ("ESC cuts its answers", "unknown"),
];

const VALUES: [(&str, &str); 3] =
    [("a", "first-value-93ab10"), ("b", "second-value-77cd2e"), ("c", "third-value-51ef83")];

/// The longest that a tick of one second may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(world: &World) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0", "--check-every", "1s", "--jitter", "1ms"];
        let others = ["--live-every", "never", "--sync-every", "never", "--timeout", "2s", "--max-wait", "2s"];
        let mut child = world.program(args).args(others).spawn();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("its first line");
        let address = line.trim().rsplit("http://").next().expect("an address").to_owned();
        let mut errors = child.stderr.take().expect("it is piped");
        // A full pipe would stop the service.
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        Self { child, address }
    }

    /// The body of an answer, whatever its status.
    fn ask(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).expect("a body")
    }

    fn health(&self) -> Value {
        serde_json::from_str(&self.ask("/healthz")).expect("JSON")
    }

    /// Asks until it is so; panics if it does not come to be.
    fn wait_for(&self, what: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let health = self.health();
            if is_so(&health) {
                return health;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {health:#}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end of a run that began after this moment: of the runs that end from now on, the second.
    fn tick(&self) -> Value {
        let mut last = self.health()["run"].clone();
        let mut ended = 0;
        self.wait_for("two runs", |health| {
            ended += u32::from(health["run"] != last);
            last = health["run"].clone();
            ended == 2
        })
    }

    fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it lives");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The fewest of some looks, since a run under way has its pipes.
    fn descriptors(&self) -> usize {
        let number = || {
            std::thread::sleep(Duration::from_millis(50));
            std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("it lives").count()
        };
        (0..40).map(|_| number()).min().unwrap_or_default()
    }
}

/// A test that fails leaves nothing behind that asks for ever.
impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn fault(matches: &Value, effect: &Value) -> esc_sync::sandbox::Fault {
    let text = json!({ "match": matches, "times": "forever", "effect": effect });
    serde_json::from_value(text).expect("a fault")
}

fn set(world: &World, condition: &str) {
    world.ask("DELETE", "/_sandbox/faults", &Value::Null);
    world.esc_secrets(&VALUES);
    let answer = |status: u16| json!({ "kind": "answer", "status": status, "body": "{}" });
    let (esc, github) = (json!({ "store": "esc" }), json!({ "store": "github" }));
    match condition {
        "a placeholder in ESC" => world.esc_secrets(&[("a", "changeme"), VALUES[1], VALUES[2]]),
        "GitHub fails" => world.fault(fault(&github, &answer(503))),
        "ESC refuses the login" => world.fault(fault(&esc, &answer(401))),
        "GitHub resets connections" => world.fault(fault(&github, &json!({ "kind": "reset" }))),
        "ESC cuts its answers" => world.fault(fault(&esc, &json!({ "kind": "truncate", "bytes": 10 }))),
        _ => world,
    };
}

/// Small numbers, the same ones each time.
fn throw(dice: &mut u64, sides: usize) -> usize {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*dice >> 33).expect("a small number") % sides
}

#[test]
fn c12_a_service_tells_the_truth_at_every_tick_and_does_not_grow() {
    let ticks = std::env::var("ESC_SYNC_TICKS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let world = World::with_entries("ticks", &["A: s.a", "B: s.b", "C: s.c"]);
    world.esc_secrets(&VALUES);
    assert_eq!(world.program(["sync", "--yes"]).run().code, 0);
    assert_eq!(world.check([]).code, 0);
    let of_one_check = world.requests().len();
    let mut service = Service::start(&world);
    let mut dice = 6_u64;
    let (mut warm, mut seen) = ((0, 0), std::collections::BTreeMap::<_, u32>::new());
    for tick in 0..ticks {
        // Half of the ticks are well, so that health changes back and forth.
        let (condition, truth) = CONDITIONS[throw(&mut dice, 2 * CONDITIONS.len()).saturating_sub(CONDITIONS.len())];
        set(&world, condition);
        let health = service.tick();
        assert_eq!(health["verdict"], truth, "tick {tick}, {condition}: {health:#}");
        *seen.entry(truth).or_default() += 1;
        if tick == ticks / 3 {
            warm = (service.resident_kb(), service.descriptors());
        }
    }
    set(&world, "well");
    service.wait_for("well again", |health| health["verdict"] == "healthy");
    let (memory, descriptors) = (service.resident_kb(), service.descriptors());
    // Thirty kilobytes are some pages, whatever five percent may be.
    assert!(memory <= warm.0 + warm.0 / 20 + 30, "{} kB after a third, {memory} kB at the end", warm.0);
    assert!(descriptors <= warm.1, "{} descriptors after a third, {descriptors} at the end", warm.1);
    nothing_is_asked_between_ticks(&world, &service, of_one_check);
    let told = format!("{ticks} ticks: {seen:?}; {} then {memory} kB; {descriptors} descriptors\n", warm.0);
    std::io::stderr().write_all(told.as_bytes()).expect("standard error");
    kill_process(Pid::from_child(&service.child), Signal::TERM).expect("it lives");
    assert_eq!(service.child.wait().expect("it ends").code(), Some(0));
}

/// Whatever was asked over some ticks was asked by whole checks.
fn nothing_is_asked_between_ticks(world: &World, service: &Service, of_one_check: usize) {
    let begun = Instant::now();
    loop {
        let before = service.health()["run"].clone();
        world.running.reset_log();
        let mut runs = 0;
        let mut last = before.clone();
        service.wait_for("five runs", |health| {
            runs += usize::from(health["run"] != last);
            last = health["run"].clone();
            runs == 5
        });
        // Unless the log was cut in the middle of a run, at its beginning or at its end.
        if world.requests().len() == 5 * of_one_check {
            return;
        }
        let asked = world.requests().len();
        assert!(asked < 7 * of_one_check, "{asked} requests for five checks of {of_one_check}");
        assert!(begun.elapsed() < PATIENCE, "{asked} requests for five checks of {of_one_check}, again and again");
    }
}
