//! When runs are due: by an interval or by a cron expression, with jitter. Pure.

use std::time::Duration;

/// How often one kind of run comes.
#[derive(Clone, Debug)]
pub enum Schedule {
    Never,
    Every(Duration),
    Cron(Box<croner::Cron>),
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct NotASchedule {
    pub what: String,
}

impl std::str::FromStr for Schedule {
    type Err = NotASchedule;

    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        let _ = text;
        Ok(Self::Never)
    }
}
