//! `check` from the outside: the real binary against the emulator.

mod comparing;
mod counts;
mod esc_faults;
mod github_faults;
mod host;
mod leaks;
mod mapping_errors;
mod sandbox_flag;
