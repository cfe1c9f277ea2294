//! What is kept and read back, whoever wrote it.

use std::sync::Arc;

use super::*;
use crate::{
    daemon::{RunKind, account::*, board::HISTORY},
    ledger::{backend::Stored, file::FileState, memory::MemoryState},
    model::{Evidence, Kind, Status, Tier},
};

/// Markup, a terminal's commands, text that turns around, and what ends a line.
const HOSTILE: &str = "<script>\"'\\ \u{1b}[2J\u{202e}\u{0}\r\n\u{feff}";

fn account(run: &str, entries: usize) -> Arc<Account> {
    let place = |at| PlaceAccount {
        place: format!("org:acme secrets/S_{at}{HOSTILE}"),
        store: "github".to_owned(),
        reading: "hidden".to_owned(),
        updated_at: None,
        why: Some(HOSTILE.to_owned()),
    };
    let entry = |at| EntryAccount {
        name: format!("S_{at}"),
        service: Some(HOSTILE.to_owned()),
        tier: Tier::Optional,
        kind: Kind::Secret,
        status: Status::Ok,
        evidence: Evidence::Presence,
        findings: Vec::new(),
        places: vec![place(at)],
        probe: None,
    };
    Arc::new(Account {
        kind: RunKind::Live,
        run: run.to_owned(),
        began: 1,
        ended: 2,
        duration_ms: 900,
        exit: 0,
        verdict: Verdict::Pass,
        failure: None,
        mapping: HOSTILE.to_owned(),
        entries: (0..entries).map(entry).collect(),
        findings: Vec::new(),
        endpoints: Vec::new(),
        outcomes: Vec::new(),
        proposed: Vec::new(),
        held_back: Vec::new(),
        rotation: Some(KeyAccount { since: Some(7), ..KeyAccount::default() }),
        requests: vec![("esc".to_owned(), 3)],
        budgets: Vec::new(),
        remarks: vec![HOSTILE.to_owned()],
        idle: false,
    })
}

fn line(number: usize) -> RunLine {
    RunLine {
        kind: RunKind::Check,
        run: number.to_string(),
        began: 1,
        duration_ms: 2,
        verdict: Verdict::Unknown,
        exit: 3,
        failure: Some(HOSTILE.to_owned()),
        ok: 0,
        entries: 1,
        written: 0,
        unwritten: 0,
        proposed: 0,
        requests: 4,
        replica: "a".to_owned(),
    }
}

fn kept() -> Kept {
    let look = account("run-1", 2);
    let (live, history) = (Some(Arc::clone(&look)), (0..3).map(line).collect());
    Kept { look: Some(look), live, sync: Some(account("run-0", 1)), history, ..Kept::default() }
}

async fn again(kept: &Kept) -> Kept {
    let state = MemoryState::new();
    keep(&state, kept).await.expect("kept");
    load(&state).await.expect("read").expect("there")
}

async fn loaded(text: &[u8]) -> Option<Kept> {
    let state = MemoryState::new();
    state.put(BOARD, text, Expected::Absent).await.expect("written");
    load(&state).await.expect("no fault of the state")
}

async fn document(state: &dyn Backend) -> Stored {
    state.get(BOARD).await.expect("read").expect("there")
}

#[tokio::test]
async fn what_is_kept_comes_back_and_hostile_text_stays_text() {
    let (before, after) = (kept(), again(&kept()).await);
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    let (look, live) = (after.look.expect("a look"), after.live.expect("a live look"));
    assert!(Arc::ptr_eq(&look, &live), "what was one account is one account");
    assert!(load(&MemoryState::new()).await.expect("read").is_none());
    assert!(again(&Kept::default()).await.look.is_none());
}

#[tokio::test]
async fn c13_parts_of_another_version_are_left_out_and_the_rest_is_read() {
    let state = MemoryState::new();
    keep(&state, &kept()).await.expect("kept");
    let mut there: serde_json::Value = serde_json::from_slice(&document(&state).await.bytes).expect("JSON");
    there["new_part"] = serde_json::json!({ "deep": [1, { "x": null }] });
    there["accounts"][0]["new_field"] = "x".into();
    there["accounts"][1]["kind"] = "dance".into();
    there["history"][0]["verdict"] = "perhaps".into();
    there["alerts"] = "none".into();
    let kept = loaded(there.to_string().as_bytes()).await.expect("it is of this version");
    assert!(kept.look.is_some() && kept.live.is_some() && kept.sync.is_none());
    assert_eq!(kept.history.iter().map(|line| &*line.run).collect::<Vec<_>>(), ["1", "2"]);
}

#[tokio::test]
async fn c13_what_cannot_be_understood_is_left_aside() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in ["", "{}", "null", "[]", "{\"schema\":2}", "{\"schema\":\"1\"}", "{\"schema\":1", &*deep, "\u{0}"] {
        assert!(loaded(text.as_bytes()).await.is_none(), "{}", &text[..text.len().min(40)]);
    }
    assert!(loaded(&[0xff; 100]).await.is_none());
    let odd = "{\"schema\":1,\"accounts\":[5,null],\"look\":7,\"live\":0,\"sync\":-1,\"history\":[{}, 3]}";
    let kept = loaded(odd.as_bytes()).await.expect("of this version");
    assert!(kept.look.is_none() && kept.live.is_none() && kept.sync.is_none() && kept.history.is_empty());
    let newer = super::form::read(b"{\"schema\":9}").expect_err("newer").to_string();
    assert_eq!(newer, "was written by a newer version (its format is 9)");
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let large = account("run-1", 40_000);
    let history = (0..HISTORY + 100).map(line).collect();
    let kept = Kept { look: Some(Arc::clone(&large)), live: Some(large), history, ..Kept::default() };
    let state = MemoryState::new();
    keep(&state, &kept).await.expect("kept");
    assert!(document(&state).await.bytes.len() < 8 << 20);
    let kept = load(&state).await.expect("read").expect("there");
    let (look, live) = (kept.look.expect("a look"), kept.live.expect("a live look"));
    assert!(Arc::ptr_eq(&look, &live));
    assert!(look.entries.len() == 40_000 && look.entries.iter().all(|entry| entry.places.is_empty()));
    assert_eq!(kept.history.len(), HISTORY);
    assert_eq!(&*kept.history[0].run, "0", "the newest stay");
}

#[tokio::test]
async fn the_last_writer_wins_and_the_same_is_not_written_twice() {
    let state = MemoryState::new();
    keep(&state, &Kept::default()).await.expect("kept");
    keep(&state, &kept()).await.expect("kept");
    let tag = document(&state).await.tag;
    keep(&state, &kept()).await.expect("kept");
    assert_eq!(document(&state).await.tag, tag);
    let there = load(&state).await.expect("read").expect("there");
    assert_eq!(there.history.len(), 3);
}

#[tokio::test]
async fn x15_in_a_folder_it_is_a_file_of_ours_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("esc-sync-kept-{}", crate::crypto::random_id(8)));
    let state = FileState::new(&folder);
    keep(&state, &kept()).await.expect("kept");
    let mode = |path: &str| std::fs::metadata(folder.join(path)).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode("serve"), mode(BOARD)), (0o700, 0o600));
    std::fs::remove_dir_all(&folder).expect("ours");
}
