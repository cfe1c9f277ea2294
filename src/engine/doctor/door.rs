//! The way to one store: name and connection, certificate, clock. No login is needed for it, and none is sent.

use std::time::{Duration, SystemTime};

use super::{Doctor, OFFLINE, skipped, unread};
use crate::{
    http::{Asked, BaseUrl, Certificate, HttpError, Reached},
    model::{Stage, StageKind, StageOutcome},
};

/// Where a store is, and what its stages are called.
#[derive(Clone, Debug)]
pub struct Door {
    pub service: &'static str,
    pub base: BaseUrl,
}

/// The kinds of one store's stages: network, certificate, clock.
pub(super) type Kinds = [StageKind; 3];

/// A clock that is off by more makes a login by a signed token fail.
const FAILURE: Duration = Duration::from_secs(300);
const WARNING: Duration = Duration::from_secs(30);
/// A certificate that ends within this is worth a word.
const SOON: i64 = 7 * 86_400;

/// The three stages, and whether the store was reached.
pub(super) async fn look(doctor: &Doctor<'_>, door: Option<&Door>, kinds: Kinds) -> (Vec<Stage>, bool) {
    let Some(door) = door else {
        let unusable = "no address to try";
        return (kinds.map(|kind| skipped(kind, "", unusable)).into(), false);
    };
    let about = door.base.to_string();
    if doctor.offline {
        return (kinds.map(|kind| skipped(kind, &about, OFFLINE)).into(), false);
    }
    match doctor.client.reach(&door.base).await {
        Ok(reached) => (stages(doctor, door, &reached, kinds).into(), true),
        Err(error) => (failed(doctor, door, error, kinds).into(), false),
    }
}

fn stages(doctor: &Doctor<'_>, door: &Door, reached: &Reached, [network, tls, clock]: Kinds) -> [Stage; 3] {
    let about = door.base.to_string();
    let way = way(doctor, door);
    [
        Stage::ok(network, &about, format!("it answers{way}")),
        certificate(tls, door, reached.certificate.as_ref(), reached.answered),
        skew(clock, &about, reached),
    ]
}

/// The proxy in the way, in words.
fn way(doctor: &Doctor<'_>, door: &Door) -> String {
    match doctor.client.proxy_description().filter(|_| !door.base.is_plain()) {
        Some(proxy) => format!(", through the proxy {proxy} where NO_PROXY does not except it"),
        None => String::new(),
    }
}

fn failed(doctor: &Doctor<'_>, door: &Door, error: HttpError, [network, tls, clock]: Kinds) -> [Stage; 3] {
    let (about, operation) = (door.base.to_string(), format!("reach {}", door.base));
    let asked = Asked { service: door.service, operation: &operation, login: "no login" };
    let why = error.into_unread(&asked);
    let way = way(doctor, door);
    if matches!(error, HttpError::Tls(_)) {
        return [
            Stage::ok(network, &about, format!("a connection can be made{way}")),
            unread(tls, &about, &why),
            skipped(clock, about, "there is no trusted connection"),
        ];
    }
    let failed = unread(network, &about, &why);
    let what = format!("{}{way}", failed.what);
    let why = "the network failed";
    [Stage { what, ..failed }, skipped(tls, &about, why), skipped(clock, &about, why)]
}

fn certificate(kind: StageKind, door: &Door, certificate: Option<&Certificate>, now: SystemTime) -> Stage {
    let about = door.base.to_string();
    let Some(Certificate { issuer, good_until }) = certificate else {
        let what = match door.base.is_plain() {
            true => "plain http to this machine alone: there is no certificate",
            false => "the certificate is trusted",
        };
        return Stage::ok(kind, about, what);
    };
    let what = format!("the certificate is trusted; issued by {issuer}, good until {good_until}");
    let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    match good_until.0 - now {
        ..SOON => Stage::new(kind, about, StageOutcome::Warning, what)
            .help(format!("see that whoever runs {} renews its certificate in time", door.service)),
        _ => Stage::ok(kind, about, what),
    }
}

/// Ours against the server's, which tells whole seconds only.
fn skew(kind: StageKind, about: &str, reached: &Reached) -> Stage {
    let Some(theirs) = reached.server_time else {
        return Stage::ok(kind, about, "the server does not tell its time");
    };
    let apart = |ours: SystemTime| theirs.duration_since(ours).or_else(|_| ours.duration_since(theirs));
    // Somewhere between question and answer it was read; the benefit of the doubt is ours.
    let off = [reached.asked, reached.answered].map(|ours| apart(ours).unwrap_or_default());
    let off = off.into_iter().min().unwrap_or_default();
    let outcome = match off {
        off if off > FAILURE => StageOutcome::Failed,
        off if off > WARNING => StageOutcome::Warning,
        _ => return Stage::ok(kind, about, "its clock and ours agree"),
    };
    let side = if theirs < reached.answered { "ahead of" } else { "behind" };
    Stage::new(kind, about, outcome, format!("our clock is {} s {side} the server's", off.as_secs()))
        .help("set this machine's clock, for instance with `timedatectl set-ntp true`; logins are dated by it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_minute_is_forgiven_and_five_minutes_are_not() {
        let ours = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let outcome = |theirs: Option<SystemTime>| {
            let reached = Reached { server_time: theirs, asked: ours, answered: ours, certificate: None };
            skew(StageKind::GithubClock, "", &reached)
        };
        let cases = [(0, StageOutcome::Ok), (30, StageOutcome::Ok), (31, StageOutcome::Warning)];
        for (seconds, expected) in cases.into_iter().chain([(300, StageOutcome::Warning), (301, StageOutcome::Failed)])
        {
            let off = Duration::from_secs(seconds);
            assert_eq!(outcome(Some(ours + off)).outcome, expected, "{seconds} s behind");
            assert_eq!(outcome(Some(ours - off)).outcome, expected, "{seconds} s ahead");
        }
        assert!(outcome(Some(ours - FAILURE * 2)).what.contains("ahead of"));
        assert_eq!(outcome(None).outcome, StageOutcome::Ok);
    }

    #[test]
    fn a_certificate_that_ends_soon_is_a_warning() {
        let door = Door { service: "GitHub", base: BaseUrl::parse("https://ghe.example.com").expect("legal") };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let until = |days: i64| Certificate {
            issuer: "Example CA".into(),
            good_until: crate::model::Stamp(1_000_000 + days * 86_400),
        };
        let told = |days| certificate(StageKind::GithubTls, &door, Some(&until(days)), now);
        assert_eq!((told(6).outcome, told(8).outcome), (StageOutcome::Warning, StageOutcome::Ok));
        assert!(told(8).what.contains("Example CA"));
    }
}
