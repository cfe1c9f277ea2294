//! Runs as processes: the same program with the same arguments, told an order, leaving an account.
//!
//! Invariants: a run does not outlive the future that waits for it, nor the daemon (`run` sees to that); at most one
//! that acts is under way; nothing of what a run printed is repeated, whatever it was.

use std::{
    ffi::OsString,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::BoxFuture;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::super::{exit::Exit, failure::reason};
use crate::daemon::{Account, Order, RunFault, RunKind, Runs};

/// Starts runs and waits for them.
#[derive(Debug)]
pub(super) struct Processes {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// The file that orders' mappings were read from.
    mapping_file: PathBuf,
    /// The run under way that acts; a delivery does not.
    acting: Mutex<Option<Pid>>,
}

/// An account of the largest mapping is far below that.
const LARGEST: u64 = 64 << 20;

impl Processes {
    /// This very program, even if its file was replaced meanwhile, with the arguments it was started with.
    pub(super) fn of_this_program(mapping_file: PathBuf) -> Self {
        Self::of("/proc/self/exe".into(), std::env::args_os().skip(1).collect(), mapping_file)
    }

    fn of(program: PathBuf, arguments: Vec<OsString>, mapping_file: PathBuf) -> Self {
        Self { program, arguments, mapping_file, acting: Mutex::default() }
    }

    async fn carry_out(&self, order: &Order) -> Result<Account, RunFault> {
        let told = serde_json::to_vec(order).map_err(|error| not_begun(&error.into()))?;
        let mut child = self.command(order.kind).spawn().map_err(|error| not_begun(&error))?;
        let _acting = (order.kind != RunKind::Deliver).then(|| Acting::of(self, &child)).flatten();
        let (_, said) = tokio::join!(tell(child.stdin.take(), &told), listen(child.stdout.take()));
        // What printed too much or cannot be heard is of no use any more.
        let said = match said {
            Ok(said) => said,
            Err(fault) => {
                let _ = child.kill().await;
                return Err(fault);
            }
        };
        let status = child.wait().await.map_err(|error| not_begun(&error))?;
        // What it said counts, whatever it ended with: the code is in the account, and an account is written whole.
        serde_json::from_slice::<Account>(&said)
            .ok()
            .filter(|account| account.kind == order.kind && account.run == order.run)
            .ok_or_else(|| without_account(status, said.is_empty()))
    }

    fn command(&self, kind: RunKind) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command.args(["--run", kind.as_str(), "--parent", &std::process::id().to_string(), "--mapping-file"]);
        command.arg(&self.mapping_file);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        // A group of its own: an interrupt at the terminal is for the daemon, which asks its run to end once.
        command.process_group(0).kill_on_drop(true);
        command
    }

    fn acting(&self) -> MutexGuard<'_, Option<Pid>> {
        self.acting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runs for Processes {
    fn run(&self, order: Order) -> BoxFuture<'_, Result<Account, RunFault>> {
        Box::pin(async move { self.carry_out(&order).await })
    }

    fn stop(&self) {
        if let Some(pid) = *self.acting() {
            // One that has just ended needs no signal.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Lets `stop` find the process, as long as its number is its own.
struct Acting<'p>(&'p Processes);

impl<'p> Acting<'p> {
    fn of(processes: &'p Processes, child: &Child) -> Option<Self> {
        let pid = Pid::from_raw(child.id()?.cast_signed())?;
        *processes.acting() = Some(pid);
        Some(Self(processes))
    }
}

impl Drop for Acting<'_> {
    fn drop(&mut self) {
        *self.0.acting() = None;
    }
}

/// A run that ends before it heard everything says so by what it leaves.
async fn tell(stdin: Option<ChildStdin>, told: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(told).await;
        let _ = stdin.shutdown().await;
    }
}

async fn listen(stdout: Option<ChildStdout>) -> Result<Vec<u8>, RunFault> {
    let Some(stdout) = stdout else { return Ok(Vec::new()) };
    let mut said = Vec::new();
    stdout.take(LARGEST + 1).read_to_end(&mut said).await.map_err(|error| not_begun(&error))?;
    if said.len() as u64 > LARGEST {
        return Err(fault("the run printed more than any account is long", DEFECT));
    }
    Ok(said)
}

const DEFECT: &str = "this is a defect of esc-sync; its log may say where";

fn not_begun(error: &io::Error) -> RunFault {
    let what = format!("no process could be started for the run: {}", reason(error));
    fault(&what, "see to the limits on processes, descriptors and memory of this host")
}

fn without_account(status: ExitStatus, silent: bool) -> RunFault {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            let what = format!("the run was killed by signal {signal}");
            let memory = "was it out of memory? The log of the system tells; the next run settles what it left";
            fault(&what, if signal == 9 { memory } else { "the next run settles what it left" })
        }
        (None, Some(code)) if code == i32::from(Exit::Usage as u8) => fault(
            "the run could not use its arguments or its mapping (exit 2), and left no account",
            "its log says which; start the daemon again where its arguments are to change",
        ),
        (None, Some(code)) if silent => fault(&format!("the run ended with {code} and left no account"), DEFECT),
        _ => fault("the run left something that is no account of it", DEFECT),
    }
}

fn fault(what: &str, help: &str) -> RunFault {
    RunFault { what: what.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests;
