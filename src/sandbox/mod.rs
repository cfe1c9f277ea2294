//! The emulator of both stores (a stub until its server is merged).

pub mod esc;
pub mod message;
