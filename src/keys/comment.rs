//! What a key's comment tells of it.

use crate::model::Stamp;

/// When a key was made, if it was made here and its comment still says so:
/// `esc-sync:<id>:<yyyymmddThhmmssZ>`.
pub fn made_at(comment: &str) -> Option<Stamp> {
    let (_, date) = comment.strip_prefix("esc-sync:")?.rsplit_once(':')?;
    let shape = |(at, letter): (usize, u8)| match at {
        8 => letter == b'T',
        15 => letter == b'Z',
        _ => letter.is_ascii_digit(),
    };
    if date.len() != 16 || !date.bytes().enumerate().all(shape) {
        return None;
    }
    let (day, time) = (&date[..8], &date[9..15]);
    let rfc = format!("{}-{}-{}T{}:{}:{}Z", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..4], &time[4..]);
    rfc.parse().ok()
}
