//! The public keys that secrets are sealed with, each bound to the scope it was read for.
//!
//! Invariant: a key is used for its own scope and no other (failure case X18); sealing to
//! another scope's key would store what nobody can open (cli/cli issue 3831).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{GithubStore, refusal::Right, scope};
use crate::{
    crypto::sealed::SealingKey,
    http::Request,
    model::{GithubScope, Slot, Unread},
    store::answer,
};

/// A scope's public key, checked, with the number GitHub knows it by.
#[derive(Clone, Debug)]
pub struct ScopeKey {
    scope: Arc<GithubScope>,
    key_id: String,
    key: SealingKey,
}

#[derive(Deserialize)]
struct RawKey {
    key_id: Value,
    key: String,
}

const LONGEST_ID: usize = 100;

impl ScopeKey {
    /// The one scope whose secrets it seals.
    pub fn scope(&self) -> &Arc<GithubScope> {
        &self.scope
    }

    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(super) fn sealing(&self) -> &SealingKey {
        &self.key
    }
}

impl GithubStore {
    /// Asks for the key of a scope. What is no key is refused before anything is sealed (failure case G23).
    pub async fn public_key(&self, scope: &Arc<GithubScope>) -> Result<ScopeKey, Unread> {
        let operation = format!("ask for the public key of {}", scope::describe(scope));
        let asked = self.asked(&operation);
        let response = self.send(Request::get(&operation, scope::public_key(scope)).follow_same_origin()).await?;
        if !response.is_success() {
            return Err(self.refused(&response, &asked, scope, Slot::Secret, Right::Write).await);
        }
        if let Some(repository) = scope.repository().filter(|_| response.moved()) {
            self.note_moved(repository);
        }
        let bad = |reason: &str| answer::bad_answer(&asked, reason);
        let raw: RawKey = answer::parse(response.body()).map_err(|fault| bad(&fault.to_string()))?;
        let key_id = key_id(&raw.key_id).ok_or_else(|| bad("the key has no id"))?;
        let key = SealingKey::from_base64(&raw.key).map_err(|error| bad(&error.to_string()))?;
        Ok(ScopeKey { scope: Arc::clone(scope), key_id, key })
    }
}

/// A text of digits; older answers have a number (go-github and PyGithub read both).
fn key_id(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST_ID).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_is_a_text_or_a_number() {
        let read = |text: &str| key_id(&serde_json::from_str(text).expect("JSON"));
        assert_eq!(read(r#""568250167242549743""#).as_deref(), Some("568250167242549743"));
        assert_eq!(read("568250167242549743").as_deref(), Some("568250167242549743"));
        for none in ["null", "\"\"", "[1]", "true"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
