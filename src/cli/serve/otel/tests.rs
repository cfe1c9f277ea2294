//! What a collector gets: over the wire, and by OpenTelemetry's own description of it.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{encode, exported, send};
use crate::daemon::Account;

/// The bytes of each request as a collector on loopback got them; it answers all with that status.
fn collector(status: &'static str) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/prefix/", listener.local_addr().expect("bound"));
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            while !is_whole(&request) {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).unwrap_or(0);
                request.extend_from_slice(&part[..read]);
            }
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
            let _ = stream.write_all(answer.as_bytes());
            let _ = tell.send(String::from_utf8_lossy(&request).into_owned());
        }
    });
    (url, told)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    body.len() >= length.parse().expect("a number")
}

/// A check that found two of three well.
fn account() -> Account {
    let entry = |name: &str, status: &str| json!({ "name": name, "tier": "critical", "kind": "secret", "status": status, "evidence": "value" });
    let account = json!({
        "kind": "check", "run": "20260101T000000Z-abc123", "began": 1_767_225_600, "ended": 1_767_225_601,
        "duration_ms": 1250, "exit": 1, "verdict": "fail", "requests": [["github", 3], ["esc", 2]],
        "entries": [entry("NAME_A", "ok"), entry("NAME_B", "ok"), entry("NAME_C", "missing")],
        "outcomes": [{ "name": "NAME_A", "verb": "create", "place": "acme/app", "end": "done" }],
    });
    serde_json::from_value(account).expect("an account")
}

#[tokio::test]
async fn a_collector_gets_one_span_and_the_numbers() {
    let (url, told) = collector("200 OK");
    let environment = |name: &str| match name {
        "OTEL_EXPORTER_OTLP_ENDPOINT" => Some(url.clone()),
        "OTEL_EXPORTER_OTLP_HEADERS" => Some("authorization=Bearer%20canary,x-team=ops".to_owned()),
        "OTEL_SERVICE_NAME" => Some("esc-sync-prod".to_owned()),
        _ => None,
    };
    exported(&account(), &environment).await.expect("it takes both");
    let mut requests = [told.recv().expect("one"), told.recv().expect("another")];
    requests.sort();
    for (request, path) in requests.iter().zip(["/prefix/v1/metrics", "/prefix/v1/traces"]) {
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{head}");
        for header in ["content-type: application/json", "authorization: Bearer canary", "x-team: ops"] {
            assert!(head.contains(header), "{header} in {head}");
        }
        assert!(body.contains("esc-sync-prod") && !body.contains("NAME_"), "no names of entries: {body}");
    }
}

#[tokio::test]
async fn a_collector_that_fails_or_hangs_is_one_failure_without_its_address() {
    let (failing, _told) = collector("503 Service Unavailable");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let hanging = format!("http://{}/canary", silent.local_addr().expect("bound"));
    let cases = [
        (failing, "status 503"),
        (hanging, "no whole answer"),
        ("http://collector.example.com:4318/canary".to_owned(), "plain http"),
        ("ftp://canary".to_owned(), "cannot be used"),
    ];
    for (url, expected) in cases {
        let environment = |name: &str| (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| url.clone());
        let failure = send::send(&account(), &environment, Duration::from_millis(300)).await.expect_err("a failure");
        let (what, help) = failure.into_words();
        assert!(what.contains(expected), "{what}");
        assert!(!format!("{what}{help}").contains("canary"), "{what} {help}");
    }
}

#[tokio::test]
async fn headers_that_cannot_be_read_are_not_repeated() {
    for text in ["canary", "name=%ff-canary"] {
        let environment = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("http://127.0.0.1:9".to_owned()),
            "OTEL_EXPORTER_OTLP_HEADERS" => Some(text.to_owned()),
            _ => None,
        };
        let (what, help) = exported(&account(), &environment).await.expect_err("no headers").into_words();
        assert!(what.contains("OTEL_EXPORTER_OTLP_HEADERS") && !format!("{what}{help}").contains("canary"), "{what}");
    }
}

#[test]
fn only_a_pass_is_well() {
    let code = |account: &Account| {
        encode::traces(account, "s")["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["status"].clone()
    };
    let mut account = account();
    assert_eq!(code(&account), json!({ "code": 2, "message": "fail" }));
    account.verdict = crate::daemon::account::Verdict::Unknown;
    assert_eq!(code(&account), json!({ "code": 2, "message": "unknown" }));
    account.verdict = crate::daemon::account::Verdict::Pass;
    assert_eq!(code(&account), json!({ "code": 1 }));
    account.failure = Some(crate::daemon::account::Said { what: "killed".to_owned(), help: String::new() });
    assert_eq!(code(&account), json!({ "code": 2, "message": "killed" }));
}

/// OpenTelemetry's own messages, and Google's reader of JSON, which refuses every key and type it does not know.
#[test]
fn the_published_description_reads_what_is_sent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/clients/telemetry/venv/bin/python");
    assert!(python.exists(), "a reader is not installed; run tests/clients/install");
    let bodies = json!({ "traces": encode::traces(&account(), "s"), "metrics": encode::metrics(&account(), "s") });
    let mut reader = Command::new(python)
        .arg(root.join("tests/integration/serve/telemetry/read.py"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    reader.stdin.take().expect("piped").write_all(bodies.to_string().as_bytes()).expect("it reads");
    let output = reader.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        read,
        json!({
            "service": "s",
            "span": "esc-sync check",
            "trace_bytes": 16,
            "span_bytes": 8,
            "nanoseconds": 1_250_000_000,
            "status": "STATUS_CODE_ERROR",
            "ok": 2,
            "missing": 1,
            "github": 3,
            "writes": 1,
            "duration": 1.25,
            "entries": { "ok": 2, "missing": 1 },
        })
    );
}
