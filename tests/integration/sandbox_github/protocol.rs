//! HTTP itself: connections, lengths, many at once.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};

use esc_sync::sandbox::{Effect, Fault, Sandbox, SandboxOptions};

use super::support::{ORG_SECRETS, ask, get, parse, put, start, try_ask};

const REQUEST: &str = "GET /rate_limit HTTP/1.1\r\nhost: x\r\nuser-agent: t\r\n";

#[tokio::test]
async fn a_connection_serves_many_requests_until_it_is_to_be_closed() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address).await.expect("connected");
    // Two requests in one packet, and the second asks for the end.
    stream.write_all(format!("{REQUEST}\r\n{REQUEST}connection: close\r\n\r\n").as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("closed by the server");
    let text = String::from_utf8(bytes).expect("text");
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!((text.matches("connection: keep-alive").count(), text.matches("connection: close").count()), (1, 1));
}

#[tokio::test]
async fn an_answer_without_content_has_no_body_and_no_length() {
    let running = start().await;
    assert_eq!(put(&running, ORG_SECRETS, "A", b"1").await.status, 201);
    let updated = put(&running, ORG_SECRETS, "A", b"2").await;
    assert_eq!((updated.status, updated.body.len(), updated.header("content-length")), (204, 0, None));
}

#[tokio::test]
async fn a_hanging_request_holds_up_nobody() {
    let running = start().await;
    running.fault(Fault::new(Effect::Hang { applied: false }).at("/user").times(40));
    let mut hanging = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(running.address).await.expect("connected");
        let request = "GET /user HTTP/1.1\r\nhost: x\r\nuser-agent: t\r\nauthorization: token t\r\n\r\n";
        stream.write_all(request.as_bytes()).await.expect("sent");
        hanging.push(stream);
    }
    while running.requests().len() < 40 {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&running, "/orgs/acme").await.status, 200);
    let seen = running.requests();
    assert_eq!(seen.last().map(|request| (request.in_flight, request.status)), Some((41, 200)));
    assert!(seen[..40].iter().all(|request| request.status == 0));
}

#[tokio::test]
async fn hundreds_may_connect_at_once() {
    let running = start().await;
    let mut streams = Vec::new();
    // Nobody accepts meanwhile: this test's thread is the server's too.
    let connecting: Vec<_> = (0..600).map(|_| std::net::TcpStream::connect(running.address)).collect();
    for stream in connecting {
        let stream = stream.expect("queued");
        stream.set_nonblocking(true).expect("settable");
        streams.push(TcpStream::from_std(stream).expect("a stream"));
    }
    for stream in &mut streams {
        stream.write_all(format!("{REQUEST}connection: close\r\n\r\n").as_bytes()).await.expect("sent");
    }
    for stream in &mut streams {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("answered");
        assert_eq!(parse(&bytes).expect("whole").status, 200);
    }
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_server_lives_on() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address).await.expect("connected");
    stream.write_all(b"\x16\x03\x01\x02\x00\r\n\r\n").await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("closed");
    assert_eq!(parse(&bytes).expect("an answer").status, 400);
    assert_eq!(get(&running, "/orgs/acme").await.status, 200);
}

#[tokio::test]
async fn a_head_request_has_the_length_but_no_body() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address).await.expect("connected");
    let request = REQUEST.replace("GET", "HEAD") + "connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("closed");
    assert!(
        text.starts_with("HTTP/1.1 200") && text.contains("content-length: ") && text.ends_with("\r\n\r\n"),
        "{text}"
    );
}

#[tokio::test]
async fn it_listens_on_a_socket_in_the_file_system_too() {
    let path = std::env::temp_dir().join(format!("sandbox-{}.sock", esc_sync::crypto::random_id(6)));
    let options = SandboxOptions { unix_socket: Some(path.clone()), ..SandboxOptions::default() };
    let running = Sandbox::start(options).await.expect("started");
    let mut stream = UnixStream::connect(&path).await.expect("connected");
    stream.write_all(format!("{REQUEST}connection: close\r\n\r\n").as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("answered");
    assert_eq!(parse(&bytes).expect("whole").status, 200);
    running.shutdown().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn g24_links_and_urls_stand_under_the_public_address() {
    let options =
        SandboxOptions { public_url: Some("https://ghe.example:8443/base/".into()), ..SandboxOptions::default() };
    let running = Sandbox::start(options).await.expect("started");
    for name in ["A", "B", "C"] {
        // With and without the prefix: a proxy may take it away or not.
        put(&running, "/base/api/v3/orgs/acme/actions/secrets", name, b"1").await;
    }
    let list = get(&running, "/api/v3/orgs/acme/actions/secrets?per_page=2").await;
    let url = "https://ghe.example:8443/base/api/v3/orgs/acme/actions/secrets?per_page=2&page=2";
    assert_eq!(list.header("link"), Some(format!("<{url}>; rel=\"next\", <{url}>; rel=\"last\"").as_str()));
    let organization = get(&running, "/base/api/v3/orgs/acme").await.json();
    assert_eq!(organization["url"], "https://ghe.example:8443/base/api/v3/orgs/acme");
    assert_eq!(get(&running, "/orgs/acme").await.json()["url"], "https://ghe.example:8443/base/orgs/acme");
}

#[tokio::test]
async fn requests_are_logged_without_what_they_carried() {
    let running = start().await;
    put(&running, ORG_SECRETS, "CANARY", b"canary-value").await;
    ask(
        &running,
        "POST",
        "/orgs/acme/actions/variables",
        Some(serde_json::json!({
            "name": "V", "value": "canary-variable", "visibility": "all",
        })),
    )
    .await;
    let token = [("authorization", "token canary-token"), ("user-agent", "canary-agent")];
    try_ask(&running, "GET", "/user", &token, None).await.expect("answered");
    let log = serde_json::to_string(&running.requests()).expect("a log");
    assert!(!log.contains("canary-"), "{log}");
    let shape: Vec<_> = running.requests().into_iter().map(|one| (one.method, one.path, one.status)).collect();
    assert_eq!(shape[1], ("PUT".into(), format!("{ORG_SECRETS}/CANARY"), 201));
    running.reset_log();
    assert!(running.requests().is_empty());
}

#[tokio::test]
async fn a_chunk_as_large_as_a_number_can_be_is_refused() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address).await.expect("connected");
    let request = "POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\nffffffffffffffff\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("closed by the server");
    assert!(bytes.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&bytes));
}
