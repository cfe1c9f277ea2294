//! What the seeded values are worth to the services that they open.
//!
//! All is live, but for one that is rejected, one that is limited and one that is asked for too often: the first in the
//! mapping that each can be shown on, of different services, and with nothing else wrong about them.

use super::{SeedPlan, machine_key, value};
use crate::{
    mapping::{Entry, Mapping},
    model::Kind,
    sandbox::services::{SeededEndpoint, SeededProbe, ServicesWorld, Worth, can_be_limited, is_asked_alone, tenant_of},
};

pub(super) fn seed(world: &mut ServicesWorld, mapping: &Mapping, plan: &SeedPlan) {
    *world = ServicesWorld::default();
    let shown = shown(mapping, plan);
    for entry in &mapping.entries {
        // What a fault spoilt is worth nothing: it is not the value that the service gave out.
        let healthy = machine_key::value_of(mapping, entry).unwrap_or_else(|| value::example_value(entry));
        let worth =
            shown.iter().find(|(_, name)| *name == entry.name.as_str()).map_or(Worth::Live, |(worth, _)| *worth);
        let tenant = entry.service.as_deref().and_then(tenant_of);
        if let (Some(host), Some(tenant)) = (host_of(&healthy), tenant) {
            world.lodge(host, tenant);
        }
        world.name(entry.name.as_str(), &healthy, worth);
        if let Some(spec) = entry.detail().probe.as_deref().filter(|spec| !spec.is_allowance()) {
            world.put_probe(entry.name.as_str(), SeededProbe::of(spec));
        }
    }
    for spec in &mapping.endpoints {
        world.put_endpoint(&spec.name, SeededEndpoint::of(spec));
    }
}

fn shown<'m>(mapping: &'m Mapping, plan: &SeedPlan) -> Vec<(Worth, &'m str)> {
    let mut shown: Vec<(Worth, &Entry)> = Vec::new();
    for worth in [Worth::Limited, Worth::Rejected, Worth::RateLimited] {
        let free = |entry: &&Entry| {
            let service = entry.service.as_deref().unwrap_or_default();
            let alone =
                mapping.entries.iter().filter(|other| other.kind == Kind::Secret && other.service == entry.service);
            entry.kind == Kind::Secret
                && entry.esc.is_some()
                && entry.detail().probe.is_none()
                && is_asked_alone(service)
                && alone.count() == 1
                && plan.fault_of(&entry.name).is_none()
                && (worth != Worth::Limited || can_be_limited(service))
                && shown.iter().all(|(_, other)| other.service != entry.service)
        };
        let found = mapping.entries.iter().find(free);
        shown.extend(found.map(|entry| (worth, entry)));
    }
    shown.into_iter().map(|(worth, entry)| (worth, entry.name.as_str())).collect()
}

/// The host of a seeded URL.
fn host_of(value: &str) -> Option<&str> {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    Some(authority.split(':').next().unwrap_or(authority)).filter(|host| !host.is_empty())
}
