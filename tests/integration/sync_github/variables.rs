//! Variables: changed where they are, made where they are not.

use esc_sync::{
    model::{SecretValue, Slot},
    plan::{Access, End, GithubBasis},
    sandbox::{Effect, Fault},
};

use super::{Bench, Wanted, ends, org, place, repository};

fn wanted(name: &str, before: GithubBasis) -> Wanted {
    Wanted { before, ..Wanted::new(place(&org(), Slot::Variable, name), "new \"quoted\" é\n") }
}

fn stored(bench: &Bench, name: &str) -> Option<String> {
    bench.stored("org:acme", Slot::Variable, name)
}

#[tokio::test]
async fn a_variable_is_made_or_changed_whatever_the_listing_said() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        for name in ["THERE", "SURPRISE"] {
            world.github.set("org:acme", Slot::Variable, name, "old".into(), 5).expect("set");
        }
    });
    let present = GithubBasis::Present(None);
    let all = [
        wanted("THERE", present),
        wanted("NEW", GithubBasis::Absent),
        wanted("SURPRISE", GithubBasis::Absent),
        wanted("GONE", present),
    ];
    assert_eq!(ends(&bench.write(&all).await), [End::Done; 4]);
    for name in ["THERE", "NEW", "SURPRISE", "GONE"] {
        assert_eq!(stored(&bench, name).as_deref(), Some("new \"quoted\" é\n"), "{name}");
    }
    // One request where the listing was right, two where it was not.
    assert_eq!((bench.asked("PATCH", ""), bench.asked("POST", "")), (3, 3));
}

#[tokio::test]
async fn g19_a_variable_that_was_made_unseen_is_not_made_twice() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("POST", "/variables"));
    assert_eq!(ends(&bench.write(&[wanted("A", GithubBasis::Absent)]).await), [End::Done]);
    assert_eq!((bench.asked("POST", ""), bench.asked("PATCH", "")), (2, 1));
}

#[tokio::test]
async fn a_variable_of_a_repository_has_no_policy() {
    let bench = Bench::new().await;
    let place = place(&repository("acme/app"), Slot::Variable, "A");
    let wanted = [Wanted { access: Access::NotApplicable, ..Wanted::new(place, "v") }];
    assert_eq!(ends(&bench.write(&wanted).await), [End::Done]);
    assert_eq!(bench.stored("repo:acme/app", Slot::Variable, "A").as_deref(), Some("v"));
}

#[tokio::test]
async fn v2_what_is_not_text_is_no_variable() {
    let bench = Bench::new().await;
    let binary = SecretValue::from_bytes(vec![0xff, 0xfe]);
    let ended = bench.write(&[Wanted { value: binary, ..wanted("A", GithubBasis::Absent) }]).await;
    assert_eq!(ends(&ended), [End::Failed]);
    assert!(bench.running.requests().is_empty());
}
