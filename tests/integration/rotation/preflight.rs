//! What a rotation is not begun without: nothing is written, on no side, and no record is made.

use super::{
    ground::{Command, Ground},
    runs::retiring,
};
use crate::simulation::driver::in_paused_time;

async fn refused(ground: &Ground) -> String {
    let (esc, registered) = (ground.world.esc(), ground.world.registered());
    let refused = ground.run(Command::Rotate, retiring(ground), None).await.refusals();
    assert_eq!((ground.world.esc(), ground.world.registered()), (esc, registered), "{refused}");
    assert!(ground.rotation().await.is_none(), "{refused}");
    refused
}

#[test]
fn a_rotation_without_its_old_key_is_not_begun() {
    in_paused_time(async {
        let ground = Ground::new("no-old-key");
        std::fs::remove_file(ground.folder.join("deploy")).expect("removed");
        let refused = refused(&ground).await;
        assert!(refused.contains("there is no private key in") && refused.contains("`private-key`"), "{refused}");
    });
}

#[test]
fn a_rotation_without_a_machine_is_not_begun() {
    in_paused_time(async {
        let mut ground = Ground::new("no-machine");
        ground.mapping.ssh.as_deref_mut().expect("an ssh block").machines = Box::default();
        let refused = refused(&ground).await;
        assert!(refused.contains("no machine is known") && refused.contains("--without-machines"), "{refused}");
    });
}
