//! For each row that asks: literal answers that are live, limited and rejected.
//!
//! What a row shares with all others (429, a page, a redirect, broken JSON, 500) is played by `rows` after `lead`.

type Said = (u16, &'static str);

#[derive(Clone, Copy)]
pub(super) struct Answers {
    pub(super) id: &'static str,
    /// Parts that cannot have just any value; `@app` and `@file` stand for keys of the tests.
    pub(super) values: &'static [(&'static str, &'static str)],
    /// What is answered before the credential is sent, or before the call that decides.
    pub(super) lead: &'static [Said],
    pub(super) live: &'static [Said],
    pub(super) limited: &'static [Said],
    pub(super) rejected: &'static [Said],
}

const fn of(id: &'static str, live: &'static [Said], limited: &'static [Said], rejected: &'static [Said]) -> Answers {
    Answers { id, values: &[], lead: &[], live, limited, rejected }
}

impl Answers {
    const fn with(mut self, values: &'static [(&'static str, &'static str)]) -> Self {
        self.values = values;
        self
    }

    const fn after(mut self, lead: &'static [Said]) -> Self {
        self.lead = lead;
        self
    }
}

const TENANT: &[(&str, &str)] = &[("base", "https://tenant.example.com")];
const ACCOUNT: &[(&str, &str)] = &[("account", "acme-prod"), ("user", "DEPLOY")];

pub(super) const ANSWERS: &[Answers] = &[
    of(
        "airbyte",
        &[(200, r#"{"access_token":"eyJ.eyJ.s","token_type":"Bearer","expires_in":180}"#)],
        &[],
        &[(401, r#"{"message":"Unauthorized"}"#), (400, r#"{"detail":"invalid client credentials"}"#)],
    ),
    of(
        "anthropic",
        &[(200, r#"{"data":[{"type":"model","id":"claude"}],"has_more":false}"#)],
        &[(403, r#"{"type":"error","error":{"type":"permission_error","message":"no"}}"#)],
        &[(401, r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#)],
    ),
    of(
        "anthropic-admin",
        &[(200, r#"{"id":"0c1d","type":"organization","name":"Acme"}"#)],
        &[],
        &[(401, r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#)],
    ),
    of(
        "apify",
        &[(200, r#"{"data":{"id":"u1","username":"acme","plan":{"id":"STARTER"}}}"#)],
        &[],
        &[(401, r#"{"error":{"type":"user-or-token-not-found"}}"#)],
    ),
    of(
        "apollo",
        &[(200, r#"{"healthy":true,"is_logged_in":true}"#)],
        &[(403, r#"{"error":"not included in your plan"}"#)],
        &[(200, r#"{"healthy":true,"is_logged_in":false}"#), (401, "Invalid access credentials.")],
    ),
    of(
        "asana",
        &[(200, r#"{"data":{"gid":"12345","name":"Greg","resource_type":"user"}}"#)],
        &[],
        &[
            (401, r#"{"errors":[{"message":"Not Authorized"}]}"#),
            (401, r#"{"errors":[{"message":"The bearer token has expired."}]}"#),
        ],
    ),
    of(
        "aws",
        &[(
            200,
            r#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"123456789012","Arn":"arn:aws:iam::123456789012:user/ci"}}}"#,
        )],
        &[(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")],
        &[
            (403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"),
            (403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"),
            (403, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"),
        ],
    ),
    of(
        "cloudflare",
        &[(200, r#"{"result":{"id":"t","status":"active","expires_on":"2027-01-01T00:00:00Z"},"success":true}"#)],
        &[],
        &[
            (200, r#"{"result":{"id":"t","status":"disabled"},"success":true}"#),
            (200, r#"{"result":{"id":"t","status":"expired"},"success":true}"#),
        ],
    ),
    of(
        "cloudflare-global",
        &[(200, r#"{"result":{"id":"7c5d","email":"a@example.com"},"success":true}"#)],
        &[],
        &[(403, r#"{"success":false,"errors":[{"code":9103,"message":"Unknown X-Auth-Key or X-Auth-Email"}]}"#)],
    ),
    of("codacy", &[(200, r#"{"data":{"id":1,"name":"Ann"}}"#)], &[], &[(401, r#"{"error":"Unauthorized"}"#)]),
    of(
        "cohere",
        &[(200, r#"{"valid":true,"organization_id":"o1"}"#)],
        &[],
        &[(200, r#"{"valid":false}"#), (401, r#"{"message":"invalid api token"}"#)],
    ),
    of("datadog", &[(200, r#"{"valid":true}"#)], &[], &[(403, r#"{"errors":["Forbidden"]}"#)])
        .with(&[("site", "us3.datadoghq.com")]),
    of(
        "datadog-app",
        &[(200, r#"{"data":[{"type":"users"}]}"#)],
        &[(403, r#"{"errors":["Forbidden"]}"#)],
        &[(401, r#"{"errors":["Unauthorized"]}"#)],
    )
    .after(&[(200, r#"{"valid":true}"#)]),
    of(
        "deepseek",
        &[
            (200, r#"{"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"110.00"}]}"#),
            (200, r#"{"is_available":false,"balance_infos":[{"currency":"USD","total_balance":"0.00"}]}"#),
        ],
        &[],
        &[(401, r#"{"error":{"message":"Authentication Fails"}}"#)],
    ),
    of(
        "digitalocean",
        &[(200, r#"{"account":{"uuid":"b6fr","status":"active","team":{"name":"Acme"}}}"#)],
        &[(403, r#"{"id":"Forbidden","message":"You are not authorized"}"#)],
        &[(401, r#"{"id":"Unauthorized","message":"Unable to authenticate you"}"#)],
    ),
    of(
        "docker-hub",
        &[
            (200, r#"{"access_token":"eyJ.eyJ.s"}"#),
            (401, r#"{"detail":"Require secondary authentication","login_2fa_token":"x"}"#),
        ],
        &[],
        &[
            (401, r#"{"message":"Incorrect authentication credentials"}"#),
            (401, r#"{"message":"no","login_2fa_token":""}"#),
        ],
    ),
    of(
        "elevenlabs",
        &[(200, r#"{"subscription":{"tier":"creator"},"is_new_user":false}"#)],
        &[(401, r#"{"detail":{"status":"missing_permissions","message":"user_read"}}"#)],
        &[
            (401, r#"{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}"#),
            (400, r#"{"detail":{"status":"invalid_api_key"}}"#),
        ],
    ),
    of(
        "figma",
        &[(200, r#"{"id":"1","email":"a@example.com","handle":"Ann"}"#)],
        &[(
            403,
            r#"{"status":403,"err":"Invalid scope(s): file_read. This endpoint requires the current_user:read scope"}"#,
        )],
        &[(403, r#"{"status":403,"err":"Invalid token"}"#), (403, r#"{"status":403,"err":"Token expired"}"#)],
    ),
    of(
        "fly",
        &[(400, r#"{"error":"missing org_slug"}"#), (200, r#"{"total_apps":0,"apps":[]}"#)],
        &[],
        &[(401, r#"{"error":"unauthorized"}"#)],
    ),
    of(
        "gemini",
        &[(200, r#"{"models":[{"name":"models/gemini"}]}"#)],
        &[
            (403, r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_SERVICE_BLOCKED"}]}}"#),
            (403, r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_HTTP_REFERRER_BLOCKED"}]}}"#),
            (403, r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}"#),
        ],
        &[
            (400, r#"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#),
            (
                400,
                r#"{"error":{"message":"API key expired. Please renew the API key.","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            ),
        ],
    ),
    of(
        "github",
        &[(200, r#"{"login":"octocat","id":1}"#)],
        &[(403, r#"{"message":"Resource protected by organization SAML enforcement."}"#)],
        &[(401, r#"{"message":"Bad credentials"}"#)],
    ),
    of(
        "github-app",
        &[(200, r#"{"id":7,"slug":"octoapp"}"#)],
        &[],
        &[(401, r#"{"message":"A JSON web token could not be decoded"}"#)],
    )
    .with(&[("value", "@app"), ("app", "7")]),
    of(
        "github-installation",
        &[(200, r#"{"total_count":1,"repositories":[]}"#)],
        &[(403, r#"{"message":"Resource not accessible by integration"}"#)],
        &[(401, r#"{"message":"Bad credentials"}"#)],
    ),
    of(
        "gong",
        &[(200, r#"{"requestId":"r","records":{"totalRecords":3},"users":[]}"#)],
        &[(403, r#"{"errors":["insufficient scope"]}"#)],
        &[(401, r#"{"errors":["Please provide a valid access key"]}"#)],
    ),
    of(
        "gong-oauth",
        &[(200, r#"{"requestId":"r","records":{},"users":[]}"#)],
        &[(403, r#"{"errors":["insufficient scope"]}"#)],
        &[(401, r#"{"errors":["expired"]}"#)],
    ),
    of(
        "google-service-account",
        &[(200, r#"{"k1":"-----BEGIN CERTIFICATE-----","k2":"-----BEGIN CERTIFICATE-----"}"#)],
        &[],
        &[(200, r#"{"k2":"-----BEGIN CERTIFICATE-----"}"#)],
    )
    .with(&[("value", "@file")]),
    of(
        "grafana",
        &[(200, r#"{"dashboards:read":["dashboards:*"]}"#)],
        &[(403, r#"{"message":"You'll need additional permissions"}"#)],
        &[(401, r#"{"message":"Invalid API key"}"#)],
    )
    .with(TENANT),
    of(
        "grafana-cloud",
        &[(200, r#"{"items":[]}"#)],
        &[
            (401, r#"{"message":"invalid permission"}"#),
            (401, r#"{"message":"Token is missing a required scope"}"#),
            (403, r#"{"code":"Forbidden","message":"no"}"#),
        ],
        &[(401, r#"{"code":"InvalidCredentials","message":"Token invalid"}"#)],
    ),
    of(
        "groq",
        &[(200, r#"{"object":"list","data":[{"id":"llama"}]}"#)],
        &[],
        &[(401, r#"{"error":{"message":"Invalid API Key"}}"#)],
    ),
    of(
        "heroku",
        &[(200, r#"{"id":"01234567","email":"a@example.com"}"#)],
        &[(403, r#"{"id":"forbidden","message":"no"}"#)],
        &[(401, r#"{"id":"unauthorized","message":"Invalid credentials provided."}"#)],
    ),
    of(
        "hubspot",
        &[(200, r#"{"results":[{"name":"private-apps","currentUsage":4,"usageLimit":250000}]}"#)],
        &[],
        &[
            (401, r#"{"status":"error","category":"INVALID_AUTHENTICATION"}"#),
            (401, r#"{"status":"error","category":"EXPIRED_AUTHENTICATION"}"#),
        ],
    ),
    of(
        "hugging-face",
        &[(200, r#"{"type":"user","name":"acme","auth":{"accessToken":{"role":"read"}}}"#)],
        &[(403, r#"{"error":"forbidden"}"#)],
        &[(401, r#"{"error":"Invalid credentials"}"#), (401, r#"{"error":"User Access Token has expired"}"#)],
    ),
    of(
        "intercom",
        &[(200, r#"{"type":"admin","id":"1","app":{"name":"Acme","region":"EU"}}"#)],
        &[(403, r#"{"type":"error.list","errors":[{"code":"forbidden"}]}"#)],
        &[(401, r#"{"type":"error.list","errors":[{"code":"unauthorized"}]}"#)],
    ),
    of(
        "lambda",
        &[(200, r#"{"data":[]}"#)],
        &[],
        &[
            (401, r#"{"error":{"code":"global/invalid-api-key"}}"#),
            (403, r#"{"error":{"code":"global/invalid-api-key","message":"API key was invalid"}}"#),
        ],
    ),
    of(
        "langfuse",
        &[(200, r#"{"data":[{"id":"p","name":"prod"}]}"#)],
        &[(403, r#"{"message":"Organization-scoped key"}"#)],
        &[(401, r#"{"message":"Invalid credentials"}"#)],
    ),
    of(
        "langsmith",
        &[(200, r#"[{"id":"k","short_key":"lsv2"}]"#)],
        &[],
        &[(401, r#"{"detail":"Invalid token"}"#), (403, r#"{"detail":"Forbidden"}"#)],
    ),
    of(
        "linear",
        &[(200, r#"{"data":{"viewer":{"id":"u","name":"Ann"}}}"#)],
        &[],
        &[
            (401, r#"{"errors":[{"message":"Authentication required"}]}"#),
            (400, r#"{"errors":[{"extensions":{"code":"AUTHENTICATION_ERROR"}}]}"#),
        ],
    ),
    of(
        "mem0",
        &[(200, r#"{"status":"ok","org_id":"o","project_id":"p"}"#)],
        &[],
        &[(401, r#"{"detail":"Invalid token."}"#)],
    ),
    of(
        "mistral",
        &[(200, r#"{"object":"list","data":[]}"#)],
        &[],
        &[(401, r#"{"message":"Unauthorized"}"#), (403, r#"{"message":"no"}"#)],
    ),
    of(
        "neon",
        &[(200, r#"{"projects":[]}"#), (400, r#"{"code":"","message":"org_id is required, you can find it"}"#)],
        &[],
        &[(401, r#"{"message":"authentication required"}"#)],
    ),
    of(
        "new-relic",
        &[(200, r#"{"data":{"actor":{"user":{"id":1,"name":"Ann"}}}}"#)],
        &[],
        &[(401, r#"{"errors":[{"message":"Invalid credentials"}]}"#)],
    )
    .with(&[("region", "EU")]),
    of(
        "notion",
        &[(200, r#"{"object":"user","type":"bot","name":"Deploy","bot":{"workspace_name":"Acme"}}"#)],
        &[(403, r#"{"object":"error","status":403,"code":"restricted_resource"}"#)],
        &[(401, r#"{"object":"error","status":401,"code":"unauthorized"}"#)],
    ),
    of("npm", &[(200, r#"{"username":"acme"}"#)], &[], &[(401, r#"{"error":"Unauthorized"}"#)]),
    of(
        "openai",
        &[(200, r#"{"object":"list","data":[]}"#)],
        &[
            (
                401,
                r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read."}}"#,
            ),
            (403, r#"{"error":{"message":"Missing scopes: api.model.read"}}"#),
        ],
        &[(401, r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#)],
    ),
    of(
        "openrouter",
        &[
            (200, r#"{"data":{"label":"sk-or-v1-abc...xyz","limit":null,"limit_remaining":null,"usage":1.5}}"#),
            (200, r#"{"data":{"limit":10,"limit_remaining":0,"usage":10}}"#),
        ],
        &[],
        &[(401, r#"{"error":{"message":"No auth credentials found","code":401}}"#)],
    ),
    of(
        "pagerduty",
        &[
            (200, r#"{"user":{"id":"P","name":"Ann"}}"#),
            (400, r#"{"error":{"message":"Invalid input: user-level API key required"}}"#),
        ],
        &[(403, r#"{"error":{"message":"Access Denied"}}"#)],
        &[(401, r#"{"error":{"message":"Unauthorized"}}"#)],
    ),
    of(
        "pinecone",
        &[(200, r#"{"indexes":[]}"#)],
        &[(403, r#"{"error":{"code":"FORBIDDEN"}}"#)],
        &[(401, "Invalid API Key")],
    ),
    of(
        "portkey",
        &[(200, r#"{"object":"list","data":[]}"#)],
        &[(403, r#"{"success":false,"data":{"message":"missing scope"}}"#)],
        &[(401, r#"{"success":false,"data":{"message":"Invalid API Key"}}"#)],
    ),
    of(
        "pulumi",
        &[(200, r#"{"id":"u","githubLogin":"acme"}"#)],
        &[(403, r#"{"code":403,"message":"Forbidden"}"#)],
        &[(401, r#"{"code":401,"message":"Unauthorized: No credentials provided or are invalid."}"#)],
    ),
    of(
        "qdrant",
        &[(200, r#"{"result":{"collections":[]},"status":"ok","time":0.1}"#)],
        &[(403, r#"{"status":{"error":"Global access is required"}}"#)],
        &[(401, "Must provide an API key or an Authorization bearer token")],
    )
    .with(&[("base", "https://c.eu.example.com:6333"), ("value", "eyJhbGciOiJIUzI1NiJ9.eyJhY2Nlc3MiOiJyIn0.s")]),
    of(
        "salesforce",
        &[
            (200, r#"{"DailyApiRequests":{"Max":15000,"Remaining":14998}}"#),
            (403, r#"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#),
        ],
        &[(403, r#"[{"errorCode":"API_DISABLED_FOR_ORG"}]"#)],
        &[
            (401, r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#),
            (401, r#"[{"errorCode":"INVALID_AUTH_HEADER"}]"#),
        ],
    )
    .with(&[("base", "https://acme.my.salesforce.com")]),
    of(
        "sendgrid",
        &[(200, r#"{"scopes":["mail.send"]}"#)],
        &[(403, r#"{"errors":[{"message":"access forbidden"}]}"#)],
        &[(401, r#"{"errors":[{"message":"The provided authorization grant is invalid"}]}"#)],
    ),
    of(
        "sentry",
        &[(200, r#"{"auth":{"scopes":["org:ci"]},"user":null}"#)],
        &[(403, r#"{"detail":"You do not have permission to perform this action."}"#)],
        &[(401, r#"{"detail":"Invalid token"}"#)],
    ),
    of(
        "serper",
        &[(200, r#"{"balance":2499,"rateLimit":5}"#), (200, r#"{"credits":0}"#)],
        &[],
        &[(401, r#"{"message":"Unauthorized."}"#), (403, r#"{"message":"Unauthorized.","statusCode":403}"#)],
    ),
    of(
        "slack",
        &[(200, r#"{"ok":true,"team":"Acme","user":"deploy","user_id":"U1"}"#)],
        &[(200, r#"{"ok":false,"error":"missing_scope"}"#)],
        &[
            (200, r#"{"ok":false,"error":"invalid_auth"}"#),
            (200, r#"{"ok":false,"error":"token_revoked"}"#),
            (200, r#"{"ok":false,"error":"token_expired"}"#),
        ],
    ),
    of(
        "snowflake",
        &[(200, r#"{"data":{"token":"t"},"code":null,"success":true}"#)],
        &[(200, r#"{"data":{},"code":"390197","message":"Multi-factor authentication is required","success":false}"#)],
        &[(
            200,
            r#"{"data":{},"code":"390100","message":"Incorrect username or password was specified.","success":false}"#,
        )],
    )
    .with(ACCOUNT)
    .after(&[(302, "")]),
    of("snowflake-token", &[], &[], &[]).with(ACCOUNT),
    of(
        "stability",
        &[(200, r#"{"credits":12.5}"#), (200, r#"{"credits":0}"#)],
        &[],
        &[(401, r#"{"name":"unauthorized","message":"missing authorization header"}"#)],
    ),
    of(
        "stripe",
        &[(200, r#"{"object":"balance","available":[],"livemode":false}"#)],
        &[(403, r#"{"error":{"message":"The provided key does not have the required permissions"}}"#)],
        &[
            (401, r#"{"error":{"message":"Invalid API Key provided"}}"#),
            (401, r#"{"error":{"code":"api_key_expired","message":"Expired API Key provided"}}"#),
        ],
    ),
    of("supabase", &[(200, "[]")], &[], &[(401, r#"{"message":"Unauthorized"}"#)]),
    of(
        "tavily",
        &[
            (200, r#"{"key":{"usage":150,"limit":1000},"account":{"current_plan":"Bootstrap"}}"#),
            (432, r#"{"detail":{"error":"This request exceeds your plan's set usage limit."}}"#),
        ],
        &[],
        &[(401, r#"{"detail":{"error":"Unauthorized: missing or invalid API key."}}"#)],
    ),
    of(
        "together",
        &[(200, r#"[{"id":"meta-llama/Llama","object":"model"}]"#)],
        &[],
        &[(401, r#"{"error":{"message":"Invalid API key provided","code":"invalid_api_key"}}"#)],
    ),
    of(
        "twilio",
        &[(200, r#"{"sid":"AC1","friendly_name":"Acme","status":"active","type":"Full"}"#)],
        &[(200, r#"{"sid":"AC1","status":"suspended"}"#)],
        &[(401, r#"{"code":20003,"message":"Authenticate"}"#)],
    ),
    of(
        "upstash",
        &[(200, r#"{"result":"PONG"}"#)],
        &[(400, r#"{"error":"NOPERM this user has no permissions to run the 'ping' command"}"#)],
        &[(401, r#"{"error":"Unauthorized"}"#)],
    )
    .with(TENANT),
    of(
        "vercel",
        &[(200, r#"{"user":{"id":"u","username":"acme"}}"#)],
        &[(403, r#"{"error":{"code":"forbidden","message":"Not authorized: the token's scope is a team"}}"#)],
        &[
            (403, r#"{"error":{"code":"forbidden","message":"Not authorized","invalidToken":true}}"#),
            (401, r#"{"error":{"code":"unauthorized"}}"#),
        ],
    ),
    of(
        "weaviate",
        &[(200, r#"{"username":"deploy","roles":["viewer"]}"#)],
        &[(403, r#"{"error":[{"message":"rbac: forbidden"}]}"#)],
        &[(401, r#"{"error":[{"message":"anonymous access not enabled"}]}"#)],
    )
    .with(TENANT),
    of(
        "xai",
        &[(
            200,
            r#"{"redacted_api_key":"xai-...b14o","api_key_id":"ae1","acls":["api-key:model:*"],"api_key_blocked":false,"api_key_disabled":false,"team_blocked":false}"#,
        )],
        &[(200, r#"{"api_key_id":"ae1","api_key_blocked":false,"api_key_disabled":false,"team_blocked":true}"#)],
        &[
            (200, r#"{"api_key_id":"ae1","api_key_blocked":true,"api_key_disabled":false,"team_blocked":false}"#),
            (400, r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***xx."}"#),
        ],
    ),
];
