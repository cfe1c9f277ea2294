//! What SECURITY.md says of the process itself: no core image, files for the owner alone.

#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use crate::support::program::folder;

#[test]
fn the_process_leaves_no_core_and_its_files_are_the_owners() {
    let folder = folder("process");
    let mut program = Command::new(env!("CARGO_BIN_EXE_esc-sync"))
        .args(["sandbox", "--dir", "kept"])
        .env_clear()
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut first = String::new();
    BufReader::new(program.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", program.id())).expect("readable");
    let (limits, status) = (of("limits"), of("status"));
    program.kill().expect("it runs");
    program.wait().expect("it ends");
    assert!(first.starts_with("sandbox ready at http://127.0.0.1:"), "{first}");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    assert!(status.contains("Umask:\t0077"), "{status}");
    let mode = |name: &str| fs::metadata(folder.join(name)).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode("kept"), 0o700);
}
