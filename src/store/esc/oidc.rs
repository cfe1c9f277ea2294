//! The exchange of an Actions job's identity for a Pulumi token (ACT `dist/index.js`; DOCS OAuth token exchange).

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    http::{Asked, BaseUrl, Client, Credential, Dialect, Endpoint, Path, Pause, Request, Url},
    model::{Cause, SecretValue, Unread},
    store::{
        Env, answer,
        env::set,
        lease::{Held, Lease},
    },
};

/// GitHub's side of the exchange and the tokens got so far, one an organization.
pub(super) struct Oidc {
    provider: Endpoint,
    address: Url,
    credential: Credential,
    kind: String,
    scope: Option<String>,
    leases: Mutex<BTreeMap<Box<str>, Arc<Lease>>>,
}

#[derive(Deserialize)]
struct Identity {
    #[serde(deserialize_with = "answer::secret_text")]
    value: SecretValue,
}

#[derive(Deserialize)]
struct Exchanged {
    #[serde(deserialize_with = "answer::secret_text")]
    access_token: SecretValue,
    #[serde(default)]
    expires_in: Option<u64>,
}

const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const LOGIN: &str = "the identity of this Actions job";
const ASK: &str = "get the identity token of this job";
const EXCHANGE: &str = "exchange the job's identity for a Pulumi token";
const DIALECT: Dialect = Dialect {
    pause: |response| match response.status() {
        429 | 503 => response.retry_after().map(Pause::For),
        _ => None,
    },
    repeat: |_| None,
};

impl Oidc {
    /// `None` outside Actions, or where the job has no `id-token: write`.
    pub(super) fn find(client: &Client, env: Env<'_>) -> Result<Option<Self>, Unread> {
        let (Some(address), Some(token)) = (set(env, URL), set(env, TOKEN)) else { return Ok(None) };
        let unusable = |what: &str| Unread {
            cause: Cause::Login,
            what: format!("could not log in to Pulumi ESC: {what} cannot be used"),
            help: "set PULUMI_ACCESS_TOKEN".to_owned(),
        };
        let address = Url::parse(&address).map_err(|_| unusable(URL))?;
        let mut origin = address.clone();
        origin.set_path("");
        origin.set_query(None);
        let base = BaseUrl::parse(origin.as_str()).map_err(|_| unusable(URL))?;
        let credential = Credential::new("bearer", &SecretValue::from(token)).map_err(|_| unusable(TOKEN))?;
        Ok(Some(Self {
            provider: Endpoint::new(client, base, DIALECT),
            address,
            credential,
            kind: set(env, "ESC_SYNC_OIDC_TOKEN_TYPE").unwrap_or_else(|| "organization".to_owned()),
            scope: set(env, "ESC_SYNC_OIDC_SCOPE"),
            leases: Mutex::default(),
        }))
    }

    pub(super) async fn hold(
        &self,
        exchange: &Endpoint,
        organization: &str,
        refused: Option<u64>,
    ) -> Result<Held, Unread> {
        let lease = {
            let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(leases.entry(organization.into()).or_default())
        };
        lease.hold(refused, async || self.obtain(exchange, organization).await).await
    }

    pub(super) fn requests(&self) -> u64 {
        self.provider.requests()
    }

    async fn obtain(&self, exchange: &Endpoint, organization: &str) -> Result<(Credential, Duration), Unread> {
        let audience = format!("urn:pulumi:org:{organization}");
        let identity = self.identity(&audience).await?;
        let asked = Asked { service: "Pulumi ESC", operation: EXCHANGE, login: LOGIN };
        let request =
            Request::post(EXCHANGE, Path::fixed("/api/oauth/token"), self.body(&audience, &identity)).repeatable();
        let request = request.header("content-type", "application/json").header("accept", "application/json");
        let response = exchange.send(&request).await.map_err(|error| error.into_unread(&asked))?;
        if matches!(response.status(), 400 | 401 | 403) {
            let help =
                format!("let organization {organization} trust this repository as an OIDC issuer in Pulumi Cloud");
            return Err(asked.unread(Cause::Login, "Pulumi does not trust this job", help));
        }
        let response = response.success().map_err(|error| error.into_unread(&asked))?;
        let exchanged: Exchanged =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        let credential = Credential::new("token", &exchanged.access_token)
            .map_err(|error| answer::bad_answer(&asked, &error.to_string()))?;
        Ok((credential, Duration::from_secs(exchanged.expires_in.unwrap_or(3600).min(86_400))))
    }

    async fn identity(&self, audience: &str) -> Result<SecretValue, Unread> {
        let asked = Asked { service: "GitHub Actions", operation: ASK, login: LOGIN };
        let mut address = self.address.clone();
        address.query_pairs_mut().append_pair("audience", audience);
        let mut request = Request::get_url(ASK, address).header("accept", "application/json");
        request.authorize(&self.credential);
        let response = self.provider.send(&request).await.and_then(|response| response.success());
        let response = response.map_err(|error| error.into_unread(&asked))?;
        let identity: Identity =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        Ok(identity.value)
    }

    fn body(&self, audience: &str, identity: &SecretValue) -> Zeroizing<Vec<u8>> {
        let mut body = serde_json::json!({
            "audience": audience,
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": format!("urn:pulumi:token-type:access_token:{}", self.kind),
            // The exchange is what the identity token is for.
            "subject_token": identity.expose_text().unwrap_or_default(),
        });
        if let Some(scope) = &self.scope {
            body["scope"] = scope.as_str().into();
        }
        Zeroizing::new(body.to_string().into_bytes())
    }
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Oidc")
    }
}
