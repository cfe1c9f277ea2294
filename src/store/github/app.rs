//! A GitHub App's installation token: asked for with a signed token, kept for an hour.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    crypto::jwt::RsaSigner,
    http::{Asked, Credential, Endpoint, Path, Request, Response},
    model::{Cause, SecretValue, Stamp, Unread},
    store::{
        answer,
        lease::{Held, Lease},
    },
};

#[derive(Debug)]
pub(super) struct AppLogin {
    app: String,
    installation: String,
    signer: RsaSigner,
    lease: Lease,
    /// What the last token may do, as GitHub told it with the token.
    permissions: Mutex<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Issued {
    #[serde(deserialize_with = "answer::secret_text")]
    token: SecretValue,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
}

const OPERATION: &str = "get a token for the installation of the GitHub App";
const HOUR: Duration = Duration::from_secs(3600);

impl AppLogin {
    pub(super) fn new(app: &str, installation: &str, signer: RsaSigner) -> Self {
        Self {
            app: app.to_owned(),
            installation: installation.to_owned(),
            signer,
            lease: Lease::default(),
            permissions: Mutex::default(),
        }
    }

    pub(super) async fn hold(&self, endpoint: &Endpoint, refused: Option<u64>, login: &str) -> Result<Held, Unread> {
        self.lease.hold(refused, async || self.obtain(endpoint, login).await).await
    }

    async fn obtain(&self, endpoint: &Endpoint, login: &str) -> Result<(Credential, Duration), Unread> {
        let asked = Asked { service: "GitHub", operation: OPERATION, login };
        let now = endpoint.now();
        let mut response = self.exchange(endpoint, &asked, now).await?;
        // A signed token is dated by us; if our clock is wrong, the server's own is taken (failure case G18).
        if let (401, Some(theirs)) = (response.status(), response.server_time().filter(|theirs| differ(now, *theirs))) {
            response = self.exchange(endpoint, &asked, theirs).await?;
        }
        match response.status() {
            401 => Err(asked.unread(
                Cause::Login,
                "GitHub does not accept the App's key (status 401)",
                "check GITHUB_APP_ID, and that GITHUB_APP_PRIVATE_KEY_FILE is a key of this App that was not deleted",
            )),
            404 => Err(asked.unread(
                Cause::Login,
                "the App has no such installation (status 404)",
                "set GITHUB_APP_INSTALLATION_ID to the number in the address of the installation's settings page",
            )),
            _ => {
                let (credential, lifetime, permissions) = issued(response, &asked)?;
                *self.permissions.lock().unwrap_or_else(PoisonError::into_inner) = permissions;
                Ok((credential, lifetime))
            }
        }
    }

    pub(super) fn permissions(&self) -> BTreeMap<String, String> {
        self.permissions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn exchange(&self, endpoint: &Endpoint, asked: &Asked<'_>, now: SystemTime) -> Result<Response, Unread> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        // At most ten minutes, dated back by one for clocks that differ (docs, generating a JWT).
        let claims = serde_json::json!({ "iat": now.saturating_sub(60), "exp": now + 540, "iss": self.app });
        let credential = Credential::new("Bearer", &self.signer.sign(&claims.to_string()))
            .map_err(|error| answer::bad_answer(asked, &error.to_string()))?;
        let path = Path::fixed("/app/installations").segment(&self.installation).then("/access_tokens");
        // An installation token more does no harm.
        let request = Request::post(OPERATION, path, Zeroizing::default()).repeatable();
        let mut request = super::delivery::with_headers(request);
        request.authorize(&credential);
        endpoint.send(&request).await.map_err(|error| error.into_unread(asked))
    }
}

fn differ(ours: SystemTime, theirs: SystemTime) -> bool {
    let apart = ours.duration_since(theirs).or_else(|_| theirs.duration_since(ours)).unwrap_or_default();
    apart > Duration::from_secs(30)
}

/// A credential, how long it lives, and what it may do.
type Granting = (Credential, Duration, BTreeMap<String, String>);

fn issued(response: Response, asked: &Asked<'_>) -> Result<Granting, Unread> {
    let response = response.success().map_err(|error| error.into_unread(asked))?;
    let issued: Issued =
        answer::parse(response.body()).map_err(|fault| answer::bad_answer(asked, &fault.to_string()))?;
    let credential =
        Credential::new("Bearer", &issued.token).map_err(|error| answer::bad_answer(asked, &error.to_string()))?;
    let ends = issued.expires_at.and_then(|text| text.parse::<Stamp>().ok());
    let lifetime = ends.and_then(|Stamp(at)| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(at.try_into().ok()?)));
    Ok((credential, lifetime.map_or(HOUR, |end| response.until(end).min(HOUR)), issued.permissions))
}
