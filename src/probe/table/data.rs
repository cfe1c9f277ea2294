//! Databases, vectors and pipelines.

use super::{BEARER, derive, optional, part, row, value};
use crate::{
    model::{ProbeReason, ProbeVerdict},
    probe::{
        Probe, Way,
        call::{When, field, get, limited, live, next, on, post, rejected, says, unknown},
        databases,
    },
};

pub(super) const AIRBYTE: Probe = row(
    "airbyte",
    "airbyte",
    &[value(&["_CLIENT_SECRET"]), part("id", &["_CLIENT_ID"]), optional("base", &["_BASE_URL", "_URL"])],
    &["api.airbyte.com", "{base}"],
    &[post(
        "{base|https://api.airbyte.com/v1}/applications/token",
        &[],
        r#"{"client_id":"{id}","client_secret":"{value}","grant-type":"client_credentials"}"#,
        &[
            live(&[When::Filled("/access_token")]),
            rejected(&[401, 403], &[]),
            rejected(&[400], &[When::Text("client")]),
        ],
    )],
    "Airbyte docs, by the probe facts, 2026-11; the token it gives out is of minutes and replaces none",
);

pub(super) const NEON: Probe = row(
    "neon",
    "neon",
    &[value(&["_API_KEY"])],
    &["console.neon.tech"],
    &[get(
        "https://console.neon.tech/api/v2/projects?limit=1",
        BEARER,
        &[
            live(&[When::List("/projects")]),
            on(
                &[400],
                &[When::Text("org_id is required")],
                says(
                    ProbeVerdict::Live,
                    ProbeReason::Accepted,
                    "the service accepts it, and asks for an organization",
                    "",
                ),
            ),
            rejected(&[401, 403], &[]),
        ],
    )],
    "BL `neon`",
);

pub(super) const NEON_DATABASE: Probe =
    database("neon-database", "neon", Way::Steps(databases::postgres), "as postgres");

pub(super) const PINECONE: Probe = row(
    "pinecone",
    "pinecone",
    &[value(&["_API_KEY"])],
    &["api.pinecone.io"],
    &[get(
        "https://api.pinecone.io/indexes",
        &[("api-key", "{value}"), ("x-pinecone-api-version", "2025-10")],
        &[live(&[When::List("/indexes")]), limited(&[403], &[When::Not(&When::NoBody)]), rejected(&[401], &[])],
    )],
    "TH, BL `pinecone`",
);

pub(super) const POSTGRES: Probe = database(
    "postgres",
    "postgresql",
    Way::Steps(databases::postgres),
    "PostgreSQL's list of SQLSTATEs; tried with PostgreSQL 15, 2026-11",
);

pub(super) const QDRANT: Probe = row(
    "qdrant",
    "qdrant",
    &[value(&["_API_KEY"]), part("base", &["_URL", "_ENDPOINT", "_HOST"])],
    &["{base}"],
    &[get(
        "{base}/collections",
        &[("api-key", "{value}")],
        &[
            unknown(
                &[404],
                &[],
                ProbeReason::WrongAccount,
                "the host does not know the call: it may be another cluster's, or none",
                "compare the cluster's address, its port too, with Qdrant's console",
            ),
            live(&[When::Is("/status", &["ok"])]),
            // A granular key is a token of its own, and may be kept from the list.
            limited(&[403], &[When::Given("granular")]),
            rejected(&[401, 403], &[]),
        ],
    )],
    "Qdrant docs, by the probe facts, 2026-11",
)
.derived(derive::qdrant);

pub(super) const REDIS: Probe =
    database("redis", "redis", Way::Steps(databases::redis), "tried with Redis 7.0, 2026-11");

/// The URL is the whole credential, and says itself where it goes.
const fn database(id: &'static str, service: &'static str, way: Way, source: &'static str) -> Probe {
    Probe { id, service, parts: URL, starts: &[], hosts: &[], way, source }
}

const URL: &[super::Part] = &[value(&["DATABASE_URL", "_URL", "_DSN"])];

/// The login page of an account that does not exist is none (snowflake-semantic-views-powerbi#2, data-diff#141).
const SNOWFLAKE_HOST: crate::probe::call::Call = get(
    "https://{tenant}.snowflakecomputing.com/",
    &[],
    &[
        unknown(&[404], &[], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
        unknown(&[403], &[When::NoBody], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
        next(&[], &[]),
    ],
)
.anonymous();

const NO_ACCOUNT: &str = "Snowflake knows no such account; no login was tried";
const RIGHT_ACCOUNT: &str = "correct the account: the organization's form, or the locator with its region and cloud";

pub(super) const SNOWFLAKE: Probe = row(
    "snowflake",
    "snowflake",
    &[
        value(&["_PASSWORD"]),
        part("account", &["_ACCOUNT"]),
        part("user", &["_USER", "_USERNAME"]),
    ],
    &["*.snowflakecomputing.com"],
    &[
        SNOWFLAKE_HOST,
        // One login and never a second: failures lock the user.
        post(
            "https://{tenant}.snowflakecomputing.com/session/v1/login-request",
            &[("x-snowflake-authorization-token-type", "BASIC")],
            r#"{"data":{"ACCOUNT_NAME":"{name}","LOGIN_NAME":"{user}","PASSWORD":"{value}","CLIENT_APP_ID":"esc-sync"}}"#,
            &[
                unknown(&[404], &[], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
                unknown(&[403], &[When::NoBody], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
                live(&[When::Is("/success", &["true"])]),
                rejected(
                    &[200],
                    &[When::Is("/success", &["false"]), When::Is("/code", &["390100"])],
                ),
                unknown(
                    &[200],
                    &[When::Is("/success", &["false"]), When::Is("/code", &["390101", "390102"])],
                    ProbeReason::Forbidden,
                    "the user is disabled or locked, so that the password could not be tried",
                    "unlock the user, or wait, before the next login",
                ),
                on(
                    &[200],
                    &[When::Is("/success", &["false"]), When::Text("multi-factor")],
                    SECOND_FACTOR,
                ),
                on(&[200], &[When::Is("/success", &["false"]), When::Text("MFA")], SECOND_FACTOR),
                unknown(
                    &[200],
                    &[When::Is("/success", &["false"]), When::Text("not allowed to access")],
                    ProbeReason::Forbidden,
                    "the account's network policy keeps this machine out",
                    "ask from a network that the policy allows",
                ),
            ],
        ),
    ],
    "TH, KF `snowflake`; Snowflake docs on error codes, 2026-11; codes but 390100 INFERRED",
)
.derived(derive::snowflake);

const SECOND_FACTOR: crate::probe::call::Outcome = says(
    ProbeVerdict::Limited,
    ProbeReason::MissingSecondFactor,
    "the service accepts it, and wants a second factor",
    "use a key pair or a token for machines: they cannot give a second factor",
);

pub(super) const SNOWFLAKE_TOKEN: Probe = row(
    "snowflake-token",
    "snowflake",
    &[value(&["_PAT", "_TOKEN"]), part("account", &["_ACCOUNT"])],
    &["*.snowflakecomputing.com"],
    &[get(
        "https://{tenant}.snowflakecomputing.com/",
        &[],
        &[
            unknown(&[404], &[], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
            unknown(&[403], &[When::NoBody], ProbeReason::WrongAccount, NO_ACCOUNT, RIGHT_ACCOUNT),
            unknown(
                &[],
                &[],
                ProbeReason::OfflineOnly,
                "the account is right; the token itself was not sent, since its call may wake a warehouse, which costs",
                "",
            ),
        ],
    )
    .anonymous()],
    "BL `snowflake`, whose call runs a statement and is not made here",
)
.derived(derive::snowflake);

pub(super) const SUPABASE: Probe = row(
    "supabase",
    "supabase",
    &[value(&["_ACCESS_TOKEN"])],
    &["api.supabase.com"],
    &[get("https://api.supabase.com/v1/projects", BEARER, &[live(&[When::List("")]), rejected(&[401], &[])])],
    "docs, management API, list all projects, 2026-11",
);

pub(super) const UPSTASH: Probe = row(
    "upstash",
    "upstash",
    &[value(&["_REST_TOKEN", "_TOKEN"]), part("base", &["_REST_URL", "_URL"])],
    &["{base}"],
    &[get(
        "{base}/ping",
        BEARER,
        &[
            unknown(
                &[404],
                &[],
                ProbeReason::WrongAccount,
                "the host knows no such database",
                "compare the address with the console",
            ),
            live(&[When::Is("/result", &["PONG"])]),
            limited(&[400, 403], &[When::Text("NOPERM")]),
            rejected(&[401], &[]),
        ],
    )],
    "BL's pair rules; the call and its answers INFERRED from the docs of the REST interface, 2026-11",
);

pub(super) const WEAVIATE: Probe = row(
    "weaviate",
    "weaviate",
    &[value(&["_API_KEY"]), part("base", &["_URL", "_ENDPOINT", "_HOST"])],
    &["{base}"],
    &[
        get(
            "{base}/v1/users/own-info",
            BEARER,
            &[
                live(&[When::Filled("/username")]),
                limited(&[403], &[When::Filled("/error")]),
                rejected(&[401], &[]),
                // A server before 1.30 does not know the call.
                next(&[404], &[]),
            ],
        )
        .tells(&[field("account", "/username"), field("scopes", "/roles")]),
        get("{base}/v1/meta", &[], WEAVIATE_OPEN).anonymous(),
        get(
            "{base}/v1/meta",
            BEARER,
            &[
                live(&[When::Filled("/version")]),
                rejected(&[401], &[]),
                unknown(&[404], &[], ProbeReason::WrongAccount, NO_CLUSTER, RIGHT_CLUSTER),
            ],
        ),
    ],
    "Weaviate API description, GitGuardian, by the probe facts, 2026-11; 403 INFERRED",
);

/// Asked without the key first: what answers everybody proves no key.
const WEAVIATE_OPEN: &[crate::probe::call::Rule] = &[
    unknown(
        &[200],
        &[],
        ProbeReason::BadAnswer,
        "the server answers without any key too, so that its answer proves nothing",
        "turn anonymous access off, or see whether the key is needed at all",
    ),
    unknown(&[404], &[], ProbeReason::WrongAccount, NO_CLUSTER, RIGHT_CLUSTER),
    next(&[401, 403], &[]),
];

const NO_CLUSTER: &str = "the host does not know the call: it may be another cluster's, or none";
const RIGHT_CLUSTER: &str = "compare the cluster's address with Weaviate's console";
