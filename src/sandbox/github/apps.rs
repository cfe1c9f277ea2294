//! GitHub Apps: finding an installation, and exchanging a signed assertion for a token.

use std::collections::{BTreeMap, BTreeSet};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Call,
    failure::{failure, not_found},
    lookups::{describe_account, describe_whole_repository},
    rights::{Caller, TokenKind, TokenRule},
    stamp,
    world::{Account, GithubWorld, Repository},
};
use crate::{crypto::random_id, sandbox::message::SandboxResponse};

type Answer = Result<SandboxResponse, SandboxResponse>;

/// An installation's id is its owner's and this.
const INSTALLATION_OFFSET: u64 = 5_000_000;
const HOUR: i64 = 3_600;
/// What an App may do unless it was registered with less.
const PERMISSIONS: &[(&str, &str)] = &[
    ("actions", "write"),
    ("actions_variables", "write"),
    ("administration", "write"),
    ("codespaces_secrets", "write"),
    ("dependabot_secrets", "write"),
    ("environments", "write"),
    ("metadata", "read"),
    ("organization_actions_variables", "write"),
    ("organization_codespaces_secrets", "write"),
    ("organization_dependabot_secrets", "write"),
    ("organization_secrets", "write"),
    ("secrets", "write"),
];

/// The App, as far as it was made known; without a key any well-formed assertion is accepted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AppRegistration {
    /// Number or client id; `None` accepts any.
    pub app_id: Option<String>,
    /// PEM, `PUBLIC KEY` or `RSA PUBLIC KEY`.
    pub public_key: Option<String>,
    pub permissions: Option<BTreeMap<String, String>>,
}

impl AppRegistration {
    fn permissions(&self) -> BTreeMap<String, String> {
        self.permissions.clone().unwrap_or_else(|| {
            PERMISSIONS.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect()
        })
    }

    /// A key that cannot be read would make every assertion fail for a reason nobody sees.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.public_key {
            Some(pem) if rsa_key(pem).is_none() => Err("`public-key` is not an RSA public key in PEM".to_owned()),
            _ => Ok(()),
        }
    }
}

/// `GET /app`.
pub(super) fn app(world: &GithubWorld, call: &Call<'_>, caller: &Caller) -> Answer {
    let issuer = verified(world, call, caller)?;
    let body = json!({
        "id": numeric(&issuer), "client_id": issuer, "slug": "esc-sync", "node_id": "A_1", "name": "esc-sync",
        "owner": describe_account(call, &world.user), "description": null, "external_url": call.request.public_url,
        "html_url": format!("{}/apps/esc-sync", call.request.public_url), "created_at": stamp(0), "updated_at": stamp(0),
        "permissions": world.app.permissions(), "events": [],
    });
    Ok(SandboxResponse::json(200, &body))
}

/// `GET /orgs/{org}/installation`, `GET /repos/{owner}/{repo}/installation`.
pub(super) fn installation(world: &GithubWorld, call: &Call<'_>, caller: &Caller, owner: &str) -> Answer {
    let issuer = verified(world, call, caller)?;
    let account = world.organization(owner).cloned().unwrap_or_else(|| world.user.clone());
    let id = installation_id(&account);
    let kind = if account.organization { "Organization" } else { "User" };
    let body = json!({
        "id": id, "app_id": numeric(&issuer), "app_slug": "esc-sync", "client_id": issuer,
        "account": describe_account(call, &account), "target_id": account.id, "target_type": kind,
        "single_file_name": null, "repository_selection": "all", "permissions": world.app.permissions(), "events": [],
        "access_tokens_url": format!("{}/app/installations/{id}/access_tokens", call.base),
        "repositories_url": format!("{}/installation/repositories", call.base),
        "html_url": format!("{}/organizations/{}/settings/installations/{id}", call.request.public_url, account.login),
        "created_at": stamp(0), "updated_at": stamp(0), "suspended_by": null, "suspended_at": null,
    });
    Ok(SandboxResponse::json(200, &body))
}

/// `POST /app/installations/{id}/access_tokens`.
pub(super) fn access_tokens(world: &mut GithubWorld, call: &Call<'_>, caller: &Caller, id: u64) -> Answer {
    let issuer = verified(world, call, caller)?;
    let account = world.organizations.values().find(|account| installation_id(account) == id);
    let account = account.cloned().ok_or_else(not_found)?;
    let body = if call.request.body.is_empty() { serde_json::Map::new() } else { call.body()? };
    let permissions = narrowed_permissions(world, &body)?;
    let chosen = chosen_repositories(world, &account, &body)?;
    // The form in which tokens are issued since 2026: longer than 40 characters (oas, access_tokens).
    let token = format!("ghs_{issuer}_{}", random_id(60));
    let expires_at = call.now() + HOUR;
    let rule = TokenRule {
        kind: TokenKind::Installation,
        permissions: permissions.clone(),
        repositories: chosen.as_ref().map(|all| all.iter().map(|one| format!("{}/{}", one.owner, one.name)).collect()),
        expires_at: Some(expires_at),
        ..TokenRule::default()
    };
    world.issued.retain(|_, rule| rule.expires_at.is_none_or(|end| call.now() < end + HOUR));
    world.issued.insert(token.clone(), rule);
    let mut answer = json!({
        "token": token, "expires_at": stamp(expires_at), "permissions": permissions,
        "repository_selection": if chosen.is_some() { "selected" } else { "all" },
    });
    if let Some(chosen) = chosen {
        answer["repositories"] = chosen.iter().map(|one| describe_whole_repository(world, call, one)).collect();
    }
    Ok(SandboxResponse::json(201, &answer))
}

fn narrowed_permissions(
    world: &GithubWorld,
    body: &serde_json::Map<String, Value>,
) -> Result<BTreeMap<String, String>, SandboxResponse> {
    let granted = world.app.permissions();
    // PyGithub sends an empty object where it means "all" (seen with 2.10.0).
    let given = |wanted: &&Value| wanted.as_object().is_none_or(|fields| !fields.is_empty());
    let Some(wanted) = body.get("permissions").filter(|wanted| !wanted.is_null()).filter(given) else {
        return Ok(granted);
    };
    let wanted: BTreeMap<String, String> = serde_json::from_value(wanted.clone())
        .map_err(|_| failure(422, "Invalid request.\n\npermissions is not an object."))?;
    let rank = |level: &str| ["read", "write", "admin"].iter().position(|known| *known == level);
    let covered = |(name, level): (&String, &String)| {
        granted.get(name).is_some_and(|has| rank(level).is_some_and(|wanted| Some(wanted) <= rank(has)))
    };
    if !wanted.iter().all(covered) {
        return Err(failure(422, "The permissions requested are not granted to this installation."));
    }
    Ok(wanted)
}

fn chosen_repositories(
    world: &GithubWorld,
    account: &Account,
    body: &serde_json::Map<String, Value>,
) -> Result<Option<Vec<Repository>>, SandboxResponse> {
    let list = |field: &str| body.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    let (names, ids) = (list("repositories"), list("repository_ids"));
    if names.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    let named = names.iter().map(|name| name.as_str().and_then(|name| world.repository_id(&account.login, name)));
    let chosen: Option<BTreeSet<u64>> = named.chain(ids.iter().map(Value::as_u64)).collect();
    let chosen: Option<Vec<Repository>> =
        chosen.and_then(|ids| ids.iter().map(|id| world.repositories.get(id).cloned()).collect());
    chosen.map(Some).ok_or_else(|| {
        failure(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        )
    })
}

fn installation_id(account: &Account) -> u64 {
    INSTALLATION_OFFSET + account.id
}

fn numeric(issuer: &str) -> u64 {
    issuer.parse().unwrap_or(1)
}

/// Checks the assertion and returns its issuer. The messages are GitHub's.
fn verified(world: &GithubWorld, call: &Call<'_>, caller: &Caller) -> Result<String, SandboxResponse> {
    let denied = |message: &str| failure(401, message);
    let undecodable = || denied("A JSON web token could not be decoded");
    let Caller::App(token) = caller else { return Err(undecodable()) };
    let (signed, signature) = token.rsplit_once('.').ok_or_else(undecodable)?;
    let (head, claims) = signed.split_once('.').ok_or_else(undecodable)?;
    let read = |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let (head, claims) = (read(head).ok_or_else(undecodable)?, read(claims).ok_or_else(undecodable)?);
    if head["alg"] != "RS256" {
        return Err(undecodable());
    }
    check_times(&claims, call.now()).map_err(denied)?;
    let issuer = match &claims["iss"] {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(denied("'Issuer' claim ('iss') must be an Integer")),
    };
    if world.app.app_id.as_ref().is_some_and(|expected| *expected != issuer) {
        return Err(failure(404, "Integration not found"));
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| undecodable())?;
    if let Some(key) = world.app.public_key.as_deref().and_then(rsa_key) {
        let key = ring::signature::UnparsedPublicKey::new(&ring::signature::RSA_PKCS1_2048_8192_SHA256, key);
        key.verify(signed.as_bytes(), &signature).map_err(|_| undecodable())?;
    } else if signature.is_empty() {
        return Err(undecodable());
    }
    Ok(issuer)
}

/// Issued in the past, and ending within ten minutes (docs, generating a JWT).
fn check_times(claims: &Value, now: i64) -> Result<(), &'static str> {
    let issued = claims["iat"].as_i64();
    let issued = issued
        .ok_or("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")?;
    let ends = claims["exp"].as_i64();
    let ends = ends.ok_or("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")?;
    if issued > now {
        return Err("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
    }
    if ends <= now {
        return Err(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        );
    }
    if ends > now + 600 {
        return Err("'Expiration time' claim ('exp') is too far in the future");
    }
    Ok(())
}

/// The key as PKCS#1, taken out of a `PUBLIC KEY` (X.509) wrapping where there is one.
fn rsa_key(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = STANDARD.decode(body).ok()?;
    if pem.contains("BEGIN RSA PUBLIC KEY") {
        return Some(der);
    }
    let (sequence, _) = der_element(&der, 0x30)?;
    let (_, rest) = der_element(sequence, 0x30)?;
    let (bits, _) = der_element(rest, 0x03)?;
    // The first byte of a bit string counts its unused bits.
    (bits.first() == Some(&0)).then(|| bits[1..].to_vec())
}

/// The content of the element at the start, if it has this tag, and what follows it.
fn der_element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}
