//! Keys as people have them: made by `ssh-keygen`, and read by it.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::support::program::folder;

/// A pair made by `ssh-keygen`; the private half is a file of the test's folder.
pub(crate) struct Pair {
    pub(crate) private: PathBuf,
    /// The line of the public half, without newline.
    pub(crate) line: String,
}

impl Pair {
    pub(crate) fn new(comment: &str) -> Self {
        let private = folder("cloud-key").join("key");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
            .arg(&private)
            .status()
            .expect("ssh-keygen is installed: apt-get install openssh-client");
        assert!(made.success());
        let line = fs::read_to_string(private.with_extension("pub")).expect("made").trim_end().to_owned();
        Self { private, line }
    }

    pub(crate) fn fingerprint(&self) -> String {
        fingerprints(&self.line).pop_first().expect("a key has one")
    }

    /// The base64 in the middle of the line.
    pub(crate) fn body(&self) -> &str {
        self.line.split(' ').nth(1).expect("a public line has three words")
    }

    pub(crate) fn private_text(&self) -> String {
        fs::read_to_string(&self.private).expect("made")
    }
}

/// The keys that OpenSSH reads in the text of an `authorized_keys` file.
pub(crate) fn fingerprints(text: &str) -> BTreeSet<String> {
    let mut child = Command::new("ssh-keygen")
        .args(["-l", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh-keygen is installed");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads to the end");
    let listed = child.wait_with_output().expect("it ends").stdout;
    let listed = String::from_utf8(listed).expect("text");
    listed.lines().filter_map(|line| Some(line.split(' ').nth(1)?.to_owned())).collect()
}
