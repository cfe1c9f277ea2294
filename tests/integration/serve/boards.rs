//! Boards for tests: as many entries as are wanted, in a mix that is always the same, and boards for each case.

use std::sync::Arc;

use esc_sync::{
    daemon::{
        Account, Board, RunKind,
        account::{
            BudgetAccount, EntryAccount, FindingAccount, HeldAccount, KeyAccount, PlaceAccount, ProbeAccount,
            ProposedAccount, Said, Verdict,
        },
        board::{Deliveries, MappingState, Replica, Role, RunLine, Scheduled, StateHealth},
    },
    model::{Evidence, Kind, ProbeVerdict, Severity, Stamp, Status, Tier},
};

/// The moment at which all boards are looked at.
pub(crate) const NOW: i64 = 1_795_298_400;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What hostile names try: markup, a way out of an attribute, ANSI, direction overrides, what cannot be seen, length.
pub(crate) const HOSTILE: &[&str] = &[
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    "'--></style></title><svg/onload=alert(1)>",
    "\u{1b}[31mRED\u{1b}[0m\u{1b}]52;c;aGk=\u{7}",
    "user\u{202e}nimda\u{2066}x",
    "pay\u{200b}ments\u{feff}\u{e0041}",
    "zalgo\u{301}\u{301}\u{301}\u{301}\u{301}",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
];

/// `count` entries of which some are in every state there is.
pub(crate) fn mixed(count: usize) -> Board {
    let entries: Vec<_> = (0..count).map(|at| entry(at, status(at))).collect();
    let verdict = if entries.iter().any(|entry| entry.status != Status::Ok) { Verdict::Fail } else { Verdict::Pass };
    let mut board = around(entries, verdict);
    let sync = Arc::new(Account { proposed: proposed(23), held_back: held(14), ..sync_account(&board) });
    board.sync = Some(sync);
    board
}

/// `count` entries that are all well.
pub(crate) fn well(count: usize) -> Board {
    let entries: Vec<_> = (0..count).map(|at| entry(at, Status::Ok)).collect();
    let mut board = around(entries, Verdict::Pass);
    board.history.iter_mut().for_each(|line| line.verdict = Verdict::Pass);
    board.sync = Some(Arc::new(sync_account(&board)));
    board
}

/// Nobody has looked yet.
pub(crate) fn unseen() -> Board {
    let schedule = schedule();
    let replica = Replica { id: "replica-a".to_owned(), version: "0.1.0".to_owned(), started: NOW - 2 };
    Board { replica, role: Role::Alone, schedule, mapping: mapping(60), state: state(), ..Board::default() }
}

/// One that stands by, with the leader's knowledge.
pub(crate) fn standing_by() -> Board {
    Board { role: Role::Standby { leader: Some("replica-b".to_owned()) }, schedule: Vec::new(), ..mixed(60) }
}

/// Every text that may come from outside is hostile, and those of one entry are 10 KB long.
pub(crate) fn hostile() -> Board {
    let mut texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    texts.push("A".repeat(10_000));
    let entries: Vec<_> = texts.iter().enumerate().map(|(at, text)| hostile_entry(at, text)).collect();
    let mut board = around(entries, Verdict::Fail);
    // Of ten kilobytes without a break a browser makes lines slowly: those of the entry are enough.
    let all = HOSTILE.join(" ");
    let said = || Said { what: all.clone(), help: all.clone() };
    board.replica.id.clone_from(&all);
    board.mapping = MappingState { file: all.clone(), refused: Some(said()), ..mapping(texts.len()) };
    board.state = StateHealth { url: all.clone(), proved: None, fault: Some(said()) };
    board.deliveries.failing = Some((NOW - HOUR, said()));
    board.role = Role::Standby { leader: Some(all.clone()) };
    for line in &mut board.history {
        line.replica.clone_from(&all);
        line.failure = Some(all.clone());
    }
    board.sync = Some(Arc::new(hostile_sync(&board, &all)));
    board
}

fn hostile_sync(board: &Board, all: &str) -> Account {
    let text = || all.to_owned();
    Account {
        proposed: vec![ProposedAccount { name: text(), verb: text(), place: text(), why: text() }],
        held_back: vec![HeldAccount { name: text(), place: text(), because: text(), reason: text(), remedy: text() }],
        rotation: Some(KeyAccount {
            open: Some(text()),
            step: Some(text()),
            unproved: vec![text()],
            still_open: vec![text()],
            ..KeyAccount::default()
        }),
        budgets: vec![BudgetAccount { store: text(), limit: 0, remaining: u64::MAX, resets_at: i64::MAX }],
        requests: vec![(text(), u64::MAX)],
        ..sync_account(board)
    }
}

fn hostile_entry(at: usize, text: &str) -> EntryAccount {
    let mut entry = entry(at, Status::Mismatch);
    entry.name = text.to_owned();
    entry.service = Some(text.to_owned());
    for finding in &mut entry.findings {
        (finding.rule, finding.reason, finding.remedy) = (text.to_owned(), text.to_owned(), text.to_owned());
        finding.place = Some(text.to_owned());
    }
    for place in &mut entry.places {
        (place.place, place.why, place.updated_at) = (text.to_owned(), Some(text.to_owned()), Some(text.to_owned()));
    }
    entry
}

/// The board around what a look found.
fn around(entries: Vec<EntryAccount>, verdict: Verdict) -> Board {
    let count = entries.len();
    let look = Arc::new(Account { entries, verdict, ..account(RunKind::Live, NOW - 2 * MINUTE) });
    Board {
        replica: Replica { id: "replica-a".to_owned(), version: "0.1.0".to_owned(), started: NOW - 9 * DAY },
        role: Role::Leader { since: NOW - 3 * DAY },
        schedule: schedule(),
        mapping: mapping(count),
        history: (0..80).map(|at| line(at, count)).collect(),
        live: Some(Arc::clone(&look)),
        look: Some(look),
        state: state(),
        deliveries: Deliveries {
            targets: 2,
            sent: 41,
            failed: 1,
            suppressed: 6,
            failing: None,
            last: Some(NOW - 5 * HOUR),
        },
        ..Board::default()
    }
}

fn account(kind: RunKind, ended: i64) -> Account {
    Account {
        kind,
        run: "b6f02a9c".to_owned(),
        began: ended - 2,
        ended,
        duration_ms: 1_840,
        exit: 1,
        verdict: Verdict::Fail,
        failure: None,
        mapping: "sophia.yaml".to_owned(),
        entries: Vec::new(),
        findings: Vec::new(),
        endpoints: Vec::new(),
        outcomes: Vec::new(),
        proposed: Vec::new(),
        held_back: Vec::new(),
        rotation: Some(KeyAccount { since: Some(NOW - 71 * DAY), max_age_days: Some(90), ..KeyAccount::default() }),
        requests: vec![("esc".to_owned(), 2), ("github".to_owned(), 12)],
        budgets: vec![budget("github", 5_000, 4_312), budget("github writes", 500, 61)],
        remarks: Vec::new(),
        idle: false,
    }
}

/// A sync over the same entries, half an hour ago.
fn sync_account(board: &Board) -> Account {
    let entries = board.look.as_ref().map(|look| look.entries.clone()).unwrap_or_default();
    Account { entries, ..account(RunKind::Sync, NOW - 31 * MINUTE) }
}

fn budget(store: &str, limit: u64, remaining: u64) -> BudgetAccount {
    BudgetAccount { store: store.to_owned(), limit, remaining, resets_at: NOW + 34 * MINUTE }
}

fn schedule() -> Vec<Scheduled> {
    let next = [
        (RunKind::Check, "5m", 300, 171),
        (RunKind::Live, "1h", 3_600, 3_480),
        (RunKind::Sync, "23 * * * *", 3_600, 1_740),
    ];
    let scheduled = |(kind, every, period_s, ahead): (RunKind, &str, u64, i64)| Scheduled {
        kind,
        every: every.to_owned(),
        period_s,
        next: Some(NOW + ahead),
    };
    next.into_iter().map(scheduled).collect()
}

fn mapping(entries: usize) -> MappingState {
    let file = "mappings/sophia.yaml".to_owned();
    MappingState { file, digest: "0".repeat(64), entries, loaded: NOW - 9 * DAY, refused: None }
}

fn state() -> StateHealth {
    StateHealth { url: "postgres://db.internal/esc_sync".to_owned(), proved: Some(NOW - 2 * MINUTE), fault: None }
}

const SERVICES: [&str; 8] = ["openai", "stripe", "snowflake", "anthropic", "github", "pinecone", "slack", "notion"];

fn name(at: usize) -> String {
    let service = SERVICES[at % SERVICES.len()].to_uppercase();
    match at / SERVICES.len() {
        0 => format!("{service}_API_KEY"),
        round => format!("{service}_{}_{round}", ["API_KEY", "TOKEN", "CLIENT_SECRET"][at % 3]),
    }
}

/// Most are well; each other state comes again and again.
fn status(at: usize) -> Status {
    match at % 5 {
        3 => Status::ALL[at / 5 % Status::ALL.len()],
        _ => Status::Ok,
    }
}

fn entry(at: usize, status: Status) -> EntryAccount {
    let name = name(at);
    let evidence = match status {
        Status::Unknown | Status::Missing => Evidence::None,
        Status::Unverified | Status::Drifted => Evidence::Presence,
        _ if at % 4 == 1 => Evidence::Attested,
        _ => Evidence::Value,
    };
    EntryAccount {
        service: (at % 7 != 6).then(|| SERVICES[at % SERVICES.len()].to_owned()),
        tier: Tier::ALL[at % 3],
        kind: if at % 11 == 4 { Kind::Config } else { Kind::Secret },
        status,
        evidence,
        findings: findings(at, &name, status),
        places: places(at, &name, status),
        probe: (at.is_multiple_of(2)).then(|| probe(at, status)),
        name,
    }
}

fn findings(at: usize, name: &str, status: Status) -> Vec<FindingAccount> {
    if status == Status::Ok {
        return Vec::new();
    }
    let severity =
        if matches!(status, Status::Unverified | Status::Stale) { Severity::Warning } else { Severity::Error };
    let finding = FindingAccount {
        rule: format!("{status}-value"),
        severity,
        status: Some(status),
        counts: severity == Severity::Error,
        live: status == Status::Rejected,
        place: Some(format!("github acme secret {name}")),
        reason: format!("ESC has a value for {name}, and GitHub's was found {status} when it was looked at"),
        remedy: format!("esc-sync sync --only {name}"),
    };
    let note = FindingAccount {
        rule: "too-old".to_owned(),
        severity: Severity::Note,
        status: None,
        counts: false,
        live: false,
        place: None,
        reason: "It was set 214 days ago; 180 are allowed".to_owned(),
        remedy: "Make a new one at the service, and put it into ESC".to_owned(),
    };
    if at.is_multiple_of(2) { vec![finding, note] } else { vec![finding] }
}

fn places(at: usize, name: &str, status: Status) -> Vec<PlaceAccount> {
    let lower = name.to_lowercase().replace('_', ".");
    let esc = match status {
        Status::Unknown => ("unknown", Some("the environment did not answer within 30 s".to_owned())),
        _ => ("value", None),
    };
    let github = if status == Status::Missing { "absent" } else { "hidden" };
    let stamp = |at: usize| Some(Stamp(NOW - i64::try_from(at).unwrap_or(0) * 7 * HOUR - DAY).to_string());
    let place = |place: String, store: &str, reading: &str, updated_at, why| PlaceAccount {
        place,
        store: store.to_owned(),
        reading: reading.to_owned(),
        updated_at,
        why,
    };
    let mut places = vec![
        place(format!("esc acme/default/production {lower}"), "esc", esc.0, None, esc.1),
        place(
            format!("github acme secret {name}"),
            "github",
            github,
            (github == "hidden").then(|| stamp(at)).flatten(),
            None,
        ),
    ];
    if at % 3 == 1 {
        let scope = format!("github acme/app@production secret {name}");
        places.push(place(scope, "github", "hidden", stamp(at + 3), None));
    }
    places
}

fn probe(at: usize, status: Status) -> ProbeAccount {
    let (verdict, what) = match status {
        Status::Rejected => (ProbeVerdict::Rejected, "the service says 401"),
        Status::Unknown => (ProbeVerdict::Unknown, "no answer within 10 s"),
        _ if at % 20 == 4 => (ProbeVerdict::Limited, "accepted, without the right to list"),
        _ => (ProbeVerdict::Live, ""),
    };
    let ends = i64::try_from(at % 40).unwrap_or(0);
    ProbeAccount {
        verdict,
        what: what.to_owned(),
        host: None,
        checked_at: NOW - 2 * MINUTE,
        expires_at: (at % 12 == 2).then_some(NOW + (ends - 3) * DAY),
    }
}

fn proposed(count: usize) -> Vec<ProposedAccount> {
    let one = |at: usize| ProposedAccount {
        name: name(at),
        verb: if at.is_multiple_of(4) { "prune" } else { "overwrite" }.to_owned(),
        place: format!("github acme secret {}", name(at)),
        why: "ESC changed since they last agreed, and overwriting is left to a person".to_owned(),
    };
    (0..count).map(one).collect()
}

fn held(count: usize) -> Vec<HeldAccount> {
    let one = |at: usize| HeldAccount {
        name: name(at * 5 + 3),
        place: format!("github acme secret {}", name(at * 5 + 3)),
        because: "drifted".to_owned(),
        reason: "GitHub's was changed by somebody else".to_owned(),
        remedy: format!("esc-sync sync --overwrite {}", name(at * 5 + 3)),
    };
    (0..count).map(one).collect()
}

fn line(at: usize, entries: usize) -> RunLine {
    let kind = match at % 12 {
        0 => RunKind::Live,
        6 => RunKind::Sync,
        _ => RunKind::Check,
    };
    let verdict = match at {
        0..=3 | 40..=43 => Verdict::Fail,
        17 | 18 => Verdict::Unknown,
        _ => Verdict::Pass,
    };
    let wrong = if verdict == Verdict::Pass { 0 } else { entries / 8 + at % 5 };
    RunLine {
        kind,
        run: format!("{at:08x}"),
        began: NOW - i64::try_from(at).unwrap_or(0) * 5 * MINUTE - 2 * MINUTE,
        duration_ms: match kind {
            RunKind::Sync => 14_000 + 911 * (at as u64 % 7),
            RunKind::Live => 1_840 + 127 * (at as u64 % 9),
            _ => 310 + 37 * (at as u64 % 11),
        },
        verdict,
        exit: 0,
        failure: (verdict == Verdict::Unknown).then(|| "GitHub did not answer within 30 s".to_owned()),
        ok: if verdict == Verdict::Unknown { 0 } else { entries.saturating_sub(wrong) },
        entries: if verdict == Verdict::Unknown { 0 } else { entries },
        written: if kind == RunKind::Sync { at % 5 } else { 0 },
        unwritten: usize::from(at == 6),
        proposed: if kind == RunKind::Sync { 23 } else { 0 },
        requests: if kind == RunKind::Live { 46 } else { 14 },
        replica: "replica-a".to_owned(),
    }
}
