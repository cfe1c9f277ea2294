//! The network between the store and the emulated Lambda: it logs, loses and makes up answers.

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use esc_sync::{
    http::{HttpError, Incoming, Outgoing, Transport},
    sandbox::{World, lambda::LambdaWorld, message::SandboxRequest, message::SandboxResponse},
};
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use zeroize::Zeroizing;

/// No letter of it may be seen anywhere.
pub(super) const TOKEN: &str = "secret_canary_7f3a9c.0123";

/// What becomes of a request.
pub(super) enum Mishap {
    /// This answer; Lambda never sees the request.
    Answer(SandboxResponse),
    /// Somebody else does something just before.
    Meanwhile(fn(&mut LambdaWorld)),
    /// No answer, ever; `applied` tells whether Lambda saw the request.
    Silence { applied: bool },
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// `GET /api/v1/ssh-keys`
    pub(super) what: String,
    pub(super) host: String,
    pub(super) at_ms: i64,
    pub(super) body: String,
}

pub(super) struct Wire {
    born: Instant,
    state: Mutex<State>,
}

struct State {
    world: World,
    mishaps: VecDeque<(String, Mishap)>,
    seen: Vec<Seen>,
}

impl Wire {
    /// Made inside a runtime whose clock is paused.
    pub(super) fn new() -> Arc<Self> {
        let state = State { world: World::default(), mishaps: VecDeque::new(), seen: Vec::new() };
        Arc::new(Self { born: Instant::now(), state: Mutex::new(state) })
    }

    pub(super) fn lambda<T>(&self, act: impl FnOnce(&mut LambdaWorld) -> T) -> T {
        act(&mut self.lock().world.lambda)
    }

    /// The next request that reads `GET /path…` so meets this; several are met in the order given.
    pub(super) fn meets(&self, what: &str, mishap: Mishap) -> &Self {
        self.lock().mishaps.push_back((what.to_owned(), mishap));
        self
    }

    pub(super) fn answers(&self, what: &str, status: u16, body: &str) -> &Self {
        let response = SandboxResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec(), hang: false };
        self.meets(what, Mishap::Answer(response))
    }

    /// The same with one of Lambda's codes.
    pub(super) fn refuses(&self, what: &str, status: u16, code: &str) -> &Self {
        self.answers(what, status, &format!(r#"{{"error":{{"code":"{code}","message":"canary-text"}}}}"#))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    pub(super) fn count(&self, what: &str) -> usize {
        self.lock().seen.iter().filter(|seen| seen.what.starts_with(what)).count()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: silence.
    fn carry(&self, outgoing: &Outgoing<'_>) -> Option<SandboxResponse> {
        let at_ms = 1_790_000_000_000 + i64::try_from(self.born.elapsed().as_millis()).expect("a short test");
        let request = request(outgoing);
        let what = format!("{} {}", request.method, request.path);
        let mut state = self.lock();
        let body = String::from_utf8_lossy(outgoing.body).into_owned();
        let host = outgoing.url.host_str().unwrap_or_default().to_owned();
        let met = state.mishaps.iter().position(|(meant, _)| what.starts_with(meant));
        state.seen.push(Seen { what, host, at_ms, body });
        match met.and_then(|at| state.mishaps.remove(at)).map(|(_, mishap)| mishap) {
            Some(Mishap::Answer(response)) => return Some(response),
            Some(Mishap::Silence { applied }) => {
                if applied {
                    state.world.answer(&request, at_ms);
                }
                return None;
            }
            Some(Mishap::Meanwhile(act)) => act(&mut state.world.lambda),
            None => {}
        }
        Some(state.world.answer(&request, at_ms))
    }
}

impl Transport for Wire {
    fn exchange<'a>(&'a self, outgoing: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        Box::pin(async move {
            let Some(response) = self.carry(&outgoing) else { return future::pending().await };
            let headers: HeaderMap = response
                .headers
                .iter()
                .map(|(name, value)| {
                    let name: HeaderName = name.parse().expect("a header's name");
                    (name, HeaderValue::from_str(value).expect("a header's value"))
                })
                .collect();
            Ok(Incoming { status: response.status, headers, body: Zeroizing::new(response.body) })
        })
    }
}

fn request(outgoing: &Outgoing<'_>) -> SandboxRequest {
    let headers = outgoing.headers.iter();
    SandboxRequest {
        method: outgoing.method.to_string(),
        path: outgoing.url.path().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: outgoing.body.to_vec(),
        ..SandboxRequest::default()
    }
}
