//! A run as OTLP's JSON: keys in lowerCamelCase, ids in hexadecimal, 64-bit numbers as text, enumerations as numbers
//! (OpenTelemetry's protocol specification, "JSON Protobuf Encoding", read 2026-11). No name of an entry is in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    crypto::digest_hex,
    daemon::{Account, account::Verdict},
    model::{Status, printable},
};

/// Enumerations of the protocol.
const SPAN_KIND_INTERNAL: u8 = 1;
const STATUS_OK: u8 = 1;
const STATUS_ERROR: u8 = 2;

/// The longest text that is sent.
const TEXT_LIMIT: usize = 200;

/// The body for `/v1/traces`: one span. Its ids follow from the run's, so a log line leads to its trace.
pub(super) fn traces(account: &Account, service: &str) -> Value {
    let digest = digest_hex(format!("esc-sync run {}", account.run).as_bytes());
    let (began, ended) = times(account);
    let span = json!({
        "traceId": digest[..32],
        "spanId": digest[32..48],
        "name": format!("esc-sync {}", account.kind),
        "kind": SPAN_KIND_INTERNAL,
        "startTimeUnixNano": began,
        "endTimeUnixNano": ended,
        "attributes": span_attributes(account),
        "status": status(account),
    });
    json!({ "resourceSpans": [{ "resource": resource(service), "scopeSpans": [{ "scope": scope(), "spans": [span] }] }] })
}

/// The body for `/v1/metrics`: what is known now, and how long it took to find out.
pub(super) fn metrics(account: &Account, service: &str) -> Value {
    let (_, ended) = times(account);
    let kind = text("esc_sync.run.kind", account.kind.as_str());
    let mut metrics = vec![json!({
        "name": "esc_sync.run.duration",
        "unit": "s",
        "description": "How long the run took.",
        "gauge": { "dataPoints": [
            { "timeUnixNano": ended, "asDouble": seconds(account.duration_ms), "attributes": [kind] },
        ] },
    })];
    if account.is_look() {
        let point = |(status, count): (&Status, usize)| json!({ "timeUnixNano": ended, "asInt": count.to_string(), "attributes": [text("esc_sync.status", status.as_str())] });
        let points: Vec<_> = Status::ALL.iter().map(|status| (status, counted(account, *status))).map(point).collect();
        metrics.push(json!({
            "name": "esc_sync.entries",
            "unit": "{entry}",
            "description": "Entries of the mapping by what they were found to be.",
            "gauge": { "dataPoints": points },
        }));
    }
    json!({ "resourceMetrics": [{ "resource": resource(service), "scopeMetrics": [{ "scope": scope(), "metrics": metrics }] }] })
}

/// Only a pass is well: not having found out is an error as well.
fn status(account: &Account) -> Value {
    match (account.verdict, &account.failure) {
        (Verdict::Pass, None) => json!({ "code": STATUS_OK }),
        (_, Some(failure)) => json!({ "code": STATUS_ERROR, "message": printable(&failure.what, TEXT_LIMIT) }),
        (verdict, None) => json!({ "code": STATUS_ERROR, "message": verdict.as_str() }),
    }
}

fn span_attributes(account: &Account) -> Vec<Value> {
    let mut attributes = vec![
        text("esc_sync.run.id", &account.run),
        text("esc_sync.run.verdict", account.verdict.as_str()),
        number("esc_sync.run.exit", u64::from(account.exit)),
        number("esc_sync.run.duration_ms", account.duration_ms),
        number("esc_sync.entries", count(account.entries.len())),
        number("esc_sync.proposed", count(account.proposed.len())),
    ];
    for status in Status::ALL.iter().copied().filter(|status| counted(account, *status) > 0) {
        attributes.push(number(&format!("esc_sync.entries.{status}"), count(counted(account, status))));
    }
    let mut writes = BTreeMap::<&str, u64>::new();
    account.outcomes.iter().for_each(|outcome| *writes.entry(outcome.end.as_str()).or_default() += 1);
    attributes.extend(writes.iter().map(|(end, count)| number(&format!("esc_sync.writes.{end}"), *count)));
    attributes
        .extend(account.requests.iter().map(|(store, sent)| number(&format!("esc_sync.requests.{store}"), *sent)));
    attributes
}

fn counted(account: &Account, status: Status) -> usize {
    account.entries.iter().filter(|entry| entry.status == status).count()
}

fn resource(service: &str) -> Value {
    json!({ "attributes": [text("service.name", service), text("service.version", env!("CARGO_PKG_VERSION"))] })
}

fn scope() -> Value {
    json!({ "name": "esc-sync", "version": env!("CARGO_PKG_VERSION") })
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": printable(value, TEXT_LIMIT) } })
}

fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

/// Beginning and end in nanoseconds, as text.
fn times(account: &Account) -> (String, String) {
    let began = u128::try_from(account.began).unwrap_or(0) * 1_000_000_000;
    (began.to_string(), (began + u128::from(account.duration_ms) * 1_000_000).to_string())
}

fn seconds(milliseconds: u64) -> f64 {
    std::time::Duration::from_millis(milliseconds).as_secs_f64()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
