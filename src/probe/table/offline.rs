//! Services for which no safe call is known: the form is looked at, and nobody is asked.

use super::{Part, value};
use crate::probe::{
    Probe, Way,
    offline::Form::{self, Base64Json, Jwt, Text, Webhook},
};

const fn offline(
    id: &'static str,
    service: &'static str,
    parts: &'static [Part],
    form: Form,
    source: &'static str,
) -> Probe {
    Probe { id, service, parts, starts: &[], hosts: &[], way: Way::Offline(form), source }
}

const API_KEY: &[Part] = &[value(&["_API_KEY"])];

pub(super) const AIRBYTE_ACCESS: Probe = offline(
    "airbyte-access",
    "airbyte",
    &[value(&["_ACCESS_TOKEN"])],
    Jwt,
    "Airbyte docs: a token of minutes, made from an application",
);
pub(super) const ALERTING: Probe =
    offline("alerting", "alerting", &[value(&["_WEBHOOK_URL"])], Webhook, "a message posted there is delivered");
pub(super) const APPLICATION: Probe = offline(
    "application",
    "application",
    &[value(&["_KEY", "_SECRET", "_TOKEN", "_PASSWORD"])],
    Text,
    "the application's own secrets: nobody else knows them",
);
pub(super) const ARIZE: Probe = offline("arize", "arize", API_KEY, Text, "no read-only call is documented");
pub(super) const BRAVE_SEARCH: Probe =
    offline("brave-search", "brave-search", API_KEY, Text, "docs: every call is a billed search");
pub(super) const CODACY_PROJECT: Probe = offline(
    "codacy-project",
    "codacy",
    &[value(&["_PROJECT_TOKEN"])],
    Text,
    "Codacy docs: it only uploads coverage; INFERRED",
);
pub(super) const ESTUARY: Probe = offline(
    "estuary",
    "estuary-flow",
    &[value(&["_ACCESS_TOKEN", "_API_KEY", "_API_TOKEN", "_CLIENT_SECRET"])],
    Jwt,
    "estuary/flow control plane, by the probe facts, 2026-11",
);
pub(super) const ESTUARY_REFRESH: Probe = offline(
    "estuary-refresh",
    "estuary-flow",
    &[value(&["_REFRESH_TOKEN"])],
    Base64Json(&["id", "secret"]),
    "estuary/flow control plane: an exchange consumes it; the base64 form INFERRED",
);
pub(super) const EXA: Probe = offline("exa", "exa", API_KEY, Text, "docs: every call is a billed search");
pub(super) const GITHUB_WEBHOOK: Probe = offline(
    "github-webhook",
    "github",
    &[value(&["_WEBHOOK_SECRET", "_CLIENT_SECRET"])],
    Text,
    "a shared secret that no call shows",
);
pub(super) const GITLEAKS: Probe =
    offline("gitleaks", "gitleaks", &[value(&["_LICENSE"])], Text, "a licence that no call shows");
pub(super) const GONG_SECRET: Probe = offline(
    "gong-secret",
    "gong",
    &[value(&["_CLIENT_SECRET", "_API_SECRET", "_WEBHOOK_SECRET"])],
    Text,
    "halves of a client or of a webhook: an exchange would consume a code",
);
pub(super) const GRAFANA_PASSWORD: Probe =
    offline("grafana-password", "grafana", &[value(&["_PASSWORD"])], Text, "Grafana docs: failed logins lock the user");
pub(super) const HUBSPOT_SECRET: Probe = offline(
    "hubspot-secret",
    "hubspot",
    &[value(&["_API_KEY", "_CLIENT_SECRET"])],
    Text,
    "the retired key went into the address, and a client's secret needs an exchange",
);
pub(super) const KUBERNETES: Probe = offline(
    "kubernetes",
    "kubernetes",
    &[value(&["_CONFIG", "KUBECONFIG", "_KUBECONFIG"])],
    Text,
    "a kubeconfig names a cluster that the table cannot name",
);
pub(super) const LAMBDA_FILES: Probe = offline(
    "lambda-files",
    "lambda-labs",
    &[value(&["_KUBECONFIG", "_SSH_KEY", "_SSH_PRIVATE_KEY", "_PRIVATE_SSH_KEY"])],
    Text,
    "keys of machines are proved by `ssh verify`",
);
pub(super) const LANGGRAPH: Probe =
    offline("langgraph", "langgraph", API_KEY, Text, "each deployment has an address of its own, which no entry names");
pub(super) const LLAMA_API: Probe =
    offline("llama-api", "llama-api", API_KEY, Text, "whose service it is the inventory does not say");
pub(super) const MISTRAL_CODESTRAL: Probe =
    offline("mistral-codestral", "mistral-codestral", API_KEY, Text, "docs: the host only completes, which costs");
pub(super) const N8N: Probe =
    offline("n8n", "n8n", API_KEY, Jwt, "each installation has an address of its own; the form INFERRED");
pub(super) const NAMECHEAP: Probe =
    offline("namecheap", "namecheap", API_KEY, Text, "docs: the key goes into the address of every call");
pub(super) const PERPLEXITY: Probe = offline(
    "perplexity",
    "perplexity",
    API_KEY,
    Text,
    "docs: the calls complete, which costs; BL sends one with a wrong model",
);
pub(super) const PORTKEY_VIRTUAL: Probe = offline(
    "portkey-virtual",
    "portkey",
    &[value(&["_VIRTUAL_KEY", "_VIRTUAL_KEY_PROD"])],
    Text,
    "the name of a key that Portkey keeps, not a key",
);
pub(super) const PULUMI_PASSPHRASE: Probe = offline(
    "pulumi-passphrase",
    "pulumi",
    &[value(&["_CONFIG_PASSPHRASE"])],
    Text,
    "it opens stacks, and no call shows that",
);
pub(super) const SERPAPI: Probe =
    offline("serpapi", "serpapi", API_KEY, Text, "docs: the key goes into the address of every call");
pub(super) const SLACK_SECRET: Probe = offline(
    "slack-secret",
    "slack",
    &[value(&["_APP_TOKEN", "_SOCKET_TOKEN", "_CLIENT_SECRET", "_SIGNING_SECRET", "_REFRESH_TOKEN"])],
    Text,
    "Slack docs: an app's token opens connections, a refresh token is consumed, secrets only sign",
);
pub(super) const SLACK_WEBHOOK: Probe = offline(
    "slack-webhook",
    "slack",
    &[value(&["_WEBHOOK_URL", "_WEBHOOK"])],
    Webhook,
    "Slack docs: a message posted there is delivered",
);
pub(super) const TELEGRAM: Probe = offline(
    "telegram",
    "telegram",
    &[value(&["_BOT_TOKEN"])],
    Text,
    "docs: the token goes into the address of every call",
);
pub(super) const VENICE_AI: Probe =
    offline("venice-ai", "venice-ai", API_KEY, Text, "no call is known that neither costs nor answers everybody");
