//! Private files with a passphrase: the new one is locked as the old one was, and proved through an agent.

use std::{fs, process::Command};

use super::house::{Doors, Extras, House};
use crate::ssh::rig::mode;

const PASSPHRASE: &str = "wq7-Lantern-Kx03-quarry";

fn unlocks(file: &std::path::Path, passphrase: &str) -> bool {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-y", "-P", passphrase, "-f"]).arg(file);
    keygen.output().expect("`ssh-keygen` is installed").status.success()
}

#[test]
fn c11_a_locked_key_is_replaced_by_a_locked_one() {
    let doors = Doors::new(2);
    let house = House::with(&doors, "locked", Extras { passphrase: Some(PASSPHRASE), ..Extras::default() });
    let word = house.file("passphrase");
    fs::write(&word, format!("{PASSPHRASE}\n")).expect("our folder");
    mode(&word, 0o600);
    let said = house.said(5, ["rotate", "--yes"]);
    assert!(said.contains("passphrase"), "{said}");
    house.is_untouched("without a passphrase");
    house.wrapper.forget();
    let ran = house.ssh(["rotate", "--yes", "-vvv", "--passphrase-file", "passphrase"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert!(!ran.everything().contains(PASSPHRASE), "{}", ran.everything());
    let calls = house.wrapper.calls();
    assert!(calls.iter().any(|(name, ..)| name.starts_with("ssh-agent-")), "an agent holds it");
    for (name, arguments, environment) in &calls {
        for bytes in [arguments, environment] {
            assert!(!String::from_utf8_lossy(bytes).contains(PASSPHRASE), "{name}");
        }
    }
    for file in house.private_files() {
        assert!(!unlocks(&file, ""), "{} is locked", file.display());
        assert!(unlocks(&file, PASSPHRASE), "{} has the same passphrase", file.display());
    }
    let said = house.said(0, ["verify", "--passphrase-file", "passphrase"]);
    assert!(said.contains("the other one"), "{said}");
    house.told(0, ["retire", "--yes", "--passphrase-file", "passphrase"]);
    for server in &doors.servers {
        assert_eq!(server.authorized(), format!("{}\n", house.line()));
    }
    assert_ne!(house.line(), house.old_line());
    assert_eq!(house.private_files(), [house.file("deploy")]);
    assert!(unlocks(&house.file("deploy"), PASSPHRASE) && !unlocks(&house.file("deploy"), ""));
    // The agents ended with their logins, and their folders with them.
    let mut left = fs::read_dir("/tmp").expect("a folder").flatten().map(|entry| entry.path().join("key.pub"));
    assert!(!left.any(|public| fs::read_to_string(public).is_ok_and(|line| line.trim_end() == house.line())));
}
