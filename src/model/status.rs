//! The closed sets of words the reports speak in.

/// What is true of an entry, worst first; the order is that of the contract.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Status {
    Unknown,
    Missing,
    Placeholder,
    Denied,
    Malformed,
    Rejected,
    Conflict,
    Mismatch,
    Drifted,
    Invisible,
    Stale,
    Unverified,
    Ok,
}

/// How a statement about an entry is known.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Evidence {
    /// Both sides were read now.
    Value,
    /// A keyed fingerprint was recorded for exactly this state.
    Attested,
    /// It is only known to exist.
    Presence,
    None,
}

/// How bad a finding is, worst first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// How much depends on an entry.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Tier {
    Critical,
    #[default]
    Important,
    Optional,
}

/// What an entry is: a secret, or plain configuration that everybody may read.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    Config,
    #[default]
    Secret,
}

/// Which side an entry's value comes from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    Both,
    #[default]
    EscToGithub,
    GithubToEsc,
}

/// How the value in ESC is wrapped compared with the one on GitHub.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Encoding {
    Base64,
    #[default]
    None,
}

words! {
    Status {
        Unknown => "unknown",
        Missing => "missing",
        Placeholder => "placeholder",
        Denied => "denied",
        Malformed => "malformed",
        Rejected => "rejected",
        Conflict => "conflict",
        Mismatch => "mismatch",
        Drifted => "drifted",
        Invisible => "invisible",
        Stale => "stale",
        Unverified => "unverified",
        Ok => "ok",
    }
    Evidence { Value => "value", Attested => "attested", Presence => "presence", None => "none" }
    Severity { Error => "error", Warning => "warning", Note => "note" }
    Tier { Critical => "critical", Important => "important", Optional => "optional" }
    Kind { Config => "config", Secret => "secret" }
    Direction { Both => "both", EscToGithub => "esc-to-github", GithubToEsc => "github-to-esc" }
    Encoding { Base64 => "base64", None => "none" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_order_is_worst_first() {
        for status in Status::ALL {
            assert_eq!(Status::from_word(status.as_str()), Some(*status));
        }
        assert!(Status::Unknown < Status::Missing && Status::Unverified < Status::Ok);
        assert!(Severity::Error < Severity::Warning);
        assert_eq!(Tier::from_word("nope"), None);
    }
}
