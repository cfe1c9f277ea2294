//! Live checks of many credentials beside a scanner that validates two at a time.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    RUNS, Scratch,
    process::{Run, median, millis, run},
    table::Table,
    world::{Emulator, mapping},
};

const CREDENTIALS: usize = 64;
const LATENCY: Duration = Duration::from_millis(60);

/// All credentials are of one service, which is the worst case for a cap per host.
pub(crate) fn probing(scratch: &Scratch, table: &mut Table) {
    let service = Service::start();
    let folder = scratch.folder("probe", &probed(service.address));
    let emulator = Emulator::start(None, CREDENTIALS, 1);
    let first = run(&mut emulator.command(&folder, &["probe"]));
    assert_eq!(first.code, Some(0), "every credential of the bench's world is live");
    table.bound("probe of 64 credentials: requests", service.asked() as f64, "", CREDENTIALS as f64);
    let (mut ours, mut theirs): (Vec<Run>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..RUNS / 3 {
        ours.push(run(&mut emulator.command(&folder, &["probe"])));
        theirs.push(two_at_a_time(service.address));
    }
    theirs.sort_unstable();
    let two = millis(theirs[theirs.len() / 2]);
    let name = format!("probe of 64 credentials at 60 ms, beside two at a time {two:.0} ms");
    table.bound(&name, millis(median(&ours)), "ms", two / 5.0);
}

/// The bench's mapping with a probe of its own for every entry.
fn probed(address: SocketAddr) -> String {
    let mut text = String::new();
    for line in mapping(CREDENTIALS, 1).lines() {
        match line.strip_prefix("  SECRET_").and_then(|rest| rest.split_once(": ")) {
            Some((number, rest)) => {
                let path = rest.trim_start_matches("{ esc: ").split(',').next().expect("a path");
                let _ = writeln!(
                    text,
                    "  SECRET_{number}: {{ esc: {path}, probe: {{ url: \"http://{address}/me\", hosts: [127.0.0.1], \
                     headers: {{ Authorization: \"Bearer {{value}}\" }} }} }}"
                );
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

/// What a scanner with two workers needs for as many requests.
fn two_at_a_time(address: SocketAddr) -> Duration {
    let begun = Instant::now();
    let workers: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(move || {
                let mut stream = BufReader::new(TcpStream::connect(address).expect("the service listens"));
                for _ in 0..CREDENTIALS / 2 {
                    stream.get_mut().write_all(b"GET /me HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
                    head(&mut stream).expect("answered");
                    let mut body = [0; 2];
                    std::io::Read::read_exact(&mut stream, &mut body).expect("a body");
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("no worker failed");
    }
    begun.elapsed()
}

/// A service that accepts every credential, after a while.
struct Service {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || serve(stream, &counted));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn serve(stream: TcpStream, counted: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    while head(&mut stream).is_some() {
        counted.fetch_add(1, Ordering::Relaxed);
        thread::sleep(LATENCY);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        if stream.get_mut().write_all(answer).is_err() {
            return;
        }
    }
}

/// Reads up to the empty line; `None` at the end of the connection.
fn head(stream: &mut BufReader<TcpStream>) -> Option<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim_end().is_empty() {
            return Some(());
        }
    }
}
