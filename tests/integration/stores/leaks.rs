//! No secret that is sent or received stands in an error, a `Debug` or a log line.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use esc_sync::{
    http::{BaseUrl, Client},
    model::SecretValue,
    store::{EscStore, GithubStore, esc::EscLogin, github::GithubLogin},
};
use tracing_subscriber::fmt::MakeWriter;

use super::{
    acme, hasty, options, production,
    stub::{Fault, Reply, Stub, ok, status},
};

const CANARY: &str = "canary-7f3a9c";
const OPEN: &str = "POST /api/esc/environments/acme/default/production/open";
const READ: &str = "GET /api/esc/environments/acme/default/production/open/canary-7f3a9c";
const LIST: &str = "GET /orgs/acme/actions/secrets";

/// All that is logged, at the highest verbosity, ours and the libraries'.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything a hostile or broken store could echo a secret in.
fn hostile() -> Vec<Reply> {
    let body = format!(
        r#"{{"message":"{CANARY}","id":"{CANARY}","diagnostics":[{{"summary":"{CANARY}"}}],"secrets":["{CANARY}"]}}"#
    );
    let marked = |reply: Reply| {
        reply
            .header("X-GitHub-Request-Id", CANARY)
            .header("X-GitHub-SSO", format!("required; url=https://x/{CANARY}"))
            .header("X-Accepted-GitHub-Permissions", format!("{CANARY}=read"))
            .header("Location", format!("https://{CANARY}.test/{CANARY}"))
            .header("Link", format!("<https://{CANARY}.test/{CANARY}>; rel=\"next\""))
    };
    let mut replies: Vec<Reply> = [200, 301, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503]
        .map(|code| marked(status(code, body.clone())))
        .into();
    replies.push(ok(format!(r#"{{"properties":{{"a":{{"value":"{CANARY}"#)));
    replies.push(ok(CANARY));
    replies.push(ok(body.clone()).fault(Fault::Reset(20)));
    replies.push(ok(body).fault(Fault::Hang));
    replies
}

#[tokio::test]
async fn i8_no_fault_puts_a_secret_into_words() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let quick = esc_sync::http::Options { wait_budget: std::time::Duration::ZERO, ..hasty() };
    for reply in hostile() {
        let opened = ok(format!(r#"{{"id":"{CANARY}"}}"#));
        let stub = Stub::start([(OPEN, vec![opened]), (READ, vec![reply.clone()]), (LIST, vec![reply])]).await;
        let base = BaseUrl::parse(&stub.base()).expect("loopback");
        let client = Client::new(quick.clone());
        let token = SecretValue::from(CANARY);
        let esc = EscStore::new(&client, base.clone(), EscLogin::token(&token, "the token").expect("legal"));
        let github = GithubStore::new(&client, base, GithubLogin::token(&token, "the token").expect("legal"));
        let unread = [
            esc.read_environment(&production()).await.expect_err("a fault"),
            (*github.list_secrets(&acme()).await.expect_err("a fault")).clone(),
        ];
        assert!(stub.log().iter().all(|seen| seen.headers.iter().any(|(_, value)| value.contains(CANARY))));
        let said = format!("{unread:?} {} {} {esc:?} {github:?} {client:?}", unread[0], unread[1]);
        assert!(!said.contains(CANARY), "{said}");
    }
    let logged = String::from_utf8_lossy(&log.0.lock().expect("unpoisoned")).into_owned();
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("esc_sync")).collect();
    assert!(ours.len() > 20, "the log was read");
    assert!(ours.iter().all(|line| !line.contains(CANARY)));
}

#[tokio::test]
async fn i8_a_good_answer_is_not_logged_either() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let body = format!(r#"{{"properties":{{"a":{{"value":"{CANARY}-value"}}}}}}"#);
    let stub = Stub::start([
        (OPEN, vec![ok(r#"{"id":"s1"}"#)]),
        ("GET /api/esc/environments/acme/default/production/open/s1", vec![ok(body)]),
    ])
    .await;
    let login = EscLogin::token(&SecretValue::from(CANARY), "the token").expect("legal");
    let store = EscStore::new(&Client::new(options()), BaseUrl::parse(&stub.base()).expect("loopback"), login);
    let snapshot = store.read_environment(&production()).await.expect("read");
    assert!(!format!("{snapshot:?}").contains(CANARY));
    assert!(!String::from_utf8_lossy(&log.0.lock().expect("unpoisoned")).contains(CANARY));
}
