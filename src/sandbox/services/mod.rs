//! The services whose credentials are checked live, as far as such a check asks them.
//!
//! `/_services/HOST/PATH` answers as HOST would. Pure: a request in, an answer out. Which of a route's literal
//! answers it is depends on what the credential in the request is worth, and that is kept in the world: a value that
//! nobody declared is worth nothing. Shapes follow what public clients and scanners of credentials rely on; what no
//! source tells is marked INFERRED in the tables.

mod control;
mod databases;
mod endpoints;
mod login;
mod own;
mod reply;
mod table;
mod world;

pub use own::SeededProbe;
pub use world::{SeededEndpoint, ServicesWorld, Worth};

pub(super) use control::handle as handle_control;
pub(super) use table::{can_be_limited, is_asked_alone, tenant_of};

use serde_json::json;

use self::{login::Login, reply::Reply};
use super::message::{SandboxRequest, SandboxResponse};

/// One service: its hosts and what it answers there.
pub(super) struct Service {
    /// The catalogue's id, or one of our own beside it.
    pub(super) id: &'static str,
    /// `*.` in front stands for one or more labels. Hosts of tenants are declared in the world.
    pub(super) hosts: &'static [&'static str],
    pub(super) routes: &'static [Route],
    /// What it says to who asks too often, if not 429 with `Retry-After`.
    pub(super) too_often: Option<Reply>,
    /// Whether the host's first labels name an account, which must be known.
    pub(super) account_in_host: bool,
}

/// One call and its literal answers.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// A segment `*` stands for any.
    pub(super) path: &'static str,
    pub(super) login: Login,
    pub(super) live: Reply,
    /// `None`: the call needs no scope that a credential could lack.
    pub(super) limited: Option<Reply>,
    pub(super) rejected: Reply,
}

/// Answers one request below `/_services/`.
pub(super) fn handle(world: &ServicesWorld, request: &SandboxRequest) -> SandboxResponse {
    let Some((host, path)) = host_and_path(&request.path) else { return nothing("name a host: /_services/HOST/PATH") };
    match (request.method.as_str(), path.as_str()) {
        ("POST", "/_redis") => return databases::redis(world, &request.body),
        ("POST", "/_postgres") => return databases::postgres(world, &request.body),
        _ => {}
    }
    if let Some(answer) = endpoints::answer(world, &request.method, &host, &path) {
        return answer;
    }
    if let Some(answer) = own::answer(world, request, &host, &path) {
        return answer;
    }
    let services: Vec<&Service> = table::services(world, &host).collect();
    if services.is_empty() {
        return nothing("the sandbox knows no service at this host");
    }
    let routes = services.iter().flat_map(|service| service.routes.iter().map(move |route| (*service, route)));
    let Some((service, route)) = { routes }.find(|(_, route)| route.is(&request.method, &path)) else {
        return nothing("the sandbox's service has nothing here");
    };
    if service.account_in_host && !world.knows_account(&host) {
        // As for a host without an account: nothing but the status.
        return SandboxResponse::empty(404);
    }
    answer(service, route, world, request, &path)
}

fn answer(
    service: &Service,
    route: &Route,
    world: &ServicesWorld,
    request: &SandboxRequest,
    path: &str,
) -> SandboxResponse {
    let presented = route.login.parts(request, path, world);
    let reply = match world.worth_of_all(&presented) {
        Worth::Live => route.live,
        Worth::Limited => route.limited.unwrap_or(route.live),
        Worth::Rejected => route.rejected,
        Worth::RateLimited => service.too_often.unwrap_or(reply::TOO_OFTEN),
        Worth::ServerError => reply::BROKEN,
        Worth::Html => reply::PAGE,
        Worth::Redirect => reply::MOVED,
        Worth::Hang => return SandboxResponse { hang: true, ..SandboxResponse::default() },
    };
    reply.filled(&presented)
}

impl Route {
    fn is(&self, method: &str, path: &str) -> bool {
        let parts = |text: &'static str| text.split('/').filter(|part| !part.is_empty());
        let mut wanted = parts(self.path);
        let mut given = path.split('/').filter(|part| !part.is_empty());
        let alike = loop {
            match (wanted.next(), given.next()) {
                (None, None) => break true,
                (Some(wanted), Some(given)) if wanted == "*" || wanted == given => {}
                _ => break false,
            }
        };
        alike && (self.method == method || self.method == "GET" && method == "HEAD")
    }
}

/// The host in lower case without its port, and the path as the host would get it.
fn host_and_path(path: &str) -> Option<(String, String)> {
    let rest = path.trim_start_matches('/').strip_prefix("_services/")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => &host,
    };
    (!name.is_empty()).then(|| (name.to_owned(), format!("/{path}")))
}

fn nothing(message: &str) -> SandboxResponse {
    SandboxResponse::json(404, &json!({ "message": message }))
}

#[cfg(test)]
mod tests;
