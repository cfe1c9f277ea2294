//! Whatever happens on the board, what is said keeps its promises.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::{
    super::{
        super::{
            Board,
            account::{Account, KeyAccount},
            health::Health,
            order::RunKind,
        },
        AlertOptions, Message, SUBJECTS,
    },
    Told, board,
    boards::{NOW, account, entry, proposed, run},
    healthy, options, unhealthy, unknown,
};
use crate::model::Status;

/// What the board shows for some minutes.
#[derive(Clone, Debug)]
struct Step {
    minutes: i64,
    health: u8,
    /// The entries that drifted, as bits.
    drifted: u8,
    failed: u8,
    is_key_due: bool,
    /// The proposals, as bits.
    proposed: u8,
}

fn step() -> impl Strategy<Value = Step> {
    (1_i64..25, 0_u8..3, 0_u8..16, 0_u8..5, any::<bool>(), 0_u8..8).prop_map(
        |(minutes, health, drifted, failed, is_key_due, proposed)| Step {
            minutes,
            health,
            drifted,
            failed,
            is_key_due,
            proposed,
        },
    )
}

const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

fn chosen(bits: u8) -> Vec<&'static str> {
    NAMES.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name).collect()
}

fn shown(step: &Step) -> (Board, Health) {
    let drifted = chosen(step.drifted);
    let status = |name: &&str| if drifted.contains(name) { Status::Drifted } else { Status::Ok };
    let mut board = board(NAMES.iter().map(|name| entry(name, status(name))).collect());
    let since = if step.is_key_due { NOW - 100 * 86_400 } else { NOW };
    let rotation = KeyAccount { since: Some(since), max_age_days: Some(90), ..KeyAccount::default() };
    let entries = board.look.as_ref().map(|look| look.entries.clone()).unwrap_or_default();
    board.look = Some(Arc::new(Account { rotation: Some(rotation), entries, ..account(RunKind::Check) }));
    let failed = (0..step.failed).map(|_| run(RunKind::Check, 3, None));
    board.history = failed.chain([run(RunKind::Check, 0, None)]).collect();
    board.sync = Some(Arc::new(Account { proposed: proposed(&chosen(step.proposed)), ..account(RunKind::Sync) }));
    (board, [healthy(), unhealthy(), unknown()][usize::from(step.health)].clone())
}

/// Plays the steps; each board is looked at every five minutes, as a daemon would.
fn play(steps: &[Step], options: &AlertOptions) -> Vec<Message> {
    let (mut told, mut minute, mut all) = (Told::default(), 0, Vec::new());
    for step in steps {
        for _ in 0..=step.minutes / 5 {
            let (board, health) = shown(step);
            told.at(minute, &board, &health, options);
            all.append(&mut told.last);
            minute += step.minutes.min(5);
        }
    }
    all
}

fn by_subject(messages: &[Message]) -> BTreeMap<&str, Vec<&Message>> {
    let mut subjects = BTreeMap::<_, Vec<_>>::new();
    for message in messages.iter().filter(|message| message.about != "cap") {
        subjects.entry(message.about.as_str()).or_default().push(message);
    }
    subjects
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn promises_are_kept(
        steps in prop::collection::vec(step(), 1..40),
        cap_per_hour in 0_u32..8,
        cooldown_s in prop::sample::select(vec![0_i64, 600, 3600, 10_000]),
    ) {
        let options = AlertOptions { cap_per_hour, cooldown_s, ..options() };
        let messages = play(&steps, &options);
        for message in &messages {
            let hour = messages.iter().filter(|other| (0..3600).contains(&(message.at - other.at))).count();
            prop_assert!(hour <= cap_per_hour as usize, "{hour} within an hour");
        }
        for (about, said) in by_subject(&messages) {
            let mut is_firing = false;
            for message in &said {
                let begins = message.state == "firing";
                prop_assert!(begins != is_firing, "{about}: {} while firing: {is_firing}", message.state);
                is_firing = message.state != "resolved";
                let same = said.iter().filter(|other| other.state == message.state && other.at < message.at);
                let last = same.map(|other| message.at - other.at).min();
                prop_assert!(last.is_none_or(|last| last >= cooldown_s), "{about}: {} after {last:?} s", message.state);
            }
        }
        let ids: std::collections::BTreeSet<_> = messages.iter().map(|message| &message.id).collect();
        prop_assert_eq!(ids.len(), messages.len(), "ids are of one message each");
    }

    /// When nothing changes any more, what was said last is what is true.
    #[test]
    fn in_the_end_the_truth_was_told(steps in prop::collection::vec(step(), 1..20), cap_per_hour in 2_u32..8) {
        let options = AlertOptions { cap_per_hour, ..options() };
        let mut steps = steps;
        let last = Step { minutes: 60 * 12, ..steps[steps.len() - 1].clone() };
        steps.push(last.clone());
        let messages = play(&steps, &options);
        let said = by_subject(&messages);
        let fires = |about: &str| {
            said.get(about).and_then(|said| said.last()).is_some_and(|message| message.state != "resolved")
        };
        let truth = [
            ("health", last.health != 0),
            ("drift", last.drifted != 0),
            ("failures", last.failed >= 3),
            ("keys", last.is_key_due),
            ("proposals", last.proposed != 0),
        ];
        prop_assert_eq!(truth.len(), SUBJECTS.len());
        for (about, is_true) in truth {
            prop_assert_eq!(fires(about), is_true, "{}", about);
        }
    }
}
