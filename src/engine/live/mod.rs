//! Asks services: whether credentials work, and whether endpoints are healthy.

mod connection;
pub mod endpoints;
pub mod postgres;
pub mod redis;
