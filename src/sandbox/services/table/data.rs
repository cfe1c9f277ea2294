//! Databases, warehouses and what moves data. Sources: the detectors of trufflehog and betterleaks, and the providers'
//! documentation, read 2026-11.

use super::{BEARER, FORBIDDEN, Login, Reply, Service, UNAUTHORIZED, get, json, post, service};

const AIRBYTE_WRONG: Reply =
    json(401, r#"{"message":"Unauthorized","exceptionClassName":"io.airbyte.commons.server.errors.AuthException"}"#);
const AIRBYTE_LIVE: Reply =
    json(200, r#"{"access_token":"sandbox-access-token","token_type":"Bearer","expires_in":180}"#);
const AIRBYTE: Login = Login::Json(&["/client_id", "/client_secret"]);
const SNOWFLAKE_LIVE: Reply = json(
    200,
    r#"{"data":{"masterToken":"sandbox","token":"sandbox","validityInSeconds":3600,"sessionInfo":{"roleName":"CI"}},"code":null,"message":null,"success":true}"#,
);
const SNOWFLAKE_WRONG: Reply = json(
    200,
    r#"{"data":{"nextAction":"RETRY_LOGIN","authnMethod":"USERNAME_PASSWORD"},"code":"390100","message":"Incorrect username or password was specified.","success":false,"headers":null}"#,
);
const SNOWFLAKE_LIMITED: Reply = json(
    200,
    r#"{"data":{"authnMethod":"USERNAME_PASSWORD"},"code":"390197","message":"Multi-factor authentication is required for this account. Log in to Snowsight to enroll.","success":false,"headers":null}"#,
);
const SNOWFLAKE_PAT: Reply = json(
    200,
    r#"{"code":"090001","statementHandle":"01b-1","sqlState":"00000","message":"Statement executed successfully.","data":[["1"]]}"#,
);
const SNOWFLAKE_PAT_WRONG: Reply =
    json(401, r#"{"code":"390303","message":"Invalid OAuth access token.","success":false}"#);

pub(super) const SERVICES: &[Service] = &[
    service(
        "airbyte",
        &["api.airbyte.com"],
        &[
            post("/v1/applications/token", AIRBYTE, AIRBYTE_LIVE, AIRBYTE_WRONG),
            post("/api/v1/applications/token", AIRBYTE, AIRBYTE_LIVE, AIRBYTE_WRONG),
        ],
    ),
    service(
        "apify",
        &["api.apify.com"],
        &[get("/v2/users/me", BEARER, json(200, r#"{"data":{"id":"user-1","username":"ci"}}"#), json(401, r#"{"error":{"type":"user-or-token-not-found","message":"User was not found or authentication token is not valid"}}"#))
            .limited(json(403, r#"{"error":{"type":"insufficient-permissions","message":"Insufficient permissions for the API request."}}"#))],
    ),
    service(
        "neon",
        &["console.neon.tech"],
        &[get("/api/v2/projects", BEARER, json(200, r#"{"projects":[],"pagination":{"cursor":""}}"#), json(401, r#"{"code":"","message":"authentication failed"}"#))
            .limited(json(400, r#"{"code":"","message":"org_id is required, you can find it on your organization settings page"}"#))],
    ),
    service(
        "pinecone",
        &["api.pinecone.io"],
        &[get("/indexes", Login::Headers(&["api-key"]), json(200, r#"{"indexes":[]}"#), json(401, r#"{"error":{"code":"UNAUTHENTICATED","message":"Invalid API Key"},"status":401}"#))
            .limited(json(403, r#"{"error":{"code":"FORBIDDEN","message":"The API key is not permitted to list indexes"},"status":403}"#))],
    ),
    service(
        "qdrant",
        &["*.cloud.qdrant.io"],
        &[
            get("/collections", Login::Headers(&["api-key"]), json(200, r#"{"result":{"collections":[]},"status":"ok","time":0.00001}"#), Reply::text(401, "text/plain; charset=utf-8", "Invalid API key or JWT"))
                .limited(json(403, r#"{"status":{"error":"Forbidden: Global access is required"},"time":0.00001}"#)),
            get("/", Login::Open, json(200, r#"{"title":"qdrant - vector search engine","version":"1.15.0"}"#), UNAUTHORIZED),
        ],
    ),
    Service {
        account_in_host: true,
        ..service(
            "snowflake",
            &["*.snowflakecomputing.com"],
            &[
                // INFERRED: the console's login, by a redirect.
                get("/", Login::Open, Reply::text(302, "text/html", "").with(&[("location", "/console/login")]), UNAUTHORIZED),
                post("/session/v1/login-request", Login::Json(&["/data/LOGIN_NAME", "/data/PASSWORD"]), SNOWFLAKE_LIVE, SNOWFLAKE_WRONG).limited(SNOWFLAKE_LIMITED),
                post("/api/v2/statements", BEARER, SNOWFLAKE_PAT, SNOWFLAKE_PAT_WRONG),
            ],
        )
    },
    service(
        "upstash",
        &["*.upstash.io"],
        &[
            get("/ping", BEARER, json(200, r#"{"result":"PONG"}"#), json(401, r#"{"error":"WRONGPASS invalid or missing auth token. Possible causes: 'auth token is missing', 'auth token is invalid'."}"#)),
            post("/ping", BEARER, json(200, r#"{"result":"PONG"}"#), json(401, r#"{"error":"WRONGPASS invalid or missing auth token."}"#)),
        ],
    ),
    service(
        "weaviate",
        &["*.weaviate.cloud", "*.weaviate.network"],
        &[
            get("/v1/users/own-info", BEARER, json(200, r#"{"username":"ci","groups":[],"roles":[]}"#), json(401, r#"{"code":401,"message":"unauthorized: invalid api key, please provide a valid api key"}"#)).limited(FORBIDDEN),
            get("/v1/meta", BEARER, json(200, r#"{"hostname":"http://[::]:8080","modules":{},"version":"1.32.0"}"#), json(401, r#"{"code":401,"message":"unauthorized: invalid api key, please provide a valid api key"}"#)).limited(FORBIDDEN),
            get("/v1/.well-known/ready", Login::Open, json(200, ""), UNAUTHORIZED),
        ],
    ),
];
