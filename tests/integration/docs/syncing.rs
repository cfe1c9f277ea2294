//! `docs/syncing.md`: its shell examples run as they stand, one after the other, in a sandbox of their own.

use std::{
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output},
};

use regex::Regex;

use super::{blocks, read, root};
use crate::support::program::folder;

/// Runs one line as a reader would type it.
fn type_in(folder: &Path, line: &str, run: &str) -> Output {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line]).env_clear().current_dir(folder);
    let path = format!("{}:/usr/bin:/bin", folder.display());
    shell.env("HOME", folder).env("PATH", path).env("RUN", run).output().expect("a shell")
}

/// The exit codes are those that the comments beside the commands say.
#[test]
fn every_shell_example_does_what_is_said_beside_it() {
    let folder = folder("syncing");
    symlink(env!("CARGO_BIN_EXE_esc-sync"), folder.join("esc-sync")).expect("a link");
    std::fs::copy(root().join("mappings/example.yaml"), folder.join("esc-sync.yaml")).expect("copied");
    let id = Regex::new(r"rollback (\d{8}T\d{6}Z-[0-9a-f]{6})").expect("a pattern");
    let (mut run, mut seen) = (String::new(), 0);
    for line in blocks(&read("docs/syncing.md"), "sh").iter().flat_map(|block| block.lines()) {
        let Some((command, said)) = line.split_once('#') else { panic!("no exit code is said beside {line:?}") };
        let ran = type_in(&folder, command, &run);
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        let code = ran.status.code().expect("no signal ended it");
        assert!(said.contains(&format!("exit {code}")), "{line}\nended with {code}\n{out}\n{err}");
        if let Some(found) = id.captures(&out).filter(|_| run.is_empty()) {
            found[1].clone_into(&mut run);
        }
        seen += 1;
    }
    assert!(seen > 8, "only {seen} commands found");
    let log = type_in(&folder, "esc-sync --sandbox history", "").stdout;
    let put_back = format!("rollback {run}");
    assert!(String::from_utf8_lossy(&log).contains(&put_back), "the rollback is a run of its own");
}
