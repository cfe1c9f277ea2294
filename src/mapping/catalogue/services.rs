//! The services.

use super::Service;

pub const SERVICES: &[Service] = &[];
