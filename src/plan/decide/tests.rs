//! The table, cell by cell.

use super::*;

const FIT: Fitness = Fitness::Fit;

fn esc(moved: Option<bool>) -> Esc {
    Esc::Value { fitness: FIT, moved }
}

fn readable(moved: Option<bool>) -> Github {
    worth(moved, FIT)
}

fn worth(moved: Option<bool>, fitness: Fitness) -> Github {
    Github::Known { same: false, moved, readable: Some(Readable { fitness, listed: true, newer: false }) }
}

fn newer(moved: Option<bool>) -> Github {
    Github::Known { same: false, moved, readable: Some(Readable { fitness: FIT, listed: true, newer: true }) }
}

fn recorded(moved: Option<bool>) -> Github {
    Github::Known { same: false, moved, readable: None }
}

fn unlisted(same: bool, moved: Option<bool>) -> Github {
    Github::Known { same, moved, readable: Some(Readable { fitness: FIT, listed: false, newer: false }) }
}

const SAME: Github = Github::Known { same: true, moved: Some(false), readable: None };
const STILL: Option<bool> = Some(false);
const MOVED: Option<bool> = Some(true);

const PUSH: (bool, bool) = (true, false);
const PULL: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);

fn by(direction: (bool, bool), policy: ConflictPolicy, named: Named) -> Terms {
    Terms { pushes: direction.0, pulls: direction.1, policy, named }
}

fn stop(direction: (bool, bool)) -> Terms {
    by(direction, ConflictPolicy::Stop, Named::No)
}

fn hold(hold: Hold) -> Decision {
    Decision::Hold(hold)
}

/// One row: the cell, and what is decided for push, pull and both.
type Row = (Esc, Github, [Decision; 3]);

fn check(rows: &[Row], terms: impl Fn((bool, bool)) -> Terms) {
    for (esc, github, expected) in rows {
        for (direction, expected) in [PUSH, PULL, BOTH].into_iter().zip(expected) {
            let terms = terms(direction);
            assert_eq!(decide(*esc, *github, &terms), *expected, "{esc:?} {github:?} {terms:?}");
        }
    }
}

#[test]
fn i9_i10_an_unread_side_is_neither_written_nor_a_source() {
    let (unread_esc, unread_github) = (hold(Hold::UnreadEsc), hold(Hold::UnreadGithub));
    let everything = [
        Github::Absent,
        Github::Unread,
        SAME,
        readable(MOVED),
        recorded(MOVED),
        Github::MovedHidden,
        Github::Unrecorded,
        Github::Ours,
        Github::Unsettled,
    ];
    for named in [Named::No, Named::Overwrite, Named::Take] {
        for policy in POLICIES {
            let terms = |direction| by(direction, policy, named);
            for github in everything {
                check(&[(Esc::Unread, github, [unread_esc; 3])], terms);
            }
            check(&[(Esc::Absent, Github::Unread, [unread_github; 3])], terms);
            check(&[(esc(MOVED), Github::Unread, [unread_github; 3])], terms);
        }
    }
}

const POLICIES: [ConflictPolicy; 4] =
    [ConflictPolicy::Stop, ConflictPolicy::EscWins, ConflictPolicy::GithubWins, ConflictPolicy::Newest];

#[test]
fn e11_what_is_no_value_in_esc_is_guarded_as_a_source_and_unread_as_a_target() {
    let (guarded, unread) = (hold(Hold::GuardedEsc), hold(Hold::UnreadEsc));
    for github in [Github::Absent, SAME, readable(MOVED), Github::Unrecorded] {
        check(&[(Esc::Undetermined, github, [guarded, unread, guarded])], stop);
        check(&[(Esc::Undetermined, github, [guarded; 3])], |d| by(d, ConflictPolicy::Stop, Named::Overwrite));
        check(&[(Esc::Undetermined, github, [unread; 3])], |d| by(d, ConflictPolicy::Stop, Named::Take));
    }
}

#[test]
fn what_is_lacking_is_made_if_the_direction_allows() {
    let (push, pull) = (push(true, Why::Lacking), pull(true, Why::Lacking));
    let (esc_lacks, hidden) = (hold(Hold::EscLacks), hold(Hold::EscLacksHidden));
    for policy in POLICIES {
        let terms = |direction| by(direction, policy, Named::No);
        check(
            &[
                (Esc::Absent, Github::Absent, [hold(Hold::BothLack); 3]),
                (esc(STILL), Github::Absent, [push, hold(Hold::GithubLacks), push]),
                (esc(MOVED), Github::Absent, [push, hold(Hold::GithubLacks), push]),
                (esc(None), Github::Absent, [push, hold(Hold::GithubLacks), push]),
                (Esc::Absent, readable(None), [esc_lacks, pull, pull]),
                (Esc::Absent, readable(MOVED), [esc_lacks, pull, pull]),
                (Esc::Absent, unlisted(false, None), [esc_lacks, pull, pull]),
                (Esc::Absent, recorded(STILL), [esc_lacks, hidden, hidden]),
                (Esc::Absent, Github::MovedHidden, [esc_lacks, hidden, hidden]),
                (Esc::Absent, Github::Unrecorded, [esc_lacks, hidden, hidden]),
                (Esc::Absent, Github::Ours, [esc_lacks, hidden, hidden]),
                (Esc::Absent, Github::Unsettled, [esc_lacks, hidden, hidden]),
            ],
            terms,
        );
    }
}

#[test]
fn equal_sides_are_left_alone_whoever_was_named() {
    for named in [Named::No, Named::Overwrite, Named::Take] {
        for policy in POLICIES {
            for moved in [STILL, MOVED, None] {
                check(&[(esc(moved), SAME, [Decision::Equal; 3])], |d| by(d, policy, named));
                check(&[(esc(moved), unlisted(true, moved), [Decision::Equal; 3])], |d| by(d, policy, named));
            }
        }
    }
}

#[test]
fn one_side_moved() {
    let (push, pull) = (push(false, Why::EscMoved), pull(false, Why::GithubMoved));
    let (drifted, esc_drifted, hidden) = (hold(Hold::DriftedGithub), hold(Hold::DriftedEsc), hold(Hold::HiddenSource));
    for policy in POLICIES {
        let terms = |direction| by(direction, policy, Named::No);
        check(
            &[
                (esc(MOVED), readable(STILL), [push, esc_drifted, push]),
                (esc(MOVED), recorded(STILL), [push, esc_drifted, push]),
                (esc(STILL), readable(MOVED), [drifted, pull, pull]),
                (esc(STILL), newer(MOVED), [drifted, pull, pull]),
                (esc(STILL), recorded(MOVED), [drifted, hidden, drifted]),
                (esc(STILL), Github::MovedHidden, [drifted, hidden, drifted]),
                (esc(None), Github::MovedHidden, [drifted, hidden, drifted]),
            ],
            terms,
        );
    }
}

#[test]
fn both_sides_moved() {
    let conflict = hold(Hold::BothMoved);
    let (esc_wins, github_wins) = (push(false, Why::DeclaredWinner), pull(false, Why::DeclaredWinner));
    let newest = pull(false, Why::Newest);
    let rows = |readable_: [Decision; 3], newer_: [Decision; 3], hidden: [Decision; 3]| {
        [
            (esc(MOVED), readable(MOVED), readable_),
            (esc(MOVED), newer(MOVED), newer_),
            (esc(MOVED), recorded(MOVED), hidden),
            (esc(MOVED), Github::MovedHidden, hidden),
        ]
    };
    let terms = |policy| move |direction| by(direction, policy, Named::No);
    check(&rows([conflict; 3], [conflict; 3], [conflict; 3]), terms(ConflictPolicy::Stop));
    let wins = [esc_wins, conflict, esc_wins];
    check(&rows(wins, wins, wins), terms(ConflictPolicy::EscWins));
    let wins = [conflict, github_wins, github_wins];
    check(&rows(wins, wins, [conflict; 3]), terms(ConflictPolicy::GithubWins));
    check(&rows([conflict; 3], [conflict, newest, newest], [conflict; 3]), terms(ConflictPolicy::Newest));
}

#[test]
fn never_agreed() {
    let conflict = hold(Hold::NeverAgreed);
    let (esc_wins, github_wins) = (push(false, Why::DeclaredWinner), pull(false, Why::DeclaredWinner));
    let unknown = [(None, None), (MOVED, None), (None, MOVED), (STILL, None), (None, STILL), (STILL, STILL)];
    for (ours, theirs) in unknown {
        for (policy, seen, hidden) in [
            (ConflictPolicy::Stop, [conflict; 3], [conflict; 3]),
            (ConflictPolicy::EscWins, [esc_wins, conflict, esc_wins], [esc_wins, conflict, esc_wins]),
            (ConflictPolicy::GithubWins, [conflict, github_wins, github_wins], [conflict; 3]),
            (ConflictPolicy::Newest, [conflict; 3], [conflict; 3]),
        ] {
            let terms = |direction| by(direction, policy, Named::No);
            check(
                &[
                    (esc(ours), readable(theirs), seen),
                    (esc(ours), newer(theirs), seen),
                    (esc(ours), recorded(theirs), hidden),
                ],
                terms,
            );
        }
    }
}

#[test]
fn a_worthless_value_gives_way_only_where_nothing_was_ever_agreed() {
    let (push, pull) = (push(false, Why::ReplacesWorthless), pull(false, Why::ReplacesWorthless));
    let conflict = hold(Hold::NeverAgreed);
    let poor = |fitness| Esc::Value { fitness, moved: None };
    check(
        &[
            (esc(None), worth(None, Fitness::Worthless), [push, conflict, push]),
            (esc(None), worth(None, Fitness::Unfit), [conflict; 3]),
            (poor(Fitness::Worthless), readable(None), [conflict, pull, pull]),
            (poor(Fitness::Unfit), readable(None), [conflict; 3]),
            (poor(Fitness::Worthless), worth(None, Fitness::Worthless), [conflict; 3]),
        ],
        stop,
    );
    let both_moved = hold(Hold::BothMoved);
    check(&[(esc(MOVED), worth(MOVED, Fitness::Worthless), [both_moved; 3])], stop);
}

#[test]
fn what_is_hidden_and_unrecorded() {
    let (unrecorded, hidden) = (hold(Hold::Unrecorded), hold(Hold::HiddenSource));
    for moved in [STILL, MOVED, None] {
        for policy in [ConflictPolicy::Stop, ConflictPolicy::GithubWins, ConflictPolicy::Newest] {
            let terms = |direction| by(direction, policy, Named::No);
            check(&[(esc(moved), Github::Unrecorded, [unrecorded, hidden, unrecorded])], terms);
        }
        let wins = push(false, Why::DeclaredWinner);
        let terms = |direction| by(direction, ConflictPolicy::EscWins, Named::No);
        check(&[(esc(moved), Github::Unrecorded, [wins, hidden, wins])], terms);
    }
}

#[test]
fn g19_a_write_without_known_end_is_repeated_if_it_was_ours_and_else_left() {
    let (repeated, unsettled) = (push(false, Why::Repeated), hold(Hold::Unsettled));
    for policy in POLICIES {
        let terms = |direction| by(direction, policy, Named::No);
        for moved in [STILL, MOVED, None] {
            check(&[(esc(moved), Github::Ours, [repeated, unsettled, repeated])], terms);
            check(&[(esc(moved), Github::Unsettled, [unsettled; 3])], terms);
        }
    }
}

#[test]
fn who_is_named_wins_where_there_is_a_value_to_win_with() {
    for policy in POLICIES {
        let overwrite = |direction| by(direction, policy, Named::Overwrite);
        let take = |direction| by(direction, policy, Named::Take);
        let (pushed, pulled) = ([push(false, Why::Named); 3], [pull(false, Why::Named); 3]);
        for moved in [STILL, MOVED, None] {
            for github in [Github::MovedHidden, Github::Unrecorded, Github::Ours, Github::Unsettled, recorded(moved)] {
                check(&[(esc(moved), github, pushed)], overwrite);
                check(&[(esc(moved), github, [hold(Hold::HiddenSource); 3])], take);
            }
            check(&[(esc(moved), readable(moved), pushed)], overwrite);
            check(&[(esc(moved), readable(moved), pulled), (esc(moved), unlisted(false, moved), pulled)], take);
        }
        check(&[(esc(MOVED), Github::Absent, [push(true, Why::Lacking); 3])], overwrite);
        check(&[(esc(MOVED), Github::Absent, [hold(Hold::GithubLacks); 3])], take);
        check(&[(Esc::Absent, readable(None), [hold(Hold::EscLacks); 3])], overwrite);
        check(&[(Esc::Absent, readable(None), [pull(true, Why::Lacking); 3])], take);
        check(&[(Esc::Absent, recorded(None), [hold(Hold::EscLacksHidden); 3])], take);
    }
}

/// Every cell there is: what must not travel does not, what was not listed is not written.
#[test]
fn i9_no_unfit_value_travels_from_any_cell() {
    let (mut pushes, mut pulls) = (0, 0);
    for (esc, github, terms) in cells() {
        let decision = decide(esc, github, &terms);
        match decision {
            Decision::Push { create, .. } => {
                assert!(matches!(esc, Esc::Value { fitness: Fitness::Fit, .. }), "{esc:?} {github:?} {terms:?}");
                let listed = !matches!(github, Github::Known { readable: Some(Readable { listed: false, .. }), .. });
                assert!(listed && terms.may_push(), "{github:?} {terms:?}");
                assert_eq!(create, github == Github::Absent);
                pushes += 1;
            }
            Decision::Pull { create, .. } => {
                let fit =
                    matches!(github, Github::Known { readable: Some(Readable { fitness: Fitness::Fit, .. }), .. });
                assert!(fit && terms.may_pull(), "{esc:?} {github:?} {terms:?}");
                assert_eq!(create, esc == Esc::Absent);
                pulls += 1;
            }
            Decision::Equal => assert!(matches!(github, Github::Known { same: true, .. })),
            Decision::Follows => panic!("the table knows one place only"),
            Decision::Hold(_) => {}
        }
    }
    assert!(pushes > 100 && pulls > 100, "{pushes} {pulls}");
}

/// A change by somebody else is overwritten only by name, or where a declared winner meets a
/// change on both sides (or values that never agreed).
#[test]
fn i3_nothing_that_somebody_changed_is_silently_overwritten() {
    for (esc, github, terms) in cells() {
        let declared = terms.policy != ConflictPolicy::Stop;
        let named = terms.named != Named::No;
        let foreign = matches!(github, Github::MovedHidden | Github::Unsettled)
            || matches!(github, Github::Known { moved: Some(true), same: false, .. });
        let esc_moved = matches!(esc, Esc::Value { moved: Some(true), .. });
        match decide(esc, github, &terms) {
            Decision::Push { .. } if foreign => {
                let agreed_once = matches!(esc, Esc::Value { moved: Some(_), .. });
                let replaces =
                    matches!(decide(esc, github, &terms), Decision::Push { why: Why::ReplacesWorthless, .. });
                assert!(named || replaces || (declared && (esc_moved || !agreed_once)), "{esc:?} {github:?} {terms:?}");
            }
            Decision::Pull { create: false, .. } if esc_moved => {
                let known = matches!(github, Github::Known { moved: Some(_), .. });
                assert!(named || declared || !known, "{esc:?} {github:?} {terms:?}");
            }
            _ => {}
        }
    }
}

fn cells() -> Vec<(Esc, Github, Terms)> {
    let fitnesses = [FIT, Fitness::Worthless, Fitness::Unfit];
    let moves = [STILL, MOVED, None];
    let mut escs = vec![Esc::Absent, Esc::Unread, Esc::Undetermined];
    escs.extend(fitnesses.iter().flat_map(|fitness| moves.map(|moved| Esc::Value { fitness: *fitness, moved })));
    let mut githubs = vec![Github::Absent, Github::Unread, Github::MovedHidden];
    githubs.extend([Github::Unrecorded, Github::Ours, Github::Unsettled]);
    for moved in moves {
        for same in [true, false] {
            githubs.push(Github::Known { same, moved, readable: None });
            for fitness in fitnesses {
                for (listed, newer) in [(true, true), (true, false), (false, false)] {
                    githubs.push(Github::Known { same, moved, readable: Some(Readable { fitness, listed, newer }) });
                }
            }
        }
    }
    let mut all = Vec::new();
    for esc in escs {
        for &github in &githubs {
            for direction in [PUSH, PULL, BOTH] {
                for policy in POLICIES {
                    let named = [Named::No, Named::Overwrite, Named::Take];
                    all.extend(named.map(|named| (esc, github, by(direction, policy, named))));
                }
            }
        }
    }
    all
}

#[test]
fn a_guard_says_which_side_it_stopped() {
    let poor = Esc::Value { fitness: Fitness::Unfit, moved: MOVED };
    let guarded = hold(Hold::GuardedEsc);
    check(&[(poor, recorded(STILL), [guarded, hold(Hold::DriftedEsc), guarded])], stop);
    check(&[(poor, Github::Absent, [guarded, hold(Hold::GithubLacks), guarded])], stop);
    let bad = worth(MOVED, Fitness::Worthless);
    let theirs = hold(Hold::GuardedGithub);
    check(&[(esc(STILL), bad, [hold(Hold::DriftedGithub), theirs, theirs])], stop);
    check(&[(Esc::Absent, bad, [hold(Hold::EscLacks), theirs, theirs])], stop);
    let unread = hold(Hold::UnreadGithub);
    check(&[(esc(MOVED), unlisted(false, STILL), [unread, hold(Hold::DriftedEsc), unread])], stop);
}
