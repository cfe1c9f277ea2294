//! Remedies that are a run of this program: what `sync` does by itself, and what only by name.
//!
//! They follow what `plan` decides: a side that changed without us is overwritten by name
//! only (I3), and what may not travel is never named as the source (I9). Every unverified
//! entry of a large mapping carries one, so they are short.

use super::{
    recalled::{Moved, Recalled},
    remedy,
    subject::{GithubSide, Subject},
};
use crate::{
    mapping::ConflictPolicy,
    model::{App, Direction, Place, Slot},
};

const IN_A_WORKFLOW: &str = "in a workflow with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}";

/// What `sync` does without being asked by name.
pub(super) fn sync(subject: &Subject) -> String {
    format!("esc-sync sync --only {}", subject.entry.name)
}

fn overwrite(subject: &Subject) -> String {
    format!("`esc-sync sync --overwrite {}`", subject.entry.name)
}

/// GitHub's value to ESC, where and how it can be read.
fn take(subject: &Subject, side: &GithubSide) -> String {
    let command = format!("`esc-sync sync --take {}`", subject.entry.name);
    if side.value().is_some() { command } else { format!("{command} {IN_A_WORKFLOW}") }
}

/// A place that has nothing.
pub(super) fn fill(subject: &Subject, place: &Place) -> String {
    let direction = subject.entry.direction;
    match place {
        Place::Github(_) if subject.fit_source().is_some() && direction != Direction::GithubToEsc => sync(subject),
        Place::Esc { .. } if direction != Direction::EscToGithub => pull(subject, place),
        _ => remedy::copy(subject, place),
    }
}

fn pull(subject: &Subject, place: &Place) -> String {
    let fit = |side: &&GithubSide| side.value().is_some() && side.family.is_none();
    if subject.github.iter().any(|side| fit(&side)) {
        sync(subject)
    } else if subject.github.iter().any(can_be_used_by_a_workflow) {
        format!("run `{}` {IN_A_WORKFLOW}", sync(subject))
    } else {
        remedy::store(subject, place)
    }
}

/// Two sides that are known to differ.
pub(super) fn decide(subject: &Subject, side: &GithubSide) -> String {
    let place = Place::Github(side.place.clone());
    match (subject.fit_source(), is_fit(side)) {
        (Some(_), true) if is_decided(subject, side) => sync(subject),
        (Some(_), true) => format!("{}; if GitHub is right, {}", overwrite(subject), take(subject, side)),
        (Some(_), false) if subject.entry.direction != Direction::GithubToEsc => sync(subject),
        (Some(_), false) => overwrite(subject),
        (None, true) => {
            let store = remedy::store(subject, &place);
            format!("{}; if GitHub is wrong, too, `{store}`", take(subject, side))
        }
        (None, false) => remedy::store(subject, &place),
    }
}

/// GitHub's value is not one that must not travel, as far as it can be seen.
fn is_fit(side: &GithubSide) -> bool {
    side.family.is_none()
}

/// Whether a run settles it by itself: one side changed and the direction follows it, or a winner is declared.
fn is_decided(subject: &Subject, side: &GithubSide) -> bool {
    let (pushes, pulls) = match subject.entry.direction {
        Direction::Both => (true, true),
        Direction::EscToGithub => (true, false),
        Direction::GithubToEsc => (false, true),
    };
    let pulls = pulls && side.value().is_some();
    match (subject.moved(side), subject.entry.on_conflict) {
        (Moved::Esc, _) => pushes,
        (Moved::Github, _) => pulls,
        (Moved::Both | Moved::Unknown, ConflictPolicy::EscWins) => pushes,
        (Moved::Both | Moved::Unknown, ConflictPolicy::GithubWins) => pulls,
        (Moved::Both | Moved::Unknown, ConflictPolicy::Newest | ConflictPolicy::Stop) => false,
    }
}

/// A place of which nobody here can see what it holds.
pub(super) fn decide_unseen(subject: &Subject, side: &GithubSide) -> String {
    let drifted = matches!(side.recalled, Recalled::Drifted(..));
    let pushes = subject.entry.direction != Direction::GithubToEsc && subject.fit_source().is_some();
    let readable = can_be_used_by_a_workflow(side);
    match (pushes, readable) {
        (true, true) if drifted => {
            format!("{}; if GitHub may be right, run `esc-sync attest` {IN_A_WORKFLOW}", overwrite(subject))
        }
        (true, true) => format!("run `esc-sync attest` {IN_A_WORKFLOW}; if ESC is right, {}", overwrite(subject)),
        (true, false) => {
            format!("nobody but its consumer can read it back; if ESC is right, {}", overwrite(subject))
        }
        (false, true) if subject.entry.direction == Direction::GithubToEsc && subject.esc.is_some() => {
            format!("run `{}` {IN_A_WORKFLOW}", sync(subject))
        }
        (false, true) => format!("run `esc-sync check` {IN_A_WORKFLOW}"),
        (false, false) => "nobody but its consumer can read it back; store it once more if in doubt".into(),
    }
}

/// Whether there is any job that is given the value.
fn can_be_used_by_a_workflow(side: &GithubSide) -> bool {
    side.place.slot == Slot::Secret && side.place.scope.app() == App::Actions
}
