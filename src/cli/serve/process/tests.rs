//! Runs by a shell in the place of the program: accounts, faults, an orderly end and a sudden one.

use std::{fs, sync::Arc};

use super::*;
use crate::{crypto, daemon::order::WriteBudget};

const ACCOUNT: &str = r#"{"kind":"check","run":"r1","began":1,"ended":2,"duration_ms":3,"exit":1,"verdict":"fail"}"#;

fn order(kind: RunKind) -> Order {
    let writes = WriteBudget { burst: 1, cap: 1 };
    Order { kind, run: "r1".to_owned(), mapping: "version: 1".to_owned(), writes, message: None }
}

fn shell(script: &str) -> Processes {
    Processes::of("/bin/sh".into(), vec!["-c".into(), script.into()], "m.yaml".into())
}

async fn fault_of(script: &str) -> String {
    shell(script).run(order(RunKind::Check)).await.expect_err(script).what
}

#[tokio::test]
async fn what_a_run_leaves_is_its_account_whatever_it_ended_with() {
    let account = shell(&format!("cat >/dev/null; echo '{ACCOUNT}'; exit 1")).run(order(RunKind::Check)).await;
    assert_eq!(account.map(|account| account.exit), Ok(1));
    // The order is heard whole, and the process knows whose it is. ($0 is the first argument.)
    let heard = format!(
        "grep -q '\"mapping\":\"version: 1\"' && [ \"$0 $1 $3 $4\" = '--run check {} --mapping-file' ] && echo '{ACCOUNT}'",
        std::process::id()
    );
    assert!(shell(&heard).run(order(RunKind::Check)).await.is_ok());
}

#[tokio::test]
async fn a_run_that_leaves_none_is_a_fault_that_repeats_nothing() {
    assert_eq!(fault_of("exit 3").await, "the run ended with 3 and left no account");
    assert!(fault_of("exit 2").await.contains("could not use its arguments or its mapping (exit 2)"));
    assert_eq!(fault_of("kill -9 $$").await, "the run was killed by signal 9");
    assert_eq!(fault_of("kill -TERM $$").await, "the run was killed by signal 15");
    for rubbish in
        ["echo canary", "echo '{\"kind\":\"check\"}'", &format!("echo '{}'", ACCOUNT.replace("r1", "canary"))]
    {
        let what = fault_of(rubbish).await;
        assert_eq!(what, "the run left something that is no account of it", "{rubbish}");
    }
    let cut = format!("printf '%s' '{}'; kill -9 $$", &ACCOUNT[..40]);
    assert_eq!(fault_of(&cut).await, "the run was killed by signal 9");
    let absent = Processes::of("/nowhere/esc-sync".into(), Vec::new(), "m.yaml".into());
    let fault = absent.run(order(RunKind::Check)).await.expect_err("no such program");
    assert!(fault.what.starts_with("no process could be started"), "{}", fault.what);
}

#[tokio::test]
async fn one_that_prints_without_end_is_ended() {
    let what = fault_of("exec cat /dev/zero").await;
    assert_eq!(what, "the run printed more than any account is long");
}

fn begin(runs: &Arc<Processes>, kind: RunKind) -> tokio::task::JoinHandle<Result<Account, RunFault>> {
    let runs = Arc::clone(runs);
    tokio::spawn(async move { runs.run(order(kind)).await })
}

/// A folder with a pipe in it, by which a script says that it has come so far.
struct Told(PathBuf);

impl Told {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("esc-sync-process-{}", crypto::random_id(6)));
        fs::create_dir_all(&folder).expect("a folder");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            folder.join("told"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .expect("a pipe");
        Self(folder)
    }

    fn pipe(&self) -> PathBuf {
        self.0.join("told")
    }

    /// Waits until something is told.
    async fn line(&self) -> String {
        let pipe = self.pipe();
        tokio::task::spawn_blocking(move || fs::read_to_string(pipe)).await.expect("no panic").expect("a line")
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn c3_a_run_that_is_asked_to_end_may_settle() {
    let told = Told::new();
    let script = format!(
        "trap 'kill $!; echo \"{}\"; exit 1' TERM; cat >/dev/null; sleep 60 >/dev/null & echo ready > {}; wait",
        ACCOUNT.replace('"', "\\\""),
        told.pipe().display()
    );
    let runs = Arc::new(shell(&script));
    let running = begin(&runs, RunKind::Check);
    assert_eq!(told.line().await, "ready\n");
    runs.stop();
    assert!(running.await.expect("no panic").is_ok());
    assert!(runs.acting().is_none());
    // With nothing under way there is nobody to ask.
    runs.stop();
}

#[tokio::test]
async fn a_delivery_is_not_asked_to_end() {
    let told = Told::new();
    let delivered = ACCOUNT.replace("check", "deliver").replace('"', "\\\"");
    let script = format!(
        "trap 'exit 9' TERM; cat >/dev/null; echo ready > {0}; read go < {0}; echo \"{delivered}\"",
        told.pipe().display()
    );
    let runs = Arc::new(shell(&script));
    let running = begin(&runs, RunKind::Deliver);
    assert_eq!(told.line().await, "ready\n");
    runs.stop();
    let pipe = told.pipe();
    tokio::task::spawn_blocking(move || fs::write(pipe, "go\n")).await.expect("no panic").expect("told");
    assert!(running.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_is_killed() {
    let told = Told::new();
    let script = format!("trap '' TERM; echo $$ > {}; exec sleep 60", told.pipe().display());
    let runs = Arc::new(shell(&script));
    let running = begin(&runs, RunKind::Check);
    let pid: i32 = told.line().await.trim().parse().expect("a number");
    running.abort();
    assert!(running.await.is_err_and(|error| error.is_cancelled()));
    assert!(has_ended(pid).await);
}

/// Waits for the end of a child of this process, whoever reaps it.
async fn has_ended(pid: i32) -> bool {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let pid = Pid::from_raw(pid).expect("a process");
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let waited = tokio::task::spawn_blocking(move || waitid(WaitId::Pid(pid), options)).await.expect("no panic");
    match waited {
        Ok(status) => status.is_some_and(|status| status.terminating_signal() == Some(9)),
        Err(error) => error == rustix::io::Errno::CHILD,
    }
}
