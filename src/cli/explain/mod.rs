//! `explain`: a word of ours, or all that is known of one entry. It writes nothing, and shows no value.

mod entry;
mod form;
mod markdown;
mod words;

use serde_json::{Value, json};

use crate::{
    mapping::{Entry, Mapping},
    model::SecretName,
    report::Format,
};

use self::words::Topic;
use super::{
    Failure,
    args::{ExplainArgs, Global},
    exit::Exit,
    mapping_file, terminal,
};

pub(crate) fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Failure> {
    let json = is_json(global)?;
    let Some(what) = args.what.as_deref() else {
        show(&if json { list_as_json() } else { form::list(&words::all()) })?;
        return Ok(Exit::Pass);
    };
    let topics = words::find(what);
    let story = match name_of(global, what, topics.is_empty())? {
        Some(name) => entry::story(global, what, &name)?,
        None if topics.is_empty() => return Err(unknown(global, what)),
        None => None,
    };
    let text = match json {
        true => as_json(what, &topics, story.as_ref()),
        false => form::text(&topics, story.as_ref()),
    };
    show(&text)?;
    Ok(if story.is_some_and(|story| story.incomplete) { Exit::Unknown } else { Exit::Pass })
}

fn is_json(global: &Global) -> Result<bool, Failure> {
    match global.format {
        Format::Json => Ok(true),
        Format::Text => Ok(false),
        other => {
            let message = format!("explain writes text or json, not {}", other.as_str());
            Err(Failure::usage(message, "use --format json, or leave it out"))
        }
    }
}

/// The entry that goes by this name or alias, in any case. Only where nothing else is meant must there be a mapping.
fn name_of(global: &Global, what: &str, is_needed: bool) -> Result<Option<SecretName>, Failure> {
    let Ok(name) = SecretName::parse(what.trim()) else { return Ok(None) };
    match mapping_file::open(global) {
        Ok(loaded) => Ok(entry_of(&loaded.mapping, &name).map(|entry| entry.name.clone())),
        Err(error) if is_needed && near(what, &known_words()).is_empty() => Err(error.into()),
        Err(_) => Ok(None),
    }
}

fn entry_of<'m>(mapping: &'m Mapping, name: &SecretName) -> Option<&'m Entry> {
    let by_alias = || mapping.entries.iter().find(|entry| entry.detail().aliases.contains(name));
    mapping.entries.iter().find(|entry| entry.name == *name).or_else(by_alias)
}

fn known_words() -> Vec<String> {
    words::all().into_iter().map(|topic| topic.word).collect()
}

/// A word that means nothing, with those that are near.
fn unknown(global: &Global, what: &str) -> Failure {
    let mut known = known_words();
    if let Ok(loaded) = mapping_file::open(global) {
        for entry in &loaded.mapping.entries {
            known.extend(std::iter::once(&entry.name).chain(&entry.detail().aliases).map(ToString::to_string));
        }
    }
    let number = what.split_whitespace().next_back().is_some_and(|word| word.parse::<i64>().is_ok());
    // Any number is near any other.
    let near = if number { words::exit_codes() } else { near(what, &known) };
    let help = match near.as_slice() {
        _ if number => format!("the exit codes are {}", near.join(", ")),
        [] => "`esc-sync explain` lists what can be explained".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    };
    Failure::usage(format!("explain {what}: no rule, status, exit code, probe or entry has that name"), help)
}

/// At most so many names are offered.
const OFFERED: usize = 5;

/// Names that are meant by a typing error, and those that hold what was typed.
fn near(what: &str, known: &[String]) -> Vec<String> {
    let what = what.trim().to_lowercase();
    let mut near: Vec<(usize, &String)> = known
        .iter()
        .filter(|_| (1..=64).contains(&what.len()))
        .map(|name| (name, name.to_lowercase()))
        .filter_map(|(name, small)| {
            let distance = strsim::damerau_levenshtein(&what, &small);
            let is_part = what.len() >= 3 && small.contains(&what);
            (is_part || distance <= 1 + small.len() / 4).then_some((distance, name))
        })
        .collect();
    near.sort();
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().take(OFFERED).map(|(_, name)| name.clone()).collect()
}

const SCHEMA: &str = "esc-sync/explain/v1";

fn as_json(what: &str, topics: &[Topic], story: Option<&entry::Story>) -> String {
    let document = json!({
        "schema": SCHEMA,
        "what": what,
        "topics": topics.iter().map(topic).collect::<Vec<_>>(),
        "entry": story.map_or(Value::Null, entry::Story::to_json),
    });
    format!("{document:#}\n")
}

fn list_as_json() -> String {
    let topics: Vec<_> = words::all().iter().map(topic).collect();
    format!("{:#}\n", json!({ "schema": SCHEMA, "what": null, "topics": topics, "entry": null }))
}

fn topic(topic: &Topic) -> Value {
    json!({ "kind": topic.kind, "word": topic.word, "summary": topic.summary, "text": topic.text })
}

fn show(text: &str) -> Result<(), Failure> {
    terminal::print(text.as_bytes()).map_err(Failure::from_io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_parts_are_found() {
        let known = ["STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "missing", "OPENAI_API_KEY"].map(str::to_owned);
        assert_eq!(near("mising", &known), ["missing"]);
        assert_eq!(near("stripe", &known), ["STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"]);
        assert_eq!(near("STRIPE_API_KEI", &known)[0], "STRIPE_API_KEY");
        assert!(near("", &known).is_empty() && near(&"x".repeat(100), &known).is_empty());
    }
}
