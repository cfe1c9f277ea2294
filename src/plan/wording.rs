//! Decisions in the words of people: the reason, what kind it is, and what to do about it.

use super::{
    Because,
    decide::{Hold, Why},
};
use crate::model::{App, GithubPlace, SecretName, Slot, Unread};

/// Why something is written, as a sentence part.
pub(super) fn why(why: Why) -> &'static str {
    match why {
        Why::Lacking => "it is not there",
        Why::EscMoved => "ESC changed since the last sync, GitHub did not",
        Why::GithubMoved => "GitHub changed since the last sync, ESC did not",
        Why::Named => "it was named on the command line",
        Why::DeclaredWinner => "the two differ, and `on-conflict` of the entry says which wins",
        Why::Newest => "both changed, and GitHub's stamp is the newest",
        Why::ReplacesWorthless => "what is there is a placeholder, empty or denied",
        Why::Repeated => "the end of an earlier write was not seen, so it is repeated",
        Why::Visibility => "the value is right, but its visibility is not the declared one",
        Why::Spread => "another place of the entry has the value that wins",
    }
}

pub(super) fn because(hold: Hold) -> Because {
    match hold {
        Hold::BothMoved | Hold::NeverAgreed | Hold::PlacesDisagree => Because::Conflict,
        Hold::DriftedGithub | Hold::DriftedEsc => Because::Drifted,
        Hold::GuardedEsc | Hold::GuardedGithub => Because::Guarded,
        Hold::UnreadEsc | Hold::UnreadGithub => Because::Unread,
        Hold::Unrecorded | Hold::HiddenSource => Because::Unverified,
        Hold::Unsettled => Because::Unsettled,
        Hold::EscLacks | Hold::GithubLacks | Hold::BothLack | Hold::EscLacksHidden => Because::NoSource,
    }
}

pub(super) fn reason(hold: Hold) -> &'static str {
    match hold {
        Hold::BothMoved => "ESC and GitHub both changed since they last agreed",
        Hold::NeverAgreed => "ESC and GitHub hold different values, and it is not recorded that they ever agreed",
        Hold::PlacesDisagree => "several places would give ESC different values",
        Hold::DriftedGithub => "GitHub's value was changed by somebody else since the last sync",
        Hold::DriftedEsc => "ESC's value was changed since the last sync, and the value is to come from GitHub",
        Hold::GuardedEsc => "ESC's value is empty, a placeholder, or not what it must be: such a value is not written",
        Hold::GuardedGithub => {
            "GitHub's value is empty, a placeholder, or not what it must be: such a value is not written"
        }
        Hold::UnreadEsc => "ESC's side could not be read",
        Hold::UnreadGithub => "GitHub's side could not be listed",
        Hold::Unrecorded => "GitHub has a value that nobody here can read and nothing is recorded of",
        Hold::HiddenSource => "the value is to come from GitHub, where it cannot be read from here",
        Hold::Unsettled => "an earlier write has no known end, and the stamp does not say whose value is there now",
        Hold::EscLacks => "ESC has no value to give",
        Hold::GithubLacks => "GitHub has no value to give",
        Hold::BothLack => "neither ESC nor GitHub has a value",
        Hold::EscLacksHidden => "ESC has nothing, and GitHub's value cannot be read from here",
    }
}

/// What a person can do. `unread` is the store's own account of why it was not read.
pub(super) fn remedy(hold: Hold, name: &SecretName, place: &GithubPlace, unread: Option<&Unread>) -> String {
    match hold {
        Hold::BothMoved | Hold::NeverAgreed => format!(
            "`--overwrite {name}` lets ESC win, `--take {name}` GitHub where it can be read; `on-conflict` decides for good"
        ),
        Hold::PlacesDisagree => "make the places agree, or set `on-conflict: newest`".into(),
        Hold::DriftedGithub => {
            format!("`--overwrite {name}` puts ESC's value back, `--take {name}` keeps GitHub's where it can be read")
        }
        Hold::DriftedEsc => {
            format!("`--take {name}` puts GitHub's value back into ESC, `--overwrite {name}` sends ESC's to GitHub")
        }
        Hold::GuardedEsc => "store a real value in ESC; `esc-sync check` says what is wrong with this one".into(),
        Hold::GuardedGithub => "store a real value on GitHub; `esc-sync check` says what is wrong with this one".into(),
        Hold::UnreadEsc | Hold::UnreadGithub => {
            unread.map_or_else(|| "`esc-sync check` says what failed".to_owned(), |unread| unread.help.clone())
        }
        Hold::Unrecorded => format!("{}; or `--overwrite {name}` stores ESC's value", readable(place)),
        Hold::HiddenSource | Hold::EscLacksHidden => readable(place),
        Hold::Unsettled => format!("`--overwrite {name}` stores ESC's value once more"),
        Hold::EscLacks => format!("store a value in ESC, or `--take {name}` where GitHub's can be read"),
        Hold::GithubLacks => format!("store a value on GitHub, or `--overwrite {name}` sends ESC's"),
        Hold::BothLack => "store a value in one of the two".into(),
    }
}

/// How GitHub's value could be read.
fn readable(place: &GithubPlace) -> String {
    match (place.slot, place.scope.app()) {
        (Slot::Secret, App::Actions) => {
            "run it in a workflow that can use the secret, with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}".into()
        }
        _ => "only its consumer can read it".into(),
    }
}
