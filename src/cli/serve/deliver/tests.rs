//! What each answer of an address comes to, by a clock that does not run, and what is said of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{attempt::Patience, body::body, carry_out, target::TargetKind, target::usable, targets};
use crate::{
    daemon::{Account, Order, RunKind, alert::Message, order::WriteBudget},
    http::{Client, ConnectFailure, HttpError, Incoming, Names, Options, Outgoing, Strangers, Transport},
};

/// What an address does the next time it is asked.
#[derive(Clone, Copy)]
enum Answer {
    Status(u16),
    RetryAfter(u16, &'static str),
    Fails(HttpError),
    Hangs,
}

use Answer::{Fails, Hangs, RetryAfter, Status};

/// The answers of one address, in order, and what it was asked.
#[derive(Default)]
struct Hook {
    host: &'static str,
    answers: Mutex<Vec<Answer>>,
    asked: Mutex<Vec<Asked>>,
}

struct Asked {
    after: Duration,
    headers: HeaderMap,
    body: Vec<u8>,
}

struct Network {
    began: Instant,
    hooks: [Hook; 2],
}

const SLACK: &str = "https://slack.test/services/qZ7vKx0WmRb4";
const OTHER: &str = "https://hook.test/in?sig=qZ7vKx0WmRb4";

impl Network {
    fn new(slack: &[Answer], other: &[Answer]) -> Arc<Self> {
        let hook = |host, answers: &[Answer]| Hook {
            host,
            answers: Mutex::new(answers.iter().rev().copied().collect()),
            asked: Mutex::default(),
        };
        Arc::new(Self { began: Instant::now(), hooks: [hook("slack.test", slack), hook("hook.test", other)] })
    }

    async fn deliver(self: &Arc<Self>, pending: &[&str]) -> Account {
        let pending = pending.iter().map(|word| (*word).to_owned()).collect();
        let message = Message { pending, ..Message::test(1_800_000_000) };
        let order = Order {
            kind: RunKind::Deliver,
            run: "r".to_owned(),
            mapping: String::new(),
            writes: WriteBudget { burst: 0, cap: 0 },
            message: Some(message),
        };
        let client = Client::simulated(Options::default(), Arc::clone(self) as Arc<dyn Transport>);
        carry_out(&order, &environment, &Strangers::new(&client, Names::System), Patience::default()).await
    }

    fn times(&self, hook: usize) -> Vec<u64> {
        self.hooks[hook].asked.lock().expect("no panic").iter().map(|asked| asked.after.as_secs()).collect()
    }
}

fn environment(name: &str) -> Option<String> {
    let known = [("ESC_SYNC_SLACK_WEBHOOK", SLACK), ("ESC_SYNC_WEBHOOK", OTHER), ("ESC_SYNC_WEBHOOK_SECRET", "hush")];
    known.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}

impl Transport for Network {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        let hook = self.hooks.iter().find(|hook| request.url.host_str() == Some(hook.host)).expect("one of two");
        let (after, headers) = (self.began.elapsed(), request.headers.clone());
        hook.asked.lock().expect("no panic").push(Asked { after, headers, body: request.body.to_vec() });
        let answer = hook.answers.lock().expect("no panic").pop().expect("asked no oftener than it answers");
        let (status, wait) = match answer {
            Status(status) => (status, None),
            RetryAfter(status, wait) => (status, Some(wait)),
            Fails(error) => return Box::pin(async move { Err(error) }),
            Hangs => return Box::pin(std::future::pending()),
        };
        let pair = |wait| (HeaderName::from_static("retry-after"), HeaderValue::from_static(wait));
        let headers = wait.map(pair).into_iter().collect();
        Box::pin(async move { Ok(Incoming { status, headers, body: Zeroizing::new(request.url.to_string().into()) }) })
    }
}

#[tokio::test(start_paused = true)]
async fn each_answer_comes_to_its_end_and_nobody_is_asked_for_longer_than_half_a_minute() {
    let cases: [(&[Answer], &[u64], &str); 13] = [
        (&[Status(200)], &[0], ""),
        (&[Status(204)], &[0], ""),
        (&[Status(500), Status(200)], &[0, 1], ""),
        (&[RetryAfter(429, "7"), Status(200)], &[0, 7], ""),
        (&[RetryAfter(503, "3"), RetryAfter(503, "4"), Status(200)], &[0, 3, 7], ""),
        (&[RetryAfter(429, "Thu, 01 Jan 1970 00:00:00 GMT"), Status(200)], &[0, 0], ""),
        (&[RetryAfter(429, "31")], &[0], "status 429; asked 1 times"),
        (&[Status(500), Status(502), Status(503)], &[0, 1, 3], "status 503; asked 3 times"),
        (&[Hangs, Hangs, Hangs], &[0, 11, 23], "there was no whole answer within 7 s; asked 3 times"),
        (&[Status(404)], &[0], "status 404"),
        (&[Status(302)], &[0], "status 302, a redirect, which is not followed"),
        (&[Fails(HttpError::Interrupted), Status(200)], &[0, 1], ""),
        (&[Fails(HttpError::Connect(ConnectFailure::Refused)), Status(400)], &[0, 1], "status 400"),
    ];
    for (answers, times, reason) in cases {
        let network = Network::new(answers, &[Status(200)]);
        let account = network.deliver(&[]).await;
        assert_eq!((network.times(0).as_slice(), account.outcomes[0].reason.as_str()), (times, reason));
        assert_eq!((account.outcomes[0].end == "done", account.exit == 0), (reason.is_empty(), reason.is_empty()));
        assert_eq!(account.outcomes[1].end, "done", "one that fails does not stop the other");
        let told = format!("{account:?}");
        assert!(!told.contains("qZ7vKx0WmRb4") && !told.contains(".test"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_it_is_not_asked_again() {
    let network = Network::new(&[Status(200)], &[Status(404), Status(200)]);
    let account = network.deliver(&[]).await;
    let left = Message::test(1_800_000_000).left_of(&account).expect("one failed");
    assert_eq!(left.pending, ["webhook"]);
    let pending: Vec<_> = left.pending.iter().map(String::as_str).collect();
    let again = network.deliver(&pending).await;
    assert_eq!((network.times(0).len(), network.times(1).len()), (1, 2));
    assert_eq!(left.left_of(&again), None);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_the_same_id_and_a_signature_of_its_own() {
    let network = Network::new(&[Status(200)], &[Status(500), Status(200)]);
    network.deliver(&[]).await;
    let asked = network.hooks[1].asked.lock().expect("no panic");
    let header =
        |at: usize, name: &str| asked[at].headers.get(name).map(|value| value.to_str().expect("text").to_owned());
    for (at, attempt) in asked.iter().enumerate() {
        let id = header(at, "x-esc-sync-delivery").expect("an id");
        assert_eq!(serde_json::from_slice::<Value>(&attempt.body).expect("JSON")["id"], id);
        let timestamp = header(at, "x-esc-sync-timestamp").expect("a time");
        let signed = [b"v1:", timestamp.as_bytes(), b":", &attempt.body].concat();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"hush");
        let expected: String =
            ring::hmac::sign(&key, &signed).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(header(at, "x-esc-sync-signature"), Some(format!("v1={expected}")));
    }
    let slack = network.hooks[0].asked.lock().expect("no panic");
    assert!(!slack[0].headers.contains_key("x-esc-sync-signature"), "Slack has no use for it");
}

#[test]
fn addresses_are_https_or_this_machine_and_no_clouds_own() {
    for good in
        [SLACK, OTHER, "http://127.0.0.1:9/x", "http://localhost/x", "https://10.0.0.7/hook", "https://[fd00::1]/x"]
    {
        assert!(usable(good).is_ok(), "{good}");
    }
    let bad = [
        ("http://hook.example.com/x", "plain http"),
        ("http://10.0.0.7/x", "plain http"),
        ("https://169.254.169.254/latest", "cloud's own"),
        ("https://0xa9fea9fe/", "cloud's own"),
        ("https://2852039166/", "cloud's own"),
        ("https://[::ffff:169.254.169.254]/", "cloud's own"),
        ("https://[fd00:ec2::254]/", "cloud's own"),
        ("https://168.63.129.16/", "cloud's own"),
        ("https://user:canary@hook.example.com/", "user name"),
        ("slack.test/services", "absolute URL"),
        ("file:///etc/passwd", "neither https nor http"),
    ];
    for (text, expected) in bad {
        let why = usable(text).expect_err(text).to_string();
        assert!(why.contains(expected), "{text}: {why}");
        let (what, help) =
            targets(&|name| (name == "ESC_SYNC_WEBHOOK").then(|| text.to_owned())).expect_err(text).into_words();
        assert!(what.contains("ESC_SYNC_WEBHOOK") && !format!("{what}{help}").contains(text), "{what}: {help}");
    }
    assert_eq!(targets(&environment).expect("two"), 2);
    assert_eq!(targets(&|_| Some(String::new())).expect("empty is unset"), 0);
}

#[test]
fn x9_nothing_from_elsewhere_is_markup_to_slack_and_its_like() {
    let hostile = "<!channel> ```[x](https://evil.test) & <https://evil.test|click> @everyone `";
    let lines = (0..40).map(|_| format!("{hostile}{}", "x".repeat(5000))).collect();
    let message = Message { lines, title: "t <!here>".to_owned(), ..Message::test(0) };
    let value: Value = serde_json::from_slice(&body(TargetKind::Slack, &message)).expect("JSON");
    let (text, header) = (value["text"].as_str().expect("text"), &value["blocks"][0]["text"]["text"]);
    let section = value["blocks"][1]["text"]["text"].as_str().expect("text");
    assert!(!text.contains(['<', '>']) && !header.as_str().expect("text").contains(['<', '>']), "{text}");
    let inside = section.strip_prefix("```\n").and_then(|rest| rest.strip_suffix("```")).expect("a block of code");
    assert!(!inside.contains('`') && inside.contains("&lt;!channel&gt; '''[x]"), "{inside}");
    assert!(section.chars().count() <= 3000, "Slack refuses a longer one");
    let generic: Value = serde_json::from_slice(&body(TargetKind::Webhook, &message)).expect("JSON");
    assert_eq!((&generic["schema"], &generic["time"]), (&"esc-sync/alert/v1".into(), &"1970-01-01T00:00:00Z".into()));
}
