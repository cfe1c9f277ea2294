//! Every format takes what its service issues and refuses what it does not.
//!
//! Bodies are made of a fixed pattern here: nothing in this file is or was a credential.

use esc_sync::mapping::catalogue::{FORMATS, Shape, format};

/// `len` characters of an alphabet, always the same ones.
fn body(alphabet: &str, len: usize) -> String {
    let letters = alphabet.as_bytes();
    (0..len).map(|at| char::from(letters[(at * 7 + at / 5 + 3) % letters.len()])).collect()
}

fn alnum(len: usize) -> String {
    body("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", len)
}

fn hex(len: usize) -> String {
    body("0123456789abcdef", len)
}

fn lower(len: usize) -> String {
    body("abcdefghijklmnopqrstuvwxyz0123456789", len)
}

fn digits(len: usize) -> String {
    body("1234567890", len)
}

fn uuid() -> String {
    format!("{}-{}-{}-{}-{}", hex(8), hex(4), hex(4), hex(4), hex(12))
}

/// Per pattern: what it takes, and what it refuses.
fn cases() -> Vec<(&'static str, Vec<String>, Vec<String>)> {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
    vec![
        (
            "anthropic-api-key",
            vec![
                format!("sk-ant-api03-{}AA", alnum(93)),
                format!("sk-ant-admin01-{}", alnum(95)),
                format!("sk-ant-api04-{}", alnum(120)),
            ],
            vec![format!("sk-{}", alnum(48)), "sk-ant-api03-short".into()],
        ),
        ("apify-api-token", vec![format!("apify_api_{}", alnum(36))], vec![format!("apify_{}", alnum(36))]),
        ("apollo-api-key", vec![alnum(22), alnum(30)], vec![alnum(10), format!("{} {}", alnum(11), alnum(11))]),
        (
            "aws-access-key-id",
            vec![format!("AKIA{}", body("ABCDEFGHIJ234567", 16)), format!("ASIA{}", body("ABCDEFGHIJ234567", 16))],
            vec![format!("AKIA{}", lower(16)), alnum(20)],
        ),
        ("aws-secret-access-key", vec![alnum(40), format!("{}/+{}", alnum(20), alnum(18))], vec![alnum(39)]),
        ("base64", own(&["aGVsbG8=", "aGVs\nbG8=\n"]), own(&["a-_b", "hello world"])),
        ("codacy-api-token", vec![alnum(20)], vec![alnum(19)]),
        ("cohere-api-key", vec![alnum(40)], vec![format!("{}-", alnum(40)), alnum(30)]),
        ("deepseek-api-key", vec![format!("sk-{}", lower(32))], vec![format!("sk-{}", "ABC".repeat(11)), lower(35)]),
        ("digits", own(&["0123", "42"]), own(&["4 2", "x1", ""])),
        ("elevenlabs-api-key", vec![format!("sk_{}", hex(48)), hex(32)], vec![format!("sk-{}", hex(48))]),
        ("figma-token", vec![format!("figd_{}", alnum(40))], vec![format!("fig_{}", alnum(40)), "figd_short".into()]),
        (
            "fly-api-token",
            vec![format!("fo1_{}", alnum(43)), format!("fm2_{}", alnum(120)), format!("FlyV1 fm2_{}", alnum(400))],
            vec![format!("fm2_{}", alnum(40)), alnum(43)],
        ),
        ("gcp-project-id", own(&["acme-prod-1234"]), own(&["Acme", "1acme", "acme-", "a"])),
        (
            "github-classic-token",
            vec![format!("ghp_{}", alnum(36))],
            vec![format!("ghs_{}", alnum(36)), format!("ghp_{}", alnum(30))],
        ),
        (
            "github-fine-grained-token",
            vec![format!("github_pat_{}_{}", alnum(22), alnum(59))],
            vec![format!("ghp_{}", alnum(36)), format!("github_pat_{}", alnum(40))],
        ),
        (
            "github-token",
            vec![
                format!("ghp_{}", alnum(36)),
                format!("gho_{}", alnum(36)),
                format!("ghu_{}", alnum(36)),
                format!("ghs_{}", alnum(36)),
                format!("ghs_12345_eyJ{}.eyJ{}.{}", alnum(40), alnum(300), alnum(86)),
                format!("github_pat_{}_{}", alnum(22), alnum(59)),
            ],
            vec![alnum(40), format!("ghx_{}", alnum(36)), "ghp_short".into()],
        ),
        ("groq-api-key", vec![format!("gsk_{}", alnum(52))], vec![format!("gsk-{}", alnum(52))]),
        ("hex-32", vec![hex(32), hex(64)], vec![hex(31), alnum(32)]),
        ("hubspot-api-key", vec![uuid(), format!("pat-na1-{}", uuid())], vec![hex(32), format!("pat-{}", hex(32))]),
        ("hugging-face-token", vec![format!("hf_{}", alnum(34))], vec![format!("hf-{}", alnum(34)), "hf_short".into()]),
        ("ip-address", own(&["192.0.2.10", "2001:db8::1", "::1"]), own(&["192.0.2", "host.name", "192.0.2.10:22 "])),
        ("jwt", vec![format!("eyJ{}.eyJ{}.{}", alnum(20), alnum(40), alnum(43))], vec![alnum(60), "eyJa.b".into()]),
        (
            "langsmith-api-key",
            vec![
                format!("lsv2_pt_{}_{}", hex(32), hex(10)),
                format!("lsv2_sk_{}_{}", hex(32), hex(10)),
                format!("ls__{}", hex(32)),
            ],
            vec![format!("lsv2_xx_{}_{}", hex(32), hex(10)), hex(42)],
        ),
        ("linear-api-key", vec![format!("lin_api_{}", alnum(40))], vec![format!("lin_{}", alnum(40))]),
        (
            "notion-token",
            vec![format!("ntn_{}{}", digits(11), alnum(35)), format!("secret_{}", alnum(43))],
            vec![format!("ntn_{}", alnum(20)), format!("secret_{}", alnum(20))],
        ),
        ("npm-token", vec![format!("npm_{}", alnum(36))], vec![format!("npm-{}", alnum(36))]),
        (
            "openai-api-key",
            vec![
                format!("sk-proj-{}T3BlbkFJ{}", alnum(74), alnum(74)),
                format!("sk-svcacct-{}", alnum(120)),
                format!("sk-admin-{}", alnum(120)),
                format!("sk-{}", alnum(48)),
            ],
            vec![format!("sk-or-v1-{}", hex(64)), format!("sk-ant-api03-{}", alnum(95)), alnum(51)],
        ),
        ("openai-organization", vec![format!("org-{}", alnum(24))], vec!["acme".into()]),
        ("openrouter-api-key", vec![format!("sk-or-v1-{}", hex(64))], vec![format!("sk-{}", alnum(48))]),
        ("perplexity-api-key", vec![format!("pplx-{}", alnum(48))], vec![format!("pplx_{}", alnum(48))]),
        ("pulumi-access-token", vec![format!("pul-{}", hex(40))], vec![format!("pul-{}", "XYZ".repeat(14)), hex(44)]),
        (
            "sentry-auth-token",
            vec![format!("sntrys_{}", alnum(140)), format!("sntryu_{}", hex(64)), hex(64)],
            vec![format!("sntry_{}", hex(64)), hex(40)],
        ),
        (
            "slack-app-token",
            vec![format!("xapp-1-A{}-{}-{}", "0B1C2D3E4F", digits(13), hex(64))],
            vec![format!("xoxb-{}", hex(40))],
        ),
        (
            "slack-bot-token",
            vec![
                format!("xoxb-{}-{}-{}", digits(12), digits(13), alnum(24)),
                format!("xoxb-{}-{}{}", digits(11), digits(11), alnum(24)),
            ],
            vec![format!("xapp-1-{}", alnum(30)), "xoxb-token".into()],
        ),
        ("slack-client-id", own(&["1234567890.0987654321"]), own(&["1234567890", "a.b"])),
        (
            "slack-webhook-url",
            vec![format!("https://hooks.slack.com/services/T{}/B{}/{}", digits(10), digits(10), alnum(24))],
            own(&["https://slack.com/services/x", "https://hooks.slack.com/services/"]),
        ),
        (
            "telegram-bot-token",
            vec![format!("{}:A{}", digits(9), alnum(34))],
            vec![format!("{}:{}", digits(9), "B".repeat(20))],
        ),
        ("uuid", vec![uuid(), uuid().to_uppercase()], vec![hex(36), hex(32)]),
        ("vercel-owner-id", vec![format!("team_{}", alnum(24)), alnum(24)], vec!["team".into()]),
        ("vercel-token", vec![alnum(24), format!("vcp_{}", alnum(56))], vec![alnum(20), format!("{}!", alnum(24))]),
        ("xai-api-key", vec![format!("xai-{}", alnum(80))], vec![format!("xai_{}", alnum(80))]),
    ]
}

#[test]
fn every_pattern_takes_and_refuses() {
    let cases = cases();
    let tested: Vec<&str> = cases.iter().map(|(id, ..)| *id).collect();
    let patterns: Vec<&str> =
        FORMATS.iter().filter(|format| matches!(format.shape, Shape::Pattern(_))).map(|format| format.id).collect();
    assert_eq!(tested, patterns);
    for (id, taken, refused) in cases {
        let pattern = format(id).and_then(|format| format.pattern()).expect("a pattern");
        assert!(!taken.is_empty() && !refused.is_empty(), "{id}");
        for text in taken {
            assert!(pattern.is_match(&text), "{id} refuses {text}");
        }
        for text in refused {
            assert!(!pattern.is_match(&text), "{id} takes {text}");
        }
    }
}

#[test]
fn what_the_seed_documents_fix_is_implied() {
    use esc_sync::mapping::catalogue::implied_format;
    for (service, name, id) in [
        ("snowflake", "SNOWFLAKE_ACCOUNT", "snowflake-account"),
        ("github", "GH_FINE_GRAINED_TOKEN", "github-fine-grained-token"),
        ("github", "GH_CLASSIC_PAT_TOKEN", "github-classic-token"),
        ("github", "GH_API_TOKEN", "github-token"),
        ("postgresql", "DATABASE_URL", "postgres-url"),
        ("redis", "REDIS_URL", "redis-url"),
        ("slack", "SLACK_WEBHOOK", "slack-webhook-url"),
        ("lambda-labs", "LAMBDA_SSH_PRIVATE_KEY", "private-key"),
        ("langchain-langsmith", "LANGCHAIN_API_KEY", "langsmith-api-key"),
        ("vercel", "VERCEL_ACCESS_TOKEN", "vercel-token"),
    ] {
        assert_eq!(implied_format(service, name).map(|format| format.id), Some(id), "{name}");
    }
}
