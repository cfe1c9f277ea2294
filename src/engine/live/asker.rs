//! Who asks strangers in one run: caps, deadlines, the one retry, and the count of what was sent.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, UNIX_EPOCH},
};

use tokio::{sync::Semaphore, time::Instant};
use zeroize::Zeroizing;

use super::{
    door::{self, Door},
    endpoints::EndpointAsk,
    host::Hosts,
};
use crate::{
    http::{BaseUrl, Client, HttpError, Names, StrangerAnswer, StrangerRequest, Strangers},
    model::Stamp,
    probe::{Answer, Ask, Failure, Heard},
};

/// How strangers are asked.
#[derive(Clone, Debug)]
pub struct AskerOptions {
    /// For all that one check asks.
    pub deadline: Duration,
    /// Requests in flight to one host, and in all.
    pub per_host: usize,
    pub overall: usize,
    /// Ask nobody.
    pub offline: bool,
    /// Where the sandbox answers in the place of everybody.
    pub detour: Option<BaseUrl>,
    pub names: Names,
}

/// The way to all strangers of a run.
#[derive(Debug)]
pub struct Asker {
    pub(super) options: AskerOptions,
    strangers: Strangers,
    hosts: Hosts,
    /// A place is kept for so long only as something moves: who waits for a silent host uses nothing up.
    places: Semaphore,
    sent: AtomicU64,
}

/// After this a request that was not answered gives its place away.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between the two attempts of a repeatable request.
const BREATH: Duration = Duration::from_millis(150);

impl Default for AskerOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            per_host: 32,
            overall: 64,
            offline: false,
            detour: None,
            names: Names::System,
        }
    }
}

impl Asker {
    pub fn new(client: &Client, options: AskerOptions) -> Self {
        Self {
            strangers: Strangers::new(client, options.names.clone()),
            hosts: Hosts::new(options.per_host),
            places: Semaphore::new(options.overall),
            sent: AtomicU64::new(0),
            options,
        }
    }

    /// How many questions were sent, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether nobody may be asked.
    pub fn is_offline(&self) -> bool {
        self.options.offline
    }

    pub fn deadline(&self) -> Duration {
        self.options.deadline
    }

    pub fn now(&self) -> Stamp {
        let since = self.strangers.now().duration_since(UNIX_EPOCH);
        Stamp(since.map_or(0, |since| since.as_secs().cast_signed()))
    }

    /// One request without a credential, within the caps; a lost one is sent once more if it is a GET.
    pub async fn http(&self, host: &str, request: &StrangerRequest<'_>) -> Result<StrangerAnswer, HttpError> {
        self.twice(host, request, request.method == "GET", self.options.deadline).await
    }

    /// What an endpoint answers to a request without a credential; a lost one is sent once more. In the
    /// sandbox the detour answers.
    pub(super) async fn endpoint(&self, host: &str, ask: &EndpointAsk<'_>) -> Result<Answer, Failure> {
        let detoured = self.options.detour.as_ref().map(|detour| door::detoured(detour, host, ask.url));
        let url = detoured.unwrap_or_else(|| Some(Zeroizing::new(ask.url.to_owned()))).ok_or(Failure::BadAnswer)?;
        let private = ask.private || self.options.detour.is_some();
        let request =
            StrangerRequest { method: ask.method, url: &url, headers: ask.headers.to_vec(), body: None, private };
        self.http(&door::authority(host, ask.url), &request)
            .await
            .map(door::heard)
            .map_err(|error| door::failure(&error))
    }

    /// What is heard to one question, and how long it took to hear it.
    pub(super) async fn hear(&self, ask: &Ask, left: Duration) -> (Heard, Duration) {
        let started = Instant::now();
        let heard = match Door::of(ask, self.options.detour.as_ref()) {
            None => Heard::Failed(Failure::BadAnswer),
            Some(Door::Http { host, request, repeatable, read }) => {
                let answer = self.twice(&host, &request.as_sent(), repeatable, left).await;
                answer.map_or_else(|error| Heard::Failed(door::failure(&error)), read)
            }
            Some(Door::Own { host }) => self.own(&host, ask, left).await,
        };
        (heard, started.elapsed())
    }

    /// A service that speaks a protocol of its own is asked once: a wrong password counts there.
    async fn own(&self, host: &str, ask: &Ask, left: Duration) -> Heard {
        let asking = async {
            self.sent.fetch_add(1, Ordering::Relaxed);
            let asking = async {
                match ask {
                    Ask::Redis(ask) => super::redis::ask(ask, left).await,
                    Ask::Postgres(ask) => super::postgres::ask(ask, left).await,
                    Ask::Http(_) => Heard::Failed(Failure::BadAnswer),
                }
            };
            tokio::time::timeout(left, asking).await.unwrap_or(Heard::Failed(Failure::Timeout))
        };
        let silent = |heard: &Heard| matches!(heard, Heard::Failed(Failure::Timeout));
        self.in_turn(host, asking, silent).await.unwrap_or(Heard::Failed(Failure::Timeout))
    }

    /// Once, and once more if nothing but the way was at fault and there is time.
    async fn twice(
        &self,
        host: &str,
        request: &StrangerRequest<'_>,
        repeatable: bool,
        left: Duration,
    ) -> Result<StrangerAnswer, HttpError> {
        let started = Instant::now();
        let first = self.once(host, request, left).await;
        let rest = left.saturating_sub(started.elapsed());
        if !repeatable || rest <= BREATH || !is_passing(&first) {
            return first;
        }
        tokio::time::sleep(BREATH).await;
        match self.once(host, request, rest - BREATH).await {
            // The first answer says more than that there was no second.
            Err(_) if first.is_ok() => first,
            second => second,
        }
    }

    async fn once(
        &self,
        host: &str,
        request: &StrangerRequest<'_>,
        left: Duration,
    ) -> Result<StrangerAnswer, HttpError> {
        let asking = async {
            self.sent.fetch_add(1, Ordering::Relaxed);
            self.strangers.ask(request, left).await
        };
        let silent = |answer: &Result<StrangerAnswer, HttpError>| matches!(answer, Err(HttpError::Timeout { .. }));
        let answer = self.in_turn(host, asking, silent).await.unwrap_or(Err(HttpError::Timeout { limit: left }));
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        tracing::debug!(%host, status, failed = answer.is_err(), "asked a service");
        answer
    }

    /// In one of the host's places and one of all. `None`: the host fell silent while this waited for its
    /// place, and nobody waits for it a second time.
    async fn in_turn<T>(&self, host: &str, asking: impl Future<Output = T>, silent: impl Fn(&T) -> bool) -> Option<T> {
        let host = self.hosts.of(host);
        let _turn = host.turn().await?;
        let place = self.places.acquire().await.expect("the semaphore is never closed");
        let mut asking = std::pin::pin!(asking);
        let heard = match tokio::time::timeout(PATIENCE, &mut asking).await {
            Ok(heard) => heard,
            Err(_) => {
                drop(place);
                asking.await
            }
        };
        host.heard(silent(&heard));
        Some(heard)
    }
}

/// Whether the same question may well be answered a moment later.
fn is_passing(answer: &Result<StrangerAnswer, HttpError>) -> bool {
    use crate::http::ConnectFailure;
    match answer {
        Ok(answer) => matches!(answer.status, 502..=504),
        Err(HttpError::Connect(failure)) => *failure != ConnectFailure::Name,
        Err(error) => *error == HttpError::Interrupted,
    }
}
