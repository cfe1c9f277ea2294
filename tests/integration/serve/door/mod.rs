//! The door in earnest: a server on loopback, asked in raw bytes, since what is tested is what no client would send.

mod board;
mod guards;
mod hostile;
mod metrics;
mod openmetrics;
mod routes;
mod sessions;
mod wire;

use std::{io, net::SocketAddr, time::Duration};

use esc_sync::{
    crypto,
    daemon::{
        Board, Pulse, Shared,
        door::{self, DoorOptions, Limits},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

const TOKEN: &str = "a-token-that-is-long-enough-to-be-one";
/// What never happens has to end the test. Nothing is expected to take any part of it.
const NEVER: Duration = Duration::from_secs(60);

/// A door that is open until it is dropped or closed.
struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    whole: String,
}

fn options() -> DoorOptions {
    let listen = "127.0.0.1:0".parse().expect("an address");
    DoorOptions { listen, hosts: vec!["esc-sync.example".to_owned()], token: None, names: false }
}

fn guarded() -> DoorOptions {
    DoorOptions { token: Some(crypto::digest_hex(TOKEN.as_bytes())), ..options() }
}

async fn open(options: DoorOptions, board: Board) -> Served {
    open_within(Limits::default(), options, board).await
}

async fn open_within(limits: Limits, options: DoorOptions, board: Board) -> Served {
    let listener = TcpListener::bind(options.listen).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        // A test that ends drops the other end.
        let _ = stopped.await;
    };
    let serving = door::serve_within(limits, listener, options, Shared::new(board), Pulse::default(), stopped);
    Served { address, stop: Some(stop), task: tokio::spawn(serving) }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it listens")
    }

    /// All that comes back until the connection ends. `{host}` is where it listens.
    async fn raw(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        let request = request.replace("{host}", &self.address.to_string());
        // It may refuse before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;
        rest(&mut stream).await
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str("Host: {host}\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                body.len()
            ));
        }
        Answer::read(&self.raw(&format!("{request}\r\n{body}")).await)
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers, "").await
    }

    /// As our own form would.
    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let own = [&[("Origin", "http://{host}")], headers].concat();
        self.ask("POST", path, &own, body).await
    }

    async fn close(mut self) -> io::Result<()> {
        drop(self.stop.take());
        timeout(NEVER, self.task).await.expect("it ends").expect("no panic")
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut is one that ended.
    let _ = timeout(NEVER, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
    String::from_utf8(bytes).expect("text")
}

impl Answer {
    fn read(whole: &str) -> Self {
        let (head, body) = whole.split_once("\r\n\r\n").unwrap_or((whole, ""));
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned()));
        Self { status: status.unwrap_or(0), headers: headers.collect(), body: body.to_owned(), whole: whole.to_owned() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}
