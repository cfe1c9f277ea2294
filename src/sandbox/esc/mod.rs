//! The emulated Pulumi ESC service.

use std::collections::BTreeMap;

use super::message::{SandboxRequest, SandboxResponse};

/// The environments and their definitions.
#[derive(Debug, Default)]
pub struct EscWorld {
    definitions: BTreeMap<String, String>,
}

impl EscWorld {
    pub fn save(&self) -> serde_json::Value {
        serde_json::json!(self.definitions)
    }

    pub fn load(value: serde_json::Value) -> Result<Self, String> {
        Ok(Self { definitions: serde_json::from_value(value).map_err(|_| "the ESC part is not readable".to_owned())? })
    }

    pub fn put_environment(&mut self, organization: &str, project: &str, name: &str, yaml_text: &str) {
        self.definitions.insert(format!("{organization}/{project}/{name}"), yaml_text.to_owned());
    }
}

pub(crate) fn handle(_world: &mut EscWorld, _request: &SandboxRequest, _now: i64) -> SandboxResponse {
    SandboxResponse::json(404, &serde_json::json!({"code": 404, "message": "Not Found"}))
}
