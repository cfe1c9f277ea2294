//! Whole rotations: what is there afterwards, on every side.

use esc_sync::{
    engine::Ending,
    keys::KeyFingerprint,
    model::Slot,
    ssh::{MachineStatus, rotation::Step},
};

use super::{
    ground::{Command, Ground, USER_DATA},
    wire::lock,
};
use crate::simulation::driver::in_paused_time;

#[test]
fn both_keys_are_good_until_the_old_one_is_retired() {
    in_paused_time(async {
        let ground = Ground::new("whole");
        let course = ground.run(Command::Rotate, ground.options(), None).await.course();
        assert_eq!(course.ending, Ending::Overlap, "{course:?}");
        assert_eq!(keys_at(&ground, "one"), 2);
        let new = ground.in_force();
        assert_ne!(new, ground.old);
        assert_eq!(Some(&new), course.rotation.new.as_ref());
        switched(&ground, &new);
        assert_eq!(ground.world.registered().len(), 2);
        assert_eq!(ground.document().matches("ssh-ed25519").count(), 1, "{}", ground.document());

        let course = ground.run(Command::Retire, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        assert!(course.rotation.machines.iter().all(|state| state.status == MachineStatus::Retired));
        retired(&ground, &new);
        // Once more: nothing is left to do.
        assert!(matches!(ground.run(Command::Retire, retiring(&ground), None).await, super::ground::Ran::Nothing));
        assert_eq!(ground.world.deeds(), 0);
    });
}

#[test]
fn one_run_may_go_all_the_way() {
    in_paused_time(async {
        let ground = Ground::new("all-the-way");
        let course = ground.run(Command::Rotate, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        retired(&ground, &ground.in_force());
        // A second rotation begins from the new key.
        let before = ground.in_force();
        let course = ground.run(Command::Rotate, retiring(&ground), None).await.course();
        assert_eq!(course.ending, Ending::Done, "{course:?}");
        assert_eq!(course.rotation.old, before);
        retired(&ground, &ground.in_force());
    });
}

#[test]
fn what_was_not_switched_is_taken_back() {
    in_paused_time(async {
        let ground = Ground::new("cancelled");
        lock(&ground.world.doors).door("two").is_down = true;
        let esc = ground.world.esc();
        let course = ground.run(Command::Rotate, ground.options(), None).await.course();
        assert_eq!(course.rotation.step, Step::RollOut, "{course:?}");
        assert_eq!(keys_at(&ground, "one"), 2);
        let course = ground.run(Command::Cancel, ground.options(), None).await.course();
        assert_eq!(course.ending, Ending::Cancelled, "{course:?}");
        assert_eq!((keys_at(&ground, "one"), keys_at(&ground, "two")), (1, 1));
        assert_eq!(ground.in_force(), ground.old);
        assert_eq!(ground.world.esc().replace("  esc-sync: {}\n", ""), esc, "nothing of it is left but an empty map");
        assert_eq!(ground.world.registered(), ["deploy"]);
        assert_eq!(ground.files(), ["deploy", "deploy.pub", "user-data.yaml"]);
        assert_eq!(ground.document(), USER_DATA);
    });
}

/// Everything that names the key names `new`.
pub(super) fn switched(ground: &Ground, new: &KeyFingerprint) {
    let public = std::fs::read_to_string(ground.folder.join("deploy.pub")).expect("a public half");
    let public = esc_sync::keys::PublicKey::parse(&public).expect("a key");
    assert_eq!(public.fingerprint(), *new);
    let esc = ground.world.esc();
    assert!(esc.contains(&public.encoded()), "ESC has the new public half");
    assert!(esc.contains("# the machines"), "comments stay");
    let private = std::fs::read_to_string(ground.folder.join("deploy")).expect("a private half");
    assert_eq!(ground.world.github(Slot::Variable, "SSH_PUBLIC_KEY"), Some(public.encoded()));
    assert_eq!(ground.world.github(Slot::Secret, "SSH_PRIVATE_KEY"), Some(private));
    assert_eq!(ground.world.github(Slot::Secret, "OTHER_TOKEN").as_deref(), Some("tok-0123456789abcdef"));
    let registered = ground.world.registered();
    let name = registered.iter().find(|name| *name != "deploy").expect("a name of its own");
    assert!(esc.contains(&format!("key_name: \"{name}\"")) || esc.contains(&format!("key_name: {name}")), "{esc}");
    assert!(ground.document().contains(&public.body()), "{}", ground.document());
}

/// And nothing of the old one is left.
pub(super) fn retired(ground: &Ground, new: &KeyFingerprint) {
    switched(ground, new);
    for name in ["one", "two"] {
        assert_eq!(keys_at(ground, name), 1);
    }
    assert_eq!(ground.world.registered().len(), 1);
    assert!(!ground.world.esc().contains("next-ssh"), "no pending name is left");
    assert_eq!(ground.files(), ["deploy", "deploy.pub", "user-data.yaml"]);
}

pub(super) fn keys_at(ground: &Ground, machine: &str) -> usize {
    lock(&ground.world.doors).door(machine).keys.len()
}

pub(super) fn retiring(ground: &Ground) -> esc_sync::engine::RotationOptions {
    esc_sync::engine::RotationOptions { retire: true, ..ground.options() }
}
