//! Hand-made histories that break each invariant, beside ones that do not: a checker
//! that cannot fail is worth nothing.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::model::{Slot, Status};

use super::{Broken, Permits, bounds, conduct, copies, records, settled, status};
use crate::simulation::{
    ground::{ENVIRONMENTS, GROUND},
    history::{History, Note, What, Who},
    runner::Said,
    truth::{Cell, Spot, Truth},
    world::Count,
};

const OLD: &str = "q7Vw0001aaaaaaaaaaaaaaaa";
const NEW: &str = "q7Vw0002bbbbbbbbbbbbbbbb";

fn alpha() -> Spot {
    Spot::github("org:acme", Slot::Secret, "ALPHA_TOKEN")
}

fn alpha_in_esc() -> Spot {
    Spot::esc(ENVIRONMENTS[0], "s.alpha")
}

fn delta() -> Spot {
    Spot::github("org:acme", Slot::Variable, "DELTA_WORD")
}

fn zeta() -> Spot {
    Spot::github("org:acme", Slot::Secret, "ZETA_BYTES")
}

fn cell(value: &str) -> Cell {
    Cell { seen_by: Some(("all", Vec::new())), ..Cell::new(value) }
}

/// A history in the making; each event is ten seconds after the one before.
struct Tale(History);

impl Tale {
    fn of(start: &[(Spot, &str)]) -> Self {
        let start = start.iter().map(|(spot, value)| (spot.clone(), cell(value))).collect();
        Self(History { start, events: Vec::new() })
    }

    fn add(mut self, who: Who, what: What) -> Self {
        let at = 10 * i64::try_from(self.0.events.len()).expect("a short tale");
        self.0.add(at, who, what);
        self
    }

    fn wrote(self, who: Who, spot: &Spot, after: Option<Cell>) -> Self {
        let before = self.0.truth_before(self.0.events.len()).remove(spot);
        self.add(who, What::Wrote { spot: spot.clone(), before, after })
    }

    fn set(self, who: Who, spot: &Spot, value: &str) -> Self {
        self.wrote(who, spot, Some(cell(value)))
    }

    fn agreed(self, run: usize, spot: &Spot) -> Self {
        self.add(Who::Run(run), What::Agreed { spot: spot.clone() })
    }

    fn listed(self, run: usize, scope: &str) -> Self {
        self.add(Who::Run(run), What::Listed { scope: scope.into(), slot: Slot::Secret })
    }

    fn asked(self, run: usize, method: &str, path: &str) -> Self {
        self.add(Who::Run(run), What::Asked { method: method.into(), path: path.into() })
    }

    fn noted(self, run: usize, note: Note) -> Self {
        self.add(Who::Run(run), What::Noted { spot: alpha(), note })
    }
}

const US: Who = Who::Run(0);

#[track_caller]
fn breaks(found: Result<(), Broken>, invariant: &str) {
    assert_eq!(found.expect_err("it is broken").invariant, invariant);
}

#[track_caller]
fn holds(found: Result<(), Broken>) {
    if let Err(broken) = found {
        panic!("{broken}");
    }
}

fn permit(spot: &Spot) -> Permits {
    let both = BTreeSet::from([spot.clone()]);
    Permits { overwrite: both.clone(), remove: both, own: BTreeSet::new() }
}

#[test]
fn i1_the_last_copy_must_not_go() {
    let none = Permits::default();
    let lost = Tale::of(&[(alpha(), OLD), (alpha_in_esc(), NEW)]).set(US, &alpha(), NEW).0;
    breaks(copies::i1_last_copy(&lost, &none), "I1");
    holds(copies::i1_last_copy(&lost, &permit(&alpha())));
    let removed = Tale::of(&[(alpha(), OLD)]).wrote(US, &alpha(), None).0;
    breaks(copies::i1_last_copy(&removed, &none), "I1");
    // A revision of ESC still has it, or another place does.
    let kept = Tale::of(&[(alpha(), OLD), (alpha_in_esc(), OLD)]);
    holds(copies::i1_last_copy(&kept.set(Who::Actor, &alpha_in_esc(), NEW).set(US, &alpha(), NEW).0, &none));
    holds(copies::i1_last_copy(&Tale::of(&[(alpha(), OLD), (delta(), OLD)]).set(US, &alpha(), NEW).0, &none));
    let wrapped = Tale::of(&[(zeta(), OLD), (Spot::esc(ENVIRONMENTS[0], "s.zeta"), &STANDARD.encode(OLD))]);
    holds(copies::i1_last_copy(&wrapped.set(US, &zeta(), NEW).0, &none));
}

#[test]
fn i3_a_change_by_others_must_not_be_written_over() {
    let none = Permits::default();
    let check = |tale: Tale| copies::i3_no_silent_overwrite(&tale.0, &none);
    let start = || Tale::of(&[(alpha(), OLD), (alpha_in_esc(), NEW)]);
    breaks(check(start().set(US, &alpha(), NEW)), "I3");
    let drifted = || Tale::of(&[]).set(US, &alpha(), OLD).set(Who::Actor, &alpha(), "theirs");
    breaks(check(drifted().set(Who::Run(1), &alpha(), NEW)), "I3");
    breaks(check(drifted().listed(1, "org:acme").set(Who::Run(1), &alpha(), NEW)), "I3");
    holds(copies::i3_no_silent_overwrite(&drifted().set(Who::Run(1), &alpha(), NEW).0, &permit(&alpha())));
    // Ours since, seen to agree since, unchanged by the write, or made anew.
    holds(check(Tale::of(&[]).set(US, &alpha(), OLD).set(Who::Run(1), &alpha(), NEW)));
    holds(check(Tale::of(&[(delta(), OLD)]).agreed(0, &delta()).set(Who::Run(1), &delta(), NEW)));
    holds(check(start().set(US, &alpha(), OLD)));
    holds(check(Tale::of(&[]).set(US, &alpha(), NEW)));
}

#[test]
fn g22_a_change_after_the_last_look_is_excused_on_github_alone() {
    let check = |tale: Tale| copies::i3_no_silent_overwrite(&tale.0, &Permits::default());
    let raced = |spot: &Spot| {
        let before = Tale::of(&[]).set(US, spot, OLD).listed(1, "org:acme");
        before.set(Who::Actor, spot, "theirs").set(Who::Run(1), spot, NEW)
    };
    holds(check(raced(&alpha())));
    breaks(check(raced(&alpha_in_esc())), "I3");
    // Somebody wrote so soon after us that the stamp may be ours; not so in ESC, and not later.
    let soon = |spot: &Spot, seconds| {
        let mut tale = Tale::of(&[]).set(US, spot, OLD).set(Who::Actor, spot, "theirs").listed(1, "org:acme");
        tale.0.events[1].at = tale.0.events[0].at + seconds;
        tale.set(Who::Run(1), spot, NEW)
    };
    holds(check(soon(&alpha(), 2)));
    breaks(check(soon(&alpha(), 3)), "I3");
    breaks(check(soon(&alpha_in_esc(), 2)), "I3");
    // It was somebody else's already at the look.
    let old = Tale::of(&[]).set(Who::Actor, &alpha(), OLD).listed(1, "org:acme");
    breaks(check(old.set(Who::Actor, &alpha(), "theirs").set(Who::Run(1), &alpha(), NEW)), "I3");
}

#[test]
fn i6_what_arrives_is_what_was_read() {
    let start = || Tale::of(&[(alpha_in_esc(), OLD), (zeta(), OLD)]);
    breaks(conduct::i6_fidelity(&start().set(US, &alpha(), &OLD[1..]).0), "I6");
    breaks(conduct::i6_fidelity(&start().set(US, &alpha(), &format!("{OLD}\n")).0), "I6");
    holds(conduct::i6_fidelity(&start().set(US, &alpha(), OLD).0));
    // A value from before the run is an old reading; one that came while it ran is not.
    breaks(conduct::i6_fidelity(&start().set(Who::Actor, &alpha_in_esc(), NEW).set(US, &alpha(), OLD).0), "I6");
    let meanwhile = start().listed(0, "org:acme").set(Who::Actor, &alpha_in_esc(), NEW);
    holds(conduct::i6_fidelity(&meanwhile.set(US, &alpha(), OLD).0));
    let zeta_in_esc = Spot::esc(ENVIRONMENTS[0], "s.zeta");
    holds(conduct::i6_fidelity(&start().set(US, &zeta_in_esc, &STANDARD.encode(OLD)).0));
    breaks(conduct::i6_fidelity(&start().set(US, &zeta_in_esc, OLD).0), "I6");
}

#[test]
fn i7_nothing_beside_the_mapping_is_touched() {
    let none = Permits::default();
    for spot in GROUND.unmapped.iter().chain([&Spot::esc(ENVIRONMENTS[0], "#")]) {
        let touched = Tale::of(&[]).set(US, spot, NEW).0;
        breaks(conduct::i7_confinement(&touched, &none), "I7");
        holds(conduct::i7_confinement(
            &touched,
            &Permits { own: BTreeSet::from([spot.clone()]), ..Permits::default() },
        ));
    }
    let seen_by = |policy, list: &[&str]| {
        let list = list.iter().map(ToString::to_string).collect();
        Some(Cell { seen_by: Some((policy, list)), ..cell(NEW) })
    };
    let start = || Tale::of(&[(alpha(), OLD)]);
    breaks(conduct::i7_confinement(&start().wrote(US, &alpha(), seen_by("private", &[])).0, &none), "I7");
    let listed = start().wrote(Who::Actor, &alpha(), seen_by("selected", &["acme/app", "acme/site"]));
    breaks(conduct::i7_confinement(&listed.wrote(US, &alpha(), seen_by("selected", &["acme/app"])).0, &none), "I7");
    breaks(
        conduct::i7_confinement(&start().wrote(US, &alpha(), Some(Cell { secret: false, ..cell(NEW) })).0, &none),
        "I7",
    );
    holds(conduct::i7_confinement(&start().wrote(US, &alpha(), seen_by("all", &[])).0, &none));
    // The mapping says who is to see this one.
    let gamma = Spot::github("org:acme", Slot::Secret, "GAMMA_TOKEN");
    let start = || Tale::of(&[(gamma.clone(), OLD)]);
    holds(conduct::i7_confinement(&start().wrote(US, &gamma, seen_by("selected", &["acme/app"])).0, &none));
    breaks(conduct::i7_confinement(&start().wrote(US, &gamma, seen_by("selected", &["acme/site"])).0, &none), "I7");
}

#[test]
fn i9_i10_no_value_is_written_and_none_taken_away() {
    let none = Permits::default();
    for placeholder in ["changeme", "", " changeme\n", "[unknown]", "null"] {
        breaks(conduct::i9_placeholders_stay(&Tale::of(&[]).set(US, &alpha(), placeholder).0), "I9");
    }
    let wrapped = Tale::of(&[]).set(US, &Spot::esc(ENVIRONMENTS[0], "s.zeta"), &STANDARD.encode("changeme")).0;
    breaks(conduct::i9_placeholders_stay(&wrapped), "I9");
    holds(conduct::i9_placeholders_stay(&Tale::of(&[]).set(US, &alpha(), NEW).set(Who::Actor, &delta(), "").0));
    let emptied = Tale::of(&[(alpha(), OLD)]).set(US, &alpha(), "").0;
    breaks(conduct::i10_nothing_is_emptied(&emptied, &none), "I10");
    let removed = Tale::of(&[(alpha(), OLD)]).wrote(US, &alpha(), None).0;
    breaks(conduct::i10_nothing_is_emptied(&removed, &none), "I10");
    holds(conduct::i10_nothing_is_emptied(&removed, &permit(&alpha())));
    holds(conduct::i10_nothing_is_emptied(&Tale::of(&[(alpha(), OLD)]).wrote(Who::Actor, &alpha(), None).0, &none));
}

#[test]
fn i2_i4_a_settled_world_stays_and_a_disturbed_one_arrives() {
    let said = |succeeded| Said { succeeded, ..Said::refused(String::new()) };
    let first = || Tale::of(&[]).set(US, &alpha(), OLD).asked(1, "GET", "/x");
    let again = first().set(Who::Run(1), &alpha(), OLD).0;
    // The same value once more is a write as well: GitHub's stamp moves.
    breaks(settled::i2_idempotence(&said(true), (&said(true), 1), &again), "I2");
    breaks(settled::i2_idempotence(&said(true), (&said(false), 1), &first().0), "I2");
    holds(settled::i2_idempotence(&said(true), (&said(true), 1), &first().0));
    holds(settled::i2_idempotence(&said(false), (&said(true), 1), &again));
    let world = |value: &str, stamp| Truth::from([(alpha(), Cell { stamp, ..cell(value) })]);
    holds(settled::i4_same_world(&world(OLD, 1), &world(OLD, 2)));
    breaks(settled::i4_same_world(&world(OLD, 1), &world(NEW, 1)), "I4");
    breaks(settled::i4_same_world(&Truth::new(), &world(NEW, 1)), "I4");
    breaks(settled::i4_same_world(&world(NEW, 1), &Truth::new()), "I4");
}

#[test]
fn i5_what_is_said_must_be_so() {
    let same = Truth::from([(delta(), cell(OLD)), (Spot::esc(ENVIRONMENTS[0], "plain.delta"), cell(OLD))]);
    let mut other = same.clone();
    other.insert(delta(), cell(NEW));
    let open = BTreeSet::new();
    let statuses = |truth: &Truth| -> Vec<Status> {
        GROUND.mapping.entries.iter().map(|entry| status::model(entry, truth, &open)).collect()
    };
    let truth = |said: &[Status], worlds: &[&Truth], closed: &[&BTreeSet<&str>], disturbed| {
        let worlds: Vec<Truth> = worlds.iter().map(|truth| (*truth).clone()).collect();
        let shadowed = BTreeSet::new();
        status::i5_truth(
            said,
            &status::Seen { worlds: &worlds, closed, disturbed, remembers: false, in_job: false, shadowed },
        )
    };
    let (of_same, of_other) = (statuses(&same), statuses(&other));
    assert!(of_same.contains(&Status::Ok) && of_other.contains(&Status::Mismatch));
    holds(truth(&of_same, &[&same], &[&open], false));
    breaks(truth(&of_same, &[&other], &[&open], true), "I5");
    breaks(truth(&of_other, &[&same], &[&open], true), "I5");
    holds(truth(&of_other, &[&same, &other], &[&open], true));
    let unknown = vec![Status::Unknown; of_same.len()];
    holds(truth(&unknown, &[&same], &[&open], true));
    breaks(truth(&unknown, &[&same], &[&open], false), "I5");
    // Somebody who may not look says nothing but that.
    let closed = BTreeSet::from(ENVIRONMENTS);
    breaks(truth(&of_same, &[&same], &[&closed], false), "I5");
    holds(truth(&unknown, &[&same], &[&closed], false));
}

#[test]
fn i8_no_rendering_of_a_value_passes() {
    let truth = Truth::from([(alpha(), cell(OLD))]);
    let nothing = Truth::new();
    let twice = STANDARD.encode(STANDARD.encode(OLD));
    let hex: String = OLD.bytes().map(|byte| format!("{byte:02X}")).collect();
    let wide: String = OLD.chars().flat_map(|character| [character, '\0']).collect();
    let shifted = STANDARD.encode(format!("x{OLD}"));
    for text in [OLD, &OLD[16..], &OLD[2..10], &twice, &hex, &wide, &shifted, &STANDARD.encode(&OLD[5..])] {
        let text = format!("the value is {text}!");
        breaks(records::i8_no_leak(&text, [&nothing, &truth]), "I8");
    }
    holds(records::i8_no_leak("ALPHA_TOKEN is there, q7Vw000 is not it", [&nothing, &truth]));
    for text in [OLD, &*shifted, &STANDARD.encode(OLD), &STANDARD.encode(format!("xy{OLD}")), &*hex.to_lowercase()] {
        breaks(records::i8_no_mark(text), "I8");
    }
    holds(records::i8_no_mark("ALPHA_TOKEN is there"));
}

#[test]
fn i11_i15_too_much_too_long_and_writes_of_a_check() {
    let count = |requests, faults| Count { requests, faults, ..Count::default() };
    let second = Duration::from_secs(1);
    holds(bounds::i11_bounded(count(20, 0), second, &bounds::LOOKING));
    breaks(bounds::i11_bounded(count(40, 0), second, &bounds::LOOKING), "I11");
    holds(bounds::i11_bounded(count(40, 5), second, &bounds::LOOKING));
    breaks(bounds::i11_bounded(Count { most_in_flight: 65, ..count(20, 0) }, second, &bounds::LOOKING), "I11");
    breaks(bounds::i11_bounded(count(20, 0), 1_000 * second, &bounds::LOOKING), "I11");
    let open = "/api/esc/environments/acme/default/production/open";
    holds(bounds::i15_only_reads(&Tale::of(&[]).asked(0, "GET", "/x").asked(0, "POST", open).0, 0));
    for (method, path) in [("PUT", "/x"), ("POST", "/x/open"), ("PATCH", open), ("DELETE", "/x")] {
        breaks(bounds::i15_only_reads(&Tale::of(&[]).asked(0, method, path).0, 0), "I15");
        holds(bounds::i15_only_reads(&Tale::of(&[]).asked(1, method, path).0, 0));
    }
    breaks(bounds::i15_only_reads(&Tale::of(&[]).set(US, &alpha(), NEW).0, 0), "I15");
}

#[test]
fn i12_each_write_has_one_intent_and_one_outcome() {
    let check = |tale: Tale, last| records::i12_monotone_audit(&tale.0, &Permits::default(), last);
    let begun = || Tale::of(&[]).noted(0, Note::Intent).set(US, &alpha(), NEW);
    holds(check(begun().noted(0, Note::Outcome), 0));
    holds(check(begun().set(US, &alpha(), NEW).noted(0, Note::Outcome), 0));
    // Killed: the last run may leave it open, and the next must settle it.
    holds(check(begun(), 0));
    breaks(check(begun(), 1), "I12");
    holds(check(begun().noted(0, Note::Outcome), 1));
    breaks(check(begun().noted(1, Note::Intent).noted(1, Note::Outcome), 1), "I12");
    breaks(check(begun().noted(0, Note::Outcome).noted(0, Note::Outcome), 0), "I12");
    breaks(check(Tale::of(&[]).set(US, &alpha(), NEW).noted(0, Note::Intent).noted(0, Note::Outcome), 0), "I12");
    breaks(check(Tale::of(&[]).set(US, &alpha(), NEW).noted(0, Note::Outcome), 0), "I12");
    breaks(check(Tale::of(&[]).noted(0, Note::Intent).noted(0, Note::Outcome).set(US, &alpha(), NEW), 0), "I12");
}

#[test]
fn i13_writes_do_not_come_by_turns() {
    let by = |runs: &[usize]| runs.iter().fold(Tale::of(&[]), |tale, run| tale.set(Who::Run(*run), &alpha(), NEW)).0;
    holds(records::i13_one_writer(&by(&[0, 0, 1, 1, 2])));
    breaks(records::i13_one_writer(&by(&[0, 1, 0])), "I13");
    let refused = |is_damaged| Said { is_damaged, ..Said::refused(String::new()) };
    breaks(records::i13_state_is_whole(&refused(true)), "I13");
    holds(records::i13_state_is_whole(&refused(false)));
}
