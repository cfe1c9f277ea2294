//! The scheduled service: its clock, its door, its page, its alerts, its replicas.

mod alerts;
mod deploy;
mod door;
mod fleet;
mod keeper;
mod proposals;
mod replica_processes;
mod replicas;
mod ticks;
