//! The control endpoints of the services, below `/_sandbox/services`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ServicesWorld, Worth, table};
use crate::sandbox::message::SandboxRequest;

type Control = Result<Value, (u16, String)>;

/// Whose worth it is: an entry's of the seeded mapping, a value's, or an endpoint's; or whose host it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServicesBody {
    name: Option<String>,
    value: Option<String>,
    endpoint: Option<String>,
    host: Option<String>,
    service: Option<String>,
    worth: Option<Worth>,
}

pub(in crate::sandbox) fn handle(world: &mut ServicesWorld, path: &[&str], request: &SandboxRequest) -> Control {
    match (request.method.as_str(), path) {
        ("GET", []) => Ok(describe(world)),
        ("POST", []) => {
            let body: ServicesBody = serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))?;
            put(world, body)
        }
        _ => Err((404, "no such control endpoint".to_owned())),
    }
}

fn put(world: &mut ServicesWorld, body: ServicesBody) -> Control {
    let bad = || (400, "give `worth` with one of `name`, `value`, `endpoint`; or `host` with `service`".to_owned());
    match body {
        ServicesBody {
            name: Some(name),
            value: None,
            endpoint: None,
            host: None,
            service: None,
            worth: Some(worth),
        } => {
            let value = world.value_of(&name).map(ToOwned::to_owned);
            let value = value.ok_or_else(|| (404, "no seeded entry has this name".to_owned()))?;
            world.declare(&value, worth);
        }
        ServicesBody { name, value: Some(value), endpoint: None, host: None, service: None, worth: Some(worth) } => {
            match name {
                Some(name) => world.name(&name, &value, worth),
                None => world.declare(&value, worth),
            }
        }
        ServicesBody {
            name: None,
            value: None,
            endpoint: Some(name),
            host: None,
            service: None,
            worth: Some(worth),
        } => {
            let endpoint = world.endpoints.get_mut(&name);
            endpoint.ok_or_else(|| (404, "no seeded endpoint has this name".to_owned()))?.worth = worth;
        }
        ServicesBody { name: None, value: None, endpoint: None, host: Some(host), service: Some(id), worth: None } => {
            if !table::knows(&id) {
                return Err((404, "the sandbox has no such service".to_owned()));
            }
            world.lodge(&host, &id);
        }
        _ => return Err(bad()),
    }
    Ok(json!({ "ok": true }))
}

/// Names and worths; the values are told by the stores that hold them.
fn describe(world: &ServicesWorld) -> Value {
    let names = world.names().map(|(name, worth)| json!({ "name": name, "worth": worth }));
    let endpoints = world.endpoints.iter();
    let endpoints = endpoints.map(|(name, endpoint)| {
        json!({ "name": name, "host": endpoint.host, "path": endpoint.path, "worth": endpoint.worth })
    });
    let services = table::all().map(|service| json!({ "id": service.id, "hosts": service.hosts }));
    json!({
        "credentials": names.collect::<Vec<_>>(),
        "endpoints": endpoints.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
    })
}
