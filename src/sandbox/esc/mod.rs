//! Pulumi ESC's service, emulated: state, evaluator and endpoints.
//!
//! Entry points: [`EscWorld`] is the state, [`handle`] answers one request, and
//! [`EscWorld::control`] pulls the emulator's own levers. All of it is synchronous
//! and free of sockets, clocks and files. What the service does is taken from public
//! sources (the facts on Pulumi ESC cite them); where those are silent, the module
//! concerned says what was chosen.
//!
//! A definition goes `syntax` → `expression` → `evaluate` (with `reach`, `builtin`)
//! → `value` when it is opened or checked, and through `secrets` and `layout` when it
//! is stored.

mod access;
mod account;
mod builtin;
mod control;
mod definitions;
mod diagnostic;
mod envelope;
mod environments;
mod evaluate;
mod expression;
mod layout;
mod quoting;
mod reach;
mod revisions;
mod routes;
mod scalar;
mod secrets;
mod sessions;
mod syntax;
mod tags;
mod value;
mod world;

pub use diagnostic::{Diagnostic, Point, Range, Severity};
pub use routes::handle;
pub use world::{EscWorld, Right};
