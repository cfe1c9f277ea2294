//! Variables: changed where they are, made where they are not.

use esc_sync::{
    model::{SecretValue, Slot},
    plan::{Access, End, GithubBasis},
    sandbox::{Effect, Fault},
};

use super::{Bench, Wanted, ends, org, place, repository};

const NEW: &str = "new \"quoted\" é\n";

fn wanted(name: &str, before: GithubBasis) -> Wanted {
    Wanted { before, ..Wanted::new(place(&org(), Slot::Variable, name), NEW) }
}

fn given(bench: &Bench, name: &str, value: &str) {
    bench.running.world(|world| {
        world.github.set("org:acme", Slot::Variable, name, value.into(), 5).expect("set");
    });
}

fn stored(bench: &Bench, name: &str) -> Option<String> {
    bench.stored("org:acme", Slot::Variable, name)
}

#[tokio::test]
async fn a_variable_is_changed_or_made_also_where_it_went() {
    let bench = Bench::new().await;
    given(&bench, "THERE", "old");
    let present = GithubBasis::Present(None);
    let all = [wanted("THERE", present), wanted("NEW", GithubBasis::Absent), wanted("GONE", present)];
    assert_eq!(ends(&bench.write(&all).await), [End::Done; 3]);
    for name in ["THERE", "NEW", "GONE"] {
        assert_eq!(stored(&bench, name).as_deref(), Some(NEW), "{name}");
    }
    // One request where the listing was right, two where it was not.
    assert_eq!((bench.asked("PATCH", ""), bench.asked("POST", "")), (2, 2));
}

#[tokio::test]
async fn g22_a_variable_that_somebody_made_meanwhile_is_left_alone() {
    let bench = Bench::new().await;
    given(&bench, "THEIRS", "old");
    given(&bench, "SAME", NEW);
    let all = [wanted("THEIRS", GithubBasis::Absent), wanted("SAME", GithubBasis::Absent)];
    assert_eq!(ends(&bench.write(&all).await), [End::Overtaken, End::Done]);
    assert_eq!(stored(&bench, "THEIRS").as_deref(), Some("old"));
    assert_eq!(bench.asked("PATCH", ""), 0);
}

#[tokio::test]
async fn g19_a_variable_that_was_made_unseen_is_not_made_twice() {
    let bench = Bench::new().await;
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("POST", "/variables"));
    assert_eq!(ends(&bench.write(&[wanted("A", GithubBasis::Absent)]).await), [End::Done]);
    assert_eq!((bench.asked("POST", ""), bench.asked("PATCH", "")), (2, 0));
    assert_eq!(stored(&bench, "A").as_deref(), Some(NEW));
    // A lost answer and a stranger's value look alike until the value is read.
    bench.running.fault(Fault::new(Effect::Reset { applied: true }).on("POST", "/variables"));
    bench.running.fault(Fault::status(500, "no").on("GET", "/variables/B").forever());
    assert_eq!(ends(&bench.write(&[wanted("B", GithubBasis::Absent)]).await), [End::Unknown]);
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
