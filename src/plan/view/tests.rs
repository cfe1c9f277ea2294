//! What records and stamps come to.

use std::{borrow::Cow, sync::Arc};

use super::*;
use crate::model::{App, GithubPlace, GithubScope, Known, SecretValue, Slot};

const A: Fingerprint = Fingerprint([1; 32]);
const B: Fingerprint = Fingerprint([2; 32]);
const C: Fingerprint = Fingerprint([3; 32]);

fn place() -> GithubPlace {
    let scope = GithubScope::Organization { app: App::Actions, organization: "acme".into() };
    GithubPlace { scope: Arc::new(scope), slot: Slot::Secret, name: "A".parse().expect("legal") }
}

fn held(fingerprint: Fingerprint, at: i64) -> Option<HeldRecord> {
    Some(HeldRecord { fingerprint, created_at: Some(Stamp(5)), updated_at: Stamp(at), how: Known::Written })
}

fn agreed(fingerprint: Fingerprint, at: i64) -> Record {
    Record { base: Some(fingerprint), held: held(fingerprint, at), ..Record::default() }
}

fn meta(at: i64) -> Meta {
    Meta { created_at: Some(Stamp(5)), updated_at: Some(Stamp(at)), visibility: None }
}

/// The view of a place that is hidden, or read by the job.
fn look(record: Record, esc: Fingerprint, meta: &Meta, job: Option<(Fingerprint, bool)>) -> View {
    look_with(record, esc, meta, job, true)
}

fn look_with(record: Record, esc: Fingerprint, meta: &Meta, job: Option<(Fingerprint, bool)>, has_key: bool) -> View {
    let (place, value) = (place(), SecretValue::from("x"));
    let mut memory = Memory { has_key, ..Memory::default() };
    memory.records.insert(place.clone(), record);
    memory.esc_now.insert(place.clone(), esc);
    memory.github_now.extend(job.map(|(print, _)| (place.clone(), print)));
    let (known, equal) = match job {
        None => (GithubKnowledge::Hidden(meta), None),
        Some((_, equal)) => (GithubKnowledge::Value { value: &value, meta: Some(meta), by_job: true }, Some(equal)),
    };
    let side = PlaceSide { place: &place, known, equal, outdated: false };
    let fitnesses = Fitnesses { esc: &|| Fitness::Fit, github: &|| Fitness::Fit };
    View::of(&EscKnowledge::Value(Cow::Borrowed(&value)), &side, &memory, &fitnesses)
}

fn hidden(record: Record, esc: Fingerprint, at: i64) -> View {
    look(record, esc, &meta(at), None)
}

fn moved(view: View) -> Option<bool> {
    match view.esc {
        Esc::Value { moved, .. } => moved,
        other => panic!("{other:?}"),
    }
}

fn known(same: bool, moved: Option<bool>) -> Github {
    Github::Known { same, moved, readable: None }
}

#[test]
fn a_record_speaks_as_long_as_the_stamps_are_exactly_its_own() {
    let view = hidden(agreed(A, 10), A, 10);
    assert_eq!((view.github, moved(view)), (known(true, Some(false)), Some(false)));
    let view = hidden(agreed(A, 10), B, 10);
    assert_eq!((view.github, moved(view)), (known(false, Some(false)), Some(true)));
    for at in [9, 11] {
        assert_eq!(hidden(agreed(A, 10), A, at).github, Github::MovedHidden, "g17 c6: {at}");
    }
    let recreated = Meta { created_at: Some(Stamp(6)), ..meta(10) };
    assert_eq!(look(agreed(A, 10), A, &recreated, None).github, Github::MovedHidden);
    let unsaid = Meta { created_at: None, ..meta(10) };
    assert_eq!(look(agreed(A, 10), A, &unsaid, None).github, known(true, Some(false)));
    let stampless = Meta::default();
    assert_eq!(look(agreed(A, 10), A, &stampless, None).github, Github::Unrecorded);
}

#[test]
fn without_a_record_or_a_key_nothing_is_known_of_what_is_hidden() {
    let view = hidden(Record::default(), A, 10);
    assert_eq!((view.github, moved(view)), (Github::Unrecorded, None));
    let keyless = |at| look_with(agreed(A, 10), A, &meta(at), None, false);
    assert_eq!((keyless(10).github, moved(keyless(10))), (Github::Unrecorded, None));
    assert_eq!(keyless(11).github, Github::MovedHidden);
    let only_held = Record { base: None, ..agreed(A, 10) };
    assert_eq!(hidden(only_held.clone(), B, 10).github, known(false, None));
    assert_eq!(hidden(only_held, A, 10).github, known(true, None));
    let attested = Record { base: Some(A), held: held(B, 10), ..Record::default() };
    assert_eq!(hidden(attested, A, 10).github, known(false, Some(true)));
}

#[test]
fn what_the_job_reads_is_compared_with_the_base() {
    let github = |record, job, at| look(record, A, &meta(at), Some((job, false))).github;
    let read = |moved, newer| Github::Known {
        same: false,
        moved,
        readable: Some(Readable { fitness: Fitness::Fit, listed: true, newer }),
    };
    assert_eq!(github(agreed(A, 10), B, 11), read(Some(true), true));
    assert_eq!(github(agreed(A, 10), B, 9), read(Some(true), false));
    assert_eq!(github(Record::default(), B, 10), read(None, false));
    let attested = Record { base: Some(A), held: held(B, 10), ..Record::default() };
    let by_job = |how| Record { held: held(A, 10).map(|held| HeldRecord { how, ..held }), ..attested.clone() };
    assert_eq!(github(by_job(Known::Attested), B, 10), read(Some(true), false));
    assert_eq!(look(agreed(A, 10), A, &meta(11), Some((A, true))).github, {
        let readable = Some(Readable { fitness: Fitness::Fit, listed: true, newer: true });
        Github::Known { same: true, moved: Some(false), readable }
    });
}

fn pending(print: Fingerprint, before: Option<i64>, begun: Option<i64>, acknowledged: bool) -> Record {
    let (before, begun) = (before.map(Stamp), begun.map(Stamp));
    let pending = PendingWrite { fingerprint: print, before, begun, acknowledged, over_ours: false };
    Record { pending: Some(pending), ..agreed(A, 10) }
}

#[test]
fn g19_c1_a_write_that_did_not_land_is_as_if_it_had_not_been_begun() {
    let view = hidden(pending(B, Some(10), Some(20), false), B, 10);
    assert_eq!((view.github, moved(view)), (known(false, Some(false)), Some(true)));
    assert_eq!(hidden(pending(B, Some(10), Some(20), false), A, 10).github, known(true, Some(false)));
    let drifted = pending(B, Some(15), Some(20), false);
    assert_eq!(hidden(drifted, B, 15).github, Github::MovedHidden);
}

#[test]
fn c1_one_that_did_not_land_over_an_unsettled_one_of_ours_leaves_ours() {
    let over = |before| {
        let record = pending(B, Some(before), Some(20), false);
        let pending = record.pending.map(|pending| PendingWrite { over_ours: true, ..pending });
        Record { pending, ..record }
    };
    assert_eq!(hidden(over(15), C, 15).github, Github::Ours);
    assert_eq!(hidden(over(15), C, 141).github, Github::Unsettled);
}

#[test]
fn g19_a_stamp_inside_the_window_is_ours_and_outside_it_nobodys() {
    let at = |now| hidden(pending(B, Some(10), Some(20), false), B, now).github;
    assert_eq!((at(20), at(140)), (Github::Ours, Github::Ours));
    assert_eq!((at(19), at(141)), (Github::Unsettled, Github::Unsettled));
    assert_eq!(hidden(pending(B, Some(10), Some(20), false), C, 20).github, Github::Ours);
    assert_eq!(hidden(pending(B, Some(10), Some(20), true), B, 141).github, Github::Unsettled);
    assert_eq!(hidden(pending(B, None, Some(20), false), B, 21).github, Github::Ours);
}

#[test]
fn g17_within_one_second_the_stamp_does_not_tell_whether_it_landed() {
    assert_eq!(hidden(pending(B, Some(10), Some(10), false), A, 10).github, Github::Ours);
    assert_eq!(hidden(pending(B, Some(10), None, false), A, 10).github, Github::Ours);
    assert_eq!(hidden(pending(B, Some(10), Some(20), true), A, 10).github, Github::Ours);
    let foreign_before = pending(B, Some(15), Some(15), false);
    assert_eq!(hidden(foreign_before, B, 15).github, Github::MovedHidden);
}

#[test]
fn without_githubs_time_only_an_acknowledged_write_of_esc_now_is_ours() {
    let at = |acknowledged, esc| hidden(pending(B, Some(10), None, acknowledged), esc, 50).github;
    assert_eq!(at(true, B), Github::Ours);
    assert_eq!((at(true, C), at(false, B)), (Github::Unsettled, Github::Unsettled));
    let stampless = Meta::default();
    assert_eq!(look(pending(B, Some(10), Some(20), true), B, &stampless, None).github, Github::Unsettled);
}

#[test]
fn a_write_that_the_job_sees_landed_is_what_both_agreed_on() {
    let view = look(pending(B, Some(10), Some(20), false), C, &meta(21), Some((B, false)));
    assert!(matches!(view.github, Github::Known { same: false, moved: Some(false), readable: Some(_) }));
    assert_eq!(moved(view), Some(true));
}
