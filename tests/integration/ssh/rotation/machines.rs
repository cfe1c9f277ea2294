//! Machines that are down, left out or in the wrong hands, and private files that lie elsewhere.

use std::fs;

use super::house::{Doors, House, machine};
use crate::support::program::folder;

#[test]
fn c11_a_machine_that_is_down_keeps_the_old_key_and_is_given_the_new_one_later() {
    let doors = Doors::new(2);
    doors.servers[1].stop();
    let house = House::new(&doors, "down");
    let report = house.told(4, ["rotate", "--yes"]);
    assert_eq!(machine(&report, "one")["status"], "proved");
    assert_ne!(machine(&report, "two")["status"], "proved");
    assert_eq!(report["ssh"]["next"], "esc-sync ssh resume");
    let status = house.told(0, ["status"]);
    assert!(machine(&status, "two")["why"].as_str().is_some_and(|why| !why.is_empty()), "{status:#}");
    assert_eq!(status["ssh"]["next"], "esc-sync ssh resume", "{status:#}");
    assert_eq!(house.line(), house.old_line(), "nothing is switched");
    let (file, old) = (house.text("deploy"), fs::read_to_string(&house.old).expect("a key"));
    assert!(file == old, "the old private file is where it was");
    assert!(house.opens(&doors.servers[0], &house.old));
    // A second rotation is not begun over it.
    let said = house.said(5, ["rotate", "--yes"]);
    assert!(said.contains("is not ended") && said.contains("ssh resume"), "{said}");
    assert_eq!(house.writes(), Vec::<String>::new());
    // The old key cannot be retired yet.
    let said = house.said(5, ["retire", "--yes"]);
    assert!(said.contains("not in force yet"), "{said}");
    let verified = house.told(3, ["verify"]);
    assert_eq!(machine(&verified, "two")["status"], "does not open", "{verified:#}");
    doors.servers[1].start_again();
    house.told(0, ["resume", "--yes", "--retire"]);
    house.is_rotated("it is up again");
}

#[test]
fn c11_a_machine_that_is_down_at_the_retirement_keeps_the_old_private_file() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "down-late");
    house.told(0, ["rotate", "--yes"]);
    doors.servers[0].stop();
    let report = house.told(4, ["retire", "--yes"]);
    assert_eq!(machine(&report, "two")["status"], "retired", "{report:#}");
    assert_eq!(report["ssh"]["next"], "esc-sync ssh retire");
    assert_eq!(house.private_files().len(), 2, "{:?}", house.private_files());
    assert!(house.has_pending());
    doors.servers[0].start_again();
    house.is_never_locked_out("up again");
    house.told(0, ["retire", "--yes"]);
    house.is_rotated("up again");
}

#[test]
fn c11_a_machine_left_out_keeps_the_old_private_file() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "left-out");
    doors.servers[1].stop();
    house.told(4, ["rotate", "--yes"]);
    let report = house.told(0, ["resume", "--yes", "--retire", "--exclude", "two"]);
    assert_eq!(machine(&report, "two")["status"], "excluded");
    assert!(report["remarks"].to_string().contains("the old private key stays"), "{report:#}");
    doors.servers[1].start_again();
    house.is_never_locked_out("left out");
    assert!(!house.opens(&doors.servers[1], &house.file("deploy")), "it was never given the new key");
    assert!(!house.opens(&doors.servers[0], &house.old), "it refuses the old key");
}

#[test]
fn c11_a_compromised_key_is_retired_in_the_same_run() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "compromised");
    let report = house.told(0, ["rotate", "--yes", "--compromised"]);
    assert_eq!(report["ssh"]["rotation"]["compromised"], true);
    assert!(report["remarks"].to_string().contains("sessions"), "{report:#}");
    house.is_rotated("compromised");
}

#[test]
fn c11_a_rotation_is_taken_back_before_it_is_in_force() {
    let doors = Doors::new(2);
    let house = House::new(&doors, "taken-back");
    doors.servers[1].stop();
    house.told(4, ["rotate", "--yes"]);
    doors.servers[1].start_again();
    let new = house.file("deploy.next");
    assert!(house.opens(&doors.servers[0], &new));
    fs::copy(&new, doors.rig.folder().join("taken")).expect("a copy");
    house.told(0, ["cancel", "--yes"]);
    assert!(house.all_open(&house.file("deploy")));
    assert!(house.none_opens(&doors.rig.folder().join("taken")));
    assert!(!house.has_pending());
    house.told(0, ["status"]);
    house.is_untouched("taken back, and looked at");
}

/// Somebody else's machine shares the state and does not have the private files.
#[test]
fn c11_elsewhere_without_the_private_files_it_says_where_they_are() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "elsewhere");
    let state = format!("file:{}", house.file("shared").display());
    house.told(0, ["rotate", "--yes", "--state", &state]);
    let away = folder("elsewhere-away");
    let files = house.private_files();
    for file in &files {
        fs::rename(file, away.join(file.file_name().expect("a name"))).expect("the same disk");
    }
    for command in ["resume", "retire"] {
        let said = house.said(5, [command, "--yes", "--state", &state]);
        assert!(said.contains("private key of rotation") && said.contains("is not on this machine"), "{said}");
        assert_eq!(house.writes(), Vec::<String>::new());
    }
    for file in &files {
        fs::rename(away.join(file.file_name().expect("a name")), file).expect("the same disk");
    }
    house.told(0, ["retire", "--yes", "--state", &state]);
    house.is_rotated("the files are here again");
}

/// The files of a rotation are the same from wherever the command is run.
#[test]
fn c11_it_is_gone_on_with_from_another_folder() {
    let doors = Doors::new(1);
    let house = House::new(&doors, "another-folder");
    house.told(0, ["rotate", "--yes"]);
    let mapping = house.file("esc-sync.yaml");
    let mapping = mapping.to_str().expect("text");
    let ran = house.ssh(["retire", "--yes", "--mapping", mapping]).within(&folder("another-folder-away")).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    house.is_rotated("from another folder");
}
