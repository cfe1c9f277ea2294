//! Why a definition is not changed as asked: what, where, and what can be done; never a value.

use crate::yaml::YamlError;

/// Why one change is not made. Every `at` is a path relative to `values`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("{at} is there more than once")]
    Ambiguous { at: String },
    #[error("{at} lies beyond the end of its list, which has {length} items")]
    Beyond { at: String, length: usize },
    #[error("{at} is an item of a list, and those after it would move")]
    Item { at: String },
    #[error("{at} is written with an anchor, an alias, a tag or a merge key")]
    Linked { at: String },
    #[error("{at} is {what}, so that nothing can lie below it")]
    Midway { at: String, what: &'static str },
    #[error("the value is not UTF-8, and a definition is text")]
    NotUtf8,
    #[error("{at} is {what}, which is never replaced by a value and never taken out")]
    Opaque { at: String, what: &'static str },
    #[error("{at} is written twice, or lies below another place that is written")]
    Overlap { at: String },
    #[error("{at} is a name that ESC keeps for itself")]
    Reserved { at: String },
    #[error("{at} is written in a form of YAML that is not edited")]
    Unusual { at: String },
    #[error("the definition cannot be read: {0}")]
    Unreadable(YamlError),
    #[error("the edited definition could not be proved to differ in nothing but the wanted values")]
    Unprovable,
}

impl Refusal {
    /// What a person can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Ambiguous { .. } => "remove all but one of them: `esc env edit`".into(),
            Self::Beyond { length, .. } => format!("the next free position is [{length}]"),
            Self::Item { .. } => "take it out by hand: `esc env edit`".into(),
            Self::Linked { .. } => "write it out plainly: ESC itself takes no anchors and aliases".into(),
            Self::Midway { .. } => "point the mapping at another path, or make it an object".into(),
            Self::NotUtf8 => "store it as base64 and declare `encoding: base64` in the mapping".into(),
            Self::Opaque { .. } => "change what it is computed from, or point the mapping at that".into(),
            Self::Overlap { .. } => "let the entries of the mapping name different paths".into(),
            Self::Reserved { .. } => "choose another path in the mapping".into(),
            Self::Unreadable(_) => "mend the definition: `esc env edit`".into(),
            Self::Unusual { .. } => "write it as `key: value`: `esc env edit`".into(),
            Self::Unprovable => {
                "set the values by hand (`esc env set --secret --string`), and report the layout".into()
            }
        }
    }
}
