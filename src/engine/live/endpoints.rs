//! Health endpoints: all asked at the same time, each judged by what its declaration wants.
//!
//! How a request is sent comes in from outside; no credential is ever part of one.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::{
    mapping::EndpointSpec,
    model::{EndpointResult, Stamp},
    probe::{self, Answer, Failure},
};

/// One question to a stranger, without a credential.
#[derive(Clone, Copy, Debug)]
pub struct EndpointAsk<'s> {
    pub method: &'static str,
    pub url: &'s str,
    pub headers: &'static [(&'static str, &'static str)],
    /// Whether the host may have a private address.
    pub private: bool,
}

/// What each endpoint said, in the order of the mapping; `deadline` is what `send` keeps to.
pub async fn ask_all<'s, F>(
    specs: &'s [EndpointSpec],
    send: impl Fn(EndpointAsk<'s>) -> F,
    now: impl Fn() -> Stamp,
    deadline: Duration,
) -> Vec<EndpointResult>
where
    F: Future<Output = Result<Answer, Failure>>,
{
    join_all(specs.iter().map(|spec| one(spec, &send, &now, deadline))).await
}

async fn one<'s, F>(
    spec: &'s EndpointSpec,
    send: &impl Fn(EndpointAsk<'s>) -> F,
    now: &impl Fn() -> Stamp,
    deadline: Duration,
) -> EndpointResult
where
    F: Future<Output = Result<Answer, Failure>>,
{
    let ask = EndpointAsk { method: "GET", url: &spec.url, headers: ACCEPTED, private: spec.allow_private };
    let begun = Instant::now();
    let answer = send(ask).await;
    let (status, latency) = match &answer {
        Ok(answer) => (Some(answer.status), answer.took),
        Err(_) => (None, begun.elapsed()),
    };
    let health = match &answer {
        Ok(answer) => probe::endpoint::read(spec, answer),
        Err(failure) => probe::endpoint::unheard(*failure, deadline),
    };
    result(spec, health, status, latency, now())
}

fn result(
    spec: &EndpointSpec,
    (verdict, what, help): probe::endpoint::Health,
    status: Option<u16>,
    latency: Duration,
    checked_at: Stamp,
) -> EndpointResult {
    EndpointResult {
        name: spec.name.clone(),
        service: spec.service.as_ref().map(Arc::clone),
        blocking: spec.blocking,
        verdict,
        what,
        help,
        host: probe::host_of(&spec.url).unwrap_or_default().into(),
        status,
        latency,
        checked_at,
    }
}

/// What is wanted, best first; the judgement is the declaration's.
const ACCEPTED: &[(&str, &str)] = &[("accept", "application/json, */*;q=0.5")];
