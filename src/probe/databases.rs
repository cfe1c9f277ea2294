//! Redis and PostgreSQL: what their answers to a login say of the URL, which is the credential.

use super::{Credential, Found, Heard, Step};
use crate::model::{ProbeReason, Stamp};

pub(super) fn redis(_credential: &Credential, _heard: &[Heard], _now: Stamp) -> Step {
    Step::Done(Found::unknown(ProbeReason::NotAsked, "Redis is not asked yet"))
}

pub(super) fn postgres(_credential: &Credential, _heard: &[Heard], _now: Stamp) -> Step {
    Step::Done(Found::unknown(ProbeReason::NotAsked, "PostgreSQL is not asked yet"))
}
