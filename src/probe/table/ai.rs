//! Models, their gateways and their tools.

use super::{BEARER, part, row, value};
use crate::{
    model::{ProbeReason, ProbeVerdict},
    probe::{
        Probe,
        call::{
            NEW_ONE, WIDER, When, exhausted, expired, field, get, limited, live, on, post, rejected, says, unknown,
        },
    },
};

const API_KEY: &[&str] = &["_API_KEY"];

pub(super) const ANTHROPIC: Probe = row(
    "anthropic",
    "anthropic",
    &[value(API_KEY)],
    &["api.anthropic.com"],
    &[get(
        "https://api.anthropic.com/v1/models",
        ANTHROPIC_HEADERS,
        &[
            live(&[When::List("/data")]),
            // INFERRED: BL calls every 403 dead, the error's own type says otherwise.
            limited(&[403], &[When::Is("/error/type", &["permission_error"])]),
            rejected(&[401], &[]),
        ],
    )],
    "TH, BL `anthropic`; 403 INFERRED",
);

pub(super) const ANTHROPIC_ADMIN: Probe = row(
    "anthropic-admin",
    "anthropic",
    &[value(&["_API_KEY", "_ADMIN_KEY"])],
    &["api.anthropic.com"],
    &[get(
        "https://api.anthropic.com/v1/organizations/me",
        ANTHROPIC_HEADERS,
        &[live(&[When::Filled("/id")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/name")])],
    "BL `anthropic`",
)
.starting(&["sk-ant-admin"]);

const ANTHROPIC_HEADERS: &[(&str, &str)] = &[("x-api-key", "{value}"), ("anthropic-version", "2023-06-01")];

pub(super) const COHERE: Probe = row(
    "cohere",
    "cohere",
    &[value(API_KEY)],
    &["api.cohere.com"],
    &[post(
        "https://api.cohere.com/v1/check-api-key",
        BEARER,
        "{}",
        &[
            live(&[When::Is("/valid", &["true"])]),
            rejected(&[200], &[When::Is("/valid", &["false"])]),
            rejected(&[401], &[]),
        ],
    )
    .repeatable()
    .tells(&[field("account", "/organization_id")])],
    "docs, check API key, 2026-11; 401 INFERRED",
);

pub(super) const DEEPSEEK: Probe = row(
    "deepseek",
    "deepseek",
    &[value(API_KEY)],
    &["api.deepseek.com"],
    &[get(
        "https://api.deepseek.com/user/balance",
        BEARER,
        &[
            exhausted(&[200], &[When::Is("/is_available", &["false"])]),
            live(&[When::Is("/is_available", &["true"])]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("left", "/balance_infos/0/total_balance")])],
    "docs, get user balance, 2026-11",
);

pub(super) const ELEVENLABS: Probe = row(
    "elevenlabs",
    "elevenlabs",
    &[value(API_KEY)],
    &["api.elevenlabs.io"],
    &[get(
        "https://api.elevenlabs.io/v1/user",
        &[("xi-api-key", "{value}")],
        &[
            live(&[When::Filled("/subscription")]),
            limited(&[401, 403], &[When::Text("missing_permissions")]),
            rejected(&[400, 401], &[When::Text("invalid_api_key")]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("plan", "/subscription/tier")])],
    "TH, BL; missing_permissions INFERRED from the docs' errors",
);

pub(super) const GEMINI: Probe = row(
    "gemini",
    "google-cloud",
    &[value(API_KEY)],
    &["generativelanguage.googleapis.com"],
    &[get(
        "https://generativelanguage.googleapis.com/v1/models",
        &[("x-goog-api-key", "{value}")],
        &[
            live(&[When::List("/models")]),
            expired(&[400], &[When::Text("API key expired")]),
            rejected(&[400], &[When::Text("API_KEY_INVALID")]),
            limited(&[403], &[When::Text("API_KEY_")]),
            limited(&[403], &[When::Text("SERVICE_DISABLED")]),
        ],
    )],
    "TH `googlegemini`, BL `gcp`; SERVICE_DISABLED INFERRED",
);

pub(super) const GROQ: Probe = row(
    "groq",
    "groq",
    &[value(API_KEY)],
    &["api.groq.com"],
    &[get(
        "https://api.groq.com/openai/v1/models",
        BEARER,
        &[live(&[When::Is("/object", &["list"])]), rejected(&[401], &[])],
    )],
    "TH, BL",
);

pub(super) const HUGGING_FACE: Probe = row(
    "hugging-face",
    "hugging-face",
    &[value(&["_API_TOKEN", "_API_KEY", "_TOKEN"])],
    &["huggingface.co"],
    &[get(
        "https://huggingface.co/api/whoami-v2",
        BEARER,
        &[
            live(&[When::Filled("/name")]),
            expired(&[401], &[When::Text("expired")]),
            rejected(&[401], &[]),
            limited(&[403], &[When::Filled("/error")]),
        ],
    )
    .tells(&[field("account", "/name"), field("scopes", "/auth/accessToken/role")])],
    "TH, BL `huggingface`; 403 INFERRED",
);

pub(super) const LANGFUSE: Probe = row(
    "langfuse",
    "langfuse",
    &[
        value(&["_SECRET_KEY"]),
        part("public", &["_PUBLIC_KEY"]),
        super::optional("base", &["LANGFUSE_HOST", "LANGFUSE_BASE_URL", "_HOST", "_BASE_URL"]),
    ],
    &["cloud.langfuse.com", "{base}"],
    &[get(
        "{base|https://cloud.langfuse.com}/api/public/projects",
        &[("authorization", "Basic {public:value}")],
        &[live(&[When::List("/data")]), limited(&[403], &[When::Filled("/message")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/data/0/name")])],
    "TH, BL; 403 INFERRED",
);

pub(super) const LANGSMITH: Probe = row(
    "langsmith",
    "langchain-langsmith",
    &[value(API_KEY)],
    &["api.smith.langchain.com"],
    &[get(
        "https://api.smith.langchain.com/api/v1/api-key",
        &[("x-api-key", "{value}")],
        &[live(&[When::List("")]), rejected(&[401, 403], &[])],
    )],
    "TH, BL",
);

pub(super) const MEM0: Probe = row(
    "mem0",
    "mem0",
    &[value(API_KEY)],
    &["api.mem0.ai"],
    &[get(
        "https://api.mem0.ai/v1/ping/",
        &[("authorization", "Token {value}")],
        &[live(&[When::Is("/status", &["ok"])]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/org_id")])],
    "the public Python client's own check, 2026-11; answers INFERRED",
);

pub(super) const MISTRAL: Probe = row(
    "mistral",
    "mistral",
    &[value(API_KEY)],
    &["api.mistral.ai"],
    &[get("https://api.mistral.ai/v1/models", BEARER, &[live(&[When::List("/data")]), rejected(&[401, 403], &[])])],
    "TH, BL",
);

pub(super) const OPENAI: Probe = row(
    "openai",
    "openai",
    &[value(API_KEY)],
    &["api.openai.com"],
    &[get(
        "https://api.openai.com/v1/models",
        BEARER,
        &[
            live(&[When::Is("/object", &["list"])]),
            // A restricted key is told so with 401 (PowerToys#32989).
            limited(&[401, 403], &[When::Text("Missing scopes")]),
            unknown(
                &[403],
                &[When::Text("unsupported_country")],
                ProbeReason::Forbidden,
                "the service does not answer to the country this was asked from",
                "ask from a place that the service allows",
            ),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[super::header_fact("account", "openai-organization")])],
    "BL `openai`; microsoft/PowerToys#32989",
);

pub(super) const OPENROUTER: Probe = row(
    "openrouter",
    "openrouter",
    &[value(API_KEY)],
    &["openrouter.ai"],
    &[get(
        "https://openrouter.ai/api/v1/key",
        BEARER,
        &[
            exhausted(&[200], &[When::Is("/data/limit_remaining", &["0", "0.0"])]),
            live(&[When::Filled("/data")]),
            rejected(&[401], &[]),
        ],
    )
    // Not the label: it shows the key's beginning and end.
    .tells(&[field("left", "/data/limit_remaining"), field("free tier", "/data/is_free_tier")])],
    "TH `openrouter`",
);

pub(super) const PORTKEY: Probe = row(
    "portkey",
    "portkey",
    &[value(API_KEY)],
    &["api.portkey.ai"],
    &[get(
        "https://api.portkey.ai/v1/models",
        &[("x-portkey-api-key", "{value}")],
        &[live(&[When::List("/data")]), limited(&[403], &[When::Not(&When::NoBody)]), rejected(&[401], &[])],
    )],
    "Portkey docs, by the probe facts, 2026-11",
);

pub(super) const SERPER: Probe = row(
    "serper",
    "serper",
    &[value(API_KEY)],
    &["google.serper.dev"],
    &[get(
        "https://google.serper.dev/account",
        &[("x-api-key", "{value}")],
        &[
            exhausted(&[200], &[When::Is("/balance", &["0"])]),
            exhausted(&[200], &[When::Is("/credits", &["0"])]),
            live(&[When::Filled("/balance")]),
            live(&[When::Filled("/credits")]),
            rejected(&[401, 403], &[]),
        ],
    )
    .tells(&[field("left", "/balance"), field("left", "/credits")])],
    "seen in public clients, by the probe facts, 2026-11; 401 or 403 INFERRED",
);

pub(super) const STABILITY: Probe = row(
    "stability",
    "stability-ai",
    &[value(API_KEY)],
    &["api.stability.ai"],
    &[get(
        "https://api.stability.ai/v1/user/balance",
        BEARER,
        &[
            exhausted(&[200], &[When::Is("/credits", &["0", "0.0"])]),
            live(&[When::Filled("/credits")]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("left", "/credits")])],
    "docs, v1 user balance, 2026-11",
);

pub(super) const TAVILY: Probe = row(
    "tavily",
    "tavily",
    &[value(API_KEY)],
    &["api.tavily.com"],
    &[get(
        "https://api.tavily.com/usage",
        BEARER,
        &[exhausted(&[432, 433], &[]), live(&[When::Filled("/key")]), rejected(&[401], &[])],
    )
    .tells(&[field("plan", "/account/current_plan"), field("used", "/key/usage"), field("limit", "/key/limit")])],
    "seen in public clients, by the probe facts, 2026-11",
);

pub(super) const TOGETHER: Probe = row(
    "together",
    "together-ai",
    &[value(API_KEY)],
    &["api.together.xyz"],
    &[get(
        "https://api.together.xyz/v1/models",
        BEARER,
        &[live(&[When::List(""), When::Filled("/0/id")]), rejected(&[401], &[])],
    )],
    "docs, list models, 2026-11; that it wants a key INFERRED",
);

pub(super) const XAI: Probe = row(
    "xai",
    "xai",
    &[value(API_KEY)],
    &["api.x.ai"],
    &[get(
        "https://api.x.ai/v1/api-key",
        BEARER,
        &[
            rejected(&[200], &[When::Is("/api_key_disabled", &["true"])]),
            on(
                &[200],
                &[When::Is("/api_key_blocked", &["true"])],
                says(ProbeVerdict::Rejected, ProbeReason::RejectedByService, "the service has blocked it", NEW_ONE),
            ),
            on(
                &[200],
                &[When::Is("/team_blocked", &["true"])],
                says(ProbeVerdict::Limited, ProbeReason::Scope, "the service has blocked its team", WIDER),
            ),
            live(&[When::Filled("/api_key_id")]),
            rejected(&[400], &[When::Text("incorrect api key")]),
            rejected(&[401], &[]),
        ],
    )
    // Not the redacted key: it is a part of the key.
    .tells(&[field("scopes", "/acls"), field("account", "/team_id")])],
    "docs, get API key information, 2026-11; 400 INFERRED",
);
