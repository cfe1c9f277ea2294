//! The shapes of credentials, with their sources.
//!
//! Lengths are minimums wherever a vendor has made keys longer before: a format
//! that refuses tomorrow's key would teach people to ignore it.

use super::{
    Format,
    Shape::{self, Pattern, PrivateKey, PublicKey, PublicKeyBase64, SnowflakeAccount, Url},
};

const GITLEAKS: &str = "gitleaks config/gitleaks.toml, by the inventory, 2026-11";
const TRUFFLEHOG: &str = "trufflehog pkg/detectors, by the inventory, 2026-11";
const OWN: &str = "the service's own documentation, 2026-11";
const SSH: &str = "sshd(8), and OpenSSH 9.2 tried, 2026-11";

const fn format(id: &'static str, shape: Shape, summary: &'static str, source: &'static str) -> Format {
    Format { id, summary, shape, source }
}

pub const FORMATS: &[Format] = &[
    format(
        "anthropic-api-key",
        Pattern(r"^sk-ant-(?:api|admin)[0-9]{2}-[A-Za-z0-9_-]{80,}$"),
        "an Anthropic key: sk-ant-api03- and at least 80 more characters",
        GITLEAKS,
    ),
    format(
        "apify-api-token",
        Pattern(r"^apify_api_[A-Za-z0-9-]{36,}$"),
        "an Apify token: apify_api_ and 36 characters",
        TRUFFLEHOG,
    ),
    format("apollo-api-key", Pattern(r"^[A-Za-z0-9_-]{22,}$"), "an Apollo.io key: 22 alphanumerics", TRUFFLEHOG),
    format(
        "aws-access-key-id",
        Pattern(r"^(?:AKIA|ASIA)[A-Z0-9]{16,}$"),
        "an AWS access key id: AKIA or ASIA and 16 capitals or digits",
        GITLEAKS,
    ),
    format(
        "aws-secret-access-key",
        Pattern(r"^[A-Za-z0-9/+=]{40,}$"),
        "an AWS secret access key: 40 characters of base64",
        OWN,
    ),
    format("base64", Pattern(r"^(?:[A-Za-z0-9+/]|\r?\n)+={0,2}(?:\r?\n)?$"), "standard base64", "RFC 4648 section 4"),
    format("codacy-api-token", Pattern(r"^[A-Za-z0-9]{20,}$"), "a Codacy token: 20 alphanumerics", TRUFFLEHOG),
    format("cohere-api-key", Pattern(r"^[A-Za-z0-9]{40,}$"), "a Cohere key: 40 alphanumerics", GITLEAKS),
    format(
        "deepseek-api-key",
        Pattern(r"^sk-[a-z0-9]{32,}$"),
        "a DeepSeek key: sk- and 32 lower-case alphanumerics",
        TRUFFLEHOG,
    ),
    format("digits", Pattern(r"^[0-9]+$"), "a number of digits only", OWN),
    format(
        "elevenlabs-api-key",
        Pattern(r"^(?:sk_)?[0-9a-f]{32,}$"),
        "an ElevenLabs key: sk_ and 48 hexadecimal digits, or the older 32",
        TRUFFLEHOG,
    ),
    format(
        "figma-token",
        Pattern(r"^fig[a-z]{1,2}_[A-Za-z0-9_-]{40,}$"),
        "a Figma token: figd_ and 40 characters",
        TRUFFLEHOG,
    ),
    format(
        "fly-api-token",
        Pattern(r"^(?:FlyV1 )?(?:fo1_[A-Za-z0-9_-]{43,}|fm[12][ar]?_[A-Za-z0-9+/=_,-]{100,})$"),
        "a Fly.io token: fo1_ and 43 characters, or fm2_ and 100 or more",
        GITLEAKS,
    ),
    format(
        "gcp-project-id",
        Pattern(r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$"),
        "a Google Cloud project id: 6 to 30 lower-case letters, digits and hyphens",
        OWN,
    ),
    format(
        "github-classic-token",
        Pattern(r"^ghp_[A-Za-z0-9]{36,}$"),
        "a classic GitHub token: ghp_ and 36 characters",
        GITLEAKS,
    ),
    format(
        "github-fine-grained-token",
        Pattern(r"^github_pat_[A-Za-z0-9_]{82,}$"),
        "a fine-grained GitHub token: github_pat_ and 82 characters",
        GITLEAKS,
    ),
    format(
        "github-token",
        // The installation tokens of 2026 carry an application id and a JWT behind ghs_.
        Pattern(r"^(?:gh[opru]_[A-Za-z0-9]{36,}|ghs_[A-Za-z0-9._-]{36,}|github_pat_[A-Za-z0-9_]{82,})$"),
        "a GitHub token: ghp_, gho_, ghu_, ghr_ or ghs_ and 36 or more characters, or github_pat_ and 82",
        GITLEAKS,
    ),
    format("groq-api-key", Pattern(r"^gsk_[A-Za-z0-9]{52,}$"), "a Groq key: gsk_ and 52 characters", TRUFFLEHOG),
    format("hex-32", Pattern(r"^[0-9a-f]{32,}$"), "at least 32 hexadecimal digits", OWN),
    format("http-url", Url(&["http", "https"]), "a URL that starts with http:// or https://", OWN),
    format("https-url", Url(&["https"]), "a URL that starts with https://", OWN),
    format(
        "hubspot-api-key",
        Pattern(
            r"^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|pat-[a-z0-9]+-[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$",
        ),
        "a HubSpot key: a UUID, or the newer pat-, a region and a UUID",
        GITLEAKS,
    ),
    format(
        "hugging-face-token",
        Pattern(r"^(?:hf_[A-Za-z0-9]{34,}|api_org_[A-Za-z0-9]{34,})$"),
        "a Hugging Face token: hf_ and 34 letters",
        GITLEAKS,
    ),
    format(
        "ip-address",
        Pattern(r"^(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})$"),
        "an IP address",
        OWN,
    ),
    format(
        "jwt",
        Pattern(r"^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$"),
        "a JSON web token: three parts of base64url parted by dots",
        "RFC 7519",
    ),
    format(
        "langsmith-api-key",
        Pattern(r"^(?:lsv2_(?:pt|sk)_[0-9a-f]{32,}_[0-9a-f]{10,}|ls__[0-9a-f]{32,})$"),
        "a LangSmith key: lsv2_pt_ or lsv2_sk_, 32 hexadecimal digits, _ and 10 more",
        TRUFFLEHOG,
    ),
    format(
        "linear-api-key",
        Pattern(r"^lin_api_[A-Za-z0-9]{40,}$"),
        "a Linear key: lin_api_ and 40 alphanumerics",
        GITLEAKS,
    ),
    format(
        "notion-token",
        Pattern(r"^(?:ntn_[0-9]{11}[A-Za-z0-9]{35,}|secret_[A-Za-z0-9]{43,})$"),
        "a Notion token: ntn_, 11 digits and 35 characters, or the older secret_ and 43",
        GITLEAKS,
    ),
    format("npm-token", Pattern(r"^npm_[A-Za-z0-9]{36,}$"), "an npm token: npm_ and 36 characters", GITLEAKS),
    format(
        "openai-api-key",
        Pattern(r"^sk-(?:(?:proj|svcacct|admin|service|None)-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{48,})$"),
        "an OpenAI key: sk-proj-, sk-svcacct- or sk-admin- and a long body, or the older sk- and 48 characters",
        GITLEAKS,
    ),
    format("openai-organization", Pattern(r"^org-[A-Za-z0-9]{8,}$"), "an OpenAI organization: org- and an id", OWN),
    format(
        "openrouter-api-key",
        Pattern(r"^sk-or-v[0-9]+-[0-9a-f]{64,}$"),
        "an OpenRouter key: sk-or-v1- and 64 hexadecimal digits",
        TRUFFLEHOG,
    ),
    format(
        "perplexity-api-key",
        Pattern(r"^pplx-[A-Za-z0-9]{48,}$"),
        "a Perplexity key: pplx- and 48 characters",
        GITLEAKS,
    ),
    format(
        "postgres-url",
        Url(&["postgres", "postgresql"]),
        "a URL that starts with postgres:// or postgresql://",
        OWN,
    ),
    format("private-key", PrivateKey, "a private key in the form OpenSSH reads", SSH),
    format(
        "pulumi-access-token",
        Pattern(r"^pul-[0-9a-f]{40,}$"),
        "a Pulumi token: pul- and 40 hexadecimal digits",
        GITLEAKS,
    ),
    format("redis-url", Url(&["redis", "rediss"]), "a URL that starts with redis:// or rediss://", OWN),
    format(
        "sentry-auth-token",
        Pattern(r"^(?:sntrys_[A-Za-z0-9+/=_-]{40,}|sntryu_[0-9a-f]{64,}|[0-9a-f]{64})$"),
        "a Sentry token: sntrys_ and a long body, or sntryu_ and 64 hexadecimal digits",
        GITLEAKS,
    ),
    format(
        "slack-app-token",
        Pattern(r"^xapp-[0-9]-[A-Z0-9]+-[0-9]+-[A-Za-z0-9]+$"),
        "a Slack app token: xapp-, a digit and three parts parted by hyphens",
        GITLEAKS,
    ),
    format(
        "slack-bot-token",
        Pattern(r"^(?:xoxe\.)?xoxb-[0-9]{1,14}-[0-9A-Za-z][0-9A-Za-z-]{17,}$"),
        "a Slack bot token: xoxb-, two groups of digits and a tail",
        GITLEAKS,
    ),
    format("slack-client-id", Pattern(r"^[0-9]+\.[0-9]+$"), "a Slack client id: two numbers parted by a dot", OWN),
    format(
        "slack-webhook-url",
        Pattern(r"^https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,}$"),
        "a Slack webhook: https://hooks.slack.com/services/ and 43 or more characters",
        GITLEAKS,
    ),
    format(
        "snowflake-account",
        SnowflakeAccount,
        "a Snowflake account: a locator (with its region if need be) or ORG-ACCOUNT, without the host's suffix",
        OWN,
    ),
    format("ssh-public-key", PublicKey, "one OpenSSH public-key line", SSH),
    format("ssh-public-key-base64", PublicKeyBase64, "the base64 of one OpenSSH public-key line", SSH),
    format(
        "telegram-bot-token",
        Pattern(r"^[0-9]{5,}:A[A-Za-z0-9_-]{34,}$"),
        "a Telegram token: digits, :A and 34 characters",
        GITLEAKS,
    ),
    format("url", Url(&[]), "a URL with a scheme and a host", OWN),
    format(
        "uuid",
        Pattern(r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
        "a UUID: 36 hexadecimal digits and hyphens",
        "RFC 9562",
    ),
    format("vercel-owner-id", Pattern(r"^(?:team_)?[A-Za-z0-9]{20,}$"), "a Vercel team or account id", OWN),
    format(
        "vercel-token",
        Pattern(r"^(?:[A-Za-z0-9]{24,}|vc[a-z]{1,2}_[A-Za-z0-9_-]{20,})$"),
        "a Vercel token: 24 alphanumerics, or a newer one behind vcp_",
        TRUFFLEHOG,
    ),
    format("xai-api-key", Pattern(r"^xai-[A-Za-z0-9_]{80,}$"), "an xAI key: xai- and 80 characters", TRUFFLEHOG),
];
