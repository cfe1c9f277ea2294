//! Where pure meets I/O: asks the stores what a mapping needs to know.
//!
//! It prints nothing and decides nothing; `observe` returns what was said.

pub mod apply;
mod esc_state;
mod observe;
mod read_plan;
mod selection;

pub use esc_state::EscState;
pub use observe::observe;
pub use read_plan::ReadPlan;
pub use selection::{Selection, SelectionError};
