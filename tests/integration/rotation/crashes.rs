//! The power fails at each deed of a rotation, or a deed or its answer is lost; then the command is run again.

use esc_sync::engine::Ending;

use super::{
    ground::{Command, Ground, Ran},
    runs::{retired, retiring},
    wire::Mishap,
};
use crate::simulation::driver::in_paused_time;

const MISHAPS: [Mishap; 4] = [Mishap::CrashBefore, Mishap::CrashAfter, Mishap::FailBefore, Mishap::FailAfter];

/// One after the other, each deed of a whole rotation meets the mishap; whatever is left is gone on with.
fn every_deed(mishap: Mishap) {
    in_paused_time(async {
        let deeds = {
            let ground = Ground::new(&format!("{mishap:?}-count"));
            ground.run(Command::Rotate, retiring(&ground), None).await.course();
            ground.world.deeds()
        };
        assert!(deeds > 20, "a rotation has many deeds: {deeds}");
        for at in 0..deeds {
            let ground = Ground::new(&format!("{mishap:?}-{at}"));
            let ran = ground.run(Command::Rotate, retiring(&ground), Some((at, mishap))).await;
            let ended = go_on(&ground, ran).await;
            assert!(ended, "deed {at}: it does not come to its end: {:?}", ground.rotation().await);
            retired(&ground, &ground.in_force());
            let _ = std::fs::remove_dir_all(&ground.folder);
        }
    });
}

/// Resumed until it ends; what was killed before it was recorded is begun anew.
async fn go_on(ground: &Ground, first: Ran) -> bool {
    let mut ran = first;
    for _ in 0..4 {
        if let Ran::Went(course) = &ran
            && course.ending == Ending::Done
        {
            return true;
        }
        let under_way = ground.rotation().await.is_some_and(|rotation| !rotation.step.is_end());
        let ended = ground.rotation().await.is_some_and(|rotation| rotation.step.is_end());
        if ended {
            return true;
        }
        let command = if under_way { Command::Resume } else { Command::Rotate };
        ran = ground.run(command, retiring(ground), None).await;
    }
    false
}

#[test]
fn c11_i14_killed_before_each_deed() {
    every_deed(MISHAPS[0]);
}

#[test]
fn c11_i14_killed_after_each_deed() {
    every_deed(MISHAPS[1]);
}

#[test]
fn c11_i14_each_deed_fails() {
    every_deed(MISHAPS[2]);
}

#[test]
fn c11_i14_each_answer_is_lost() {
    every_deed(MISHAPS[3]);
}

/// Killed at one deed, resumed and killed at another: two deaths in a row.
#[test]
fn c11_i14_killed_twice() {
    in_paused_time(async {
        for first in (0..60).step_by(5) {
            for second in (0..30).step_by(4) {
                let ground = Ground::new(&format!("twice-{first}-{second}"));
                let ran = ground.run(Command::Rotate, retiring(&ground), Some((first, Mishap::CrashAfter))).await;
                let under_way = ground.rotation().await.is_some_and(|rotation| !rotation.step.is_end());
                let ran = if under_way {
                    ground.run(Command::Resume, retiring(&ground), Some((second, Mishap::CrashAfter))).await
                } else {
                    ran
                };
                assert!(go_on(&ground, ran).await, "{first}, {second}");
                retired(&ground, &ground.in_force());
                let _ = std::fs::remove_dir_all(&ground.folder);
            }
        }
    });
}

/// The new file goes last: killed after that, the cancel has only to be written down.
#[test]
fn c11_i14_a_cancel_is_killed_once_the_new_file_is_gone() {
    in_paused_time(async {
        let began = async |name: &str| {
            let ground = Ground::new(name);
            super::wire::lock(&ground.world.doors).door("two").is_down = true;
            ground.run(Command::Rotate, ground.options(), None).await.course();
            super::wire::lock(&ground.world.doors).door("two").is_down = false;
            ground
        };
        let counted = began("cancel-count").await;
        counted.run(Command::Cancel, counted.options(), None).await.course();
        let ground = began("cancel-end").await;
        let last = counted.world.deeds() - 1;
        let ran = ground.run(Command::Cancel, ground.options(), Some((last, Mishap::CrashAfter))).await;
        assert!(matches!(ran, Ran::Killed), "{ran:?}");
        for name in ["deploy.next", "deploy.next.pub"] {
            std::fs::remove_file(ground.folder.join(name)).expect("the new key was still there");
        }
        let course = ground.run(Command::Cancel, ground.options(), None).await.course();
        assert_eq!(course.ending, Ending::Cancelled, "{course:?}");
        assert_eq!(ground.in_force(), ground.old);
    });
}

/// A rotation that is taken back may be killed as well.
#[test]
fn c11_i14_a_cancel_is_killed_after_each_deed() {
    in_paused_time(async {
        for at in 0..25 {
            let ground = Ground::new(&format!("cancel-{at}"));
            super::wire::lock(&ground.world.doors).door("two").is_down = true;
            ground.run(Command::Rotate, ground.options(), None).await.course();
            super::wire::lock(&ground.world.doors).door("two").is_down = false;
            let mut ran = ground.run(Command::Cancel, ground.options(), Some((at, Mishap::CrashAfter))).await;
            if matches!(ran, Ran::Killed) {
                ran = ground.run(Command::Cancel, ground.options(), None).await;
            }
            assert!(matches!(ran, Ran::Went(_) | Ran::Nothing), "{at}: {ran:?}");
            assert_eq!(ground.in_force(), ground.old);
            assert_eq!(ground.files(), ["deploy", "deploy.pub", "user-data.yaml"], "{at}");
            assert_eq!(ground.world.registered(), ["deploy"], "{at}");
            let _ = std::fs::remove_dir_all(&ground.folder);
        }
    });
}
