//! The state: damaged, unwritable, in other hands, in use.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration};

use esc_sync::ledger::{Backend as _, file::FileState};

use super::{assert_failed, doctor, outcome, world};

#[test]
fn each_thing_that_can_be_wrong_with_the_state_has_its_own_remedy() {
    let world = world("doctor-state");
    let folder = world.folder.join("state");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("set");
    let url = format!("file:{}", folder.display());
    let look = || doctor(&world, &["sync", "--state", &url]);
    let ran = look();
    assert_eq!((ran.code, outcome(&ran, "state-write").as_str()), (0, "ok"), "{}", ran.everything());

    let state = FileState::new(&folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let held = runtime.block_on(state.exclude("run-of-somebody", Duration::ZERO)).expect("free");
    let ran = look();
    assert_failed(&ran, "state-lock", "run-of-somebody", "wait for it to end");
    assert_eq!(outcome(&ran, "state-read"), "ok", "it can be read beside a writer");
    drop(held);

    fs::write(folder.join("ledger.json"), "{").expect("written");
    assert_failed(&look(), "state-read", "ledger", "--rebuild-state");
    fs::remove_file(folder.join("ledger.json")).expect("removed");

    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("set");
    let ran = look();
    assert_failed(&ran, "state-write", "others may write to the folder", "chmod 700");
    assert_eq!(outcome(&ran, "state-lock"), "skipped");
}

#[test]
fn for_who_only_looks_the_state_is_not_written() {
    let world = world("doctor-state-read");
    let folder = world.folder.join("state");
    let ran = doctor(&world, &["check", "--state", &format!("file:{}", folder.display())]);
    assert_eq!((ran.code, outcome(&ran, "state-read").as_str()), (0, "ok"), "{}", ran.everything());
    assert!(!folder.exists());
}
