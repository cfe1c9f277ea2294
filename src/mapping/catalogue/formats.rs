//! The shapes of credentials.

use super::Format;

pub const FORMATS: &[Format] = &[];
