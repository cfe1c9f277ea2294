//! A plan on file: names, places, reasons, fingerprints and stamps, never a value.
//!
//! It is a promise and not an order: what is applied is the plan made anew, and only if
//! it is the kept one, action by action and basis by basis. The checksum is there against
//! accidents; nothing rests on it that the comparison does not hold as well.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::{Access, Action, Basis, GithubBasis, Plan, PlanOptions, Source, Write};
use crate::model::{Fingerprint, SecretName};

const SCHEMA: &str = "esc-sync/plan/v1";

/// How many changes a refusal names.
const NAMED: usize = 3;

/// What a kept plan was made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// A digest of the mapping as it was loaded.
    pub mapping: String,
    /// The run that made it.
    pub run: String,
    pub options: PlanOptions,
}

/// A plan that was read back.
#[derive(Clone, Debug)]
pub struct Kept {
    pub header: Header,
    actions: Vec<Value>,
}

/// Why a file is no kept plan; says nothing of its text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeptError {
    #[error("not a plan that this program kept")]
    NotAPlan,
    #[error("a plan of another version of this program")]
    OtherVersion,
    #[error("a kept plan that was changed or cut: its checksum does not fit")]
    Damaged,
}

/// The plan as the text of a file.
pub fn to_json(plan: &Plan, header: &Header) -> String {
    let mut body = json!({
        "schema": SCHEMA,
        "mapping": header.mapping,
        "run": header.run,
        "options": options_json(&header.options),
        "actions": plan.actions.iter().map(|action| {
            let mut kept = action_json(action);
            kept["why"] = action.why.as_str().into();
            kept
        }).collect::<Vec<_>>(),
        "held_back": plan.held_back.iter().map(|held| json!({
            "name": held.name.as_str(),
            "place": held.place.to_string(),
            "because": held.because.as_str(),
            "reason": held.reason,
            "remedy": held.remedy,
        })).collect::<Vec<_>>(),
    });
    body["checksum"] = checksum(&body).into();
    let mut text = format!("{body:#}");
    text.push('\n');
    text
}

impl Kept {
    /// Reads what `to_json` wrote.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeptError> {
        let mut body: Value = serde_json::from_slice(bytes).map_err(|_| KeptError::NotAPlan)?;
        match body.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("esc-sync/plan/") => return Err(KeptError::OtherVersion),
            _ => return Err(KeptError::NotAPlan),
        }
        let said = body.as_object_mut().and_then(|fields| fields.remove("checksum"));
        if said.as_ref().and_then(Value::as_str) != Some(checksum(&body).as_str()) {
            return Err(KeptError::Damaged);
        }
        Self::from_body(&body).ok_or(KeptError::NotAPlan)
    }

    fn from_body(body: &Value) -> Option<Self> {
        let text = |field: &str| Some(body.get(field)?.as_str()?.to_owned());
        let header =
            Header { mapping: text("mapping")?, run: text("run")?, options: options_from(body.get("options")?)? };
        let mut actions = body.get("actions")?.as_array()?.clone();
        for action in &mut actions {
            action.as_object_mut()?.remove("why")?;
        }
        Some(Self { header, actions })
    }

    pub fn len(&self) -> usize {
        self.actions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Whether it is this very plan, whichever run made it.
    pub fn is_of(&self, plan: &Plan, header: &Header) -> bool {
        self.header.mapping == header.mapping
            && self.header.options == header.options
            && self.actions.iter().eq(&plan.actions.iter().map(action_json).collect::<Vec<_>>())
    }

    /// Why the plan made anew is not the kept one; `None` if it is, action by action and basis by basis.
    pub fn refusal(&self, now: &Plan) -> Option<String> {
        let fresh: Vec<Value> = now.actions.iter().map(action_json).collect();
        let (before, after) = (by_target(&self.actions), by_target(&fresh));
        let changed = before.iter().filter(|(target, kept)| after.get(*target) != Some(*kept));
        let mut moved: Vec<String> = changed.map(|(target, kept)| difference(kept, after.get(target))).collect();
        let added = after.iter().filter(|(target, _)| !before.contains_key(*target));
        moved.extend(added.map(|(_, action)| format!("{} is new", label(action))));
        let blind = now.actions.iter().filter(|action| is_blind(action));
        moved.extend(blind.map(|action| {
            format!("{} cannot be compared: neither a fingerprint nor a revision was there", action.name)
        }));
        if moved.is_empty() && fresh != self.actions {
            moved.push("its actions are in another order".into());
        }
        let rest = moved.len().saturating_sub(NAMED);
        let named = moved.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
        match (moved.is_empty(), rest) {
            (true, _) => None,
            (false, 0) => Some(format!("the kept plan no longer holds: {named}")),
            (false, rest) => Some(format!("the kept plan no longer holds: {named}; and {rest} more")),
        }
    }
}

/// Whether nobody could tell that the source or the target in ESC had moved.
fn is_blind(action: &Action) -> bool {
    let rests_on_esc = matches!(action.write, Write::Push { .. } | Write::Pull { create: false, .. });
    rests_on_esc && action.basis.esc.is_none() && action.basis.revision.is_none()
}

/// No plan changes one place twice.
fn by_target(actions: &[Value]) -> BTreeMap<&str, &Value> {
    actions.iter().map(|action| (action["target"].as_str().unwrap_or_default(), action)).collect()
}

fn difference(kept: &Value, now: Option<&&Value>) -> String {
    let what = match now {
        None => "is not to be done any more",
        Some(now) if now["basis"]["github"] != kept["basis"]["github"] => "changed on GitHub since",
        Some(now) if now["basis"] != kept["basis"] => "changed in ESC since",
        Some(_) => "would be done in another way",
    };
    format!("{} {what}", label(kept))
}

fn label(action: &Value) -> String {
    let text = |field: &str| action[field].as_str().unwrap_or_default();
    format!("{} of {}", text("verb"), text("target"))
}

/// An action with all that must be the same when it is applied.
fn action_json(action: &Action) -> Value {
    let mut kept = json!({
        "name": action.name.as_str(),
        "verb": action.write.verb(),
        "target": action.write.target().to_string(),
        "github": action.write.github().map(ToString::to_string),
        "basis": basis_json(&action.basis),
    });
    match &action.write {
        Write::Push { from, access, .. } => {
            kept["from"] = from.to_string().into();
            kept["access"] = access_json(access);
        }
        Write::Pull { from, .. } => kept["from"] = from.to_string().into(),
        Write::Restrict { access, .. } => kept["access"] = access_json(access),
        Write::Prune { .. } | Write::Set { .. } | Write::Unset { .. } => {}
    }
    kept
}

fn basis_json(basis: &Basis) -> Value {
    json!({
        "esc": basis.esc.as_ref().map(Fingerprint::to_string),
        "revision": basis.revision,
        "github": match basis.github {
            GithubBasis::Absent => json!("absent"),
            GithubBasis::Present(stamp) => json!({ "updated_at": stamp.map(|stamp| stamp.to_string()) }),
        },
    })
}

fn access_json(access: &Access) -> Value {
    match access {
        Access::NotApplicable => Value::Null,
        Access::CarryOver => "as it is".into(),
        Access::All => "all".into(),
        Access::Private => "private".into(),
        Access::Selected(list) => json!(list.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

fn options_json(options: &PlanOptions) -> Value {
    let names = |names: &BTreeSet<SecretName>| json!(names.iter().map(SecretName::as_str).collect::<Vec<_>>());
    json!({
        "source": options.source.as_str(),
        "overwrite": names(&options.overwrite),
        "take": names(&options.take),
        "prune": names(&options.prune),
        "max_changes": options.max_changes,
        "selected": options.selected,
    })
}

fn options_from(kept: &Value) -> Option<PlanOptions> {
    let fields: &Map<String, Value> = kept.as_object()?;
    let names = |field: &str| -> Option<_> {
        let names = fields.get(field)?.as_array()?.iter();
        names.map(|name| SecretName::parse(name.as_str()?).ok()).collect()
    };
    let selected = match fields.get("selected")? {
        Value::Null => None,
        list => Some(list.as_array()?.iter().map(Value::as_bool).collect::<Option<_>>()?),
    };
    Some(PlanOptions {
        source: Source::from_word(fields.get("source")?.as_str()?)?,
        overwrite: names("overwrite")?,
        take: names("take")?,
        prune: names("prune")?,
        max_changes: usize::try_from(fields.get("max_changes")?.as_u64()?).ok()?,
        selected,
    })
}

/// Over the text without blanks, in which fields have one order.
fn checksum(body: &Value) -> String {
    digest(&SHA256, body.to_string().as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
