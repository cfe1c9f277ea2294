//! Changing the registry: one key added or taken away, and the answer told for what it proves.
//!
//! Lambda's check for a unique name is not atomic, and it knows no way to repeat a request
//! safely (skypilot issue 8221). So nothing is believed but the list that is read afterwards:
//! a lost answer is settled by it, and a name that stands there twice is a fault, however
//! well the request went. Whoever adds has listed before and chosen a fresh name.

use std::sync::Arc;

use serde::Serialize;
use zeroize::Zeroizing;

use super::{KEYS, LambdaStore, RegisteredKey, key::Standing, refusal};
use crate::{
    http::{Asked, Path, Request, Response, printable},
    keys::PublicKey,
    model::{Cause, Unread},
};

/// Why a change of the registry has no good end. Names from outside are made fit to print.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LambdaWriteFault {
    /// Every launch that names it fails from now on.
    #[error("{count} registered keys have the name {name}")]
    Doubled { name: String, count: usize },
    /// Another key has the name; it was left as it is.
    #[error("the name {name} is taken by another key")]
    NameTaken { name: String },
    /// Certainly not carried out.
    #[error("{0}")]
    Refused(Arc<Unread>),
    /// The same key is registered under this name.
    #[error("the same key is registered as {name} too")]
    SameKey { name: String },
    /// It may have been carried out; nothing says so.
    #[error("{0}")]
    Unknown(Arc<Unread>),
}

impl LambdaWriteFault {
    /// What a person can do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Doubled { .. } => {
                "launches that name it fail; delete all but one in Lambda's console, then run again"
            }
            Self::NameTaken { .. } => "choose another name, or delete that key if nobody launches with it",
            Self::Refused(unread) | Self::Unknown(unread) => &unread.help,
            Self::SameKey { .. } => "use that name, or delete it if nobody launches with it",
        }
    }
}

/// The limits of Lambda's description.
const LONGEST_NAME: usize = 64;
const LONGEST_KEY: usize = 4_096;

/// `public_key` is always there: without it the server would make a pair and send the private half.
#[derive(Serialize)]
struct NewKey<'a> {
    name: &'a str,
    public_key: &'a str,
}

/// The end of one request to add.
enum Ended {
    Good,
    /// It may have been carried out.
    Lost(Unread),
    /// It was not; the list may say why.
    Invalid(Unread),
    Refused(Unread),
}

impl LambdaStore {
    /// Registers a key, and proves by the list that it is there, once.
    pub async fn add_key(&self, name: &str, public: &PublicKey) -> Result<RegisteredKey, LambdaWriteFault> {
        let operation = format!("register the key {}", printable(name, LONGEST_NAME));
        let asked = self.asked(&operation);
        let line = checked_line(&asked, name, public)?;
        let mut ended = self.add_once(&asked, name, &line).await;
        let mut standing = self.standing(&ended, name, public).await?;
        if matches!((&ended, &standing), (Ended::Lost(_), Standing::Absent)) {
            // The list has neither the name nor the key, so the request whose answer was lost did nothing.
            ended = self.add_once(&asked, name, &line).await;
            standing = self.standing(&ended, name, public).await?;
        }
        conclude(&asked, ended, standing, name)
    }

    /// Takes a key out of the registry; one that is not there is out already.
    /// Running machines go on accepting it.
    pub async fn delete_key(&self, id: &str) -> Result<(), LambdaWriteFault> {
        let operation = "take a key out of the registry";
        let asked = self.asked(operation);
        let delivery = self.deliver(Request::delete(operation, Path::fixed(KEYS).segment(id))).await;
        let unread = match delivery.answer {
            Ok(response) if response.is_success() || is_absent(&response) => return Ok(()),
            Ok(response) => refusal::unread(&response, &asked),
            Err(error) => error.into_unread(&asked),
        };
        Err(if delivery.doubtful { unknown(unread) } else { refused(unread) })
    }

    async fn add_once(&self, asked: &Asked<'_>, name: &str, public_key: &str) -> Ended {
        let body = serde_json::to_vec(&NewKey { name, public_key }).expect("two texts are JSON");
        let request = Request::post(asked.operation, Path::fixed(KEYS), Zeroizing::new(body));
        let delivery = self.deliver(request.header("content-type", "application/json")).await;
        match delivery.answer {
            Ok(response) if response.is_success() && !refusal::is_page(&response) => Ended::Good,
            Ok(response) if response.is_success() => {
                Ended::Lost(asked.unread(Cause::BadAnswer, "there came a web page", "check LAMBDA_API_URL"))
            }
            Ok(response) if delivery.doubtful => Ended::Lost(refusal::unread(&response, asked)),
            Ok(response) if may_be_taken(&response) => Ended::Invalid(refusal::unread(&response, asked)),
            Ok(response) => Ended::Refused(refusal::unread(&response, asked)),
            Err(error) if delivery.doubtful => Ended::Lost(error.into_unread(asked)),
            Err(error) => Ended::Refused(error.into_unread(asked)),
        }
    }

    /// What the registry says after a request; without its word the request's own end counts.
    async fn standing(&self, ended: &Ended, name: &str, public: &PublicKey) -> Result<Standing, LambdaWriteFault> {
        if let Ended::Refused(unread) = ended {
            return Err(refused(unread.clone()));
        }
        match (self.list_keys().await, ended) {
            (Ok(keys), _) => Ok(Standing::of(keys, name, public)),
            (Err(_), Ended::Invalid(unread) | Ended::Refused(unread)) => Err(refused(unread.clone())),
            (Err(_), Ended::Lost(unread)) => Err(unknown(unread.clone())),
            (Err(unread), Ended::Good) => Err(unknown(unread)),
        }
    }
}

fn conclude(
    asked: &Asked<'_>,
    ended: Ended,
    standing: Standing,
    name: &str,
) -> Result<RegisteredKey, LambdaWriteFault> {
    let name = printable(name, LONGEST_NAME);
    Err(match (standing, ended) {
        (Standing::Registered(key), _) => return Ok(key),
        (Standing::Doubled(count), _) => LambdaWriteFault::Doubled { name, count },
        (Standing::NameTaken, _) => LambdaWriteFault::NameTaken { name },
        (Standing::Elsewhere(other), _) => LambdaWriteFault::SameKey { name: printable(&other, LONGEST_NAME) },
        (Standing::Absent, Ended::Lost(unread)) => unknown(unread),
        (Standing::Absent, Ended::Invalid(unread) | Ended::Refused(unread)) => refused(unread),
        (Standing::Absent, Ended::Good) => {
            let reason = "Lambda says that it is done, and its list does not have it";
            unknown(asked.unread(Cause::BadAnswer, reason, "run again; the name may appear in a moment"))
        }
    })
}

/// The line to send. It is known before anything is sent that Lambda will not take it.
fn checked_line(asked: &Asked<'_>, name: &str, public: &PublicKey) -> Result<String, LambdaWriteFault> {
    let (line, length) = (public.line(), name.chars().count());
    if !(1..=LONGEST_NAME).contains(&length) || name.contains(char::is_control) {
        let reason = format!("its name has {length} characters, and Lambda takes 1 to {LONGEST_NAME} on one line");
        return Err(refused(asked.unread(Cause::NotAsked, &reason, "choose a shorter `lambda-key-name`")));
    }
    if line.len() > LONGEST_KEY {
        let reason = format!("the key has {} characters, and Lambda takes {LONGEST_KEY}", line.len());
        return Err(refused(asked.unread(Cause::NotAsked, &reason, "shorten its comment, or use an ed25519 key")));
    }
    Ok(line)
}

/// Whether the refusal can mean that the name or the key is there already: the code alone does not tell
/// (`global/invalid-parameters` was seen, skypilot issue 1837, and `global/duplicate` is described).
fn may_be_taken(response: &Response) -> bool {
    match refusal::code(response).as_deref() {
        Some("global/conflict" | "global/duplicate" | "global/invalid-parameters") => true,
        Some("global/quota-exceeded") | None => false,
        Some(_) => matches!(response.status(), 400 | 409 | 422),
    }
}

/// A 404 that is not Lambda's own comes from a wrong address and proves nothing.
fn is_absent(response: &Response) -> bool {
    match refusal::code(response).as_deref() {
        Some("global/object-does-not-exist") => true,
        Some(_) => response.status() == 404,
        None => false,
    }
}

fn refused(unread: Unread) -> LambdaWriteFault {
    LambdaWriteFault::Refused(Arc::new(unread))
}

fn unknown(unread: Unread) -> LambdaWriteFault {
    let help = format!("run again: the next run finds out what became of it; {}", unread.help);
    let what = format!("{}; whether Lambda did it is not known", unread.what);
    LambdaWriteFault::Unknown(Arc::new(Unread { what, help, ..unread }))
}
