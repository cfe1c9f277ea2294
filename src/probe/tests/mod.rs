//! The rows and the language, with literal answers; no server.

mod answers;
mod choosing;
mod filling;
mod owns;
mod rows;
mod traps;

use std::{fmt::Write, time::Duration};

use zeroize::Zeroizing;

use super::{Answer, Ask, Check, Found, Heard, HttpAsk, Probe, Step};
use crate::{
    mapping::{Entry, LoadOptions, Mapping, load},
    model::{ProbeReason, ProbeVerdict, SecretValue, Stamp},
};

/// 2026-11-21T19:00:00Z.
const NOW: Stamp = Stamp(1_795_287_600);

/// A mapping and its values.
struct World {
    mapping: Mapping,
    values: Vec<(String, String)>,
}

impl World {
    /// `fields`: what stands in an entry's map beside its path.
    fn of(entries: &[(&str, &str, &str)]) -> Self {
        let mut text = "version: 1\nesc: { environment: a/b/c }\ngithub: { organization: acme }\nentries:\n".to_owned();
        for (at, (name, fields, _)) in entries.iter().enumerate() {
            let _ = writeln!(text, "  {name}: {{ esc: k.v{at}, {fields} }}");
        }
        let loaded = load("m.yaml", text.as_bytes(), &LoadOptions::default());
        let mapping = loaded.unwrap_or_else(|errors| panic!("{}", errors.render("m.yaml"))).mapping;
        let held = entries.iter().filter(|(_, _, value)| !value.is_empty());
        let values = held.map(|(name, _, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { mapping, values }
    }

    fn value(&self, entry: &Entry) -> Option<SecretValue> {
        let (_, value) = self.values.iter().find(|(name, _)| *name == entry.name.as_str())?;
        Some(value.as_str().into())
    }

    fn checked(&self, name: &str) -> Option<Result<Check<'_>, Found>> {
        let entry = self.mapping.entries.iter().find(|entry| entry.name.as_str() == name).expect(name);
        Check::of(&self.mapping, entry, &|entry| self.value(entry))
    }

    fn check(&self, name: &str) -> Check<'_> {
        self.checked(name).expect("a probe").unwrap_or_else(|found| panic!("{found:?}"))
    }
}

/// A world with the entries that a row's check needs; the first is the checked one.
fn world_of(probe: &Probe, values: &[(&str, &str)]) -> World {
    let given = |part: &str| values.iter().find(|(name, _)| *name == part).map(|(_, value)| (*value).to_owned());
    let mut entries = Vec::new();
    for part in probe.parts {
        let start = if part.name == "value" { probe.starts.first().copied().unwrap_or_default() } else { "" };
        let Some(value) = given(part.name).or_else(|| (!part.optional).then(|| format!("{start}{}-7Jq2", part.name)))
        else {
            continue;
        };
        let name = part.names[0].trim_start_matches('_');
        let value = match value.as_str() {
            "@app" => app_key(),
            "@file" => service_account(),
            _ => value,
        };
        entries.push((format!("X_{name}"), format!("service: {}", probe.service), value));
    }
    let exact = |name: &str| probe.parts.iter().find_map(|part| part.names.iter().find(|known| name[2..] == ***known));
    for (name, ..) in &mut entries {
        if let Some(known) = exact(name) {
            *name = (*known).to_owned();
        }
    }
    let borrowed: Vec<(&str, &str, &str)> = entries.iter().map(|(a, b, c)| (&**a, &**b, &**c)).collect();
    World::of(&borrowed)
}

/// A key of the tests alone; it opens nothing.
fn app_key() -> String {
    let text = include_str!("../../../tests/integration/stores/test_key.b64");
    format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", text.trim())
}

fn service_account() -> String {
    let key = app_key();
    serde_json::json!({
        "type": "service_account", "client_email": "ci@acme.iam.gserviceaccount.com", "private_key_id": "k1",
        "private_key": key,
    })
    .to_string()
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Heard {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = Zeroizing::new(body.as_bytes().to_vec());
    Heard::Http(Answer { status, headers, body, took: Duration::ZERO })
}

fn said(status: u16, body: &str) -> Heard {
    answer(status, &[("content-type", "application/json")], body)
}

fn found(check: &Check<'_>, heard: &[Heard]) -> Found {
    match check.step(heard, NOW) {
        Step::Done(found) => found,
        Step::Ask(ask) => panic!("asks on: {ask:?}"),
    }
}

fn asked(check: &Check<'_>, heard: &[Heard]) -> HttpAsk {
    match check.step(heard, NOW) {
        Step::Ask(Ask::Http(ask)) => ask,
        other => panic!("does not ask by HTTP: {other:?}"),
    }
}

fn verdict(found: &Found) -> (ProbeVerdict, ProbeReason) {
    (found.verdict, found.reason)
}
