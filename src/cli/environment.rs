//! The process's environment, read through one narrow door.

/// A look-up of environment variables.
#[derive(Debug)]
pub(crate) struct Environment {
    /// These win over the process's own variables.
    overrides: Vec<(&'static str, String)>,
    /// Whether what is not overridden is looked up in the process.
    inherits: bool,
}

impl Environment {
    /// The process's variables, some of them replaced by flags.
    pub(crate) fn process(overrides: Vec<(&'static str, String)>) -> Self {
        Self { overrides, inherits: true }
    }

    /// These variables and no others: in the sandbox no real address, token or job secret can slip in.
    pub(crate) fn only(variables: Vec<(&'static str, String)>) -> Self {
        Self { overrides: variables, inherits: false }
    }

    /// Whether a flag stands in the place of that variable.
    pub(crate) fn is_overridden(&self, name: &str) -> bool {
        self.inherits && self.overrides.iter().any(|(key, _)| *key == name)
    }

    /// The variable's text; empty and unset are the same, as they are for GitHub.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        let given = self.overrides.iter().find(|(key, _)| *key == name).map(|(_, text)| text.clone());
        let found = given.or_else(|| if self.inherits { std::env::var_os(name)?.into_string().ok() } else { None });
        found.filter(|text| !text.is_empty())
    }
}
