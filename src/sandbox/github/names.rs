//! The names of secrets and variables as the service checks them, not as a client should.

use super::failure::invalid;
use crate::{
    model::{NameError, SecretName, Slot},
    sandbox::message::SandboxResponse,
};

/// The name in upper case, or the 422 that GitHub answers.
pub(super) fn checked_name(slot: Slot, name: &str) -> Result<String, SandboxResponse> {
    let what = match slot {
        Slot::Secret => "Secret",
        Slot::Variable => "Variable",
    };
    SecretName::parse(name).map(|name| name.as_str().to_owned()).map_err(|error| {
        let message = match error {
            NameError::Reserved => format!("{what} names must not start with GITHUB_."),
            NameError::TooLong => format!("{what} names are too long (maximum is 255 characters)."),
            NameError::Empty | NameError::IllegalCharacter | NameError::LeadingDigit => format!(
                "{what} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). \
                 Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."
            ),
        };
        invalid(what, "name", "invalid", &message)
    })
}
