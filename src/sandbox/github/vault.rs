//! One set of secrets with its key pair, one set of variables, and what a reader sees of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::world::Lag;
use crate::{
    crypto::{random_bytes, sealed::OpeningKey},
    model::{SecretValue, Slot},
};

/// Secrets, variables and the key that opens what is sent as a secret.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Vault {
    key: Option<KeyPair>,
    secrets: Shelf,
    variables: Shelf,
}

/// One key pair; the number is what clients send back to say which key they sealed to.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct KeyPair {
    pub(super) id: String,
    seed: [u8; 32],
}

/// Items by name, with the older state that readers may still see.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Shelf {
    items: BTreeMap<String, Item>,
    shadows: BTreeMap<String, Shadow>,
}

/// A secret or a variable.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Item {
    #[serde(with = "stored_value")]
    pub(super) value: SecretValue,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    /// Of organizations' and users' items only.
    pub(super) access: Option<Access>,
}

/// Which repositories see an item.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Access {
    pub(super) visibility: ItemVisibility,
    /// Counts only while `visibility` is `selected`.
    pub(super) repositories: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemVisibility {
    All,
    Private,
    Selected,
}

/// What a name looked like before a write that is not visible yet.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Shadow {
    before: Option<Item>,
    reads_left: u32,
    until_ms: i64,
}

impl Vault {
    pub(super) fn key(&mut self) -> &KeyPair {
        self.key.get_or_insert_with(KeyPair::generate)
    }

    pub(super) fn rotate_key(&mut self) {
        self.key = Some(KeyPair::generate());
    }

    pub(super) fn shelf(&self, slot: Slot) -> &Shelf {
        match slot {
            Slot::Secret => &self.secrets,
            Slot::Variable => &self.variables,
        }
    }

    pub(super) fn shelf_mut(&mut self, slot: Slot) -> &mut Shelf {
        match slot {
            Slot::Secret => &mut self.secrets,
            Slot::Variable => &mut self.variables,
        }
    }

    pub(super) fn forget_repository(&mut self, id: u64) {
        for shelf in [&mut self.secrets, &mut self.variables] {
            for access in shelf.items.values_mut().filter_map(|item| item.access.as_mut()) {
                access.repositories.remove(&id);
            }
        }
    }
}

impl Shelf {
    pub(super) fn item(&self, name: &str) -> Option<&Item> {
        self.items.get(name)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.items.keys().cloned().collect()
    }

    /// Sets or removes a name; until the lag is over, readers see what was there before.
    pub(super) fn write(&mut self, name: &str, item: Option<Item>, lag: Lag, now_ms: i64) {
        let before = self.items.get(name).cloned();
        if lag.reads > 0 || lag.ms > 0 {
            let shadow = self.shadows.entry(name.to_owned()).or_insert(Shadow { before, reads_left: 0, until_ms: 0 });
            shadow.reads_left = lag.reads;
            shadow.until_ms = now_ms + lag.ms;
        }
        match item {
            Some(item) => drop(self.items.insert(name.to_owned(), item)),
            None => drop(self.items.remove(name)),
        }
    }

    /// What a reader sees, by name. Each call counts as one read; a write is seen once
    /// so many reads have missed it and so much time has passed.
    pub(super) fn read(&mut self, now_ms: i64) -> BTreeMap<&str, &Item> {
        self.shadows.retain(|_, shadow| shadow.reads_left > 0 || now_ms < shadow.until_ms);
        for shadow in self.shadows.values_mut() {
            shadow.reads_left = shadow.reads_left.saturating_sub(1);
        }
        let mut view: BTreeMap<&str, &Item> = self.items.iter().map(|(name, item)| (name.as_str(), item)).collect();
        for (name, shadow) in &self.shadows {
            match &shadow.before {
                Some(item) => drop(view.insert(name, item)),
                None => drop(view.remove(name.as_str())),
            }
        }
        view
    }
}

impl KeyPair {
    fn generate() -> Self {
        let mut seed = [0; 32];
        seed.copy_from_slice(&random_bytes(32));
        let mut id = [0; 8];
        id.copy_from_slice(&random_bytes(8));
        // GitHub's ids are texts of 18 or 19 digits.
        Self { id: (u64::from_le_bytes(id) % 9_000_000_000_000_000_000 + 100_000_000_000_000_000).to_string(), seed }
    }

    pub(super) fn opening_key(&self) -> OpeningKey {
        OpeningKey::from_seed(&self.seed).expect("any 32 bytes are a seed")
    }
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyPair({})", self.id)
    }
}

/// Values as base64 in the file that the sandbox keeps.
mod stored_value {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::model::SecretValue;

    pub(super) fn serialize<S: Serializer>(value: &SecretValue, serializer: S) -> Result<S::Ok, S::Error> {
        // The emulator's own state holds the values: that is what it emulates.
        serializer.serialize_str(&STANDARD.encode(value.expose()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretValue, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(SecretValue::from_bytes).map_err(|_| D::Error::custom("not base64"))
    }
}
