//! Comparing plain settings with the values a mapping fixes or denies.
//!
//! A host can be written in many ways: with a scheme, in any case, with a dot or a
//! slash behind it. A Snowflake account is mostly met as the host it is part of.

use super::{line::trimmed, subject::Subject};
use crate::mapping::catalogue::Shape;

/// A Snowflake account as it is compared: in lower case, without the host around it.
///
/// Forms: `LOCATOR`, `LOCATOR.REGION`, `LOCATOR.REGION.CLOUD` and `ORG-ACCOUNT`
/// (Snowflake, account identifiers, read 2026-11).
pub(super) struct Account(String);

/// How a value relates to one that the mapping fixes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Likeness {
    Different,
    Same,
    /// The same Snowflake account, written with its region.
    SameWithRegion,
}

impl Account {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let host = host_of(trimmed(text)).to_ascii_lowercase();
        let host = host.trim_end_matches('.');
        let host = host.strip_suffix(".snowflakecomputing.com").unwrap_or(host);
        let host = host.strip_suffix(".privatelink").unwrap_or(host);
        let legal = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        host.split('.').all(legal).then(|| Self(host.to_string()))
    }

    fn locator(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// Whether it has at most one region, and a cloud only behind a region.
    pub(super) fn is_well_formed(&self) -> bool {
        match self.0.split('.').collect::<Vec<_>>().as_slice() {
            [_] => true,
            [_, region] => region.contains('-'),
            [_, region, cloud] => region.contains('-') && matches!(*cloud, "aws" | "azure" | "gcp"),
            _ => false,
        }
    }
}

/// How the value of the subject compares with one that the mapping fixes.
pub(super) fn likeness(subject: &Subject, value: &str, fixed: &str) -> Likeness {
    if is_account(subject, value, fixed) {
        return account_likeness(value, fixed);
    }
    let same = trimmed(value) == fixed || (is_host(value) && is_host(fixed) && same_host(value, fixed));
    if same { Likeness::Same } else { Likeness::Different }
}

fn is_account(subject: &Subject, value: &str, fixed: &str) -> bool {
    let is_host = |text: &str| text.to_ascii_lowercase().contains(".snowflakecomputing.com");
    let by_format = subject.format.as_ref().and_then(|format| format.shape());
    matches!(by_format, Some(Shape::SnowflakeAccount)) || is_host(value) || is_host(fixed)
}

fn account_likeness(value: &str, fixed: &str) -> Likeness {
    let (Some(value), Some(fixed)) = (Account::parse(value), Account::parse(fixed)) else {
        return if trimmed(value) == fixed { Likeness::Same } else { Likeness::Different };
    };
    if value.0 == fixed.0 {
        return Likeness::Same;
    }
    let region_apart = !fixed.0.contains('.') && value.locator() == fixed.0;
    if region_apart && value.is_well_formed() { Likeness::SameWithRegion } else { Likeness::Different }
}

fn is_host(text: &str) -> bool {
    let text = trimmed(text);
    text.contains("://") || (text.contains('.') && !text.contains(|letter: char| letter.is_whitespace()))
}

/// Equal but for scheme, case of the host, and what stands at the end of one.
fn same_host(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let rest = without_scheme(trimmed(text));
        let end = rest.find('/').unwrap_or(rest.len());
        let host = rest[..end].trim_end_matches('.').to_ascii_lowercase();
        (host, rest[end..].trim_end_matches('/').to_string())
    };
    parts(one) == parts(other)
}

fn without_scheme(text: &str) -> &str {
    text.split_once("://").map_or(text, |(_, rest)| rest)
}

fn host_of(text: &str) -> &str {
    let rest = without_scheme(text);
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_the_same_however_its_host_is_written() {
        for text in [
            "ZNB04675",
            "znb04675",
            "ZNB04675.snowflakecomputing.com",
            "https://ZNB04675.snowflakecomputing.com/",
            "znb04675.SnowflakeComputing.com.",
            "https://znb04675.snowflakecomputing.com:443/console",
        ] {
            assert_eq!(account_likeness(text, "ZNB04675"), Likeness::Same, "{text}");
        }
        for text in ["ZNB04675.us-east-1", "ZNB04675.us-east-2.aws", "znb04675.us-east-1.snowflakecomputing.com"] {
            assert_eq!(account_likeness(text, "ZNB04675"), Likeness::SameWithRegion, "{text}");
        }
        for text in ["ZNB04675.us-east-1.us-east-1", "ZNB046751", "scoobyjava-vw02766", "ZNB04675 x", ""] {
            assert_eq!(account_likeness(text, "ZNB04675"), Likeness::Different, "{text}");
        }
        assert_eq!(account_likeness("ZNB04675", "ZNB04675.us-east-1.us-east-1"), Likeness::Different);
        assert_eq!(
            account_likeness(
                "https://ZNB04675.us-east-1.us-east-1.snowflakecomputing.com",
                "ZNB04675.us-east-1.us-east-1"
            ),
            Likeness::Same
        );
    }

    #[test]
    fn hosts_are_equal_but_for_scheme_case_and_the_end() {
        assert!(same_host("https://API.gong.io/", "api.gong.io"));
        assert!(same_host("https://app.asana.com/api/1.0", "https://App.Asana.com./api/1.0/"));
        assert!(!same_host("https://app.asana.com/API", "https://app.asana.com/api"));
    }
}
