//! How many are asked at once, how often, and how long anybody waits: over a simulated network, in its own time.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use esc_sync::{
    engine::live::{Asker, AskerOptions},
    http::{Client, HttpError, Incoming, Options, Outgoing, StrangerRequest, Transport},
};
use futures_util::future::{BoxFuture, join, join_all};
use tokio::time::Instant;

/// Hosts named `silent…` never answer, the others after 60 ms.
#[derive(Default)]
struct Network {
    now: AtomicUsize,
    most: AtomicUsize,
    asked: Mutex<Vec<String>>,
    statuses: Mutex<Vec<u16>>,
}

impl Transport for Network {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        Box::pin(async move {
            let host = request.url.host_str().expect("a host").to_owned();
            self.asked.lock().expect("no panic").push(host.clone());
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            if host.starts_with("silent") {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            let status = self.statuses.lock().expect("no panic").pop().unwrap_or(200);
            Ok(Incoming { status, headers: Default::default(), body: Default::default() })
        })
    }
}

fn asker(network: &Arc<Network>) -> Asker {
    let carrier: Arc<dyn Transport> = Arc::<Network>::clone(network);
    Asker::new(&Client::simulated(Options::default(), carrier), AskerOptions::default())
}

async fn get(asker: &Asker, host: &str) -> Result<u16, HttpError> {
    let url = format!("https://{host}/");
    let request = StrangerRequest { method: "GET", url: &url, headers: Vec::new(), body: None, private: false };
    asker.http(host, &request).await.map(|answer| answer.status)
}

#[tokio::test(start_paused = true)]
async fn thirty_two_of_one_host_and_sixty_four_in_all_are_asked_at_once() {
    let network = Arc::new(Network::default());
    let one = asker(&network);
    join_all((0..40).map(|_| get(&one, "api.example.com"))).await;
    assert_eq!(network.most.load(Ordering::SeqCst), 32);
    let network = Arc::new(Network::default());
    let many = asker(&network);
    let hosts: Vec<String> = (0..200).map(|at| format!("api{at}.example.com")).collect();
    join_all(hosts.iter().map(|host| get(&many, host))).await;
    assert_eq!((network.most.load(Ordering::SeqCst), many.requests()), (64, 200));
}

#[tokio::test(start_paused = true)]
async fn a_silent_host_costs_its_deadline_once_and_nobody_else_anything() {
    let network = Arc::new(Network::default());
    let asker = asker(&network);
    let begun = Instant::now();
    let silent = async {
        let ended = join_all((0..50).map(|_| get(&asker, "silent.example.com"))).await;
        (ended, begun.elapsed())
    };
    let others = async {
        let ended = join_all((0..8).map(|_| get(&asker, "api.example.com"))).await;
        (ended, begun.elapsed())
    };
    let ((silent, waited), (answered, took)) = join(silent, others).await;
    assert!(silent.iter().all(|ended| matches!(ended, Err(HttpError::Timeout { .. }))));
    assert_eq!(waited.as_secs(), 10, "the clock is the runtime's own");
    assert_eq!(network.asked.lock().expect("no panic").iter().filter(|host| host.starts_with("silent")).count(), 32);
    assert!(answered.iter().all(Result::is_ok) && took < Duration::from_secs(1));
}

/// Ten silent hosts hold more than all places; who is not silent is answered all the same.
#[tokio::test(start_paused = true)]
async fn many_silent_hosts_use_up_no_place() {
    let network = Arc::new(Network::default());
    let asker = asker(&network);
    let begun = Instant::now();
    let hosts: Vec<String> = (0..160).map(|at| format!("silent{}.example.com", at % 20)).collect();
    let silent = async {
        join_all(hosts.iter().map(|host| get(&asker, host))).await;
        begun.elapsed()
    };
    let other = async {
        let answered = get(&asker, "api.example.com").await;
        (answered, begun.elapsed())
    };
    let (waited, (answered, took)) = join(silent, other).await;
    assert_eq!(answered, Ok(200));
    assert!(took < Duration::from_secs(3) && waited < Duration::from_secs(13), "{took:?} {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_is_asked_once_more_and_one_that_limits_is_not() {
    let cases = [
        (vec![200, 503], Ok(200), 2),
        (vec![503, 503], Ok(503), 2),
        (vec![200, 429], Ok(429), 1),
        (vec![200, 500], Ok(500), 1),
    ];
    for (statuses, expected, requests) in cases {
        let network = Arc::new(Network { statuses: Mutex::new(statuses), ..Network::default() });
        let asker = asker(&network);
        assert_eq!(get(&asker, "api.example.com").await, expected);
        assert_eq!(asker.requests(), requests);
    }
}
