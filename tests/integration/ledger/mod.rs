//! What every kind of shared state must keep, shown on real servers.

mod azure;
mod google;
mod postgres;
mod postgres_server;
mod s3;
mod s3_server;
mod shared_rules;
