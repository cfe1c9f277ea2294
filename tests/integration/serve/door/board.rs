//! Boards to look at: one on which there is something of everything, and the same with every text made hostile.

use std::sync::Arc;

use esc_sync::daemon::{
    Account, Board, RunKind,
    account::{Said, Verdict},
    board::{Deliveries, Durations, MappingState, Replica, Role, RunLine, Running, Scheduled, StateHealth},
};
use serde_json::{Value, json};

/// The time at which it is looked at.
pub(super) const NOW: i64 = 1_800_000_000;

/// Everything that acts instead of being shown, in one language or another.
pub(super) const HOSTILE: &str =
    "\"><script>alert(1)</script>'&\u{1b}]8;;x\u{7}\u{202e}\u{200b}\r\n# EOF\n\\\"} 1\n##[error]";

pub(super) fn full() -> Board {
    let account = account(&|text: &str| text.to_owned());
    board(account, &|text: &str| text.to_owned())
}

pub(super) fn hostile() -> Board {
    let hostile = |text: &str| format!("{text}{HOSTILE}");
    board(account(&hostile), &hostile)
}

fn account(text: &dyn Fn(&str) -> String) -> Account {
    let place = |store: &str, reading: &str| json!({ "place": text("a place"), "store": store, "reading": reading, "why": text("why"), "updated_at": text("then") });
    let finding = json!({
        "rule": text("missing"), "severity": "error", "counts": true, "live": false,
        "place": text("a place"), "reason": text("it is not there"), "remedy": text("put it there"),
    });
    let entry = |name: &str, tier: &str, status: &str, evidence: &str, findings: Value, probe: Value| {
        json!({
            "name": text(name), "service": text("stripe"), "tier": tier, "kind": "secret", "status": status,
            "evidence": evidence, "findings": findings, "probe": probe,
            "places": [place("esc", "value"), place("github", "hidden"), place(&text("job"), &text("odd"))],
        })
    };
    let probe =
        json!({ "verdict": "live", "what": text("accepted"), "host": text("api.example"), "checked_at": NOW - 900 });
    let whole = json!({
        "kind": "check", "run": text("r2"), "began": NOW - 62, "ended": NOW - 60, "duration_ms": 2000, "exit": 1,
        "verdict": "fail", "mapping": text("esc-sync.yaml"),
        "entries": [
            entry("STRIPE_API_KEY", "critical", "ok", "value", json!([]), probe),
            entry("OPENAI_API_KEY", "critical", "missing", "presence", json!([finding.clone()]), Value::Null),
            entry("SENTRY_DSN", "optional", "ok", "attested", json!([]), Value::Null),
        ],
        "findings": [finding],
        "endpoints": [{ "name": text("status"), "blocking": false, "verdict": "unknown", "what": text("no answer"),
            "host": text("status.example"), "latency_ms": 12, "checked_at": NOW - 60 }],
        "outcomes": [{ "name": text("SENTRY_DSN"), "verb": text("create"), "place": text("a place"), "end": "done" }],
        "proposed": [{ "name": text("A"), "verb": text("overwrite"), "place": text("a place"), "why": text("drift") }],
        "held_back": [{ "name": text("B"), "place": text("a place"), "because": text("guard"), "reason": text("r") }],
        "rotation": { "since": NOW - 86_400, "max_age_days": 90, "open": text("rot-1"), "step": text("prove"),
            "begun": NOW - 3600, "overlap_until": NOW + 3600, "unproved": [text("gpu-1")], "still_open": [] },
        "requests": [[text("esc"), 2]],
        "budgets": [{ "store": "github", "limit": 5000, "remaining": 4321, "resets_at": NOW + 1200 }],
        "remarks": [text("a remark")],
    });
    serde_json::from_value(whole).expect("an account")
}

fn board(account: Account, text: &dyn Fn(&str) -> String) -> Board {
    let said = |what: &str| Said { what: text(what), help: text("help") };
    let live = Account { kind: RunKind::Live, ended: NOW - 900, ..account.clone() };
    let sync = Account { kind: RunKind::Sync, ended: NOW - 1800, ..account.clone() };
    let mut board = Board {
        replica: Replica { id: text("replica-1"), version: text("0.1.0"), started: NOW - 7200 },
        role: Role::Standby { leader: Some(text("replica-2")) },
        schedule: vec![Scheduled { kind: RunKind::Check, every: text("5m"), period_s: 300, next: Some(NOW + 240) }],
        mapping: MappingState {
            file: text("esc-sync.yaml"),
            digest: "d1ge57d1ge57d1ge".to_owned(),
            entries: 3,
            loaded: NOW - 7200,
            refused: Some(said("line 3 cannot be understood")),
        },
        look: Some(Arc::new(account)),
        live: Some(Arc::new(live)),
        sync: Some(Arc::new(sync)),
        running: Some(Running { kind: RunKind::Sync, run: text("r3"), since: NOW - 5 }),
        state: StateHealth { url: text("file:state"), proved: Some(NOW - 60), fault: Some(said("disk full")) },
        deliveries: Deliveries {
            targets: 2,
            sent: 5,
            failed: 1,
            suppressed: 3,
            failing: Some((NOW - 300, said("no answer"))),
            last: Some(NOW - 400),
        },
        ..Board::default()
    };
    board.history.push_front(line(text));
    count(&mut board, text);
    board
}

fn line(text: &dyn Fn(&str) -> String) -> RunLine {
    RunLine {
        kind: RunKind::Check,
        run: text("r2"),
        began: NOW - 62,
        duration_ms: 2000,
        verdict: Verdict::Fail,
        exit: 1,
        failure: Some(text("out of time")),
        ok: 2,
        entries: 3,
        written: 0,
        unwritten: 0,
        proposed: 1,
        requests: 2,
        replica: text("replica-1"),
    }
}

fn count(board: &mut Board, text: &dyn Fn(&str) -> String) {
    let counters = &mut board.counters;
    counters.runs.insert((RunKind::Check, Verdict::Fail), 4);
    counters.runs.insert((RunKind::Sync, Verdict::Pass), 1);
    counters.skipped.insert(RunKind::Live, 2);
    counters.writes.extend([("done".to_owned(), 7), (text("odd"), 1)]);
    counters.requests.extend([(text("esc"), 20), (text("github"), 31)]);
    let spread = Durations { sum_s: 9.5, count: 4, up_to: [0, 0, 1, 1, 3, 3, 3, 4, 4] };
    counters.durations.insert(RunKind::Check, spread);
    counters.reloads = 3;
    counters.reloads_refused = 1;
    counters.elections = 1;
}
