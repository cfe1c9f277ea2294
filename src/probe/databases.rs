//! Redis and PostgreSQL: what their answers to a login say of the URL, which is the credential.
//!
//! The URL says itself where it goes, and nothing else may. A private address is reached only if the mapping allows
//! the host by name. One login, ever: a wrong password counts.

use super::{
    Ask, Credential, DatabaseUrl, Failure, Found, Heard, PostgresAsk, PostgresHeard, RedisAsk, RedisHeard, Step,
};
use crate::model::{ProbeEvidence, ProbeReason, ProbeVerdict, SecretValue, Stamp};

/// A verdict in words: what it is, why, what it means, and what to do.
type Said = (ProbeVerdict, ProbeReason, &'static str, &'static str);

/// One login to Redis and a `PING`; the part `value` is the URL.
pub(super) fn redis(credential: &Credential, heard: &[Heard], _now: Stamp) -> Step {
    let url = match url(credential, &["redis", "rediss"]) {
        Ok(url) => url,
        Err(found) => return Step::Done(found),
    };
    match heard {
        [] => Step::Ask(Ask::Redis(RedisAsk {
            private: credential.hosts().may_be_private(&url.host),
            url: whole(credential),
        })),
        [Heard::Redis(heard), ..] => done(of_redis(heard, url.password.is_some())),
        [Heard::Failed(failure), ..] => done(unheard(*failure, url.scheme == "redis", REDIS_IN_CLEAR)),
        _ => done(OTHER),
    }
}

/// One login to PostgreSQL; the part `value` is the URL.
pub(super) fn postgres(credential: &Credential, heard: &[Heard], _now: Stamp) -> Step {
    let url = match url(credential, &["postgres", "postgresql"]) {
        Ok(url) => url,
        Err(found) => return Step::Done(found),
    };
    if url.user.is_none() {
        let found = Found::unknown(ProbeReason::Incomplete, "the URL names no user, so no login was tried");
        return Step::Done(Found { evidence: ProbeEvidence::Offline, ..found });
    }
    match heard {
        [] => Step::Ask(Ask::Postgres(PostgresAsk {
            private: credential.hosts().may_be_private(&url.host),
            url: whole(credential),
        })),
        [Heard::Postgres(heard), ..] => done(of_postgres(heard)),
        [Heard::Failed(failure), ..] => {
            done(unheard(*failure, url.option("sslmode") == Some("disable"), POSTGRES_IN_CLEAR))
        }
        _ => done(OTHER),
    }
}

fn url(credential: &Credential, schemes: &[&str]) -> Result<DatabaseUrl, Found> {
    // Its parts are looked at to know where it goes.
    let text = credential.text("value").unwrap_or_default();
    DatabaseUrl::parse(text).filter(|url| schemes.contains(&url.scheme.as_str())).ok_or_else(|| Found {
        evidence: ProbeEvidence::Offline,
        help:
            "write scheme://user:password@host:port/database, with `@`, `/` and `:` of the password as %40, %2F and %3A"
                .to_owned(),
        ..Found::unknown(ProbeReason::Malformed, "it is not a URL that can be read in one way only; nothing was sent")
    })
}

/// The URL for whoever logs in.
fn whole(credential: &Credential) -> SecretValue {
    credential.text("value").unwrap_or_default().into()
}

fn of_redis(heard: &RedisHeard, with_password: bool) -> Said {
    use {ProbeReason as Why, ProbeVerdict as Is};
    let word = match heard {
        RedisHeard::Pong if with_password => return (Is::Live, Why::Accepted, "Redis accepted the login", ""),
        RedisHeard::Pong => {
            let help = "see whether it is meant to be open to whoever reaches it";
            return (Is::Live, Why::Accepted, "Redis answers, and asks for no password", help);
        }
        RedisHeard::Refused { word } => word.as_str(),
    };
    match word {
        "WRONGPASS" => {
            (Is::Rejected, Why::RejectedByService, "Redis refuses the user or the password (WRONGPASS)", RENEW)
        }
        "NOAUTH" => (
            Is::Rejected,
            Why::RejectedByService,
            "Redis asks for a password, and the URL has none (NOAUTH)",
            "put the password into the URL",
        ),
        "NOPERM" => (
            Is::Limited,
            Why::Scope,
            "Redis accepted the login, but not the command PING (NOPERM)",
            "give the user the right to PING, or see that it may do what it is for",
        ),
        "LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" => {
            (Is::Unknown, Why::Server, "Redis is not ready to answer", "run again when it is up")
        }
        "DENIED" => (
            Is::Unknown,
            Why::Forbidden,
            "Redis is in protected mode and does not let this machine in",
            "ask from a machine that it lets in",
        ),
        _ => (
            Is::Unknown,
            Why::BadAnswer,
            "Redis refuses to be logged in to for another reason than the password",
            "see its log: it may need no password, know no users, or be full",
        ),
    }
}

fn of_postgres(heard: &PostgresHeard) -> Said {
    use {ProbeReason as Why, ProbeVerdict as Is};
    let state = match heard {
        PostgresHeard::Ready => return (Is::Live, Why::Accepted, "PostgreSQL accepted the login", ""),
        PostgresHeard::NoTls => {
            let help = "turn TLS on at the server; in a network of your own, sslmode=disable in the URL";
            return (Is::Unknown, Why::Tls, "the server does not speak TLS, so no password was sent", help);
        }
        PostgresHeard::Refused { sqlstate } => sqlstate.as_str(),
    };
    match state {
        "28P01" => (
            Is::Rejected,
            Why::RejectedByService,
            "PostgreSQL refuses the user or the password, or the password has expired (SQLSTATE 28P01)",
            RENEW,
        ),
        "3D000" => (
            Is::Live,
            Why::Accepted,
            "PostgreSQL accepted the login; it has no database of the URL's name (SQLSTATE 3D000)",
            "create the database, or name another in the URL",
        ),
        "42501" => (
            Is::Limited,
            Why::Scope,
            "PostgreSQL accepted the login, but the user may not use the database (SQLSTATE 42501)",
            "grant connect on the database to the user",
        ),
        "28000" => (
            Is::Unknown,
            Why::Forbidden,
            "PostgreSQL's rules do not let this user in from here (SQLSTATE 28000)",
            "see its pg_hba.conf: the rule may be about the address, the database, TLS, or the user",
        ),
        _ if matches!(&state[..2], "53" | "57" | "58" | "XX") => {
            (Is::Unknown, Why::Server, "PostgreSQL is full, starting, stopping or broken", "run again when it is up")
        }
        _ => (Is::Unknown, Why::BadAnswer, "PostgreSQL refused for another reason than the login", "see its log"),
    }
}

/// `in_clear`: whether the URL wants no TLS, and then what is said where it could not be had.
fn unheard(failure: Failure, in_clear: bool, said_in_clear: (&'static str, &'static str)) -> Said {
    let reason = match failure {
        Failure::BlockedAddress => ProbeReason::BlockedAddress,
        Failure::BadAnswer => ProbeReason::BadAnswer,
        Failure::Connect => ProbeReason::Network,
        Failure::NameUnknown => ProbeReason::NameUnknown,
        Failure::Timeout => ProbeReason::Timeout,
        Failure::Tls => ProbeReason::Tls,
    };
    let (what, help) = match failure {
        Failure::Tls if in_clear => said_in_clear,
        Failure::BlockedAddress => (
            "the host has a private address, so nothing was sent",
            "if that is where it belongs, write `probe: { allow-private: [HOST] }` at the entry",
        ),
        Failure::BadAnswer => ("what answered is not such a server", "see whether host and port are right"),
        Failure::Connect => ("no connection came about", "see whether the server is up and reachable from here"),
        Failure::NameUnknown => ("the host has no address", "see whether the host is right"),
        Failure::Timeout => ("there was no answer in time", "see whether the server is up and reachable from here"),
        Failure::Tls => (
            "no trusted TLS connection came about, so no password was sent",
            "see that the certificate is valid for the host and comes from an authority that this machine knows",
        ),
    };
    (ProbeVerdict::Unknown, reason, what, help)
}

fn done((verdict, reason, what, help): Said) -> Step {
    Step::Done(Found { verdict, reason, help: help.to_owned(), ..Found::unknown(reason, what) })
}

const RENEW: &str = "put the right user and password into the URL, or make a new password";
const OTHER: Said = (ProbeVerdict::Unknown, ProbeReason::BadAnswer, "something else was heard than was asked", "");
const REDIS_IN_CLEAR: (&str, &str) =
    ("the password would travel unencrypted to another network, so it was not sent", "write `rediss://`");
const POSTGRES_IN_CLEAR: (&str, &str) = (
    "`sslmode=disable` would show the login to other networks, so none was tried",
    "take `sslmode=disable` out of the URL",
);

#[cfg(test)]
mod tests;
