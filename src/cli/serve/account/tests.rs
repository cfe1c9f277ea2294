//! An account of a run over marked values, its machines' key and what services said.

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use clap::Parser as _;

use super::*;
use crate::{
    cli::args::Cli,
    crypto,
    daemon::account::Verdict,
    judge::{JudgeOptions, judge},
    model::{
        EscKind, EscSnapshot, EscValue, Evidence, Fingerprint, HeldRecord, Known, LiveKnowledge, Meta, ProbeEvidence,
        ProbeReason, ProbeVerdict, Record, RotationKnowledge, Severity, SshKnowledge, Stamp, Status,
    },
    report::BudgetReport,
};

const MARK: &str = "qZ7vKx0WmRb4";
const MAPPING: &str = "version: 1
esc: { environment: acme/default/production }
github: { organization: acme }
ssh:
  user: ubuntu
  private-key: /nowhere/id_ed25519
  public-key: ssh.public_key_base64
  max-age: 90d
  machines: [ { name: one, host: 192.0.2.1 } ]
endpoints:
  api: { url: https://api.example.com/health }
entries:
  ALPHA: s.alpha
  BETA: { esc: s.beta, service: stripe, tier: optional }
";

fn text(value: String) -> EscValue {
    EscValue { kind: EscKind::Text(value.into()), secret: true, unknown: false }
}

fn probed(verdict: ProbeVerdict) -> ProbeResult {
    ProbeResult {
        probe: "stripe".into(),
        verdict,
        reason: ProbeReason::RejectedByService,
        evidence: ProbeEvidence::Network,
        what: "it says that the key is not valid".to_owned(),
        help: String::new(),
        host: Some("api.stripe.com".into()),
        status: Some(401),
        latency: Duration::from_millis(7),
        checked_at: Stamp(1_000),
        expires_at: Some(Stamp(2_000)),
        facts: Vec::new(),
        entries: Vec::new(),
    }
}

/// ALPHA is on GitHub and remembered there; BETA is not there, and its service does not accept it.
fn snapshot(session: &Session<'_>) -> Snapshot {
    let mut root = EscValue { kind: EscKind::Null, secret: false, unknown: false };
    for (path, value) in [("s.alpha", format!("sk-{MARK}-a")), ("s.beta", format!("sk-{MARK}-b"))] {
        root.put(&path.parse().expect("legal"), text(value));
    }
    let mut snapshot = Snapshot::default();
    let environment = Arc::new("acme/default/production".parse().expect("legal"));
    snapshot.esc.insert(environment, Ok(EscSnapshot { root, revised_at: None, revision: None }));
    let alpha = &session.mapping().entries[0].github[0];
    let meta = Meta { updated_at: Some(Stamp(500)), ..Meta::default() };
    snapshot.github.secrets.insert(Arc::clone(&alpha.scope), Ok(BTreeMap::from([(alpha.name.clone(), meta)])));
    let (fingerprint, updated_at) = (Fingerprint([0xa7; 32]), Stamp(500));
    let held = HeldRecord { fingerprint, created_at: None, updated_at, how: Known::Written };
    let record = Record { base: Some(fingerprint), held: Some(held), written: true, ..Record::default() };
    snapshot.memory.records.insert(alpha.clone(), record);
    snapshot.memory.esc_now.insert(alpha.clone(), fingerprint);
    snapshot.memory.has_key = true;
    let beta = session.mapping().entries[1].name.clone();
    let endpoint = EndpointResult {
        name: "api".into(),
        service: None,
        blocking: true,
        verdict: ProbeVerdict::Rejected,
        what: "it answers 500".to_owned(),
        help: String::new(),
        host: "api.example.com".into(),
        status: Some(500),
        latency: Duration::from_millis(9),
        checked_at: Stamp(1_001),
    };
    let probes = BTreeMap::from([(beta, Arc::new(probed(ProbeVerdict::Rejected)))]);
    snapshot.live = LiveKnowledge { probes, endpoints: vec![endpoint] };
    let rotation = RotationKnowledge {
        id: "r1".into(),
        step: "retire".into(),
        begun: Stamp(700),
        still_open: vec!["one".into()],
        ..RotationKnowledge::default()
    };
    snapshot.ssh = SshKnowledge { rotation: Some(rotation), in_force_since: Some(Stamp(600)), unread: None };
    snapshot
}

#[test]
fn an_account_tells_all_of_a_run_but_its_values() {
    let file = std::env::temp_dir().join(format!("esc-sync-account-{}.yaml", crypto::random_id(6)));
    fs::write(&file, MAPPING).expect("written");
    let cli = Cli::try_parse_from(["esc-sync", "check", "--mapping", file.to_str().expect("text")]).expect("legal");
    let (session, _) = Session::open(&cli.global, "check").expect("a mapping");
    fs::remove_file(&file).expect("removed");
    let snapshot = snapshot(&session);
    let judgement =
        judge(session.mapping(), &snapshot, JudgeOptions { now: Stamp(900), require_evidence: Evidence::Presence });
    let mut report = session.report(&snapshot, judgement, &session.stores(), Severity::Error);
    report.budgets = vec![BudgetReport { store: "github", limit: 5_000, remaining: 12, resets_at: Stamp(3_600) }];
    let account = of(&session, &report, &snapshot, RunKind::Live);

    assert_eq!((account.kind, account.exit, account.verdict), (RunKind::Live, 1, Verdict::Fail));
    assert_eq!((&*account.run, account.failure.is_none(), account.is_look()), (&*session.run, true, true));
    assert!(account.ended >= account.began && account.began > 0);
    let [alpha, beta] = &account.entries[..] else { panic!("two entries: {account:?}") };
    assert_eq!((alpha.status, alpha.evidence, alpha.probe.is_none()), (Status::Ok, Evidence::Attested, true));
    let places: Vec<_> = alpha.places.iter().map(|place| (&*place.store, &*place.reading)).collect();
    assert_eq!(places, [("esc", "value"), ("github", "hidden")]);
    assert_eq!(alpha.places[1].updated_at.as_deref(), Some("1970-01-01T00:08:20Z"));
    let told = |rule: &str| beta.findings.iter().find(|finding| finding.rule == rule).expect(rule);
    let rejected = told("rejected-credential");
    // BETA is optional, so that nothing of it counts.
    assert_eq!((rejected.live, rejected.counts, rejected.status), (true, false, Some(Status::Rejected)));
    assert!(!told("missing").live);
    let probe = beta.probe.as_ref().expect("it was asked");
    assert_eq!((probe.verdict, probe.checked_at, probe.expires_at), (ProbeVerdict::Rejected, 1_000, Some(2_000)));
    let unhealthy = account.findings.iter().find(|finding| finding.rule == "unhealthy-endpoint").expect("a finding");
    assert!(unhealthy.live && unhealthy.counts);
    let [endpoint] = &account.endpoints[..] else { panic!("one endpoint") };
    assert_eq!((&*endpoint.name, endpoint.latency_ms, endpoint.checked_at), ("api", 9, 1_001));
    let key = account.rotation.as_ref().expect("there are machines");
    assert_eq!((key.since, key.max_age_days, key.begun), (Some(600), Some(90), Some(700)));
    assert_eq!((key.open.as_deref(), key.step.as_deref()), (Some("r1"), Some("retire")));
    assert_eq!((key.unproved.len(), &key.still_open[..]), (0, &["one".to_owned()][..]));
    let [budget] = &account.budgets[..] else { panic!("one budget") };
    assert_eq!((&*budget.store, budget.limit, budget.remaining, budget.resets_at), ("github", 5_000, 12, 3_600));

    let text = serde_json::to_string(&account).expect("JSON");
    assert!(!text.contains(MARK), "{text}");
    assert!(!text.contains(&"a7".repeat(32)), "no fingerprint: {text}");
    let back: Account = serde_json::from_str(&text).expect("it is read back");
    assert_eq!(serde_json::to_string(&back).expect("JSON"), text);
}
