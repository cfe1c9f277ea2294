//! Variables: readable, without an upsert, on smaller pages.

use serde_json::json;

use esc_sync::{
    model::{SecretValue, Slot},
    sandbox::Running,
};

use super::support::{ask, get, names, start};

const SCOPES: [&str; 5] = [
    "/orgs/acme/actions/variables",
    "/orgs/acme/agents/variables",
    "/repos/acme/app/actions/variables",
    "/repos/acme/app/agents/variables",
    "/repos/acme/app/environments/prod/variables",
];

async fn with_environment() -> Running {
    let running = start().await;
    ask(&running, "PUT", "/repos/acme/app/environments/prod", None).await;
    running
}

#[tokio::test]
async fn every_scope_creates_reads_changes_and_removes() {
    let running = with_environment().await;
    for path in SCOPES {
        let body = json!({ "name": "Name", "value": "a\nb", "visibility": "all" });
        assert_eq!(ask(&running, "POST", path, Some(body.clone())).await.status, 201, "{path}");
        assert_eq!(ask(&running, "POST", path, Some(body)).await.status, 409, "{path}");
        assert_eq!(get(&running, &format!("{path}/name")).await.json()["value"], "a\nb", "{path}");
        let change = json!({ "name": "OTHER", "value": "c" });
        assert_eq!(ask(&running, "PATCH", &format!("{path}/NAME"), Some(change)).await.status, 204, "{path}");
        assert_eq!(get(&running, &format!("{path}/NAME")).await.status, 404, "{path}");
        let list = get(&running, path).await;
        assert_eq!(
            (names(&list, "variables"), list.json()["variables"][0]["value"].clone()),
            (vec!["OTHER".into()], json!("c"))
        );
        assert_eq!(ask(&running, "DELETE", &format!("{path}/OTHER"), None).await.status, 204, "{path}");
        assert_eq!(ask(&running, "PATCH", &format!("{path}/OTHER"), Some(json!({}))).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_patch_keeps_what_it_does_not_name() {
    let running = start().await;
    let path = "/orgs/acme/actions/variables";
    let app = running.world(|world| world.github.repository_id("acme", "app")).expect("there");
    let body = json!({ "name": "A", "value": "1", "visibility": "selected", "selected_repository_ids": [app] });
    ask(&running, "POST", path, Some(body)).await;
    assert_eq!(ask(&running, "PATCH", &format!("{path}/A"), Some(json!({ "value": "2" }))).await.status, 204);
    let view = running.world(|world| world.github.view("org:acme", Slot::Variable, "A")).expect("stored");
    assert_eq!(view.repositories, ["acme/app"]);
    let repositories = format!("{path}/A/repositories");
    assert_eq!(get(&running, &repositories).await.json()["total_count"], 1);
    ask(&running, "PATCH", &format!("{path}/A"), Some(json!({ "visibility": "all" }))).await;
    assert_eq!(get(&running, &repositories).await.status, 409);
    let list = json!({ "selected_repository_ids": [app] });
    assert_eq!(ask(&running, "PUT", &repositories, Some(list)).await.status, 409);
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let running = start().await;
    let path = "/repos/acme/app/actions/variables";
    for body in [
        json!({ "value": "x" }),
        json!({ "name": "A" }),
        json!({ "name": "A", "value": true }),
        json!({ "name": "GITHUB_A", "value": "x" }),
        json!({ "name": "A", "value": "x".repeat(49_153) }),
    ] {
        assert_eq!(ask(&running, "POST", path, Some(body)).await.status, 422);
    }
    let organization =
        ask(&running, "POST", "/orgs/acme/actions/variables", Some(json!({ "name": "A", "value": "x" }))).await;
    assert_eq!(organization.status, 422);
    ask(&running, "POST", path, Some(json!({ "name": "A", "value": "x" }))).await;
    ask(&running, "POST", path, Some(json!({ "name": "B", "value": "x" }))).await;
    assert_eq!(ask(&running, "PATCH", &format!("{path}/A"), Some(json!({ "name": "b" }))).await.status, 409);
}

#[tokio::test]
async fn pages_hold_ten_and_never_more_than_thirty() {
    let running = start().await;
    running.world(|world| {
        for number in 0..500 {
            let name = format!("V{number:03}");
            world.github.set("repo:acme/app", Slot::Variable, &name, SecretValue::from("x"), 0).expect("set");
        }
    });
    let path = "/repos/acme/app/actions/variables";
    assert_eq!(names(&get(&running, path).await, "variables").len(), 10);
    let capped = get(&running, &format!("{path}?per_page=100&page=17")).await;
    assert_eq!(names(&capped, "variables").len(), 20);
    let full = ask(&running, "POST", path, Some(json!({ "name": "MORE", "value": "x" }))).await;
    assert_eq!(full.status, 422);
    let seen = get(&running, "/repos/acme/app/actions/organization-variables").await;
    assert_eq!(seen.json()["total_count"], 0);
}
