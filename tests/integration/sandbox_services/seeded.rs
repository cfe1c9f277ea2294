//! A seeded world: values that are worth something, three that are not quite, and endpoints that are healthy.

use std::collections::BTreeMap;

use esc_sync::{
    mapping::{LoadOptions, load},
    sandbox::{
        World, seed,
        services::{SeededEndpoint, Worth},
    },
};

use super::{ask, get};

const MAPPING: &str = "version: 1
esc: acme/default/production
github: { organization: acme }
endpoints:
  backend: { url: https://api.acme.example:8443/v1/health?deep=1, status: [201, 200], field: { checks.db: [up] } }
  page: { url: https://www.acme.example/, content-type: text/html }
entries:
  WEAVIATE_URL: { esc: v.url, service: weaviate }
  WEAVIATE_API_KEY: { esc: v.key, service: weaviate }
";

fn seeded(text: &str) -> World {
    let loaded = load("m.yaml", text.as_bytes(), &LoadOptions::default()).expect("legal");
    let mut world = World::default();
    seed(&mut world, &loaded.mapping, 1_700_000_000);
    world
}

#[test]
fn a_probe_of_the_mappings_own_answers_for_the_seeded_value_alone() {
    let own = "  MINE: { esc: m.key, probe: { url: 'https://api.mine.example/v1/{value}/me', headers: { X-Key: '{value}' }, hosts: [api.mine.example], limited: [403] } }\n";
    let mut world = seeded(&format!("{MAPPING}{own}"));
    let key = world.services.value_of("MINE").expect("seeded").to_owned();
    assert_eq!(get(&mut world, &format!("api.mine.example/v1/{key}/me"), &key).0, 200);
    assert_eq!(get(&mut world, "api.mine.example/v1/other/me", "other").0, 401);
    assert_eq!(get(&mut world, "api.mine.example/v1/me", &key).0, 404);
    world.services.declare(&key, Worth::Limited);
    assert_eq!(get(&mut world, &format!("api.mine.example/v1/{key}/me"), &key).0, 403);
}

#[test]
fn seeded_addresses_are_those_that_the_services_checks_accept() {
    let world = seeded(&sophia());
    let address = |name| world.services.value_of(name).expect("seeded").to_owned();
    assert_eq!(address("GONG_BASE_URL"), "https://api.gong.io");
    let qdrant = address("QDRANT_URL");
    assert!(qdrant.starts_with("https://") && qdrant.ends_with(".cloud.qdrant.io"), "{qdrant}");
}

fn sophia() -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/sophia.yaml");
    std::fs::read_to_string(file).expect("it is there")
}

#[test]
fn a_newcomer_meets_one_of_each_trouble_and_all_else_is_live() {
    let text = sophia();
    let loaded = load("m.yaml", text.as_bytes(), &LoadOptions::default()).expect("legal");
    let world = seeded(&text);
    let mut worths: BTreeMap<Worth, Vec<&str>> = BTreeMap::new();
    for entry in &loaded.mapping.entries {
        let name = entry.name.as_str();
        let worth = world.services.value_of(name).and_then(|value| world.services.worth(value)).expect("declared");
        worths.entry(worth).or_default().push(name);
    }
    let count = |worth| worths.get(&worth).map_or(0, Vec::len);
    assert_eq!([Worth::Rejected, Worth::Limited, Worth::RateLimited].map(count), [1, 1, 1], "{worths:?}");
    assert!(count(Worth::Live) > 100, "{}", count(Worth::Live));
    assert_eq!(worths.len(), 4, "{worths:?}");
    let again = seeded(&text);
    assert_eq!(again.services.save(), world.services.save(), "the same mapping gives the same world");
}

#[test]
fn a_key_that_was_seeded_opens_its_service_and_no_other_value_does() {
    let mut world = seeded(&sophia());
    let key = world.services.value_of("MISTRAL_API_KEY").expect("seeded").to_owned();
    world.services.declare(&key, Worth::Live);
    assert_eq!(get(&mut world, "api.mistral.ai/v1/models", &key).0, 200);
    assert_eq!(get(&mut world, "api.mistral.ai/v1/models", "made-up").0, 401);
    assert_eq!(get(&mut world, "api.mistral.ai/v1/models", "").0, 401);
}

#[test]
fn the_host_of_a_tenant_is_the_one_of_its_own_url() {
    let mut world = seeded(MAPPING);
    let url = world.services.value_of("WEAVIATE_URL").expect("seeded").to_owned();
    let key = world.services.value_of("WEAVIATE_API_KEY").expect("seeded").to_owned();
    let host = url.strip_prefix("https://").expect("a URL");
    assert_eq!(get(&mut world, &format!("{host}/v1/users/own-info"), &key).0, 200);
    assert_eq!(get(&mut world, "other.internal/v1/users/own-info", &key).0, 404);
}

#[test]
fn endpoints_are_healthy_as_declared_until_one_is_made_sick() {
    let mut world = seeded(MAPPING);
    let (status, body) = get(&mut world, "api.acme.example/v1/health", "");
    assert_eq!((status, body["checks"]["db"].as_str()), (200, Some("up")));
    let page = ask(&mut world, "GET", "www.acme.example/", ("accept", "*/*"), "");
    assert!(page.headers.iter().any(|(_, value)| value == "text/html") && page.body.starts_with(b"<!doctype"));
    let sick = SeededEndpoint {
        host: "www.acme.example".into(),
        path: "/".into(),
        worth: Worth::ServerError,
        ..SeededEndpoint::default()
    };
    world.services.put_endpoint("page", sick);
    assert_eq!(get(&mut world, "www.acme.example/", "").0, 503);
    assert_eq!(get(&mut world, "www.acme.example/other", "").0, 404);
}
