//! `/ssh-keys`: the registry.

use serde::Deserialize;
use serde_json::{Value, json};
use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};

use super::{
    Answer, LambdaKey, LambdaWorld, data,
    failure::{failure, invalid, no_such_object},
};
use crate::{keys::PublicKey, sandbox::message::SandboxResponse};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    name: String,
    public_key: Option<String>,
}

const LONGEST_NAME: usize = 64;
const LONGEST_KEY: usize = 4_096;

pub(super) fn list(world: &LambdaWorld) -> SandboxResponse {
    data(&Value::from_iter(world.keys().iter().map(describe)))
}

pub(super) fn add(world: &mut LambdaWorld, new: &NewKey) -> Answer {
    check(new)?;
    if world.account.key_quota.is_some_and(|most| world.keys().len() >= most) {
        return Err(failure(400, "global/quota-exceeded", "Quota exceeded."));
    }
    if world.account.unchecked_adds > 0 {
        world.account.unchecked_adds -= 1;
    } else if world.keys().iter().any(|key| key.name == new.name) {
        return Err(invalid("Key name must be unique"));
    }
    let Some(public_key) = &new.public_key else { return Ok(generate(world, &new.name)) };
    // Whether the same key under two names is refused is not documented; here it is not.
    world.push_key(&new.name, public_key.trim());
    Ok(data(&world.keys().last().map_or(Value::Null, describe)))
}

pub(super) fn delete(world: &mut LambdaWorld, id: &str) -> Answer {
    if !world.remove_key(id) {
        return Err(no_such_object("Specified SSH key does not exist."));
    }
    Ok(data(&json!({})))
}

fn check(new: &NewKey) -> Result<(), SandboxResponse> {
    if !(1..=LONGEST_NAME).contains(&new.name.chars().count()) {
        return Err(invalid("Name must have 1 to 64 characters."));
    }
    let Some(public_key) = &new.public_key else { return Ok(()) };
    if !(1..=LONGEST_KEY).contains(&public_key.chars().count()) {
        return Err(invalid("Public key must have 1 to 4096 characters."));
    }
    // How strictly a key is looked at is not documented; here it must be one.
    PublicKey::parse(public_key.trim()).map(|_| ()).map_err(|_| invalid("Public key is not valid."))
}

/// Without a public key the server makes a pair and tells the private half, this once.
/// Lambda's example is an RSA key; this one is an ed25519 key that anybody can make.
fn generate(world: &mut LambdaWorld, name: &str) -> SandboxResponse {
    let mut seed = [0_u8; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    let mut pair = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
    pair.set_comment("made-up-by-the-sandbox");
    let private = pair.to_openssh(LineEnding::LF).expect("a whole key");
    world.push_key(name, &pair.public_key().to_openssh().expect("a whole key"));
    let mut told = world.keys().last().map_or(Value::Null, describe);
    told["private_key"] = json!(*private);
    data(&told)
}

fn describe(key: &LambdaKey) -> Value {
    json!({ "id": key.id, "name": key.name, "public_key": key.public_key })
}
