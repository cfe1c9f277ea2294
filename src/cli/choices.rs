//! What was asked of the planner on the command line.

use std::collections::BTreeSet;

use crate::{
    model::SecretName,
    plan::{PlanOptions, Source},
};

use super::{Failure, args::Choices, session::Session};

pub(crate) fn options(choices: &Choices, session: &Session<'_>) -> Result<PlanOptions, Failure> {
    refuse_split(choices, session)?;
    Ok(PlanOptions {
        source: choices.from.as_deref().and_then(Source::from_word).unwrap_or_default(),
        overwrite: names("--overwrite", &choices.overwrite)?,
        take: names("--take", &choices.take)?,
        prune: names("--prune", &choices.prune)?,
        max_changes: choices.max_changes,
        selected: session.chosen(),
    })
}

/// What GitHub holds is taken from all places of an entry or from none: two workers that each see half of them could
/// write two values to one place in ESC.
fn refuse_split(choices: &Choices, session: &Session<'_>) -> Result<(), Failure> {
    let cut = &session.mapping().elsewhere.cut;
    let from_github = choices.from.as_deref() == Some(Source::Github.as_str());
    let is_taken =
        |name: &SecretName| from_github || choices.take.iter().any(|taken| taken.eq_ignore_ascii_case(name.as_str()));
    let selected = session.mapping().entries.iter().filter(|entry| session.selection.contains(entry));
    match selected.map(|entry| &entry.name).find(|name| cut.contains(*name) && is_taken(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::usage(
            format!("{name} has places that fall to other workers, so no one of them can take its value from GitHub"),
            "run it for this entry without --partition, with `--only`",
        )),
    }
}

/// The options as the audit log keeps them; the usual ones need no word.
pub(crate) fn in_words(options: &PlanOptions) -> Vec<String> {
    let mut words = Vec::new();
    if options.source != Source::default() {
        words.push(format!("--from {}", options.source.as_str()));
    }
    for (flag, names) in [("--overwrite", &options.overwrite), ("--take", &options.take), ("--prune", &options.prune)] {
        words.extend(names.iter().map(|name| format!("{flag} {name}")));
    }
    if options.selected.is_some() {
        words.push("some entries only".to_owned());
    }
    words
}

fn names(flag: &str, typed: &[String]) -> Result<BTreeSet<SecretName>, Failure> {
    let name = |text: &String| {
        SecretName::parse(text).map_err(|error| {
            let help = "name one entry by its key in the mapping; each is named one by one";
            Failure::usage(format!("{flag} {text}: {error}"), help)
        })
    };
    typed.iter().map(name).collect()
}
