//! One `#cloud-config` document, read: its text beside the tree of it.

use std::collections::HashSet;

use super::{
    change::{Change, List},
    data::Data,
    refusal::{Fault, Refusal},
};
use crate::yaml::{self, Limits, Node, NodeKind};

pub(super) const KEYS: &str = "ssh_authorized_keys";

#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) text: &'t str,
    /// `None`: nothing but comments.
    pub(super) root: Option<Node<'t>>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Refusal> {
        let header = text.lines().next().unwrap_or_default();
        let rest = header.strip_prefix("#cloud-config").ok_or_else(|| Fault::NoHeader.at(1))?;
        if !rest.trim_end().is_empty() {
            return Err(Fault::NoHeader.at(1));
        }
        let root = yaml::parse(text, Limits { nodes: 200_000, ..Limits::default() }).map_err(|error| {
            let fault = if error.message.contains("tab") { Fault::Tab } else { Fault::NotYaml };
            fault.at(error.at.line).about(error.message)
        })?;
        if let Some(root) = &root {
            root.as_map().ok_or_else(|| Fault::NotAMap.at(root.at.line))?;
            no_duplicates(root)?;
        }
        Ok(Self { text, root })
    }

    pub(super) fn data(&self) -> Data {
        self.root.as_ref().map_or_else(|| Data::Map(Vec::new()), |root| Data::of(root, self.text))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.root.as_ref()?.get(name)
    }

    /// `users` with its name.
    pub(super) fn users(&self) -> Option<&(Node<'t>, Node<'t>)> {
        let pairs = self.root.as_ref()?.as_map()?;
        pairs.iter().find(|(key, _)| key.as_scalar().is_some_and(|scalar| scalar.text == "users"))
    }

    pub(super) fn entries(&self) -> &[Node<'t>] {
        self.users().and_then(|(_, users)| users.as_list()).unwrap_or_default()
    }

    /// The map in which a list of keys stands or would stand.
    pub(super) fn holder(&self, list: List) -> Option<&Node<'t>> {
        match list {
            List::Top => self.root.as_ref(),
            List::User(index) => self.entries().get(index),
        }
    }

    pub(super) fn keys(&self, list: List) -> Option<&Node<'t>> {
        self.holder(list)?.get(KEYS)
    }

    /// Every list of keys that there is.
    pub(super) fn lists(&self) -> impl Iterator<Item = (List, &Node<'t>)> {
        let all = (0..self.entries().len()).map(List::User);
        std::iter::once(List::Top).chain(all).filter_map(|list| Some((list, self.keys(list)?)))
    }

    pub(super) fn eol(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    pub(super) fn line_of(&self, change: &Change) -> Option<u32> {
        let node = match change {
            Change::AddDefault => self.users().map(|(_, users)| users),
            Change::AddKey { list, .. } | Change::RemoveKey { list, .. } => {
                self.keys(*list).or_else(|| self.holder(*list))
            }
        };
        node.map(|node| node.at.line)
    }
}

/// The name of an entry of `users`: a text is a name, `{name: …}` has one.
pub(super) fn entry_name<'a>(entry: &'a Node<'_>) -> Option<&'a str> {
    let scalar = entry.as_scalar().or_else(|| entry.get("name")?.as_scalar())?;
    (!scalar.is_null()).then_some(&*scalar.text)
}

fn no_duplicates(node: &Node<'_>) -> Result<(), Refusal> {
    match &node.kind {
        NodeKind::List(items) => items.iter().try_for_each(no_duplicates),
        NodeKind::Map(pairs) => {
            let mut seen = HashSet::new();
            for (key, value) in pairs {
                if key.as_scalar().is_some_and(|scalar| !seen.insert(&*scalar.text)) {
                    return Err(Fault::DuplicateKey.at(key.at.line));
                }
                no_duplicates(value)?;
            }
            Ok(())
        }
        NodeKind::Alias | NodeKind::Scalar(_) => Ok(()),
    }
}
