//! The scheduled service: its clock, its door, its page, its alerts, its replicas.

mod keeper;
mod ticks;
