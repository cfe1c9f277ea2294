//! C4, C5 and C7 with the real process: state that cannot be kept or trusted, and two runs at once.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use esc_sync::model::Slot;

use super::{change, ended, first, held, second, secrets, set_by_hand, state_folder, sync, synced, writes};
use crate::support::{program::Ran, world::World};

fn url(folder: &Path) -> String {
    format!("file:{}", folder.display())
}

fn in_round(at: usize, round: usize) -> String {
    format!("round-{round:03}-of-{at:03}-9c41")
}

#[test]
fn c7_two_runs_at_once_lose_nothing_and_damage_nothing_fifty_times() {
    let world = secrets("pairs", 4);
    synced(&world);
    let change_one = |at: usize, round: usize| {
        super::edit(&world, |text| {
            let before = if round == 0 { first(at) } else { in_round(at, round - 1) };
            text.replace(&before, &in_round(at, round))
        });
    };
    for round in 0..50 {
        change_one(0, round);
        change_one(1, round);
        let pair = [["--only", "S_000"], ["--only", "S_001"]].map(|args| super::started(&world, args));
        for run in pair.map(ended) {
            assert_eq!(run.code, 0, "round {round}: {}", run.everything());
        }
        for at in 0..2 {
            assert_eq!(held(&world, &format!("S_{at:03}")), Some(in_round(at, round)));
        }
        let report = world.check([]).json();
        assert_eq!(report["counts"]["ok"], 4, "round {round}: {report:#}");
    }
    let history = world.program(["history"]).run();
    assert_eq!(history.code, 0, "{}", history.everything());
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[test]
fn c7_who_does_not_wait_leaves_with_a_clear_line() {
    use esc_sync::sandbox::{Effect, Fault};
    let world = secrets("busy", 2);
    world.fault(Fault::new(Effect::Hang { applied: false }).on("PUT", "/secrets/S_000"));
    let mut first = super::started(&world, []);
    // Both of its writes are sent: what comes later is the second run's.
    let sent = || world.asked("/secrets/S_000") > 0 && world.asked("/secrets/S_001") > 0;
    assert!(super::until(&mut first, sent));
    let ran = sync(&world, ["--lock-wait", "10ms"]);
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
    assert!(ran.stderr.contains("is writing to the state"), "{}", ran.stderr);
    // Who only looks is held up by nobody.
    assert_ne!(world.check([]).code, 5);
    first.kill().expect("it runs");
    ended(first);
    world.running.clear_faults();
    synced(&world);
}

/// Refused, and nothing remote was written.
fn assert_refused(world: &World, ran: &Ran, codes: &[i32]) {
    assert!(codes.contains(&ran.code), "{}", ran.everything());
    assert_eq!(writes(world), Vec::<String>::new(), "{}", ran.everything());
    assert!(ran.stderr.contains("state") || ran.stderr.contains("ledger"), "{}", ran.stderr);
}

#[test]
fn c4_state_that_cannot_be_written_is_known_before_anything_remote_is() {
    let world = secrets("unwritable", 3);
    // Others may write to it, it is no folder, it lies below a file, it is a device's.
    let open = world.folder.join("open");
    fs::create_dir(&open).and_then(|()| fs::set_permissions(&open, fs::Permissions::from_mode(0o777))).expect("made");
    fs::write(world.folder.join("file"), "").expect("written");
    for folder in [open, world.folder.join("file"), world.folder.join("file/below"), PathBuf::from("/proc/1/esc-sync")]
    {
        let ran = sync(&world, ["--state", &url(&folder)]);
        assert_refused(&world, &ran, &[3]);
    }
    synced(&world);
}

#[test]
fn c4_a_full_disk_is_known_before_anything_remote_is_written() {
    let world = secrets("full", 3);
    let _ = world.program([]);
    // No file may grow beyond a few kilobytes, as on a disk that is full.
    let output = Command::new("/bin/sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" sync --yes", env!("CARGO_BIN_EXE_esc-sync")])
        .env_clear()
        .current_dir(&world.folder)
        .envs([("HOME", world.folder.as_os_str())])
        .envs([("PULUMI_BACKEND_URL", &world.running.url), ("GITHUB_API_URL", &world.running.url)])
        .envs([("PULUMI_ACCESS_TOKEN", "pul-x"), ("GITHUB_TOKEN", "ghp-x")])
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ran =
        Ran { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    assert_refused(&world, &ran, &[3]);
    synced(&world);
}

#[test]
fn c5_a_damaged_ledger_is_refused_and_rebuilding_overwrites_nothing() {
    let world = secrets("damaged", 3);
    synced(&world);
    set_by_hand(&world, Slot::Secret, "S_001", "by-hand-51c2-aa01");
    change(&world, 3);
    let file = state_folder(&world).join("ledger.json");
    let whole = fs::read(&file).expect("readable");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for damaged in [&whole[..whole.len() / 2], b"", &flipped] {
        fs::write(&file, damaged).expect("written");
        assert_refused(&world, &sync(&world, []), &[5]);
        let checked = world.check([]);
        assert_eq!(checked.json()["counts"]["ok"], 0, "a check does not believe it either");
        assert!(checked.stderr.contains("warning"), "{}", checked.stderr);
    }
    let ran = sync(&world, ["--rebuild-state"]);
    assert_eq!((ran.code, writes(&world)), (0, Vec::new()), "{}", ran.everything());
    assert_eq!(ran.json()["counts"]["unverified"], 3, "nothing is known");
    assert_eq!(held(&world, "S_000"), Some(first(0)));
    let kept = fs::read_dir(state_folder(&world)).expect("a folder").flatten();
    let kept = kept.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    assert!(
        kept.into_iter().any(|entry| fs::read(entry.path()).is_ok_and(|bytes| bytes == flipped)),
        "it is set aside"
    );
    let ran = sync(&world, ["--overwrite", "S_000"]);
    assert_eq!((ran.code, held(&world, "S_000")), (0, Some(second(0))), "{}", ran.everything());
}

#[test]
fn c5_state_of_another_address_is_refused() {
    let (world, other) = (secrets("one-address", 2), secrets("other-address", 2));
    let shared = url(&world.folder.join("shared"));
    assert_eq!(sync(&world, ["--state", &shared]).code, 0);
    let ran = sync(&other, ["--state", &shared]);
    assert_refused(&other, &ran, &[5]);
}

#[test]
fn c5_a_key_that_was_lost_makes_everything_unverified_and_overwrites_nothing() {
    let world = secrets("key-lost", 3);
    synced(&world);
    super::edit(&world, |text| {
        let key = text.find("  esc-sync:").expect("the key");
        text[..key].to_owned()
    });
    change(&world, 3);
    let report = world.check([]).json();
    assert_eq!(report["counts"]["unverified"], 3, "{report:#}");
    let ran = sync(&world, []);
    assert_eq!((ran.code, writes(&world)), (0, Vec::new()), "{}", ran.everything());
    assert_eq!(held(&world, "S_002"), Some(first(2)));
}
