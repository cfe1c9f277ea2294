//! Whether a text in a mapping could be a credential that somebody pasted there.
//!
//! A mapping holds names and addresses, never values. Two judgements: `masked` errs
//! on the safe side and decides what a shown line hides; `certain` is strict and
//! decides what is refused.

/// Starts that vendors give to their credentials (gitleaks `config/gitleaks.toml` and
/// trufflehog `pkg/detectors`, as cited in the inventory of secrets).
const PREFIXES: &[&str] = &[
    "AIza",
    "AKIA",
    "ASIA",
    "SG.",
    "apify_api_",
    "dckr_pat_",
    "eyJ",
    "figd_",
    "fm2_",
    "fo1_",
    "gho_",
    "ghp_",
    "ghr_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "gsk_",
    "hf_",
    "lin_api_",
    "lsv2_",
    "npm_",
    "ntn_",
    "pat-",
    "pk_live_",
    "pk_test_",
    "pplx-",
    "pul-",
    "sk-",
    "sk_",
    "sntrys_",
    "sntryu_",
    "tvly-",
    "xai-",
    "xapp-",
    "xox",
    "rk_live_",
];

/// Whether a shown line hides this text.
pub(super) fn masked(text: &str) -> bool {
    tokens(text)
        .any(|token| vendor_tail(token).is_some_and(|tail| tail.len() >= 8 && !words_only(tail)) || random(token))
        || text.contains("-----BEGIN")
}

/// Whether this text can hardly be anything but a credential.
pub(super) fn certain(text: &str) -> bool {
    tokens(text).any(|token| vendor_tail(token).is_some_and(|tail| longest_mixed_run(tail) >= 16) || random(token))
        || text.contains("-----BEGIN")
}

/// Whether any piece of a request's text, parted by the signs of URLs, forms and JSON, can hardly be anything else.
pub(super) fn pasted(text: &str) -> bool {
    let parts = |character: char| character.is_whitespace() || "/?&=:;{}[]()<>@#|\\".contains(character);
    certain(text) || text.split(parts).any(certain)
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | ',' | '`'))
        .filter(|token| !token.is_empty())
}

fn vendor_tail(token: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| token.strip_prefix(prefix))
}

/// Lower-case words parted by the signs that part words in a path.
fn words_only(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-' | b'.' | b'/'))
}

/// The longest run of letters and digits that is not a lower-case word.
fn longest_mixed_run(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|run| !run.bytes().all(|byte| byte.is_ascii_lowercase()))
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Twenty characters or more, with a run whose kind (lower, upper, digit) changes as it only does in random text.
fn random(token: &str) -> bool {
    let runs = token.split(|character: char| !character.is_ascii_alphanumeric());
    token.len() >= 20 && runs.map(str::as_bytes).any(is_random_run) || is_uuid(token)
}

fn is_random_run(run: &[u8]) -> bool {
    let changes = run.windows(2).filter(|pair| is_change(pair[0], pair[1])).count();
    run.len() >= 12 && run.iter().any(u8::is_ascii_alphabetic) && changes * 5 >= run.len()
}

/// Some vendors hand out UUIDs as keys.
fn is_uuid(token: &str) -> bool {
    token.len() == 36
        && token.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && token.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// A change of kind between neighbours; a capital before small letters is ordinary writing.
fn is_change(left: u8, right: u8) -> bool {
    let (left_digit, right_digit) = (left.is_ascii_digit(), right.is_ascii_digit());
    left_digit != right_digit || (left.is_ascii_lowercase() && right.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_credentials_are_seen() {
        for text in [
            &format!("ghp_{}", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"),
            &format!("pul-{}", "0123456789abcdef0123456789abcdef01234567"),
            "9f86d081884c7d659a2feaa0c55ad0159f86d081",
            "wJ4lrXUt9nFEMI0K7MDENG8bPxRfi2CYzQ1",
            "550e8400-e29b-41d4-a716-446655440000",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert!(certain(text) && masked(text), "{text}");
        }
        assert!(masked("sk-canary-81723") && masked("Bearer xoxb-1234567890-abc"));
    }

    #[test]
    fn credentials_in_the_texts_of_a_request_are_seen() {
        let key = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";
        let texts = ["Bearer KEY", "https://h.example/x?key=KEY&y=1", "https://h.example/KEY", r#"{"k":"KEY"}"#];
        for text in texts.map(|text| text.replace("KEY", key)) {
            assert!(pasted(&text), "{text}");
        }
        for text in [
            "https://api.example.com/v1/organizations/current?limit=1",
            "application/vnd.github+json; version=2022-11-28",
            r#"{"query":"{ viewer { id } }"}"#,
        ] {
            assert!(!pasted(text), "{text}");
        }
    }

    #[test]
    fn names_and_paths_are_not_taken_for_credentials() {
        for text in [
            "values.sophia.infrastructure.lambda_labs.ssh_public_key_base64",
            "data_intelligence.research_tools.serp.api_key",
            "VERCEL_PROJECT_ID_SOPHIA_PROD",
            "Vultr_Project_Id_Sophia_Prod1",
            "scoobyjava-org/default/sophia-ai-production",
            "openaiApiKeyForProductionUse",
            "npm_token_for_publishing",
            "ec2-198-51-100-1.compute-1.amazonaws.com",
            "sk-learn.model.path",
            "m[\"x.y\"].z[1]",
        ] {
            assert!(!certain(text), "{text}");
        }
        assert!(!masked("github_pat_token") && !masked("npm_token_for_publishing"));
    }
}
