//! The report room as a reader meets it: every format, parsed back where it can be.

mod docs;
mod hostile;
mod limits;
mod machines;
mod sample;
mod snapshots;
mod ssh;
