//! What a key of a document or log may look like, whatever keeps it.

use super::backend::{StateFault, StateFaultKind};

/// Plain segments parted by slashes: letters, digits, `-`, `_` and `.`, none beginning with a dot.
/// A key comes from our own code, or from what a person typed as the id of a run.
pub(crate) fn check(key: &str) -> Result<(), StateFault> {
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && segment.len() <= 100
            && !segment.starts_with('.')
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if key.split('/').all(is_plain) {
        return Ok(());
    }
    let what = format!("{:?} cannot be the name of anything in the state", key.chars().take(100).collect::<String>());
    Err(StateFault::new(StateFaultKind::Usage, what, "give the id of a run as `esc-sync history` shows it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x1_a_key_stays_inside_the_state() {
        for key in ["ledger.json", "journal/20261121T130102Z-0a1b2c", "journal/x.end"] {
            assert_eq!(check(key), Ok(()), "{key}");
        }
        for key in ["", "/etc/passwd", "../x", "a/../b", "a//b", ".lock", "a/.b", "a b", "a\0b", "a\n", "é"] {
            assert_eq!(check(key).map_err(|fault| fault.kind), Err(StateFaultKind::Usage), "{key:?}");
        }
    }
}
