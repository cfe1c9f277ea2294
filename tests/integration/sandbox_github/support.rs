//! A client that shows every byte, and a running emulator to show it to.

use std::io;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use esc_sync::{
    crypto::sealed::SealingKey,
    model::SecretValue,
    sandbox::{Running, Sandbox, SandboxOptions},
};

pub(super) const ORG_SECRETS: &str = "/orgs/acme/actions/secrets";

/// An answer as it came over the wire.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

pub(super) async fn start() -> Running {
    Sandbox::start(SandboxOptions::default()).await.expect("a free port")
}

/// A request with a token and the name of a client, and the whole answer.
pub(super) async fn ask(running: &Running, method: &str, target: &str, body: Option<Value>) -> Reply {
    let headers = [("authorization", "token t"), ("user-agent", "test")];
    try_ask(running, method, target, &headers, body).await.expect("a whole answer")
}

pub(super) async fn get(running: &Running, target: &str) -> Reply {
    ask(running, "GET", target, None).await
}

pub(super) async fn try_ask(
    running: &Running,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> io::Result<Reply> {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(running.address).await?;
    stream.write_all(head.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse(&bytes)
}

/// Reads an answer; one that is shorter or longer than it says is an error.
pub(super) fn parse(bytes: &[u8]) -> io::Result<Reply> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| broken("no head"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let reply = Reply { status: status.ok_or_else(|| broken("no status"))?, headers, body: bytes[end + 4..].to_vec() };
    match reply.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) if length != reply.body.len() => Err(broken("the length is not true")),
        _ => Ok(reply),
    }
}

/// The body of a PUT for a secret, sealed to the scope's own key.
pub(super) async fn sealed(running: &Running, secrets: &str, value: &[u8]) -> Value {
    let key = get(running, &format!("{secrets}/public-key")).await.json();
    let sealing = SealingKey::from_base64(key["key"].as_str().expect("a key")).expect("a usable key");
    let boxed = sealing.seal(&SecretValue::from_bytes(value.to_vec())).expect("sealed");
    json!({ "encrypted_value": boxed, "key_id": key["key_id"] })
}

/// Seals and sends a secret, with the visibility that an organization's needs.
pub(super) async fn put(running: &Running, secrets: &str, name: &str, value: &[u8]) -> Reply {
    let mut body = sealed(running, secrets, value).await;
    if secrets.contains("/orgs/") {
        body["visibility"] = "private".into();
    }
    ask(running, "PUT", &format!("{secrets}/{name}"), Some(body)).await
}

pub(super) fn names(reply: &Reply, list: &str) -> Vec<String> {
    let items = reply.json()[list].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
}
