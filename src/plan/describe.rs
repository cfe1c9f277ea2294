//! A plan as people read it: a diff of names and reasons, by the scope that changes.

use std::{collections::BTreeMap, sync::Arc};

use super::{Action, HeldBack, Plan, Write};
use crate::model::{EnvironmentRef, GithubScope, Place, SecretName};

/// The lines of a plan: a heading for each ESC environment and each scope of GitHub, and
/// below it what would be created (`+`), changed (`~`), deleted (`-`) and held back (`!`).
///
/// Names and messages of servers are as they came: whoever prints them escapes them.
pub fn describe(plan: &Plan) -> Vec<String> {
    let mut groups: BTreeMap<Target, Vec<String>> = BTreeMap::new();
    for action in &plan.actions {
        groups.entry(Target::of(&action.write.target())).or_default().push(change(action));
    }
    for held in &plan.held_back {
        groups.entry(Target::of(&held.place)).or_default().extend(held_back(held));
    }
    let mut lines = Vec::new();
    for (target, changes) in groups {
        lines.push(target.heading());
        lines.extend(changes);
    }
    lines
}

/// Where something changes, as people think of it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Target {
    Esc(Arc<EnvironmentRef>),
    Github(Arc<GithubScope>),
    Job,
}

impl Target {
    fn of(place: &Place) -> Self {
        match place {
            Place::Esc { environment, .. } => Self::Esc(Arc::clone(environment)),
            Place::Github(place) => Self::Github(Arc::clone(&place.scope)),
            Place::Job { .. } => Self::Job,
        }
    }

    fn heading(&self) -> String {
        match self {
            Self::Esc(environment) => format!("esc {environment}"),
            Self::Github(scope) => format!("github {scope}"),
            Self::Job => "this job".into(),
        }
    }
}

fn change(action: &Action) -> String {
    let mark = match (&action.write, action.write.verb()) {
        (Write::Prune { .. }, _) => '-',
        (_, "create") => '+',
        _ => '~',
    };
    let what = what(&action.write.target(), &action.name);
    format!("  {mark} {} {what}: {}", action.write.verb(), action.why)
}

fn held_back(held: &HeldBack) -> [String; 2] {
    let what = what(&held.place, &held.name);
    [format!("  ! held back {what} ({}): {}", held.because.as_str(), held.reason), format!("      {}", held.remedy)]
}

/// The place without the scope that stands above it; with the entry's name where that is another.
fn what(place: &Place, name: &SecretName) -> String {
    match place {
        Place::Esc { path, .. } => format!("{path} ({name})"),
        Place::Github(place) if place.name == *name => format!("{} {name}", place.slot.as_str()),
        Place::Github(place) => format!("{} {} ({name})", place.slot.as_str(), place.name),
        Place::Job { name } => name.to_string(),
    }
}
