//! What asking a service itself said of a credential, and what its health endpoint said.
//!
//! No body and no part of a credential is in here: a verdict, a reason from a closed
//! list, and facts that are no secrets.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{SecretName, Stamp};

/// What a live check of a credential came to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProbeVerdict {
    /// The service says that it is not valid.
    Rejected,
    /// It could not be found out.
    Unknown,
    /// Accepted, but not for what was asked.
    Limited,
    /// Accepted.
    Live,
}

/// Why a verdict is what it is: a closed list, so that machines can tell cases apart.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProbeReason {
    /// The service accepted it.
    Accepted,
    /// The service answered something that this probe does not know.
    BadAnswer,
    /// The connected address is private, and was not allowed by name: nothing was sent.
    BlockedAddress,
    /// Another part of the credential is missing, a placeholder, or could not be read: nothing was sent.
    Incomplete,
    /// No route, connection refused or lost.
    Network,
    /// `--offline`, or the probe was left out by a selection.
    NotAsked,
    /// No safe call is known; its form was checked without a network.
    OfflineOnly,
    /// Accepted, and its quota is used up.
    Exhausted,
    /// It was good until a date that has passed.
    Expired,
    /// Its own form says that it cannot be valid: nothing was sent.
    Malformed,
    /// The service accepted it and wants a second factor.
    MissingSecondFactor,
    /// The name of the host could not be resolved.
    NameUnknown,
    /// The service asked to come back later.
    RateLimited,
    /// The answer was a redirect, which no credential follows.
    Redirected,
    /// The service says that it is not valid.
    RejectedByService,
    /// Accepted, with too few rights for the call.
    Scope,
    /// The service failed (5xx).
    Server,
    /// No answer within the deadline.
    Timeout,
    /// No trusted connection.
    Tls,
    /// The host does not know the account: not the credential, but its address is wrong.
    WrongAccount,
    /// The network the check runs in, or the account's policy, may not ask.
    Forbidden,
}

/// How a verdict is known.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProbeEvidence {
    Network,
    Offline,
}

/// What one probe said of one credential.
#[derive(Clone, Debug)]
pub struct ProbeResult {
    /// The probe's id.
    pub probe: Arc<str>,
    pub verdict: ProbeVerdict,
    pub reason: ProbeReason,
    pub evidence: ProbeEvidence,
    /// In a sentence, for people; no part of the credential, no text of the answer but a message that was cleaned.
    pub what: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
    /// Whom it asked, if anybody.
    pub host: Option<Box<str>>,
    pub status: Option<u16>,
    pub latency: Duration,
    pub checked_at: Stamp,
    pub expires_at: Option<Stamp>,
    /// What was learned for free and is no secret: scopes, account, quota left. In a fixed order.
    pub facts: Vec<(&'static str, String)>,
    /// The entries whose values were put together into the credential, the checked one first.
    pub entries: Vec<SecretName>,
}

/// What one health endpoint said.
#[derive(Clone, Debug)]
pub struct EndpointResult {
    pub name: Box<str>,
    pub service: Option<Arc<str>>,
    /// Whether a deployment must wait for it.
    pub blocking: bool,
    /// `Live`: healthy as declared; `Rejected`: it answered something else; `Unknown`: it could not be asked.
    pub verdict: ProbeVerdict,
    pub what: String,
    pub help: String,
    pub host: Box<str>,
    pub status: Option<u16>,
    pub latency: Duration,
    pub checked_at: Stamp,
}

/// What live checks of one run said; empty where none were asked for.
#[derive(Clone, Debug, Default)]
pub struct LiveKnowledge {
    /// By the entry whose value was checked. An entry without a probe is not in it.
    pub probes: BTreeMap<SecretName, Arc<ProbeResult>>,
    /// In the mapping's order.
    pub endpoints: Vec<EndpointResult>,
}

words! {
    ProbeVerdict { Rejected => "rejected", Unknown => "unknown", Limited => "limited", Live => "live" }
    ProbeReason {
        Accepted => "accepted",
        BadAnswer => "bad-answer",
        BlockedAddress => "blocked-address",
        Exhausted => "exhausted",
        Expired => "expired",
        Forbidden => "forbidden",
        Incomplete => "incomplete",
        Malformed => "malformed",
        MissingSecondFactor => "missing-second-factor",
        NameUnknown => "name-unknown",
        Network => "network",
        NotAsked => "not-asked",
        OfflineOnly => "offline-only",
        RateLimited => "rate-limited",
        Redirected => "redirected",
        RejectedByService => "rejected",
        Scope => "scope",
        Server => "server",
        Timeout => "timeout",
        Tls => "tls",
        WrongAccount => "wrong-account",
    }
    ProbeEvidence { Network => "network", Offline => "offline" }
}
