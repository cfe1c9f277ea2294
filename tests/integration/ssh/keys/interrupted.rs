//! Writers that are killed, or have no room: nothing half is ever under a key's name.
//!
//! The writer is this binary itself, started again for one test with a folder and a deed.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use esc_sync::ssh::{files, pair::KeyPair};

use super::{folder, pair, write_private};

const FOLDER: &str = "KEY_WRITER_FOLDER";
const WRITER: &str = "ssh::keys::interrupted::a_writer_of_keys_for_the_tests_below";
const SAID: &str = "written: ";

/// Alone it switches three times in a folder of its own; with a folder it goes on until somebody ends it,
/// or does the one thing that is to fail there.
#[test]
fn a_writer_of_keys_for_the_tests_below() {
    let child = env::var_os(FOLDER).map(PathBuf::from);
    let most = if child.is_some() { usize::MAX } else { 3 };
    let folder = child.unwrap_or_else(|| folder("writer"));
    if let Ok(stored) = fs::read_to_string(folder.join("one.key")) {
        let one = KeyPair::read(&stored.into(), None).expect("a good key");
        say(&files::create(&folder.join("room/id.key"), &one)
            .map_or_else(|fault| fault.to_string(), |()| "whole".into()));
        return;
    }
    for number in 0..most {
        switch_once(&folder);
        say(&number.to_string());
    }
}

fn say(text: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{SAID}{text}").and_then(|()| out.flush()).expect("somebody listens");
}

/// One round of what a rotation does with files, begun anew or finished where the last writer was killed.
fn switch_once(folder: &Path) {
    let [current, next, previous] = names(folder);
    if files::read(&current).expect("readable").is_none() {
        files::create(&current, &pair("first")).expect("written");
    }
    if files::read(&next).expect("readable").is_none() {
        files::remove(&previous).expect("removed");
        files::remove(&next).expect("removed");
        files::create(&next, &pair("next")).expect("written");
    }
    files::switch(&next, &current, &previous).expect("switched");
}

fn names(folder: &Path) -> [PathBuf; 3] {
    ["id", "id.next", "id.previous"].map(|name| folder.join(name))
}

fn writer(program: &str, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(env::current_exe().expect("this binary"));
    command.args([WRITER, "--exact", "--nocapture", "--test-threads=1"]).env(FOLDER, folder).stdin(Stdio::null());
    command
}

#[test]
fn a_writer_killed_anywhere_leaves_whole_keys_under_every_name() {
    let folder = folder("killed");
    for round in 0..40 {
        let mut child =
            writer("env", &[], &folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let lines = said.filter(|line| line.contains(SAID)).take(1 + round % 5).count();
        assert_eq!(lines, 1 + round % 5, "it goes on until it is killed");
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let [current, next, previous] = names(&folder);
        for file in [&current, &next, &previous] {
            let stored = files::read(file).unwrap_or_else(|fault| panic!("round {round}: {fault}"));
            assert!(stored.is_some() || file != &current, "round {round}: no key in force");
            if let Some(stored) = stored {
                KeyPair::read(&stored, None).unwrap_or_else(|fault| panic!("round {round}: {fault}"));
            }
        }
    }
}

/// A folder with a key to be written to `room`, beside it.
fn one_key(name: &str) -> (PathBuf, KeyPair) {
    let (folder, pair) = (folder(name), pair("a"));
    write_private(&folder.join("one.key"), super::text(pair.private()));
    fs::create_dir(folder.join("room")).expect("a folder");
    super::set_mode(&folder.join("room"), 0o700);
    (folder, pair)
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.split_once(SAID)).map(|(_, said)| said.to_owned());
    line.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_writer_killed_in_the_middle_of_a_key_leaves_its_name_free() {
    let (folder, pair) = one_key("cut");
    let file = folder.join("room/id.key");
    // The kernel lets it write 100 bytes, and then ends it.
    let output = writer("prlimit", &["--fsize=100", "--core=0"], &folder).output().expect("it starts");
    assert!(output.status.code().is_none() || !output.status.success(), "{output:?}");
    assert!(files::read(&file).expect("readable").is_none());
    assert_eq!(fs::metadata(folder.join("room/.id.key.draft")).expect("a draft").len(), 100);
    files::create(&file, &pair).expect("written by the next run");
    assert_eq!(fs::read_dir(folder.join("room")).expect("a folder").count(), 2, "the draft is gone");
}

#[test]
fn a_write_that_fails_in_the_middle_leaves_nothing() {
    let (folder, pair) = one_key("failing");
    let ignored = r#"trap "" XFSZ; exec prlimit --fsize=100 "$@""#;
    let output = writer("sh", &["-c", ignored, "sh"], &folder).output().expect("it starts");
    assert!(said(&output).contains("could not be read or written"), "{}", said(&output));
    assert_eq!(fs::read_dir(folder.join("room")).expect("a folder").count(), 0);
    files::create(&folder.join("room/id.key"), &pair).expect("written when there is room");
}

/// In a mount namespace of its own; where this user may make none, the test above is what is left.
#[test]
fn a_full_or_read_only_disk_is_told_and_left_as_it_was() {
    let may = Command::new("unshare").args(["-rm", "true"]).output().is_ok_and(|output| output.status.success());
    for (options, word) in [("size=4k", "the disk is full"), ("ro", "read-only")] {
        let (folder, _) = one_key("disk");
        let script = r#"mount -t tmpfs -o mode=0700,"$1" none "$2/room" && shift 2 && exec "$@""#;
        let room = folder.to_string_lossy().into_owned();
        let filled = script.replace("&& shift 2", r#"&& { head -c 4096 /dev/zero >"$2/room/filling"; shift 2; }"#);
        let script = if options == "ro" { script } else { &filled };
        let output = writer("unshare", &["-rm", "sh", "-c", script, "sh", options, &room], &folder).output();
        if may {
            let said = said(&output.expect("it starts"));
            assert!(said.contains(word) && said.contains("id.key"), "{said}");
        }
    }
}
