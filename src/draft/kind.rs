//! Whether a name speaks of a plain setting or of a secret.

use super::words::Words;

/// Last words of names of plain settings. A URL may carry a credential, so it is none.
const SETTINGS: &[&str] = &[
    "account",
    "address",
    "bucket",
    "cluster",
    "database",
    "domain",
    "email",
    "endpoint",
    "environment",
    "host",
    "id",
    "index",
    "ip",
    "level",
    "mode",
    "name",
    "org",
    "port",
    "project",
    "region",
    "registry",
    "role",
    "schema",
    "team",
    "tenant",
    "user",
    "version",
    "warehouse",
    "workspace",
    "zone",
];

pub(super) fn speaks_of_a_setting(name: &Words) -> bool {
    name.last().is_some_and(|last| SETTINGS.binary_search(&last).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_settings_and_of_secrets() {
        assert!(SETTINGS.windows(2).all(|pair| pair[0] < pair[1]));
        for name in ["SNOWFLAKE_ACCOUNT", "SLACK_CLIENT_ID", "POSTGRES_USERNAME", "OPENAI_ORGANIZATION"] {
            assert!(speaks_of_a_setting(&Words::of(name)), "{name}");
        }
        for name in ["OPENAI_API_KEY", "REDIS_URL", "SNOWFLAKE_PASSWORD", "JWT_SECRET", "FIGMA_PAT"] {
            assert!(!speaks_of_a_setting(&Words::of(name)), "{name}");
        }
    }
}
