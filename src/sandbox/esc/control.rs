//! The emulator's own levers, mounted by its server below `/_sandbox/esc/`.
//!
//! | path | body | does |
//! |---|---|---|
//! | `rights` | `organization`, `project`, `environment`, `right` (`none`, `read`, `open`, `write`) | what every token may do |
//! | `sessions/expire` | `id`, or nothing for all | ends open sessions |
//! | `tokens/revoke`, `tokens/restore` | `token` | makes a token a 401, and good again |
//! | `providers` | `provider` and `value` (with `secret`), or `error`, or nothing to forget | what `fn::open` and `fn::rotate` answer |
//! | `mutate` | `organization`, `project`, `environment`, `yaml`, `actor` | another actor's write |

use serde_json::{Value, json};

use super::definitions::refused;
use super::routes::{error, missing};
use super::world::{EscWorld, Right};
use crate::sandbox::message::SandboxResponse;

impl EscWorld {
    /// Pulls the lever that `path` names.
    pub fn control(&mut self, path: &[&str], body: &Value, now: i64) -> SandboxResponse {
        let done = match path {
            ["rights"] => self.control_rights(body),
            ["sessions", "expire"] => return self.control_sessions(body),
            ["tokens", "revoke"] => text(body, "token").map(|token| self.revoke_token(token)),
            ["tokens", "restore"] => text(body, "token").map(|token| {
                self.revoked.remove(token);
                self.changes += 1;
            }),
            ["providers"] => self.control_providers(body),
            ["mutate"] => return self.control_mutate(body, now).unwrap_or_else(incomplete),
            _ => return missing("no such lever of the ESC sandbox"),
        };
        done.map_or_else(incomplete, |()| SandboxResponse::empty(204))
    }

    fn control_rights(&mut self, body: &Value) -> Option<()> {
        let right = serde_json::from_value::<Right>(body["right"].clone()).ok()?;
        let (organization, project, name) = place(body)?;
        self.allow(organization, project, name, right);
        Some(())
    }

    fn control_sessions(&mut self, body: &Value) -> SandboxResponse {
        let ended = match text(body, "id") {
            Some(id) => usize::from(self.sessions.remove(id).is_some()),
            None => self.expire_sessions(),
        };
        SandboxResponse::json(200, &json!({ "expired": ended }))
    }

    fn control_providers(&mut self, body: &Value) -> Option<()> {
        let provider = text(body, "provider")?;
        if let Some(summary) = text(body, "error") {
            self.break_provider(provider, summary);
        } else if let Some(value) = body.get("value") {
            self.script_provider(provider, value.clone(), body["secret"].as_bool().unwrap_or(true));
        } else {
            self.providers.remove(provider);
        }
        Some(())
    }

    fn control_mutate(&mut self, body: &Value, now: i64) -> Option<SandboxResponse> {
        let (organization, project, name) = place(body)?;
        let actor = text(body, "actor").unwrap_or("somebody-else");
        let written = self.put_environment_as(organization, project, name, text(body, "yaml")?, actor, now);
        Some(match written {
            Ok(revision) => SandboxResponse::json(200, &json!({ "revision": revision })),
            Err(diagnostics) => refused(&diagnostics),
        })
    }
}

fn place(body: &Value) -> Option<(&str, &str, &str)> {
    Some((text(body, "organization")?, text(body, "project")?, text(body, "environment")?))
}

fn text<'b>(body: &'b Value, field: &str) -> Option<&'b str> {
    body.get(field)?.as_str()
}

fn incomplete() -> SandboxResponse {
    error(400, "Bad Request: the body lacks a field, or one has another form")
}
