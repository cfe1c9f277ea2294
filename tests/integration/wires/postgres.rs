//! Logins to a real PostgreSQL.

use std::time::Duration;

use esc_sync::{
    engine::live::postgres,
    http::Roots,
    probe::{Failure, Heard, PostgresAsk, PostgresHeard},
};

use super::{PATIENCE, Silent, no_leak, says};
use crate::ledger::shared::postgres_server::{PASSWORD, PostgresServer, free_port, pem};

async fn login(url: &str) -> String {
    said(&postgres::ask(&PostgresAsk { url: url.into(), private: true }, PATIENCE).await)
}

fn said(heard: &Heard) -> String {
    no_leak(heard);
    match heard {
        Heard::Postgres(PostgresHeard::Ready) => "ready".into(),
        Heard::Postgres(PostgresHeard::Refused { sqlstate }) => sqlstate.clone(),
        Heard::Postgres(PostgresHeard::NoTls) => "NoTls".into(),
        Heard::Failed(failure) => format!("{failure:?}"),
        other => panic!("{other:?}"),
    }
}

/// Makes users, as the owner; this is not what is tested.
async fn prepare(port: u16) {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(port).user("owner").password(PASSWORD).dbname("postgres");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("the owner may");
    let carried = tokio::spawn(connection);
    let users = "create role app login password 'canary-app/@:';
        create role expired login password 'canary-expired' valid until '2020-01-01';
        create role sleeping nologin password 'canary-sleeping';";
    client.batch_execute(users).await.expect("made");
    client.batch_execute("create database closed").await.expect("made");
    client.batch_execute("revoke connect on database closed from public").await.expect("revoked");
    drop(client);
    carried.await.expect("no panic").expect("closed well");
}

/// One server for all of it: starting it is the slow part.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_says_who_may_log_in() {
    let server = PostgresServer::start(&["log_statement=all", "log_connections=on"], &[]);
    prepare(server.port).await;
    let at = format!("127.0.0.1:{}", server.port);
    let cases = [
        ("app:canary-app%2F%40%3A", "postgres", "ready"),
        ("app:canary-wrong", "postgres", "28P01"),
        ("nobody:canary-app", "postgres", "28P01"),
        ("expired:canary-expired", "postgres", "28P01"),
        ("sleeping:canary-sleeping", "postgres", "28000"),
        ("app:canary-app%2F%40%3A", "nowhere", "3D000"),
        ("app:canary-app%2F%40%3A", "closed", "42501"),
    ];
    for (user, database, expected) in cases {
        let url = format!("postgresql://{user}@{at}/{database}?sslmode=disable");
        assert_eq!(login(&url).await, expected, "{user} {database}");
    }
    // Without sslmode=disable nothing is said to a server without TLS.
    for mode in ["", "?sslmode=prefer", "?sslmode=require"] {
        assert_eq!(login(&format!("postgres://app:canary-app%2F%40%3A@{at}/postgres{mode}")).await, "NoTls", "{mode}");
    }
    let log = server.log();
    let ours: Vec<_> = log.split("revoke connect on database").nth(1).expect("prepared").lines().collect();
    assert!(!ours.iter().any(|line| line.contains("statement:")), "a query was sent:\n{log}");
    let wrong = |user: &str| log.matches(&format!("password authentication failed for user \"{user}\"")).count();
    assert_eq!((wrong("app"), wrong("nobody"), wrong("expired")), (1, 1, 1), "one login each:\n{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_over_tls_is_believed_only_with_a_certificate_for_its_host() {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = pem("CERTIFICATE", issued.cert.der());
    let key = pem("PRIVATE KEY", &issued.signing_key.serialize_der());
    let files = [("server.crt", &*certificate), ("server.key", &*key)];
    let server = PostgresServer::start(&["ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"], &files);
    let roots = Roots::Only(vec![issued.cert.der().to_vec()]);
    let url = |host: &str, password: &str| {
        format!("postgres://owner:{password}@{host}:{}/postgres?sslmode=require&channel_binding=prefer", server.port)
    };
    let trusting = async |host: &str, password: &str| {
        let ask = PostgresAsk { url: url(host, password).into(), private: true };
        said(&postgres::ask_trusting(&ask, PATIENCE, &roots).await)
    };
    assert_eq!(trusting("localhost", PASSWORD).await, "ready");
    assert_eq!(trusting("localhost", "canary-wrong").await, "28P01");
    assert_eq!(trusting("127.0.0.1", PASSWORD).await, "Tls", "the certificate is for another host");
    assert_eq!(login(&url("localhost", PASSWORD)).await, "Tls", "nobody vouches for it");
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_no_rejection() {
    let closed = free_port();
    assert_eq!(login(&format!("postgres://u:canary@127.0.0.1:{closed}/d?sslmode=disable")).await, "Connect");
    assert_eq!(login("postgres://u:canary@no-such-host.invalid/d").await, "NameUnknown");
    let silent = Silent::start();
    for mode in ["", "?sslmode=disable"] {
        let url = format!("postgres://u:canary@127.0.0.1:{}/d{mode}", silent.port);
        let ask = PostgresAsk { url: url.into(), private: true };
        assert_eq!(said(&postgres::ask(&ask, Duration::from_millis(50)).await), "Timeout");
    }
    for words in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"", b"S\x16\x03\x01", b"E\0\0\0\x05\0"] {
        for mode in ["", "?sslmode=disable"] {
            let url = format!("postgres://u:canary@127.0.0.1:{}/d{mode}", says(words));
            let ask = PostgresAsk { url: url.into(), private: true };
            let heard = postgres::ask(&ask, PATIENCE).await;
            // Whatever is no yes to TLS is a no.
            let failed = matches!(heard, Heard::Failed(failure) if failure != Failure::BlockedAddress);
            assert!(failed || matches!(heard, Heard::Postgres(PostgresHeard::NoTls)), "{words:?} {heard:?}");
        }
    }
}

#[tokio::test]
async fn x2_a_private_address_is_not_connected_to() {
    let silent = Silent::start();
    for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:7f00:1]", "[::1]"] {
        let url = format!("postgres://u:canary@{host}:{}/d?sslmode=disable", silent.port);
        let heard = postgres::ask(&PostgresAsk { url: url.into(), private: false }, PATIENCE).await;
        let refused = matches!(heard, Heard::Failed(Failure::BlockedAddress | Failure::NameUnknown));
        assert!(refused, "{host}: {heard:?}");
    }
    assert!(!silent.was_reached());
}
