//! What all integration tests share: the binary in a clean environment, and the emulator beside it.

pub(crate) mod marks;
pub(crate) mod program;
pub(crate) mod world;
