//! Values that were made here, given to ESC and taken out again: killed anywhere, read by history, rolled back.
//! Who was faster is told in `sync_esc`.

use std::{sync::Arc, time::Duration};

use esc_sync::{
    engine::{Applying, Given, Look, Pace, Progress, Selection, State, Stop, Task, ToWrite},
    http::{BaseUrl, Client, Options},
    ledger::{AuditLog, Backend, Journal, document::Identity, memory::MemoryState},
    mapping::{EscPlace, LoadOptions, Mapping, load},
    model::{Cause, SecretName, SecretValue, Stamp, Unread},
    plan::{End, Outcome},
    sandbox::{Effect, Fault, FaultMatch, Running, Sandbox, SandboxOptions, Times},
    store::{EscStore, Stores, esc::EscLogin},
};

const START: &str = "values:\n  a:\n    fn::secret: one\n  b: two\n";
const MAPPING: &str =
    "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\nentries:\n  A: a\n";

/// An emulator with one environment, and state that outlives the runs.
struct Desk {
    running: Running,
    state: Arc<dyn Backend>,
    mapping: Mapping,
    selection: Selection,
}

impl Desk {
    async fn with(definition: &str) -> Self {
        let running = Sandbox::start(SandboxOptions::default()).await.expect("a free port");
        let loaded = load("m.yaml", MAPPING.as_bytes(), &LoadOptions::default()).expect("a legal mapping");
        let state: Arc<dyn Backend> = Arc::new(MemoryState::new());
        let desk = Self { running, state, mapping: loaded.mapping, selection: Selection::default() };
        desk.put(definition);
        desk
    }

    /// What somebody else writes.
    fn put(&self, definition: &str) {
        let now = self.running.now();
        let put =
            self.running.world(|world| world.esc.put_environment("acme", "default", "production", definition, now));
        put.expect("a legal definition");
        self.running.reset_log();
    }

    fn text(&self) -> String {
        let text = self.running.world(|world| world.esc.plaintext_definition("acme", "default", "production"));
        text.expect("it is there")
    }

    fn revision(&self) -> u64 {
        self.running.world(|world| world.esc.revision("acme", "default", "production")).expect("it is there")
    }

    fn fault(&self, method: Option<&str>, skip: u64, times: u64, effect: Effect) {
        let matches = FaultMatch { method: method.map(Into::into), path: None, store: None };
        self.running.fault(Fault { matches, skip, times: Times::Exactly(times), effect });
    }

    fn stores(&self) -> Stores {
        let (backoff, backoff_cap) = (Duration::from_millis(2), Duration::from_millis(4));
        let options = Options { timeout: Duration::from_secs(300), backoff, backoff_cap, ..Options::default() };
        let login = EscLogin::token(&SecretValue::from("sandbox"), "the token in PULUMI_ACCESS_TOKEN").expect("legal");
        let store = EscStore::new(&Client::new(options), BaseUrl::parse(&self.running.url).expect("loopback"), login);
        let no_login = Unread { cause: Cause::Login, what: "no login".into(), help: "log in".into() };
        Stores::new(Ok(store), Err(no_login), Ok(None))
    }

    async fn open(&self, run: &str) -> State {
        let how = ToWrite { run, wait: Duration::ZERO, rebuild: false };
        let identity = Identity { esc: self.running.url.clone(), github: self.running.url.clone() };
        State::open_to_write(Arc::clone(&self.state), identity, how).await.expect("it can be opened")
    }

    /// One run that gives, part by part.
    async fn give(&self, run: &str, parts: &[&[Given]]) -> Vec<Outcome> {
        let stores = self.stores();
        let task = Task { mapping: &self.mapping, selection: &self.selection, stores: &stores };
        let (pace, stop, progress, now) =
            (Pace::default(), Stop::new(), Progress::default(), || Stamp(self.running.now()));
        let mut state = self.open(run).await;
        let mut outcomes = Vec::new();
        for part in parts {
            let applying = applying(run, &pace, &stop, &progress, &now);
            outcomes.extend(task.give(&applying, &mut state, part).await.expect("it can be begun"));
        }
        state.close().await;
        outcomes
    }

    async fn roll_back(&self, run: &str, own: &str) -> Vec<Outcome> {
        let stores = self.stores();
        let task = Task { mapping: &self.mapping, selection: &self.selection, stores: &stores };
        let (pace, stop, progress, now) =
            (Pace::default(), Stop::new(), Progress::default(), || Stamp(self.running.now()));
        let mut state = self.open(own).await;
        let kept = task.kept_run(&state, run).await.expect("state is read").expect("the run is kept");
        let definitions = [Arc::clone(&given("a", None).to.environment)].into();
        let mut observed = task.look(None, Some(&state), Look { definitions, ..Look::to_plan() }).await;
        let put_back = task.put_back(&state, &observed, &kept).await;
        let applying = applying(own, &pace, &stop, &progress, &now);
        let applied = task.apply_put_back(&applying, &mut state, &mut observed, put_back).await.expect("it is begun");
        state.close().await;
        applied.outcomes
    }
}

fn applying<'a>(
    run: &'a str,
    pace: &'a Pace,
    stop: &'a Stop,
    progress: &'a Progress,
    now: &'a (dyn Fn() -> Stamp + Sync),
) -> Applying<'a> {
    Applying { run, command: "test", options: &[], who: "test", pace, stop, progress, waited: false, now }
}

fn given(path: &str, value: Option<&str>) -> Given {
    let environment = Arc::new("acme/default/production".parse().expect("legal"));
    let to = EscPlace { environment, path: path.parse().expect("legal") };
    let name = SecretName::parse("SSH_KEY").expect("legal");
    Given { name, to, secret: true, value: value.map(SecretValue::from) }
}

fn ends(outcomes: &[Outcome]) -> Vec<End> {
    outcomes.iter().map(|outcome| outcome.end).collect()
}

/// What a rotation gives when it switches.
fn switch() -> Vec<Given> {
    vec![given("a", Some("new")), given("esc-sync.next-ssh.public-key", None), given("b", Some("two"))]
}

const PENDING: &str = "values:\n  a:\n    fn::secret: one\n  b: two\n  esc-sync:\n    next-ssh:\n      public-key: x\n";

#[tokio::test]
async fn what_is_given_is_one_revision_and_then_nothing() {
    let desk = Desk::with(PENDING).await;
    let before = desk.revision();
    assert_eq!(ends(&desk.give("r1", &[&switch()]).await), [End::Done; 3]);
    assert_eq!(desk.revision(), before + 1);
    let text = desk.text();
    assert!(text.contains("fn::secret: new") && text.contains("next-ssh: {}"), "{text}");
    assert_eq!(ends(&desk.give("r2", &[&switch()]).await), [End::Done; 3]);
    assert_eq!(desk.revision(), before + 1);
}

#[tokio::test]
async fn c1_killed_at_any_request_the_next_run_ends_it() {
    let quiet = Desk::with(PENDING).await;
    quiet.give("r1", &[&switch()]).await;
    let (requests, wanted) = (quiet.running.requests().len(), quiet.text());
    assert!(requests >= 6, "definition, values, check, patch, and both read back");
    for (skip, applied) in (0..requests as u64).flat_map(|skip| [(skip, false), (skip, true)]) {
        let desk = Desk::with(PENDING).await;
        let before = desk.revision();
        desk.fault(None, skip, 1, Effect::Hang { applied });
        let reached = async {
            while desk.running.requests().len() as u64 <= skip {
                tokio::task::yield_now().await;
            }
        };
        let parts = switch();
        let parts: [&[Given]; 1] = [&parts];
        tokio::select! {
            outcomes = desk.give("r1", &parts) => panic!("it came to an end: {outcomes:?}"),
            () = reached => {}
        }
        assert_eq!(ends(&desk.give("r2", &[&switch()]).await), [End::Done; 3], "killed at {skip}");
        assert_eq!((desk.text(), desk.revision()), (wanted.clone(), before + 1), "killed at {skip}");
        assert!(Journal::unfinished(&*desk.state).await.expect("read").is_empty());
        AuditLog::read(&*desk.state).await.expect("read").verify().expect("unbroken");
    }
}

#[tokio::test]
async fn e9_a_lost_answer_is_settled_and_not_written_twice() {
    for applied in [true, false] {
        let desk = Desk::with(PENDING).await;
        let before = desk.revision();
        desk.fault(Some("PATCH"), 0, 1, Effect::Reset { applied });
        assert_eq!(ends(&desk.give("r1", &[&switch()]).await), [End::Done; 3]);
        assert_eq!(desk.revision(), before + 1);
    }
}

#[tokio::test]
async fn a_value_that_is_not_read_back_is_unknown() {
    let desk = Desk::with(START).await;
    // The last two are the definition and the values, after the PATCH.
    desk.fault(Some("GET"), 2, 100, Effect::Answer { status: 403, headers: Default::default(), body: "{}".into() });
    let outcomes = desk.give("r1", &[&[given("a", Some("new"))]]).await;
    assert_eq!(ends(&outcomes), [End::Unknown]);
    assert!(outcomes[0].reason.contains("could not be read back"), "{outcomes:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_not_written() {
    let desk = Desk::with(START).await;
    desk.fault(Some("POST"), 0, 100, Effect::Answer { status: 403, headers: Default::default(), body: "{}".into() });
    let before = desk.revision();
    assert_eq!(ends(&desk.give("r1", &[&switch()]).await), [End::Failed; 3]);
    assert_eq!(desk.revision(), before);
}

#[tokio::test]
async fn i1_a_run_that_gave_several_times_is_put_back_as_one() {
    let desk = Desk::with(START).await;
    let pending = "esc-sync.next-ssh.public-key";
    let parts: [&[Given]; 4] =
        [&[given(pending, Some("next"))], &[given("a", Some("new"))], &[given(pending, None)], &[given("b", None)]];
    assert_eq!(ends(&desk.give("r1", &parts).await), [End::Done; 4]);
    let runs = Journal::runs(&*desk.state).await.expect("read");
    assert_eq!(runs, ["r1", "r1_2", "r1_3", "r1_4"]);
    let outcomes = desk.roll_back("r1", "r2").await;
    assert_eq!(ends(&outcomes), [End::Done; 2], "the pending name came and went: {outcomes:?}");
    let text = desk.text();
    assert!(text.contains("fn::secret: one") && text.contains("b: \"two\"") && !text.contains("public-key"), "{text}");
}

#[tokio::test]
async fn nothing_given_is_told() {
    let desk = Desk::with(START).await;
    let outcomes = desk.give("r1", &[&[given("a", Some("canary-value"))]]).await;
    let log = AuditLog::read(&*desk.state).await.expect("read");
    let text = String::from_utf8(log.bytes).expect("text");
    assert!(text.contains("SSH_KEY") && !text.contains("canary"), "{text}");
    assert!(!format!("{outcomes:?} {:?}", given("a", Some("canary-value"))).contains("canary"));
}
