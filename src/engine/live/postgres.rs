//! A login to PostgreSQL and nothing else.

use std::time::Duration;

use crate::probe::{Failure, Heard, PostgresAsk};

/// What PostgreSQL says to a login; asked once, within the deadline.
pub(super) async fn ask(_ask: &PostgresAsk, _deadline: Duration) -> Heard {
    Heard::Failed(Failure::Connect)
}
