//! The environment as an argument, so that every reading of it can be tested.

/// Looks a variable up.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The trimmed value of a variable; an empty one counts as not set, as CI systems pass unset values.
pub(super) fn set(env: Env<'_>, name: &str) -> Option<String> {
    let value = env(name)?;
    let trimmed = value.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
