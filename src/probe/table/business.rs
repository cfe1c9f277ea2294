//! Where people work, sell and talk.

use super::{BEARER, optional, part, row, value};
use crate::{
    model::{ProbeReason, ProbeVerdict},
    probe::{
        Probe,
        call::{When, exhausted, expired, field, get, limited, live, on, post, rejected, says, unknown},
    },
};

pub(super) const APOLLO: Probe = row(
    "apollo",
    "apollo-io",
    &[value(&["_API_KEY"])],
    &["api.apollo.io"],
    &[get(
        "https://api.apollo.io/v1/auth/health",
        &[("x-api-key", "{value}")],
        &[
            live(&[When::Is("/is_logged_in", &["true"])]),
            rejected(&[200], &[When::Is("/is_logged_in", &["false"])]),
            rejected(&[401], &[]),
            limited(&[403], &[When::Not(&When::NoBody)]),
        ],
    )],
    "seen in public clients, by the probe facts, 2026-11; the calls of TH and KF cost credits or read customers' data",
);

pub(super) const ASANA: Probe = row(
    "asana",
    "asana",
    &[value(&["_API_TOKEN", "_ACCESS_TOKEN", "_PAT_TOKEN", "_PAT"])],
    &["app.asana.com"],
    &[get(
        "https://app.asana.com/api/1.0/users/me",
        BEARER,
        &[live(&[When::Filled("/data/gid")]), expired(&[401], &[When::Text("expired")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/data/name")])],
    "TH `asanapersonalaccesstoken`",
);

pub(super) const FIGMA: Probe = row(
    "figma",
    "figma",
    &[value(&["_PAT", "_ACCESS_TOKEN", "_TOKEN"])],
    &["api.figma.com"],
    &[get(
        "https://api.figma.com/v1/me",
        &[("x-figma-token", "{value}")],
        &[
            live(&[When::Filled("/id")]),
            // A token that may not read its own user is told which scope is missing.
            limited(&[403], &[When::Text("scope")]),
            expired(&[401, 403], &[When::Text("expired")]),
            rejected(&[401, 403], &[When::Text("invalid token")]),
        ],
    )
    .tells(&[field("account", "/handle")])],
    "docs, GET /v1/me, 2026-11; the texts INFERRED",
);

const GONG_RULES: &[crate::probe::call::Rule] = &[
    live(&[When::List("/users")]),
    limited(&[403], &[When::Not(&When::NoBody)]),
    on(
        &[401],
        &[],
        says(
            ProbeVerdict::Rejected,
            ProbeReason::RejectedByService,
            "the service says that it is not valid; a key can also be bound to networks and to a time",
            "see in Gong's settings whether the key is bound to addresses; else issue a new one",
        ),
    ),
];

pub(super) const GONG: Probe = row(
    "gong",
    "gong",
    &[
        value(&["_ACCESS_KEY", "_API_KEY"]),
        part("secret", &["_ACCESS_KEY_SECRET"]),
        optional("base", &["GONG_BASE_URL", "_BASE_URL"]),
    ],
    &["api.gong.io", "*.api.gong.io"],
    &[get("{base|https://api.gong.io}/v2/users", &[("authorization", "Basic {value:secret}")], GONG_RULES)
        .tells(&[field("users", "/records/totalRecords")])],
    "Gong help, Nango, by the probe facts, 2026-11",
);

pub(super) const GONG_OAUTH: Probe = row(
    "gong-oauth",
    "gong",
    &[value(&["_ACCESS_TOKEN", "_ACCESS_KEY"]), optional("base", &["GONG_BASE_URL", "_BASE_URL"])],
    &["api.gong.io", "*.api.gong.io"],
    &[get("{base|https://api.gong.io}/v2/users", BEARER, GONG_RULES)],
    "Gong help, Nango, by the probe facts, 2026-11",
)
.starting(&["eyJ"]);

pub(super) const HUBSPOT: Probe = row(
    "hubspot",
    "hubspot",
    &[value(&["_ACCESS_TOKEN", "_API_TOKEN", "_API_KEY"])],
    &["api.hubapi.com"],
    &[get(
        "https://api.hubapi.com/account-info/v3/api-usage/daily/private-apps",
        BEARER,
        &[
            live(&[When::Filled("")]),
            expired(&[401], &[When::Text("EXPIRED_AUTHENTICATION")]),
            rejected(&[401], &[]),
            // A made-up token got 403 as well (trufflehog#5164).
            unknown(
                &[403],
                &[],
                ProbeReason::Forbidden,
                "the service refuses the call, which it does to good and to made-up tokens alike",
                "see in HubSpot's settings whether the private app is there and what it may do",
            ),
        ],
    )
    .tells(&[field("used", "/results/0/currentUsage"), field("limit", "/results/0/usageLimit")])],
    "TH `hubspot_apikey` v2, KF; trufflehog#5164",
)
.starting(&["pat-"]);

pub(super) const INTERCOM: Probe = row(
    "intercom",
    "intercom",
    &[value(&["_ACCESS_TOKEN", "_TOKEN"])],
    &["api.intercom.io"],
    &[get(
        "https://api.intercom.io/me",
        BEARER,
        &[live(&[When::Filled("/id")]), limited(&[403], &[When::Filled("/errors")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/app/name"), field("region", "/app/region")])],
    "seen in public clients, by the probe facts, 2026-11; 403 INFERRED",
);

pub(super) const LINEAR: Probe = row(
    "linear",
    "linear",
    &[value(&["_API_KEY"])],
    &["api.linear.app"],
    &[post(
        "https://api.linear.app/graphql",
        &[("authorization", "{value}")],
        r#"{"query":"query { viewer { id name } }"}"#,
        &[
            live(&[When::Filled("/data/viewer")]),
            rejected(&[200, 400], &[When::Is("/errors/0/extensions/code", &["AUTHENTICATION_ERROR"])]),
            rejected(&[401, 403], &[]),
        ],
    )
    .repeatable()
    .tells(&[field("account", "/data/viewer/name")])],
    "TH `linearapi`, BL `linear`; the error's code INFERRED",
);

pub(super) const NOTION: Probe = row(
    "notion",
    "notion",
    &[value(&["_API_KEY", "_API_TOKEN", "_TOKEN"])],
    &["api.notion.com"],
    &[get(
        "https://api.notion.com/v1/users/me",
        &[("authorization", "Bearer {value}"), ("notion-version", "2022-06-28")],
        &[
            live(&[When::Is("/object", &["user"])]),
            limited(&[403], &[When::Is("/code", &["restricted_resource"])]),
            limited(&[403], &[When::Is("/object", &["error"])]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("account", "/name"), field("workspace", "/bot/workspace_name")])],
    "TH, KF `notion`; /users/me instead of /users INFERRED",
);

pub(super) const SALESFORCE: Probe = row(
    "salesforce",
    "salesforce",
    &[value(&["_ACCESS_TOKEN"]), part("base", &["_INSTANCE_URL", "_INSTANCE", "_DOMAIN", "_URL"])],
    &["*.my.salesforce.com"],
    &[get(
        "{base}/services/data/v67.0/limits",
        BEARER,
        &[
            live(&[When::Filled("/DailyApiRequests")]),
            exhausted(&[403], &[When::Text("REQUEST_LIMIT_EXCEEDED")]),
            expired(&[401], &[When::Text("expired")]),
            rejected(&[401], &[]),
            limited(&[403], &[When::Text("API_DISABLED_FOR_ORG")]),
        ],
    )
    .tells(&[field("left", "/DailyApiRequests/Remaining"), field("limit", "/DailyApiRequests/Max")])],
    "TH, BL `salesforce`; API_DISABLED_FOR_ORG INFERRED",
);

pub(super) const SLACK: Probe = row(
    "slack",
    "slack",
    &[value(&["_BOT_TOKEN", "_USER_TOKEN", "SLACK_TOKEN", "SLACK_API_TOKEN"])],
    &["slack.com"],
    &[post(
        "https://slack.com/api/auth.test",
        BEARER,
        "",
        &[
            live(&[When::Is("/ok", &["true"]), When::Filled("/user_id")]),
            unknown(
                &[200],
                &[When::Is("/error", &["ratelimited"])],
                ProbeReason::RateLimited,
                "the service asks to come back later",
                "try again later",
            ),
            expired(&[200], &[When::Is("/ok", &["false"]), When::Is("/error", &["token_expired"])]),
            rejected(
                &[200, 401],
                &[
                    When::Is("/ok", &["false"]),
                    When::Is("/error", &["invalid_auth", "account_inactive", "token_revoked", "not_authed"]),
                ],
            ),
            limited(&[200], &[When::Is("/ok", &["false"]), When::Is("/error", &["missing_scope"])]),
        ],
    )
    .repeatable()
    .tells(&[
        field("account", "/user"),
        field("workspace", "/team"),
        super::header_fact("scopes", "x-oauth-scopes"),
    ])],
    "TH, KF `slack`; token_expired, not_authed and missing_scope INFERRED",
);

pub(super) const STRIPE: Probe = row(
    "stripe",
    "stripe",
    &[value(&["_API_KEY", "_SECRET_KEY", "_RESTRICTED_KEY"])],
    &["api.stripe.com"],
    &[get(
        "https://api.stripe.com/v1/balance",
        BEARER,
        &[
            live(&[When::Is("/object", &["balance"])]),
            expired(&[401], &[When::Is("/error/code", &["api_key_expired"])]),
            rejected(&[401], &[]),
            // A restricted key is told which permission it lacks.
            limited(&[403], &[When::Filled("/error")]),
        ],
    )
    .tells(&[field("live mode", "/livemode")])],
    "docs, retrieve balance, and restricted keys, 2026-11",
);

pub(super) const TWILIO: Probe = row(
    "twilio",
    "twilio",
    &[value(&["_AUTH_TOKEN"]), part("account", &["_ACCOUNT_SID"])],
    &["api.twilio.com"],
    &[get(
        "https://api.twilio.com/2010-04-01/Accounts/{account}.json",
        &[("authorization", "Basic {account:value}")],
        &[
            live(&[When::Is("/status", &["active"])]),
            on(
                &[200],
                &[When::Is("/status", &["suspended", "closed"])],
                says(
                    ProbeVerdict::Limited,
                    ProbeReason::Scope,
                    "the service accepts it, and the account is suspended or closed",
                    "see the account's state at Twilio",
                ),
            ),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("account", "/friendly_name"), field("plan", "/type")])],
    "docs, fetch an account, 2026-11",
);
