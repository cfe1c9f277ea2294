//! Live checks: who is asked, who is not, how often, and what is told of it.

mod addresses;
mod asking;
mod program;
mod service;
