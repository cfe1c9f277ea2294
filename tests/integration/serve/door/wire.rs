//! Connections that are slow, many, too large, or under way when it ends. Limits are small here, and what is
//! asserted is what comes of them, never when.

use std::time::Duration;

use esc_sync::daemon::{Board, door::Limits};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Answer, NEVER, TOKEN, guarded, open, open_within, options, rest};

const SOON: Duration = Duration::from_millis(50);

/// Limits that never come to bear.
fn wide() -> Limits {
    Limits { patience: NEVER, head: NEVER, request: NEVER, life: NEVER, farewell: NEVER, ..Limits::default() }
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let door = open_within(Limits { head: SOON, ..wide() }, options(), Board::default()).await;
    for begun in ["", "GET", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A:"] {
        let mut slow = door.connect().await;
        slow.write_all(begun.as_bytes()).await.expect("it listens");
        assert!(!rest(&mut slow).await.contains(" 200 "), "{begun}");
    }
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let door = open_within(Limits { head: SOON, ..wide() }, options(), Board::default()).await;
    let answer = door.raw("GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n").await;
    assert!(answer.ends_with("alive\n"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_the_request() {
    let door = open_within(Limits { request: SOON, ..wide() }, guarded(), Board::default()).await;
    let head = "POST /session HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\ntoken=";
    let answer = Answer::read(&door.raw(&format!("{head}{form}")).await);
    assert_eq!((answer.status, answer.header("connection")), (408, "close"));
}

#[tokio::test]
async fn a_connection_ends_however_busy_it_is() {
    let door = open_within(Limits { life: SOON, ..wide() }, options(), Board::default()).await;
    let mut stream = door.connect().await;
    let request = format!("GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", door.address);
    let mut part = [0; 4096];
    let busy = async {
        while stream.write_all(request.as_bytes()).await.is_ok() {
            if stream.read(&mut part).await.unwrap_or(0) == 0 {
                break;
            }
        }
    };
    tokio::time::timeout(NEVER, busy).await.expect("it is ended");
}

/// All places are held by those who say nothing, and have all the time in the world.
#[tokio::test]
async fn one_slow_client_delays_nobody() {
    let limits = Limits { connections: 4, patience: SOON, ..wide() };
    let door = open_within(limits, options(), Board::default()).await;
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(door.connect().await);
    }
    assert_eq!(door.get("/livez", &[]).await.status, 200);
}

#[tokio::test]
async fn a_hundred_at_once_are_all_answered() {
    let door = open(options(), Board::default()).await;
    let answers = join_all((0..100).map(|_| door.get("/livez", &[]))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let door = open(options(), Board::default()).await;
    let many: String = (0..80).map(|n| format!("X-{n}: a\r\n")).collect();
    let answer = door.raw(&format!("GET /livez HTTP/1.1\r\nHost: {{host}}\r\n{many}\r\n")).await;
    assert_eq!(Answer::read(&answer).status, 431);
    let long = "a".repeat(40_000);
    for request in [
        format!("GET /livez HTTP/1.1\r\nHost: {{host}}\r\nX-Long: {long}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"),
    ] {
        // It may be cut before the answer is read.
        assert!(!door.raw(&request).await.contains(" 200 "));
    }
    assert_eq!(door.get("/livez", &[]).await.status, 200);
}

#[tokio::test]
async fn c3_what_is_under_way_at_the_end_is_answered() {
    let door = open_within(wide(), guarded(), Board::default()).await;
    let idle = door.connect().await;
    let mut stream = door.connect().await;
    let body = format!("token={TOKEN}");
    let head = format!(
        "POST /session HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\n\r\n",
        door.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("it listens");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("it waits for the body");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    let closing = tokio::spawn(door.close());
    stream.write_all(body.as_bytes()).await.expect("it still listens");
    assert_eq!(Answer::read(&rest(&mut stream).await).status, 303);
    closing.await.expect("no panic").expect("it ends well");
    drop(idle);
}
