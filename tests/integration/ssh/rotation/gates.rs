//! What is refused before anything is changed: no file, no request that writes, no machine touched.

use std::fs;

use super::house::{Doors, House};
use crate::ssh::rig::mode;

/// Refused with these words, and nothing was done.
fn refused(house: &House<'_>, args: &[&str], words: &[&str]) {
    let said = house.said(5, args.iter().copied());
    for word in words {
        assert!(said.contains(word), "`{word}` is not said: {said}");
    }
    house.is_untouched(&said);
}

#[test]
fn c11_an_old_key_that_cannot_be_used_is_refused_first() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "old-key");
    let (file, whole) = (house.file("deploy"), house.text("deploy"));
    let rotate = ["rotate", "--yes"];
    mode(&file, 0o644);
    refused(&house, &rotate, &["0644", "chmod 600"]);
    mode(&file, 0o600);
    fs::write(&file, &whole[..whole.len() / 2]).expect("our file");
    refused(&house, &rotate, &["deploy cannot be used"]);
    fs::write(&file, whole.trim_end()).expect("our file");
    refused(&house, &rotate, &["deploy cannot be used"]);
    fs::remove_file(&file).expect("our file");
    refused(&house, &rotate, &["there is no private key in", "run this where the key lies"]);
    std::os::unix::fs::symlink(&house.old, &file).expect("our folder");
    refused(&house, &rotate, &["symbolic link"]);
    fs::remove_file(&file).expect("our link");
    let other = doors.rig.key("other");
    fs::copy(&other.file, &file).expect("our file");
    refused(&house, &rotate, &["holds another key", "ssh verify"]);
    fs::write(&file, &whole).expect("our file");
    house.told(0, ["rotate", "--yes", "--retire"]);
    house.is_rotated("mended");
}

#[test]
fn c11_a_host_key_that_changed_is_refused_first() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "host-key");
    let known = house.text("known_hosts");
    let other = doors.rig.key("other-host").public.line();
    let port = doors.servers[1].machine().port.to_string();
    let kept: String = known.lines().filter(|line| !line.contains(&port)).map(|line| format!("{line}\n")).collect();
    fs::write(house.file("known_hosts"), format!("{kept}[127.0.0.1]:{port} {other}\n")).expect("our file");
    refused(&house, &["rotate", "--yes"], &["two", "host key"]);
    // A flag for hosts that were never seen is no way around one that changed.
    refused(&house, &["rotate", "--yes", "--accept-new-host-keys"], &["two", "host key"]);
    fs::write(house.file("known_hosts"), &kept).expect("our file");
    refused(&house, &["rotate", "--yes"], &["two"]);
    let report = house.told(0, ["rotate", "--yes", "--retire", "--accept-new-host-keys"]);
    assert!(house.text("known_hosts").contains(&port), "{report:#}");
    house.is_rotated("accepted by flag");
}

#[test]
fn c11_a_machine_that_refuses_the_old_key_is_refused_first() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "refused");
    let other = doors.rig.key("other");
    doors.servers[1].authorize(&[&other]);
    let said = house.said(5, ["rotate", "--yes"]);
    assert!(said.contains("two"), "{said}");
    assert_eq!(house.writes(), Vec::<String>::new());
    assert_eq!(doors.servers[0].authorized(), format!("{}\n", house.old_line()));
    // Left out by name, it is in nobody's way.
    house.told(0, ["rotate", "--yes", "--exclude", "two"]);
    assert!(house.opens(&doors.servers[0], &house.file("deploy")));
    assert_eq!(doors.servers[1].authorized(), format!("{}\n", other.public.line()));
}

#[test]
fn c11_without_a_yes_nothing_is_done_and_a_dry_run_shows_it() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "no-yes");
    refused(&house, &["rotate"], &["--yes"]);
    let said = house.said(0, ["rotate", "--dry-run"]);
    assert!(said.contains("make a new ed25519 pair"), "{said}");
    house.is_untouched("a dry run");
    let said = house.said(2, ["rotate", "--yes", "--exclude", "nobody"]);
    assert!(said.contains("no machine is called that"), "{said}");
    house.is_untouched("a machine that nobody knows");
}

#[test]
fn c11_going_on_needs_a_yes_as_well() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "no-yes-later");
    house.told(0, ["rotate", "--yes"]);
    let said = house.said(5, ["retire"]);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(house.writes(), Vec::<String>::new());
    assert!(house.opens(&doors.servers[0], &house.old), "the old key was not taken away");
    house.told(0, ["retire", "--yes"]);
    assert!(house.said(0, ["retire"]).contains("nothing to do"), "what would change nothing is not asked about");
}

#[test]
fn c11_a_file_that_stands_in_the_way_may_be_the_only_copy() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "in-the-way");
    fs::write(house.file("deploy.next"), "somebody's").expect("our folder");
    let said = house.said(5, ["rotate", "--yes"]);
    assert!(said.contains("deploy.next is there already"), "{said}");
    assert_eq!(house.writes(), Vec::<String>::new());
    assert_eq!(house.text("deploy.next"), "somebody's");
}
