//! What PostgreSQL's refusals mean, and what to do about them.
//!
//! Invariant: the server's own words are never repeated; its SQLSTATE says which refusal it is.

use std::{error::Error, io};

use crate::ledger::{backend::StateFault, fault::unavailable, postgres_url::PostgresUrl};

/// While connecting.
pub(super) fn connecting(url: &PostgresUrl, error: &tokio_postgres::Error) -> StateFault {
    if error.code().is_some() {
        return asking(url, error);
    }
    let (why, help) = transport(error);
    unavailable(format!("{url} cannot be reached: {why}"), help)
}

/// While it does what it was asked.
pub(super) fn asking(url: &PostgresUrl, error: &tokio_postgres::Error) -> StateFault {
    let Some(state) = error.code() else {
        let (why, help) = transport(error);
        return unavailable(format!("the connection to {url} was lost: {why}"), help);
    };
    let (why, help) = refusal(state.code());
    unavailable(format!("{url} refused: {why} (SQLSTATE {})", state.code()), help)
}

fn refusal(state: &str) -> (&'static str, &'static str) {
    match state {
        "28P01" | "28000" => ("the login is not accepted", "check the user in the URL, and set PGPASSWORD"),
        "3D000" => ("there is no such database", "create it, or name another in the URL"),
        "42501" => (
            "the user lacks the right",
            "let it create tables in the schema once, or create them for it and grant select, insert, update, delete",
        ),
        "25006" => ("it is read-only", "name the primary, not a standby"),
        "53100" => ("its disk is full", "free some space on the server"),
        "53300" => ("it has no connection to spare", "raise its limit, or end other clients"),
        "57P01" | "57P02" | "57P03" => ("it is starting or stopping", "run again when it is up"),
        _ => ("it could not do what was asked", "see the server's log under that SQLSTATE"),
    }
}

fn transport(error: &tokio_postgres::Error) -> (String, &'static str) {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.downcast_ref::<rustls::Error>().is_some() || wraps_tls(cause) {
            return (
                "its certificate or TLS is not accepted".to_owned(),
                "see that the certificate is valid for the host, and name its authority with sslrootcert=FILE",
            );
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return (io.kind().to_string(), "see whether the database is up and reachable from here");
        }
        // The client's own words; it has no other name for them.
        if cause.to_string() == "server does not support TLS" {
            return (
                "it does not speak TLS".to_owned(),
                "turn TLS on at the server; on a network of your own, sslmode=disable",
            );
        }
        source = cause.source();
    }
    let help = "see whether the database is up and reachable from here, and whether PGPASSWORD is set";
    ("no connection came about".to_owned(), help)
}

fn wraps_tls(cause: &(dyn Error + 'static)) -> bool {
    let io = cause.downcast_ref::<io::Error>();
    io.and_then(io::Error::get_ref).is_some_and(|inner| inner.downcast_ref::<rustls::Error>().is_some())
}
