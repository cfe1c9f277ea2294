//! What watches, alerts and delivers mail.

use super::{BEARER, derive, optional, part, row, value};
use crate::{
    model::{ProbeReason, ProbeVerdict},
    probe::{
        Probe,
        call::{When, field, get, limited, live, on, post, rejected, says, unknown},
    },
};

const DATADOG_HOSTS: &[&str] = &[
    "api.ap1.datadoghq.com",
    "api.ap2.datadoghq.com",
    "api.datadoghq.com",
    "api.datadoghq.eu",
    "api.ddog-gov.com",
    "api.us3.datadoghq.com",
    "api.us5.datadoghq.com",
];

const OTHER_SITE: &str =
    "the service refuses it; which site it is of is not known, and a key of another site is refused too";
const NAME_SITE: &str =
    "add the site as an entry whose name ends in _SITE, for example with the value us3.datadoghq.com";

pub(super) const DATADOG: Probe = row(
    "datadog",
    "datadog",
    &[value(&["DD_API_KEY", "_API_KEY"]), optional("site", &["DD_SITE", "_SITE"])],
    DATADOG_HOSTS,
    &[get(
        "https://api.{site|datadoghq.com}/api/v1/validate",
        &[("dd-api-key", "{value}")],
        &[
            live(&[When::Is("/valid", &["true"])]),
            rejected(&[401, 403], &[When::Given("site")]),
            unknown(&[401, 403], &[], ProbeReason::WrongAccount, OTHER_SITE, NAME_SITE),
        ],
    )],
    "TH `datadogapikey`, BL",
);

pub(super) const DATADOG_APP: Probe = row(
    "datadog-app",
    "datadog",
    &[
        value(&["DD_APP_KEY", "_APP_KEY", "_APPLICATION_KEY"]),
        part("key", &["DD_API_KEY", "_API_KEY"]),
        optional("site", &["DD_SITE", "_SITE"]),
    ],
    DATADOG_HOSTS,
    &[
        // Which of the two halves is refused can only be told if the other is known to be good.
        get(
            "https://api.{site|datadoghq.com}/api/v1/validate",
            &[("dd-api-key", "{key}")],
            &[
                crate::probe::call::next(&[200], &[When::Is("/valid", &["true"])]),
                unknown(
                    &[401, 403],
                    &[],
                    ProbeReason::Incomplete,
                    "the service refuses the API key that belongs to it, so that it could not be tried",
                    "repair the API key, or name the site, first",
                ),
            ],
        ),
        get(
            "https://api.{site|datadoghq.com}/api/v2/users?page[size]=1",
            &[("dd-api-key", "{key}"), ("dd-application-key", "{value}")],
            &[live(&[When::List("/data")]), rejected(&[401], &[]), limited(&[403], &[When::Filled("/errors")])],
        ),
    ],
    "TH `datadogtoken`; that 403 beside a good API key is a missing scope INFERRED",
);

pub(super) const GRAFANA: Probe = row(
    "grafana",
    "grafana",
    &[value(&["_TOKEN", "_SERVICE_ACCOUNT_TOKEN", "_API_KEY", "_API_TOKEN"]), part("base", &["_URL", "_HOST"])],
    &["{base}"],
    &[get(
        "{base}/api/access-control/user/permissions",
        BEARER,
        &[
            live(&[When::Filled("")]),
            rejected(&[401], &[]),
            limited(&[403], &[When::Filled("/message")]),
            unknown(
                &[404],
                &[],
                ProbeReason::WrongAccount,
                "the host does not know the call: it may be another stack's, or none",
                "compare the address of the stack",
            ),
        ],
    )],
    "TH `grafanaserviceaccount`; 403 INFERRED",
);

pub(super) const GRAFANA_CLOUD: Probe = row(
    "grafana-cloud",
    "grafana",
    &[value(&["_TOKEN", "_API_KEY", "_API_TOKEN"])],
    &["grafana.com"],
    &[get(
        "https://grafana.com/api/v1/tokens?region=us",
        BEARER,
        &[
            live(&[When::List("/items")]),
            limited(&[401, 403], &[When::Text("invalid permission")]),
            limited(&[401, 403], &[When::Text("required scope")]),
            limited(&[403], &[When::Filled("/message")]),
            rejected(&[401], &[]),
        ],
    )],
    "TH, KF `grafana`",
)
.starting(&["glc_"]);

pub(super) const NEW_RELIC: Probe = row(
    "new-relic",
    "new-relic",
    &[value(&["_API_KEY", "_USER_KEY"]), optional("region", &["_REGION"])],
    &["api.newrelic.com", "api.eu.newrelic.com"],
    &[post(
        "https://{host}/graphql",
        &[("api-key", "{value}")],
        r#"{"query":"query { actor { user { id name } } }"}"#,
        &[
            live(&[When::Filled("/data/actor/user/id")]),
            rejected(&[401, 403], &[When::Given("region")]),
            unknown(
                &[401, 403],
                &[],
                ProbeReason::WrongAccount,
                "the service refuses it; its region is not known, and a key of another region is refused too",
                "add the region as an entry whose name ends in _REGION, with the value US or EU",
            ),
        ],
    )
    .repeatable()
    .tells(&[field("account", "/data/actor/user/name")])],
    "docs, NerdGraph, 2026-11; 401 and 403 INFERRED",
)
.derived(derive::new_relic);

pub(super) const PAGERDUTY: Probe = row(
    "pagerduty",
    "pagerduty",
    &[value(&["_API_KEY", "_API_TOKEN", "_TOKEN"])],
    &["api.pagerduty.com"],
    &[get(
        "https://api.pagerduty.com/users/me",
        &[("authorization", "Token token={value}"), ("accept", "application/vnd.pagerduty+json;version=2")],
        &[
            live(&[When::Filled("/user")]),
            // A key of the account belongs to no user, and is told so.
            on(
                &[400],
                &[When::Text("user")],
                says(ProbeVerdict::Live, ProbeReason::Accepted, "the service accepts it, as a key of the account", ""),
            ),
            limited(&[403], &[When::Filled("/error")]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("account", "/user/name")])],
    "docs, get the current user, 2026-11; 400 and 403 INFERRED",
);

pub(super) const SENDGRID: Probe = row(
    "sendgrid",
    "sendgrid",
    &[value(&["_API_KEY"])],
    &["api.sendgrid.com"],
    &[get(
        "https://api.sendgrid.com/v3/scopes",
        BEARER,
        &[live(&[When::List("/scopes")]), limited(&[403], &[When::Filled("/errors")]), rejected(&[401], &[])],
    )
    .tells(&[field("scopes", "/scopes")])],
    "docs, list all scopes, 2026-11; 403 INFERRED",
);

pub(super) const SENTRY: Probe = row(
    "sentry",
    "sentry",
    &[value(&["_AUTH_TOKEN", "_TOKEN"])],
    &["sentry.io", "*.sentry.io"],
    &[get(
        "{address}/api/0/auth/validate/",
        BEARER,
        &[live(&[When::Filled("")]), limited(&[403], &[When::Text("do not have permission")]), rejected(&[401], &[])],
    )],
    "TH `sentrytoken`, `sentryorgtoken`",
)
.derived(derive::sentry);
