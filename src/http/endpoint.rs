//! One store's door: sends a request until there is an answer worth having.
//!
//! The deadline covers all attempts of a request, the waits between them and the
//! whole body. A pause the store asks for is kept by everybody and counted apart.

use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use reqwest::{
    Method, StatusCode, Url,
    header::{HeaderValue, USER_AGENT},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::{
    BaseUrl, Client, HttpError, Outgoing, Pause, Request, Response, Transport, body, client, error::classify,
    gate::Gate, quota::Quota,
};

/// How a store's answers are to be taken.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Whether this answer asks for a pause. Asked of good answers too: the last one before a limit says so.
    pub pause: fn(&Response) -> Option<Pause>,
    /// Whether a failed answer (5xx) says of itself that it may be repeated.
    pub repeat: fn(&Response) -> Option<bool>,
}

/// A store's address with its gate and its count of requests.
pub struct Endpoint {
    client: Client,
    base: BaseUrl,
    dialect: Dialect,
    gate: Gate,
    quota: Option<Quota>,
    slots: Semaphore,
    sent: AtomicU64,
    /// Whether a request ran out of time and none was answered since.
    silent: AtomicBool,
}

const PAUSES: u32 = 10;

/// How a request ended that changes something.
#[derive(Debug)]
pub struct Delivery {
    /// The final answer, whatever its status, or why there is none.
    pub answer: Result<Response, HttpError>,
    /// Whether an attempt may have been carried out although no good answer to it came.
    pub doubtful: bool,
}

/// What one request has used up so far.
struct Progress {
    url: Url,
    left: Duration,
    attempts: u32,
    pauses: u32,
    followed: bool,
    moved: bool,
    doubtful: bool,
}

enum Step {
    /// Once more, after a wait of at most this.
    Again(Duration),
    /// Once more, when the gate opens.
    AfterPause,
    Finish(Result<Response, HttpError>),
    Follow {
        url: Url,
        moved: bool,
    },
}

impl Endpoint {
    pub fn new(client: &Client, base: BaseUrl, dialect: Dialect) -> Self {
        let options = client.options();
        Self {
            gate: Gate::new(options.wait_budget, options.unstated_pause, options.clock.clone()),
            client: client.clone(),
            base,
            dialect,
            quota: None,
            slots: Semaphore::new(options.in_flight.max(1)),
            sent: AtomicU64::new(0),
            silent: AtomicBool::new(false),
        }
    }

    /// The same for a store that wants so much time between the beginnings of any two requests,
    /// and has a first pause of its own where it does not state one.
    pub fn paced(self, interval: Duration, unstated_pause: Duration) -> Self {
        Self { gate: self.gate.paced(interval, unstated_pause), ..self }
    }

    /// The same for a store that counts points, as far as the client keeps to a number of them.
    pub fn metered(self) -> Self {
        let quota = self.client.options().points_a_minute.map(Quota::new);
        Self { quota, ..self }
    }

    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The time of day by our own clock, which may be wrong.
    pub fn now(&self) -> SystemTime {
        self.client.options().clock.now()
    }

    /// How many requests were sent, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Waits while the store wants to be left alone; nothing is sent.
    pub async fn ready(&self) -> Result<(), HttpError> {
        self.gate.pass().await
    }

    /// The final answer, whatever its status, or why there is none.
    pub async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        self.deliver(request).await.answer
    }

    /// Sends a request that changes something, and tells whether it may have been carried out unseen.
    pub async fn deliver(&self, request: &Request) -> Delivery {
        let url = match request.url(&self.base) {
            Ok(url) => url,
            Err(error) => return Delivery { answer: Err(error), doubtful: false },
        };
        let left = self.client.options().timeout;
        let mut progress =
            Progress { url, left, attempts: 0, pauses: 0, followed: false, moved: false, doubtful: false };
        loop {
            let outcome = self.attempt(request, &mut progress).await;
            match self.next(request, outcome, &mut progress) {
                Step::Again(longest) => self.back_off(longest, &mut progress).await,
                Step::AfterPause => {}
                Step::Finish(answer) => return Delivery { answer, doubtful: progress.doubtful },
                Step::Follow { url, moved } => {
                    progress.url = url;
                    progress.followed = true;
                    progress.moved = moved;
                }
            }
        }
    }

    async fn attempt(&self, request: &Request, progress: &mut Progress) -> Result<Response, HttpError> {
        let limit = self.client.options().timeout;
        let _slot = self.slot(limit).await?;
        if let Some(quota) = &self.quota {
            quota.pass(&request.method).await;
        }
        self.gate.enter().await?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        progress.attempts += 1;
        let started = Instant::now();
        let exchange = self.exchange(request, progress.url.clone());
        let outcome = match tokio::time::timeout(progress.left, exchange).await {
            Ok(outcome) => {
                self.silent.store(false, Ordering::Relaxed);
                outcome
            }
            Err(_) => {
                self.silent.store(true, Ordering::Relaxed);
                Err(HttpError::Timeout { limit })
            }
        };
        let took = started.elapsed();
        progress.left = progress.left.saturating_sub(took);
        trace(request, progress.attempts, took, &outcome);
        progress.doubtful |= match &outcome {
            Ok(response) => response.status.is_server_error(),
            Err(error) => !error.is_before_sending(),
        };
        // Closed at once and not after the slot is given back: whoever waits for it must see the gate.
        if let Some((pause, status)) = self.pause_of(&outcome) {
            self.gate.close(pause, status, Instant::now());
        }
        outcome.map(|response| Response { moved: progress.moved, ..response })
    }

    /// A place among the requests in flight. Who had to wait for it while the store fell
    /// silent does not wait a second time: a run ends within its deadline, however many
    /// requests it has (failure case E2).
    async fn slot(&self, limit: Duration) -> Result<SemaphorePermit<'_>, HttpError> {
        if let Ok(slot) = self.slots.try_acquire() {
            return Ok(slot);
        }
        let slot = self.slots.acquire().await.expect("the semaphore is never closed");
        if self.silent.load(Ordering::Relaxed) { Err(HttpError::Timeout { limit }) } else { Ok(slot) }
    }

    async fn exchange(&self, request: &Request, url: Url) -> Result<Response, HttpError> {
        if let Some(transport) = self.client.transport() {
            return self.simulated(transport, request, url).await;
        }
        let pool = self.client.pool(&self.base)?;
        let mut builder = pool.request(request.method.clone(), url).headers(request.headers.clone());
        if let Some(body) = &request.body {
            // The copy that goes out is wiped as well.
            builder = builder.body(Bytes::from_owner(body.clone()));
        }
        let answer = builder.send().await.map_err(|error| classify(&error))?;
        let (status, headers, url) = (answer.status(), answer.headers().clone(), answer.url().clone());
        let body = body::read(answer, self.client.options().body_limit).await?;
        Ok(Response { status, headers, body, url, moved: false, received: self.now() })
    }

    /// The same without a network; the limit on bodies is kept here as well.
    async fn simulated(&self, transport: &dyn Transport, request: &Request, url: Url) -> Result<Response, HttpError> {
        let mut headers = request.headers.clone();
        headers.insert(USER_AGENT, HeaderValue::from_static(client::USER_AGENT));
        let body = request.body.as_deref().map_or(&[][..], Vec::as_slice);
        let outgoing = Outgoing { method: &request.method, url: &url, headers: &headers, body };
        let answer = transport.exchange(outgoing).await?;
        let limit = self.client.options().body_limit;
        if answer.body.len() > limit {
            return Err(HttpError::TooLarge { limit });
        }
        let status = StatusCode::from_u16(answer.status).map_err(|_| HttpError::Interrupted)?;
        Ok(Response { status, headers: answer.headers, body: answer.body, url, moved: false, received: self.now() })
    }

    /// The pause an answer asks for; a refusal that asks for none at all still gets a second.
    fn pause_of(&self, outcome: &Result<Response, HttpError>) -> Option<(Pause, u16)> {
        let response = outcome.as_ref().ok()?;
        let pause = match (self.dialect.pause)(response)? {
            Pause::For(wait) if !response.is_success() => Pause::For(wait.max(Duration::from_secs(1))),
            pause => pause,
        };
        Some((pause, response.status()))
    }

    fn next(&self, request: &Request, outcome: Result<Response, HttpError>, progress: &mut Progress) -> Step {
        let response = match outcome {
            Err(error) if error.is_transient() && self.may_repeat(request, progress) => {
                return Step::Again(self.longest_wait(progress));
            }
            Err(error) => return Step::Finish(Err(error)),
            Ok(response) => response,
        };
        if response.is_success() {
            self.gate.answered();
            return Step::Finish(Ok(response));
        }
        if response.status.is_redirection() && response.status() != 304 {
            return self.redirect(request, &response, progress);
        }
        if (self.dialect.pause)(&response).is_some() {
            return self.pause(request, response, progress);
        }
        let failed = matches!(response.status(), 500 | 502 | 503 | 504);
        if failed && (self.dialect.repeat)(&response).unwrap_or(true) && self.may_repeat(request, progress) {
            return Step::Again(self.longest_wait(progress));
        }
        Step::Finish(Ok(response))
    }

    /// A limited request was not carried out, so it may always be sent again; a
    /// failing server (503) counts as an attempt and needs a repeatable request.
    fn pause(&self, request: &Request, response: Response, progress: &mut Progress) -> Step {
        progress.pauses += 1;
        let goes_on = match response.status() {
            500.. => self.may_repeat(request, progress),
            _ => progress.pauses < PAUSES,
        };
        if goes_on { Step::AfterPause } else { Step::Finish(Ok(response)) }
    }

    fn redirect(&self, request: &Request, response: &Response, progress: &Progress) -> Step {
        let status = response.status();
        let refused = Step::Finish(Err(HttpError::Redirected { status }));
        let Some(location) = response.header("location") else { return refused };
        match self.base.same_origin(&progress.url, location) {
            Err(error) => Step::Finish(Err(error)),
            Ok(url) if request.follows && request.method == Method::GET && !progress.followed => {
                Step::Follow { url, moved: matches!(status, 301 | 308) }
            }
            Ok(_) => refused,
        }
    }

    fn may_repeat(&self, request: &Request, progress: &Progress) -> bool {
        request.repeatable && progress.attempts < self.client.options().attempts && !progress.left.is_zero()
    }

    fn longest_wait(&self, progress: &Progress) -> Duration {
        let options = self.client.options();
        let doubled = options.backoff * 2_u32.pow(progress.attempts.saturating_sub(1).min(10));
        doubled.min(options.backoff_cap).min(progress.left)
    }

    /// A short wait before a refused request is worth another try; the longer, the more were made.
    pub async fn breathe(&self, tries: u32) {
        let options = self.client.options();
        let longest = (options.backoff * 2_u32.pow(tries.min(10))).min(options.backoff_cap);
        tokio::time::sleep(longest.mul_f64(options.jitter.fraction().max(0.2))).await;
    }

    async fn back_off(&self, longest: Duration, progress: &mut Progress) {
        let wait = longest.mul_f64(self.client.options().jitter.fraction());
        progress.left = progress.left.saturating_sub(wait);
        tokio::time::sleep(wait).await;
    }
}

fn trace(request: &Request, attempt: u32, took: Duration, outcome: &Result<Response, HttpError>) {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(response) => {
            tracing::debug!(operation = %request.operation, status = response.status(), attempt, milliseconds, "answered");
        }
        Err(error) => tracing::debug!(operation = %request.operation, %error, attempt, milliseconds, "not answered"),
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("base", &self.base).field("requests", &self.requests()).finish_non_exhaustive()
    }
}
