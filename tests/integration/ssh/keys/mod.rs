//! Keys and their files, judged by OpenSSH itself: `ssh-keygen` is asked wherever it has an opinion.

mod damaged;
mod files;
mod generated;
mod interrupted;
mod read;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use esc_sync::{keys::KeyComment, model::SecretValue, ssh::pair::KeyPair};

use crate::support::program;

/// A folder that only we may use.
fn folder(name: &str) -> PathBuf {
    let folder = program::folder(name);
    set_mode(&folder, 0o700);
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode can be set");
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn comment(text: &str) -> KeyComment {
    KeyComment::parse(text).expect("a good comment")
}

fn pair(text: &str) -> KeyPair {
    KeyPair::generate(&comment(text), None).expect("a key can be made")
}

fn text(value: &SecretValue) -> &str {
    value.expose_text().expect("keys are text")
}

fn keygen(arguments: &[&str], file: &Path) -> Output {
    // Without a terminal and without a program to ask, a missing passphrase is an error.
    let mut command = Command::new("ssh-keygen");
    command.args(arguments).arg(file).stdin(Stdio::null()).env_remove("DISPLAY").env("SSH_ASKPASS_REQUIRE", "never");
    command.output().expect("ssh-keygen is installed")
}

/// A file as `ssh` wants a private key's.
fn write_private(file: &Path, text: &str) {
    fs::write(file, text).expect("a file can be written");
    set_mode(file, 0o600);
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
