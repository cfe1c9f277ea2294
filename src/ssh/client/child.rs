//! A child with a cleared environment, piped streams, bounded output and a deadline.
//!
//! Invariants: it leads a process group of its own, which is killed when the child
//! ends, when the deadline passes and when nobody waits any more; what it reads comes
//! by its input, never by its arguments.

use std::{io, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
};

/// How a child ended and the last of what it said.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

#[derive(Debug)]
pub(super) enum ChildFault {
    Deadline,
    Start(io::Error),
}

/// A process group that does not outlive this value.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

/// What is kept of each stream: its end, where the cause and the answer stand.
const KEPT: usize = 64 * 1024;

/// Runs a command to its end with `input` as its standard input.
pub(super) async fn run(command: &mut Command, input: &[u8], deadline: Duration) -> Result<Ended, ChildFault> {
    let (mut child, group) = start(command).map_err(ChildFault::Start)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let end = async {
        let status = child.wait().await;
        // What it left behind holds the pipes open.
        drop(group);
        status
    };
    let all = async { tokio::join!(end, feed(stdin, input), last_of(stdout), last_of(stderr)) };
    let (status, (), stdout, stderr) = tokio::time::timeout(deadline, all).await.map_err(|_| ChildFault::Deadline)?;
    let code = status.map_err(ChildFault::Start)?.code();
    Ok(Ended { code, stdout, stderr })
}

/// Starts a command as the leader of its own group, all streams piped.
pub(super) fn start(command: &mut Command) -> io::Result<(Child, Group)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.process_group(0).kill_on_drop(true).spawn()?;
    let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    Ok((child, Group(leader)))
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // Nobody left in it is as good.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// A child that ends before it has read everything says why by its status.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
        let _ = stdin.shutdown().await;
    }
}

async fn last_of(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 4096];
    if let Some(mut stream) = stream {
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            kept.extend_from_slice(&piece[..count]);
            if kept.len() > 2 * KEPT {
                kept.drain(..kept.len() - KEPT);
            }
        }
    }
    let start = kept.len().saturating_sub(KEPT);
    String::from_utf8_lossy(&kept[start..]).into_owned()
}
