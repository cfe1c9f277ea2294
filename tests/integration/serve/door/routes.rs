//! What there is to see, by which method, and the armour every answer wears.

use esc_sync::daemon::Board;
use serde_json::Value;

use super::{TOKEN, board, guarded, open, options};

const SEEN: [(&str, &str); 5] = [
    ("/", "text/html; charset=utf-8"),
    ("/style.css", "text/css; charset=utf-8"),
    ("/livez", "text/plain; charset=utf-8"),
    ("/metrics", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ("/report.json", "application/json"),
];

#[tokio::test]
async fn everything_there_is_is_served_as_what_it_is() {
    let door = open(options(), board::full()).await;
    for (path, kind) in SEEN {
        let answer = door.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
        let head = door.ask("HEAD", path, &[], "").await;
        assert_eq!((head.status, head.header("content-type"), head.body.as_str()), (200, kind, ""), "{path}");
    }
    assert_eq!(door.get("/livez", &[]).await.body, "alive\n");
    assert_eq!(door.get("/?tier=critical&status=missing&q=A&page=2", &[]).await.status, 200);
    // What is no number is the first page.
    assert_eq!(door.get("/?page=many", &[]).await.status, 200);
}

/// Nobody looked yet, so nothing is well.
#[tokio::test]
async fn a_board_without_a_look_is_neither_healthy_nor_ready() {
    let door = open(options(), Board::default()).await;
    let health = door.get("/healthz", &[]).await;
    let told: Value = serde_json::from_str(&health.body).expect("JSON");
    assert_eq!((health.status, &told["verdict"]), (503, &Value::from("unknown")));
    let ready = door.get("/readyz", &[]).await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.starts_with("not ready\n") && ready.body.lines().count() > 1, "{}", ready.body);
}

/// The reasons tell of stores and logins; a probe of the platform needs one bit.
#[tokio::test]
async fn strangers_learn_one_bit_of_readiness() {
    let door = open(guarded(), Board::default()).await;
    assert_eq!(door.get("/readyz", &[]).await.body, "not ready\n");
    let known = door.get("/readyz", &[("Authorization", &format!("Bearer {TOKEN}"))]).await;
    assert!(known.body.lines().count() > 1, "{}", known.body);
}

#[tokio::test]
async fn the_report_is_versioned_and_holds_no_digest() {
    let door = open(options(), board::full()).await;
    let answer = door.get("/report.json", &[]).await;
    let report: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(report["schema"], "esc-sync/board/v1");
    assert_eq!(report["entries"].as_array().map(Vec::len), Some(3));
    for (list, name) in [("proposed", "A"), ("held_back", "B"), ("outcomes", "SENTRY_DSN")] {
        assert_eq!(report[list][0]["name"], name);
    }
    assert_eq!(report["history"][0]["run"], "r2");
    assert_eq!(report["look"]["run"], "r2");
    assert!(!answer.body.contains("d1ge57"), "the mapping's digest");
}

#[tokio::test]
async fn x10_no_method_but_the_right_one() {
    let door = open(options(), Board::default()).await;
    for (path, allowed) in [("/", "GET,HEAD"), ("/metrics", "GET,HEAD"), ("/healthz", "GET,HEAD")] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "NONSENSE"] {
            let answer = door.ask(method, path, &[("Origin", "http://{host}")], "").await;
            assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
        }
    }
    let end = door.get("/session/end", &[]).await;
    assert_eq!((end.status, end.header("allow")), (405, "POST"));
    let overridden = door.get("/session/end", &[("X-HTTP-Method-Override", "POST")]).await;
    assert_eq!(overridden.status, 405);
}

#[tokio::test]
async fn there_is_nothing_beside_the_routes() {
    let door = open(options(), board::full()).await;
    let elsewhere = [
        "//",
        "//metrics",
        "/metrics/",
        "/METRICS",
        "/%6detrics",
        "/metrics%00",
        "/../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/./metrics",
        "/style.css/../metrics",
        "/session/../metrics",
        "/metrics;a=b",
        "/report",
        "/favicon.ico",
        "*",
        // Without a token there is no login.
        "/session",
    ];
    for path in elsewhere {
        assert_eq!(door.get(path, &[]).await.status, 404, "{path}");
    }
}

/// A path, headers, and the status that they come to.
type Asked<'a> = (&'a str, &'a [(&'a str, &'a str)], u16);

/// Also on what is refused, and on what is not there.
#[tokio::test]
async fn every_answer_wears_the_armour() {
    let door = open(guarded(), board::full()).await;
    let known = format!("Bearer {TOKEN}");
    let person = ("Accept", "text/html");
    let asked: [Asked<'_>; 8] = [
        ("/", &[("Authorization", known.as_str())], 200),
        ("/nothing", &[("Authorization", &known)], 404),
        ("/session", &[], 200),
        ("/", &[], 401),
        ("/", &[person], 303),
        ("/", &[("Host", "evil.example")], 421),
        ("/", &[("Sec-Fetch-Site", "cross-site")], 403),
        ("/", &[("Content-Length", "1")], 400),
    ];
    for (path, headers, status) in asked {
        let answer = door.get(path, headers).await;
        assert_eq!(answer.status, status, "{path} {headers:?}");
        let csp = answer.header("content-security-policy");
        assert!(csp.starts_with("default-src 'none'; style-src 'self';") && csp.contains("frame-ancestors 'none'"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path} {headers:?} {name}");
        }
        assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control-")), "{answer:?}");
    }
}
