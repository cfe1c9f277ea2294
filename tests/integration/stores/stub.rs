//! A server that says what it was told to, byte by byte, and remembers what it was asked.
//!
//! Raw sockets, so that every fault can be shown. Answers are scripted per method and
//! target (with or without its query); the last one of a script is repeated.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

pub(crate) struct Stub {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    scripts: Mutex<HashMap<String, Vec<Reply>>>,
    log: Mutex<Vec<Seen>>,
    base: String,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    /// `GET /path?query`
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    fault: Fault,
}

#[derive(Clone)]
pub(crate) enum Fault {
    /// Closes without an answer.
    Close,
    /// Announces keep-alive, then closes all the same.
    CloseIdle,
    /// A byte now and then.
    Drip,
    /// Interim answers without end.
    EndlessInterim,
    /// Never answers.
    Hang,
    /// Another length than that of the body.
    Length(usize),
    None,
    /// Resets the connection after so many bytes of the body.
    Reset(usize),
    /// Waits until so many such requests are there at once.
    Together(Arc<Barrier>),
}

pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply { status, headers: Vec::new(), body: body.into(), fault: Fault::None }
}

pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
    status(200, body)
}

impl Reply {
    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Stub {
    /// Starts on a free port of loopback. `{base}` in headers and bodies becomes the stub's own address.
    pub(crate) async fn start<const N: usize>(scripts: [(&str, Vec<Reply>); N]) -> Self {
        Self::listen(scripts.into_iter().map(|(line, replies)| (line.to_owned(), replies)).collect(), None).await
    }

    pub(crate) async fn start_tls<const N: usize>(scripts: [(&str, Vec<Reply>); N], tls: TlsAcceptor) -> Self {
        Self::listen(scripts.into_iter().map(|(line, replies)| (line.to_owned(), replies)).collect(), Some(tls)).await
    }

    pub(crate) async fn listen(scripts: HashMap<String, Vec<Reply>>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let host = if tls.is_some() { "localhost" } else { "127.0.0.1" };
        let base = format!("{scheme}://{host}:{}", address.port());
        let shared = Arc::new(Shared { scripts: Mutex::new(scripts), log: Mutex::default(), base });
        let serving = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, tls.clone(), Arc::clone(&serving)));
            }
        });
        Self { address, shared, accepting }
    }

    pub(crate) fn base(&self) -> String {
        self.shared.base.clone()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().expect("unpoisoned").clone()
    }

    /// The request lines, in order of arrival.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log().into_iter().map(|seen| seen.line).collect()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve(stream, |stream| stream.set_zero_linger(), shared).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, |stream| stream.get_ref().0.set_zero_linger(), shared).await;
            }
        }
    }
}

async fn serve<S, R>(mut stream: S, reset: R, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Fn(&S) -> std::io::Result<()>,
{
    let mut buffer = Vec::new();
    while let Some(seen) = request(&mut stream, &mut buffer).await {
        let reply = shared.reply(&seen.line);
        shared.log.lock().expect("unpoisoned").push(seen);
        if answer(&mut stream, &reply, &reset, &shared.base).await.is_none() {
            return;
        }
    }
}

async fn request<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> Option<Seen> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let at = Instant::now();
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next()?.rsplit_once(' ')?.0.to_owned();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into())).collect();
    let mut seen = Seen { at, line, headers, body: String::new() };
    let length: usize = seen.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < end + 4 + length {
        stream.read_buf(buffer).await.ok()?;
    }
    seen.body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
    buffer.drain(..end + 4 + length);
    Some(seen)
}

/// Writes an answer; `None` ends the connection.
async fn answer<S, R>(stream: &mut S, reply: &Reply, reset: &R, base: &str) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Fn(&S) -> std::io::Result<()>,
{
    let body = reply.filled(base);
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
    let length = if let Fault::Length(length) = reply.fault { length } else { body.len() };
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("{base}", base)));
    }
    if reply.status != 204 {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    match &reply.fault {
        Fault::Close => return None,
        Fault::Hang => std::future::pending().await,
        Fault::EndlessInterim => loop {
            stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\n").await.ok()?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        },
        Fault::Together(barrier) => {
            barrier.wait().await;
        }
        _ => {}
    }
    stream.write_all(head.as_bytes()).await.ok()?;
    match &reply.fault {
        Fault::Drip => {
            for byte in body {
                stream.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Fault::Reset(after) => {
            stream.write_all(&body[..*after]).await.ok()?;
            reset(stream).ok()?;
            return None;
        }
        Fault::Length(_) | Fault::CloseIdle => {
            stream.write_all(&body).await.ok()?;
            let _ = stream.shutdown().await;
            return None;
        }
        _ => stream.write_all(&body).await.ok()?,
    }
    Some(())
}

impl Reply {
    fn filled(&self, base: &str) -> Vec<u8> {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text.replace("{base}", base).into_bytes(),
            Err(_) => self.body.clone(),
        }
    }
}

impl Shared {
    fn reply(&self, line: &str) -> Reply {
        let mut scripts = self.scripts.lock().expect("unpoisoned");
        let bare = line.split('?').next().unwrap_or(line);
        let key = if scripts.contains_key(line) { line } else { bare };
        match scripts.get_mut(key) {
            Some(replies) if replies.len() > 1 => replies.remove(0),
            Some(replies) => replies[0].clone(),
            None => status(418, "not scripted"),
        }
    }
}
