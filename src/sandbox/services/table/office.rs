//! What people work in: chat, tickets, customers, mail, money. Sources: the detectors of trufflehog and betterleaks,
//! and the providers' documentation, read 2026-11.

use super::{BEARER, FORBIDDEN, Login, Reply, Service, UNAUTHORIZED, get, json, post, service};

const SLACK_LIVE: Reply = json(
    200,
    r#"{"ok":true,"url":"https://acme.slack.com/","team":"Acme","user":"ci","team_id":"T1","user_id":"U1","bot_id":"B1"}"#,
);
const SLACK_WRONG: Reply = json(200, r#"{"ok":false,"error":"invalid_auth"}"#);
const INTERCOM_WRONG: Reply =
    json(401, r#"{"type":"error.list","errors":[{"code":"unauthorized","message":"Access Token Invalid"}]}"#);
const NOTION_WRONG: Reply =
    json(401, r#"{"object":"error","status":401,"code":"unauthorized","message":"API token is invalid."}"#);
const NOTION_LIMITED: Reply = json(
    403,
    r#"{"object":"error","status":403,"code":"restricted_resource","message":"Insufficient permissions for this endpoint."}"#,
);
const GONG_WRONG: Reply = json(401, r#"{"requestId":"request-1","errors":["Invalid API credentials"]}"#);
const APOLLO_WRONG: Reply = json(200, r#"{"healthy":true,"is_logged_in":false}"#);
const APOLLO_LIVE: Reply = json(200, r#"{"healthy":true,"is_logged_in":true}"#);
const SALESFORCE_WRONG: Reply =
    json(401, r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#);
const SALESFORCE_FULL: Reply =
    json(403, r#"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#);

pub(super) const SERVICES: &[Service] = &[
    service(
        "apollo-io",
        &["api.apollo.io"],
        &[
            get("/v1/auth/health", Login::Headers(&["x-api-key"]), APOLLO_LIVE, APOLLO_WRONG),
            get("/api/v1/auth/health", Login::Headers(&["x-api-key"]), APOLLO_LIVE, APOLLO_WRONG),
        ],
    ),
    service(
        "asana",
        &["app.asana.com"],
        &[get("/api/1.0/users/me", BEARER, json(200, r#"{"data":{"gid":"1","name":"ci","resource_type":"user","workspaces":[]}}"#), json(401, r#"{"errors":[{"message":"Not Authorized","help":"For more information on API status codes and how to handle them, read the docs on errors"}]}"#))],
    ),
    service(
        "gong",
        &["api.gong.io", "*.api.gong.io"],
        &[get("/v2/users", Login::BasicOrBearer, json(200, r#"{"requestId":"request-1","records":{"totalRecords":0},"users":[]}"#), GONG_WRONG)
            .limited(json(403, r#"{"requestId":"request-1","errors":["Insufficient scopes: api:users:read"]}"#))],
    ),
    service(
        "hubspot",
        &["api.hubapi.com"],
        &[get(
            "/account-info/v3/api-usage/daily/private-apps",
            BEARER,
            json(200, r#"{"results":[{"name":"private-apps-api-calls-daily","usageLimit":250000,"currentUsage":10}]}"#),
            json(401, r#"{"status":"error","message":"Authentication credentials not found.","category":"INVALID_AUTHENTICATION"}"#),
        )
        // A made-up token got this, too: it proves nothing.
        .limited(json(403, r#"{"status":"error","message":"This app hasn't been granted all required scopes.","category":"MISSING_SCOPES"}"#))],
    ),
    service(
        "intercom",
        &["api.intercom.io", "api.eu.intercom.io", "api.au.intercom.io"],
        &[get("/me", BEARER, json(200, r#"{"type":"admin","id":"1","name":"ci","app":{"type":"app","id_code":"app1","region":"US"}}"#), INTERCOM_WRONG)],
    ),
    service(
        "linear",
        &["api.linear.app"],
        &[post("/graphql", BEARER, json(200, r#"{"data":{"viewer":{"id":"user-1","name":"ci"}}}"#), json(401, r#"{"errors":[{"message":"Authentication required, not authenticated","extensions":{"type":"authentication error","code":"AUTHENTICATION_ERROR"}}]}"#))],
    ),
    service(
        "mailgun",
        &["api.mailgun.net", "api.eu.mailgun.net"],
        &[get("/v3/domains", Login::Basic, json(200, r#"{"total_count":0,"items":[]}"#), Reply::text(401, "text/plain", "Forbidden"))],
    ),
    service(
        "notion",
        &["api.notion.com"],
        &[
            get("/v1/users/me", BEARER, json(200, r#"{"object":"user","id":"user-1","type":"bot","bot":{"owner":{"type":"workspace","workspace":true},"workspace_name":"Acme"}}"#), NOTION_WRONG).limited(NOTION_LIMITED),
            get("/v1/users", BEARER, json(200, r#"{"object":"list","results":[],"has_more":false}"#), NOTION_WRONG).limited(NOTION_LIMITED),
        ],
    ),
    Service {
        too_often: Some(SALESFORCE_FULL),
        ..service(
            "salesforce",
            &["*.my.salesforce.com"],
            &[
                get("/services/data/*/limits", BEARER, json(200, r#"{"DailyApiRequests":{"Max":15000,"Remaining":14998}}"#), SALESFORCE_WRONG).limited(json(403, r#"[{"message":"The REST API is not enabled for this Organization.","errorCode":"API_DISABLED_FOR_ORG"}]"#)),
                get("/services/oauth2/userinfo", BEARER, json(200, r#"{"user_id":"1","organization_id":"1"}"#), Reply::text(403, "text/html", "Bad_OAuth_Token")),
            ],
        )
    },
    service(
        "sendgrid",
        &["api.sendgrid.com", "api.eu.sendgrid.com"],
        &[get("/v3/scopes", BEARER, json(200, r#"{"scopes":["mail.send","user.account.read"]}"#), json(401, r#"{"errors":[{"field":null,"message":"The provided authorization grant is invalid, expired, or revoked"}]}"#))
            .limited(json(403, r#"{"errors":[{"field":null,"message":"access forbidden"}]}"#))],
    ),
    Service {
        too_often: Some(json(429, r#"{"ok":false,"error":"ratelimited"}"#).with(&[("retry-after", "30")])),
        ..service("slack", &["slack.com", "www.slack.com"], &[post("/api/auth.test", BEARER, SLACK_LIVE, SLACK_WRONG).limited(json(200, r#"{"ok":false,"error":"missing_scope","needed":"identify","provided":"chat:write"}"#))])
    },
    service(
        "stripe",
        &["api.stripe.com"],
        &[
            get("/v1/balance", BEARER, json(200, r#"{"object":"balance","available":[{"amount":0,"currency":"usd"}],"livemode":false,"pending":[]}"#), json(401, r#"{"error":{"message":"Invalid API Key provided: sk_…","type":"invalid_request_error"}}"#))
                .limited(json(403, r#"{"error":{"message":"The provided key does not have the required permissions for this endpoint.","type":"invalid_request_error","code":"more_permissions_required"}}"#)),
        ],
    ),
    service("twilio", &["api.twilio.com"], &[get("/2010-04-01/Accounts/*", Login::Basic, json(200, r#"{"sid":"AC1","status":"active","type":"Full"}"#), json(401, r#"{"code":20003,"message":"Authenticate","status":401}"#)), get("/2010-04-01/Accounts.json", Login::Basic, json(200, r#"{"accounts":[]}"#), json(401, r#"{"code":20003,"message":"Authenticate","status":401}"#))]),
    service("mem0", &["api.mem0.ai"], &[get("/v1/ping", BEARER, json(200, r#"{"status":"ok","org_id":"org-1","project_id":"project-1","user_email":"ci@acme.example"}"#), UNAUTHORIZED).limited(FORBIDDEN)]),
];
