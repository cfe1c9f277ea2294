//! Why a command ended without a result, what to do about it, and its exit code.

use std::{io, sync::Arc};

use crate::{engine::SelectionError, model::Unread};

use super::{exit::Exit, mapping_file::MappingError, terminal};

#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    help: Option<String>,
    /// A message of several lines that already names its own errors.
    rendered: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: Some(help.into()), rendered: false }
    }

    /// Something typed or written that a person can put right; no store was asked.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message, help)
    }

    /// The host refused something the run cannot do without.
    pub(crate) fn from_io(error: io::Error) -> Self {
        Self { exit: Exit::Unknown, message: reason(&error), help: None, rendered: false }
    }

    pub(crate) fn unknown(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Unknown, message, help)
    }

    /// What is wrong, and what to do about it.
    pub(crate) fn into_words(self) -> (String, String) {
        (self.message, self.help.unwrap_or_default())
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn is_usage(&self) -> bool {
        self.exit == Exit::Usage
    }

    /// Says it as a warning, and what follows from it.
    pub(crate) fn warn(self, so: &str) {
        terminal::say(format_args!("esc-sync: warning: {}; {so}", self.message));
        if let Some(help) = self.help {
            terminal::say(format_args!("esc-sync: help: {help}"));
        }
    }

    /// Says it on standard error and returns the code to end with.
    pub(crate) fn tell(self) -> Exit {
        if self.rendered {
            terminal::say(self.message.trim_end());
        } else {
            terminal::say_error(&self.message, self.help.as_deref());
        }
        self.exit
    }
}

/// The system's own words for an error of its own, which hold nothing of ours; of any other its kind.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    }
}

impl From<MappingError> for Failure {
    fn from(error: MappingError) -> Self {
        Self {
            exit: Exit::Usage,
            message: error.to_string(),
            help: error.help().map(str::to_owned),
            rendered: matches!(error, MappingError::Invalid { .. }),
        }
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        Self::usage(error.to_string(), "see the names with `esc-sync check --format json`, or widen the selection")
    }
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        Self::unknown(unread.what, unread.help)
    }
}

impl From<Arc<Unread>> for Failure {
    fn from(unread: Arc<Unread>) -> Self {
        Self::unknown(unread.what.clone(), unread.help.clone())
    }
}
