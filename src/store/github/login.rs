//! Who we are at GitHub: `GITHUB_TOKEN`, `GH_TOKEN`, or an installation of a GitHub App
//! (`GITHUB_APP_ID`, `GITHUB_APP_INSTALLATION_ID`, `GITHUB_APP_PRIVATE_KEY_FILE`), in this order.

use std::{collections::BTreeMap, io::Read as _, path::Path};

use zeroize::Zeroizing;

use super::app::AppLogin;
use crate::{
    crypto::jwt::RsaSigner,
    http::{BaseUrl, Credential, Endpoint},
    model::{Cause, SecretValue, Unread},
    store::{Env, env::set},
};

/// A way to be somebody at GitHub.
#[derive(Debug)]
pub struct GithubLogin {
    kind: Kind,
    /// For messages: `the token in GITHUB_TOKEN`.
    described: String,
}

#[derive(Debug)]
enum Kind {
    App(Box<AppLogin>),
    Token(Credential),
}

const APP: [&str; 3] = ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PRIVATE_KEY_FILE"];
const DEFAULT_ADDRESS: &str = "https://api.github.com";
const KEY_LIMIT: u64 = 64 * 1024;

impl GithubLogin {
    /// A token, and where it came from, for messages. Its form is GitHub's affair:
    /// installation tokens have changed theirs (oas, April 2026).
    pub fn token(token: &SecretValue, described: &str) -> Result<Self, Unread> {
        let credential = Credential::new("Bearer", token).map_err(|error| {
            no_login(
                &format!("{described} cannot be used: {error}"),
                format!("replace {described} by the token itself, without quotes or spaces"),
            )
        })?;
        Ok(Self { kind: Kind::Token(credential), described: described.to_owned() })
    }

    /// An installation of an App, with the App's private key.
    pub fn app(app: &str, installation: &str, key: &SecretValue) -> Result<Self, Unread> {
        let described = format!("the GitHub App {}", crate::http::printable(app, 40));
        for (name, id) in APP.iter().zip([app, installation]) {
            let is_id = !id.is_empty() && id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
            if !is_id {
                return Err(no_login(&format!("{name} holds no id"), format!("set {name} to the id GitHub shows")));
            }
        }
        let signer = RsaSigner::from_pem(key).map_err(|error| {
            no_login(
                &format!("the key in {} cannot be used: {error}", APP[2]),
                format!("set {} to the .pem file that GitHub gave when the App's key was made", APP[2]),
            )
        })?;
        Ok(Self { kind: Kind::App(Box::new(AppLogin::new(app, installation, signer))), described })
    }

    pub fn find(env: Env<'_>) -> Result<Self, Unread> {
        for name in ["GITHUB_TOKEN", "GH_TOKEN"] {
            if let Some(token) = set(env, name) {
                return Self::token(&SecretValue::from(token), &format!("the token in {name}"));
            }
        }
        match APP.map(|name| set(env, name)) {
            [None, None, None] => Err(no_login(
                "there is no login",
                format!("set GITHUB_TOKEN (`gh auth token` prints the one of gh), or {}", APP.join(", ")),
            )),
            [Some(app), Some(installation), Some(file)] => Self::app(&app, &installation, &key(Path::new(&file))?),
            given => {
                let missing: Vec<_> =
                    APP.iter().zip(given).filter(|(_, g)| g.is_none()).map(|(name, _)| *name).collect();
                let missing = missing.join(" and ");
                Err(no_login(
                    &format!("{missing} is not set, the rest of the App's login is"),
                    format!("set {missing}"),
                ))
            }
        }
    }

    pub(super) fn described(&self) -> &str {
        &self.described
    }

    /// What an App's installation may do; `None` for a token.
    pub(super) async fn installation(&self, endpoint: &Endpoint) -> Result<Option<BTreeMap<String, String>>, Unread> {
        match &self.kind {
            Kind::Token(_) => Ok(None),
            Kind::App(app) => {
                app.hold(endpoint, None, &self.described).await?;
                Ok(Some(app.permissions()))
            }
        }
    }

    /// The credential; `refused` is the generation that was just not accepted.
    pub(super) async fn credential(
        &self,
        endpoint: &Endpoint,
        refused: Option<u64>,
    ) -> Result<(Credential, Option<u64>), Unread> {
        match &self.kind {
            Kind::Token(credential) => Ok((credential.clone(), None)),
            Kind::App(app) => {
                let held = app.hold(endpoint, refused, &self.described).await?;
                Ok((held.credential, Some(held.generation)))
            }
        }
    }
}

/// `GITHUB_API_URL`, or github.com.
pub fn address(env: Env<'_>) -> Result<BaseUrl, Unread> {
    let text = set(env, "GITHUB_API_URL").unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    BaseUrl::parse(&text).map_err(|error| {
        no_login(&format!("the address in GITHUB_API_URL cannot be used: {error}"), "set GITHUB_API_URL".to_owned())
    })
}

fn key(file: &Path) -> Result<SecretValue, Unread> {
    let failed = |error: std::io::Error| {
        no_login(
            // The variable's text is not repeated: a key pasted in place of its file's name would be shown.
            &format!("the file named in {} cannot be read: {}", APP[2], error.kind()),
            format!("set {} to the path of a readable file, not to the key itself", APP[2]),
        )
    };
    let mut text = Zeroizing::new(Vec::with_capacity(8 * 1024));
    std::fs::File::open(file).map_err(failed)?.take(KEY_LIMIT).read_to_end(&mut text).map_err(failed)?;
    Ok(SecretValue::from_bytes(std::mem::take(&mut *text)))
}

fn no_login(reason: &str, help: String) -> Unread {
    Unread { cause: Cause::Login, what: format!("could not log in to GitHub: {reason}"), help }
}
