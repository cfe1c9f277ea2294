//! What GitHub's lists hold, item by item. Unknown fields are ignored; names are checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::{
    model::{Meta, RepoRef, SecretName, SecretValue, Stamp, Variable, Visibility},
    store::answer,
};

/// An item of a list with the name it goes by.
pub(super) trait Named {
    type Key: Ord;
    type Told;

    /// Name and content, or why the item cannot be one of GitHub's.
    fn told(self) -> Result<(Self::Key, Self::Told), &'static str>;
}

#[derive(Deserialize)]
pub(super) struct RawSecret {
    name: String,
    #[serde(default, deserialize_with = "stamp")]
    created_at: Option<Stamp>,
    #[serde(default, deserialize_with = "stamp")]
    updated_at: Option<Stamp>,
    #[serde(default, deserialize_with = "visibility")]
    visibility: Option<Visibility>,
}

#[derive(Deserialize)]
pub(super) struct RawVariable {
    name: String,
    #[serde(deserialize_with = "answer::secret_text")]
    value: SecretValue,
    #[serde(default, deserialize_with = "stamp")]
    created_at: Option<Stamp>,
    #[serde(default, deserialize_with = "stamp")]
    updated_at: Option<Stamp>,
    #[serde(default, deserialize_with = "visibility")]
    visibility: Option<Visibility>,
}

#[derive(Deserialize)]
pub(super) struct RawRepository {
    full_name: String,
}

/// A deployment environment; the rest of what is told of it is not needed.
#[derive(Deserialize)]
pub(super) struct RawDeployment {
    name: Box<str>,
}

#[derive(Deserialize)]
pub(super) struct RawSelected {
    id: u64,
    full_name: String,
}

/// Stamps that are missing or cannot be read are no stamps; they never equal another (failure case G17).
fn stamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// The fields of one item's own answer that say who sees it.
#[derive(Deserialize)]
pub(super) struct RawPolicy {
    #[serde(default, deserialize_with = "visibility")]
    pub(super) visibility: Option<Visibility>,
}

/// The field of one variable's own answer that holds its value.
#[derive(Deserialize)]
pub(super) struct RawValue {
    #[serde(deserialize_with = "answer::secret_text")]
    pub(super) value: SecretValue,
}

fn visibility<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Visibility>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    Ok(match word.as_deref() {
        Some("all") => Some(Visibility::All),
        Some("private") => Some(Visibility::Private),
        Some("selected") => Some(Visibility::Selected(None)),
        _ => None,
    })
}

const BAD_NAME: &str = "it holds a name that GitHub does not allow";

impl Named for RawSecret {
    type Key = SecretName;
    type Told = Meta;

    fn told(self) -> Result<(SecretName, Meta), &'static str> {
        let Self { name, created_at, updated_at, visibility } = self;
        Ok((SecretName::parse(&name).map_err(|_| BAD_NAME)?, Meta { created_at, updated_at, visibility }))
    }
}

impl Named for RawVariable {
    type Key = SecretName;
    type Told = Variable;

    fn told(self) -> Result<(SecretName, Variable), &'static str> {
        let Self { name, value, created_at, updated_at, visibility } = self;
        let meta = Meta { created_at, updated_at, visibility };
        Ok((SecretName::parse(&name).map_err(|_| BAD_NAME)?, Variable { value, meta }))
    }
}

impl Named for RawRepository {
    type Key = RepoRef;
    type Told = ();

    fn told(self) -> Result<(RepoRef, ()), &'static str> {
        Ok((self.full_name.parse().map_err(|_| "it holds a name that no repository has")?, ()))
    }
}

impl Named for RawDeployment {
    type Key = Box<str>;
    type Told = ();

    fn told(self) -> Result<(Box<str>, ()), &'static str> {
        Ok((self.name, ()))
    }
}

impl Named for RawSelected {
    type Key = RepoRef;
    type Told = u64;

    fn told(self) -> Result<(RepoRef, u64), &'static str> {
        Ok((self.full_name.parse().map_err(|_| "it holds a name that no repository has")?, self.id))
    }
}

/// Everything of a list, by name.
pub(super) type ByName<N> = BTreeMap<<N as Named>::Key, <N as Named>::Told>;

/// All items by name; `None` if a name is there twice, which happens when the list moves under the pages.
pub(super) fn by_name<N: Named>(items: Vec<N>) -> Result<Option<ByName<N>>, &'static str> {
    let count = items.len();
    let all = items.into_iter().map(N::told).collect::<Result<ByName<N>, _>>()?;
    Ok((all.len() == count).then_some(all))
}
