//! Sockets, waiting, and breaking off: all I/O of the emulator.
//!
//! A request is read whole, shown to the world under its lock, and answered after the
//! lock is released; whatever waits (latency, delays, dripping) waits outside it.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream},
    sync::watch,
    task::JoinSet,
};

use super::{
    Shared, control,
    faults::{Effect, Shaped, shape},
    lock,
    log::LoggedRequest,
    message::{SandboxRequest, SandboxResponse},
    oidc,
    wire::{self, Arrival, Connection, Manner},
};

/// What `gh` needs when it opens dozens of connections at once, and more (tried with gh 2.23: 42 at once).
const BACKLOG: u32 = 4096;

/// A stream whose connection can be torn down without a farewell.
pub(super) trait Hangup: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// The close that follows resets the connection, where the kind of stream knows such a thing.
    fn prepare_reset(&self);
}

impl Hangup for TcpStream {
    fn prepare_reset(&self) {
        // A failure leaves an ordinary close, which the client sees as a broken answer all the same.
        let _ = self.set_zero_linger();
    }
}

impl Hangup for UnixStream {
    fn prepare_reset(&self) {}
}

pub(super) fn listen(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A socket that a killed run left behind is nobody's; one that answers is somebody's.
pub(super) fn listen_unix(path: &std::path::Path) -> io::Result<UnixListener> {
    match UnixListener::bind(path) {
        Err(error)
            if error.kind() == io::ErrorKind::AddrInUse && std::os::unix::net::UnixStream::connect(path).is_err() =>
        {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }
}

/// Accepts until told to stop; then every open connection is dropped.
pub(super) async fn serve_tcp(listener: TcpListener, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let listener = &listener;
    let accept = || async move {
        let (stream, _) = listener.accept().await?;
        let _ = stream.set_nodelay(true);
        Ok(stream)
    };
    serve(accept, shared, stop).await;
}

/// The same on a socket in the file system.
pub(super) async fn serve_unix(listener: UnixListener, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let listener = &listener;
    let accept = || async move { Ok(listener.accept().await?.0) };
    serve(accept, shared, stop).await;
}

async fn serve<S, A>(accept: impl Fn() -> A, shared: Arc<Shared>, mut stop: watch::Receiver<bool>)
where
    S: Hangup + Send + 'static,
    A: Future<Output = io::Result<S>>,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            Some(_) = connections.join_next() => {}
            accepted = accept() => match accepted {
                Ok(stream) => drop(connections.spawn(serve_connection(stream, Arc::clone(&shared)))),
                // Out of descriptors, most likely: others will be closed in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

async fn serve_connection<S: Hangup>(stream: S, shared: Arc<Shared>) {
    let mut connection = Connection::new(stream);
    loop {
        match connection.read_request().await {
            Ok(Some(arrival)) => {
                if !answer(&mut connection, arrival, &shared).await {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                if error.kind() == io::ErrorKind::InvalidData {
                    refuse(&mut connection, &shared, &error).await;
                }
                return;
            }
        }
    }
}

async fn refuse<S: Hangup>(connection: &mut Connection<S>, shared: &Shared, error: &io::Error) {
    let response = SandboxResponse::json(400, &serde_json::json!({ "message": error.to_string() }));
    let manner = Manner { close: true, ..Manner::default() };
    // Whoever sends what is no request may well be gone before the answer; nothing is lost by that.
    let _ = wire::write_response(&mut connection.stream, &response, &manner, shared.clock.now_ms() / 1000).await;
}

/// Answers one request; tells whether the connection goes on.
async fn answer<S: Hangup>(connection: &mut Connection<S>, arrival: Arrival, shared: &Arc<Shared>) -> bool {
    let Arrival { mut request, target, close } = arrival;
    shared.complete(&mut request);
    let bodyless = request.method == "HEAD";
    let store = store_of(&request.path);
    if store == "control" {
        let response = control::handle(shared, &request);
        let manner = Manner { bodyless, close, ..Manner::default() };
        return send(connection, shared, &response, &manner).await && !close;
    }
    let _in_flight = InFlight::enter(shared);
    let number = log_arrival(shared, &request, &target, store);
    let hit = lock(&shared.faults).hit(&request, &target, store);
    let latency = shared.latency_ms.load(Ordering::Relaxed).saturating_add(hit.delay_ms);
    if let Some(Effect::Page { serve: Some(page), .. }) = &hit.effect {
        ask_for_page(&mut request, *page);
    }
    let response = if hit.effect.as_ref().is_none_or(Effect::applies) {
        dispatch(shared, &request, store)
    } else {
        SandboxResponse::default()
    };
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    match hit.effect {
        Some(Effect::Hang { .. }) => {
            connection.closed().await;
            false
        }
        None if response.hang => {
            connection.closed().await;
            false
        }
        Some(Effect::Reset { .. }) => {
            connection.stream.prepare_reset();
            false
        }
        effect => {
            let Shaped { response, mut manner } = match &effect {
                Some(effect) => shape(effect, response),
                None => Shaped { response, manner: Manner::default() },
            };
            manner.bodyless = bodyless;
            manner.close |= close;
            lock(&shared.log).answered(number, response.status);
            send(connection, shared, &response, &manner).await && !manner.close
        }
    }
}

async fn send<S: Hangup>(
    connection: &mut Connection<S>,
    shared: &Shared,
    response: &SandboxResponse,
    manner: &Manner,
) -> bool {
    let now = shared.clock.now_ms() / 1000;
    wire::write_response(&mut connection.stream, response, manner, now).await.is_ok()
}

/// Which part of the emulator a path belongs to.
pub(super) fn store_of(path: &str) -> &'static str {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match segments.as_slice() {
        ["_sandbox", ..] => "control",
        ["_oidc", ..] => "oidc",
        ["_services", ..] => "services",
        ["api", "v1", _, ..] => "lambda",
        ["api", "change-requests" | "esc" | "orgs" | "preview" | "user", ..] | ["api", "oauth", "token"] => "esc",
        _ => "github",
    }
}

fn dispatch(shared: &Shared, request: &SandboxRequest, store: &str) -> SandboxResponse {
    match store {
        "oidc" => oidc::handle(request, shared.clock.now_ms() / 1000),
        _ => shared.ask_world(request),
    }
}

fn ask_for_page(request: &mut SandboxRequest, page: u32) {
    request.query.retain(|(name, _)| name != "page");
    request.query.push(("page".into(), page.to_string()));
}

fn log_arrival(shared: &Shared, request: &SandboxRequest, target: &str, store: &'static str) -> u64 {
    lock(&shared.log).arrived(LoggedRequest {
        number: 0,
        store,
        method: request.method.clone(),
        path: request.path.clone(),
        query: target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        status: 0,
        at: shared.clock.now_ms(),
        arrived_us: u64::try_from(shared.started.elapsed().as_micros()).unwrap_or(u64::MAX),
        in_flight: shared.in_flight.load(Ordering::Relaxed),
    })
}

struct InFlight<'a>(&'a Shared);

impl<'a> InFlight<'a> {
    fn enter(shared: &'a Shared) -> Self {
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_one_owner() {
        let cases = [
            ("/api/esc/environments/acme/p/e", "esc"),
            ("//api//user", "esc"),
            ("/api/user/organizations/default", "esc"),
            ("/api/oauth/token", "esc"),
            ("/api/oauth/other", "github"),
            ("/api/preview/environments/x", "esc"),
            ("/api/orgs/acme/members", "esc"),
            ("/api/v3/orgs/acme", "github"),
            ("/api/v1/ssh-keys", "lambda"),
            ("/api/v1/", "github"),
            ("/api/graphql", "github"),
            ("/user", "github"),
            ("/", "github"),
            ("/_sandbox/faults", "control"),
            ("/_oidc/token", "oidc"),
            ("/_services/api.example.com/api/user", "services"),
        ];
        for (path, owner) in cases {
            assert_eq!(store_of(path), owner, "{path}");
        }
    }
}
