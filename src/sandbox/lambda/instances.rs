//! `/instances` and what is done to them. Nothing runs: an instance is its description.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, LambdaWorld, Machine, catalogue, data,
    failure::{failure, invalid, no_such_object},
};
use crate::sandbox::message::SandboxResponse;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewName {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    instance_ids: Vec<String>,
}

const LONGEST_NAME: usize = 64;
/// How long an instance that was restarted or launched boots.
pub(super) const BOOT_MS: i64 = 30_000;

pub(super) fn list(world: &LambdaWorld, now_ms: i64) -> SandboxResponse {
    data(&Value::from_iter(world.instances().map(|(id, machine)| describe(id, machine, now_ms))))
}

pub(super) fn one(world: &LambdaWorld, id: &str, now_ms: i64) -> Answer {
    let machine = world.instances.get(id).ok_or_else(no_such_instance)?;
    Ok(data(&describe(id, machine, now_ms)))
}

pub(super) fn rename(world: &mut LambdaWorld, id: &str, new: &NewName, now_ms: i64) -> Answer {
    let machine = world.instances.get_mut(id).ok_or_else(no_such_instance)?;
    if new.name.chars().count() > LONGEST_NAME {
        return Err(invalid("Name must have 0 to 64 characters."));
    }
    machine.name = Some(new.name.clone());
    Ok(data(&describe(id, machine, now_ms)))
}

pub(super) fn restart(world: &mut LambdaWorld, chosen: &Chosen, now_ms: i64) -> Answer {
    all_there(world, chosen)?;
    let mut told = Vec::new();
    for id in &chosen.instance_ids {
        let machine = world.instances.get_mut(id).ok_or_else(no_such_instance)?;
        if status(machine, now_ms) != "active" {
            return Err(failure(409, "global/conflict", "The instance cannot be restarted now."));
        }
        machine.boots_until_ms = now_ms + BOOT_MS;
        told.push(describe(id, machine, now_ms));
    }
    Ok(data(&json!({ "restarted_instances": told })))
}

pub(super) fn terminate(world: &mut LambdaWorld, chosen: &Chosen, now_ms: i64) -> Answer {
    all_there(world, chosen)?;
    let mut told = Vec::new();
    for id in &chosen.instance_ids {
        let machine = world.instances.get_mut(id).ok_or_else(no_such_instance)?;
        *machine = Machine { status: Some("terminating".to_owned()), boots_until_ms: 0, ip: None, ..machine.clone() };
        told.push(describe(id, machine, now_ms));
    }
    Ok(data(&json!({ "terminated_instances": told })))
}

/// All or none, so that a refusal has changed nothing.
fn all_there(world: &LambdaWorld, chosen: &Chosen) -> Result<(), SandboxResponse> {
    if chosen.instance_ids.is_empty() {
        return Err(invalid("At least one instance must be named."));
    }
    let there = chosen.instance_ids.iter().all(|id| world.instances.contains_key(id));
    if there { Ok(()) } else { Err(no_such_instance()) }
}

fn no_such_instance() -> SandboxResponse {
    no_such_object("Specified instance does not exist.")
}

fn status(machine: &Machine, now_ms: i64) -> &str {
    if now_ms < machine.boots_until_ms { "booting" } else { machine.status.as_deref().unwrap_or("active") }
}

fn describe(id: &str, machine: &Machine, now_ms: i64) -> Value {
    let status = status(machine, now_ms);
    let is_active = status == "active";
    let action = || if is_active { json!({ "available": true }) } else { unavailable(status) };
    let mut told = json!({
        "id": id,
        "status": status,
        "ssh_key_names": machine.ssh_key_names,
        "file_system_names": [],
        "region": catalogue::region(machine.region.as_deref().unwrap_or(catalogue::REGION)),
        "instance_type": catalogue::instance_type(machine.instance_type.as_deref().unwrap_or(catalogue::TYPE)),
        "actions": {
            "migrate": action(), "rebuild": action(), "restart": action(), "cold_reboot": action(),
            "terminate": { "available": status != "terminated" },
        },
    });
    let fields = [("name", &machine.name), ("hostname", &machine.hostname)];
    for (field, text) in fields.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?))) {
        told[field] = json!(text);
    }
    if status != "booting" {
        machine.ip.iter().for_each(|ip| told["ip"] = json!(ip));
    }
    if is_active {
        let token = format!("jupyter-canary-{id}");
        told["jupyter_url"] = json!(format!("https://jupyter-{id}.example/?token={token}"));
        told["jupyter_token"] = json!(token);
    }
    told
}

fn unavailable(status: &str) -> Value {
    let (code, why) = match status {
        "booting" => ("vm-has-not-launched", "The instance is still booting."),
        _ => ("vm-is-terminating", "The instance is not running."),
    };
    json!({ "available": false, "reason_code": code, "reason_description": why })
}
