//! Writing one secret or variable: sealed, sent, and the answer told for what it proves.
//!
//! Invariants: nothing unsealed leaves but a variable; a fault says whether the write was
//! certainly not carried out, or may have been; a redirect is never followed; a 404 never
//! leads to making anything elsewhere (failure cases G8, G9).

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{GithubStore, ScopeKey, SentAccess, delivery::Delivery, dialect::Complaint, refusal::Right, scope};
use crate::{
    http::{Asked, Request, Response},
    model::{Cause, GithubPlace, SecretValue, Slot, Unread},
    store::answer,
};

/// Why a write has no good answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GithubWriteFault {
    /// GitHub has another key by now (422): read it again, seal again (failure case G6).
    #[error("the public key was rotated")]
    KeyRotated,
    /// Other changes of the same scope go first (409), also after some waiting (failure case G10).
    #[error("GitHub is busy with other changes of the scope (status 409)")]
    Busy,
    /// Somebody else made it since it was listed; theirs was left as it is.
    #[error("somebody else made it meanwhile (status 409)")]
    Overtaken,
    /// Certainly not carried out.
    #[error("{0}")]
    Refused(Arc<Unread>),
    /// It may have been carried out; no answer says so.
    #[error("{0}")]
    Unknown(Arc<Unread>),
}

/// 48 KB are documented, of what and in which kilobytes is not; this is the lesser reading.
pub const LARGEST_VALUE: usize = 48_000;
const BUSY_TRIES: u32 = 4;

/// A variable's body. The value is copied into the text that goes out, and nowhere else.
#[derive(Serialize)]
struct VariableBody<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(flatten)]
    access: Map<String, Value>,
}

/// What the last answer to a write was.
enum Answered {
    Good,
    Bad(Box<Response>),
}

impl GithubStore {
    /// Seals the value to the scope of the key and puts it there, with its whole policy.
    pub async fn put_secret(
        &self,
        place: &GithubPlace,
        key: &ScopeKey,
        value: &SecretValue,
        access: &SentAccess,
    ) -> Result<(), GithubWriteFault> {
        let operation = format!("set {}", scope::item(place));
        let asked = self.asked(&operation);
        check_size(&asked, value)?;
        if *key.scope() != place.scope || place.slot != Slot::Secret {
            let reason = "the key at hand belongs to another scope";
            return Err(refused(asked.unread(Cause::NotAsked, reason, "report this as a bug of esc-sync")));
        }
        let sealed = key.sealing().seal(value).map_err(|error| {
            refused(asked.unread(Cause::BadAnswer, &error.to_string(), "run again; if it stays, ask GitHub's support"))
        })?;
        let mut body = access.fields(place.scope.app());
        body.insert("encrypted_value".to_owned(), sealed.into());
        body.insert("key_id".to_owned(), key.key_id().into());
        let body = Zeroizing::new(Value::Object(body).to_string().into_bytes());
        self.write(place, &operation, |operation| Request::put(operation, scope::one(place), body.clone())).await
    }

    /// Sets a variable. There is no single request for that: what exists is changed, and made where it
    /// is gone; what does not is made, and left alone where somebody else made it meanwhile (G22).
    pub async fn put_variable(
        &self,
        place: &GithubPlace,
        value: &SecretValue,
        access: &SentAccess,
        exists: bool,
    ) -> Result<(), GithubWriteFault> {
        let operation = format!("set {}", scope::item(place));
        let asked = self.asked(&operation);
        check_size(&asked, value)?;
        let body = variable_body(place, value, access)
            .ok_or_else(|| refused(asked.unread(Cause::NotAsked, "its value is not text", "map it to a secret")))?;
        let collection = scope::collection(&place.scope, Slot::Variable);
        // Both may be sent twice: a second POST finds the name there, and a second PATCH says the same.
        let make = || Request::post(&operation, collection.clone(), body.clone()).repeatable();
        let make = || make().header("content-type", "application/json");
        let change = || Request::patch(&operation, scope::one(place), body.clone()).repeatable();
        let mut doubtful = false;
        if exists {
            match self.attempt(place, &asked, &change, &mut doubtful, true).await? {
                Answered::Good => return Ok(()),
                Answered::Bad(response) if response.status() == 404 => {}
                Answered::Bad(response) => return Err(self.fault(place, &asked, &response, doubtful).await),
            }
        }
        match self.attempt(place, &asked, &make, &mut doubtful, false).await? {
            Answered::Good => Ok(()),
            Answered::Bad(response) if response.status() == 409 => {
                self.made_already(place, &asked, value, doubtful).await
            }
            Answered::Bad(response) => Err(self.fault(place, &asked, &response, doubtful).await),
        }
    }

    /// A variable that was to be made is there: ours, by a request whose answer was lost, or somebody else's.
    async fn made_already(
        &self,
        place: &GithubPlace,
        asked: &Asked<'_>,
        sent: &SecretValue,
        doubtful: bool,
    ) -> Result<(), GithubWriteFault> {
        match self.variable_value(place).await {
            Ok(Some(there)) if there.same_as(sent) => Ok(()),
            // It was there a moment ago: one of the two answers is not to be believed.
            Ok(None) if doubtful => Err(self.contested(asked, GithubWriteFault::Unknown)),
            Err(unread) if doubtful => Err(GithubWriteFault::Unknown(Arc::new(self.unsure(asked, unread)))),
            Ok(_) | Err(_) => Err(GithubWriteFault::Overtaken),
        }
    }

    /// Removes a secret or variable; one that is not there is removed already.
    pub async fn delete(&self, place: &GithubPlace) -> Result<(), GithubWriteFault> {
        let operation = format!("delete {}", scope::item(place));
        let asked = self.asked(&operation);
        let mut doubtful = false;
        let request = || Request::delete(&operation, scope::one(place));
        match self.attempt(place, &asked, &request, &mut doubtful, true).await? {
            Answered::Good => Ok(()),
            // GitHub answers 404 to who has no right, too; who may list the scope is told the truth.
            Answered::Bad(response) if response.status() == 404 && self.lists(place).await => Ok(()),
            Answered::Bad(response) => Err(self.fault(place, &asked, &response, doubtful).await),
        }
    }

    async fn lists(&self, place: &GithubPlace) -> bool {
        let operation = scope::list_operation(&place.scope, place.slot);
        let request = Request::get(operation, scope::collection(&place.scope, place.slot)).query("per_page", 1);
        self.send(request).await.is_ok_and(|response| response.is_success())
    }

    /// Sends until there is an answer that is not "busy", and names what else went wrong.
    pub(super) async fn write(
        &self,
        place: &GithubPlace,
        operation: &str,
        request: impl Fn(&str) -> Request,
    ) -> Result<(), GithubWriteFault> {
        let asked = self.asked(operation);
        let mut doubtful = false;
        match self.attempt(place, &asked, &|| request(operation), &mut doubtful, true).await? {
            Answered::Good => Ok(()),
            Answered::Bad(response) => Err(self.fault(place, &asked, &response, doubtful).await),
        }
    }

    /// One write with its waits for a busy scope. `doubtful` becomes true once an attempt may have been
    /// carried out unseen; `busy` says whether 409 means that.
    async fn attempt(
        &self,
        place: &GithubPlace,
        asked: &Asked<'_>,
        request: &dyn Fn() -> Request,
        doubtful: &mut bool,
        busy: bool,
    ) -> Result<Answered, GithubWriteFault> {
        for tries in 1..=BUSY_TRIES {
            let Delivery { answer, doubtful: unseen, redirected } = self.deliver(request()).await;
            *doubtful |= unseen;
            match answer {
                Err(_) if redirected && !*doubtful => return Err(self.renamed(place, asked)),
                Err(unread) if *doubtful => {
                    return Err(GithubWriteFault::Unknown(Arc::new(self.unsure(asked, unread))));
                }
                Err(unread) => return Err(refused(unread)),
                Ok(response) if response.is_success() => return Ok(Answered::Good),
                Ok(response) if response.status() == 409 && busy => {
                    if tries < BUSY_TRIES {
                        self.endpoint.breathe(tries).await;
                    }
                }
                Ok(response) => return Ok(Answered::Bad(Box::new(response))),
            }
        }
        Err(if *doubtful { self.contested(asked, GithubWriteFault::Unknown) } else { GithubWriteFault::Busy })
    }

    /// What a refusing answer means. A rotated key is seen whatever came before; any other
    /// refusal proves nothing of an earlier attempt whose answer was lost.
    async fn fault(
        &self,
        place: &GithubPlace,
        asked: &Asked<'_>,
        response: &Response,
        doubtful: bool,
    ) -> GithubWriteFault {
        let unread = match response.status() {
            422 if is_about_the_key(response) => return GithubWriteFault::KeyRotated,
            422 => asked.unread(
                Cause::BadAnswer,
                "GitHub refuses it as invalid (status 422)",
                format!("check its name and size, and how many {}s the scope holds already", place.slot.as_str()),
            ),
            _ => self.refused(response, asked, &place.scope, place.slot, Right::Write).await,
        };
        if doubtful { GithubWriteFault::Unknown(Arc::new(self.unsure(asked, unread))) } else { refused(unread) }
    }

    fn renamed(&self, place: &GithubPlace, asked: &Asked<'_>) -> GithubWriteFault {
        let Some(repository) = place.scope.repository() else {
            let reason = "GitHub points to another address, which changes do not follow";
            return refused(asked.unread(Cause::BadAnswer, reason, "set GITHUB_API_URL to the address it really has"));
        };
        self.note_moved(repository);
        let reason = format!("repository {repository} has another name by now, and changes do not follow it there");
        refused(asked.unread(Cause::NotFound, &reason, "put the new name of the repository into the mapping"))
    }

    fn unsure(&self, asked: &Asked<'_>, unread: Unread) -> Unread {
        let help = format!("run again: the next run finds out what became of it; {}", unread.help);
        let what = format!("{}; whether {} did it is not known", unread.what, asked.service);
        Unread { what, help, ..unread }
    }

    fn contested(&self, asked: &Asked<'_>, fault: fn(Arc<Unread>) -> GithubWriteFault) -> GithubWriteFault {
        let unread = asked.unread(Cause::Server, &GithubWriteFault::Busy.to_string(), "run again");
        fault(Arc::new(self.unsure(asked, unread)))
    }
}

fn refused(unread: Unread) -> GithubWriteFault {
    GithubWriteFault::Refused(Arc::new(unread))
}

/// Known before anything is sent (failure case V3).
fn check_size(asked: &Asked<'_>, value: &SecretValue) -> Result<(), GithubWriteFault> {
    let length = value.len();
    if length <= LARGEST_VALUE {
        return Ok(());
    }
    let reason = format!("its value has {length} bytes, and GitHub takes {LARGEST_VALUE}");
    Err(refused(asked.unread(Cause::NotAsked, &reason, "keep it elsewhere and map what leads to it, or split it")))
}

fn variable_body(place: &GithubPlace, value: &SecretValue, access: &SentAccess) -> Option<Zeroizing<Vec<u8>>> {
    // A variable is readable on GitHub; its value goes there as it is.
    let value = value.expose_text()?;
    // Large enough for the worst escaping, so that the buffer never moves and leaves a copy behind.
    let mut body = Zeroizing::new(Vec::with_capacity(6 * value.len() + 1024 + ids_length(access)));
    let fields = VariableBody { name: place.name.as_str(), value, access: access.fields(place.scope.app()) };
    serde_json::to_writer(&mut *body, &fields).ok()?;
    Some(body)
}

fn ids_length(access: &SentAccess) -> usize {
    match access {
        SentAccess::Selected(ids) => ids.len() * 24,
        SentAccess::All | SentAccess::NotApplicable | SentAccess::Private => 0,
    }
}

/// The texts that were seen: "improperly encrypted secret" (terraform-provider-github issue 2315)
/// and complaints that name `key_id` (rest-api-description issue 419).
fn is_about_the_key(response: &Response) -> bool {
    let message = answer::parse::<Complaint>(response.body()).unwrap_or_default().message.unwrap_or_default();
    message.contains("improperly encrypted") || message.contains("key_id")
}
