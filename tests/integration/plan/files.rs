//! Placeholder of the module while it is made.
