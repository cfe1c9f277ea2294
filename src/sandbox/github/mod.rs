//! The emulated GitHub: secrets, variables, environments, and what leads to them.
//!
//! Pure: a request and a moment in, an answer out. What it does follows the
//! sources in `docs/architecture.md`; where those do not tell, the comment beside the
//! code says what was chosen. Waiting and broken answers are not made here.

mod access;
mod apps;
mod control;
mod environments;
mod failure;
mod graphql;
mod inspect;
mod items;
mod limits;
mod lookups;
mod names;
mod page;
mod rights;
mod route;
mod runs;
mod vault;
mod world;

pub use apps::AppRegistration;
pub use inspect::{SecretView, WorldError};
pub use limits::{Limits, SecondaryRule};
pub use rights::{TokenKind, TokenRule};
pub use vault::ItemVisibility;
pub use world::{GithubWorld, Plan, RepositoryVisibility};

pub(super) use control::handle as handle_control;

use failure::failure;
use rights::Caller;
use route::{Destination, Route};
use serde_json::Value;

use super::message::{SandboxRequest, SandboxResponse};

/// The versions of the interface (oas).
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// One request in hand.
struct Call<'a> {
    request: &'a SandboxRequest,
    now_ms: i64,
    /// Public URL with the prefix under which the request came.
    base: String,
}

/// Answers one request.
pub(crate) fn handle(world: &mut GithubWorld, request: &SandboxRequest, now_ms: i64) -> SandboxResponse {
    let prefix = if request.path.starts_with("/api/v3/") { "/api/v3" } else { "" };
    let call = Call { request, now_ms, base: format!("{}{prefix}", request.public_url) };
    let response = admit(world, &call).unwrap_or_else(|refusal| refusal);
    let version = request.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    world
        .limits
        .decorate(response, now_ms)
        .with_header("x-github-media-type", "github.v3; format=json")
        .with_header("x-github-api-version-selected", version)
        .with_header("x-github-request-id", crate::crypto::random_id(8).to_ascii_uppercase())
}

/// The gates in the order in which GitHub has them, and then the answer.
fn admit(world: &mut GithubWorld, call: &Call<'_>) -> Result<SandboxResponse, SandboxResponse> {
    let request = call.request;
    if request.header("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
        let message =
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(failure(403, message));
    }
    if let Some(version) = request.header("x-github-api-version").filter(|version| !VERSIONS.contains(version)) {
        return Err(failure(
            400,
            &format!("{version} is not a valid API version. Supported versions: {}.", VERSIONS.join(", ")),
        ));
    }
    let destination = route::resolve(world, request);
    if matches!(destination, Ok(Destination::Here(Route::RateLimit))) {
        // It tells the limit and does not count towards it; nobody need be known for it.
        return Ok(SandboxResponse::json(200, &world.limits.describe(call.now_ms)));
    }
    let caller = rights::identify(world, request, call.now())?;
    world.limits.admit(request, call.now_ms)?;
    let response = match destination? {
        Destination::Here(route) => {
            rights::authorize(world, &caller, &route, &request.method)?;
            refuse_archived(world, &route, &request.method)?;
            answer(world, call, &caller, route)?
        }
        Destination::Moved(id, rest) => moved(call, id, &rest),
    };
    Ok(match rights::shown_scopes(&caller, request) {
        Some(scopes) => response.with_header("x-oauth-scopes", scopes),
        None => response,
    })
}

fn answer(
    world: &mut GithubWorld,
    call: &Call<'_>,
    caller: &Caller,
    route: Route,
) -> Result<SandboxResponse, SandboxResponse> {
    let method = call.request.method.as_str();
    let reads = matches!(method, "GET" | "HEAD");
    match route {
        Route::AccessTokens(id) if method == "POST" => apps::access_tokens(world, call, caller, id),
        Route::App if reads => apps::app(world, call, caller),
        Route::Installation { owner } if reads => apps::installation(world, call, caller, &owner),
        _ if matches!(caller, Caller::App(_)) => {
            Err(failure(401, "A JSON web token could not be used for this endpoint"))
        }
        Route::Environment(id, name) => environments::one(world, call, id, &name),
        Route::Environments(id) if reads => environments::list(world, call, id),
        Route::Grants { vault, slot, name, repository } => access::handle(world, call, &vault, slot, &name, repository),
        Route::Graphql if method == "POST" => graphql::handle(world, call),
        Route::Item { vault, slot, name } => items::one(world, call, &vault, slot, &name),
        Route::Items { vault, slot } => items::all(world, call, &vault, slot),
        Route::Organization(login) if reads => lookups::organization(world, call, &login),
        Route::OrganizationRepositories(login) => lookups::repositories(world, call, &login),
        Route::PublicKey(vault) if reads => Ok(items::public_key(world, &vault)),
        Route::Repository(id) if reads => lookups::repository(world, call, id),
        Route::Run { repository, run } if reads => runs::one(world, call, repository, run),
        Route::SeenItems { repository, consumer, slot } if reads => {
            items::seen(world, call, repository, consumer, slot)
        }
        Route::User if reads => Ok(lookups::user(world, call, caller)),
        Route::UserOrganizations if reads => Ok(lookups::own_organizations(world, call)),
        Route::UserNamed(login) if reads => lookups::user_named(world, call, &login),
        _ => Err(failure::not_found()),
    }
}

/// GETs are answered 301 and everything else 307, which keeps method and body (GitHub's own description has both).
fn moved(call: &Call<'_>, id: u64, rest: &str) -> SandboxResponse {
    let status = if call.request.method == "GET" { 301 } else { 307 };
    let mut location = format!("{}/repositories/{id}{rest}", call.base);
    let query = call.request.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    if !query.is_empty() {
        location = format!("{location}?{query}");
    }
    let body = serde_json::json!({
        "message": "Moved Permanently",
        "url": location,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    });
    SandboxResponse::json(status, &body).with_header("location", location)
}

fn refuse_archived(world: &GithubWorld, route: &Route, method: &str) -> Result<(), SandboxResponse> {
    if matches!(method, "GET" | "HEAD") {
        return Ok(());
    }
    let id = match route {
        Route::Environment(id, _) => Some(*id),
        Route::Item { vault, .. } | Route::Items { vault, .. } => vault.repository(),
        _ => None,
    };
    match id.and_then(|id| world.repositories.get(&id)) {
        Some(repository) if repository.archived => Err(failure(403, "Repository was archived so is read-only.")),
        _ => Ok(()),
    }
}

impl Call<'_> {
    fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// The body as an object; the parser's own words are not passed on.
    fn body(&self) -> Result<serde_json::Map<String, Value>, SandboxResponse> {
        match serde_json::from_slice(&self.request.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(failure(400, "Body should be a JSON object")),
            Err(_) => Err(failure(400, "Problems parsing JSON")),
        }
    }
}

/// A moment as GitHub writes it: whole seconds, `Z`.
fn stamp(seconds: i64) -> String {
    crate::model::Stamp(seconds).to_string()
}
