//! Pulumi ESC: opened environments, their metadata, revisions and definitions.
//!
//! What reading sends: GETs, and the POST that opens an environment. What writes stands
//! in `write`: the dry run of a definition, and the one PATCH that replaces it under the
//! tag it was read with. How a definition is edited stands in `definition`, which sends
//! nothing.
//! Sources of the protocol: ESC `cmd/esc/cli/client`, SPEC (see `docs/architecture.md`).

mod create;
pub mod definition;
mod diagnostic;
mod list;
mod login;
mod oidc;
mod stored;
mod told;
mod value;
mod write;

use std::path::Path as FilePath;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

pub use login::EscLogin;
pub use told::{Definition, Identity, Metadata, Revision};
pub use write::{EscWriteFault, Patched};

use self::told::{Diagnosed, RawMetadata, RawRevision, RawUser, Session};
use super::{Env, answer};
use crate::{
    http::{Asked, BaseUrl, Client, Dialect, Endpoint, HttpError, Path, Pause, Request, Response},
    model::{Cause, EnvironmentRef, EscSnapshot, SecretValue, Unread},
};

/// Pulumi ESC with a login.
#[derive(Debug)]
pub struct EscStore {
    endpoint: Endpoint,
    login: EscLogin,
}

const SERVICE: &str = "Pulumi ESC";
const DIALECT: Dialect = Dialect { pause, repeat };

/// 429 by whatever it says, 503 where it names a time (CORE `httputil/http.go`).
fn pause(response: &Response) -> Option<Pause> {
    match (response.status(), response.retry_after()) {
        (429 | 503, Some(wait)) => Some(Pause::For(wait)),
        (429, None) => Some(Pause::Unstated),
        _ => None,
    }
}

fn repeat(response: &Response) -> Option<bool> {
    response.header("x-pulumi-should-retry")?.trim().parse().ok()
}

impl EscStore {
    pub fn new(client: &Client, base: BaseUrl, login: EscLogin) -> Self {
        Self { endpoint: Endpoint::new(client, base, DIALECT), login }
    }

    /// ESC as the environment and the stored login give it.
    pub fn find(client: &Client, env: Env<'_>, home: Option<&FilePath>) -> Result<Self, Unread> {
        let (base, login) = EscLogin::find(client, env, home)?;
        Ok(Self::new(client, base, login))
    }

    pub fn base(&self) -> &BaseUrl {
        self.endpoint.base()
    }

    pub fn requests(&self) -> u64 {
        self.endpoint.requests() + self.login.requests()
    }

    /// Opens an environment and reads all its values. An opened session that is gone
    /// by the time it is read is opened again once (failure case E7).
    pub async fn read_environment(&self, environment: &EnvironmentRef) -> Result<EscSnapshot, Unread> {
        self.read_opened(environment, path(environment).then("/open")).await
    }

    /// The same as it was at one of its revisions.
    pub async fn read_environment_at(
        &self,
        environment: &EnvironmentRef,
        revision: u64,
    ) -> Result<EscSnapshot, Unread> {
        let version = path(environment).then("/versions").segment(&revision.to_string());
        self.read_opened(environment, version.then("/open")).await
    }

    async fn read_opened(&self, environment: &EnvironmentRef, door: Path) -> Result<EscSnapshot, Unread> {
        let operation = format!("open environment {environment}");
        let mut session = self.open(environment, door.clone(), &operation).await?;
        let read = |session: String| {
            Request::get(
                format!("read opened environment {environment}"),
                path(environment).then("/open").segment(&session),
            )
        };
        let mut response = self.send(environment, read(session)).await?;
        if response.status() == 404 {
            session = self.open(environment, door, &operation).await?;
            response = self.send(environment, read(session)).await?;
        }
        let asked = self.asked(&operation);
        if response.status() == 404 {
            return Err(asked.unread(
                Cause::Server,
                "the opened session was gone before it was read, twice",
                "run again",
            ));
        }
        let response = self.success(response, environment, &operation).await?;
        self.snapshot(&response, &asked, environment)
    }

    fn snapshot(&self, response: &Response, asked: &Asked<'_>, of: &EnvironmentRef) -> Result<EscSnapshot, Unread> {
        let opened = value::parse(response.body()).map_err(|fault| answer::bad_answer(asked, &fault.to_string()))?;
        if let Some(errors) = diagnostic::errors(&opened.diagnostics) {
            return Err(broken(asked, &errors, of));
        }
        match opened.root {
            Some(root) => Ok(EscSnapshot { root, revised_at: None, revision: None }),
            None => Err(answer::bad_answer(asked, "it holds no environment")),
        }
    }

    async fn open(&self, environment: &EnvironmentRef, door: Path, operation: &str) -> Result<String, Unread> {
        // A repeated open makes a second short-lived session and nothing else.
        let request = Request::post(operation, door, Zeroizing::default());
        let response = self.send(environment, request.repeatable().query("duration", "10m0s")).await?;
        let response = self.success(response, environment, operation).await?;
        let asked = self.asked(operation);
        let session: Session = parsed(&response, &asked)?;
        if let Some(errors) = diagnostic::errors(session.diagnostics.as_deref().unwrap_or_default()) {
            return Err(broken(&asked, &errors, environment));
        }
        session.id.filter(|id| !id.is_empty()).ok_or_else(|| answer::bad_answer(&asked, "it names no session"))
    }

    pub async fn metadata(&self, environment: &EnvironmentRef) -> Result<Metadata, Unread> {
        let operation = format!("read the metadata of environment {environment}");
        let raw: RawMetadata = self.json(environment, path(environment).then("/metadata"), &operation).await?;
        Ok(raw.into())
    }

    /// Up to `count` revisions older than `before`, newest first; `None` starts at the newest.
    pub async fn revisions(
        &self,
        environment: &EnvironmentRef,
        before: Option<u64>,
        count: u32,
    ) -> Result<Vec<Revision>, Unread> {
        let operation = format!("list the revisions of environment {environment}");
        let mut request = Request::get(&operation, path(environment).then("/versions")).query("count", count);
        if let Some(before) = before {
            request = request.query("before", before);
        }
        let response = self.send(environment, request).await?;
        let response = self.success(response, environment, &operation).await?;
        let raw: Vec<RawRevision> = parsed(&response, &self.asked(&operation))?;
        Ok(raw.into_iter().map(Revision::from).collect())
    }

    /// One revision, if there is one of this number.
    pub async fn revision(&self, environment: &EnvironmentRef, number: u64) -> Result<Option<Revision>, Unread> {
        let found = self.revisions(environment, Some(number.saturating_add(1)), 1).await?;
        Ok(found.into_iter().find(|revision| revision.number == number))
    }

    pub async fn definition(&self, environment: &EnvironmentRef) -> Result<Definition, Unread> {
        self.definition_of(environment, path(environment)).await
    }

    /// The definition as it was at one of its revisions. Its tag is of no use for writing.
    pub async fn definition_at(&self, environment: &EnvironmentRef, revision: u64) -> Result<Definition, Unread> {
        let version = path(environment).then("/versions").segment(&revision.to_string());
        self.definition_of(environment, version).await
    }

    async fn definition_of(&self, environment: &EnvironmentRef, at: Path) -> Result<Definition, Unread> {
        let operation = format!("read the definition of environment {environment}");
        let response = self.send(environment, Request::get(&operation, at)).await?;
        let response = self.success(response, environment, &operation).await?;
        let asked = self.asked(&operation);
        let etag = response.header("etag").ok_or_else(|| answer::bad_answer(&asked, "it has no tag"))?.to_owned();
        let revision = response.number("pulumi-esc-revision");
        if std::str::from_utf8(response.body()).is_err() {
            return Err(answer::bad_answer(&asked, "it is not text"));
        }
        Ok(Definition { text: SecretValue::from_bytes(response.body().to_vec()), etag, revision })
    }

    /// Who we are; `organization` is the one an identity inside Actions is exchanged for.
    pub async fn whoami(&self, organization: &str) -> Result<Identity, Unread> {
        let operation = "ask who is logged in";
        let response = self.send_for(organization, Request::get(operation, Path::fixed("/api/user"))).await?;
        let asked = self.asked(operation);
        let response = response.success().map_err(|error| error.into_unread(&asked))?;
        let user: RawUser = parsed(&response, &asked)?;
        let organizations = user.organizations.map(|all| all.into_iter().map(|one| one.github_login).collect());
        Ok(Identity { login: user.github_login, organizations, token: user.token_info.and_then(|token| token.name) })
    }

    async fn json<T: DeserializeOwned>(&self, of: &EnvironmentRef, path: Path, operation: &str) -> Result<T, Unread> {
        let response = self.send(of, Request::get(operation, path)).await?;
        let response = self.success(response, of, operation).await?;
        parsed(&response, &self.asked(operation))
    }

    async fn send(&self, environment: &EnvironmentRef, request: Request) -> Result<Response, Unread> {
        self.send_for(&environment.organization, request).await
    }

    async fn send_for(&self, organization: &str, request: Request) -> Result<Response, Unread> {
        let operation = request.operation().to_owned();
        self.try_send(organization, request).await?.map_err(|error| error.into_unread(&self.asked(&operation)))
    }

    /// Sends with the login; one that can be renewed is, once, when it is not accepted (failure case G5).
    /// The outer error is of the login: nothing was sent.
    async fn try_send(&self, organization: &str, request: Request) -> Result<Result<Response, HttpError>, Unread> {
        let mut request = request.header("accept", "application/vnd.pulumi+8");
        let (credential, generation) = self.login.credential(&self.endpoint, organization, None).await?;
        request.authorize(&credential);
        let answer = self.endpoint.send(&request).await;
        let refused = answer.as_ref().is_ok_and(|response| response.status() == 401);
        if !refused || generation.is_none() {
            return Ok(answer);
        }
        let (credential, _) = self.login.credential(&self.endpoint, organization, generation).await?;
        request.authorize(&credential);
        Ok(self.endpoint.send(&request).await)
    }

    /// Any 2xx will do: the service has changed them before. Else what the status means here.
    async fn success(&self, response: Response, of: &EnvironmentRef, operation: &str) -> Result<Response, Unread> {
        let asked = self.asked(operation);
        match response.status() {
            400 => Err(refused(&response, &asked, of)),
            403 => Err(self.forbidden(of, &asked).await),
            404 => Err(asked.unread(
                Cause::NotFound,
                &format!("the environment is not there, or {} may not see it (status 404)", asked.login),
                format!(
                    "check the mapping's `esc: environment:`, and see what the login sees with `esc env ls -o {}`",
                    of.organization
                ),
            )),
            _ => response.success().map_err(|error| error.into_unread(&asked)),
        }
    }

    /// A refusal, and whether opening is gated by approvals, which the metadata tells.
    async fn forbidden(&self, of: &EnvironmentRef, asked: &Asked<'_>) -> Unread {
        let request = Request::get("read why it is refused", path(of).then("/metadata"));
        let gated = match self.send(of, request).await {
            Ok(response) if response.is_success() => {
                answer::parse::<RawMetadata>(response.body()).is_ok_and(|raw| Metadata::from(raw).open_request_needed)
            }
            _ => false,
        };
        let (reason, help) = if gated {
            (
                "it may be opened only after an approved open request (status 403)".to_owned(),
                "ask for one in Pulumi Cloud".to_owned(),
            )
        } else {
            let reason = format!("{} lacks the right (status 403)", asked.login);
            (reason, format!("give it the permission to open {of} in Pulumi Cloud"))
        };
        asked.unread(Cause::Rights, &reason, help)
    }

    fn asked<'a>(&'a self, operation: &'a str) -> Asked<'a> {
        Asked { service: SERVICE, operation, login: self.login.described() }
    }
}

fn path(environment: &EnvironmentRef) -> Path {
    Path::fixed("/api/esc/environments")
        .segment(&environment.organization)
        .segment(&environment.project)
        .segment(&environment.name)
}

fn parsed<T: DeserializeOwned>(response: &Response, asked: &Asked<'_>) -> Result<T, Unread> {
    answer::parse(response.body()).map_err(|fault| answer::bad_answer(asked, &fault.to_string()))
}

/// 400 with diagnostics: the definition is broken; without: the request was.
fn refused(response: &Response, asked: &Asked<'_>, of: &EnvironmentRef) -> Unread {
    let diagnosed = answer::parse::<Diagnosed>(response.body()).ok().and_then(|diagnosed| diagnosed.diagnostics);
    match diagnostic::errors(diagnosed.as_deref().unwrap_or_default()) {
        Some(errors) => broken(asked, &errors, of),
        None => HttpError::Status { status: 400 }.into_unread(asked),
    }
}

fn broken(asked: &Asked<'_>, errors: &str, of: &EnvironmentRef) -> Unread {
    asked.unread(Cause::Definition, errors, format!("mend the definition: esc env edit {of}"))
}
