//! The question before the writes: time passes while it stands, and it can be left.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
};

use rustix::{
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};

use super::{on_github, two_to_create};

/// A terminal: the person's end, and the program's.
fn terminal() -> (File, File) {
    let person: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&person).expect("granted");
    unlockpt(&person).expect("unlocked");
    let name = ptsname(&person, Vec::new()).expect("a name").into_string().expect("text");
    let program = OpenOptions::new().read(true).write(true).open(name).expect("its other end");
    (person.into(), program)
}

fn read_question(person: &mut File) {
    let (mut shown, mut some) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&shown).contains("[y/N]") {
        let read = person.read(&mut some).expect("the program talks");
        shown.extend(&some[..read]);
    }
}

#[test]
fn g22_what_is_set_by_hand_while_the_question_stands_is_left_alone() {
    let world = two_to_create("question");
    let (mut person, theirs) = terminal();
    let mut program = world.program(["sync"]).at_terminal(&theirs).spawn();
    read_question(&mut person);
    world.org_secret("BETA_TOKEN", "set by hand");
    person.write_all(b"y\n").expect("typed");
    let code = program.wait().expect("it ends").code();
    assert_eq!(on_github(&world, "ALPHA_TOKEN").as_deref(), Some("alpha-Zk3vPq81LmXw"));
    assert_eq!(on_github(&world, "BETA_TOKEN").as_deref(), Some("set by hand"));
    assert_eq!(code, Some(4));
}

#[test]
fn c3_the_question_can_be_left_by_a_signal() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let world = two_to_create("question");
        let (mut person, theirs) = terminal();
        let mut program = world.program(["sync"]).at_terminal(&theirs).spawn();
        read_question(&mut person);
        kill_process(Pid::from_child(&program), signal).expect("it runs");
        assert_eq!(program.wait().expect("it ends").code(), Some(130), "{signal:?}");
        assert_eq!(on_github(&world, "ALPHA_TOKEN"), None);
    }
}
