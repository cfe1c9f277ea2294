//! Organizations, repositories and users, with every field GitHub's description asks for.

use serde_json::{Map, Value, json};

use super::{
    Call,
    failure::{invalid, not_found, not_supplied},
    page::{Page, PageSize},
    rights::Caller,
    stamp,
    world::{Account, GithubWorld, Plan, Repository, RepositoryVisibility},
};
use crate::sandbox::message::SandboxResponse;

type Answer = Result<SandboxResponse, SandboxResponse>;

/// Fields of a repository that are its URL and something behind it.
const REPOSITORY_URLS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// The same for a user.
const USER_URLS: &[(&str, &str)] = &[
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("url", ""),
];

/// The same for an organization.
const ORGANIZATION_URLS: &[(&str, &str)] = &[
    ("events_url", "/events"),
    ("hooks_url", "/hooks"),
    ("issues_url", "/issues"),
    ("members_url", "/members{/member}"),
    ("public_members_url", "/public_members{/member}"),
    ("repos_url", "/repos"),
    ("url", ""),
];

pub(super) fn organization(world: &GithubWorld, call: &Call<'_>, login: &str) -> Answer {
    let account = world.organization(login).ok_or_else(not_found)?;
    let owned = world.repositories.values().filter(|repository| repository.owner.eq_ignore_ascii_case(login));
    let (public, private): (Vec<_>, Vec<_>) =
        owned.partition(|repository| repository.visibility == RepositoryVisibility::Public);
    let mut fields = urls(&format!("{}/orgs/{}", call.base, account.login), ORGANIZATION_URLS);
    let plan =
        json!({ "name": account.plan, "space": 976_562_499, "private_repos": 999_999, "filled_seats": 1, "seats": 5 });
    let more = json!({
        "login": account.login, "id": account.id, "node_id": format!("O_{}", account.id), "avatar_url": avatar(call, account),
        "description": null, "html_url": format!("{}/{}", call.request.public_url, account.login),
        "has_organization_projects": true, "has_repository_projects": true, "public_repos": public.len(),
        "public_gists": 0, "followers": 0, "following": 0, "type": "Organization",
        "total_private_repos": private.len(), "owned_private_repos": private.len(), "plan": plan,
        "created_at": stamp(0), "updated_at": stamp(0), "archived_at": null,
    });
    extend(&mut fields, more);
    Ok(SandboxResponse::json(200, &Value::Object(fields)))
}

/// `GET` and `POST /orgs/{org}/repos`.
pub(super) fn repositories(world: &mut GithubWorld, call: &Call<'_>, login: &str) -> Answer {
    match call.request.method.as_str() {
        "GET" | "HEAD" => {
            let mut all: Vec<&Repository> =
                world.repositories.values().filter(|repository| repository.owner.eq_ignore_ascii_case(login)).collect();
            all.sort_by_key(|repository| repository.name.to_ascii_lowercase());
            let page = Page::of(call.request, PageSize::USUAL, all.len());
            let shown = all[page.items.clone()].iter().map(|repository| describe_repository(world, call, repository));
            let body = Value::Array(shown.collect());
            Ok(page.finish(SandboxResponse::json(200, &body)))
        }
        "POST" => create_repository(world, call, login),
        _ => Err(not_found()),
    }
}

fn create_repository(world: &mut GithubWorld, call: &Call<'_>, login: &str) -> Answer {
    let body = call.body()?;
    let name = body.get("name").and_then(Value::as_str).ok_or_else(|| not_supplied("name"))?;
    let legal = !name.is_empty()
        && name.len() <= 100
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !legal {
        return Err(invalid("Repository", "name", "invalid", "Repository creation failed."));
    }
    if world.repository_id(login, name).is_some() {
        return Err(invalid("Repository", "name", "custom", "name already exists on this account"));
    }
    let private = body.get("private").and_then(Value::as_bool).unwrap_or(false);
    let visibility = match body.get("visibility").and_then(Value::as_str) {
        Some("internal") => RepositoryVisibility::Internal,
        Some("private") => RepositoryVisibility::Private,
        None if private => RepositoryVisibility::Private,
        _ => RepositoryVisibility::Public,
    };
    let owner = world.organization(login).map_or_else(|| login.to_owned(), |account| account.login.clone());
    let id = world.put_repository(&owner, name, visibility, call.now());
    let repository = world.repositories.get(&id).ok_or_else(not_found)?;
    Ok(SandboxResponse::json(201, &describe_whole_repository(world, call, repository)))
}

pub(super) fn repository(world: &GithubWorld, call: &Call<'_>, id: u64) -> Answer {
    let repository = world.repositories.get(&id).ok_or_else(not_found)?;
    Ok(SandboxResponse::json(200, &describe_whole_repository(world, call, repository)))
}

pub(super) fn user(world: &GithubWorld, call: &Call<'_>, _caller: &Caller) -> SandboxResponse {
    let mut fields = describe_account(call, &world.user);
    extend(&mut fields, user_details());
    let private = json!({
        "collaborators": 0, "disk_usage": 0, "owned_private_repos": 0, "private_gists": 0, "total_private_repos": 0,
        "two_factor_authentication": true, "plan": { "name": Plan::Team, "space": 1, "private_repos": 1, "collaborators": 0 },
    });
    extend(&mut fields, private);
    SandboxResponse::json(200, &Value::Object(fields))
}

/// The organizations of whoever asks, in the short form of GitHub's description.
pub(super) fn own_organizations(world: &GithubWorld, call: &Call<'_>) -> SandboxResponse {
    let all: Vec<&Account> = world.organizations.values().collect();
    let page = Page::of(call.request, PageSize::USUAL, all.len());
    let short = |account: &&Account| {
        let mut fields = urls(&format!("{}/orgs/{}", call.base, account.login), ORGANIZATION_URLS);
        let more = json!({
            "login": account.login, "id": account.id, "node_id": format!("O_{}", account.id),
            "avatar_url": avatar(call, account), "description": null,
        });
        extend(&mut fields, more);
        Value::Object(fields)
    };
    let body = Value::Array(all[page.items.clone()].iter().map(short).collect());
    page.finish(SandboxResponse::json(200, &body))
}

pub(super) fn user_named(world: &GithubWorld, call: &Call<'_>, login: &str) -> Answer {
    let account = match world.organization(login) {
        Some(account) => account,
        None if world.user.login.eq_ignore_ascii_case(login) => &world.user,
        None => return Err(not_found()),
    };
    let mut fields = describe_account(call, account);
    extend(&mut fields, user_details());
    Ok(SandboxResponse::json(200, &Value::Object(fields)))
}

fn user_details() -> Value {
    json!({
        "name": null, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null,
        "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "created_at": stamp(0), "updated_at": stamp(0),
    })
}

/// GitHub's "simple user".
pub(super) fn describe_account(call: &Call<'_>, account: &Account) -> Map<String, Value> {
    let mut fields = urls(&format!("{}/users/{}", call.base, account.login), USER_URLS);
    let more = json!({
        "login": account.login, "id": account.id, "node_id": format!("U_{}", account.id),
        "avatar_url": avatar(call, account), "gravatar_id": "", "site_admin": false,
        "html_url": format!("{}/{}", call.request.public_url, account.login),
        "type": if account.organization { "Organization" } else { "User" },
    });
    extend(&mut fields, more);
    fields
}

/// GitHub's "minimal repository".
pub(super) fn describe_repository(world: &GithubWorld, call: &Call<'_>, repository: &Repository) -> Value {
    let full_name = format!("{}/{}", repository.owner, repository.name);
    let mut fields = urls(&format!("{}/repos/{full_name}", call.base), REPOSITORY_URLS);
    let more = json!({
        "id": repository.id, "node_id": format!("R_{}", repository.id), "name": repository.name, "full_name": full_name,
        "owner": describe_account(call, &world.owner_of(repository)),
        "private": repository.visibility != RepositoryVisibility::Public, "visibility": repository.visibility,
        "html_url": format!("{}/{full_name}", call.request.public_url), "description": null, "fork": false,
        "archived": repository.archived, "disabled": false, "default_branch": "main",
        "created_at": stamp(repository.created_at), "updated_at": stamp(repository.created_at),
        "pushed_at": stamp(repository.created_at),
    });
    extend(&mut fields, more);
    Value::Object(fields)
}

/// GitHub's "full repository", without what only its owner could tell.
pub(super) fn describe_whole_repository(world: &GithubWorld, call: &Call<'_>, repository: &Repository) -> Value {
    let web = format!("{}/{}/{}", call.request.public_url, repository.owner, repository.name);
    let mut body = describe_repository(world, call, repository);
    let more = json!({
        "clone_url": format!("{web}.git"), "git_url": format!("git:{web}.git"), "ssh_url": format!("git@sandbox:{web}.git"),
        "svn_url": web, "mirror_url": null, "homepage": null, "language": null, "license": null, "topics": [],
        "forks": 0, "forks_count": 0, "network_count": 0, "open_issues": 0, "open_issues_count": 0, "size": 0,
        "stargazers_count": 0, "subscribers_count": 0, "watchers": 0, "watchers_count": 0,
        "has_discussions": false, "has_downloads": true, "has_issues": true, "has_pages": false, "has_projects": true, "has_wiki": true,
        "permissions": { "admin": true, "maintain": true, "push": true, "triage": true, "pull": true },
    });
    if let Value::Object(fields) = &mut body {
        extend(fields, more);
    }
    body
}

fn avatar(call: &Call<'_>, account: &Account) -> String {
    format!("{}/avatars/u/{}", call.request.public_url, account.id)
}

fn urls(base: &str, table: &[(&str, &str)]) -> Map<String, Value> {
    table.iter().map(|(field, rest)| ((*field).to_owned(), Value::String(format!("{base}{rest}")))).collect()
}

fn extend(fields: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        fields.extend(more);
    }
}
