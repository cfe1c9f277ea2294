//! The control endpoints of the Lambda side, below `/_sandbox/lambda/`.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{LambdaAccount, LambdaWorld, Machine, Pace};
use crate::sandbox::message::SandboxRequest;

/// What to answer, or the status and the text of a refusal.
type Control = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyBody {
    name: String,
    public_key: String,
    /// Whether one of the same name stays beside it.
    #[serde(default)]
    beside: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceBody {
    /// Of the instance to replace; without one it is new.
    id: Option<String>,
    instance: Machine,
}

pub(crate) fn handle(world: &mut LambdaWorld, path: &[&str], request: &SandboxRequest) -> Control {
    match (request.method.as_str(), path) {
        ("POST", ["keys"]) => {
            let body: KeyBody = read(request)?;
            let put = if body.beside { LambdaWorld::push_key } else { LambdaWorld::put_key };
            Ok(json!({ "id": put(world, &body.name, &body.public_key) }))
        }
        ("POST", ["instances"]) => {
            let InstanceBody { id, instance } = read(request)?;
            Ok(json!({ "id": world.put_instance(id.as_deref(), instance) }))
        }
        ("DELETE", ["instances"]) => match world.remove_instance(named(request)?) {
            true => done(),
            false => Err((404, "no such instance".to_owned())),
        },
        ("GET", ["user-data"]) => {
            let id = named(request)?;
            let machine = world.instances.get(id).ok_or_else(|| (404, "no such instance".to_owned()))?;
            Ok(json!({ "user_data": machine.user_data }))
        }
        ("POST", ["account"]) => {
            world.account = read::<LambdaAccount>(request)?;
            done()
        }
        ("GET", ["limit"]) => Ok(json!({ "premature": world.limits.premature() })),
        ("POST", ["limit"]) => {
            world.limits.set(Some(read::<Pace>(request)?));
            done()
        }
        ("DELETE", ["limit"]) => {
            world.limits.set(None);
            done()
        }
        _ => Err((404, "no such control endpoint".to_owned())),
    }
}

fn named(request: &SandboxRequest) -> Result<&str, (u16, String)> {
    request.query("id").ok_or_else(|| (400, "`id` is missing".to_owned()))
}

fn read<T: DeserializeOwned>(request: &SandboxRequest) -> Result<T, (u16, String)> {
    serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))
}

fn done() -> Control {
    Ok(json!({ "ok": true }))
}
