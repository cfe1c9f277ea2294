//! What ESC knows that an injection needs: the public key, and every value that must not be in user data.

use std::collections::BTreeSet;

use crate::{
    engine::{ReadPlan, observe},
    keys::{PublicKey, public_key, public_line},
    mapping::{Mapping, SshSpec},
    model::{EscKind, EscSnapshot, EscValue, Reading, Snapshot},
    ssh::inject::KnownValue,
    store::Stores,
};

use crate::cli::{Failure, session::Session};

/// What ESC said of the environments of one mapping.
#[derive(Debug)]
pub(super) struct Known(Snapshot);

impl Known {
    /// Opens every environment that the mapping names; GitHub is not asked.
    pub(super) async fn read(session: &Session<'_>, stores: &Stores) -> Self {
        let mapping = session.mapping();
        let mut environments: BTreeSet<_> = ReadPlan::new(mapping, &session.selection).environments;
        let of_ssh = mapping.ssh.iter().flat_map(|ssh| [&ssh.public_key, &ssh.stored_private_key]).flatten();
        environments.extend(of_ssh.map(|place| place.environment.clone()));
        Self(observe(&ReadPlan { environments, ..ReadPlan::default() }, stores, None).await)
    }

    /// The public key at the mapping's `ssh.public-key`.
    pub(super) fn key(&self, mapping: &Mapping) -> Result<PublicKey, Failure> {
        let place = place(mapping.ssh.as_deref())?;
        let environment = self.0.esc.get(&place.environment).ok_or_else(no_place)?.as_ref();
        let snapshot = environment.map_err(|unread| Failure::from(unread.clone()))?;
        let help = "put the base64 of the .pub file there, or name a file with --key";
        let told = snapshot.root.lookup(&place.path).map(EscValue::reading);
        let Some(Reading::Value { value, .. }) = told else {
            let message = format!("ESC holds no text at {} of {}", place.path, place.environment);
            return Err(Failure::unknown(message, help));
        };
        public_key(value).or_else(|_| public_line(value)).map_err(|damage| {
            let at = format!("the public key at {} of {}", place.path, place.environment);
            Failure::unknown(format!("{at} cannot be used: {}", damage.reason()), damage.repair())
        })
    }

    /// Every text that ESC keeps secret; an environment that could not be read ends it.
    pub(super) fn values(&self) -> Result<Vec<KnownValue>, Failure> {
        let mut values = Vec::new();
        for (environment, read) in &self.0.esc {
            let EscSnapshot { root, .. } = read.as_ref().map_err(|unread| Failure::from(unread.clone()))?;
            collect(root, root.secret, &environment.to_string(), &mut values);
        }
        Ok(values)
    }
}

fn place(ssh: Option<&SshSpec>) -> Result<&crate::mapping::EscPlace, Failure> {
    ssh.and_then(|ssh| ssh.public_key.as_ref()).ok_or_else(no_place)
}

fn no_place() -> Failure {
    Failure::usage(
        "no public key is named",
        "name its file with --key, or its place in ESC as ssh.public-key of the mapping",
    )
}

fn collect(value: &EscValue, secret: bool, name: &str, values: &mut Vec<KnownValue>) {
    let secret = secret || value.secret;
    match &value.kind {
        EscKind::Text(text) | EscKind::Number(text) if secret => {
            values.push(KnownValue { name: name.to_owned(), value: text.clone() });
        }
        EscKind::Object(fields) => {
            fields.iter().for_each(|(field, value)| collect(value, secret, &format!("{name} {field}"), values));
        }
        EscKind::List(items) => {
            items.iter().enumerate().for_each(|(at, value)| collect(value, secret, &format!("{name} {at}"), values));
        }
        EscKind::Bool(_) | EscKind::Null | EscKind::Number(_) | EscKind::Text(_) => {}
    }
}
