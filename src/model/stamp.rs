//! A moment as the stores give it: whole seconds, UTC.

use std::{fmt, str::FromStr};

/// Seconds since 1970, shown as RFC 3339.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Stamp(pub i64);

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an RFC 3339 date and time")]
pub struct StampError;

impl Stamp {
    /// Whole days from `earlier` to `self`; negative if `earlier` is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(86_400)
    }
}

impl FromStr for Stamp {
    type Err = StampError;

    fn from_str(text: &str) -> Result<Self, StampError> {
        text.parse::<jiff::Timestamp>().map(|moment| Self(moment.as_second())).map_err(|_| StampError)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_round_trip() {
        let stamp: Stamp = "2026-01-02T03:04:05Z".parse().expect("legal");
        assert_eq!(stamp.to_string(), "2026-01-02T03:04:05Z");
        assert_eq!("2026-01-02T05:04:05+02:00".parse(), Ok(stamp));
        assert!("yesterday".parse::<Stamp>().is_err());
        assert_eq!(Stamp(86_400 * 3).days_since(Stamp(1)), 2);
    }
}
