//! `/instance-operations/launch`: checked as Lambda checks it, and then only remembered.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, LambdaWorld, Machine, catalogue, data,
    failure::{failure, invalid, no_such_object},
    instances::BOOT_MS,
};
use crate::sandbox::message::SandboxResponse;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Launch {
    region_name: String,
    instance_type_name: String,
    ssh_key_names: Vec<String>,
    hostname: Option<String>,
    name: Option<String>,
    user_data: Option<String>,
    /// These are taken and change nothing here.
    #[serde(rename = "image", default)]
    _image: Value,
    #[serde(rename = "tags", default)]
    _tags: Value,
    #[serde(rename = "file_system_names", default)]
    _file_system_names: Value,
    #[serde(rename = "file_system_mounts", default)]
    _file_system_mounts: Value,
    #[serde(rename = "firewall_rulesets", default)]
    _firewall_rulesets: Value,
}

/// "At most 1 MB"; the greater reading.
const LARGEST_USER_DATA: usize = 1024 * 1024;

pub(super) fn launch(world: &mut LambdaWorld, wanted: &Launch, now_ms: i64) -> Answer {
    check(wanted)?;
    check_key(world, &wanted.ssh_key_names)?;
    let id = world.fresh_id();
    let address = 10 + world.instances.len() % 240;
    let machine = Machine {
        name: wanted.name.clone(),
        // A network that is for examples only (RFC 5737).
        ip: Some(format!("198.51.100.{address}")),
        status: None,
        boots_until_ms: now_ms + BOOT_MS,
        ssh_key_names: wanted.ssh_key_names.clone(),
        region: Some(wanted.region_name.clone()),
        instance_type: Some(wanted.instance_type_name.clone()),
        hostname: wanted.hostname.clone(),
        user_data: wanted.user_data.clone(),
    };
    world.put_instance(Some(&id), machine);
    Ok(data(&json!({ "instance_ids": [id] })))
}

fn check(wanted: &Launch) -> Result<(), SandboxResponse> {
    if !catalogue::REGIONS.iter().any(|(name, _)| *name == wanted.region_name) {
        return Err(invalid("Unknown region."));
    }
    if !catalogue::has_type(&wanted.instance_type_name) {
        return Err(no_such_object("Specified instance type does not exist."));
    }
    if wanted.name.as_ref().is_some_and(|name| name.chars().count() > 64) {
        return Err(invalid("Name must have 0 to 64 characters."));
    }
    if wanted.hostname.as_deref().is_some_and(|name| !is_hostname(name)) {
        return Err(invalid("Hostname is not valid."));
    }
    if wanted.user_data.as_ref().is_some_and(|text| text.len() > LARGEST_USER_DATA) {
        return Err(invalid("User data must be at most 1 MB."));
    }
    Ok(())
}

/// Exactly one key, registered exactly once: launches by a name that is there twice were seen to fail
/// with `global/unknown` (skypilot issue 8221); its status is not known.
fn check_key(world: &LambdaWorld, names: &[String]) -> Result<(), SandboxResponse> {
    let [name] = names else { return Err(invalid("Exactly one SSH key must be specified.")) };
    match world.keys().iter().filter(|key| key.name == *name).count() {
        0 => Err(no_such_object("Specified SSH key does not exist.")),
        1 => Ok(()),
        _ => Err(failure(500, "global/unknown", "An unknown error occurred.")),
    }
}

/// `^[a-z0-9][0-9a-z-]{0,62}$`
fn is_hostname(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 63
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().all(|byte| is_plain(byte) || byte == b'-')
}
