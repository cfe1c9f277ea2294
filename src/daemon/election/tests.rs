use std::sync::{
    Mutex,
    atomic::{AtomicU8, AtomicU64, Ordering},
};

use futures_util::future::BoxFuture;
use tokio::{task::JoinHandle, time::Instant};

use super::*;
use crate::ledger::{Exclusion, memory::MemoryState};

const LEASE: Duration = Duration::from_secs(30);

/// Time as tokio counts it, and what the machine slept.
#[derive(Debug)]
struct Watch {
    start: Instant,
    slept_s: AtomicU64,
}

impl Clock for Watch {
    fn now(&self) -> Duration {
        self.start.elapsed() + Duration::from_secs(self.slept_s.load(Ordering::Relaxed))
    }
}

/// The way to a state that others reach as well.
#[derive(Clone, Debug)]
struct Road(MemoryState, Arc<AtomicU8>);

const OPEN: u8 = 0;
const CLOSED: u8 = 1;
const SILENT: u8 = 2;
/// What is asked is done, and the answer is lost.
const ONE_WAY: u8 = 3;

impl Road {
    async fn pass(&self) -> Result<(), StateFault> {
        match self.1.load(Ordering::Relaxed) {
            CLOSED => Err(unavailable("the road is closed", "wait")),
            SILENT => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

impl Backend for Road {
    fn describe(&self) -> String {
        "a road".to_owned()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            self.pass().await?;
            self.0.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            self.pass().await?;
            let put = self.0.put(key, bytes, expected).await;
            match self.1.compare_exchange(ONE_WAY, OPEN, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => Err(unavailable("no answer came", "ask again").into()),
                Err(_) => put,
            }
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        self.0.append(log, lines)
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        self.0.read_log(log)
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        self.0.list(prefix)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        self.0.remove(key)
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        self.0.exclude(holder, wait)
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        self.0.prove_writable()
    }
}

/// A replica standing for election, with all that can be done to it.
struct Candidate {
    me: Replica,
    clock: Arc<Watch>,
    road: Arc<AtomicU8>,
    role: watch::Receiver<Role>,
    roles: Arc<Mutex<Vec<&'static str>>>,
    standing: JoinHandle<()>,
}

impl Candidate {
    fn new(state: &MemoryState, id: &str) -> Self {
        let me = Replica { id: id.to_owned(), ..Replica::default() };
        let clock = Arc::new(Watch { start: Instant::now(), slept_s: AtomicU64::default() });
        let road = Arc::new(AtomicU8::new(OPEN));
        let backend = Arc::new(Road(state.clone(), Arc::clone(&road)));
        let (sender, role) = watch::channel(Role::default());
        let options = ElectionOptions { lease: LEASE };
        let stand = stand_by(Arc::clone(&clock) as _, backend, me.clone(), options, sender);
        let roles = Arc::new(Mutex::new(Vec::new()));
        let (mut seen, seen_roles) = (role.clone(), Arc::clone(&roles));
        tokio::spawn(async move {
            while seen.changed().await.is_ok() {
                let now = seen.borrow_and_update().as_str();
                seen_roles.lock().expect("whole").push(now);
            }
        });
        Self { me, clock, road, role, roles, standing: tokio::spawn(stand) }
    }

    async fn leads(&self) -> Duration {
        let begun = Instant::now();
        let mut role = self.role.clone();
        role.wait_for(|role| matches!(role, Role::Leader { .. })).await.expect("it stands");
        begun.elapsed()
    }

    async fn stands_by(&self) -> Duration {
        let begun = Instant::now();
        let mut role = self.role.clone();
        role.wait_for(|role| matches!(role, Role::Standby { .. })).await.expect("it stands");
        begun.elapsed()
    }

    fn is_leader(&self) -> bool {
        matches!(*self.role.borrow(), Role::Leader { .. })
    }

    fn road(&self, to: u8) {
        self.road.store(to, Ordering::Relaxed);
    }
}

impl Drop for Candidate {
    fn drop(&mut self) {
        self.standing.abort();
    }
}

async fn there(state: &MemoryState) -> Leadership {
    Leadership::read(&state.get(LEADER).await.expect("read").expect("somebody stood"))
}

/// A leader and one who stands by.
async fn two(state: &MemoryState) -> (Candidate, Candidate) {
    let first = Candidate::new(state, "first");
    first.leads().await;
    let second = Candidate::new(state, "second");
    second.stands_by().await;
    (first, second)
}

/// The longest a successor may need: a look at the last renewal, and a whole lease after it.
fn soon() -> Duration {
    LEASE + LEASE / 3
}

#[tokio::test(start_paused = true)]
async fn c7_one_of_many_leads_and_the_others_name_it() {
    let state = MemoryState::new();
    let all: Vec<_> = (0..5).map(|number| Candidate::new(&state, &format!("replica-{number}"))).collect();
    time::sleep(LEASE * 20).await;
    let leaders: Vec<_> = all.iter().filter(|one| one.is_leader()).collect();
    assert_eq!(leaders.len(), 1);
    let name = Role::Standby { leader: Some(leaders[0].me.id.clone()) };
    assert_eq!(all.iter().filter(|one| *one.role.borrow() == name).count(), 4);
    assert!(all.iter().all(|one| one.roles.lock().expect("whole").len() <= 2), "nothing changed meanwhile");
    let there = there(&state).await;
    assert!(there.term == 1 && (58..=60).contains(&there.renewal), "renewed three times a lease: {there:?}");
}

#[tokio::test(start_paused = true)]
async fn c1_a_silent_leader_is_followed_within_its_lease() {
    let state = MemoryState::new();
    for _ in 0..20 {
        let term = state.get(LEADER).await.expect("read").map_or(0, |stored| Leadership::read(&stored).term);
        let (first, second) = two(&state).await;
        assert_eq!(there(&state).await.term, term + 1);
        first.standing.abort();
        let took = second.leads().await;
        assert!((LEASE * 2 / 3..=soon()).contains(&took), "{took:?}");
        assert_eq!(there(&state).await.term, term + 2);
        resign(&state, &second.me).await;
    }
}

#[tokio::test(start_paused = true)]
async fn c4_who_cannot_renew_steps_down_before_anybody_takes_over() {
    let state = MemoryState::new();
    for how in [CLOSED, SILENT] {
        let (first, second) = two(&state).await;
        let begun = Instant::now();
        first.road(how);
        first.stands_by().await;
        let stepped_down = begun.elapsed();
        assert!(stepped_down <= LEASE * 2 / 3 && !second.is_leader(), "{stepped_down:?}");
        second.leads().await;
        assert!((LEASE * 2 / 3..=soon()).contains(&begun.elapsed()));
        first.road(OPEN);
        time::sleep(LEASE * 5).await;
        assert!(second.is_leader() && !first.is_leader());
        assert_eq!(*first.role.borrow(), Role::Standby { leader: Some("second".to_owned()) });
        state.remove(LEADER).await.expect("removed");
    }
}

#[tokio::test(start_paused = true)]
async fn c4_a_short_fault_costs_nothing() {
    let state = MemoryState::new();
    let (first, _second) = two(&state).await;
    for (how, time) in [(CLOSED, LEASE / 6), (ONE_WAY, LEASE / 2), (CLOSED, LEASE / 6), (ONE_WAY, LEASE / 2)] {
        first.road(how);
        time::sleep(time).await;
        assert!(how == CLOSED || first.road.load(Ordering::Relaxed) == OPEN, "an answer was lost");
        first.road(OPEN);
        time::sleep(LEASE).await;
    }
    assert_eq!(*first.roles.lock().expect("whole"), ["leader"]);
    assert_eq!(there(&state).await.term, 1);
}

#[tokio::test(start_paused = true)]
async fn c4_a_candidate_whose_first_answer_is_lost_knows_its_own_claim() {
    let state = MemoryState::new();
    let first = Candidate::new(&state, "first");
    first.road(ONE_WAY);
    assert!(first.leads().await < LEASE / 2);
}

#[tokio::test(start_paused = true)]
async fn c8_a_machine_that_slept_no_longer_leads() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    first.clock.slept_s.fetch_add(3_600, Ordering::Relaxed);
    assert!(first.stands_by().await <= Duration::from_secs(1));
    // Nobody took over meanwhile, so that it may lead again, in a new term.
    first.leads().await;
    assert!(!second.is_leader());
    assert_eq!(there(&state).await.term, 2);
}

#[tokio::test(start_paused = true)]
async fn c8_a_watcher_that_slept_has_not_seen_the_leader_stand_still() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    first.standing.abort();
    second.clock.slept_s.fetch_add(3_600, Ordering::Relaxed);
    let took = second.leads().await;
    assert!(took >= LEASE / 3, "it watched for {took:?}");
}

#[tokio::test(start_paused = true)]
async fn c7_a_leader_that_was_replaced_steps_down_at_its_next_write() {
    let state = MemoryState::new();
    let (first, _second) = two(&state).await;
    let stored = state.get(LEADER).await.expect("read").expect("there");
    let other = Leadership { term: 9, ..Leadership::new("other") };
    state.put(LEADER, &other.bytes(), Expected::Version(stored.tag)).await.expect("written");
    assert!(first.stands_by().await <= LEASE / 3);
    time::sleep(LEASE / 2).await;
    assert_eq!(*first.role.borrow(), Role::Standby { leader: Some("other".to_owned()) });
}

#[tokio::test(start_paused = true)]
async fn c3_who_resigns_is_followed_at_the_next_look() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    resign(&state, &second.me).await;
    assert_eq!(there(&state).await.holder.as_deref(), Some("first"), "nobody gives back what another has");
    first.standing.abort();
    resign(&state, &first.me).await;
    assert!(second.leads().await <= LEASE / 4);
    assert_eq!(there(&state).await.term, 2);
}

#[tokio::test(start_paused = true)]
async fn c1_a_dead_predecessor_of_this_machine_is_followed_at_once() {
    let state = MemoryState::new();
    let here = Origin::here();
    let origin = Origin { began: here.began.map(|began| began + 1), ..here };
    let dead = Leadership { origin, term: 4, ..Leadership::new("dead") };
    state.put(LEADER, &dead.bytes(), Expected::Absent).await.expect("written");
    assert_eq!(Candidate::new(&state, "next").leads().await, Duration::ZERO);
    assert_eq!(there(&state).await.term, 5);
}

#[tokio::test(start_paused = true)]
async fn c13_a_document_that_cannot_be_read_is_of_somebody_until_it_stood_still() {
    for text in ["", "rubbish", "[]", "{\"holder\":7}", "{\"term\":18446744073709551615,\"holder\":\"x\",\"new\":1}"] {
        let state = MemoryState::new();
        state.put(LEADER, text.as_bytes(), Expected::Absent).await.expect("written");
        let took = Candidate::new(&state, "next").leads().await;
        assert!((LEASE..=soon()).contains(&took), "{text}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn x7_the_name_of_another_is_shown_without_its_tricks() {
    let state = MemoryState::new();
    let name = format!("\u{1b}]52;c;x\u{7}\u{202e}{}", "long".repeat(50));
    let other = Leadership { term: 1, ..Leadership::new(&name) };
    state.put(LEADER, &other.bytes(), Expected::Absent).await.expect("written");
    let first = Candidate::new(&state, "first");
    first.stands_by().await;
    let Role::Standby { leader: Some(shown) } = first.role.borrow().clone() else { panic!("it follows") };
    assert!(
        shown.contains("longlong") && shown.chars().count() <= 81 && !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{shown:?}"
    );
}
