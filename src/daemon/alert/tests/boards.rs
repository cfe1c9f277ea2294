//! Boards to look at, and what was said of them in short.

use std::sync::Arc;

use super::super::{
    super::{
        account::{Account, EntryAccount, FindingAccount, ProbeAccount, ProposedAccount, Verdict},
        board::{Board, Role, RunLine},
        health::{Health, HealthVerdict},
        order::RunKind,
    },
    AlertOptions, Memory, Message, consider_under,
};
use crate::model::{Evidence, Kind, ProbeVerdict, Severity, Status, Tier};

pub(super) const NOW: i64 = 1_800_000_000;
pub(super) const MINUTE: i64 = 60;

pub(super) fn options() -> AlertOptions {
    AlertOptions {
        targets: 1,
        drift_percent: 10,
        failures: 3,
        expiry_s: 14 * 86_400,
        cooldown_s: 3600,
        cap_per_hour: 12,
    }
}

fn health(verdict: HealthVerdict, reasons: &[&str]) -> Health {
    Health {
        verdict,
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        checked_at: None,
        age_s: None,
        run: None,
        statuses: Vec::new(),
        evidence: Vec::new(),
        live_age_s: None,
    }
}

pub(super) fn healthy() -> Health {
    health(HealthVerdict::Healthy, &[])
}

pub(super) fn unhealthy() -> Health {
    health(HealthVerdict::Unhealthy, &["entries fail"])
}

pub(super) fn unknown() -> Health {
    health(HealthVerdict::Unknown, &["the last check is too old"])
}

/// One that acts and has begun long ago, with a look at these entries.
pub(super) fn board(entries: Vec<EntryAccount>) -> Board {
    let look = Arc::new(Account { entries, ..account(RunKind::Check) });
    let mut board = Board { role: Role::Alone, look: Some(look), ..Board::default() };
    board.replica.id = "r1".to_owned();
    board.mapping.file = "esc-sync.yaml".to_owned();
    board
}

pub(super) fn account(kind: RunKind) -> Account {
    let text = format!(
        r#"{{"kind": "{kind}", "run": "r", "began": {NOW}, "ended": {NOW}, "duration_ms": 1, "exit": 0, "verdict": "pass"}}"#
    );
    serde_json::from_str(&text).expect("every other field may be missing")
}

pub(super) fn entry(name: &str, status: Status) -> EntryAccount {
    let finding = FindingAccount {
        rule: "missing".to_owned(),
        severity: Severity::Error,
        status: Some(status),
        counts: true,
        live: false,
        place: None,
        reason: "it is not there".to_owned(),
        remedy: "run `esc-sync sync`".to_owned(),
    };
    EntryAccount {
        name: name.to_owned(),
        service: None,
        tier: Tier::Critical,
        kind: Kind::Secret,
        status,
        evidence: Evidence::Value,
        findings: if status == Status::Ok { Vec::new() } else { vec![finding] },
        places: Vec::new(),
        probe: None,
    }
}

pub(super) fn expiring(name: &str, checked_at: i64, expires_at: i64) -> EntryAccount {
    let probe = ProbeAccount {
        verdict: ProbeVerdict::Live,
        what: String::new(),
        host: None,
        checked_at,
        expires_at: Some(expires_at),
    };
    EntryAccount { probe: Some(probe), ..entry(name, Status::Ok) }
}

/// So many of so many entries in that status, the others ok.
pub(super) fn some(number: usize, of: usize, status: Status) -> Vec<EntryAccount> {
    let status_of = |at| if at < number { status } else { Status::Ok };
    (0..of).map(|at| entry(&format!("KEY_{at}"), status_of(at))).collect()
}

pub(super) fn proposed(names: &[&str]) -> Vec<ProposedAccount> {
    let one = |name: &&str| ProposedAccount {
        name: (*name).to_owned(),
        verb: "overwrite".to_owned(),
        place: "acme/app".to_owned(),
        why: "it drifted".to_owned(),
    };
    names.iter().map(one).collect()
}

pub(super) fn run(kind: RunKind, exit: u8, failure: Option<&str>) -> RunLine {
    RunLine {
        kind,
        run: "r".to_owned(),
        began: NOW,
        duration_ms: 1,
        verdict: Verdict::Unknown,
        exit,
        failure: failure.map(str::to_owned),
        ok: 0,
        entries: 0,
        written: 0,
        unwritten: 0,
        proposed: 0,
        requests: 0,
        replica: String::new(),
    }
}

/// A memory, and what it was made to say.
#[derive(Default)]
pub(super) struct Told {
    pub(super) memory: Memory,
    pub(super) last: Vec<Message>,
}

impl Told {
    /// What is said at that minute, each as "subject state".
    pub(super) fn at(&mut self, minute: i64, board: &Board, health: &Health, options: &AlertOptions) -> Vec<String> {
        let now = NOW + minute * MINUTE;
        // It is kept as text in between, as in the state.
        let kept = serde_json::to_string(&self.memory).expect("it can be kept");
        self.memory = serde_json::from_str(&kept).expect("it can be read back");
        self.last = consider_under(health, board, now, options, &mut self.memory);
        let again = consider_under(health, board, now, options, &mut self.memory);
        assert_eq!(again, Vec::new(), "the same board at the same time says nothing new");
        self.last.iter().map(|message| format!("{} {}", message.about, message.state)).collect()
    }

    pub(super) fn text(&self) -> String {
        self.last.iter().map(|message| format!("{}\n{}\n", message.title, message.lines.join("\n"))).collect()
    }
}
