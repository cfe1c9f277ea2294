//! Lambda Cloud: the registry of public keys, and which instances there are.
//!
//! The registry and what an instance was launched with say nothing of the keys a running
//! machine accepts: Lambda's API cannot change those. Invariants: one request a second at
//! most; a pair is never made by the server; of an instance's answer only what is named here
//! is read, since the rest holds tokens of its notebook. Source of the protocol: Lambda's
//! OpenAPI description, version 1.10.0.

mod dialect;
mod instance;
mod key;
mod login;
mod refusal;
mod write;

use serde::{Deserialize, de::DeserializeOwned};

pub use instance::{Instance, InstanceStatus};
pub use key::RegisteredKey;
pub use login::{LambdaLogin, address};
pub use write::LambdaWriteFault;

use self::{instance::RawInstance, key::RawKey};
use super::{Env, answer};
use crate::{
    http::{Asked, BaseUrl, Client, Delivery, Endpoint, Path, Request},
    model::{Cause, Unread},
};

/// Lambda with a login.
#[derive(Debug)]
pub struct LambdaStore {
    endpoint: Endpoint,
    login: LambdaLogin,
}

/// What every good answer is wrapped in.
#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

const SERVICE: &str = "Lambda";
const KEYS: &str = "/ssh-keys";

impl LambdaStore {
    /// `base` ends in the API's own prefix, as [`LambdaStore::find`] makes it.
    pub fn new(client: &Client, base: BaseUrl, login: LambdaLogin) -> Self {
        let pause = dialect::UNSTATED_PAUSE.min(client.options().unstated_pause);
        let endpoint = Endpoint::new(client, base, dialect::DIALECT).paced(dialect::INTERVAL, pause);
        Self { endpoint, login }
    }

    /// Lambda as the environment gives it: `LAMBDA_API_KEY` and `LAMBDA_API_URL`.
    pub fn find(client: &Client, env: Env<'_>) -> Result<Self, Unread> {
        Ok(Self::new(client, login::address(env)?, LambdaLogin::find(env)?))
    }

    pub fn base(&self) -> &BaseUrl {
        self.endpoint.base()
    }

    pub fn requests(&self) -> u64 {
        self.endpoint.requests()
    }

    /// The whole registry: it has no pages.
    pub async fn list_keys(&self) -> Result<Vec<RegisteredKey>, Unread> {
        let keys: Vec<RawKey> = self.read("list the registered keys", Path::fixed(KEYS)).await?;
        Ok(keys.into_iter().map(RegisteredKey::from).collect())
    }

    /// All instances, whatever their status.
    pub async fn instances(&self) -> Result<Vec<Instance>, Unread> {
        let operation = "list the instances";
        let instances: Vec<RawInstance> = self.read(operation, Path::fixed("/instances")).await?;
        let asked = self.asked(operation);
        let bad = || answer::bad_answer(&asked, "an instance has an address that is none");
        instances.into_iter().map(|raw| Instance::from_raw(raw).ok_or_else(bad)).collect()
    }

    async fn read<T: DeserializeOwned>(&self, operation: &str, path: Path) -> Result<T, Unread> {
        let asked = self.asked(operation);
        let answer = self.deliver(Request::get(operation, path)).await.answer;
        let response = answer.map_err(|error| error.into_unread(&asked))?;
        if !response.is_success() {
            return Err(refusal::unread(&response, &asked));
        }
        if refusal::is_page(&response) {
            return Err(answer::bad_answer(&asked, "it is a web page and no answer of Lambda's API"));
        }
        let parsed: Result<Answer<T>, _> = answer::parse(response.body());
        parsed.map(|answer| answer.data).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))
    }

    async fn deliver(&self, mut request: Request) -> Delivery {
        request = request.header("accept", "application/json");
        request.authorize(self.login.credential());
        self.endpoint.deliver(&request).await
    }

    fn asked<'a>(&'a self, operation: &'a str) -> Asked<'a> {
        Asked { service: SERVICE, operation, login: self.login.described() }
    }
}

/// Why a run that has nothing to do with Lambda has none.
pub(super) fn not_asked() -> Unread {
    let asked = Asked { service: SERVICE, operation: "log in", login: "no login" };
    asked.unread(Cause::NotAsked, "this run was given no way to it", "set LAMBDA_API_KEY")
}
