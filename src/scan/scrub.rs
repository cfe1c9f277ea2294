//! Known values in what is itself told: names of references, paths of files.
//!
//! Whoever puts a value where a name belongs, or calls a file after one, must not find it in our
//! report (invariant I8). Names are folded to capitals before they are told, so case does not count here.

use zeroize::Zeroizing;

use super::{
    known::{Known, SHORTEST},
    matcher::{Hit, Matcher},
};

/// Puts a mark in the place of every known value.
pub struct Scrub<'m> {
    matcher: &'m Matcher,
    /// Each value in capitals, with its name.
    folded: Vec<(String, Zeroizing<String>)>,
}

impl<'m> Scrub<'m> {
    pub fn new(matcher: &'m Matcher, known: &[Known<'_>]) -> Self {
        let folded = known.iter().filter_map(|Known { name, value }| {
            // What is kept of it is compared with names, and wiped.
            let text = value.expose_text()?.trim();
            (text.len() >= SHORTEST).then(|| (name.clone(), Zeroizing::new(text.to_ascii_uppercase())))
        });
        Self { matcher, folded: folded.collect() }
    }

    /// The text with marks, if a value stands in it.
    pub fn text(&self, text: &str) -> Option<String> {
        let folded = text.to_ascii_uppercase();
        let mut found: Vec<(usize, usize, &str)> = Vec::new();
        for hit in self.matcher.find(text.as_bytes()) {
            let Hit { start, end, .. } = hit;
            found.push((start, end, self.matcher.name(&hit)));
        }
        for (name, value) in self.folded.iter().filter(|(name, _)| *name != text) {
            found.extend(folded.match_indices(value.as_str()).map(|(at, hit)| (at, at + hit.len(), name.as_str())));
        }
        if found.is_empty() { None } else { Some(marked(text, found)) }
    }
}

/// The longest of what begins first wins; what overlaps it goes with it.
fn marked(text: &str, mut found: Vec<(usize, usize, &str)>) -> String {
    found.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let (mut out, mut at) = (String::new(), 0);
    for (start, end, name) in found {
        if start >= at {
            out.push_str(text.get(at..start).unwrap_or_default());
            out.push_str(&format!("[{name}]"));
        }
        at = at.max(end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

impl std::fmt::Debug for Scrub<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrub").field("values", &self.folded.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecretValue;

    #[test]
    fn i8_a_value_in_a_name_or_a_path_is_not_told() {
        let value = SecretValue::from("AkIaQ3EGRSTUVWX7ZABC");
        let known = [Known { name: "KEY".to_owned(), value: &value }];
        let matcher = Matcher::new(&known);
        let scrub = Scrub::new(&matcher, &known);
        assert_eq!(scrub.text("AKIAQ3EGRSTUVWX7ZABC").as_deref(), Some("[KEY]"));
        assert_eq!(scrub.text("sub/AkIaQ3EGRSTUVWX7ZABC.txt").as_deref(), Some("sub/[KEY].txt"));
        assert_eq!(scrub.text("x AKIAQ3EGRSTUVWX7ZABC is missing").as_deref(), Some("x [KEY] is missing"));
        assert_eq!(
            scrub.text("QWtJYVEzRUdSU1RVVldYN1pBQkM=.txt").as_deref(),
            Some("[KEY]M=.txt"),
            "its last character is a neighbour's too"
        );
        assert_eq!(scrub.text("STRIPE_API_KEY"), None);
    }
}
