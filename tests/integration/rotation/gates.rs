//! What holds a rotation back, and what it does then.

use esc_sync::{
    engine::{Ending, RotationOptions},
    model::{SecretValue, Slot},
    ssh::{
        MachineStatus, files,
        pair::KeyPair,
        rotation::{Blocked, Step},
    },
};

use super::{
    ground::{Command, Ground, Ran},
    runs::{keys_at, retired, retiring},
    wire::lock,
};
use crate::simulation::driver::in_paused_time;

#[test]
fn a_machine_that_does_not_answer_stays_pending_and_nothing_is_switched() {
    in_paused_time(async {
        let ground = Ground::new("down");
        lock(&ground.world.doors).door("two").is_down = true;
        let course = ground.run(Command::Rotate, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Blocked(Blocked::Unproved(vec!["two".into()])), "{course:?}");
        assert_eq!(ground.in_force(), ground.old);
        assert_eq!((keys_at(&ground, "one"), keys_at(&ground, "two")), (2, 1));
        // A second rotation is not begun over it.
        let refused = ground.run(Command::Rotate, ground.options(), None).await.refusals();
        assert!(refused.contains("is not ended"), "{refused}");
        // It comes up, and the rest is done.
        lock(&ground.world.doors).door("two").is_down = false;
        let course = ground.run(Command::Resume, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        retired(&ground, &ground.in_force());
    });
}

#[test]
fn a_machine_that_is_gone_can_be_left_out_and_the_old_key_is_kept_for_it() {
    in_paused_time(async {
        let ground = Ground::new("left-out");
        lock(&ground.world.doors).door("two").is_down = true;
        ground.run(Command::Rotate, ground.options(), None).await.course();
        let options = RotationOptions { exclude: Ground::names(&["two"]), ..retiring(&ground) };
        let course = ground.run(Command::Resume, options, None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        assert!(ground.files().iter().any(|name| name.starts_with("deploy.previous-")), "{:?}", ground.files());
        assert!(course.remarks.iter().any(|remark| remark.contains("stays in")), "{:?}", course.remarks);
    });
}

#[test]
fn a_machine_down_at_the_retirement_keeps_the_old_key_and_is_named() {
    in_paused_time(async {
        let ground = Ground::new("down-late");
        ground.run(Command::Rotate, ground.options(), None).await.course();
        lock(&ground.world.doors).door("one").is_down = true;
        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Blocked(Blocked::StillOpen(vec!["one".into()])), "{course:?}");
        assert!(ground.files().iter().any(|name| name.starts_with("deploy.previous-")));
        assert_eq!(ground.world.registered().len(), 2, "the registry keeps the old key until every machine is done");
        lock(&ground.world.doors).door("one").is_down = false;
        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        retired(&ground, &ground.in_force());
    });
}

#[test]
fn an_old_key_in_a_second_file_is_seen_by_the_proof() {
    in_paused_time(async {
        let ground = Ground::new("second-file");
        ground.run(Command::Rotate, ground.options(), None).await.course();
        {
            let mut doors = lock(&ground.world.doors);
            let door = doors.door("two");
            door.also = door.keys.clone();
        }
        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Blocked(Blocked::StillOpen(vec!["two".into()])), "{course:?}");
        let two = course.rotation.machines.iter().find(|state| &*state.machine.name == "two").expect("a machine");
        assert_eq!(two.status, MachineStatus::Proved);
        assert!(two.why.contains("still takes the old key"), "{}", two.why);
    });
}

#[test]
fn another_machine_behind_the_same_address_is_no_proof() {
    in_paused_time(async {
        let ground = Ground::new("two-behind-one");
        // After the preflight's and the installation's login, another one answers.
        lock(&ground.world.doors).door("one").is_down = true;
        ground.run(Command::Rotate, ground.options(), None).await.course();
        {
            let mut doors = lock(&ground.world.doors);
            doors.door("one").is_down = false;
            let new = doors.door("two").keys.clone();
            doors.door("one").keys = new;
            doors.door("one").swaps_after = Some(1);
        }
        let course = ground.run(Command::Resume, ground.options(), None).await.course();
        assert_eq!(course.ending, Ending::Blocked(Blocked::Unproved(vec!["one".into()])), "{course:?}");
    });
}

#[test]
fn the_overlap_is_kept_unless_it_is_cut_short() {
    in_paused_time(async {
        let mut ground = Ground::new("overlap");
        ground.mapping.ssh.as_deref_mut().expect("an ssh block").overlap = Some(std::time::Duration::from_secs(86_400));
        let course = ground.run(Command::Rotate, retiring(&ground), None).await.course();
        assert!(matches!(course.ending, Ending::Blocked(Blocked::Overlap(_))), "{course:?}");
        assert_eq!(keys_at(&ground, "one"), 2);
        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert!(matches!(course.ending, Ending::Blocked(Blocked::Overlap(_))), "{course:?}");
        ground.world.wait(86_400);
        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
    });
}

#[test]
fn a_compromised_key_has_no_overlap_and_is_still_proved_first() {
    in_paused_time(async {
        let mut ground = Ground::new("compromised");
        ground.mapping.ssh.as_deref_mut().expect("an ssh block").overlap = Some(std::time::Duration::from_secs(86_400));
        lock(&ground.world.doors).door("two").is_down = true;
        let options = RotationOptions { compromised: true, ..retiring(&ground) };
        let course = ground.run(Command::Rotate, options.clone(), None).await.course();
        assert_eq!(course.ending, Ending::Blocked(Blocked::Unproved(vec!["two".into()])), "{course:?}");
        assert_eq!(keys_at(&ground, "one"), 2, "nothing is retired while a machine is unproved");
        lock(&ground.world.doors).door("two").is_down = false;
        let course = ground.run(Command::Resume, options, None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
    });
}

#[test]
fn a_hand_changed_secret_refuses_before_anything_is_done() {
    in_paused_time(async {
        let ground = Ground::new("drifted");
        // The first rotation teaches the ledger what GitHub holds.
        ground.run(Command::Rotate, retiring(&ground), None).await.course();
        let now = ground.world.now() + 500;
        let by_hand = SecretValue::from("set by hand");
        lock(&ground.world.stores).github.set("org:acme", Slot::Secret, "SSH_PRIVATE_KEY", by_hand, now).expect("set");
        let esc = ground.world.esc();
        let refused = ground.run(Command::Rotate, ground.options(), None).await.refusals();
        assert!(refused.contains("--overwrite SSH_PRIVATE_KEY"), "{refused}");
        assert_eq!(ground.world.esc(), esc);
        let options = RotationOptions { overwrite: Ground::overwriting(&["SSH_PRIVATE_KEY"]), ..retiring(&ground) };
        let course = ground.run(Command::Rotate, options, None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
    });
}

#[test]
fn a_stored_half_of_another_key_refuses() {
    in_paused_time(async {
        let ground = Ground::new("other-half");
        let other = Ground::new("other-half-other");
        let theirs = files::read(&other.folder.join("deploy")).expect("readable").expect("a key");
        let theirs = KeyPair::read(&theirs, None).expect("a key");
        // The key in force is still somewhere, or nothing would open the machines.
        for name in ["deploy", "deploy.pub"] {
            std::fs::rename(ground.folder.join(name), ground.folder.join(format!("real-{name}"))).expect("moved");
        }
        files::create(&ground.folder.join("deploy"), &theirs).expect("written");
        let refused = ground.run(Command::Rotate, ground.options(), None).await.refusals();
        assert!(refused.contains("holds another key"), "{refused}");
        assert!(ground.rotation().await.is_none());
    });
}

#[test]
fn a_stored_half_that_was_cut_off_refuses_and_a_placeholder_does_not() {
    in_paused_time(async {
        let ground = Ground::new("cut-half");
        let esc = ground.world.esc();
        let line = esc.lines().find(|line| line.contains("public_key_base64")).expect("a public half").to_owned();
        let with = |value: &str| esc.replace(&line, &format!("    public_key_base64: {value}"));
        let put = |text: &str| {
            let now = ground.world.now();
            let put = lock(&ground.world.stores).esc.put_environment("acme", "default", "production", text, now);
            put.expect("a definition");
        };
        let whole = line.split_once(": ").expect("a value").1;
        put(&with(&whole[..60]));
        let refused = ground.run(Command::Rotate, ground.options(), None).await.refusals();
        assert!(refused.contains("holds no public key"), "{refused}");
        put(&with("REPLACE_ME"));
        let options = RotationOptions { overwrite: Ground::overwriting(&["SSH_PUBLIC_KEY"]), ..ground.options() };
        let course = ground.run(Command::Rotate, options, None).await.course();
        assert_eq!(course.ending, Ending::Overlap, "{course:?}");
    });
}

#[test]
fn it_says_so_on_a_machine_without_the_private_files() {
    in_paused_time(async {
        let ground = Ground::new("elsewhere");
        ground.run(Command::Rotate, ground.options(), None).await.course();
        let empty = ground.folder.join("elsewhere");
        std::fs::create_dir(&empty).expect("a folder");
        for name in ground.files().into_iter().filter(|name| name.starts_with("deploy")) {
            std::fs::rename(ground.folder.join(&name), empty.join(&name)).expect("moved");
        }
        let refused = ground.run(Command::Retire, retiring(&ground), None).await.refusals();
        assert!(refused.contains("is not on this machine") && refused.contains("begun on here"), "{refused}");
    });
}

#[test]
fn after_the_switch_there_is_only_forward() {
    in_paused_time(async {
        let ground = Ground::new("forward");
        ground.run(Command::Rotate, ground.options(), None).await.course();
        let refused = ground.run(Command::Cancel, ground.options(), None).await.refusals();
        assert!(refused.contains("only forward"), "{refused}");
        assert_eq!(ground.rotation().await.expect("kept").step, Step::Overlap);
    });
}

#[test]
fn nothing_under_way_is_nothing_to_do() {
    in_paused_time(async {
        let ground = Ground::new("nothing");
        for command in [Command::Resume, Command::Retire, Command::Cancel] {
            assert!(matches!(ground.run(command, ground.options(), None).await, Ran::Nothing), "{command:?}");
        }
    });
}
