//! What Lambda's description says, case by case.

use esc_sync::sandbox::lambda::Pace;
use serde_json::{Value, json};

use super::{KEY, Lambda, launch, refused};

#[test]
fn the_registry_adds_lists_and_deletes_by_id() {
    let mut lambda = Lambda::default();
    let id = lambda.add("deploy");
    let listed = lambda.data("GET", "ssh-keys", &Value::Null);
    assert_eq!(listed, json!([{ "id": id, "name": "deploy", "public_key": KEY }]));
    let by_name = lambda.refusal("DELETE", "ssh-keys/deploy", &Value::Null);
    assert_eq!(by_name, refused(404, "object-does-not-exist"));
    assert_eq!(lambda.data("DELETE", &format!("ssh-keys/{id}"), &Value::Null), json!({}));
    assert_eq!(lambda.data("GET", "ssh-keys", &Value::Null), json!([]));
}

#[test]
fn names_and_keys_have_their_limits() {
    let mut lambda = Lambda::default();
    lambda.add(&"n".repeat(64));
    let long = format!("{KEY} {}", "c".repeat(4_096));
    for body in [
        json!({ "name": "", "public_key": KEY }),
        json!({ "name": "n".repeat(65), "public_key": KEY }),
        json!({ "name": "n".repeat(64), "public_key": KEY }),
        json!({ "name": "a", "public_key": "" }),
        json!({ "name": "a", "public_key": long }),
        json!({ "name": "a", "public_key": "no key" }),
        json!({ "public_key": KEY }),
        json!("no body"),
    ] {
        assert_eq!(lambda.refusal("POST", "ssh-keys", &body), refused(400, "invalid-parameters"), "{body}");
    }
    lambda.world.lambda.account.key_quota = Some(1);
    let one_more = json!({ "name": "a", "public_key": KEY });
    assert_eq!(lambda.refusal("POST", "ssh-keys", &one_more), refused(400, "quota-exceeded"));
}

#[test]
fn a_pair_is_made_where_no_key_is_given_and_told_once() {
    let mut lambda = Lambda::default();
    let made = lambda.data("POST", "ssh-keys", &json!({ "name": "made" }));
    let text = made["private_key"].as_str().expect("told");
    let private = ssh_key::PrivateKey::from_openssh(text).expect("a key");
    assert_eq!(private.public_key().to_openssh().expect("encodes"), made["public_key"]);
    assert!(private.comment().contains("made-up"));
    let listed = lambda.data("GET", "ssh-keys", &Value::Null);
    assert!(listed[0].get("private_key").is_none());
    assert!(!lambda.world.lambda.save().to_string().contains("PRIVATE"));
}

#[test]
fn logins_are_bearer_or_basic() {
    let mut lambda = Lambda::default();
    lambda.world.lambda.account.keys.insert("good".into());
    for login in ["Bearer good", "bearer good", "Basic Z29vZDo=", "Basic good"] {
        assert_eq!(lambda.ask_as(login, "GET", "ssh-keys", &Value::Null).0, 200, "{login}");
    }
    for login in ["Bearer bad", "Basic YmFkOg==", "token good", "Bearer ", ""] {
        let (status, answer) = lambda.ask_as(login, "GET", "ssh-keys", &Value::Null);
        assert_eq!((status, &answer["error"]["code"]), (401, &json!("global/invalid-api-key")), "{login}");
    }
    lambda.world.lambda.account.keys.clear();
    lambda.world.lambda.account.inactive = true;
    assert_eq!(lambda.refusal("GET", "instances", &Value::Null), refused(403, "account-inactive"));
}

#[test]
fn a_launch_takes_one_key_that_is_registered_once() {
    let mut lambda = Lambda::default();
    lambda.add("deploy");
    let path = "instance-operations/launch";
    assert_eq!(lambda.refusal("POST", path, &launch("nobody")), refused(404, "object-does-not-exist"));
    let changed = |field: &str, value: Value| {
        let mut body = launch("deploy");
        body[field] = value;
        body
    };
    for body in [
        changed("ssh_key_names", json!([])),
        changed("ssh_key_names", json!(["deploy", "deploy"])),
        changed("region_name", json!("nowhere-1")),
        changed("hostname", json!("-web")),
        changed("user_data", json!("x".repeat(1024 * 1024 + 1))),
        changed("quantity", json!(2)),
    ] {
        assert_eq!(lambda.refusal("POST", path, &body), refused(400, "invalid-parameters"));
    }
    let launched = lambda.data("POST", path, &changed("user_data", json!("x".repeat(1024 * 1024))));
    assert_eq!(launched["instance_ids"].as_array().map(Vec::len), Some(1));
    let told = lambda.data("GET", "instances", &Value::Null).to_string();
    assert!(!told.contains("xxxx"), "user data are never told");
}

#[test]
fn two_adds_of_one_name_can_both_succeed_and_spoil_its_launches() {
    let mut lambda = Lambda::default();
    lambda.world.lambda.account.unchecked_adds = 2;
    lambda.add("deploy");
    lambda.add("deploy");
    let third = json!({ "name": "deploy", "public_key": KEY });
    assert_eq!(lambda.refusal("POST", "ssh-keys", &third), refused(400, "invalid-parameters"));
    let path = "instance-operations/launch";
    assert_eq!(lambda.refusal("POST", path, &launch("deploy")), refused(500, "unknown"));
}

#[test]
fn an_instance_boots_runs_restarts_and_ends() {
    let mut lambda = Lambda::default();
    lambda.add("deploy");
    let launched = lambda.data("POST", "instance-operations/launch", &launch("deploy"));
    let ids = json!({ "instance_ids": launched["instance_ids"] });
    let path = format!("instances/{}", launched["instance_ids"][0].as_str().expect("an id"));
    let booting = lambda.data("GET", &path, &Value::Null);
    assert_eq!((&booting["status"], &booting["ip"]), (&json!("booting"), &Value::Null));
    assert_eq!(lambda.refusal("POST", "instance-operations/restart", &ids), refused(409, "conflict"));
    lambda.now_ms = 30_000;
    let active = lambda.data("GET", &path, &Value::Null);
    assert_eq!((&active["status"], &active["ssh_key_names"]), (&json!("active"), &json!(["deploy"])));
    assert!(active["ip"].is_string());
    let token = active["jupyter_token"].as_str().expect("a token");
    assert!(token.contains("canary") && active["jupyter_url"].as_str().is_some_and(|url| url.contains(token)));
    let restarted = lambda.data("POST", "instance-operations/restart", &ids);
    assert_eq!(restarted["restarted_instances"][0]["status"], "booting");
    assert_eq!(lambda.data("POST", &path, &json!({ "name": "web" }))["name"], "web");
    let ended = lambda.data("POST", "instance-operations/terminate", &ids);
    assert_eq!(ended["terminated_instances"][0]["status"], "terminating");
    let unknown = json!({ "instance_ids": ["nobody"] });
    let refusal = lambda.refusal("POST", "instance-operations/terminate", &unknown);
    assert_eq!(refusal, refused(404, "object-does-not-exist"));
}

#[test]
fn there_is_something_to_choose_from_and_nothing_else() {
    let mut lambda = Lambda::default();
    let types = lambda.data("GET", "instance-types", &Value::Null);
    assert!(types["gpu_1x_a10"]["regions_with_capacity_available"][0]["name"].is_string());
    assert_eq!(lambda.data("GET", "regions", &Value::Null).as_array().map(Vec::len), Some(3));
    assert!(lambda.data("GET", "images", &Value::Null)[0]["family"].is_string());
    assert_eq!(lambda.refusal("GET", "elsewhere", &Value::Null), refused(404, "not-found"));
    assert_eq!(lambda.refusal("PUT", "ssh-keys", &Value::Null), refused(404, "not-found"));
}

#[test]
fn who_asks_too_soon_is_refused_without_a_header() {
    let mut lambda = Lambda::default();
    lambda.world.lambda.limits.set(Some(Pace::default()));
    assert_eq!(lambda.ask("GET", "ssh-keys", &Value::Null).0, 200);
    lambda.now_ms = 999;
    assert_eq!(lambda.refusal("GET", "ssh-keys", &Value::Null).0, 429);
    lambda.now_ms = 1_000;
    assert_eq!(lambda.ask("GET", "ssh-keys", &Value::Null).0, 200);
}
