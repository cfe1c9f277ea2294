//! The scheduled service: its clock, its door, its page, its alerts, its replicas.

mod core_image;
mod runs;
mod start;
