//! Real processes, killed while they write: this very test binary, run again as a child.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use esc_sync::ledger::{
    Ledger,
    audit::{self, AuditLog},
    audit_chain::{AuditEntry, AuditEvent},
    backend::Backend as _,
    file::FileState,
    journal::Journal,
};
use esc_sync::model::Stamp;

use super::sample::{ended, header, identity, intent, place, record};
use crate::support::program::folder;

const FOLDER: &str = "ESC_SYNC_TEST_KILL_FOLDER";
/// Before each number; the test runner writes on the same stream.
const SAID: &str = "durable: ";
const WRITER: &str = "ledger::kill::a_writer_says_what_is_durable";

/// The n-th record of a writer: the run's number is how it is told apart.
fn numbered(number: usize) -> esc_sync::model::Record {
    esc_sync::model::Record { run: number.to_string().into(), ..record(1) }
}

async fn write_once(state: &Arc<FileState>, number: usize) {
    let run = format!("run-{number}");
    let journal = Journal::begin(state.clone(), &header(&run), &[intent(0)]).await.expect("begun");
    let mut ledger = Ledger::open(state.clone(), identity()).await.expect("whole");
    ledger.commit(&[(place("COUNTER"), Some(numbered(number)))]).await.expect("committed");
    let event = AuditEvent::RunEnded { verdict: "pass".into(), exit: 0 };
    let entry = AuditEntry { at: Stamp(1), run: run.into(), who: "ci".into(), event };
    audit::append(&**state, &[entry]).await.expect("recorded");
    journal.ended(&[ended(0)]).await.expect("recorded");
    journal.finish(Stamp(2)).await.expect("finished");
}

async fn counter(state: &Arc<FileState>) -> usize {
    let ledger = Ledger::open(state.clone(), identity()).await.expect("old or new, never neither");
    ledger.records().get(&place("COUNTER")).map_or(0, |record| record.run.parse().expect("a number"))
}

/// Writes three times; as a child, until it is killed. Each number it says is durable.
#[tokio::test]
async fn a_writer_says_what_is_durable() {
    let child = env::var_os(FOLDER);
    let most = if child.is_some() { usize::MAX } else { 3 };
    let folder = child.map_or_else(|| folder("kill-writer").join("state"), Into::into);
    let state = Arc::new(FileState::new(folder));
    let _held = state.exclude("the writer", Duration::from_secs(60)).await.expect("the dead hold nothing");
    let first = counter(&state).await + 1;
    for number in (first..).take(most) {
        write_once(&state, number).await;
        let mut out = std::io::stdout();
        writeln!(out, "{SAID}{number}").and_then(|()| out.flush()).expect("somebody listens");
    }
    assert!(counter(&state).await >= 3);
}

fn start(folder: &Path) -> Child {
    Command::new(env::current_exe().expect("this binary"))
        .args([WRITER, "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this binary starts")
}

/// Kills a writer some lines after its start, wherever it is then, and tells the numbers it said.
fn killed_after(lines: usize, folder: &Path) -> Vec<usize> {
    let mut child = start(folder);
    let said = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let mut said = said.filter_map(|line| Some(line.split_once(SAID)?.1.parse().expect("a number")));
    let mut durable: Vec<usize> = said.by_ref().take(lines).collect();
    assert_eq!(durable.len(), lines, "it writes until it is killed");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    // What it said between our last line and its death is durable as well.
    durable.extend(said);
    durable
}

#[tokio::test]
async fn c1_c2_fifty_writers_are_killed_and_nothing_is_lost() {
    let folder = folder("kill").join("state");
    let state = Arc::new(FileState::new(&folder));
    let mut recorded = Vec::new();
    for round in 0..50 {
        recorded.extend(killed_after(1 + round % 4, &folder));
        let (last, there) = (recorded[recorded.len() - 1], counter(&state).await);
        assert!(there == last || there == last + 1, "round {round}: said {last}, kept {there}");
        let lines = AuditLog::read(&*state).await.expect("readable").verify().expect("an unbroken chain");
        let lost = |number: &&usize| !lines.iter().any(|line| *line.entry.run == format!("run-{number}"));
        assert_eq!(recorded.iter().find(lost), None, "round {round}: a recorded run is not in the audit log");
        for open in Journal::unfinished(&*state).await.expect("whole lines") {
            Journal::resume(state.clone(), &open).finish(Stamp(3)).await.expect("settled");
        }
        state.prove_writable().await.expect("usable");
    }
}

#[tokio::test]
async fn c7_the_second_leaves_and_names_the_first_and_death_frees_the_lock() {
    let folder = folder("kill-lock").join("state");
    let mut child = start(&folder);
    let mut said = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    said.find(|line| line.contains(SAID)).expect("it holds the lock and writes");
    let state = FileState::new(&folder);
    let fault = state.exclude("the second", Duration::ZERO).await.expect_err("held");
    assert!(fault.what.contains("the writer") && fault.what.contains(&child.id().to_string()), "{fault:?}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    state.exclude("the second", Duration::ZERO).await.expect("freed by death");
}
