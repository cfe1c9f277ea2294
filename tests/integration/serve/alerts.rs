//! Alerts by the program itself, to a receiver on loopback: what arrives, who can verify it, and what is said of it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::support::{
    marks::{MARK, assert_silent},
    program::{Program, Ran, folder},
};

/// Takes what is posted to it and answers from its list, the last answer for good; the path is repeated in the body.
struct Receiver {
    url: String,
    taken: Arc<Mutex<Vec<(String, String)>>>,
}

impl Receiver {
    fn answering(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/services/{MARK}", listener.local_addr().expect("bound"));
        let (taken, mut answers) = (Arc::default(), answers.to_vec());
        let taking: Arc<Mutex<Vec<_>>> = Arc::clone(&taken);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (head, body) = request(&mut stream);
                let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
                let echo = head.lines().next().unwrap_or_default().to_owned();
                taking.lock().expect("no panic").push((head, body));
                let head = format!("HTTP/1.1 {answer}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", echo.len());
                let _ = stream.write_all((head + &echo).as_bytes());
            }
        });
        Self { url, taken }
    }

    fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().expect("no panic").clone()
    }
}

fn request(stream: &mut impl std::io::Read) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|text| text.parse().ok()).unwrap_or(0) {
                return (head.to_owned(), body.to_owned());
            }
        }
        let mut part = [0; 4096];
        let read = stream.take(4096).read(&mut part).unwrap_or(0);
        assert!(read > 0, "a whole request");
        bytes.extend_from_slice(&part[..read]);
    }
}

fn send(variables: &[(&str, &str)]) -> Ran {
    let program = Program::new(&folder("alerts")).args(["-vvv", "serve", "--send-test-alert"]);
    let ran = variables.iter().fold(program, |program, (name, text)| program.env(name, text)).run();
    assert_silent(&ran, "no part of an address is told");
    ran
}

#[test]
fn a_test_alert_arrives_at_both_and_python_verifies_its_signature() {
    let (slack, hook) = (Receiver::answering(&["200 OK"]), Receiver::answering(&["204 No Content"]));
    let ran = send(&[
        ("ESC_SYNC_SLACK_WEBHOOK", &slack.url),
        ("ESC_SYNC_WEBHOOK", &hook.url),
        ("ESC_SYNC_WEBHOOK_SECRET", "shared, of any length"),
    ]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "the Slack webhook: delivered\nthe webhook: delivered\n"),
        "{}",
        ran.stderr
    );
    let (_, body) = &slack.taken()[0];
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["blocks"][0]["text"]["text"], "esc-sync notice: a test");
    let (head, body) = &hook.taken()[0];
    assert!(verified_by_python(head, body, "shared, of any length"), "{head}");
    assert!(!verified_by_python(head, body, "another secret"), "the check can fail");
    assert!(!verified_by_python(head, &body.replace("test", "tost"), "shared, of any length"));
}

/// The receiver of `docs/alerts.md`, as it stands there.
fn verified_by_python(head: &str, body: &str, secret: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("docs/alerts.md")).expect("there");
    let (_, rest) = document.split_once("python3 -c '\n").expect("the example");
    let (script, _) = rest.split_once("\n'").expect("its end");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("{name} in {head}")).to_owned()
    };
    let mut python = Command::new("python3");
    python.args(["-c", script, &header("x-esc-sync-timestamp"), &header("x-esc-sync-signature"), body]);
    python.env("ESC_SYNC_WEBHOOK_SECRET", secret).status().expect("python3 starts").success()
}

#[test]
fn without_a_secret_it_is_unsigned_and_a_secret_without_an_address_is_a_warning() {
    let hook = Receiver::answering(&["200 OK"]);
    assert_eq!(send(&[("ESC_SYNC_WEBHOOK", &hook.url)]).code, 0);
    assert!(!hook.taken()[0].0.contains("x-esc-sync-signature"));
    let ran = send(&[("ESC_SYNC_SLACK_WEBHOOK", &hook.url), ("ESC_SYNC_WEBHOOK_SECRET", MARK)]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr.contains("warning: ESC_SYNC_WEBHOOK_SECRET is set, and ESC_SYNC_WEBHOOK is not"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_failing_address_is_asked_again_and_told_without_its_text() {
    let late = Receiver::answering(&["429 Too Many Requests\r\nretry-after: 0", "500 Oh", "200 OK"]);
    let gone = Receiver::answering(&["404 Not Found"]);
    let ran = send(&[("ESC_SYNC_SLACK_WEBHOOK", &late.url), ("ESC_SYNC_WEBHOOK", &gone.url)]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.stdout, "the Slack webhook: delivered\nthe webhook: not delivered, status 404\n");
    assert_eq!((late.taken().len(), gone.taken().len()), (3, 1));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::answering(&["200 OK"]);
    let leading: &'static str = Box::leak(format!("307 Temporary Redirect\r\nlocation: {}", elsewhere.url).into());
    let ran = send(&[("ESC_SYNC_WEBHOOK", &Receiver::answering(&[leading]).url)]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("status 307, a redirect, which is not followed"), "{}", ran.stdout);
    assert_eq!(elsewhere.taken().len(), 0);
}

#[test]
fn an_address_that_cannot_be_used_is_a_usage_error() {
    let cases = [
        format!("http://hooks.example.com/{MARK}"),
        format!("https://169.254.169.254/{MARK}"),
        format!("{MARK}.example.com"),
    ];
    for address in cases {
        let ran = send(&[("ESC_SYNC_SLACK_WEBHOOK", &address)]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("the address in ESC_SYNC_SLACK_WEBHOOK cannot be used"), "{}", ran.stderr);
    }
    let none = send(&[]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("there is no address for alerts"), "{}", none.stderr);
}
