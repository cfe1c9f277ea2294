//! I8, I12 and I13: no value leaves by the side door, every write is in the audit, and one writes at a time.

use std::{collections::HashSet, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::{Broken, Permits, broken};
use crate::simulation::{
    actors::CANARY,
    history::{History, Note, What, Who},
    runner::Said,
    truth::{Spot, Truth},
};

/// I8: no eight bytes in a row of any value, plain, in hex, in base64 once or twice, or in UTF-16.
pub(crate) fn i8_no_leak(text: &str, truths: [&Truth; 2]) -> Result<(), Broken> {
    let mut marks: HashSet<Vec<u8>> = HashSet::new();
    for value in truths.iter().flat_map(|truth| truth.values()).map(|cell| &cell.value[..]) {
        if value.len() >= PLAIN {
            marks.extend(renderings(value));
        }
    }
    let narrow: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
    for length in [PLAIN, BASE64, BASE64_TWICE, HEX] {
        if narrow.windows(length).any(|window| marks.contains(window)) {
            return broken("I8", format!("{length} characters that render a value are in the output"));
        }
    }
    Ok(())
}

/// The quick half of I8: every value begins with the same mark, and that is nowhere.
pub(crate) fn i8_no_mark(text: &str) -> Result<(), Broken> {
    static MARKS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let hex = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
        let encoded = (0..3_usize).map(|shift| {
            let text = STANDARD_NO_PAD.encode([&vec![0; shift], CANARY.as_bytes()].concat());
            // Only the characters that the mark alone decides.
            text[(shift * 8).div_ceil(6)..(shift + CANARY.len()) * 8 / 6].to_owned()
        });
        [CANARY.to_owned(), hex].into_iter().chain(encoded).collect()
    });
    match MARKS.iter().find(|mark| text.contains(&***mark)) {
        Some(mark) => broken("I8", format!("{mark} is in the output, by which a value begins")),
        None => Ok(()),
    }
}

const PLAIN: usize = 8;
const HEX: usize = 2 * PLAIN;
/// Characters that eight bytes certainly fill, whatever the alignment.
const BASE64: usize = 10;
const BASE64_TWICE: usize = 12;

fn renderings(value: &[u8]) -> Vec<Vec<u8>> {
    let mut marks: Vec<Vec<u8>> = value.windows(PLAIN).map(<[u8]>::to_vec).collect();
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    for hex in [hex.to_ascii_uppercase(), hex] {
        marks.extend(hex.as_bytes().windows(HEX).map(<[u8]>::to_vec));
    }
    for shift in 0..3 {
        let once = STANDARD_NO_PAD.encode(&value[shift..]);
        marks.extend(once.as_bytes().windows(BASE64).map(<[u8]>::to_vec));
        for shift in 0..3 {
            let twice = STANDARD_NO_PAD.encode(&once.as_bytes()[shift..]);
            marks.extend(twice.as_bytes().windows(BASE64_TWICE).map(<[u8]>::to_vec));
        }
    }
    marks
}

/// I12: each place a run writes has one intent before its first write, and one outcome
/// after the last: the run's own, or the one by which a later run settled it. Of runs from
/// `settled` on, after which none has recorded all it knew, the outcome may be missing.
pub(crate) fn i12_monotone_audit(history: &History, permits: &Permits, settled: usize) -> Result<(), Broken> {
    let noted = |run: usize, of: &Spot, is_intent: bool| -> Vec<usize> {
        let found = history.events.iter().enumerate().filter(|(_, event)| {
            event.who == Who::Run(run)
                && matches!(&event.what, What::Noted { spot, note } if spot == of && (*note == Note::Intent) == is_intent)
        });
        found.map(|(position, _)| position).collect()
    };
    let writes = history.our_writes().filter(|(_, _, spot, ..)| !permits.own.contains(*spot));
    for (position, run, spot, before, after) in writes {
        let intents = noted(run, spot, true);
        if intents.len() != 1 || intents[0] > position {
            let why = format!(
                "run {run} made {after:?} of {before:?} at {spot:?}, at {position}, with intents at {intents:?}"
            );
            return broken("I12", why);
        }
        let outcomes = noted(run, spot, false);
        let may_be_open = run >= settled && outcomes.is_empty();
        if (outcomes.len() != 1 && !may_be_open) || outcomes.first().is_some_and(|outcome| *outcome < position) {
            return broken("I12", format!("run {run} wrote {spot:?} at {position}; outcomes at {outcomes:?}"));
        }
    }
    Ok(())
}

/// I13: no run writes between two writes of another.
pub(crate) fn i13_one_writer(history: &History) -> Result<(), Broken> {
    let mut row: Vec<usize> = history.our_writes().map(|(_, run, ..)| run).collect();
    row.dedup();
    let distinct: HashSet<usize> = row.iter().copied().collect();
    if distinct.len() == row.len() {
        Ok(())
    } else {
        broken("I13", format!("writes came from the runs {row:?} by turns"))
    }
}

/// I13: whatever befell the runs before it, none finds its state broken.
pub(crate) fn i13_state_is_whole(said: &Said) -> Result<(), Broken> {
    if said.is_damaged { broken("I13", said.text.clone()) } else { Ok(()) }
}
