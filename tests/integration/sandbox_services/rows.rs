//! Every live check of the table has its services here: a credential that is worth something is found live.
//!
//! The table and the emulated services were written apart, from the same facts; here they meet.

use std::time::Duration;

use esc_sync::{
    mapping::{Entry, LoadOptions, Mapping, load},
    model::{ProbeVerdict, SecretValue, Stamp},
    probe::{Answer, Ask, Check, Found, Heard, HttpAsk, PROBES, Part, Probe, Step},
    sandbox::{World, message::SandboxRequest, seed, services::Worth},
};

/// Rows whose credential the emulator's seeds cannot make up, each with the reason.
const APART: &[(&str, &str)] = &[
    ("neon-database", "a database: its own protocol, tested against a real server"),
    ("postgres", "a database: its own protocol, tested against a real server"),
    ("redis", "a database: its own protocol, tested against a real server"),
    ("snowflake-token", "the token is not sent, since the call may cost"),
    ("github-app", "seeded keys are not RSA; the call is tested with a real key beside the row"),
    ("google-service-account", "seeds make no service account; tested with a real one beside the row"),
    ("grafana", "seeded addresses of Grafana are http, which no token is sent to"),
    ("salesforce", "seeds make no address of a Salesforce instance"),
    ("upstash", "the address is a tenant's own, and seeds name no Upstash host"),
];

#[test]
fn every_row_that_asks_is_live_in_the_sandbox() {
    let mut wrong = Vec::new();
    for probe in PROBES.iter().filter(|probe| !probe.is_offline() && !APART.iter().any(|(id, _)| *id == probe.id)) {
        let found = asked(probe);
        if found.verdict != ProbeVerdict::Live {
            wrong.push(format!("{}: {} {}: {}", probe.id, found.verdict, found.reason, found.what));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), PROBES.len(), wrong.join("\n"));
}

/// What the row's check finds out in a world that was seeded from a mapping made for it.
fn asked(probe: &Probe) -> Found {
    let text = mapping(probe);
    let loaded = load("m.yaml", text.as_bytes(), &LoadOptions::default());
    let mapping = loaded.unwrap_or_else(|error| panic!("{}\n{text}", error.render("m.yaml"))).mapping;
    let mut world = World::default();
    seed(&mut world, &mapping, 1_700_000_000);
    let first = name(probe, &probe.parts[0]);
    let value = |entry: &Entry| value(probe, &seeded_value(&world, entry), entry.name.as_str() == first);
    let checked = mapping.entries.iter().find(|entry| entry.name.as_str() == first).expect("it is the first");
    let held = value(checked).expect("seeded");
    world.services.declare(held.expose_text().expect("text"), Worth::Live);
    match check(&mapping, checked, &world, probe) {
        Some(Ok(check)) => run(&check, &mut world),
        Some(Err(found)) => found,
        None => panic!("{} has no check for {first}", probe.id),
    }
}

fn check<'m>(mapping: &'m Mapping, entry: &'m Entry, world: &World, probe: &Probe) -> Option<Result<Check<'m>, Found>> {
    let first = entry.name.clone();
    Check::of(mapping, entry, &|other| value(probe, &seeded_value(world, other), other.name == first))
}

fn seeded_value(world: &World, entry: &Entry) -> Option<String> {
    world.services.value_of(entry.name.as_str()).map(str::to_owned)
}

/// The seeded value; of the checked entry one that begins as the row wants it.
fn value(probe: &Probe, seeded: &Option<String>, is_checked: bool) -> Option<SecretValue> {
    let seeded = seeded.as_deref()?;
    let begins = |start: &&str| seeded.starts_with(*start);
    match probe.starts.first() {
        Some(start) if is_checked && !probe.starts.iter().any(begins) => {
            Some(SecretValue::from(format!("{start}7f3c9a1e5b2d80467f3c9a1e5b2d80467f3c9a1e").as_str()))
        }
        _ => Some(SecretValue::from(seeded)),
    }
}

/// One entry for each part that the credential cannot do without, by the first name that the row knows for it.
fn mapping(probe: &Probe) -> String {
    let mut text = "version: 1\nesc: acme/default/production\ngithub: { organization: acme }\nentries:\n".to_owned();
    for part in probe.parts.iter().filter(|part| !part.optional) {
        let name = name(probe, part);
        let path = name.to_lowercase();
        text.push_str(&format!("  {name}: {{ esc: v.{path}, service: {} }}\n", probe.service));
    }
    text
}

fn name(probe: &Probe, part: &Part) -> String {
    let first = part.names[0];
    // GitHub keeps its own prefix for itself.
    let service = probe.service.to_uppercase().replace('-', "_").replace("GITHUB", "GH");
    if first.starts_with('_') { format!("{service}{first}") } else { first.to_owned() }
}

fn run(check: &Check<'_>, world: &mut World) -> Found {
    let mut heard = Vec::new();
    loop {
        match check.step(&heard, Stamp(1_700_000_000)) {
            Step::Done(found) => return found,
            Step::Ask(Ask::Http(ask)) => heard.push(Heard::Http(answer(&ask, world))),
            Step::Ask(_) => panic!("a protocol of its own"),
        }
    }
}

/// As the detour of the sandbox carries it.
fn answer(ask: &HttpAsk, world: &mut World) -> Answer {
    let behind = ask.url().split_once("://").expect("a URL").1;
    let target = behind.find(['/', '?']).map_or("/", |at| &behind[at..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = SandboxRequest {
        method: ask.method().into(),
        path: format!("/_services/{}{path}", ask.host()),
        query: query.split('&').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect(),
        headers: ask.headers().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
        body: ask.sent_body().unwrap_or_default().to_vec(),
        ..SandboxRequest::default()
    };
    let response = world.answer(&request, 0);
    let headers = response.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    Answer { status: response.status, headers, body: response.body.clone().into(), took: Duration::ZERO }
}
