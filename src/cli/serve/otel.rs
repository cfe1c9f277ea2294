//! A run as OpenTelemetry sees it: one span and a few numbers, sent by the process that ran it, after its account.
//!
//! OTLP over HTTP as JSON, to `OTEL_EXPORTER_OTLP_ENDPOINT`; behind the feature `otel`, without a dependency of its
//! own. It never holds up a run for more than five seconds, and nothing depends on it: what goes wrong is one warning.

#[cfg(any(test, feature = "otel"))]
mod encode;
#[cfg(any(test, feature = "otel"))]
mod send;

use super::super::Failure;
use crate::daemon::Account;

type Look<'a> = &'a dyn Fn(&str) -> Option<String>;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Tells a collector of the run, if one is named.
pub(crate) async fn export(account: &Account, environment: Look<'_>) {
    let set = |name: &str| environment(name).filter(|text| !text.trim().is_empty());
    let is_disabled = set("OTEL_SDK_DISABLED").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    if is_disabled || set(ENDPOINT).is_none() {
        return;
    }
    if let Err(failure) = exported(account, &set).await {
        failure.warn("OpenTelemetry was not told of this run; the run itself is as it was told");
    }
}

#[cfg(any(test, feature = "otel"))]
async fn exported(account: &Account, environment: Look<'_>) -> Result<(), Failure> {
    send::send(account, environment, send::DEADLINE).await
}

#[cfg(not(any(test, feature = "otel")))]
async fn exported(_: &Account, _: Look<'_>) -> Result<(), Failure> {
    let help = format!("build with `--features otel`, or unset {ENDPOINT}");
    Err(Failure::usage(format!("{ENDPOINT} is set, and this program was built without OpenTelemetry"), help))
}

#[cfg(test)]
mod tests;
