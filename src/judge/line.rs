//! Text inside values: trimming, base64, lists for people. Nothing here keeps a value.

pub(super) use crate::keys::text::{decode_base64, is_blank, trimmed};

/// `A, B and C`, cut after `most` names with the number of the rest.
pub(super) fn list<T: std::fmt::Display>(names: impl Iterator<Item = T>, total: usize, most: usize) -> String {
    let shown: Vec<String> = names.take(most).map(|name| name.to_string()).collect();
    let rest = total.saturating_sub(shown.len());
    match (shown.as_slice(), rest) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, rest) => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_person_writes_them() {
        let write = |names: &[&str], most| list(names.iter(), names.len(), most);
        assert_eq!(write(&["a"], 5), "a");
        assert_eq!(write(&["a", "b", "c"], 5), "a, b and c");
        assert_eq!(write(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
