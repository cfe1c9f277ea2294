//! Making an environment that is not there yet.

use zeroize::Zeroizing;

use super::EscStore;
use crate::{
    http::{HttpError, Path, Request},
    model::{Cause, EnvironmentRef, Unread},
};

impl EscStore {
    /// Makes an empty environment; fine if it is there already.
    pub async fn create_environment(&self, environment: &EnvironmentRef) -> Result<(), Unread> {
        let operation = format!("create environment {environment}");
        let body = serde_json::json!({ "project": &*environment.project, "name": &*environment.name });
        let at = Path::fixed("/api/esc/environments").segment(&environment.organization);
        let body = Zeroizing::new(body.to_string().into_bytes());
        // A repeated one says that the first one made it.
        let request = Request::post(&operation, at, body).header("content-type", "application/json").repeatable();
        let response = self.send(environment, request).await?;
        let asked = self.asked(&operation);
        match response.status() {
            409 => Ok(()),
            status @ (403 | 404) => Err(asked.unread(
                Cause::Rights,
                &format!("{} may not make environments in {} (status {status})", asked.login, environment.organization),
                format!("create {environment} by hand with `esc env init {environment}`, or give the login that right"),
            )),
            400 => Err(HttpError::Status { status: 400 }.into_unread(&asked)),
            _ => response.success().map(drop).map_err(|error| error.into_unread(&asked)),
        }
    }
}
