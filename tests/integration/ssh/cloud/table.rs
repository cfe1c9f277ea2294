//! Each row of `documents`, booted: what the real cloud-init makes of it.

use std::collections::BTreeSet;

use super::{
    documents::{Effect, Row, malformed, silent, smuggled, sound},
    machine::{Booted, Machine},
    pairs::Pair,
};

/// The keys of one test, and what it boots.
struct Trial {
    key: Pair,
    second: Pair,
    provider: Pair,
}

impl Trial {
    fn new() -> Self {
        Self { key: Pair::new("laptop"), second: Pair::new("second"), provider: Pair::new("provider") }
    }

    /// What is not as its row says; all rows are booted before any is complained of.
    fn differences(&self, rows: &[Row]) -> Vec<String> {
        rows.iter().filter_map(|row| self.difference(row)).collect()
    }

    fn difference(&self, row: &Row) -> Option<String> {
        let booted = Machine::with(&row.document).provider_key(&self.provider.line).boot();
        let seen = (self.effect(&booted), booted.is_valid_by_schema, !booted.warnings.is_empty());
        let wanted = (Some(row.effect), row.is_valid, row.warns);
        (seen != wanted).then(|| format!("{}: {seen:?}, not {wanted:?}\n{:#?}", row.name, booted.warnings))
    }

    /// What the boot did to the default user's file; `None` if it is no effect that the table knows.
    fn effect(&self, booted: &Booted) -> Option<Effect> {
        let [key, second, provider] = [&self.key, &self.second, &self.provider].map(Pair::fingerprint);
        let opens = booted.opens("ubuntu");
        let lines = booted.accounts.get("ubuntu").map_or(0, |account| account.lines().len());
        if !opens.contains(&provider) {
            return opens.is_empty().then_some(Effect::ProviderLost);
        }
        let beside: BTreeSet<_> = opens.into_iter().filter(|one| *one != provider).collect();
        match (lines - 1, beside) {
            (0, none) if none.is_empty() => Some(Effect::Nothing),
            (more, none) if none.is_empty() => Some(Effect::Unusable(more)),
            (1, one) if one == BTreeSet::from([key.clone()]) => Some(Effect::Installed),
            (2, two) if two == BTreeSet::from([key, second]) => Some(Effect::Second),
            _ => None,
        }
    }
}

#[test]
fn forms_of_a_key_that_work() {
    let trial = Trial::new();
    let differ = trial.differences(&sound(&trial.key));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// The schema says valid and the log says nothing, so only whoever looks at the keys can know.
#[test]
fn x6_documents_that_lose_the_key_without_a_word() {
    let trial = Trial::new();
    let differ = trial.differences(&silent(&trial.key));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn x6_a_newline_in_a_value_lets_a_second_key_in() {
    let trial = Trial::new();
    let differ = trial.differences(&smuggled(&trial.key, &trial.second));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn documents_that_the_schema_refuses() {
    let trial = Trial::new();
    let differ = trial.differences(&malformed(&trial.key));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
