//! Where code lives and runs.

use super::{BEARER, derive, optional, part, row, value};
use crate::{
    model::{ProbeReason, ProbeVerdict},
    probe::{
        Probe,
        call::{Rule, When, expired, field, get, limited, live, next, on, post, rejected, says, unknown},
    },
};

pub(super) const APIFY: Probe = row(
    "apify",
    "apify",
    &[value(&["_API_TOKEN", "_TOKEN"])],
    &["api.apify.com"],
    &[get("https://api.apify.com/v2/users/me", BEARER, &[live(&[When::Filled("/data/id")]), rejected(&[401], &[])])
        .tells(&[field("account", "/data/username"), field("plan", "/data/plan/id")])],
    "docs, get private user data, 2026-11",
);

pub(super) const AWS: Probe = row(
    "aws",
    "aws",
    &[value(&["_SECRET_ACCESS_KEY"]), part("id", &["_ACCESS_KEY_ID"]), optional("session", &["_SESSION_TOKEN"])],
    &[derive::AWS_HOST],
    &[post(
        "https://sts.amazonaws.com/",
        &[("authorization", "{authorization}"), ("x-amz-date", "{date}"), ("x-amz-security-token", "{session|}")],
        derive::AWS_BODY,
        &[
            live(&[When::Text("GetCallerIdentityResult")]),
            expired(&[403], &[When::Text("ExpiredToken")]),
            // A signature of another time is refused like one of another key.
            unknown(
                &[400, 403],
                &[When::ClockApart],
                ProbeReason::BadAnswer,
                "this machine's clock and the service's are more than five minutes apart, which no signature survives",
                "set the clock",
            ),
            unknown(
                &[403],
                &[When::Text("Signature expired")],
                ProbeReason::BadAnswer,
                "the service takes the signature for too old: a clock is wrong",
                "set the clock",
            ),
            rejected(&[403], &[When::Text("InvalidClientTokenId")]),
            rejected(&[403], &[When::Text("SignatureDoesNotMatch")]),
            limited(&[403], &[When::Text("AccessDenied")]),
        ],
    )
    .repeatable()
    .tells(&[
        field("account", "/GetCallerIdentityResponse/GetCallerIdentityResult/Account"),
        field("identity", "/GetCallerIdentityResponse/GetCallerIdentityResult/Arn"),
    ])],
    "TH `aws/access_keys`, BL `aws`; the call needs no right and appears in CloudTrail",
)
.derived(derive::aws);

const CLOUDFLARE_RULES: [Rule; 4] = [
    live(&[When::Is("/result/status", &["active"])]),
    expired(&[200], &[When::Is("/result/status", &["expired"])]),
    rejected(&[200], &[When::Is("/result/status", &["disabled"])]),
    rejected(&[400, 401, 403], &[When::Is("/success", &["false"])]),
];

const CLOUDFLARE_FACTS: &[crate::probe::call::Fact] = &[field("expires", "/result/expires_on")];

pub(super) const CLOUDFLARE: Probe = row(
    "cloudflare",
    "cloudflare",
    &[value(&["_API_TOKEN", "_TOKEN"]), optional("account", &["_ACCOUNT_ID"])],
    &["api.cloudflare.com"],
    &[
        get(
            "https://api.cloudflare.com/client/v4/user/tokens/verify",
            BEARER,
            &[
                CLOUDFLARE_RULES[0],
                CLOUDFLARE_RULES[1],
                CLOUDFLARE_RULES[2],
                // A token of an account fails this form, and passes its own.
                next(&[400, 401, 403], &[When::Is("/success", &["false"]), When::Given("account")]),
                unknown(
                    &[400, 401, 403],
                    &[When::Is("/success", &["false"])],
                    ProbeReason::Incomplete,
                    "no user has it; whether an account has it could not be asked without the account's id",
                    "add the account's id as an entry whose name ends in _ACCOUNT_ID",
                ),
            ],
        )
        .tells(CLOUDFLARE_FACTS),
        get("https://api.cloudflare.com/client/v4/accounts/{account|}/tokens/verify", BEARER, &CLOUDFLARE_RULES)
            .tells(CLOUDFLARE_FACTS),
    ],
    "TH `cloudflareapitoken`; result.status INFERRED from the docs, 2026-11",
);

pub(super) const CLOUDFLARE_GLOBAL: Probe = row(
    "cloudflare-global",
    "cloudflare",
    &[value(&["_GLOBAL_API_KEY", "_API_KEY"]), part("email", &["_EMAIL"])],
    &["api.cloudflare.com"],
    &[get(
        "https://api.cloudflare.com/client/v4/user",
        &[("x-auth-email", "{email}"), ("x-auth-key", "{value}")],
        &[live(&[When::Filled("/result/id")]), rejected(&[400, 401, 403], &[When::Is("/success", &["false"])])],
    )],
    "TH",
);

pub(super) const CODACY: Probe = row(
    "codacy",
    "codacy",
    &[value(&["_API_TOKEN"])],
    &["app.codacy.com"],
    &[get(
        "https://app.codacy.com/api/v3/user",
        &[("api-token", "{value}")],
        &[live(&[When::Filled("/data")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/data/name")])],
    "TH, KF `codacy`",
);

pub(super) const DIGITALOCEAN: Probe = row(
    "digitalocean",
    "digitalocean",
    &[value(&["_TOKEN", "_API_TOKEN", "_API_KEY"])],
    &["api.digitalocean.com"],
    &[get(
        "https://api.digitalocean.com/v2/account",
        BEARER,
        &[
            live(&[When::Filled("/account/uuid")]),
            limited(&[403], &[When::Is("/id", &["Forbidden", "forbidden"])]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("account", "/account/team/name"), field("state", "/account/status")])],
    "docs, get user information, 2026-11; 403 INFERRED",
);

pub(super) const DOCKER_HUB: Probe = row(
    "docker-hub",
    "docker-hub",
    &[value(&["_ACCESS_TOKEN", "_TOKEN", "_PAT", "_PASSWORD"]), part("user", &["_USER_NAME", "_USERNAME", "_USER"])],
    &["hub.docker.com"],
    &[post(
        "https://hub.docker.com/v2/auth/token",
        &[],
        r#"{"identifier":"{user}","secret":"{value}"}"#,
        &[
            live(&[When::Filled("/access_token")]),
            // With a second factor a good password is told 401 as well.
            on(&[401], &[When::Filled("/login_2fa_token")], SECOND_FACTOR),
            rejected(&[401], &[]),
        ],
    )],
    "TH `dockerhub` v2",
);

const SECOND_FACTOR: crate::probe::call::Outcome = says(
    ProbeVerdict::Live,
    ProbeReason::MissingSecondFactor,
    "the service accepts it, and wants a second factor",
    "use an access token for machines: they cannot give a second factor",
);

pub(super) const FLY: Probe = row(
    "fly",
    "fly-io",
    &[value(&["_API_TOKEN", "_ACCESS_TOKEN", "_TOKEN"])],
    &["api.machines.dev"],
    &[get(
        "https://api.machines.dev/v1/apps?org_slug=",
        BEARER,
        &[
            live(&[When::List("/apps")]),
            // The organization is left out on purpose: only who is let in is told so.
            on(
                &[400],
                &[When::Text("org_slug")],
                says(ProbeVerdict::Live, ProbeReason::Accepted, "the service accepts it", ""),
            ),
            rejected(&[401], &[]),
        ],
    )],
    "TH `flyio`; the text of 400 INFERRED",
);

/// What GitHub answers whoever asks too much.
const GITHUB_RATE: [Rule; 2] = [
    unknown(&[403], &[When::Header("x-ratelimit-remaining", "0")], ProbeReason::RateLimited, BUSY, LATER),
    unknown(&[403], &[When::Text("rate limit")], ProbeReason::RateLimited, BUSY, LATER),
];

const BUSY: &str = "the service asks to come back later";
const LATER: &str = "try again later";

pub(super) const GITHUB: Probe = row(
    "github",
    "github",
    &[value(&["_TOKEN", "_PAT"])],
    &["api.github.com"],
    &[get(
        "https://api.github.com/user",
        &[("authorization", "Bearer {value}"), ("accept", "application/vnd.github+json")],
        &[
            live(&[When::Filled("/login")]),
            GITHUB_RATE[0],
            GITHUB_RATE[1],
            limited(&[403], &[When::Filled("/message")]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[
        super::header_fact("expires", "github-authentication-token-expiration"),
        field("account", "/login"),
        super::header_fact("scopes", "x-oauth-scopes"),
    ])],
    "TH `github`, BL `github`; trufflehog#3658",
);

pub(super) const GITHUB_APP: Probe = row(
    "github-app",
    "github",
    &[value(&["_PRIVATE_KEY"]), part("app", &["_APP_ID", "_CLIENT_ID"])],
    &["api.github.com"],
    &[get(
        "https://api.github.com/app",
        &[("authorization", "Bearer {token}"), ("accept", "application/vnd.github+json")],
        &[
            live(&[When::Filled("/slug")]),
            GITHUB_RATE[0],
            GITHUB_RATE[1],
            unknown(
                &[401],
                &[When::ClockApart],
                ProbeReason::BadAnswer,
                "this machine's clock and the service's are more than five minutes apart, which no token survives",
                "set the clock",
            ),
            rejected(&[401], &[]),
            on(
                &[404],
                &[],
                says(
                    ProbeVerdict::Unknown,
                    ProbeReason::WrongAccount,
                    "the service knows no such app: its number may be wrong",
                    "compare the number of the app with its settings",
                ),
            ),
        ],
    )
    .tells(&[field("account", "/slug")])],
    "BL `github`; GitHub docs, get the authenticated app, 2026-11; 404 INFERRED",
)
.derived(derive::github_app);

pub(super) const GITHUB_INSTALLATION: Probe = row(
    "github-installation",
    "github",
    &[value(&["_TOKEN"])],
    &["api.github.com"],
    &[get(
        "https://api.github.com/installation/repositories?per_page=1",
        &[("authorization", "Bearer {value}"), ("accept", "application/vnd.github+json")],
        &[
            live(&[When::List("/repositories")]),
            GITHUB_RATE[0],
            GITHUB_RATE[1],
            limited(&[403], &[When::Filled("/message")]),
            rejected(&[401], &[]),
        ],
    )
    .tells(&[field("repositories", "/total_count")])],
    "GitHub docs; that /user refuses these INFERRED",
)
.starting(&["ghs_"]);

pub(super) const GOOGLE_SERVICE_ACCOUNT: Probe = row(
    "google-service-account",
    "google-cloud",
    &[value(&["_SA_KEY", "_CREDENTIALS", "_SERVICE_ACCOUNT", "_SERVICE_ACCOUNT_KEY", "_KEY_JSON"])],
    &["www.googleapis.com"],
    &[get(
        "https://www.googleapis.com/robot/v1/metadata/x509/{email}",
        &[],
        &[
            on(
                &[200],
                &[When::Keyed("key")],
                says(
                    ProbeVerdict::Live,
                    ProbeReason::Accepted,
                    "its key is among the account's keys in force, and can sign; nothing was exchanged",
                    "",
                ),
            ),
            on(
                &[200],
                &[When::Filled("")],
                says(
                    ProbeVerdict::Rejected,
                    ProbeReason::RejectedByService,
                    "its key is not among the account's keys in force",
                    crate::probe::call::NEW_ONE,
                ),
            ),
            unknown(
                &[404],
                &[],
                ProbeReason::WrongAccount,
                "the service knows no such account",
                "see whether the service account still exists",
            ),
        ],
    )],
    "TH `gcp`; 404 INFERRED",
)
.derived(derive::google);

pub(super) const HEROKU: Probe = row(
    "heroku",
    "heroku",
    &[value(&["_API_KEY", "_API_TOKEN", "_TOKEN"])],
    &["api.heroku.com"],
    &[get(
        "https://api.heroku.com/account",
        &[("authorization", "Bearer {value}"), ("accept", "application/vnd.heroku+json; version=3")],
        &[live(&[When::Filled("/id")]), limited(&[403], &[When::Is("/id", &["forbidden"])]), rejected(&[401], &[])],
    )],
    "docs, platform API, account info, 2026-11",
);

pub(super) const LAMBDA: Probe = row(
    "lambda",
    "lambda-labs",
    &[value(&["_API_KEY"])],
    &["cloud.lambda.ai"],
    &[get(
        "https://cloud.lambda.ai/api/v1/instances",
        &[("authorization", "Basic {value:}")],
        &[
            live(&[When::List("/data")]),
            rejected(&[401], &[]),
            rejected(&[403], &[When::Filled("/error")]),
            // The edge in front of the service refuses clients, good keys and bad.
            unknown(
                &[403],
                &[],
                ProbeReason::Forbidden,
                "the service's edge refuses this machine, whatever the key",
                "ask from another network",
            ),
        ],
    )],
    "seen in public clients, by the probe facts, 2026-11; which 403 is the edge's INFERRED",
);

pub(super) const NPM: Probe = row(
    "npm",
    "npm-registry",
    &[value(&["_API_TOKEN", "_TOKEN"])],
    &["registry.npmjs.org"],
    &[get("https://registry.npmjs.org/-/whoami", BEARER, &[live(&[When::Filled("/username")]), rejected(&[401], &[])])
        .tells(&[field("account", "/username")])],
    "npm's own whoami, 2026-11",
);

pub(super) const PULUMI: Probe = row(
    "pulumi",
    "pulumi",
    &[value(&["_ACCESS_TOKEN"])],
    &["api.pulumi.com"],
    &[get(
        "https://api.pulumi.com/api/user",
        &[("authorization", "token {value}"), ("accept", "application/vnd.pulumi+8")],
        &[live(&[When::Filled("/githubLogin")]), limited(&[403], &[When::Filled("/message")]), rejected(&[401], &[])],
    )
    .tells(&[field("account", "/githubLogin")])],
    "TH, KF `pulumi`; /api/user instead of the stacks INFERRED",
);

pub(super) const VERCEL: Probe = row(
    "vercel",
    "vercel",
    &[value(&["_TOKEN"])],
    &["api.vercel.com"],
    &[get(
        "https://api.vercel.com/v2/user",
        BEARER,
        &[
            live(&[When::Filled("/user")]),
            rejected(&[403], &[When::Is("/error/invalidToken", &["true"])]),
            limited(&[403], &[When::Is("/error/code", &["forbidden"]), When::Text("scope")]),
            rejected(&[401], &[]),
            rejected(&[403], &[]),
        ],
    )
    .tells(&[field("account", "/user/username")])],
    "BL `vercel`; 403 for teams' tokens INFERRED",
);
