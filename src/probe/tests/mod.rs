//! The rows and the language, with literal answers.
