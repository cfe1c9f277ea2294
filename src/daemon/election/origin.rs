//! Which process of which machine wrote something, so that its successor on the same machine can see that it is dead.
//!
//! Invariant: only what is certain counts as dead. A number of a process means nothing outside its own PID namespace,
//! and nothing after a restart of the machine; a process that may not be looked at is alive.

use std::fs;

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};
use serde::{Deserialize, Serialize};

use crate::crypto;

/// A process, told apart from all others that have or had its number.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Origin {
    /// For people.
    #[serde(default)]
    pub(super) host: String,
    /// Names this start of the machine and the namespaces by which processes are counted and timed in it; `None` where
    /// the system does not tell.
    #[serde(default)]
    pub(super) machine: Option<String>,
    #[serde(default)]
    pub(super) process: i32,
    /// When the process began, in the system's own count.
    #[serde(default)]
    pub(super) began: Option<u64>,
}

/// What the system tells of a process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Seen {
    has_ended: bool,
    began: u64,
}

impl Origin {
    /// This process.
    pub(super) fn here() -> Self {
        let process = rustix::process::getpid().as_raw_nonzero().get();
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, machine: machine(), process, began: seen(process).map(|seen| seen.began) }
    }

    /// Whether it is certainly dead, as seen from `here`.
    pub(super) fn is_dead(&self, here: &Self) -> bool {
        let is_near = self.machine.is_some() && self.machine == here.machine;
        // A number from a document may be anything, and a negative one means many processes to the system.
        let number = Some(self.process).filter(|number| is_near && *number > 0);
        let Some(pid) = number.and_then(Pid::from_raw) else { return false };
        match (test_kill_process(pid), seen(self.process), self.began) {
            (Err(Errno::SRCH), ..) => true,
            (_, Some(seen), Some(began)) => seen.has_ended || seen.began != began,
            _ => false,
        }
    }
}

fn machine() -> Option<String> {
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = |name: &str| Some(fs::read_link(format!("/proc/self/ns/{name}")).ok()?.display().to_string());
    // Not every kernel has namespaces of time.
    let spaces = [namespace("pid")?, namespace("time").unwrap_or_default()];
    Some(crypto::short_digest(format!("{start}{}", spaces.concat()).as_bytes()))
}

/// Its line in `/proc`: after the name, which may hold anything, the state is the 1st field and the start the 20th.
fn seen(process: i32) -> Option<Seen> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?;
    Some(Seen { has_ended: matches!(state, "Z" | "X" | "x"), began: fields.nth(18)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn of(process: u32) -> Origin {
        let process = i32::try_from(process).expect("small");
        Origin { process, began: seen(process).map(|seen| seen.began), ..Origin::here() }
    }

    #[test]
    fn c1_a_process_is_alive_until_it_ended() {
        let here = Origin::here();
        assert!(here.machine.is_some() && here.began.is_some() && !here.host.is_empty(), "{here:?}");
        assert!(!here.is_dead(&here));
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("a child");
        let origin = of(child.id());
        assert!(!origin.is_dead(&here));
        child.kill().expect("it runs");
        let mut status = rustix::process::WaitIdOptions::EXITED;
        status |= rustix::process::WaitIdOptions::NOWAIT;
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::waitid(rustix::process::WaitId::Pid(pid), status).expect("a child");
        assert!(origin.is_dead(&here), "nobody has asked how it ended, and it ended");
        child.wait().expect("a child");
        assert!(origin.is_dead(&here));
    }

    #[test]
    fn c1_only_what_is_certain_counts_as_dead() {
        let here = Origin::here();
        let other = Origin { began: here.began.map(|began| began + 1), ..here.clone() };
        assert!(other.is_dead(&here), "its number went to another process");
        let unseen = Origin { began: None, ..here.clone() };
        assert!(!unseen.is_dead(&here));
        for machine in [None, Some("elsewhere".to_owned())] {
            assert!(!Origin { machine, ..other.clone() }.is_dead(&here));
        }
        for process in [0, -1, i32::MIN] {
            assert!(!Origin { process, ..here.clone() }.is_dead(&here));
        }
        assert!(!Origin::default().is_dead(&Origin::default()));
    }
}
