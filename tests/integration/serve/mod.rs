//! The scheduled service: its clock, its door, its page, its alerts, its replicas.
mod boards;
mod page_browser;
mod page_server;
