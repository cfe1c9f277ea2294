//! The way in to a machine: a port of this host, and one `sshd` for each connection.
//!
//! We listen ourselves and hand each connection to an `sshd` of its own, as `inetd` did: when
//! this process ends, however it is killed, nobody listens any more, and each `sshd` ends
//! with its connection. Invariant: only the account that runs this is let as far as `sshd`,
//! since the sandbox's first key is known to everybody.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Every machine's; dropping it ends all connections and waits for the last `sshd`.
#[derive(Debug, Default)]
pub struct Doors {
    open: Vec<Door>,
}

#[derive(Debug)]
struct Door {
    address: SocketAddr,
    way: Arc<Way>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread that listens shares with whoever ends it.
#[derive(Debug)]
struct Way {
    sshd: PathBuf,
    arguments: Vec<PathBuf>,
    is_shut: AtomicBool,
    connections: Mutex<BTreeMap<u64, TcpStream>>,
}

impl Doors {
    pub(super) fn open(&mut self, listener: TcpListener, sshd: &Path, arguments: Vec<PathBuf>) -> io::Result<()> {
        if rustix::process::geteuid().is_root() {
            // `sshd` locks itself into this empty folder before a login; the system makes it when it starts its own.
            let _ = fs::create_dir_all("/run/sshd");
        }
        let address = listener.local_addr()?;
        let way =
            Way { sshd: sshd.to_owned(), arguments, is_shut: AtomicBool::new(false), connections: Mutex::default() };
        let way = Arc::new(way);
        let serving = Arc::clone(&way);
        let thread = thread::Builder::new().name("sandbox-door".to_owned()).spawn(move || serving.serve(&listener))?;
        self.open.push(Door { address, way, thread: Some(thread) });
        Ok(())
    }
}

impl Way {
    fn serve(&self, listener: &TcpListener) {
        thread::scope(|scope| {
            for number in 0.. {
                let Ok((stream, from)) = listener.accept() else { break };
                if self.is_shut.load(Ordering::SeqCst) {
                    break;
                }
                let is_ours = listener.local_addr().is_ok_and(|to| is_our_own(from, to));
                if is_ours {
                    scope.spawn(move || self.hand_over(number, stream));
                }
            }
            // What is left would hold up the end of the scope.
            self.connections().values().for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        });
    }

    fn hand_over(&self, number: u64, stream: TcpStream) {
        // Whoever is refused here sees a closed connection, and says so.
        let Ok(started) = self.start(number, stream) else { return };
        let mut child = started;
        let _ = child.wait();
        self.connections().remove(&number);
    }

    fn start(&self, number: u64, stream: TcpStream) -> io::Result<std::process::Child> {
        let (input, kept) = (stream.try_clone()?, stream.try_clone()?);
        self.connections().insert(number, kept);
        let mut serve = Command::new(&self.sshd);
        // It gets what a service gets: neither our variables nor our terminal.
        serve.args(&self.arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        serve.stdin(OwnedFd::from(input)).stdout(OwnedFd::from(stream)).stderr(Stdio::null());
        serve.spawn().inspect_err(|_| drop(self.connections().remove(&number)))
    }

    fn connections(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.way.is_shut.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for somebody to come.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            // One that panicked listens no more.
            let _ = thread.join();
        }
    }
}

/// Whether the other end belongs to the account that runs this.
fn is_our_own(from: SocketAddr, to: SocketAddr) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    owner(&table, from, to) == Some(rustix::process::geteuid().as_raw())
}

/// The account at the end `from` of a connection, by the kernel's table.
fn owner(table: &str, from: SocketAddr, to: SocketAddr) -> Option<u32> {
    let (from, to) = (in_table(from)?, in_table(to)?);
    table.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        (fields.get(1) == Some(&&*from) && fields.get(2) == Some(&&*to)).then(|| fields.get(7)?.parse().ok())?
    })
}

/// As the kernel writes it: the address as this machine stores it, the port as people read it.
fn in_table(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_end_of_a_connection_has_an_owner() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let to = listener.local_addr().expect("an address");
        let caller = TcpStream::connect(to).expect("somebody listens");
        let (_called, from) = listener.accept().expect("a caller");
        assert_eq!(from, caller.local_addr().expect("an address"));
        assert!(is_our_own(from, to));
    }

    #[test]
    fn another_account_is_told_by_the_table() {
        let (from, to) = ("127.0.0.1:54321".parse().expect("legal"), "127.0.0.1:8080".parse().expect("legal"));
        let ends = (in_table(from).expect("of version 4"), in_table(to).expect("of version 4"));
        let line = |one: &str, other: &str, owner: u32| {
            format!("  1: {one} {other} 01 00000000:00000000 00:00000000 00000000 {owner:5} 0 1234 1 0 20 4 30 10 -1\n")
        };
        let table = line(&ends.1, &ends.0, 0) + &line(&ends.0, &ends.1, 1001);
        assert_eq!(owner(&table, from, to), Some(1001));
        assert_eq!(owner(&table, to, from), Some(0));
        assert_eq!(owner("", from, to), None);
    }
}
