//! What is on the board was written by others; what is asked is written by anybody.

use serde_json::Value;

use super::{DoorOptions, TOKEN, board, guarded, open, openmetrics, options};

const PATHS: [&str; 6] = ["/", "/report.json", "/metrics", "/healthz", "/readyz", "/?q=%3Cscript%3E&status=%22"];

/// Hostile names, reasons, hosts and runs act nowhere (failure cases X7 and X9).
#[tokio::test]
async fn x7_a_hostile_board_is_shown_harmless() {
    let door = open(DoorOptions { names: true, ..options() }, board::hostile()).await;
    for path in PATHS {
        let answer = door.get(path, &[]).await;
        for acting in ['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}'] {
            assert!(!answer.whole.contains(acting), "{path} has {acting:?}");
        }
        assert!(!answer.whole.contains("##["), "{path}: {}", answer.whole);
        if answer.header("content-type").starts_with("text/html") {
            assert!(!answer.body.contains("<script"), "{path}: {}", answer.body);
        }
        if answer.header("content-type") == "application/json" {
            serde_json::from_str::<Value>(&answer.body).expect("JSON");
        }
    }
    let metrics = door.get("/metrics", &[]).await.body;
    let families = openmetrics::parse(&metrics).expect("OpenMetrics");
    assert_eq!(families["esc_sync_entry"].samples.len(), 3);
}

/// Nothing of a request comes back, whatever part of it (failure case X9).
#[tokio::test]
async fn x9_nothing_that_is_asked_is_repeated() {
    let door = open(guarded(), board::full()).await;
    let known = format!("Bearer {TOKEN}");
    let mark = "m4rk3d<b>";
    for path in ["/m4rk3d<b>", "/?q=m4rk3d<b>x&page=m4rk3d<b>", "/session?m4rk3d<b>", "/metrics?m4rk3d<b>"] {
        let headers = [
            ("Authorization", known.as_str()),
            ("X-Marked", mark),
            ("User-Agent", mark),
            ("Referer", mark),
            ("Cookie", mark),
            ("Accept-Language", mark),
        ];
        for method in ["GET", "PUT", mark] {
            let answer = door.ask(method, path, &headers, "").await;
            assert!(!answer.whole.contains("m4rk3d"), "{method} {path}: {}", answer.whole);
        }
    }
    for headers in [[("Host", mark)], [("Origin", mark)], [("Authorization", mark)]] {
        assert!(!door.get("/", &headers).await.whole.contains("m4rk3d"), "{headers:?}");
    }
    for body in ["token=m4rk3d", "m4rk3d=m4rk3d", "m4rk3d"] {
        assert!(!door.post("/session", &[], body).await.whole.contains("m4rk3d"), "{body}");
    }
}
