//! The table of probes, sorted by id.
//!
//! One row, in the file of its group, and one line here. Sources in short: TH is trufflehog `pkg/detectors`, BL betterleaks
//! `cmd/generate/config/rules`, KF kingfisher `data/rules`, each by the probe facts of 2026-11; "docs" is the service's own
//! documentation. INFERRED marks what none of them says and nobody tried.

mod ai;
mod business;
mod data;
mod infrastructure;
mod observability;
mod offline;

use super::{
    Part, Probe, Way,
    call::{self, Call, Fact},
    derive,
};

pub const PROBES: &[Probe] = &[
    data::AIRBYTE,
    offline::AIRBYTE_ACCESS,
    offline::ALERTING,
    ai::ANTHROPIC,
    ai::ANTHROPIC_ADMIN,
    infrastructure::APIFY,
    business::APOLLO,
    offline::APPLICATION,
    offline::ARIZE,
    business::ASANA,
    infrastructure::AWS,
    offline::BRAVE_SEARCH,
    infrastructure::CLOUDFLARE,
    infrastructure::CLOUDFLARE_GLOBAL,
    infrastructure::CODACY,
    offline::CODACY_PROJECT,
    ai::COHERE,
    observability::DATADOG,
    observability::DATADOG_APP,
    ai::DEEPSEEK,
    infrastructure::DIGITALOCEAN,
    infrastructure::DOCKER_HUB,
    ai::ELEVENLABS,
    offline::ESTUARY,
    offline::ESTUARY_REFRESH,
    offline::EXA,
    business::FIGMA,
    infrastructure::FLY,
    ai::GEMINI,
    infrastructure::GITHUB,
    infrastructure::GITHUB_APP,
    infrastructure::GITHUB_INSTALLATION,
    offline::GITHUB_WEBHOOK,
    offline::GITLEAKS,
    business::GONG,
    business::GONG_OAUTH,
    offline::GONG_SECRET,
    infrastructure::GOOGLE_SERVICE_ACCOUNT,
    observability::GRAFANA,
    observability::GRAFANA_CLOUD,
    offline::GRAFANA_PASSWORD,
    ai::GROQ,
    infrastructure::HEROKU,
    business::HUBSPOT,
    offline::HUBSPOT_SECRET,
    ai::HUGGING_FACE,
    business::INTERCOM,
    offline::KUBERNETES,
    infrastructure::LAMBDA,
    offline::LAMBDA_FILES,
    ai::LANGFUSE,
    offline::LANGGRAPH,
    ai::LANGSMITH,
    business::LINEAR,
    offline::LLAMA_API,
    ai::MEM0,
    ai::MISTRAL,
    offline::MISTRAL_CODESTRAL,
    offline::N8N,
    offline::NAMECHEAP,
    data::NEON,
    data::NEON_DATABASE,
    observability::NEW_RELIC,
    business::NOTION,
    infrastructure::NPM,
    ai::OPENAI,
    ai::OPENROUTER,
    observability::PAGERDUTY,
    offline::PERPLEXITY,
    data::PINECONE,
    ai::PORTKEY,
    offline::PORTKEY_VIRTUAL,
    data::POSTGRES,
    infrastructure::PULUMI,
    offline::PULUMI_PASSPHRASE,
    data::QDRANT,
    data::REDIS,
    business::SALESFORCE,
    observability::SENDGRID,
    observability::SENTRY,
    offline::SERPAPI,
    ai::SERPER,
    business::SLACK,
    offline::SLACK_SECRET,
    offline::SLACK_WEBHOOK,
    data::SNOWFLAKE,
    data::SNOWFLAKE_TOKEN,
    ai::STABILITY,
    business::STRIPE,
    data::SUPABASE,
    ai::TAVILY,
    offline::TELEGRAM,
    ai::TOGETHER,
    business::TWILIO,
    data::UPSTASH,
    offline::VENICE_AI,
    infrastructure::VERCEL,
    data::WEAVIATE,
    ai::XAI,
];

const NO_STARTS: &[&str] = &[];

/// A row of plain calls.
const fn row(
    id: &'static str,
    service: &'static str,
    parts: &'static [Part],
    hosts: &'static [&'static str],
    calls: &'static [Call],
    source: &'static str,
) -> Probe {
    Probe { id, service, parts, starts: NO_STARTS, hosts, way: Way::Calls(calls), source }
}

impl Probe {
    /// Only for values that begin so.
    const fn starting(mut self, starts: &'static [&'static str]) -> Self {
        self.starts = starts;
        self
    }

    /// With parts that are made of the others.
    const fn derived(mut self, derive: super::Derive) -> Self {
        if let Way::Calls(calls) = self.way {
            self.way = Way::Derived(derive, calls);
        }
        self
    }
}

/// The checked entry.
const fn value(names: &'static [&'static str]) -> Part {
    part("value", names)
}

/// Another entry that is needed.
const fn part(name: &'static str, names: &'static [&'static str]) -> Part {
    Part { name, names, optional: false }
}

const fn optional(name: &'static str, names: &'static [&'static str]) -> Part {
    Part { name, names, optional: true }
}

/// `Authorization: Bearer`, as most services want it.
const BEARER: &[(&str, &str)] = &[("authorization", "Bearer {value}")];

const fn header_fact(name: &'static str, header: &'static str) -> Fact {
    call::header(name, header)
}
