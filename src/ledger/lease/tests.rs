//! When a lease is given, kept and taken over; time stands still or jumps as the test says.

use std::sync::Mutex;

use super::*;
use crate::ledger::backend::StateFaultKind;

#[derive(Default)]
struct Room {
    document: Mutex<Option<(Vec<u8>, u64)>>,
    age: Option<Duration>,
}

impl LeaseStore for Room {
    fn describe(&self) -> String {
        "the room".to_owned()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, StateFault>> {
        let document = self.document.lock().expect("no panic").clone();
        let stored = document.map(|(bytes, version)| Stored { bytes, tag: Tag(version.to_string().into()) });
        Box::pin(async move { Ok(stored) })
    }

    fn write<'a>(&'a self, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        let mut document = self.document.lock().expect("no panic");
        let (there, version) = match &*document {
            Some((_, version)) => (Expected::Version(Tag(version.to_string().into())), *version),
            None => (Expected::Absent, 0),
        };
        let result = if there == expected { Ok(Tag((version + 1).to_string().into())) } else { Err(PutFault::Changed) };
        if result.is_ok() {
            *document = Some((bytes.to_vec(), version + 1));
        }
        Box::pin(async move { result })
    }

    fn age(&self) -> BoxFuture<'_, Result<Option<Duration>, StateFault>> {
        let age = self.age;
        Box::pin(async move { Ok(age) })
    }
}

fn held(until: &str, age: Option<u64>) -> Arc<Room> {
    let lease = Lease { holder: Some("run\u{1b}-1".to_owned()), id: "other".to_owned(), until: Some(until.to_owned()) };
    Arc::new(Room { document: Mutex::new(Some((written(&lease), 7))), age: age.map(Duration::from_secs) })
}

async fn taken(room: &Arc<Room>, wait: u64) -> Result<Exclusion, StateFault> {
    take(Arc::clone(room) as Arc<dyn LeaseStore>, "run-2", Duration::from_secs(wait), LeaseTerms::default()).await
}

fn holder(room: &Room) -> Option<String> {
    parse(&room.document.lock().expect("no panic").as_ref().expect("a lease").0).holder
}

#[tokio::test(start_paused = true)]
async fn one_holds_it_until_it_is_given_back() {
    let room = Arc::new(Room::default());
    let first = taken(&room, 0).await.expect("nobody has it");
    let fault = taken(&room, 0).await.expect_err("it is held");
    assert_eq!(fault.kind, StateFaultKind::Busy);
    assert_eq!(fault.what, "the room is being written to by run-2");
    first.release().await;
    assert_eq!(holder(&room), None);
    taken(&room, 0).await.expect("it was given back").release().await;
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_as_long_as_it_is_held_and_no_longer() {
    let room = Arc::new(Room::default());
    let first = taken(&room, 0).await.expect("nobody has it");
    assert_eq!(taken(&room, 600).await.expect_err("it is renewed").kind, StateFaultKind::Busy);
    drop(first);
    taken(&room, 600).await.expect("it ran out").release().await;
}

#[tokio::test(start_paused = true)]
async fn it_is_taken_over_only_after_it_ran_out() {
    let long_ago = "2020-01-01T00:00:00Z";
    let far_ahead = "2920-01-01T00:00:00Z";
    for (until, age, free) in [
        (long_ago, None, true),
        (far_ahead, None, false),
        (long_ago, Some(10), false),
        (far_ahead, Some(62), true),
        (far_ahead, Some(60), false),
    ] {
        let room = held(until, age);
        let result = taken(&room, 0).await;
        assert_eq!(result.is_ok(), free, "{until} {age:?}");
        if let Err(fault) = result {
            assert_eq!(fault.what, "the room is being written to by run-1");
        }
    }
    taken(&held(far_ahead, None), 90).await.expect("it stood still for its whole term");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_somebodys() {
    let room = Arc::new(Room { document: Mutex::new(Some((b"{".to_vec(), 1))), age: None });
    assert!(taken(&room, 30).await.is_err());
    assert!(taken(&room, 90).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_taken_over_is_not_given_back_by_who_lost_it() {
    let room = Arc::new(Room::default());
    let first = taken(&room, 0).await.expect("nobody has it");
    let other = Lease { holder: Some("run-3".to_owned()), id: "third".to_owned(), until: None };
    *room.document.lock().expect("no panic") = Some((written(&other), 9));
    sleep(Duration::from_secs(100)).await;
    first.release().await;
    assert_eq!(holder(&room).as_deref(), Some("run-3"));
}
