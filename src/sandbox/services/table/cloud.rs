//! Clouds and what watches over them. Sources: the detectors of trufflehog and betterleaks, and the providers'
//! documentation, read 2026-11.

use super::{BEARER, FORBIDDEN, Login, Reply, Service, UNAUTHORIZED, get, json, post, service};

const AWS_LIVE: Reply = Reply::text(
    200,
    "text/xml",
    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ci</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000001</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
);
const AWS_WRONG: Reply = Reply::text(
    403,
    "text/xml",
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error><RequestId>00000000-0000-0000-0000-000000000002</RequestId></ErrorResponse>",
);
const CLOUDFLARE_LIVE: Reply = json(
    200,
    r#"{"result":{"id":"token-1","status":"active"},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active"}]}"#,
);
const CLOUDFLARE_WRONG: Reply = json(
    401,
    r#"{"success":false,"errors":[{"code":1000,"message":"Invalid API Token"}],"messages":[],"result":null}"#,
);
const DATADOG_SITES: &[&str] = &[
    "api.ap1.datadoghq.com",
    "api.datadoghq.com",
    "api.datadoghq.eu",
    "api.ddog-gov.com",
    "api.us3.datadoghq.com",
    "api.us5.datadoghq.com",
];
const DATADOG_WRONG: Reply = json(403, r#"{"errors":["Forbidden"]}"#);
const GRAFANA_WRONG: Reply = json(401, r#"{"code":"InvalidCredentials","message":"Token invalid"}"#);
const GRAFANA_LIMITED: Reply =
    json(401, r#"{"code":"InvalidCredentials","message":"invalid permission: required scope accesspolicies:read"}"#);
const LAMBDA: Reply = json(200, r#"{"data":[]}"#);
const LAMBDA_WRONG: Reply = json(
    401,
    r#"{"error":{"code":"global/invalid-api-key","message":"API key was invalid, expired, or deleted.","suggestion":"Check your API key or create a new one, then try again."}}"#,
);
const SENTRY_LIVE: Reply = json(200, r#"{"auth":{"scopes":["org:read"]},"user":null,"version":"0"}"#);
const SENTRY_WRONG: Reply = json(401, r#"{"detail":"Invalid token"}"#);
const SENTRY_LIMITED: Reply = json(403, r#"{"detail":"You do not have permission to perform this action."}"#);

pub(super) const SERVICES: &[Service] = &[
    service(
        "aws",
        &["sts.amazonaws.com", "*.amazonaws.com"],
        &[get("/", Login::AwsSignature, AWS_LIVE, AWS_WRONG), post("/", Login::AwsSignature, AWS_LIVE, AWS_WRONG)],
    ),
    service(
        "cloudflare",
        &["api.cloudflare.com"],
        &[
            get("/client/v4/user/tokens/verify", BEARER, CLOUDFLARE_LIVE, CLOUDFLARE_WRONG),
            get("/client/v4/accounts/*/tokens/verify", BEARER, CLOUDFLARE_LIVE, CLOUDFLARE_WRONG),
            get(
                "/client/v4/user",
                Login::Headers(&["x-auth-email", "x-auth-key"]),
                json(200, r#"{"result":{"id":"user-1","suspended":false},"success":true,"errors":[],"messages":[]}"#),
                json(403, r#"{"success":false,"errors":[{"code":9103,"message":"Unknown X-Auth-Key or X-Auth-Email"}],"messages":[],"result":null}"#),
            ),
        ],
    ),
    service(
        "datadog",
        DATADOG_SITES,
        &[
            get("/api/v1/validate", Login::Headers(&["dd-api-key"]), json(200, r#"{"valid":true}"#), DATADOG_WRONG),
            get("/api/v2/users", Login::Headers(&["dd-api-key", "dd-application-key"]), json(200, r#"{"data":[]}"#), DATADOG_WRONG)
                .limited(json(403, r#"{"errors":["Forbidden","Failed permission authorization checks"]}"#)),
        ],
    ),
    service(
        "digitalocean",
        &["api.digitalocean.com"],
        &[get("/v2/account", BEARER, json(200, r#"{"account":{"uuid":"account-1","email_verified":true,"status":"active"}}"#), json(401, r#"{"id":"Unauthorized","message":"Unable to authenticate you"}"#))
            .limited(json(403, r#"{"id":"Forbidden","message":"You are not authorized to perform this operation"}"#))],
    ),
    service(
        "fly-io",
        &["api.machines.dev", "api.fly.io"],
        &[
            // Accepted is 400 here: the token is looked at before the missing organization.
            get("/v1/apps", BEARER, json(400, r#"{"error":"missing org_slug"}"#), json(401, r#"{"error":"unauthorized"}"#)),
            post("/graphql", BEARER, json(200, r#"{"data":{"viewer":{"email":"ci@acme.example"}}}"#), json(401, r#"{"errors":[{"message":"You must be authenticated to view this."}]}"#)),
        ],
    ),
    service(
        "google-service-account",
        &["www.googleapis.com"],
        &[get(
            "/robot/v1/metadata/x509/*",
            Login::ServiceAccount,
            json(200, "{\"{key_id}\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\"}"),
            json(404, r#"{"error":{"code":404,"message":"Service account not found","status":"NOT_FOUND"}}"#),
        )
        .limited(json(200, "{\"another-key\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\"}"))],
    ),
    service(
        "grafana",
        &["grafana.com", "www.grafana.com"],
        &[
            get("/api/v1/tokens", BEARER, json(200, r#"{"items":[],"metadata":{}}"#), GRAFANA_WRONG).limited(GRAFANA_LIMITED),
            get("/api/stack-regions", BEARER, json(200, r#"{"items":[{"slug":"us"}]}"#), GRAFANA_WRONG).limited(GRAFANA_LIMITED),
        ],
    ),
    service(
        "grafana-stack",
        &["*.grafana.net"],
        &[get("/api/access-control/user/permissions", BEARER, json(200, r#"{"dashboards:read":["dashboards:*"]}"#), json(401, r#"{"message":"Invalid API key","messageId":"api-key.invalid","statusCode":401}"#))],
    ),
    service(
        "heroku",
        &["api.heroku.com"],
        &[get("/account", BEARER, json(200, r#"{"id":"account-1","verified":true}"#), json(401, r#"{"id":"unauthorized","message":"Invalid credentials provided."}"#)).limited(json(403, r#"{"id":"forbidden","message":"You do not have access to this resource."}"#))],
    ),
    service(
        "lambda-labs",
        &["cloud.lambda.ai", "cloud.lambdalabs.com"],
        &[
            get("/api/v1/instances", BEARER, LAMBDA, LAMBDA_WRONG).limited(json(403, r#"{"error":{"code":"global/account-inactive","message":"Your account is inactive.","suggestion":"Make sure you have verified your email address and have a valid payment method."}}"#)),
            get("/api/v1/ssh-keys", BEARER, LAMBDA, LAMBDA_WRONG),
        ],
    ),
    service(
        "new-relic",
        &["api.newrelic.com", "api.eu.newrelic.com"],
        &[post("/graphql", Login::Headers(&["api-key"]), json(200, r#"{"data":{"actor":{"user":{"id":1}}}}"#), json(401, r#"{"errors":[{"message":"Invalid API Key"}]}"#))],
    ),
    service(
        "pagerduty",
        &["api.pagerduty.com", "api.eu.pagerduty.com"],
        &[
            get("/users/me", BEARER, json(200, r#"{"user":{"id":"P1","type":"user","role":"admin"}}"#), json(401, r#"{"error":{"message":"Unauthorized","code":2006}}"#)),
            get("/abilities", BEARER, json(200, r#"{"abilities":["teams"]}"#), json(401, r#"{"error":{"message":"Unauthorized","code":2006}}"#)),
        ],
    ),
    service(
        "pulumi",
        &["api.pulumi.com"],
        &[
            get("/api/user", BEARER, json(200, r#"{"id":"user-1","githubLogin":"ci","organizations":[{"githubLogin":"acme"}]}"#), json(401, r#"{"code":401,"message":"Unauthorized: No credentials provided or are invalid."}"#)).limited(FORBIDDEN),
            get("/api/user/stacks", BEARER, json(200, r#"{"stacks":[]}"#), json(401, r#"{"code":401,"message":"Unauthorized: No credentials provided or are invalid."}"#)).limited(FORBIDDEN),
        ],
    ),
    service(
        "sentry",
        &["sentry.io", "*.sentry.io"],
        &[
            get("/api/0/auth/validate", BEARER, SENTRY_LIVE, SENTRY_WRONG).limited(SENTRY_LIMITED),
            get("/api/0/organizations", BEARER, json(200, r#"[{"slug":"acme"}]"#), SENTRY_WRONG).limited(SENTRY_LIMITED),
            get("/api/0/projects", BEARER, json(200, r#"[]"#), SENTRY_WRONG).limited(SENTRY_LIMITED),
        ],
    ),
    service(
        "vercel",
        &["api.vercel.com"],
        &[get("/v2/user", BEARER, json(200, r#"{"user":{"id":"user-1","username":"ci","limited":false}}"#), json(403, r#"{"error":{"code":"forbidden","message":"Not authorized","invalidToken":true}}"#))
            .limited(json(403, r#"{"error":{"code":"forbidden","message":"Not authorized: forbidden scope","missingToken":false}}"#))],
    ),
    service(
        "supabase",
        &["api.supabase.com"],
        &[get("/v1/projects", BEARER, json(200, r#"[]"#), UNAUTHORIZED)],
    ),
];
