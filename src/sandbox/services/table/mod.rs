//! All services, and which of them a host belongs to.

mod ai;
mod cloud;
mod data;
mod office;
mod platform;

use super::{Login, Reply, Route, Service, ServicesWorld};

const GROUPS: [&[Service]; 5] = [ai::SERVICES, cloud::SERVICES, data::SERVICES, office::SERVICES, platform::SERVICES];

pub(super) fn all() -> impl Iterator<Item = &'static Service> {
    GROUPS.into_iter().flatten()
}

pub(super) fn knows(id: &str) -> bool {
    all().any(|service| service.id == id)
}

/// Those at a host; one host may have several, by their calls.
pub(super) fn services(world: &ServicesWorld, host: &str) -> impl Iterator<Item = &'static Service> {
    let tenant = world.tenant(host).map(ToOwned::to_owned);
    let host = host.to_owned();
    all().filter(move |service| {
        tenant.as_deref() == Some(service.id) || service.hosts.iter().any(|known| matches(known, &host))
    })
}

/// The service that a URL among the credentials of a catalogue's service leads to.
pub(in crate::sandbox) fn tenant_of(catalogue: &str) -> Option<&'static str> {
    const TENANTS: &[(&str, &str)] = &[
        ("airbyte", "airbyte"),
        ("gong", "gong"),
        ("grafana", "grafana-stack"),
        ("qdrant", "qdrant"),
        ("redis", "upstash"),
        ("salesforce", "salesforce"),
        ("weaviate", "weaviate"),
    ];
    TENANTS.iter().find(|(known, _)| *known == catalogue).map(|(_, service)| *service)
}

/// Whether a key of a catalogue's service can be one with too few rights.
pub(in crate::sandbox) fn can_be_limited(catalogue: &str) -> bool {
    all().any(|service| service.id == catalogue && service.routes.iter().any(|route| route.limited.is_some()))
}

/// Whether a key of a catalogue's service is asked for here, alone.
pub(in crate::sandbox) fn is_asked_alone(catalogue: &str) -> bool {
    all().any(|service| {
        let alone = |route: &Route| match route.login {
            Login::Authorization => true,
            Login::Headers(names) => names.len() == 1,
            _ => false,
        };
        service.id == catalogue && service.routes.iter().all(alone)
    })
}

/// A star stands for one or more whole labels.
fn matches(known: &str, host: &str) -> bool {
    match known.strip_prefix("*.") {
        Some(rest) => host.strip_suffix(rest).is_some_and(|front| front.len() > 1 && front.ends_with('.')),
        None => known == host,
    }
}

const fn service(id: &'static str, hosts: &'static [&'static str], routes: &'static [Route]) -> Service {
    Service { id, hosts, routes, too_often: None, account_in_host: false }
}

const fn get(path: &'static str, login: Login, live: Reply, rejected: Reply) -> Route {
    Route { method: "GET", path, login, live, limited: None, rejected }
}

const fn post(path: &'static str, login: Login, live: Reply, rejected: Reply) -> Route {
    Route { method: "POST", path, login, live, limited: None, rejected }
}

const fn json(status: u16, body: &'static str) -> Reply {
    Reply::json(status, body)
}

impl Route {
    const fn limited(self, reply: Reply) -> Self {
        Self { limited: Some(reply), ..self }
    }
}

const BEARER: Login = Login::Authorization;
const UNAUTHORIZED: Reply =
    Reply::json(401, r#"{"error":"Unauthorized","message":"Invalid authentication credentials."}"#);
const FORBIDDEN: Reply = Reply::json(403, r#"{"error":"Forbidden","message":"The key lacks the permission."}"#);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_forty_and_more_and_each_is_there_once() {
        let ids: Vec<&str> = all().map(|service| service.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids.len() >= 55, "{}", ids.len());
    }

    #[test]
    fn every_service_can_be_reached_and_has_a_call() {
        for service in all() {
            let lodged = ["weaviate", "qdrant", "upstash"].contains(&service.id);
            assert!(!service.hosts.is_empty() || lodged, "{}", service.id);
            assert!(!service.routes.is_empty(), "{}", service.id);
        }
        assert!(tenant_of("weaviate").is_some_and(knows) && tenant_of("openai").is_none());
    }
}
