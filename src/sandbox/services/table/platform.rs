//! Where code and packages live. Sources: the detectors of trufflehog and betterleaks, and the providers'
//! documentation, read 2026-11.

use super::{BEARER, Login, Reply, Service, UNAUTHORIZED, get, json, post, service};

const GITHUB_WRONG: Reply =
    json(401, r#"{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}"#);
const GITHUB_USER: Reply = json(200, r#"{"login":"ci","id":1,"type":"User"}"#).with(&[
    ("x-oauth-scopes", "repo, read:org"),
    ("x-ratelimit-remaining", "4999"),
    ("github-authentication-token-expiration", "2027-06-30 00:00:00 UTC"),
]);
const GITHUB_SSO: Reply = json(403, r#"{"message":"Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.","documentation_url":"https://docs.github.com/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/"}"#)
    .with(&[("x-ratelimit-remaining", "4999")]);
const GITHUB_TOO_OFTEN: Reply = json(403, r#"{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}"#)
    .with(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "5000")]);
const DOCKER_WRONG: Reply =
    json(401, r#"{"message":"incorrect authentication credentials","detail":"Incorrect authentication credentials"}"#);
const DOCKER_SECOND: Reply = json(
    401,
    r#"{"detail":"Require secondary authentication on MFA enabled account","login_2fa_token":"sandbox-second-factor"}"#,
);

pub(super) const SERVICES: &[Service] = &[
    service(
        "codacy",
        &["app.codacy.com", "api.codacy.com"],
        &[get("/api/v3/user", Login::Headers(&["api-token"]), json(200, r#"{"data":{"id":1,"name":"ci","isAdmin":false}}"#), json(401, r#"{"message":"Bad credentials","error":"Unauthorized","actions":[]}"#))],
    ),
    service(
        "docker-hub",
        &["hub.docker.com"],
        &[
            post("/v2/auth/token", Login::Json(&["/identifier", "/secret"]), json(200, r#"{"access_token":"sandbox-access-token"}"#), DOCKER_WRONG).limited(DOCKER_SECOND),
            post("/v2/users/login", Login::Json(&["/username", "/password"]), json(200, r#"{"token":"sandbox-access-token"}"#), DOCKER_WRONG).limited(DOCKER_SECOND),
        ],
    ),
    service(
        "figma",
        &["api.figma.com"],
        &[get("/v1/me", Login::Headers(&["x-figma-token"]), json(200, r#"{"id":"1","handle":"ci"}"#), json(403, r#"{"status":403,"err":"Invalid token"}"#))
            .limited(json(403, r#"{"status":403,"err":"Invalid scope(s): file_content:read. This endpoint requires the current_user:read scope"}"#))],
    ),
    Service {
        too_often: Some(GITHUB_TOO_OFTEN),
        ..service(
            "github",
            &["api.github.com"],
            &[
                get("/user", BEARER, GITHUB_USER, GITHUB_WRONG).limited(GITHUB_SSO),
                get("/installation/repositories", BEARER, json(200, r#"{"total_count":0,"repositories":[]}"#), GITHUB_WRONG),
                get("/app", Login::JwtIssuer, json(200, r#"{"id":1,"slug":"ci","name":"ci","permissions":{"metadata":"read"}}"#), json(401, r#"{"message":"A JSON web token could not be decoded","documentation_url":"https://docs.github.com/rest"}"#)),
                get("/app/installations/*", Login::JwtIssuer, json(200, r#"{"id":1,"account":{"login":"acme"}}"#), json(401, r#"{"message":"A JSON web token could not be decoded","documentation_url":"https://docs.github.com/rest"}"#)),
            ],
        )
    },
    service("npm-registry", &["registry.npmjs.org"], &[get("/-/whoami", BEARER, json(200, r#"{"username":"ci"}"#), UNAUTHORIZED)]),
    service(
        "n8n",
        &["*.app.n8n.cloud"],
        &[get("/api/v1/workflows", Login::Headers(&["x-n8n-api-key"]), json(200, r#"{"data":[],"nextCursor":null}"#), json(401, r#"{"message":"unauthorized"}"#))],
    ),
];
