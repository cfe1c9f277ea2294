//! Whose list a key goes to, by what cloud-init makes of `users` and of the image's default user.
//!
//! Top-level keys go to the default user, which exists if `users` is absent or has
//! `default`; keys of an entry go to that user alone (cloud-init, cc_ssh and
//! cc_users_groups; tried with 22.4.2).

use super::{
    change::List,
    document::{Document, entry_name},
    refusal::{Fault, Refusal},
};
use crate::yaml::Node;

#[derive(Debug)]
pub(super) struct Target {
    pub(super) list: List,
    /// Whether what goes to the default user reaches this user too.
    pub(super) is_default: bool,
    /// `users` is there without `default`, so that the provider's key is lost.
    pub(super) lacks_default: bool,
}

/// What the image's default user is called; the document may say it.
pub(super) fn default_user<'a>(document: &'a Document<'_>, given: &'a str) -> &'a str {
    let told = document.get("system_info").and_then(|info| info.get("default_user")?.get("name")?.as_scalar());
    told.map_or(given, |scalar| &scalar.text)
}

pub(super) fn target(document: &Document<'_>, user: &str, default_user: &str) -> Result<Target, Refusal> {
    if let Some(root) = &document.root {
        no_merge(root)?;
    }
    if user == "root" && !root_is_open(document) {
        return Err(Fault::ForcedRoot.at(document.get("disable_root").map(|node| node.at.line)));
    }
    // With `disable_root: false` root gets what the default user gets.
    let is_default = user == default_user || user == "root";
    let Some((_, users)) = document.users() else {
        let target = Target { list: List::Top, is_default, lacks_default: false };
        return if is_default { Ok(target) } else { Err(Fault::UnknownUser.at(None).about(format_args!("`{user}`"))) };
    };
    let entries = entries(users)?;
    let named: Vec<_> = entries.iter().enumerate().filter(|(_, entry)| entry_name(entry) == Some(user)).collect();
    let lacks_default = !entries.iter().any(|entry| entry_name(entry) == Some("default"));
    match named.as_slice() {
        [] if is_default => Ok(Target { list: List::Top, is_default, lacks_default }),
        [] => Err(Fault::UnknownUser.at(users.at.line).about(format_args!("`{user}`"))),
        [(index, entry)] => {
            can_log_in(entry)?;
            Ok(Target { list: List::User(*index), is_default: is_default && !lacks_default, lacks_default })
        }
        [_, (_, second), ..] => Err(Fault::DuplicateUser.at(second.at.line).about(format_args!("`{user}`"))),
    }
}

fn entries<'a, 't>(users: &'a Node<'t>) -> Result<&'a [Node<'t>], Refusal> {
    let entries = users.as_list().ok_or_else(|| Fault::UsersShape.at(users.at.line))?;
    for entry in entries {
        if entry_name(entry).is_none() {
            return Err(Fault::UsersShape.at(entry.at.line));
        }
    }
    Ok(entries)
}

/// A merged map has fields that do not stand in it, so nobody sees here what it comes to.
fn no_merge(map: &Node<'_>) -> Result<(), Refusal> {
    let merged = map.get("<<");
    merged.map_or(Ok(()), |merge| Err(Fault::AliasedKeys.at(merge.at.line)))
}

fn can_log_in(entry: &Node<'_>) -> Result<(), Refusal> {
    if entry.as_map().is_none() {
        return Err(Fault::UsersShape.at(entry.at.line).remedy("write the user as an entry: `- name: …`"));
    }
    no_merge(entry)?;
    let shell = entry.get("shell").and_then(Node::as_scalar);
    if shell.is_some_and(|shell| shell.text.ends_with("/nologin") || shell.text.ends_with("/false")) {
        return Err(Fault::NoShell.at(entry.at.line));
    }
    let redirected = entry.get("ssh_redirect_user").and_then(Node::as_scalar);
    if redirected.is_some_and(|value| !is_false(&value.text)) {
        return Err(Fault::Redirected.at(entry.at.line));
    }
    Ok(())
}

fn root_is_open(document: &Document<'_>) -> bool {
    let told = document.get("disable_root").and_then(Node::as_scalar);
    told.is_some_and(|value| is_false(&value.text))
}

/// YAML 1.1's words for false, as PyYAML reads them.
fn is_false(text: &str) -> bool {
    ["false", "no", "off", "0"].contains(&text.to_ascii_lowercase().as_str())
}
