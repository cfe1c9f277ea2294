//! Rotations over a world in memory: the real steps, stores behind a transport, machines behind the seam of logins.
//!
//! Every request and every login is one deed with a number; a test chooses the deed at which the
//! power fails, and asks after each deed whether every machine still opens with a key
//! whose private file exists (I14).

mod crashes;
mod gates;
mod ground;
mod machines;
mod preflight;
mod runs;
mod wire;
