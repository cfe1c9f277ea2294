//! When runs are due: by an interval or by a cron expression, with jitter. Pure.
//!
//! An interval is counted by the clock that does not jump; a cron expression names times of the wall clock, in UTC.
//! Which of both is asked is the timetable's part (`keeper/timetable.rs`).

use std::{fmt, time::Duration};

use croner::parser::{CronParser, Seconds, Year};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::model::printable;

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

/// Runs that follow each other faster than this are no schedule but a load.
const SHORTEST: Duration = Duration::from_secs(1);
/// Jitter unless another is asked for: this part of the time between two runs, and never more than that.
const JITTER_PART: u32 = 10;
const JITTER_MOST: Duration = Duration::from_secs(30);
/// How far ahead a cron expression is looked at for the longest time between two of its runs.
const OCCURRENCES: usize = 16;
const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl Schedule {
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Never)
    }

    /// The first time that a cron expression names after `wall` (seconds since 1970); `None` for the others.
    pub fn following(&self, wall: i64) -> Option<i64> {
        let Self::Cron(cron) = self else { return None };
        let next = cron.find_next_occurrence(&civil(wall)?, false).ok()?;
        Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    }

    /// The usual time between two runs: of a cron expression the longest among those to come, so that
    /// a weekend is no delay. `None`: there are no runs.
    pub fn period(&self, wall: i64) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::Every(period) => Some(*period),
            Self::Cron(_) => {
                let times = std::iter::successors(self.following(wall), |time| self.following(*time));
                let times: Vec<_> = times.take(OCCURRENCES).collect();
                let longest = times.windows(2).filter_map(|pair| u64::try_from(pair[1] - pair[0]).ok()).max();
                longest.map(Duration::from_secs)
            }
        }
    }

    /// Over how much time the beginnings of its runs are spread. Never over more than the time between two of them.
    pub fn spread(&self, jitter: Option<Duration>, wall: i64) -> Duration {
        let period = self.period(wall).unwrap_or_default();
        jitter.unwrap_or((period / JITTER_PART).min(JITTER_MOST)).min(period)
    }
}

/// `seconds` since 1970 as date and time in UTC; `None` beyond the years that can be counted.
fn civil(seconds: i64) -> Option<DateTime> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?))
}

impl std::str::FromStr for Schedule {
    type Err = NotASchedule;

    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        let trimmed = text.trim();
        if trimmed == "never" {
            return Ok(Self::Never);
        }
        if trimmed.contains(char::is_whitespace) {
            return cron(trimmed);
        }
        interval(trimmed)
    }
}

fn interval(text: &str) -> Result<Schedule, NotASchedule> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, millis)| *millis);
    let (Some(millis), Ok(number)) = (millis, number.parse::<u64>()) else {
        return Err(refused(
            text,
            "a number with ms, s, m, h or d (5m), five fields of cron (\"*/5 * * * *\"), or never was expected",
        ));
    };
    match number.checked_mul(millis).map(Duration::from_millis) {
        Some(every) if every < SHORTEST => Err(refused(text, "1s is the shortest")),
        Some(every) if every.as_millis() / 86_400_000 <= 36_500 => Ok(Schedule::Every(every)),
        Some(_) | None => Err(refused(text, "that is more than a hundred years; never runs at no time")),
    }
}

fn cron(text: &str) -> Result<Schedule, NotASchedule> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    if text.split_whitespace().count() != 5 {
        return Err(refused(text, "cron has five fields: minute, hour, day of the month, month, day of the week"));
    }
    let parsed = parser.parse(text).map_err(|fault| refused(text, &fault.to_string()))?;
    let schedule = Schedule::Cron(Box::new(parsed));
    // Whether a time is ever named does not depend on the day from which one looks.
    let named = schedule.following(0).is_some();
    if named { Ok(schedule) } else { Err(refused(text, "no day is like that; never runs at no time")) }
}

fn refused(text: &str, why: &str) -> NotASchedule {
    NotASchedule { what: format!("\"{}\" is no schedule: {}", printable(text, 60), printable(why, 200)) }
}

/// As it would be typed.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Cron(cron) => f.write_str(cron.as_str()),
            Self::Every(period) => {
                let millis = period.as_millis();
                let unit = UNITS.iter().rev().find(|(_, unit)| millis.is_multiple_of(u128::from(*unit)));
                let (name, unit) = unit.unwrap_or(&UNITS[0]);
                write!(f, "{}{name}", millis / u128::from(*unit))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stamp;

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn at(text: &str) -> i64 {
        text.parse::<Stamp>().expect("legal").0
    }

    #[test]
    fn what_can_be_typed_is_shown_as_it_was_typed() {
        for text in ["never", "1s", "90s", "5m", "1h", "7d", "1500ms", "*/5 * * * *", "0 9 * * 1-5"] {
            assert_eq!(schedule(text).to_string(), text);
        }
        assert_eq!(schedule("60s").to_string(), "1m");
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_what_was_expected() {
        let refusals =
            ["", "5", "5x", "0s", "999ms", "99999999999999999999h", "18446744073709551615d", "-1s", "40000d"];
        let crons = ["* * * *", "* * * * * *", "60 * * * *", "* * 32 * *", "0 0 30 2 *", "@ @ @ @ @", "a b c d e"];
        for text in refusals.iter().chain(&crons) {
            let refused = text.parse::<Schedule>().map(|schedule| schedule.to_string());
            assert!(
                refused.as_ref().is_err_and(|fault| fault.what.contains("is no schedule: ")),
                "{text}: {refused:?}"
            );
        }
        let hostile = "\u{1b}[2J".parse::<Schedule>().expect_err("no schedule");
        assert!(!hostile.what.contains('\u{1b}'));
    }

    #[test]
    fn cron_is_read_in_utc_and_names_what_comes_after() {
        let nine = schedule("0 9 * * 1-5");
        assert_eq!(nine.following(at("2026-11-20T09:00:00Z")), Some(at("2026-11-23T09:00:00Z")));
        assert_eq!(nine.following(at("2026-11-23T08:59:59Z")), Some(at("2026-11-23T09:00:00Z")));
        assert_eq!(schedule("5m").following(0), None);
        assert_eq!(nine.following(i64::MAX), None);
    }

    #[test]
    fn the_time_between_runs_is_the_longest_of_those_to_come() {
        let friday = at("2026-11-20T12:00:00Z");
        assert_eq!(schedule("0 9 * * 1-5").period(friday), Some(Duration::from_hours(72)));
        assert_eq!(schedule("*/5 * * * *").period(friday), Some(Duration::from_mins(5)));
        assert_eq!(schedule("90s").period(friday), Some(Duration::from_secs(90)));
        assert_eq!(schedule("never").period(friday), None);
    }

    #[test]
    fn jitter_is_a_tenth_and_bounded() {
        let spread = |text: &str, jitter| schedule(text).spread(jitter, 0).as_secs();
        assert_eq!((spread("10s", None), spread("1m", None), spread("1h", None)), (1, 6, 30));
        assert_eq!(spread("10s", Some(Duration::from_secs(60))), 10);
        assert_eq!(spread("*/5 * * * *", Some(Duration::ZERO)), 0);
    }
}
