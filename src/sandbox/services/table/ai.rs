//! Models, their gateways, and tools around them. Sources: the detectors of trufflehog and betterleaks, and the
//! providers' documentation, read 2026-11.

use super::{BEARER, FORBIDDEN, Login, Reply, Service, UNAUTHORIZED, get, json, post, service};

const LIST: Reply = json(200, r#"{"object":"list","data":[{"id":"model-1","object":"model"}]}"#);
const DATA: Reply = json(200, r#"{"data":[{"id":"model-1","type":"model"}],"has_more":false}"#);
const WRONG_KEY: Reply = json(
    401,
    r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","code":"invalid_api_key"}}"#,
);
const NO_SCOPE: Reply = json(
    401,
    r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that you have the correct role in your organization.","type":"invalid_request_error","param":null,"code":null}}"#,
);
const CLAUDE_KEY: Login = Login::Headers(&["x-api-key"]);
const CLAUDE_WRONG: Reply =
    json(401, r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#);
const CLAUDE_LIMITED: Reply = json(
    403,
    r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#,
);
const GEMINI_KEY: Login = Login::Headers(&["x-goog-api-key"]);
const GEMINI_LIVE: Reply = json(200, r#"{"models":[{"name":"models/gemini-1"}]}"#);
const GEMINI_WRONG: Reply = json(
    400,
    r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
);
const GEMINI_LIMITED: Reply = json(
    403,
    r#"{"error":{"code":403,"message":"Requests to this API are blocked.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_SERVICE_BLOCKED"}]}}"#,
);
const OPENROUTER: Reply =
    json(200, r#"{"data":{"label":"sk-or-…","limit":100,"usage":1.5,"limit_remaining":98.5,"is_free_tier":false}}"#);
const PROJECTS: Reply = json(200, r#"{"data":[{"id":"project-1","name":"main"}]}"#);

pub(super) const SERVICES: &[Service] = &[
    service(
        "anthropic",
        &["api.anthropic.com"],
        &[
            get("/v1/models", CLAUDE_KEY, DATA, CLAUDE_WRONG).limited(CLAUDE_LIMITED),
            get("/v1/organizations/api_keys", CLAUDE_KEY, DATA, CLAUDE_WRONG),
            get("/v1/organizations/me", CLAUDE_KEY, json(200, r#"{"id":"org-1","type":"organization","name":"acme"}"#), CLAUDE_WRONG),
        ],
    ),
    service(
        "cohere",
        &["api.cohere.com", "api.cohere.ai"],
        &[
            post("/v1/check-api-key", BEARER, json(200, r#"{"valid":true,"organization_id":"org-1"}"#), json(401, r#"{"message":"invalid api token"}"#)),
            get("/v1/models", BEARER, json(200, r#"{"models":[{"name":"command"}]}"#), json(401, r#"{"message":"invalid api token"}"#)),
        ],
    ),
    service(
        "deepseek",
        &["api.deepseek.com"],
        &[
            get("/user/balance", BEARER, json(200, r#"{"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"10.00"}]}"#), WRONG_KEY),
            get("/models", BEARER, LIST, WRONG_KEY),
        ],
    ),
    service(
        "elevenlabs",
        &["api.elevenlabs.io"],
        &[get(
            "/v1/user",
            Login::Headers(&["xi-api-key"]),
            json(200, r#"{"user_id":"user-1","subscription":{"tier":"starter","character_count":10,"character_limit":30000}}"#),
            json(401, r#"{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}"#),
        )
        .limited(json(401, r#"{"detail":{"status":"missing_permissions","message":"The API key you used is missing the permission user_read"}}"#))],
    ),
    service(
        "gemini",
        &["generativelanguage.googleapis.com"],
        &[
            get("/v1/models", GEMINI_KEY, GEMINI_LIVE, GEMINI_WRONG).limited(GEMINI_LIMITED),
            get("/v1beta/models", GEMINI_KEY, GEMINI_LIVE, GEMINI_WRONG).limited(GEMINI_LIMITED),
        ],
    ),
    service("groq", &["api.groq.com"], &[get("/openai/v1/models", BEARER, LIST, WRONG_KEY).limited(FORBIDDEN)]),
    service(
        "hugging-face",
        &["huggingface.co"],
        &[get(
            "/api/whoami-v2",
            BEARER,
            json(200, r#"{"type":"user","id":"1","name":"acme","auth":{"type":"access_token","accessToken":{"displayName":"ci","role":"read"}}}"#),
            json(401, r#"{"error":"Invalid credentials in Authorization header"}"#),
        )],
    ),
    service(
        "langchain-langsmith",
        &["api.smith.langchain.com", "eu.api.smith.langchain.com"],
        &[
            get("/api/v1/api-key", CLAUDE_KEY, json(200, r#"[{"id":"key-1","short_key":"lsv2_…"}]"#), json(401, r#"{"detail":"Invalid token"}"#)),
            get("/api/v1/workspaces", CLAUDE_KEY, json(200, r#"[{"id":"workspace-1"}]"#), json(401, r#"{"detail":"Invalid token"}"#)),
        ],
    ),
    service(
        "langfuse",
        &["cloud.langfuse.com", "us.cloud.langfuse.com"],
        &[get("/api/public/projects", Login::Basic, PROJECTS, json(401, r#"{"message":"Invalid credentials. Confirm that you've configured the correct host."}"#))],
    ),
    service("mistral", &["api.mistral.ai"], &[get("/v1/models", BEARER, LIST, UNAUTHORIZED)]),
    service(
        "openai",
        &["api.openai.com"],
        &[
            get("/v1/models", BEARER, LIST, WRONG_KEY).limited(NO_SCOPE),
            get("/v1/me", BEARER, json(200, r#"{"object":"user","id":"user-1","name":"ci"}"#), WRONG_KEY).limited(NO_SCOPE),
        ],
    ),
    service(
        "openrouter",
        &["openrouter.ai"],
        &[
            get("/api/v1/key", BEARER, OPENROUTER, json(401, r#"{"error":{"message":"No auth credentials found","code":401}}"#)),
            // Public: it proves nothing.
            get("/api/v1/models", Login::Open, LIST, LIST),
        ],
    ),
    service(
        "portkey",
        &["api.portkey.ai"],
        &[
            get("/v1/models", Login::Headers(&["x-portkey-api-key"]), LIST, UNAUTHORIZED).limited(FORBIDDEN),
            get("/v1/virtual-keys", Login::Headers(&["x-portkey-api-key"]), LIST, UNAUTHORIZED).limited(FORBIDDEN),
        ],
    ),
    service(
        "serper",
        &["google.serper.dev"],
        &[get("/account", Login::Headers(&["x-api-key"]), json(200, r#"{"balance":2500,"rateLimit":50}"#), json(403, r#"{"message":"Unauthorized.","statusCode":403}"#))],
    ),
    service(
        "stability-ai",
        &["api.stability.ai"],
        &[
            get("/v1/user/account", BEARER, json(200, r#"{"id":"user-1","email":"ci@acme.example"}"#), json(401, r#"{"id":"1","name":"unauthorized","errors":["missing or invalid authorization header"]}"#)),
            get("/v1/user/balance", BEARER, json(200, r#"{"credits":12.5}"#), json(401, r#"{"id":"1","name":"unauthorized","errors":["missing or invalid authorization header"]}"#)),
        ],
    ),
    service(
        "tavily",
        &["api.tavily.com"],
        &[get(
            "/usage",
            BEARER,
            json(200, r#"{"key":{"usage":150,"limit":1000},"account":{"current_plan":"Bootstrap","plan_usage":500,"plan_limit":15000}}"#),
            json(401, r#"{"detail":{"error":"Unauthorized: missing or invalid API key."}}"#),
        )],
    ),
    service("together-ai", &["api.together.xyz", "api.together.ai"], &[get("/v1/models", BEARER, json(200, r#"[{"id":"model-1","object":"model"}]"#), WRONG_KEY)]),
    service(
        "venice-ai",
        &["api.venice.ai"],
        &[
            get("/api/v1/api_keys/rate_limits", BEARER, json(200, r#"{"data":{"accessPermitted":true,"apiTier":{"id":"paid"},"balances":{"USD":5}}}"#), json(401, r#"{"error":"Authentication failed"}"#)),
            get("/api/v1/api_keys", BEARER, json(200, r#"{"object":"list","data":[]}"#), json(401, r#"{"error":"Authentication failed"}"#)),
        ],
    ),
    service(
        "xai",
        &["api.x.ai"],
        &[get(
            "/v1/api-key",
            BEARER,
            json(200, r#"{"redacted_api_key":"xai-…","name":"ci","team_id":"team-1","api_key_id":"key-1","acls":["api-key:model:*","api-key:endpoint:*"],"api_key_blocked":false,"api_key_disabled":false,"team_blocked":false}"#),
            json(400, r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided."}"#),
        )],
    ),
];
