//! Key files: what is written and how, and what is refused.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
    path::{Path, PathBuf},
};

use esc_sync::ssh::{
    files::{self, FileCause, FileFault},
    pair::KeyPair,
};

use super::{folder, mode, pair, set_mode, text, write_private};

fn at(path: &Path, cause: FileCause) -> FileFault {
    FileFault { path: path.to_owned(), cause }
}

fn public(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}.pub", path.file_name().expect("a name").to_string_lossy()))
}

fn stored(path: &Path) -> KeyPair {
    let text = files::read(path).expect("readable").expect("there");
    KeyPair::read(&text, None).expect("a good key")
}

/// A folder, a path in it, and a key that was written there.
fn written(name: &str) -> (PathBuf, PathBuf, KeyPair) {
    let folder = folder(name);
    let (file, pair) = (folder.join("id.key"), pair("a"));
    files::create(&file, &pair).expect("written");
    (folder, file, pair)
}

#[test]
fn a_key_is_written_for_its_owner_alone_with_its_public_half_beside_it() {
    let (folder, file, pair) = written("modes");
    assert_eq!((mode(&file), mode(&public(&file))), (0o600, 0o644));
    assert_eq!(stored(&file).fingerprint(), pair.fingerprint());
    assert_eq!(fs::read_to_string(public(&file)).expect("text"), format!("{}\n", pair.public().line()));
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), 2, "no draft is left");
}

#[test]
fn a_key_is_never_written_over_another_one() {
    let (_, file, first) = written("exists");
    let other = pair("b");
    assert_eq!(files::create(&file, &other), Err(at(&file, FileCause::Exists)));
    fs::remove_file(&file).expect("removed");
    assert_eq!(files::create(&file, &other), Err(at(&public(&file), FileCause::Exists)));
    assert!(!file.exists(), "half a pair");
    files::create(&file, &first).expect("the very same may be finished");
    fs::remove_file(public(&file)).expect("removed");
    files::create(&file, &first).expect("and from the other side");
    assert!(public(&file).exists());
}

#[test]
fn links_are_not_followed() {
    let (folder, file, pair) = written("links");
    let (link, linked_folder) = (folder.join("link"), folder.join("folder"));
    symlink(&file, &link).expect("a link");
    symlink(&folder, &linked_folder).expect("a link");
    assert_eq!(files::read(&link).err(), Some(at(&link, FileCause::Link)));
    assert_eq!(files::create(&link, &pair), Err(at(&link, FileCause::Link)));
    assert_eq!(files::remove(&link), Err(at(&link, FileCause::Link)));
    assert_eq!(files::take_over(&file, &link), Err(at(&link, FileCause::Link)));
    assert_eq!(files::keep(&file, &link), Err(at(&link, FileCause::Link)));
    let through = linked_folder.join("id.key");
    assert_eq!(files::read(&through).err(), Some(at(&linked_folder, FileCause::Link)));
    assert_eq!(files::create(&linked_folder.join("new"), &pair), Err(at(&linked_folder, FileCause::Link)));
    let dangling = folder.join("dangling");
    symlink(folder.join("nowhere"), &dangling).expect("a link");
    assert_eq!(files::create(&dangling, &pair), Err(at(&dangling, FileCause::Link)));
    assert!(!folder.join("nowhere").exists());
    let beside = folder.join("beside");
    symlink(folder.join("nowhere"), public(&beside)).expect("a link");
    assert_eq!(files::create(&beside, &pair), Err(at(&public(&beside), FileCause::Link)));
    assert!(!beside.exists() && link.is_symlink());
}

#[test]
fn a_file_that_others_can_read_is_refused_as_ssh_refuses_it() {
    let (_, file, pair) = written("open");
    for open in [0o644, 0o640, 0o604, 0o620, 0o601] {
        set_mode(&file, open);
        assert_eq!(files::read(&file).err(), Some(at(&file, FileCause::Mode(open))));
        let theirs = super::keygen(&["-y", "-f"], &file);
        assert!(!theirs.status.success(), "{open:o}");
    }
    assert_eq!(files::create(&file, &pair), Err(at(&file, FileCause::Mode(0o601))));
    for closed in [0o400, 0o600, 0o700] {
        set_mode(&file, closed);
        assert!(files::read(&file).is_ok(), "{closed:o}");
    }
}

#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    let (folder, file, pair) = written("folders");
    for open in [0o777, 0o1777, 0o770, 0o702] {
        set_mode(&folder, open);
        let fault = at(&folder, FileCause::Writable(open));
        assert_eq!(files::read(&file).err(), Some(fault.clone()), "{open:o}");
        assert_eq!(files::create(&folder.join("new"), &pair), Err(fault.clone()));
        assert_eq!(files::remove(&file), Err(fault));
    }
    set_mode(&folder, 0o700);
    let inner = folder.join("inner");
    fs::create_dir(&inner).expect("a folder");
    set_mode(&inner, 0o700);
    set_mode(&folder, 0o757);
    let fault = files::create(&inner.join("key"), &pair).expect_err("above, too");
    assert_eq!(fault.cause, FileCause::Writable(0o757));
    set_mode(&folder, 0o1777);
    files::create(&inner.join("key"), &pair).expect("below a sticky folder, as /tmp is one");
}

#[test]
fn what_is_no_key_s_file_is_not_read() {
    let (folder, file, _) = written("odd");
    let pipe = folder.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).expect("a pipe");
    assert_eq!(files::read(&pipe).err(), Some(at(&pipe, FileCause::NotRegular)));
    let large = folder.join("large");
    write_private(&large, &"x".repeat(65 * 1024));
    assert_eq!(files::read(&large).err(), Some(at(&large, FileCause::TooLarge)));
    assert_eq!(files::read(Path::new("/")).err().map(|fault| fault.cause), Some(FileCause::NoName));
    assert!(files::read(&folder.join("nothing")).is_ok_and(|there| there.is_none()));
    assert!(files::read(&folder.join("no/folder")).is_ok_and(|there| there.is_none()));
    let below_file = file.join("key");
    assert_eq!(files::create(&below_file, &pair("b")), Err(at(&file, FileCause::NoFolder)));
}

#[test]
fn a_file_of_another_user_is_refused() {
    let (_, file, _) = written("owner");
    if std::os::unix::fs::chown(&file, Some(4242), None).is_ok() {
        assert_eq!(files::read(&file).err(), Some(at(&file, FileCause::Owner(4242))));
    }
}

#[test]
fn the_next_key_takes_over_and_the_old_one_keeps_a_name() {
    let (folder, current, old) = written("switch");
    let (next, previous, new) = (folder.join("id.next"), folder.join("id.previous"), pair("b"));
    files::create(&next, &new).expect("written");
    files::keep(&current, &previous).expect("kept");
    files::keep(&current, &previous).expect("kept already");
    assert_eq!(fs::metadata(&current).expect("there").ino(), fs::metadata(&previous).expect("there").ino());
    assert_eq!(files::keep(&next, &previous), Err(at(&previous, FileCause::Exists)));
    files::take_over(&next, &current).expect("renamed");
    files::take_over(&next, &current).expect("renamed already");
    assert_eq!(stored(&current).fingerprint(), new.fingerprint());
    assert_eq!(stored(&previous).fingerprint(), old.fingerprint());
    for (file, pair) in [(&current, &new), (&previous, &old)] {
        assert_eq!(fs::read_to_string(public(file)).expect("text").trim_end(), pair.public().line());
    }
    assert!(!next.exists() && !public(&next).exists());
    files::switch(&next, &current, &previous).expect("done already");
    assert_eq!(stored(&previous).fingerprint(), old.fingerprint());
    files::remove(&previous).expect("removed");
    files::remove(&previous).expect("removed already");
    assert!(!previous.exists() && !public(&previous).exists());
    files::remove(&folder.join("no/folder")).expect("nothing to remove");
}

#[test]
fn keys_move_within_their_folder_only() {
    let (folder, file, _) = written("elsewhere");
    let other = folder.join("other");
    fs::create_dir(&other).expect("a folder");
    set_mode(&other, 0o700);
    let there = other.join("id.key");
    assert_eq!(files::keep(&file, &there), Err(at(&there, FileCause::Elsewhere)));
    assert_eq!(files::take_over(&file, &there), Err(at(&there, FileCause::Elsewhere)));
    assert_eq!(files::take_over(&file, &file), Err(at(&file, FileCause::Elsewhere)));
    let nothing = folder.join("nothing");
    assert_eq!(files::keep(&nothing, &folder.join("x")), Err(at(&nothing, FileCause::Missing)));
    assert_eq!(files::take_over(&nothing, &folder.join("x")), Err(at(&nothing, FileCause::Missing)));
}

#[test]
fn no_fault_quotes_a_key() {
    let (_, file, pair) = written("faults");
    set_mode(&file, 0o644);
    let fault = files::read(&file).expect_err("too open");
    let said = format!("{fault} {fault:?} {}", fault.help());
    assert!(said.contains("0644") && said.contains("chmod 600") && said.contains("id.key"), "{said}");
    for line in text(pair.private()).lines() {
        assert!(!said.contains(line), "{said}");
    }
}
