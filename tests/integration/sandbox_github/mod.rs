//! The emulator from outside: its protocol, its faults, its GitHub side, and real clients.

mod apps;
pub(crate) mod clients;
mod conformance;
mod control;
mod faults;
mod protocol;
mod rights;
mod secrets;
mod state;
mod support;
mod variables;
