//! Logins to databases, by their URLs: what a server would have said, in one word of JSON.

use serde_json::{Value, json};

use super::{super::message::SandboxResponse, ServicesWorld, Worth};

pub(super) fn redis(world: &ServicesWorld, url: &[u8]) -> SandboxResponse {
    said(world, url, |worth| match worth {
        Worth::Live => json!({ "heard": "pong" }),
        Worth::Limited => json!({ "refused": "NOPERM" }),
        Worth::Rejected => json!({ "refused": "WRONGPASS" }),
        Worth::RateLimited | Worth::ServerError => json!({ "refused": "LOADING" }),
        Worth::Html | Worth::Redirect | Worth::Hang => json!({ "failed": "connect" }),
    })
}

pub(super) fn postgres(world: &ServicesWorld, url: &[u8]) -> SandboxResponse {
    said(world, url, |worth| match worth {
        Worth::Live => json!({ "ready": true }),
        Worth::Limited => json!({ "sqlstate": "42501" }),
        Worth::Rejected => json!({ "sqlstate": "28P01" }),
        Worth::RateLimited => json!({ "sqlstate": "53300" }),
        Worth::ServerError => json!({ "sqlstate": "57P03" }),
        Worth::Html | Worth::Redirect | Worth::Hang => json!({ "failed": "connect" }),
    })
}

fn said(world: &ServicesWorld, url: &[u8], say: impl Fn(Worth) -> Value) -> SandboxResponse {
    let worth = std::str::from_utf8(url).ok().and_then(|url| world.worth(url)).unwrap_or(Worth::Rejected);
    if worth == Worth::Hang {
        return SandboxResponse { hang: true, ..SandboxResponse::default() };
    }
    SandboxResponse::json(200, &say(worth))
}
