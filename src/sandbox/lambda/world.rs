//! What the emulated Lambda remembers: an account, its registered keys, its instances.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::limits::LambdaLimits;

/// The emulated Lambda.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LambdaWorld {
    next_id: u64,
    pub account: LambdaAccount,
    /// In the order in which they were added. Nothing but the check of an add keeps names apart.
    pub(super) keys: Vec<LambdaKey>,
    /// By their ids.
    pub(super) instances: BTreeMap<String, Machine>,
    pub limits: LambdaLimits,
}

/// The account all API keys belong to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LambdaAccount {
    /// The API keys that are accepted; while there are none, any is.
    pub keys: BTreeSet<String>,
    pub inactive: bool,
    /// How many keys may be registered.
    pub key_quota: Option<usize>,
    /// So many adds are not checked for a unique name, as when two arrive at once.
    pub unchecked_adds: u32,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LambdaKey {
    pub id: String,
    pub name: String,
    pub public_key: String,
}

/// An instance. What it was launched with never changes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Machine {
    pub name: Option<String>,
    pub ip: Option<String>,
    /// One of the description's words; `active` where none is given.
    pub status: Option<String>,
    /// Until then it boots and has no address, whatever `status` says.
    pub boots_until_ms: i64,
    pub ssh_key_names: Vec<String>,
    pub region: Option<String>,
    pub instance_type: Option<String>,
    pub hostname: Option<String>,
    /// Lambda never tells it again; the control endpoint does.
    pub user_data: Option<String>,
}

impl LambdaWorld {
    pub fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("maps with text keys and plain fields")
    }

    /// A state kept before there was a Lambda has none.
    pub fn load(value: serde_json::Value) -> Result<Self, String> {
        if value.is_null() {
            return Ok(Self::default());
        }
        // The parser's message could quote a value.
        serde_json::from_value(value).map_err(|_| "the Lambda part is not readable".to_owned())
    }

    pub fn keys(&self) -> &[LambdaKey] {
        &self.keys
    }

    pub fn instances(&self) -> impl Iterator<Item = (&str, &Machine)> {
        self.instances.iter().map(|(id, machine)| (id.as_str(), machine))
    }

    /// Registers a key without any check; one of the same name gives way.
    pub fn put_key(&mut self, name: &str, public_key: &str) -> String {
        self.keys.retain(|key| key.name != name);
        self.push_key(name, public_key)
    }

    /// Registers a key beside all others, whatever their names.
    pub fn push_key(&mut self, name: &str, public_key: &str) -> String {
        let id = self.fresh_id();
        self.keys.push(LambdaKey { id: id.clone(), name: name.to_owned(), public_key: public_key.to_owned() });
        id
    }

    pub fn remove_key(&mut self, id: &str) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| key.id != id);
        self.keys.len() < before
    }

    /// Puts an instance there as it is; without an id it is a new one.
    pub fn put_instance(&mut self, id: Option<&str>, machine: Machine) -> String {
        let id = id.map_or_else(|| self.fresh_id(), ToOwned::to_owned);
        self.instances.insert(id.clone(), machine);
        id
    }

    pub fn remove_instance(&mut self, id: &str) -> bool {
        self.instances.remove(id).is_some()
    }

    /// As many digits as Lambda's ids have; counted, so that the same requests make the same world.
    pub(super) fn fresh_id(&mut self) -> String {
        self.next_id += 1;
        format!("{:032x}", self.next_id)
    }
}
