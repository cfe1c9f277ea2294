//! State in a real PostgreSQL.

use std::{sync::Arc, time::Duration};

use esc_sync::ledger::{
    backend::{Backend, Expected, StateFault, StateFaultKind},
    postgres::PostgresState,
    url::StateUrl,
};

use super::{
    EFFORT, hold,
    postgres_server::{PASSWORD, PostgresServer, free_port, pem},
};

fn with_password(name: &str) -> Option<String> {
    (name == "PGPASSWORD").then(|| PASSWORD.to_owned())
}

fn state(url: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Backend>, StateFault> {
    let StateUrl::Postgres(url) = StateUrl::parse(url).expect("it is well-formed") else { panic!("a database") };
    Ok(Arc::new(PostgresState::new(&url, env)?))
}

fn open(url: &str) -> Arc<dyn Backend> {
    state(url, &with_password).expect("the settings are fine")
}

async fn fault(state: &dyn Backend) -> StateFault {
    let fault = state.prove_writable().await.expect_err("it cannot be written to");
    assert_eq!(fault.kind, StateFaultKind::Unavailable);
    assert!(!format!("{fault:?} {state:?}").contains("canary"), "{fault:?}");
    assert!(!fault.help.is_empty());
    fault
}

/// One server for all of it: starting it is the slow part.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_the_rules_of_state() {
    let server = PostgresServer::start(&["max_connections=100", "log_statement=all"], &[]);
    let url = format!("postgres://owner@127.0.0.1:{}/postgres", server.port);
    hold(|| open(&url), EFFORT).await;
    over_a_socket(&server).await;
    c7_two_make_the_tables_at_a_time(&url).await;
    c1_the_lock_is_free_when_its_session_dies(&url).await;
    c4_refusals_are_known_before_anything_remote(&url).await;
    a_lost_connection_is_made_anew(&url).await;
    assert!(!server.log().contains("canary"), "the password reached the server's log");
}

async fn over_a_socket(server: &PostgresServer) {
    let folder = server.folder().display();
    let url = format!("postgres:///postgres?host={folder}&port={}&user=owner", server.port);
    open(&url).prove_writable().await.expect("it listens there, too");
}

async fn c7_two_make_the_tables_at_a_time(url: &str) {
    let url = format!("{url}?table=fresh");
    let states: Vec<_> = (0..8).map(|_| open(&url)).collect();
    let proofs = states.iter().map(|state| state.prove_writable());
    for result in futures_util::future::join_all(proofs).await {
        result.expect("the tables are made once");
    }
    open(&url).put("only-here", b"x", Expected::Absent).await.expect("written");
    assert_eq!(open(&url.replace("fresh", "other")).get("only-here").await.expect("read"), None);
}

/// The server ends the session as it does when the client's machine is gone.
async fn c1_the_lock_is_free_when_its_session_dies(url: &str) {
    let held = open(url).exclude("run-1", Duration::ZERO).await.expect("nobody writes");
    assert!(open(url).exclude("run-2", Duration::ZERO).await.is_err());
    end_sessions(url, "esc-sync run-1").await;
    open(url).exclude("run-2", Duration::from_secs(60)).await.expect("its holder is dead").release().await;
    held.release().await;
}

async fn a_lost_connection_is_made_anew(url: &str) {
    let state = open(url);
    state.put("kept", b"1", Expected::Absent).await.expect("written");
    end_sessions(url, "esc-sync state").await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(state.get("kept").await);
    }
    let last = answers.pop().expect("three").expect("it connected again").expect("there");
    assert_eq!(last.bytes, b"1");
}

async fn end_sessions(url: &str, name: &str) {
    let mut config: tokio_postgres::Config = url.parse().expect("a URL");
    config.password(PASSWORD);
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("connected");
    let connection = tokio::spawn(connection);
    let ended = client
        .query("select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = $1", &[&name])
        .await
        .expect("the owner may");
    assert!(!ended.is_empty() && ended.iter().all(|row| row.get::<_, bool>(0)), "{} sessions", ended.len());
    drop(client);
    connection.await.expect("no panic").expect("closed well");
}

async fn c4_refusals_are_known_before_anything_remote(url: &str) {
    let wrong = state(url, &|name| (name == "PGPASSWORD").then(|| "canary-wrong".to_owned())).expect("settings");
    assert!(fault(&*wrong).await.what.ends_with("refused: the login is not accepted (SQLSTATE 28P01)"));
    let none = state(url, &|_| None).expect("settings");
    assert!(fault(&*none).await.help.contains("PGPASSWORD"));
    let missing = fault(&*open(&url.replace("/postgres", "/nowhere"))).await;
    assert!(missing.what.contains("there is no such database"), "{missing}");
    let encrypted = fault(&*open(&format!("{url}?sslmode=require"))).await;
    assert!(encrypted.what.contains("it does not speak TLS"), "{encrypted}");
    let closed = fault(&*open(&format!("postgres://owner@127.0.0.1:{}/postgres", free_port()))).await;
    assert!(closed.what.contains("connection refused"), "{closed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_certificates_are_verified() {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = pem("CERTIFICATE", issued.cert.der());
    let key = pem("PRIVATE KEY", &issued.signing_key.serialize_der());
    let files = [("server.crt", &*certificate), ("server.key", &*key)];
    let server = PostgresServer::start(&["ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"], &files);
    let roots = server.folder().join("server.crt");
    let url = |host: &str, roots: &str| {
        format!("postgres://owner@{host}:{}/postgres?sslmode=verify-full{roots}", server.port)
    };
    let trusted = format!("&sslrootcert={}", roots.display());
    open(&url("localhost", &trusted)).prove_writable().await.expect("the certificate is trusted and for this host");
    let unknown = fault(&*open(&url("localhost", ""))).await;
    assert!(unknown.what.contains("certificate or TLS is not accepted"), "{unknown}");
    let other = fault(&*open(&url("127.0.0.1", &trusted))).await;
    assert!(other.what.contains("certificate or TLS is not accepted"), "{other}");
    let missing = url("localhost", "&sslrootcert=/nowhere/canary.pem");
    let missing = state(&missing, &with_password).expect_err("there is no such file");
    assert!(!format!("{missing:?}").contains("canary"));
}
