//! Secrets and variables: listed, looked up, written, removed.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    Call,
    failure::{failure, invalid, not_found, not_supplied},
    names::checked_name,
    page::{Page, PageSize},
    stamp,
    vault::{Access, Item, ItemVisibility},
    world::{Consumer, GithubWorld, RepositoryVisibility, VaultKey},
};
use crate::{
    model::{SecretValue, Slot},
    sandbox::message::SandboxResponse,
};

type Answer = Result<SandboxResponse, SandboxResponse>;

/// 48 KB. Whether that is 48,000 or 49,152 bytes is not known; the emulator refuses what is
/// beyond both (docs, security/secrets).
const LARGEST: usize = 49_152;
const BASE64_PATTERN: &str = r"/^(?:[A-Za-z0-9+\/]{4})*(?:[A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=|[A-Za-z0-9+\/]{4})$/";

/// `/secrets`, `/variables`.
pub(super) fn all(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey, slot: Slot) -> Answer {
    match (call.request.method.as_str(), slot) {
        ("GET" | "HEAD", _) => {
            let repositories_of = repositories_url(call, key, slot);
            let view = world.vault(key).shelf_mut(slot).read(call.now_ms);
            let all: Vec<_> = view.into_iter().collect();
            Ok(listed(call, slot, &all, |(name, item)| describe(name, item, slot, &repositories_of)))
        }
        ("POST", Slot::Variable) => create_variable(world, call, key),
        _ => Err(not_found()),
    }
}

/// What a repository sees of its organization's items; it is not told their visibility.
pub(super) fn seen(world: &mut GithubWorld, call: &Call<'_>, id: u64, consumer: Consumer, slot: Slot) -> Answer {
    let repository = world.repositories.get(&id).cloned().ok_or_else(not_found)?;
    let reached = world.reaches(&repository);
    let key = VaultKey::Organization(repository.owner.to_ascii_lowercase(), consumer);
    let view = world.vault(&key).shelf_mut(slot).read(call.now_ms);
    let admitted = |item: &Item| item.access.as_ref().is_some_and(|access| access.admits(id, repository.visibility));
    let items: Vec<_> = view.into_iter().filter(|(_, item)| reached && admitted(item)).collect();
    Ok(listed(call, slot, &items, |(name, item)| {
        describe(name, &Item { access: None, ..(*item).clone() }, slot, &|_| String::new())
    }))
}

/// `/secrets/public-key`.
pub(super) fn public_key(world: &mut GithubWorld, key: &VaultKey) -> SandboxResponse {
    let pair = world.vault(key).key();
    SandboxResponse::json(200, &json!({ "key_id": pair.id, "key": pair.opening_key().public_base64() }))
}

/// `/secrets/NAME`, `/variables/NAME`.
pub(super) fn one(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey, slot: Slot, name: &str) -> Answer {
    match (call.request.method.as_str(), slot) {
        ("GET" | "HEAD", _) => {
            let repositories_of = repositories_url(call, key, slot);
            let view = world.vault(key).shelf_mut(slot).read(call.now_ms);
            let item = view.get(name).ok_or_else(not_found)?;
            Ok(SandboxResponse::json(200, &describe(name, item, slot, &repositories_of)))
        }
        ("DELETE", _) => {
            let lag = world.lag;
            let shelf = world.vault(key).shelf_mut(slot);
            shelf.item(name).ok_or_else(not_found)?;
            shelf.write(name, None, lag, call.now_ms);
            Ok(SandboxResponse::empty(204))
        }
        ("PUT", Slot::Secret) => put_secret(world, call, key, name),
        ("PATCH", Slot::Variable) => change_variable(world, call, key, name),
        _ => Err(not_found()),
    }
}

/// One page of `items`; only what is on it is described.
fn listed<T: Copy>(call: &Call<'_>, slot: Slot, items: &[T], describe: impl Fn(T) -> Value) -> SandboxResponse {
    let (word, size) = match slot {
        Slot::Secret => ("secrets", PageSize::USUAL),
        Slot::Variable => ("variables", PageSize::VARIABLES),
    };
    let page = Page::of(call.request, size, items.len());
    let shown: Vec<Value> = items[page.items.clone()].iter().map(|item| describe(*item)).collect();
    let body = json!({ "total_count": items.len(), word: shown });
    page.finish(SandboxResponse::json(200, &body))
}

/// Where the repositories of an item are listed.
fn repositories_url(call: &Call<'_>, key: &VaultKey, slot: Slot) -> impl Fn(&str) -> String {
    let plural = if slot == Slot::Secret { "secrets" } else { "variables" };
    let scope = match key {
        VaultKey::Organization(login, consumer) => format!("orgs/{login}/{}", consumer.as_str()),
        _ => "user/codespaces".to_owned(),
    };
    let base = format!("{}/{scope}/{plural}", call.base);
    move |name| format!("{base}/{name}/repositories")
}

fn describe(name: &str, item: &Item, slot: Slot, repositories_url: &dyn Fn(&str) -> String) -> Value {
    let mut fields = Map::new();
    fields.insert("name".into(), name.into());
    if slot == Slot::Variable {
        // Variables are readable; that is what they are for.
        fields.insert("value".into(), item.value.expose_text().unwrap_or_default().into());
    }
    fields.insert("created_at".into(), stamp(item.created_at).into());
    fields.insert("updated_at".into(), stamp(item.updated_at).into());
    if let Some(access) = &item.access {
        fields.insert("visibility".into(), json!(access.visibility));
        if access.visibility == ItemVisibility::Selected {
            fields.insert("selected_repositories_url".into(), repositories_url(name).into());
        }
    }
    Value::Object(fields)
}

fn put_secret(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey, name: &str) -> Answer {
    let name = checked_name(Slot::Secret, name)?;
    let body = call.body()?;
    let access = access_in(world, key, &body, None)?;
    let value = unsealed(world, key, &body)?;
    if value.len() > LARGEST {
        return Err(invalid(
            "Secret",
            "value",
            "invalid",
            "Secret value is too large. Secrets are limited to 48 KB in size.",
        ));
    }
    let created = store(world, call, key, Slot::Secret, &name, value, access)?;
    Ok(if created { SandboxResponse::json(201, &json!({})) } else { SandboxResponse::empty(204) })
}

/// Opens the box with the vault's own key. Both fields are asked for everywhere: the service
/// did so where its description said otherwise (github/rest-api-description issue 419).
fn unsealed(
    world: &mut GithubWorld,
    key: &VaultKey,
    body: &Map<String, Value>,
) -> Result<SecretValue, SandboxResponse> {
    let text = |field: &str| body.get(field).filter(|value| !value.is_null());
    let sealed = text("encrypted_value").ok_or_else(|| not_supplied("encrypted_value"))?;
    let key_id = text("key_id").ok_or_else(|| not_supplied("key_id"))?;
    let key_id = key_id.as_str().ok_or_else(|| {
        failure(422, &format!("Invalid request.\n\nFor 'properties/key_id', {key_id} is not a string."))
    })?;
    let refused = |sealed: &str| {
        failure(
            422,
            &format!("Invalid request.\n\nFor 'properties/encrypted_value', {sealed} does not match {BASE64_PATTERN}."),
        )
    };
    let sealed = sealed.as_str().ok_or_else(|| refused("the value"))?;
    // The real service quotes the text it refuses; the emulator need not carry that on.
    let sealed =
        STANDARD.decode(sealed).ok().filter(|sealed| !sealed.is_empty()).ok_or_else(|| refused("the value"))?;
    let pair = world.vault(key).key();
    let improper = || failure(422, "Bad request - validation failed due to an improperly encrypted secret");
    if pair.id != key_id {
        // Whether an older key is honoured for a while is not known; here it is not.
        return Err(improper());
    }
    pair.opening_key().open(&sealed).map_err(|_| improper())
}

fn create_variable(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey) -> Answer {
    let body = call.body()?;
    let name = body.get("name").and_then(Value::as_str).ok_or_else(|| not_supplied("name"))?;
    let name = checked_name(Slot::Variable, name)?;
    let value = variable_value(&body)?.ok_or_else(|| not_supplied("value"))?;
    let access = access_in(world, key, &body, None)?;
    if world.vault(key).shelf(Slot::Variable).item(&name).is_some() {
        return Err(failure(409, "Already exists - Variable already exists"));
    }
    store(world, call, key, Slot::Variable, &name, value, access)?;
    Ok(SandboxResponse::json(201, &json!({})))
}

fn change_variable(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey, name: &str) -> Answer {
    let body = call.body()?;
    let before = world.vault(key).shelf(Slot::Variable).item(name).cloned().ok_or_else(not_found)?;
    let access = access_in(world, key, &body, before.access.as_ref())?;
    let value = variable_value(&body)?.unwrap_or_else(|| before.value.clone());
    let target = match body.get("name").and_then(Value::as_str) {
        Some(wanted) => checked_name(Slot::Variable, wanted)?,
        None => name.to_owned(),
    };
    let lag = world.lag;
    let shelf = world.vault(key).shelf_mut(Slot::Variable);
    if target != name {
        if shelf.item(&target).is_some() {
            return Err(failure(409, "Already exists - Variable already exists"));
        }
        shelf.write(name, None, lag, call.now_ms);
    }
    let item = Item { value, created_at: before.created_at, updated_at: call.now(), access };
    shelf.write(&target, Some(item), lag, call.now_ms);
    Ok(SandboxResponse::empty(204))
}

fn variable_value(body: &Map<String, Value>) -> Result<Option<SecretValue>, SandboxResponse> {
    match body.get("value") {
        None => Ok(None),
        Some(Value::String(text)) if text.len() > LARGEST => Err(invalid(
            "Variable",
            "value",
            "invalid",
            "Variable value is too large. Variables are limited to 48 KB in size.",
        )),
        Some(Value::String(text)) => Ok(Some(SecretValue::from(text.as_str()))),
        Some(_) => Err(failure(422, "Invalid request.\n\nFor 'properties/value', the value is not a string.")),
    }
}

/// Stores an item and tells whether it is new. Every write moves `updated_at`.
fn store(
    world: &mut GithubWorld,
    call: &Call<'_>,
    key: &VaultKey,
    slot: Slot,
    name: &str,
    value: SecretValue,
    access: Option<Access>,
) -> Result<bool, SandboxResponse> {
    let lag = world.lag;
    let shelf = world.vault(key).shelf_mut(slot);
    let created_at = shelf.item(name).map(|item| item.created_at);
    if created_at.is_none() && shelf.len() >= capacity(key, slot) {
        let message = format!("Maximum number of {}s ({}) reached.", slot.as_str(), capacity(key, slot));
        return Err(invalid("Secret", "name", "custom", &message));
    }
    let item = Item { value, created_at: created_at.unwrap_or_else(|| call.now()), updated_at: call.now(), access };
    shelf.write(name, Some(item), lag, call.now_ms);
    Ok(created_at.is_none())
}

/// How many each scope holds (docs, security/secrets and workflows-and-actions/variables).
fn capacity(key: &VaultKey, slot: Slot) -> usize {
    match (key, slot) {
        (VaultKey::Organization(..), _) => 1_000,
        (VaultKey::Repository(..), Slot::Variable) => 500,
        _ => 100,
    }
}

/// Who may see the item, as the body says. A secret's PUT replaces all of it: `selected`
/// without a list empties the list. A variable's PATCH keeps what it does not name.
fn access_in(
    world: &GithubWorld,
    key: &VaultKey,
    body: &Map<String, Value>,
    before: Option<&Access>,
) -> Result<Option<Access>, SandboxResponse> {
    if !key.has_access() {
        return Ok(None);
    }
    let visibility = match (key, body.get("visibility"), before) {
        (VaultKey::User, ..) => ItemVisibility::Selected,
        (_, Some(word), _) => serde_json::from_value(word.clone()).map_err(|_| {
            failure(422, "Invalid request.\n\nFor 'properties/visibility', the value is not a member of [\"all\", \"private\", \"selected\"].")
        })?,
        (_, None, Some(access)) => access.visibility,
        (_, None, None) => return Err(not_supplied("visibility")),
    };
    let listed = body.get("selected_repository_ids").filter(|ids| !ids.is_null());
    let mut repositories = match (listed, before) {
        (Some(ids), _) => repository_ids(key, ids)?,
        (None, Some(access)) => access.repositories.clone(),
        (None, None) => BTreeSet::new(),
    };
    if visibility != ItemVisibility::Selected {
        repositories.clear();
    }
    if let VaultKey::Organization(login, _) = key
        && world.strangers(login, &repositories)
    {
        return Err(failure(
            422,
            "Invalid request.\n\nselected_repository_ids holds a repository that is not the organization's.",
        ));
    }
    Ok(Some(Access { visibility, repositories }))
}

/// Actions and Dependabot take numbers and texts, the others numbers only (oas).
pub(super) fn repository_ids(key: &VaultKey, ids: &Value) -> Result<BTreeSet<u64>, SandboxResponse> {
    let texts = matches!(key, VaultKey::Organization(_, Consumer::Actions | Consumer::Dependabot) | VaultKey::User);
    let id = |value: &Value| match value {
        Value::String(text) if texts => text.parse().ok(),
        other => other.as_u64(),
    };
    ids.as_array()
        .and_then(|ids| ids.iter().map(id).collect())
        .ok_or_else(|| failure(422, "Invalid request.\n\nselected_repository_ids is not a list of repository ids."))
}

impl Access {
    fn admits(&self, id: u64, visibility: RepositoryVisibility) -> bool {
        match self.visibility {
            ItemVisibility::All => true,
            ItemVisibility::Private => visibility != RepositoryVisibility::Public,
            ItemVisibility::Selected => self.repositories.contains(&id),
        }
    }
}
