//! What a document says, free of how it is written: the basis of the proof.
//!
//! A change is made twice: to the text, and to this data. The new text must say
//! exactly the changed data. Order in maps does not count; whether a scalar is plain
//! does, since `no` is not `"no"`.

use super::change::{Change, List};
use crate::yaml::{Node, NodeKind};

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Data {
    Alias(String),
    List(Vec<Data>),
    Map(Vec<(Data, Data)>),
    Scalar { plain: bool, tag: Option<String>, text: String },
}

impl Data {
    pub(super) fn of(node: &Node<'_>, source: &str) -> Self {
        match &node.kind {
            NodeKind::Alias => Self::Alias(source[node.start as usize..node.end as usize].to_owned()),
            NodeKind::List(items) => Self::List(items.iter().map(|item| Self::of(item, source)).collect()),
            NodeKind::Map(pairs) => {
                let mut pairs: Vec<_> =
                    pairs.iter().map(|(key, value)| (Self::of(key, source), Self::of(value, source))).collect();
                pairs.sort();
                Self::Map(pairs)
            }
            NodeKind::Scalar(scalar) => Self::Scalar {
                plain: scalar.is_plain(),
                tag: node.tag(source).map(str::to_owned),
                text: scalar.text.clone().into_owned(),
            },
        }
    }

    fn plain(text: &str) -> Self {
        Self::Scalar { plain: true, tag: None, text: text.to_owned() }
    }

    fn quoted(text: &str) -> Self {
        Self::Scalar { plain: false, tag: None, text: text.to_owned() }
    }

    /// The data after the change; `None` where there is nothing to change.
    pub(super) fn changed(mut self, change: &Change, front: bool) -> Option<Self> {
        match change {
            Change::AddDefault => {
                let Self::List(users) = self.field("users")? else { return None };
                users.insert(0, Self::plain("default"));
            }
            Change::AddKey { list, line } => {
                let keys = self.keys(*list)?;
                let at = if front { 0 } else { keys.len() };
                keys.insert(at, Self::quoted(line));
            }
            Change::RemoveKey { list, index } => {
                let keys = self.keys(*list)?;
                (*index < keys.len()).then(|| keys.remove(*index))?;
            }
        }
        Some(self)
    }

    /// The keys of a list, which begins to be one if it was not there.
    fn keys(&mut self, list: List) -> Option<&mut Vec<Data>> {
        let holder = match list {
            List::Top => self,
            List::User(index) => {
                let Self::List(users) = self.field("users")? else { return None };
                users.get_mut(index)?
            }
        };
        let Self::Map(pairs) = holder else { return None };
        let name = Self::plain("ssh_authorized_keys");
        if !pairs.iter().any(|(key, _)| key.is(&name)) {
            pairs.push((name.clone(), Self::List(Vec::new())));
            pairs.sort();
        }
        let (_, value) = pairs.iter_mut().find(|(key, _)| key.is(&name))?;
        if *value == Self::plain("") {
            *value = Self::List(Vec::new());
        }
        match value {
            Self::List(keys) => Some(keys),
            _ => None,
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut Data> {
        let Self::Map(pairs) = self else { return None };
        let name = Self::plain(name);
        pairs.iter_mut().find(|(key, _)| key.is(&name)).map(|(_, value)| value)
    }

    /// Whether two scalars are the same name, in quotes or not.
    fn is(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Scalar { text: one, .. }, Self::Scalar { text: two, .. }) if one == two)
    }
}
