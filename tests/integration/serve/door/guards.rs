//! Wrong host, wrong site, wrong token, and requests that are two.

use esc_sync::daemon::{Board, Pulse, Shared, door};

use super::{Answer, TOKEN, board, guarded, open, options};

/// A name that leads to our address, with our port: what a rebound page would ask with.
#[tokio::test]
async fn x10_a_rebound_name_is_not_answered() {
    let door = open(options(), board::full()).await;
    let port = door.address.port();
    for name in ["evil.example", "localhost.evil.example", "esc-sync.example.evil.example"] {
        for path in ["/", "/metrics", "/livez", "/readyz", "/report.json", "/style.css", "/nothing"] {
            let answer = door.get(path, &[("Host", &format!("{name}:{port}"))]).await;
            assert_eq!(answer.status, 421, "{name} {path}");
            assert!(!answer.whole.contains("evil") && answer.body.contains("--host"), "{}", answer.whole);
        }
    }
    for ours in [format!("localhost:{port}"), format!("[::1]:{port}"), "esc-sync.example".to_owned()] {
        assert_eq!(door.get("/", &[("Host", &ours)]).await.status, 200, "{ours}");
    }
}

#[tokio::test]
async fn x10_no_host_and_two_hosts_are_no_request() {
    let door = open(options(), Board::default()).await;
    for request in [
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    ] {
        assert_eq!(Answer::read(&door.raw(request).await).status, 400, "{request}");
    }
    let old = door.raw("GET /livez HTTP/1.0\r\nHost: {host}\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200"), "{old}");
}

#[tokio::test]
async fn x10_other_sites_can_neither_read_nor_act() {
    let door = open(guarded(), board::full()).await;
    let form = format!("token={TOKEN}");
    for foreign in [
        &[("Origin", "http://evil.example")][..],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://{host}")],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", "http://localhost:3000")],
        &[],
    ] {
        let answer = door.ask("POST", "/session", foreign, &form).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{foreign:?}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let read = [("Authorization", bearer.as_str()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(door.get("/report.json", &read).await.status, 403);
    let preflight = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "GET")];
    assert_eq!(door.ask("OPTIONS", "/report.json", &preflight, "").await.status, 403);
}

#[tokio::test]
async fn x11_without_the_token_nothing_is_told() {
    let door = open(guarded(), board::full()).await;
    let query = format!("/?token={TOKEN}");
    let wrong = ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTph", TOKEN];
    for path in ["/", "/metrics", "/healthz", "/report.json", "/nothing", query.as_str()] {
        for given in wrong {
            let answer = door.get(path, &[("Authorization", given)]).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{path} {given}");
            assert!(!answer.whole.contains("STRIPE"), "{}", answer.whole);
        }
    }
    let twice = format!("Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}");
    assert_eq!(door.get("/", &[("Authorization", &twice)]).await.status, 401);
    assert_eq!(door.get("/metrics", &[("Authorization", &format!("Bearer {TOKEN}"))]).await.status, 200);
    for path in ["/livez", "/style.css", "/session"] {
        assert_eq!(door.get(path, &[]).await.status, 200, "{path}");
    }
    let person = door.get("/", &[("Accept", "text/html,*/*")]).await;
    assert_eq!((person.status, person.header("location")), (303, "/session"));
}

/// Whoever starts it asks `check` first; but nothing is served either way.
#[tokio::test]
async fn x11_what_others_can_reach_is_not_served_without_a_token() {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.expect("a port");
    // What was asked for is loopback; what was bound is not.
    let served = door::serve(listener, options(), Shared::default(), Pulse::default(), std::future::pending());
    let fault = served.await.expect_err("refused");
    assert_eq!(fault.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(fault.to_string().contains("no token is set"), "{fault}");
}

/// Two ways to say where a request ends are none, and what follows is not read as a request.
#[tokio::test]
async fn requests_cannot_be_smuggled() {
    let door = open(options(), board::full()).await;
    let hidden = "GET /report.json HTTP/1.1\r\nHost: {host}\r\n\r\n";
    let own = "Host: {host}\r\nOrigin: http://{host}\r\n";
    for head in [
        format!("POST /session HTTP/1.1\r\n{own}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Content-Length: 0\r\nContent-Length: 4\r\n\r\n"),
        format!("POST /session HTTP/1.1\r\n{own}Content-Length: +0\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{own}Content-Length: 50\r\n\r\n"),
    ] {
        let whole = door.raw(&format!("{head}{hidden}")).await;
        assert_eq!(Answer::read(&whole).status, 400, "{head}");
        assert!(whole.matches("HTTP/1.1 ").count() == 1 && !whole.contains("STRIPE"), "{head}\n{whole}");
    }
}
