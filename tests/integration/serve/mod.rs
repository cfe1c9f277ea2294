//! The scheduled service: its clock, its door, its page, its alerts, its replicas.

mod alerts;
mod boards;
mod core_image;
mod deploy;
mod door;
mod fleet;
mod keeper;
mod page;
mod page_browser;
mod page_server;
mod proposals;
mod replica_processes;
mod replicas;
mod runs;
mod start;
mod ticks;
