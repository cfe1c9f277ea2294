//! Cases: what is said of which board, when, and when again.

mod boards;
mod pace;
mod property;
mod subjects;

use boards::{Told, board, healthy, options, unhealthy, unknown};
