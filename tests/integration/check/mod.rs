//! `check` from the outside: the real binary against the emulator.

mod absent;
mod asked;
mod comparing;
mod counts;
mod esc_faults;
mod github_faults;
mod host;
mod job_secrets;
mod leaks;
mod logins;
mod mapping_errors;
mod process;
mod sandbox_flag;
mod unasked;
mod values;
