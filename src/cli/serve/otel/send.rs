//! The way to a collector: two requests at once, five seconds for both, no second try.

use std::time::Duration;

use futures_util::future::try_join;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{ENDPOINT, Look, encode};
use crate::{
    cli::Failure,
    daemon::Account,
    http::{BaseUrl, Client, Names, Options, ProxySettings, StrangerRequest, Strangers},
};

pub(super) const DEADLINE: Duration = Duration::from_secs(5);

/// Headers with which the collector is asked; a token is usually among them.
type Headers = Vec<(String, Zeroizing<String>)>;

pub(super) async fn send(account: &Account, environment: Look<'_>, deadline: Duration) -> Result<(), Failure> {
    let base = BaseUrl::parse(&environment(ENDPOINT).unwrap_or_default()).map_err(|why| {
        let help = format!("set {ENDPOINT} to https://HOST[:PORT][/PREFIX]; plain http is for this machine only");
        Failure::usage(format!("the address in {ENDPOINT} cannot be used: {why}"), help)
    })?;
    let headers = headers(&environment("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default())?;
    let service = environment("OTEL_SERVICE_NAME").unwrap_or_else(|| "esc-sync".to_owned());
    let proxy = ProxySettings::find(environment);
    let strangers = Strangers::new(&Client::new(Options { proxy, ..Options::default() }), Names::System);
    let post = |path: &str, body: Value| {
        let url = format!("{base}{path}");
        let (strangers, headers) = (&strangers, &headers);
        async move { post(strangers, &url, headers, &body, deadline).await }
    };
    let (traces, metrics) = (encode::traces(account, &service), encode::metrics(account, &service));
    try_join(post("/v1/traces", traces), post("/v1/metrics", metrics)).await.map(drop)
}

async fn post(
    strangers: &Strangers,
    url: &str,
    headers: &Headers,
    body: &Value,
    deadline: Duration,
) -> Result<(), Failure> {
    let body = body.to_string();
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let request = StrangerRequest { method: "POST", url, headers: all, body: Some(body.as_bytes()), private: true };
    let why = match strangers.ask(&request, deadline).await {
        Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
        Ok(answer) => format!("it answers with status {}", answer.status),
        Err(error) => error.to_string(),
    };
    let help = format!("see whether a collector listens at {ENDPOINT}, and OTEL_EXPORTER_OTLP_HEADERS");
    Err(Failure::unknown(format!("the OpenTelemetry collector does not take it: {why}"), help))
}

/// `name=value,name=value`, the values percent-encoded (OpenTelemetry's specification of exporters, read 2026-11).
fn headers(text: &str) -> Result<Headers, Failure> {
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?.into_owned();
        Some((name.trim().to_owned(), Zeroizing::new(value)))
    };
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    let headers: Option<Headers> = pairs.map(one).collect();
    headers.ok_or_else(|| {
        let help = "write NAME=VALUE, several with commas between them, the values percent-encoded";
        Failure::usage("the headers in OTEL_EXPORTER_OTLP_HEADERS cannot be used", help)
    })
}
