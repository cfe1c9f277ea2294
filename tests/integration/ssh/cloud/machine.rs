//! A machine to be: an image, a document and the provider's key; and what it is after its first boot.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::pairs::fingerprints;
use crate::support::program::folder;

/// What boots: a user-data document on an image with the provider's keys.
pub(crate) struct Machine {
    folder: PathBuf,
    provider: Vec<String>,
}

impl Machine {
    /// An image that has no account yet but root's.
    pub(crate) fn with(document: impl AsRef<[u8]>) -> Self {
        let machine = Self { folder: folder("cloud"), provider: Vec::new() };
        fs::create_dir_all(machine.folder.join("in")).expect("a folder can be made");
        machine.put("user-data", document.as_ref());
        machine.put("cloud.cfg", include_bytes!("cloud.cfg"));
        machine
    }

    fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.folder.join("in").join(name), content).expect("the test's own folder");
    }

    /// A key that the provider registered, handed over as metadata.
    pub(crate) fn provider_key(mut self, line: &str) -> Self {
        self.provider.push(line.to_owned());
        self
    }

    /// The image has the account `ubuntu` already.
    pub(crate) fn image_with_ubuntu(self) -> Self {
        self.put("image", b"useradd --create-home --shell /bin/bash ubuntu\npasswd --quiet --lock ubuntu\n");
        self
    }

    /// Commands for when it is up: beside the root `$ROOT`, in its network, `$IN` being a folder of the test's files.
    pub(crate) fn then(self, commands: &str) -> Self {
        self.put("after", commands.as_bytes());
        self
    }

    /// A file for those commands. As `ssh` wants a private key: nobody else reads it.
    pub(crate) fn file(self, name: &str, from: &Path) -> Self {
        fs::copy(from, self.folder.join("in").join(name)).expect("the mode is copied as well");
        self
    }

    /// The first boot.
    pub(crate) fn boot(self) -> Booted {
        let meta = serde_json::json!({
            "instance-id": "scratch", "local-hostname": "scratch", "public-keys": self.provider,
        });
        self.put("meta-data", meta.to_string().as_bytes());
        let ran = apply(&self.folder);
        assert!(
            ran.status.success(),
            "the root was not made: {}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
        let booted = Booted::read(&self.folder.join("out"));
        fs::remove_dir_all(&self.folder).expect("what was mounted in it is gone");
        booted
    }
}

fn apply(folder: &Path) -> Output {
    assert!(
        Path::new("/usr/bin/cloud-init").exists(),
        "the real cloud-init is needed: ./test installs it, or apt-get install --no-install-recommends cloud-init"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/ssh/cloud/apply.sh");
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new(if is_root { "bash" } else { "sudo" });
    command.args(if is_root { &[][..] } else { &["-n", "bash"][..] });
    command.arg(script).arg(folder).output().expect("bash, and sudo for whoever is not root")
}

/// Owner, group and mode, in digits as `stat` prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) owner: u32,
    pub(crate) group: u32,
    pub(crate) mode: String,
}

/// An account and what is in its home.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: u32,
    pub(crate) group: u32,
    pub(crate) shell: String,
    /// Of `home`, of `ssh` (its `.ssh`) and of `keys` (the `authorized_keys`), as far as they are there.
    pub(crate) rights: BTreeMap<String, Rights>,
    /// The text of the `authorized_keys`.
    pub(crate) keys: String,
}

impl Account {
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.keys.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    /// What sshd with StrictModes wants: all of it the account's own, and writable by nobody else.
    pub(crate) fn assert_own(&self) {
        for (what, mode) in [("home", "755"), ("ssh", "700"), ("keys", "600")] {
            let wanted = Rights { owner: self.id, group: self.group, mode: mode.to_owned() };
            assert_eq!(self.rights.get(what), Some(&wanted), "{what}");
        }
    }
}

/// What the machine is after its first boot.
#[derive(Debug)]
pub(crate) struct Booted {
    /// Lines of cloud-init's log from warnings on.
    pub(crate) warnings: Vec<String>,
    pub(crate) is_valid_by_schema: bool,
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Exit code and output of the commands for when it was up.
    pub(crate) after: Option<(i32, String)>,
}

impl Booted {
    fn read(out: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(out.join(name)).unwrap_or_default();
        let stages = text("stages");
        assert_eq!(stages.lines().count(), 4, "four stages: {stages}");
        let log = text("log");
        assert!(log.contains("Loaded datasource DataSourceNoCloud"), "cloud-init took another source:\n{log}");
        let loud = |line: &&str| ["[WARNING]", "[ERROR]", "[CRITICAL]"].iter().any(|level| line.contains(level));
        let mut accounts: BTreeMap<_, _> = text("passwd").lines().map(|line| account(out, line)).collect();
        for line in text("files").lines() {
            let words: Vec<_> = line.split(' ').collect();
            let number = |at: usize| words[at].parse().expect("digits");
            let rights = Rights { owner: number(2), group: number(3), mode: words[4].to_owned() };
            accounts.get_mut(words[0]).expect("it is of passwd").rights.insert(words[1].to_owned(), rights);
        }
        Self {
            warnings: log.lines().filter(loud).map(str::to_owned).collect(),
            is_valid_by_schema: text("schema.code").trim() == "0",
            accounts,
            after: text("after.code").trim().parse().ok().map(|code| (code, text("after"))),
        }
    }

    /// The keys by which OpenSSH lets somebody in as this user: none if there is no such account.
    pub(crate) fn opens(&self, user: &str) -> BTreeSet<String> {
        self.accounts.get(user).map(|account| fingerprints(&account.keys)).unwrap_or_default()
    }

    pub(crate) fn account(&self, user: &str) -> &Account {
        self.accounts.get(user).unwrap_or_else(|| panic!("no account {user}: {:?}", self.accounts.keys()))
    }
}

fn account(out: &Path, line: &str) -> (String, Account) {
    let fields: Vec<_> = line.split(':').collect();
    let number = |at: usize| fields[at].parse().expect("digits");
    let keys = fs::read_to_string(out.join("keys").join(fields[0])).unwrap_or_default();
    let rights = BTreeMap::new();
    (fields[0].to_owned(), Account { id: number(2), group: number(3), shell: fields[6].to_owned(), rights, keys })
}
