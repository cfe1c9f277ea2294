//! The table of probes, sorted by id.

use super::{Ask, Credential, Found, Heard, HttpAsk, Part, Probe, Step, Way, databases};
use crate::model::{ProbeEvidence, ProbeReason, ProbeVerdict, Stamp};

pub const PROBES: &[Probe] = &[
    Probe {
        id: "groq",
        service: "groq",
        parts: &[Part { name: "value", names: &["_API_KEY"], optional: false }],
        hosts: &["api.groq.com"],
        way: Way::Steps(groq),
        source: "trufflehog and betterleaks, by the probe facts, 2026-11",
    },
    Probe {
        id: "postgres",
        service: "postgresql",
        parts: &[Part { name: "value", names: &["DATABASE_URL", "_URL"], optional: false }],
        hosts: &[],
        way: Way::Steps(databases::postgres),
        source: "PostgreSQL's list of SQLSTATEs; tried with PostgreSQL 15, 2026-11",
    },
    Probe {
        id: "redis",
        service: "redis",
        parts: &[Part { name: "value", names: &["_URL"], optional: false }],
        hosts: &[],
        way: Way::Steps(databases::redis),
        source: "tried with Redis 7.0, 2026-11",
    },
];

fn groq(credential: &Credential, heard: &[Heard], _now: Stamp) -> Step {
    match heard {
        [] => {
            // The authorization header is where the key has to go.
            let bearer = format!("Bearer {}", credential.text("value").unwrap_or_default());
            let ask = HttpAsk::new("GET", "https://api.groq.com/openai/v1/models".to_owned(), credential.hosts())
                .expect("the table names this host");
            Step::Ask(Ask::Http(ask.header("authorization", bearer)))
        }
        [Heard::Http(answer), ..] => Step::Done(match answer.status {
            200 => found(ProbeVerdict::Live, ProbeReason::Accepted),
            401 => found(ProbeVerdict::Rejected, ProbeReason::RejectedByService),
            _ => Found::unknown(ProbeReason::BadAnswer, "the service answered something else"),
        }),
        _ => Step::Done(Found::unknown(ProbeReason::Network, "the service could not be asked")),
    }
}

fn found(verdict: ProbeVerdict, reason: ProbeReason) -> Found {
    Found {
        verdict,
        reason,
        evidence: ProbeEvidence::Network,
        what: String::new(),
        help: String::new(),
        expires_at: None,
        facts: Vec::new(),
    }
}
