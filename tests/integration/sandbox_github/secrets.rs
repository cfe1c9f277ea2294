//! Secrets of every scope: written, read, refused.

use serde_json::{Value, json};

use esc_sync::{
    model::{SecretValue, Slot},
    sandbox::{
        Running,
        github::{ItemVisibility, Plan, RepositoryVisibility},
    },
};

use super::support::{ORG_SECRETS, ask, get, names, put, sealed, start};

/// Every place that holds secrets, and how the world calls it.
const SCOPES: [(&str, &str); 10] = [
    ("/orgs/acme/actions/secrets", "org:acme"),
    ("/orgs/acme/dependabot/secrets", "org:acme:dependabot"),
    ("/orgs/acme/codespaces/secrets", "org:acme:codespaces"),
    ("/orgs/acme/agents/secrets", "org:acme:agents"),
    ("/repos/acme/app/actions/secrets", "repo:acme/app"),
    ("/repos/acme/app/dependabot/secrets", "repo:acme/app:dependabot"),
    ("/repos/acme/app/codespaces/secrets", "repo:acme/app:codespaces"),
    ("/repos/acme/app/agents/secrets", "repo:acme/app:agents"),
    ("/repos/acme/app/environments/prod%2Feu/secrets", "env:acme/app:prod/eu"),
    ("/user/codespaces/secrets", "user"),
];

fn id(running: &Running, name: &str) -> u64 {
    running.world(|world| world.github.repository_id("acme", name)).expect("there")
}

fn stored(running: &Running, scope: &str, name: &str) -> Vec<u8> {
    let view = running.world(|world| world.github.view(scope, Slot::Secret, name)).expect("stored");
    // What arrived is what these tests are about.
    view.value.expose().to_vec()
}

async fn put_org(running: &Running, name: &str, more: Value) -> super::support::Reply {
    let mut body = sealed(running, ORG_SECRETS, b"v").await;
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    ask(running, "PUT", &format!("{ORG_SECRETS}/{name}"), Some(body)).await
}

#[tokio::test]
async fn every_scope_keeps_its_own_secrets_under_its_own_key() {
    let running = start().await;
    ask(&running, "PUT", "/repos/acme/app/environments/prod%2Feu", None).await;
    let mut keys = Vec::new();
    for (path, scope) in SCOPES {
        let value = format!("line 1\nline 2 of {path}\n\0\u{7f}é");
        assert_eq!(put(&running, path, "lower_Name", value.as_bytes()).await.status, 201, "{path}");
        assert_eq!(put(&running, path, "LOWER_NAME", value.as_bytes()).await.status, 204, "{path}");
        assert_eq!(stored(&running, scope, "LOWER_NAME"), value.as_bytes(), "{path}");
        assert_eq!(names(&get(&running, path).await, "secrets"), ["LOWER_NAME"], "{path}");
        keys.push(get(&running, &format!("{path}/public-key")).await.json()["key"].clone());
        let one = format!("{path}/Lower_name");
        assert_eq!(get(&running, &one).await.json()["name"], "LOWER_NAME");
        assert_eq!(ask(&running, "DELETE", &one, None).await.status, 204);
        assert_eq!(ask(&running, "DELETE", &one, None).await.status, 404);
        assert_eq!(get(&running, &one).await.status, 404);
    }
    let count = keys.len();
    keys.sort_by_key(Value::to_string);
    keys.dedup();
    assert_eq!(keys.len(), count);
}

#[tokio::test]
async fn stamps_are_whole_seconds_and_every_write_moves_them() {
    let running = start().await;
    running.freeze(true);
    put(&running, ORG_SECRETS, "A", b"1").await;
    let first = get(&running, &format!("{ORG_SECRETS}/A")).await.json();
    running.advance(61);
    put(&running, ORG_SECRETS, "A", b"1").await;
    let second = get(&running, &format!("{ORG_SECRETS}/A")).await.json();
    assert_eq!((&first["created_at"], &first["created_at"]), (&first["updated_at"], &second["created_at"]));
    let stamp = |value: &Value| value.as_str().expect("text").parse::<esc_sync::model::Stamp>().expect("RFC 3339").0;
    assert_eq!(stamp(&second["updated_at"]) - stamp(&first["updated_at"]), 61);
    assert_eq!(first["updated_at"].as_str().map(str::len), Some("2026-01-02T03:04:05Z".len()));
}

#[tokio::test]
async fn g6_a_box_for_another_key_is_refused() {
    let running = start().await;
    let other_scope = sealed(&running, "/repos/acme/app/actions/secrets", b"1").await;
    let mut wrong = sealed(&running, ORG_SECRETS, b"1").await;
    wrong["encrypted_value"] = other_scope["encrypted_value"].clone();
    wrong["visibility"] = "all".into();
    let old = {
        let mut old = sealed(&running, ORG_SECRETS, b"1").await;
        old["visibility"] = "all".into();
        old
    };
    let improper = "Bad request - validation failed due to an improperly encrypted secret";
    let answer = ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), Some(wrong)).await;
    assert_eq!((answer.status, answer.message().as_str()), (422, improper));
    running.world(|world| world.github.rotate_key("org:acme")).expect("a scope");
    let answer = ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), Some(old)).await;
    assert_eq!((answer.status, answer.message().as_str()), (422, improper));
    assert_eq!(put(&running, ORG_SECRETS, "A", b"1").await.status, 201);
}

#[tokio::test]
async fn g7_bodies_that_are_refused() {
    let running = start().await;
    let good = sealed(&running, ORG_SECRETS, b"1").await;
    let (boxed, key_id) = (good["encrypted_value"].as_str().expect("text"), &good["key_id"]);
    let unpadded = boxed.trim_end_matches('=');
    let cases = [
        (json!({ "encrypted_value": boxed, "key_id": key_id }), "\"visibility\" wasn't supplied"),
        (json!({ "encrypted_value": boxed, "visibility": "all" }), "\"key_id\" wasn't supplied"),
        (json!({ "key_id": key_id, "visibility": "all" }), "\"encrypted_value\" wasn't supplied"),
        (json!({ "encrypted_value": boxed, "key_id": 12, "visibility": "all" }), "not a string"),
        (json!({ "encrypted_value": "", "key_id": key_id, "visibility": "all" }), "does not match /^("),
        (json!({ "encrypted_value": unpadded, "key_id": key_id, "visibility": "all" }), "does not match /^("),
        (json!({ "encrypted_value": "ab-_", "key_id": key_id, "visibility": "all" }), "does not match /^("),
        (
            json!({ "encrypted_value": format!("{boxed}\n"), "key_id": key_id, "visibility": "all" }),
            "does not match /^(",
        ),
        (json!({ "encrypted_value": "YWJj", "key_id": key_id, "visibility": "all" }), "improperly encrypted"),
        (json!({ "encrypted_value": boxed, "key_id": key_id, "visibility": "public" }), "properties/visibility"),
        (
            json!({ "encrypted_value": boxed, "key_id": key_id, "visibility": "selected", "selected_repository_ids": [1] }),
            "not the organization's",
        ),
        (
            json!({ "encrypted_value": boxed, "key_id": key_id, "visibility": "selected", "selected_repository_ids": "x" }),
            "not a list",
        ),
    ];
    assert_ne!(unpadded, boxed, "a box of one byte ends in padding");
    for (body, expected) in cases {
        let answer = ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), Some(body.clone())).await;
        assert!(answer.status == 422 && answer.message().contains(expected), "{body} {answer:?}");
    }
    for (body, expected) in [(json!([1]), "Body should be a JSON object"), (json!(1), "Body should be a JSON object")] {
        let answer = ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), Some(body)).await;
        assert_eq!((answer.status, answer.message().as_str()), (400, expected));
    }
    let answer = ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), None).await;
    assert_eq!((answer.status, answer.message().as_str()), (400, "Problems parsing JSON"));
}

#[tokio::test]
async fn m7_names_are_checked_by_the_service() {
    let running = start().await;
    for name in ["github_token", "1A", "A-B", "A%20B", "%C3%84", &"A".repeat(256)] {
        let answer = put(&running, ORG_SECRETS, name, b"1").await;
        assert_eq!((answer.status, answer.json()["errors"][0]["field"].as_str()), (422, Some("name")), "{name}");
    }
}

#[tokio::test]
async fn sizes_end_at_48_kb_and_an_empty_value_is_a_value() {
    let running = start().await;
    for (length, status) in [(0, 201), (48_000, 204), (49_152, 204), (49_153, 422)] {
        assert_eq!(put(&running, ORG_SECRETS, "A", &vec![b'x'; length]).await.status, status, "{length}");
    }
    assert_eq!(stored(&running, "org:acme", "A").len(), 49_152);
}

#[tokio::test]
async fn g13_a_full_scope_takes_updates_only() {
    let running = start().await;
    running.world(|world| {
        for number in 0..100 {
            let name = format!("N{number:03}");
            world.github.set("repo:acme/app", Slot::Secret, &name, SecretValue::from("x"), 0).expect("set");
        }
        for number in 0..1_000 {
            let name = format!("N{number:03}");
            world.github.set("org:acme", Slot::Secret, &name, SecretValue::from("x"), 0).expect("set");
        }
    });
    for path in ["/repos/acme/app/actions/secrets", ORG_SECRETS] {
        assert_eq!(put(&running, path, "ONE_MORE", b"1").await.status, 422, "{path}");
        assert_eq!(put(&running, path, "N007", b"1").await.status, 204, "{path}");
    }
    let list = get(&running, &format!("{ORG_SECRETS}?per_page=1000")).await;
    assert_eq!((names(&list, "secrets").len(), list.json()["total_count"].clone()), (100, json!(1_000)));
    assert!(list.header("link").is_some_and(|link| link.contains("page=10>; rel=\"last\"")));
    assert_eq!(names(&get(&running, ORG_SECRETS).await, "secrets").len(), 30);
}

#[tokio::test]
async fn g16_a_put_replaces_the_whole_policy() {
    let running = start().await;
    let (app, site) = (id(&running, "app"), id(&running, "site"));
    let selected = json!({ "visibility": "selected", "selected_repository_ids": [app.to_string(), site] });
    assert_eq!(put_org(&running, "A", selected).await.status, 201);
    let repositories = format!("{ORG_SECRETS}/A/repositories");
    let list = get(&running, &repositories).await.json();
    assert_eq!((list["total_count"].clone(), list["repositories"][0]["id"].clone()), (json!(2), json!(app)));
    let meta = get(&running, &format!("{ORG_SECRETS}/A")).await.json();
    assert_eq!(meta["selected_repositories_url"], format!("{}{repositories}", running.url));
    // No list with `selected` empties the list; another visibility drops it.
    put_org(&running, "A", json!({ "visibility": "selected" })).await;
    assert_eq!(get(&running, &repositories).await.json()["total_count"], 0);
    put_org(&running, "A", json!({ "visibility": "private" })).await;
    let meta = get(&running, &format!("{ORG_SECRETS}/A")).await.json();
    assert_eq!((meta["visibility"].as_str(), meta.get("selected_repositories_url")), (Some("private"), None));
}

#[tokio::test]
async fn g10_lines_of_the_list_need_the_visibility_selected() {
    let running = start().await;
    let (app, site) = (id(&running, "app"), id(&running, "site"));
    put_org(&running, "A", json!({ "visibility": "all" })).await;
    let repositories = format!("{ORG_SECRETS}/A/repositories");
    for method in ["PUT", "DELETE"] {
        assert_eq!(ask(&running, method, &format!("{repositories}/{app}"), None).await.status, 409);
    }
    put_org(&running, "A", json!({ "visibility": "selected", "selected_repository_ids": [app] })).await;
    assert_eq!(ask(&running, "PUT", &format!("{repositories}/{site}"), None).await.status, 204);
    assert_eq!(ask(&running, "DELETE", &format!("{repositories}/{app}"), None).await.status, 204);
    assert_eq!(ask(&running, "PUT", &format!("{repositories}/4"), None).await.status, 404);
    let view = running.world(|world| world.github.view("org:acme", Slot::Secret, "A")).expect("stored");
    assert_eq!((view.visibility, view.repositories), (Some(ItemVisibility::Selected), vec!["acme/site".to_owned()]));
    let body = json!({ "selected_repository_ids": [app] });
    assert_eq!(ask(&running, "PUT", &repositories, Some(body)).await.status, 204);
    assert_eq!(get(&running, &repositories).await.json()["repositories"][0]["name"], "app");
}

#[tokio::test]
async fn a_repository_sees_what_visibility_and_plan_let_it() {
    let running = start().await;
    running.world(|world| {
        let github = &mut world.github;
        for (name, visibility) in
            [("ALL", ItemVisibility::All), ("PRIVATE", ItemVisibility::Private), ("SELECTED", ItemVisibility::Selected)]
        {
            github.set("org:acme", Slot::Secret, name, SecretValue::from("x"), 0).expect("set");
            github.set_visibility("org:acme", Slot::Secret, name, visibility, &["acme/site"]).expect("set");
        }
    });
    let seen = async |name: &str| {
        let list = get(&running, &format!("/repos/acme/{name}/actions/organization-secrets")).await;
        assert!(
            list.json()["secrets"].as_array().is_some_and(|all| all.iter().all(|one| one.get("visibility").is_none()))
        );
        names(&list, "secrets")
    };
    assert_eq!(seen("app").await, ["ALL", "PRIVATE"]);
    assert_eq!(seen("site").await, ["ALL", "SELECTED"]);
    running.world(|world| world.github.put_organization("acme", Plan::Free));
    assert_eq!(seen("app").await, Vec::<String>::new());
    assert_eq!(seen("site").await, ["ALL", "SELECTED"]);
}

#[tokio::test]
async fn g8_g9_repositories_go_and_move() {
    let running = start().await;
    let app = id(&running, "app");
    put(&running, "/repos/acme/app/actions/secrets", "A", b"1").await;
    assert_eq!(names(&get(&running, &format!("/repositories/{app}/actions/secrets")).await, "secrets"), ["A"]);
    running.world(|world| world.github.rename_repository(app, "acme", "renamed"));
    let moved = get(&running, "/api/v3/repos/ACME/app/actions/secrets?per_page=5").await;
    let expected = format!("{}/api/v3/repositories/{app}/actions/secrets?per_page=5", running.url);
    assert_eq!((moved.status, moved.header("location")), (301, Some(expected.as_str())));
    assert_eq!(ask(&running, "DELETE", "/repos/acme/app/actions/secrets/A", None).await.status, 307);
    assert_eq!(names(&get(&running, "/repos/acme/renamed/actions/secrets").await, "secrets"), ["A"]);
    running.world(|world| world.github.archive_repository(app, true));
    let archived = put(&running, "/repos/acme/renamed/actions/secrets", "A", b"1").await;
    assert_eq!((archived.status, archived.message().as_str()), (403, "Repository was archived so is read-only."));
    running.world(|world| world.github.delete_repository(app));
    assert_eq!(get(&running, "/repos/acme/renamed/actions/secrets").await.status, 404);
    assert_eq!(get(&running, "/repos/acme/app/actions/secrets").await.status, 404);
}

#[tokio::test]
async fn environments_are_made_listed_and_removed_with_their_secrets() {
    let running = start().await;
    let all = "/repos/acme/app/environments";
    assert_eq!(get(&running, &format!("{all}/Prod/secrets")).await.status, 404);
    assert_eq!(ask(&running, "PUT", &format!("{all}/Prod"), Some(json!({ "wait_timer": 3 }))).await.status, 200);
    let list = get(&running, all).await.json();
    assert_eq!((list["total_count"].clone(), list["environments"][0]["name"].clone()), (json!(1), json!("Prod")));
    put(&running, &format!("{all}/prod/secrets"), "A", b"1").await;
    assert_eq!(get(&running, &format!("{all}/PROD")).await.json()["name"], "Prod");
    assert_eq!(ask(&running, "DELETE", &format!("{all}/Prod"), None).await.status, 204);
    ask(&running, "PUT", &format!("{all}/Prod"), None).await;
    assert_eq!(get(&running, &format!("{all}/Prod/secrets")).await.json()["total_count"], 0);
}

#[tokio::test]
async fn repositories_can_be_made_and_listed() {
    let running = start().await;
    let body = json!({ "name": "tools", "private": true });
    assert_eq!(ask(&running, "POST", "/orgs/acme/repos", Some(body.clone())).await.status, 201);
    assert_eq!(ask(&running, "POST", "/orgs/acme/repos", Some(body)).await.status, 422);
    assert_eq!(ask(&running, "POST", "/orgs/acme/repos", Some(json!({ "name": "a b" }))).await.status, 422);
    let list = get(&running, "/orgs/acme/repos?per_page=2").await;
    let listed: Vec<_> = list.json().as_array().expect("a list").iter().map(|one| one["full_name"].clone()).collect();
    assert_eq!(listed, ["acme/app", "acme/site"]);
    assert!(list.header("link").is_some_and(|link| link.contains("page=2>; rel=\"next\"")));
    running.world(|world| world.github.put_repository("solo", "own", RepositoryVisibility::Public, 0));
    assert_eq!(get(&running, "/repos/solo/own").await.json()["owner"]["type"], "User");
}
