//! Writing a definition: the dry run, and the PATCH under the tag it was read with.
//!
//! A write ends in one of four ways, and they are kept apart: stored, refused, overtaken
//! by another writer, or not known. Only the last may have been stored without us knowing.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{EscStore, diagnostic, path, refused, told::Diagnosed};
use crate::{
    http::{HttpError, Path, Request, Response},
    model::{Cause, EnvironmentRef, SecretValue, Unread},
    store::answer,
};

/// What a definition became.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patched {
    /// The number of the new revision, if the service told it.
    pub revision: Option<u64>,
}

/// Why a definition was not stored, or is not known to be.
#[derive(Clone, Debug)]
pub enum EscWriteFault {
    /// It is no longer the one that was read (409; 412 by SPEC's words); not stored.
    Conflict,
    /// Certainly not stored.
    Refused(Arc<Unread>),
    /// Sent, without an answer that tells: it may be stored.
    Unknown(Arc<Unread>),
}

/// What could not be read back is not written: it is the limit for answers, in bytes.
const LARGEST: usize = 32 << 20;

impl EscStore {
    /// Has a definition evaluated without storing it; secrets stay hidden in the answer.
    pub async fn check_definition(
        &self,
        environment: &EnvironmentRef,
        text: &SecretValue,
    ) -> Result<(), EscWriteFault> {
        let operation = format!("check the edited definition of environment {environment}");
        if text.len() > LARGEST {
            return Err(self.too_large(&operation, environment, "more than 32 MB"));
        }
        let at = Path::fixed("/api/esc/environments").segment(&environment.organization).then("/yaml/check");
        // The definition goes to the service that keeps it.
        let body = Zeroizing::new(text.expose().to_vec());
        let request = Request::post(&operation, at, body).header("content-type", "application/x-yaml").repeatable();
        let refuse = |unread: Unread| EscWriteFault::Refused(Arc::new(unread));
        let response = self.send(environment, request).await.map_err(refuse)?;
        if response.status() == 413 {
            return Err(self.too_large(&operation, environment, "status 413"));
        }
        let response = self.success(response, environment, &operation).await.map_err(refuse)?;
        let asked = self.asked(&operation);
        let diagnosed = answer::parse::<Diagnosed>(response.body())
            .map_err(|fault| refuse(answer::bad_answer(&asked, &fault.to_string())))?;
        match diagnostic::errors(diagnosed.diagnostics.as_deref().unwrap_or_default()) {
            Some(errors) => Err(refuse(super::broken(&asked, &errors, environment))),
            None => Ok(()),
        }
    }

    /// Replaces the definition if it still carries `etag`. Never repeated by itself: a second
    /// one would meet the tag that the first one made.
    pub async fn update_definition(
        &self,
        environment: &EnvironmentRef,
        text: &SecretValue,
        etag: &str,
    ) -> Result<Patched, EscWriteFault> {
        let operation = format!("write the definition of environment {environment}");
        let asked = self.asked(&operation);
        let refuse = |unread: Unread| EscWriteFault::Refused(Arc::new(unread));
        // The definition goes to the service that keeps it.
        let body = Zeroizing::new(text.expose().to_vec());
        let request = Request::patch(&operation, path(environment), body).header("content-type", "application/x-yaml");
        // ESC's own client sends `ETag`, SPEC says `If-Match`: whichever the service reads, it finds.
        let request = request.header_value("etag", etag).and_then(|request| request.header_value("if-match", etag));
        let request = request.ok_or_else(|| refuse(answer::bad_answer(&asked, "its tag cannot be sent back")))?;
        match self.try_send(&environment.organization, request).await.map_err(refuse)? {
            Ok(response) => self.patched(response, environment, &operation).await,
            Err(error) => Err(self.unanswered(error, &operation)),
        }
    }

    async fn patched(
        &self,
        response: Response,
        environment: &EnvironmentRef,
        operation: &str,
    ) -> Result<Patched, EscWriteFault> {
        let asked = self.asked(operation);
        match response.status() {
            200..=299 => Ok(Patched { revision: response.number("pulumi-esc-revision") }),
            409 | 412 => Err(EscWriteFault::Conflict),
            400 => Err(EscWriteFault::Refused(Arc::new(refused(&response, &asked, environment)))),
            403 => {
                let reason = format!("{} lacks the right (status 403)", asked.login);
                let help = format!("give it the permission to write {environment} in Pulumi Cloud");
                Err(EscWriteFault::Refused(Arc::new(asked.unread(Cause::Rights, &reason, help))))
            }
            413 => Err(self.too_large(operation, environment, "status 413")),
            status @ 500.. => Err(self.unanswered(HttpError::Status { status }, operation)),
            _ => match self.success(response, environment, operation).await {
                Err(unread) => Err(EscWriteFault::Refused(Arc::new(unread))),
                Ok(_) => Ok(Patched { revision: None }),
            },
        }
    }

    fn unanswered(&self, error: HttpError, operation: &str) -> EscWriteFault {
        let unread = Arc::new(error.into_unread(&self.asked(operation)));
        if error.is_before_sending() { EscWriteFault::Refused(unread) } else { EscWriteFault::Unknown(unread) }
    }

    fn too_large(&self, operation: &str, environment: &EnvironmentRef, how: &str) -> EscWriteFault {
        EscWriteFault::Refused(Arc::new(self.asked(operation).unread(
            Cause::Definition,
            &format!("the definition is too large for ESC ({how})"),
            format!("move some of {environment} into another environment and import that"),
        )))
    }
}
