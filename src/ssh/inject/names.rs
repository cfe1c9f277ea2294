//! Names that cloud-init does not know and ignores without a word, where they decide who may log in.

use super::{
    document::{Document, KEYS},
    refusal::{Fault, Refusal},
};
use crate::yaml::{Node, NodeKind};

/// Names that a misspelling of would cost a login. cloud-init 22.4 and 26.2, `cloud-config` schema.
const TOP: [&str; 9] = [
    KEYS,
    "disable_root",
    "ssh_deletekeys",
    "ssh_import_id",
    "ssh_keys",
    "ssh_pwauth",
    "system_info",
    "users",
    "write_files",
];
/// Its neighbours, which are right as they are.
const TOP_TOO: [&str; 9] = [
    "allow_public_ssh_keys",
    "disable_root_opts",
    "groups",
    "ssh",
    "ssh_genkeytypes",
    "ssh_publish_hostkeys",
    "user",
    "ssh_quiet_keygen",
    "ssh_fp_console_blacklist",
];
const ENTRY: [&str; 8] =
    [KEYS, "name", "shell", "ssh_import_id", "ssh_redirect_user", "sudo", "lock_passwd", "homedir"];
const ENTRY_TOO: [&str; 8] = ["doas", "gecos", "groups", "inactive", "lock-passwd", "passwd", "system", "uid"];

pub(super) fn faults(document: &Document<'_>) -> Vec<Refusal> {
    let mut found = Vec::new();
    if let Some(root) = &document.root {
        misspelt(root, &TOP, &TOP_TOO, &mut found);
        for entry in document.entries() {
            misspelt(entry, &ENTRY, &ENTRY_TOO, &mut found);
        }
        for (name, value) in root.as_map().unwrap_or_default() {
            let is = |wanted: &str| name.as_scalar().is_some_and(|scalar| scalar.text == wanted);
            match value.as_list() {
                Some(entries) if is("users") => entries.iter().for_each(|entry| below(entry, &mut found)),
                _ if is("system_info") => {}
                _ => misplaced(value, &mut found),
            }
        }
    }
    found
}

fn misspelt(map: &Node<'_>, known: &[&'static str], too: &[&str], found: &mut Vec<Refusal>) {
    for (name, _) in map.as_map().unwrap_or_default() {
        let Some(text) = name.as_scalar().map(|scalar| &*scalar.text) else { continue };
        if known.contains(&text) || too.contains(&text) {
            continue;
        }
        if let Some(meant) = meant(text, known) {
            let remedy = format!("write it as `{meant}`");
            found.push(Fault::Misspelt.at(name.at.line).remedy(remedy));
        }
    }
}

/// The known name that somebody meant who wrote this.
fn meant(text: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', ' ', '_'], "");
    let written = plain(text);
    if written.contains("authori") && written.contains("key") {
        return Some(KEYS);
    }
    let near = |name: &&str| {
        let may_differ = if name.len() < 8 { 1 } else { 2 };
        plain(name) == written || strsim::levenshtein(text, name) <= may_differ
    };
    known.iter().copied().find(near)
}

/// A list of keys below a name that knows none.
fn misplaced(node: &Node<'_>, found: &mut Vec<Refusal>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| misplaced(item, found)),
        NodeKind::Map(pairs) => {
            for (name, value) in pairs {
                if name.as_scalar().is_some_and(|scalar| scalar.text == KEYS) {
                    found.push(Fault::Misplaced.at(name.at.line));
                }
                misplaced(value, found);
            }
        }
        NodeKind::Alias | NodeKind::Scalar(_) => {}
    }
}

fn below(entry: &Node<'_>, found: &mut Vec<Refusal>) {
    entry.as_map().unwrap_or_default().iter().for_each(|(_, value)| misplaced(value, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_named_and_far_ones_left() {
        let top = |text| meant(text, &TOP);
        for text in ["ssh_authorised_keys", "ssh-authorized-keys", "authorized_keys", "SSH_authorized_keys"] {
            assert_eq!(top(text), Some(KEYS), "{text}");
        }
        assert_eq!(top("disable-root"), Some("disable_root"));
        assert_eq!(top("write-files"), Some("write_files"));
        assert_eq!(top("user_s"), Some("users"));
        for text in ["runcmd", "packages", "bootcmd", "hostname", "ntp", "keyboard", "package_update"] {
            assert_eq!(top(text), None, "{text}");
        }
    }
}
