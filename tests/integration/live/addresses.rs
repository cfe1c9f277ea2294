//! Which addresses strangers may have: every spelling, names, redirects, and a change of mind in between.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use esc_sync::http::{Client, ConnectFailure, HttpError, Names, Options, StrangerRequest, Strangers};

use super::service::{Service, answer};

const DEADLINE: Duration = Duration::from_secs(5);

fn names(told: impl Fn(&str) -> Vec<&'static str> + Send + Sync + 'static) -> Names {
    let parsed = move |host: &str| told(host).iter().map(|text| text.parse::<IpAddr>().expect("an address")).collect();
    Names::Simulated(Arc::new(parsed))
}

async fn ask(names: Names, url: &str, private: bool) -> Result<u16, HttpError> {
    let strangers = Strangers::new(&Client::new(Options::default()), names);
    let headers = vec![("authorization", "Bearer canary")];
    let request = StrangerRequest { method: "GET", url, headers, body: None, private };
    strangers.ask(&request, DEADLINE).await.map(|answer| answer.status)
}

#[tokio::test]
async fn x2_private_addresses_are_refused_in_every_spelling() {
    let service = Service::new(&[]);
    let port = service.port;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "１２７.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "100.100.100.200",
    ];
    for host in hosts {
        for scheme in ["http", "https"] {
            let asked = ask(Names::System, &format!("{scheme}://{host}:{port}/"), false).await;
            assert_eq!(asked, Err(HttpError::BlockedAddress), "{scheme}://{host}");
        }
    }
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn x2_names_that_lead_inside_are_refused_and_nothing_is_sent() {
    let service = Service::new(&[]);
    let port = service.port;
    let told = |host: &str| match host {
        "rebound.example.com" => vec!["127.0.0.1"],
        "metadata.google.internal" => vec!["169.254.169.254"],
        "mapped.example.com" => vec!["::ffff:10.0.0.1", "fd00:ec2::254"],
        _ => vec![],
    };
    for host in ["rebound.example.com", "metadata.google.internal", "mapped.example.com"] {
        let asked = ask(names(told), &format!("http://{host}:{port}/"), false).await;
        assert_eq!(asked, Err(HttpError::BlockedAddress), "{host}");
    }
    // Metadata stays closed behind a name even where private addresses are allowed.
    for host in ["metadata.google.internal"] {
        let asked = ask(names(told), &format!("http://{host}:{port}/"), true).await;
        assert_eq!(asked, Err(HttpError::BlockedAddress), "{host}");
    }
    let nobody = ask(names(told), &format!("http://nobody.example.com:{port}/"), false).await;
    assert_eq!(nobody, Err(HttpError::Connect(ConnectFailure::Name)));
    assert_eq!(ask(Names::System, &format!("http://localhost:{port}/"), false).await, Err(HttpError::BlockedAddress));
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn x2_what_is_allowed_by_name_is_asked() {
    let service = Service::new(&[("/", &answer(200, "", "ok"))]);
    let told = |_: &str| vec!["127.0.0.1"];
    assert_eq!(ask(names(told), &format!("http://inside.example.com:{}/", service.port), true).await, Ok(200));
    assert_eq!(ask(Names::System, &format!("http://127.0.0.1:{}/", service.port), true).await, Ok(200));
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn x2_of_several_addresses_only_public_ones_are_used() {
    let mixed = names(|_| vec!["10.0.0.1", "127.0.0.1", "1.1.1.1"]);
    assert_eq!(mixed.allowed("mixed.example.com", false).await, Ok(vec!["1.1.1.1".parse().expect("an address")]));
    assert_eq!(mixed.allowed("mixed.example.com", true).await.map(|all| all.len()), Ok(3));
}

/// The first look says a public address, the next one loopback: what is looked up is what is connected to, so
/// each connection is judged by its own look, and none by an earlier one.
#[tokio::test]
async fn x2_a_name_that_changes_between_looks_is_judged_by_what_is_connected_to() {
    let service = Service::new(&[("/", &answer(200, "", "ok"))]);
    let (looks, counted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&looks);
    let changing = names(move |_| match counter.fetch_add(1, Ordering::SeqCst) % 2 {
        0 => vec!["127.0.0.1"],
        _ => vec!["169.254.169.254"],
    });
    let strangers = Strangers::new(&Client::new(Options::default()), changing);
    let url = format!("http://rebinding.example.com:{}/", service.port);
    let mut asked = Vec::new();
    for _ in 0..2 {
        let request = StrangerRequest { method: "GET", url: &url, headers: Vec::new(), body: None, private: true };
        asked.push(strangers.ask(&request, DEADLINE).await.map(|answer| answer.status));
        counted.fetch_add(1, Ordering::SeqCst);
        assert_eq!(looks.load(Ordering::SeqCst), counted.load(Ordering::SeqCst), "one look for each connection");
    }
    assert_eq!(asked, [Ok(200), Err(HttpError::BlockedAddress)]);
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn x3_a_redirect_is_an_answer_and_the_credential_goes_no_further() {
    let other = Service::new(&[("/caught", &answer(200, "", ""))]);
    let there = format!("location: http://127.0.0.1:{}/caught\r\n", other.port);
    for status in [301, 302, 303, 307, 308] {
        let service = Service::new(&[("/", &answer(status, &there, ""))]);
        let asked = ask(Names::System, &format!("http://127.0.0.1:{}/", service.port), true).await;
        assert_eq!(asked, Ok(status));
        assert_eq!(service.seen().len(), 1);
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let long = "x".repeat(2 * 1024 * 1024);
    let service = Service::new(&[("/", &answer(200, "", &long))]);
    let asked = ask(Names::System, &format!("http://127.0.0.1:{}/", service.port), true).await;
    assert!(matches!(asked, Err(HttpError::TooLarge { .. })), "{asked:?}");
}
