//! The machine that the tests run on is not the one that is set up.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::{machine::Machine, pairs::Pair};

/// What a document could change if it got out: accounts, keys, who may become root, the host's name, cloud-init's own state.
/// Hashes alone: a failure shows them, and a host's own files are nobody's business.
fn host() -> BTreeMap<&'static str, Option<u64>> {
    let files = [
        "/etc/passwd",
        "/etc/shadow",
        "/etc/group",
        "/etc/hostname",
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "/proc/sys/kernel/hostname",
        "/root/.ssh/authorized_keys",
        "/home/ubuntu/.ssh/authorized_keys",
        "/etc/sudoers.d/90-cloud-init-users",
        "/var/lib/cloud/data/instance-id",
        "/var/log/cloud-init.log",
        "/etc/esc-sync-was-here",
        "/usr/esc-sync-was-here",
        "/esc-sync-was-here",
    ];
    let hash = |bytes: Vec<u8>| {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        hasher.finish()
    };
    files.into_iter().map(|file| (file, fs::read(file).ok().map(hash))).collect()
}

/// All that a document may do, done: a host name, accounts, files everywhere, commands before and after.
fn greedy(key: &str) -> String {
    format!(
        "#cloud-config\npreserve_hostname: false\nhostname: taken\n\
         users:\n  - default\n  - name: taken\n    ssh_authorized_keys: [\"{key}\"]\n\
         ssh_authorized_keys: [\"{key}\"]\n\
         bootcmd:\n  - hostname taken\n  - touch /usr/esc-sync-was-here /esc-sync-was-here || true\n\
         write_files:\n  - {{ path: /etc/esc-sync-was-here, content: x }}\n\
         runcmd:\n  - userdel --force nobody\n  - test -e /esc-sync-was-here\n"
    )
}

#[test]
fn the_host_is_as_it_was() {
    let before = host();
    let key = Pair::new("key");
    let booted =
        Machine::with(greedy(&key.line)).then("hostname; ip -oneline link | cut -d: -f2; ls \"$ROOT/etc\"").boot();
    assert_eq!(host(), before);
    // It did what it was asked to, in its own root.
    assert!(booted.accounts.contains_key("taken") && !booted.accounts.contains_key("nobody"), "{booted:?}");
    assert!(booted.warnings.is_empty(), "{:?}", booted.warnings);
    let (_, seen) = booted.after.expect("it was asked");
    let lines: Vec<_> = seen.lines().collect();
    assert_eq!(lines[..2], ["taken", " lo"], "its own name, and no network but its own");
    assert!(lines.contains(&"esc-sync-was-here"), "{seen}");
}
