//! Whether this daemon can be relied on yet: it looked, its logins work, its state can be written. Pure.

use std::collections::BTreeMap;

use super::{
    account::{Account, COULD_NOT_FIND_OUT},
    board::{Board, Role},
    health::is_stale,
};

/// Why it is not ready to be relied on; empty: it is. `now`: seconds since 1970.
pub fn unready(board: &Board, now: i64) -> Vec<String> {
    let mut reasons = Vec::new();
    if board.stopping {
        reasons.push("it is stopping".to_owned());
    }
    reasons.extend(of_the_look(board, now));
    if let Some(fault) = &board.state.fault {
        reasons.push(format!("the state cannot be used: {}", fault.what));
    }
    reasons.extend(of_the_last_run(board));
    reasons.extend(board.look.iter().flat_map(|look| silent_stores(look)));
    reasons
}

fn of_the_look(board: &Board, now: i64) -> Option<String> {
    let reason = match (&board.role, &board.look) {
        (Role::Undecided, _) => "it is not decided yet which replica acts",
        (Role::Alone | Role::Leader { .. }, _) if !board.looked => "it did not look yet since it began to act",
        (Role::Standby { .. }, None) => "what the leader knows is not known here",
        (Role::Standby { .. }, Some(look)) if is_stale(board, look, now) => "what is known of the leader is too old",
        _ => return None,
    };
    Some(reason.to_owned())
}

/// A run that could not even look, such as for want of a login.
fn of_the_last_run(board: &Board) -> Option<String> {
    let line = board.history.front().filter(|line| line.exit == COULD_NOT_FIND_OUT)?;
    Some(format!("the last {} came to no result: {}", line.kind, line.failure.as_ref()?))
}

/// Stores of which no place at all could be read: no login, no right, no network.
fn silent_stores(look: &Account) -> Vec<String> {
    let mut stores: BTreeMap<&str, (bool, Option<&str>)> = BTreeMap::new();
    for place in look.entries.iter().flat_map(|entry| &entry.places) {
        let (is_silent, why) = stores.entry(&place.store).or_insert((true, None));
        *is_silent &= place.reading == "unknown";
        *why = why.or(place.why.as_deref());
    }
    let silent = stores.into_iter().filter(|(_, (is_silent, _))| *is_silent);
    silent
        .map(|(store, (_, why))| format!("nothing of {store} could be read: {}", why.unwrap_or("no reason was given")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            account::{PlaceAccount, Said},
            order::RunKind,
            sample,
        },
        *,
    };
    use crate::model::Status;

    const NOW: i64 = 1_000_000;

    fn ready() -> Board {
        let look = sample::look(RunKind::Check, NOW - 10, &[("A", Status::Ok)]);
        Board { role: Role::Alone, look: Some(look.into()), looked: true, ..Board::default() }
    }

    fn place(store: &str, reading: &str) -> PlaceAccount {
        let why = (reading == "unknown").then(|| "the login is refused".to_owned());
        PlaceAccount { place: "p".into(), store: store.into(), reading: reading.into(), updated_at: None, why }
    }

    fn with_places(places: Vec<PlaceAccount>) -> Board {
        let mut look = sample::look(RunKind::Check, NOW - 10, &[("A", Status::Unknown)]);
        look.entries[0].places = places;
        Board { look: Some(look.into()), ..ready() }
    }

    #[test]
    fn each_reason_has_its_sentence() {
        let leader = || Role::Standby { leader: Some("other".into()) };
        let fault = Some(Said { what: "the disk is full".into(), help: String::new() });
        let state = super::super::board::StateHealth { fault, ..Default::default() };
        let rows: Vec<(Board, &[&str])> = vec![
            (ready(), &[]),
            (Board::default(), &["it is not decided yet which replica acts"]),
            (Board { looked: false, ..ready() }, &["it did not look yet since it began to act"]),
            (Board { role: leader(), looked: false, ..ready() }, &[]),
            (Board { role: leader(), look: None, ..ready() }, &["what the leader knows is not known here"]),
            (Board { state, ..ready() }, &["the state cannot be used: the disk is full"]),
            (Board { stopping: true, ..ready() }, &["it is stopping"]),
            (
                with_places(vec![place("esc", "unknown"), place("github", "hidden")]),
                &["nothing of esc could be read: the login is refused"],
            ),
            (with_places(vec![place("esc", "unknown"), place("esc", "value")]), &[]),
        ];
        for (index, (board, expected)) in rows.iter().enumerate() {
            assert_eq!(unready(board, NOW), *expected, "row {index}");
        }
        let old = Board { role: leader(), ..ready() };
        assert_eq!(unready(&old, NOW + 100), ["what is known of the leader is too old"]);
    }
}
