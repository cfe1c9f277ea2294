//! Where ESC is, and who we are there: `PULUMI_ACCESS_TOKEN`, the stored login, or an
//! exchange of the job's identity inside Actions, in this order.

use std::path::Path;

use super::{
    oidc::Oidc,
    stored::{StoredError, StoredLogin},
};
use crate::{
    http::{BaseUrl, Client, Credential, Endpoint},
    model::{Cause, SecretValue, Unread},
    store::{Env, env::set, lease::Held},
};

/// A way to be somebody at ESC.
#[derive(Debug)]
pub struct EscLogin {
    kind: Kind,
    /// For messages: `the token in PULUMI_ACCESS_TOKEN`.
    described: String,
}

#[derive(Debug)]
enum Kind {
    Oidc(Box<Oidc>),
    Token(Credential),
}

const DEFAULT_ADDRESS: &str = "https://api.pulumi.com";
const TOKEN: &str = "PULUMI_ACCESS_TOKEN";

impl EscLogin {
    /// A token, and where it came from, for messages.
    pub fn token(token: &SecretValue, described: &str) -> Result<Self, Unread> {
        let credential = Credential::new("token", token).map_err(|error| {
            no_login(
                format!("{described} cannot be used: {error}"),
                format!("replace {described} by the token itself, without quotes or spaces"),
            )
        })?;
        Ok(Self { kind: Kind::Token(credential), described: described.to_owned() })
    }

    /// The address and the login that the environment and the disk give.
    pub fn find(client: &Client, env: Env<'_>, home: Option<&Path>) -> Result<(BaseUrl, Self), Unread> {
        let named = ["PULUMI_BACKEND_URL", "PULUMI_API"].into_iter().find_map(|name| Some((name, set(env, name)?)));
        let token = set(env, TOKEN);
        // With both given the disk has no say, and a damaged file there does no harm.
        let stored = match (&named, &token) {
            (Some(_), Some(_)) => StoredLogin::default(),
            _ => StoredLogin::read(env, home).map_err(|error| unreadable(&error))?,
        };
        let (source, address) = match (named, &stored.current) {
            (Some((name, address)), _) => (name, address),
            (None, Some(current)) => ("the stored login", current.clone()),
            (None, None) => ("the default", DEFAULT_ADDRESS.to_owned()),
        };
        let base = BaseUrl::parse(&address).map_err(|error| {
            no_login(format!("the address in {source} cannot be used: {error}"), "set PULUMI_BACKEND_URL".to_owned())
        })?;
        let login = match token {
            Some(token) => Self::token(&SecretValue::from(token), &format!("the token in {TOKEN}"))?,
            None => Self::without_variable(client, env, &stored, &address, &base)?,
        };
        Ok((base, login))
    }

    fn without_variable(
        client: &Client,
        env: Env<'_>,
        stored: &StoredLogin,
        address: &str,
        base: &BaseUrl,
    ) -> Result<Self, Unread> {
        if let Some(token) = stored.token(address) {
            return Self::token(token, &format!("the stored Pulumi login for {base}"));
        }
        match Oidc::find(client, env)? {
            Some(oidc) => {
                Ok(Self { kind: Kind::Oidc(Box::new(oidc)), described: "the identity of this Actions job".to_owned() })
            }
            None => Err(no_login(
                format!("there is no login for {base}"),
                format!("set {TOKEN}, or run `pulumi login`; inside Actions grant `permissions: id-token: write`"),
            )),
        }
    }

    /// Where ESC is, login or none: as far as the environment alone says it.
    pub fn address(env: Env<'_>) -> Option<BaseUrl> {
        let named = ["PULUMI_BACKEND_URL", "PULUMI_API"].into_iter().find_map(|name| set(env, name));
        BaseUrl::parse(named.as_deref().unwrap_or(DEFAULT_ADDRESS)).ok()
    }

    pub(super) fn described(&self) -> &str {
        &self.described
    }

    /// The credential for an organization; `refused` is the generation that was just not accepted.
    pub(super) async fn credential(
        &self,
        exchange: &Endpoint,
        organization: &str,
        refused: Option<u64>,
    ) -> Result<(Credential, Option<u64>), Unread> {
        match &self.kind {
            Kind::Token(credential) => Ok((credential.clone(), None)),
            Kind::Oidc(oidc) => {
                let Held { credential, generation, .. } = oidc.hold(exchange, organization, refused).await?;
                Ok((credential, Some(generation)))
            }
        }
    }

    pub(super) fn requests(&self) -> u64 {
        match &self.kind {
            Kind::Oidc(oidc) => oidc.requests(),
            Kind::Token(_) => 0,
        }
    }
}

fn unreadable(error: &StoredError) -> Unread {
    no_login(error.to_string(), format!("mend it, or set {TOKEN} and PULUMI_BACKEND_URL"))
}

fn no_login(reason: String, help: String) -> Unread {
    Unread { cause: Cause::Login, what: format!("could not log in to Pulumi ESC: {reason}"), help }
}
