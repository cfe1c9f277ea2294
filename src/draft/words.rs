//! Names and paths as sets of words in one spelling, and how well two of them agree.
//!
//! Words are compared whole: `serp` and `serper` are two vendors. Order and the words
//! of groups (`ai`, `infrastructure`) do not count.

use std::collections::BTreeSet;

use super::vocabulary::{GENERIC, GROUPS, PHRASES};
use crate::model::{EscPath, Segment};

/// The words of a name, in their order, each in one spelling.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Words(Vec<String>);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        Self(spelt(&split(text)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|own| own == word)
    }

    pub(super) fn last(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// Whether two names are the same but for spelling and order.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let set = |words: &Self| words.0.iter().cloned().collect::<BTreeSet<_>>();
        set(self) == set(other)
    }

    /// Whose it is, as opposed to what it is.
    pub(super) fn identities(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|word| !is_generic(word))
    }

    fn weight(&self) -> f64 {
        self.iter().map(weight).sum()
    }

    /// How much of these words the others have, from 0 to 1; nothing wanted is all there.
    fn found_in(&self, other: &Self) -> f64 {
        let weight_of_all = self.weight();
        if weight_of_all == 0.0 {
            return 1.0;
        }
        self.iter().map(|word| weight(word) * credit(word, other)).sum::<f64>() / weight_of_all
    }
}

/// The words of an ESC path: of its last element, of the one above, and of all above.
#[derive(Debug)]
pub(super) struct PathWords {
    leaf: Words,
    parent: Words,
    all: Words,
    literal: BTreeSet<String>,
}

impl PathWords {
    pub(super) fn of(path: &EscPath) -> Self {
        let keys: Vec<&str> = path.segments().iter().filter_map(key).collect();
        let (last, above) = keys.split_last().map_or(("", &[][..]), |(last, above)| (*last, above));
        let parent = above.last().map_or_else(Words::default, |parent| Words::of(parent));
        let parent = Words(parent.0.into_iter().filter(|word| !GROUPS.contains(&word.as_str())).collect());
        let whole = keys.join("_");
        Self { leaf: Words::of(last), parent, all: Words::of(&whole), literal: literal(&whole) }
    }

    /// From 0 to 1: how many words are the very same, where `PAT`, `API_TOKEN` and `TOKEN` are three. Decides between
    /// paths that agree equally.
    pub(super) fn exactness(&self, name: &str) -> f64 {
        let name = literal(name);
        let same = name.intersection(&self.literal).count();
        let others = self.literal.iter().filter(|word| !name.contains(*word) && !GROUPS.contains(&word.as_str()));
        let all = name.len() + others.count();
        if all == 0 { 0.0 } else { same as f64 / all as f64 }
    }

    pub(super) fn words(&self) -> &Words {
        &self.all
    }

    pub(super) fn leaf(&self) -> &Words {
        &self.leaf
    }

    /// From 0 to 1. Nothing shared that says whose it is: 0, however alike the rest.
    pub(super) fn agreement(&self, name: &Words) -> f64 {
        let identities: Vec<&str> = name.identities().collect();
        let explained = name.found_in(&self.all);
        let shares = identities.iter().any(|word| self.all.has(word));
        if !(shares || identities.is_empty() && explained >= 1.0) {
            return 0.0;
        }
        let named_in_leaf = self.leaf.identities().next().is_some();
        let parent = if named_in_leaf { 1.0 } else { self.parent.found_in(name) };
        0.55 * explained + 0.3 * self.leaf.found_in(name) + 0.15 * parent
    }
}

fn key(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        Segment::Index(_) => None,
    }
}

fn is_generic(word: &str) -> bool {
    GENERIC.binary_search(&word).is_ok() || word.bytes().all(|byte| byte.is_ascii_digit())
}

fn weight(word: &str) -> f64 {
    if is_generic(word) { 1.0 } else { 3.0 }
}

/// A vendor calls one thing its key and its token; half of it is believed.
fn credit(word: &str, other: &Words) -> f64 {
    let near = match word {
        "key" => "token",
        "token" => "key",
        _ => "",
    };
    match other.has(word) {
        true => 1.0,
        false if !near.is_empty() && other.has(near) => 0.5,
        false => 0.0,
    }
}

/// `openaiApiKey`, `OPENAI_API_KEY` and `openai-api-key` are the same three words.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in text.chars() {
        let boundary = !character.is_alphanumeric() || (character.is_uppercase() && was_lower);
        if boundary {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().expect("it begins with one").extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words as they are written, in one spelling; kinds of a credential stay what they are.
fn literal(text: &str) -> BTreeSet<String> {
    spelt_by(&split(text), |word| !KINDS.contains(&word)).into_iter().collect()
}

/// What several kinds of credential are one word of.
const KINDS: [&str; 5] = ["key", "secret", "token", "url", "webhook"];

fn spelt(raw: &[String]) -> Vec<String> {
    spelt_by(raw, |_| true)
}

/// With the phrases of which one word is made that `counts`.
fn spelt_by(raw: &[String], counts: impl Fn(&str) -> bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = raw;
    while let Some((first, tail)) = rest.split_first() {
        let phrase = PHRASES.iter().find(|(spelling, word)| {
            counts(word)
                && rest.len() >= spelling.len()
                && spelling.iter().zip(rest).all(|(wanted, word)| wanted == word)
        });
        let (word, after) = match phrase {
            Some((spelling, word)) => ((*word).to_owned(), &rest[spelling.len()..]),
            None => (first.clone(), tail),
        };
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(name: &str, path: &str) -> f64 {
        PathWords::of(&path.parse().expect("a path")).agreement(&Words::of(name))
    }

    #[test]
    fn the_lists_can_be_searched() {
        assert!(GENERIC.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(GROUPS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn names_and_paths_of_one_thing_agree_whatever_the_spelling() {
        for (name, path) in [
            ("STRIPE_API_KEY", "payments.stripe.api_key"),
            ("OPENAI_API_KEY", "ai_intelligence.openai.api_key"),
            ("OPENAI_API_KEY", "openai_api_key"),
            ("DOCKERHUB_USERNAME", "infrastructure.docker.user_name"),
            ("DOCKER_PERSONAL_ACCESS_TOKEN", "docker_hub.token"),
            ("ELEVEN_LABS_API_KEY", "ai.elevenlabs.apiKey"),
            ("LAMBDA_PRIVATE_SSH_KEY", "infrastructure.lambda_labs.ssh_private_key"),
            ("DATABASE_URL", "data_infrastructure.database_url"),
            ("SNOWFLAKE_PAT", "data.snowflake.pat"),
        ] {
            assert!(agreement(name, path) > 0.95, "{name} {path}: {}", agreement(name, path));
        }
    }

    #[test]
    fn near_names_of_other_vendors_do_not_agree() {
        for (name, path) in [
            ("SERP_API_KEY", "research.serper.api_key"),
            ("SERPER_API_KEY", "research.serp.api_key"),
            ("STRIPE_API_KEY", "ai.openai.api_key"),
            ("DATABASE_URL", "redis.url"),
        ] {
            assert!(agreement(name, path) < 0.5, "{name} {path}: {}", agreement(name, path));
        }
    }

    #[test]
    fn the_very_same_words_are_the_most_exact() {
        let exactness = |name: &str, path: &str| PathWords::of(&path.parse().expect("a path")).exactness(name);
        assert_eq!(exactness("GH_TOKEN", "infrastructure.github.token"), 1.0);
        for (name, path, other) in [
            ("GH_TOKEN", "infrastructure.github.token", "infrastructure.github.pat"),
            ("GH_API_TOKEN", "infrastructure.github.api_token", "infrastructure.github.token"),
            ("GH_PAT_TOKEN", "infrastructure.github.pat", "infrastructure.github.api_token"),
        ] {
            assert!(agreement(name, path) == agreement(name, other), "{name}: words alone do not tell");
            assert!(exactness(name, path) > exactness(name, other), "{name}");
        }
        for (name, path) in [("KUBE_CONFIG", "x.kubernetes.config"), ("ALERT_WEBHOOK_URL", "x.alerting.webhook_url")] {
            assert!(agreement(name, path) > 0.95, "{name}");
        }
    }

    #[test]
    fn a_better_fit_scores_higher() {
        assert!(
            agreement("GONG_ACCESS_KEY", "b.gong.access_key")
                > agreement("GONG_ACCESS_KEY", "b.gong.access_key_secret") + 0.05
        );
        assert!(agreement("NOTION_API_KEY", "b.notion.api_token") > 0.75);
        assert!(
            agreement("DATABASE_URL", "d.neon.database_url") < agreement("NEON_DATABASE_URL", "d.neon.database_url")
        );
    }
}
