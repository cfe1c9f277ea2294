//! A mapping proposed from what exists: names in, a text out. Pure, and never an overwrite.
