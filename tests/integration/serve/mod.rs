//! The scheduled service: its clock, its door, its page, its alerts, its replicas.
mod boards;
mod page;
mod page_browser;
mod page_server;
