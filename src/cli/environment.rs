//! Environment variables, read through one narrow door: the process's own, none, or those that were handed over.

use std::ffi::OsString;

use super::sealed::Sealed;

/// A look-up of environment variables.
#[derive(Debug)]
pub(crate) struct Environment {
    /// These win over all others.
    overrides: Vec<(&'static str, String)>,
    variables: Variables,
}

/// Where what is not overridden is looked up.
#[derive(Clone, Debug, Default)]
pub(crate) enum Variables {
    #[default]
    Process,
    Nowhere,
    /// The environment of the daemon that started this process.
    Sealed(Sealed),
}

impl Variables {
    /// The variable's text; empty and unset are the same, as CI systems pass unset values.
    pub(crate) fn var_os(&self, name: &str) -> Option<OsString> {
        let found = match self {
            Self::Process => std::env::var_os(name),
            Self::Nowhere => None,
            Self::Sealed(sealed) => sealed.var(name),
        };
        found.filter(|text| !text.is_empty())
    }

    /// The same where it is text.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        self.var_os(name)?.into_string().ok()
    }
}

impl Environment {
    /// These variables, some of them replaced by flags.
    pub(crate) fn of(variables: Variables, overrides: Vec<(&'static str, String)>) -> Self {
        Self { overrides, variables }
    }

    /// These variables and no others: in the sandbox no real address, token or job secret can slip in.
    pub(crate) fn only(variables: Vec<(&'static str, String)>) -> Self {
        Self { overrides: variables, variables: Variables::Nowhere }
    }

    /// Whether a flag stands in the place of that variable.
    pub(crate) fn is_overridden(&self, name: &str) -> bool {
        !matches!(self.variables, Variables::Nowhere) && self.overrides.iter().any(|(key, _)| *key == name)
    }

    /// The variable's text; empty and unset are the same, as they are for GitHub.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        match self.overrides.iter().find(|(key, _)| *key == name) {
            Some((_, text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            None => self.variables.var(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_over_is_found_and_nothing_of_the_process() {
        let pairs = [("ESC_SYNC_A", "one"), ("ESC_SYNC_AB", "two"), ("EMPTY", "")];
        let sealed = Sealed::of(pairs.map(|(name, text)| (name.into(), text.into()))).expect("sealed memory");
        let overrides = vec![("FLAG", "typed".to_owned()), ("NONE", String::new())];
        let environment = Environment::of(Variables::Sealed(sealed), overrides);
        let found = ["ESC_SYNC_A", "ESC_SYNC_AB", "EMPTY", "FLAG", "NONE", "PATH"].map(|name| environment.var(name));
        let told = found.each_ref().map(Option::as_deref);
        assert_eq!(told, [Some("one"), Some("two"), None, Some("typed"), None, None]);
    }
}
