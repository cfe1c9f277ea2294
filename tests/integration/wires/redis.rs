//! Logins to a real Redis.

use std::time::Duration;

use esc_sync::{
    engine::live::redis,
    http::Roots,
    probe::{Failure, Heard, RedisAsk, RedisHeard},
};

use super::{PATIENCE, Silent, no_leak, redis_server::RedisServer, says};
use crate::ledger::shared::postgres_server::{free_port, pem};

async fn login(url: &str) -> Heard {
    within(url, PATIENCE).await
}

async fn within(url: &str, deadline: Duration) -> Heard {
    let heard = redis::ask(&RedisAsk { url: url.into(), private: true }, deadline).await;
    no_leak(&heard);
    heard
}

fn said(heard: &Heard) -> String {
    match heard {
        Heard::Redis(RedisHeard::Pong) => "PONG".into(),
        Heard::Redis(RedisHeard::Refused { word }) => word.clone(),
        Heard::Failed(failure) => format!("{failure:?}"),
        other => panic!("{other:?}"),
    }
}

const USERS: &str = "user default on >canary-main ~* &* +@all
user app on >canary-app%2F:@ ~app:* &* -@all +ping +get
user narrow on >canary-narrow ~* &* -@all +get
user retired off >canary-retired ~* &* +@all
";

#[tokio::test]
async fn redis_says_who_may_log_in() {
    let server = RedisServer::start(&["--aclfile", "users.acl"], &[("users.acl", USERS)]);
    let at = format!("127.0.0.1:{}", server.port);
    let cases = [
        (":canary-main", "PONG"),
        ("default:canary-main", "PONG"),
        ("app:canary-app%252F%3A%40", "PONG"),
        (":canary-wrong", "WRONGPASS"),
        ("app:canary-main", "WRONGPASS"),
        ("nobody:canary-main", "WRONGPASS"),
        ("retired:canary-retired", "WRONGPASS"),
        ("narrow:canary-narrow", "NOPERM"),
        ("", "NOAUTH"),
    ];
    for (user, expected) in cases {
        assert_eq!(said(&login(&format!("redis://{user}@{at}/3")).await), expected, "{user}");
    }
    assert!(!server.log().contains("canary"), "{}", server.log());
}

/// What the server was told, by its own account: one login and one PING, whatever came of the login.
#[tokio::test]
async fn redis_is_told_a_login_and_a_ping_and_nothing_else() {
    let server = RedisServer::start(&["--requirepass", "canary-main"], &[]);
    let told = |url: String| async move {
        let own = redis_stats(server_port(&url)).await;
        login(&url).await;
        let now = redis_stats(server_port(&url)).await;
        now.into_iter().filter(|line| !own.contains(line) && !line.starts_with("cmdstat_info")).collect::<Vec<_>>()
    };
    let at = server.port;
    let right = told(format!("redis://:canary-main@127.0.0.1:{at}")).await;
    assert!(right.iter().all(|line| line.starts_with("cmdstat_auth") || line.starts_with("cmdstat_ping")), "{right:?}");
    assert_eq!(right.len(), 2, "{right:?}");
    let wrong = told(format!("redis://someone:canary-wrong@127.0.0.1:{at}")).await;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    // Our own two looks are a login each, the right one and the wrong one one more.
    assert!(wrong[0].contains("failed_calls=1"), "one login that failed: {wrong:?}");
}

fn server_port(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

async fn redis_stats(port: u16) -> Vec<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    stream.write_all(b"AUTH canary-main\r\nINFO commandstats\r\nQUIT\r\n").await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("read");
    // The time that calls took differs each time; how many there were is what counts.
    let lines =
        text.lines().filter(|line| line.starts_with("cmdstat_")).filter(|line| !line.starts_with("cmdstat_quit"));
    lines.map(|line| line.split(",usec").next().unwrap_or_default().to_owned() + failed(line)).collect()
}

fn failed(line: &str) -> &str {
    line.find(",failed_calls").map_or("", |at| &line[at..])
}

#[tokio::test]
async fn a_redis_that_asks_for_no_password_says_so() {
    let server = RedisServer::start(&["--protected-mode", "no"], &[]);
    let at = format!("127.0.0.1:{}", server.port);
    assert_eq!(said(&login(&format!("redis://{at}")).await), "PONG");
    assert_eq!(said(&login(&format!("redis://:canary@{at}")).await), "ERR");
    let full = RedisServer::start(&["--maxclients", "1"], &[]);
    let held = std::net::TcpStream::connect(("127.0.0.1", full.port)).expect("the only place");
    assert_eq!(said(&login(&format!("redis://127.0.0.1:{}", full.port)).await), "ERR");
    drop(held);
}

#[tokio::test]
async fn redis_over_tls_is_believed_only_with_a_certificate_for_its_host() {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = pem("PRIVATE KEY", &issued.signing_key.serialize_der());
    let server = RedisServer::start_tls(&pem("CERTIFICATE", issued.cert.der()), &key);
    let roots = Roots::Only(vec![issued.cert.der().to_vec()]);
    let ask = |host: &str, password: &str| RedisAsk {
        url: format!("rediss://:{password}@{host}:{}", server.port).into(),
        private: true,
    };
    let trusting =
        async |host: &str, password: &str| said(&redis::ask_trusting(&ask(host, password), PATIENCE, &roots).await);
    assert_eq!(trusting("localhost", "canary-main").await, "PONG");
    assert_eq!(trusting("localhost", "canary-wrong").await, "WRONGPASS");
    assert_eq!(trusting("127.0.0.1", "canary-main").await, "Tls", "the certificate is for another host");
    assert_eq!(said(&redis::ask(&ask("localhost", "canary-main"), PATIENCE).await), "Tls", "nobody vouches for it");
    assert!(server.folder().exists());
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_no_rejection() {
    let closed = free_port();
    assert_eq!(said(&login(&format!("redis://:canary@127.0.0.1:{closed}")).await), "Connect");
    assert_eq!(said(&login("redis://:canary@no-such-host.invalid").await), "NameUnknown");
    let silent = Silent::start();
    let url = format!("redis://:canary@127.0.0.1:{}", silent.port);
    assert_eq!(said(&within(&url, Duration::from_millis(50)).await), "Timeout");
    let web = says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let url = format!("redis://:canary@127.0.0.1:{web}");
    assert!(matches!(login(&url).await, Heard::Failed(Failure::BadAnswer | Failure::Connect)));
    assert_eq!(said(&login(&format!("rediss://:canary@127.0.0.1:{web}")).await), "Tls");
    for words in [&b"-<b>canary</b> x\r\n"[..], b"$999999999\r\n", b"*99999999\r\n", b"+MAYBE\r\n", b":1\r\n", b""] {
        let url = format!("redis://:canary@127.0.0.1:{}", says(words));
        let heard = login(&url).await;
        assert!(matches!(heard, Heard::Failed(Failure::BadAnswer | Failure::Connect)), "{words:?}: {heard:?}");
    }
}

#[tokio::test]
async fn x2_a_private_address_is_not_connected_to() {
    let silent = Silent::start();
    for host in ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "[::1]"] {
        let url = format!("redis://:canary@{host}:{}", silent.port);
        let heard = redis::ask(&RedisAsk { url: url.into(), private: false }, PATIENCE).await;
        // A spelling that the system does not resolve reaches nobody either.
        let refused = matches!(heard, Heard::Failed(Failure::BlockedAddress | Failure::NameUnknown));
        assert!(refused, "{host}: {heard:?}");
    }
    assert!(!silent.was_reached());
}
