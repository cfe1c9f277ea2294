//! The service's endpoints: status, headers and bodies of each.

use esc_sync::sandbox::{
    esc::{EscWorld, Right, handle},
    message::SandboxResponse,
};
use serde_json::json;

use super::{ENVIRONMENT, NOW, ask, header, json, opened, request, text, world};

fn patch(world: &mut EscWorld, tag: Option<(&str, &str)>, yaml: &str) -> SandboxResponse {
    let mut request = request("PATCH", ENVIRONMENT, yaml.as_bytes());
    request.headers.extend(tag.map(|(name, value)| (name.into(), value.into())));
    handle(world, &request, NOW)
}

#[test]
fn a_new_client_can_start_from_an_empty_sandbox() {
    let mut world = EscWorld::default();
    assert_eq!(ask(&mut world, "GET", "/api/esc/environments/acme", "").status, 404);
    let body = r#"{"project":"proj","name":"env"}"#;
    assert_eq!(ask(&mut world, "POST", "/api/esc/environments/acme", body).status, 204);
    assert_eq!(ask(&mut world, "POST", "/api/esc/environments/acme", body).status, 409);
    let read = ask(&mut world, "GET", ENVIRONMENT, "");
    assert_eq!((read.status, read.body.len()), (200, 0));
    assert_eq!(header(&read, "content-type"), "application/x-yaml");
    assert_eq!(header(&read, "pulumi-esc-revision"), "1");
    let listed = json(&ask(&mut world, "GET", "/api/esc/environments/acme", ""));
    assert_eq!(listed["environments"][0]["created"], "2026-01-02T03:04:05Z");
    assert_eq!(listed["environments"][0]["project"], "proj");
    assert!(listed.get("nextToken").is_none());
}

#[test]
fn names_follow_the_published_rules() {
    let mut world = EscWorld::default();
    let cases = [
        ("acme", json!({"project": "p", "name": "e.v-1_x"}), 204),
        ("acme", json!({"name": "only-a-name"}), 204),
        ("ac", json!({"project": "p", "name": "e"}), 400),
        ("-acme", json!({"project": "p", "name": "e"}), 400),
        ("acme", json!({"project": "p", "name": "a b"}), 400),
        ("acme", json!({"project": "p", "name": ".."}), 400),
        ("acme", json!({"project": "p", "name": "open"}), 400),
        ("acme", json!({"project": "p", "name": "yaml"}), 400),
        ("acme", json!({"project": "p", "name": "x".repeat(101)}), 400),
        ("acme", json!([1]), 400),
    ];
    for (organization, body, status) in cases {
        let answer = ask(&mut world, "POST", &format!("/api/esc/environments/{organization}"), &body.to_string());
        assert_eq!(answer.status, status, "{organization} {body}");
    }
}

#[test]
fn lists_come_in_pages() {
    let mut world = EscWorld::default();
    for number in 0..5 {
        world.put_environment("acme", "p", &format!("e{number}"), "", NOW).expect("sound");
    }
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let target = format!("/api/esc/environments/acme?maxResults=2&continuationToken={token}");
        let page = json(&ask(&mut world, "GET", &target, ""));
        let entries = page["environments"].as_array().expect("a list");
        names.extend(entries.iter().map(|entry| entry["name"].as_str().expect("a name").to_owned()));
        match page.get("nextToken") {
            Some(next) => token = next.as_str().expect("a token").to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["e0", "e1", "e2", "e3", "e4"]);
    let bad = ask(&mut world, "GET", "/api/esc/environments/acme?continuationToken=!", "");
    assert_eq!(bad.status, 400);
    let all = json(&ask(&mut world, "GET", "/api/esc/environments?organization=acme", ""));
    assert_eq!(all["environments"].as_array().expect("a list").len(), 5);
}

/// E5, and the one scheme the service knows.
#[test]
fn e5_only_a_token_is_let_in() {
    let mut world = world("values: {}\n");
    for (authorization, status) in [
        (Some("token pul-x"), 200),
        (Some("Token pul-x"), 200),
        (Some("Bearer pul-x"), 401),
        (Some("token "), 401),
        (Some("token"), 401),
        (None, 401),
    ] {
        let mut request = request("GET", ENVIRONMENT, b"");
        request.headers = authorization.map(|value| ("authorization".into(), value.into())).into_iter().collect();
        let answer = handle(&mut world, &request, NOW);
        assert_eq!(answer.status, status, "{authorization:?}");
        assert!(status == 200 || json(&answer)["code"] == 401);
    }
    world.revoke_token("pul-test");
    assert_eq!(ask(&mut world, "GET", ENVIRONMENT, "").status, 401);
}

/// E6: a right missing on one environment, and one lost between open and read.
#[test]
fn e6_rights_are_per_environment() {
    let mut world = world("values: {a: 1}\n");
    world.put_environment("acme", "proj", "other", "values: {a: 1}\n", NOW).expect("sound");
    let id = json(&ask(&mut world, "POST", &format!("{ENVIRONMENT}/open"), ""))["id"].clone();
    let open = format!("{ENVIRONMENT}/open/{}", id.as_str().expect("an id"));
    let statuses = |world: &mut EscWorld| {
        [
            ask(world, "GET", ENVIRONMENT, "").status,
            ask(world, "GET", &format!("{ENVIRONMENT}/decrypt"), "").status,
            ask(world, "GET", &open, "").status,
            patch(world, None, "values: {a: 1}\n").status,
        ]
    };
    for (right, expected) in [
        (Right::None, [403, 403, 403, 403]),
        (Right::Read, [200, 403, 403, 403]),
        (Right::Open, [200, 200, 200, 403]),
        (Right::Write, [200, 200, 200, 200]),
    ] {
        world.allow("acme", "proj", "env", right);
        assert_eq!(statuses(&mut world), expected, "{right:?}");
    }
    world.allow("acme", "proj", "env", Right::None);
    assert_eq!(ask(&mut world, "GET", "/api/esc/environments/acme/proj/other", "").status, 200);
}

/// E7: the environment is gone; the session has expired.
#[test]
fn e7_missing_environments_and_expired_sessions_are_404() {
    let mut world = world("values: {a: 1}\n");
    assert_eq!(ask(&mut world, "GET", "/api/esc/environments/acme/proj/none", "").status, 404);
    let open = |world: &mut EscWorld, duration: &str| {
        let answer = ask(world, "POST", &format!("{ENVIRONMENT}/open?duration={duration}"), "");
        format!("{ENVIRONMENT}/open/{}", json(&answer)["id"].as_str().expect("an id"))
    };
    let session = open(&mut world, "1m0s");
    let read = |world: &mut EscWorld, now: i64| handle(world, &request("GET", &session, b""), now).status;
    assert_eq!(read(&mut world, NOW + 59), 200);
    assert_eq!(read(&mut world, NOW + 60), 404);
    let session = open(&mut world, "1h");
    assert_eq!(world.expire_sessions(), 2);
    assert_eq!(ask(&mut world, "GET", &session, "").status, 404);
    assert_eq!(ask(&mut world, "POST", &format!("{ENVIRONMENT}/open?duration=soon"), "").status, 400);
}

/// E8: a write over somebody else's change, by either header; no header overwrites.
#[test]
fn e8_a_stale_tag_is_a_conflict() {
    for name in ["etag", "if-match"] {
        let mut world = world("values: {a: 1}\n");
        let read = ask(&mut world, "GET", ENVIRONMENT, "");
        let tag = header(&read, "etag").to_owned();
        assert_eq!(header(&ask(&mut world, "HEAD", ENVIRONMENT, ""), "etag"), tag);
        let body = json!({"organization": "acme", "project": "proj", "environment": "env", "yaml": "values: {a: 2}\n"});
        assert_eq!(json(&world.control(&["mutate"], &body, NOW))["revision"], 3);
        let conflict = patch(&mut world, Some((name, &tag)), "values: {a: 3}\n");
        assert_eq!((conflict.status, &json(&conflict)["code"]), (409, &json!(409)));
        assert_eq!(world.definition("acme", "proj", "env"), Some("values: {a: 2}\n"));
        let tag = header(&ask(&mut world, "GET", ENVIRONMENT, ""), "etag").to_owned();
        let written = patch(&mut world, Some((name, &tag)), "values: {a: 3}\n");
        assert_eq!((written.status, header(&written, "pulumi-esc-revision")), (200, "4"));
        assert_eq!(json(&written), json!({}));
        assert_eq!(patch(&mut world, None, "values: {a: 4}\n").status, 200);
    }
}

/// E12: plaintext goes in, ciphertext comes out, and an unchanged ciphertext stays.
#[test]
fn e12_secrets_are_stored_as_ciphertext() {
    let mut world = world("values:\n  # the key\n  k:\n    fn::secret: |\n      line 1\n      line 2\n");
    let stored = text(&ask(&mut world, "GET", ENVIRONMENT, "")).to_owned();
    assert!(stored.contains("ciphertext: ZXNjeAAAAA") && !stored.contains("line 1"), "{stored}");
    assert_eq!(patch(&mut world, None, &stored).status, 200);
    assert_eq!(world.definition("acme", "proj", "env"), Some(stored.as_str()));
    let clear = ask(&mut world, "GET", &format!("{ENVIRONMENT}/decrypt"), "");
    assert_eq!(text(&clear), "values:\n  # the key\n  k:\n    fn::secret: |\n      line 1\n      line 2\n");
    assert_eq!(header(&clear, "pulumi-esc-revision"), "3");
    assert_eq!(opened(&mut world)["k"]["value"], "line 1\nline 2\n");
}

/// E13: comments, order and quoting survive a write; the layout is the service's.
#[test]
fn e13_comments_and_order_survive() {
    let sent = "# lost\n\n# kept\nimports: []\nvalues:\n    # about z\n    z: 'q'   # tail\n\n    a: {x: 1}\n";
    let mut world = EscWorld::default();
    world.put_environment("acme", "proj", "env", sent, NOW).expect("sound");
    let stored = "# kept\nimports: []\nvalues:\n  # about z\n  z: 'q' # tail\n  a: {x: 1}\n";
    assert_eq!(world.definition("acme", "proj", "env"), Some(stored));
}

/// E15: the ways to hold a value with `${` in it.
#[test]
fn e15_a_value_with_an_interpolation_mark() {
    let mut world = world("");
    assert_eq!(patch(&mut world, None, "values:\n  a: {fn::secret: 'p${b}q'}\n").status, 400);
    let sealed = ask(&mut world, "POST", &format!("{ENVIRONMENT}/encrypt-secrets"), r#"{"plaintexts":["p${b}q"]}"#);
    let ciphertext = json(&sealed)["ciphertexts"][0].as_str().expect("a ciphertext").to_owned();
    let yaml = format!("values:\n  a:\n    fn::secret:\n      ciphertext: {ciphertext}\n");
    assert_eq!(patch(&mut world, None, &yaml).status, 200);
    assert_eq!(opened(&mut world)["a"]["value"], "p${b}q");
    let clear = text(&ask(&mut world, "GET", &format!("{ENVIRONMENT}/decrypt"), "")).to_owned();
    assert_eq!(patch(&mut world, None, &clear).status, 400, "the decrypted text is not always one to send back");
    let body = json!({ "ciphertexts": [ciphertext] }).to_string();
    let opened = ask(&mut world, "POST", &format!("{ENVIRONMENT}/decrypt-secrets"), &body);
    assert_eq!(json(&opened)["plaintexts"][0], "p${b}q");
}

/// E17: a definition over the limit.
#[test]
fn e17_a_definition_that_is_too_large() {
    let mut world = world("values: {a: 1}\n");
    let large = format!("values:\n  a: {}\n", "x".repeat(5 << 20));
    let answer = patch(&mut world, None, &large);
    assert_eq!((answer.status, &json(&answer)["code"]), (413, &json!(413)));
    assert_eq!(world.revision("acme", "proj", "env"), Some(2));
}

#[test]
fn one_property_of_an_opened_environment() {
    let mut world =
        world("values:\n  db: {password: {fn::secret: hunter2}, hosts: [x, y]}\n  m: {a.b: {\"q\\\"\": 1}}\n");
    let id = json(&ask(&mut world, "POST", &format!("{ENVIRONMENT}/open"), ""))["id"].clone();
    let id = id.as_str().expect("an id");
    let mut property = |path: &str| {
        // The SDKs leave the last path segment empty: a double slash.
        let mut request = request("GET", &format!("{ENVIRONMENT}/open//{id}"), b"");
        request.query.push(("property".into(), path.into()));
        handle(&mut world, &request, NOW)
    };
    let found = json(&property("db.password"));
    assert_eq!((&found["value"], &found["secret"]), (&json!("hunter2"), &json!(true)));
    assert_eq!(json(&property("db.hosts[1]"))["value"], "y");
    assert_eq!(json(&property(".db..hosts[1]"))["value"], "y");
    assert_eq!(json(&property("m[\"a.b\"][\"q\\\"\"]"))["value"], 1);
    assert_eq!(property("db.nope").status, 404);
    assert_eq!(property("db[").status, 400);
}

#[test]
fn text_can_be_checked_and_opened_without_being_stored() {
    let mut world = world("values: {a: 1}\n");
    let base = "/api/esc/environments/acme/yaml";
    let checked = ask(&mut world, "POST", &format!("{base}/check"), "imports: [proj/env]\nvalues: {b: \"${a}\"}\n");
    assert_eq!(checked.status, 200);
    assert_eq!(json(&checked)["properties"]["b"]["trace"]["def"]["environment"], "<yaml>");
    let refused = ask(&mut world, "POST", &format!("{base}/check"), "values: {b: \"${nope}\"}\n");
    assert_eq!((refused.status, &json(&refused)["code"]), (400, &json!(400)));
    assert_eq!(json(&refused)["properties"]["b"]["unknown"], true);
    let id = json(&ask(&mut world, "POST", &format!("{base}/open?duration=1h"), "values: {c: 1}\n"))["id"].clone();
    let read = ask(&mut world, "GET", &format!("{base}/open/{}?property=c", id.as_str().expect("an id")), "");
    assert_eq!(json(&read)["value"], 1);
    assert_eq!(world.revision("acme", "proj", "env"), Some(2));
}

#[test]
fn revisions_are_listed_newest_first_and_paged_by_number() {
    let mut world = world("values: {a: 1}\n");
    patch(&mut world, None, "values: {a: 2}\n");
    let numbers = |world: &mut EscWorld, query: &str| -> Vec<u64> {
        let list = json(&ask(world, "GET", &format!("{ENVIRONMENT}/versions{query}"), ""));
        list.as_array().expect("a bare array").iter().map(|item| item["number"].as_u64().expect("a number")).collect()
    };
    assert_eq!(numbers(&mut world, ""), [3, 2, 1]);
    assert_eq!(numbers(&mut world, "?before=3&count=1"), [2]);
    assert_eq!(numbers(&mut world, "?before=1"), [] as [u64; 0]);
    let newest = json(&ask(&mut world, "GET", &format!("{ENVIRONMENT}/versions"), ""));
    assert_eq!(newest[0]["tags"], json!(["latest"]));
    assert_eq!(newest[0]["creatorLogin"], "sandbox");
    assert_eq!(text(&ask(&mut world, "GET", &format!("{ENVIRONMENT}/versions/2"), "")), "values: {a: 1}\n");
    assert_eq!(ask(&mut world, "GET", &format!("{ENVIRONMENT}/versions/9"), "").status, 404);
    assert_eq!(ask(&mut world, "POST", &format!("{ENVIRONMENT}/versions/3/retract"), "{}").status, 204);
    assert_eq!(text(&ask(&mut world, "GET", ENVIRONMENT, "")), "values: {a: 1}\n");
}

#[test]
fn revision_tags_and_environment_tags() {
    let mut world = world("values: {a: 1}\n");
    let tags = format!("{ENVIRONMENT}/versions/tags");
    assert_eq!(ask(&mut world, "POST", &tags, r#"{"name":"stable","revision":1}"#).status, 204);
    assert_eq!(ask(&mut world, "POST", &tags, r#"{"name":"stable"}"#).status, 409);
    assert_eq!(ask(&mut world, "PATCH", &format!("{tags}/stable"), r#"{"revision":2}"#).status, 204);
    assert_eq!(json(&ask(&mut world, "GET", &format!("{tags}/stable"), ""))["revision"], 2);
    let listed = json(&ask(&mut world, "GET", &tags, ""));
    assert_eq!(listed["tags"].as_array().expect("a list").len(), 2);
    assert_eq!(ask(&mut world, "DELETE", &format!("{tags}/stable"), "").status, 204);
    assert_eq!(ask(&mut world, "DELETE", &format!("{tags}/latest"), "").status, 400);
    let tags = format!("{ENVIRONMENT}/tags");
    assert_eq!(ask(&mut world, "POST", &tags, r#"{"name":"team","value":"one"}"#).status, 200);
    let change = |from: &str| json!({"currentTag": {"value": from}, "newTag": {"value": "two"}}).to_string();
    assert_eq!(ask(&mut world, "PATCH", &format!("{tags}/team"), &change("three")).status, 409);
    assert_eq!(ask(&mut world, "PATCH", &format!("{tags}/team"), &change("one")).status, 200);
    assert_eq!(json(&ask(&mut world, "GET", &tags, ""))["tags"]["team"]["value"], "two");
    assert_eq!(ask(&mut world, "DELETE", &format!("{tags}/team"), "").status, 204);
}

#[test]
fn cloning_deleting_and_restoring() {
    let mut world = world("values: {s: {fn::secret: hunter2}}\n");
    let body = r#"{"project":"proj","name":"copy"}"#;
    assert_eq!(ask(&mut world, "POST", &format!("{ENVIRONMENT}/clone"), body).status, 204);
    assert!(world.plaintext_definition("acme", "proj", "copy").expect("a copy").contains("hunter2"));
    let settings = format!("{ENVIRONMENT}/settings");
    assert_eq!(ask(&mut world, "PATCH", &settings, r#"{"deletionProtected":true}"#).status, 200);
    let refused = ask(&mut world, "DELETE", ENVIRONMENT, "");
    assert_eq!(refused.status, 409);
    assert!(text(&refused).contains("protect"), "the one word that the service's own CLI looks for");
    ask(&mut world, "PATCH", &settings, r#"{"deletionProtected":false}"#);
    assert_eq!(ask(&mut world, "DELETE", ENVIRONMENT, "").status, 204);
    assert_eq!(ask(&mut world, "GET", ENVIRONMENT, "").status, 404);
    let body = r#"{"project":"proj","name":"env"}"#;
    assert_eq!(ask(&mut world, "PUT", "/api/esc/environments/acme/restore", body).status, 204);
    assert_eq!(ask(&mut world, "GET", ENVIRONMENT, "").status, 200);
}

#[test]
fn the_token_exchange() {
    let mut world = world("");
    let good = json!({
        "audience": "urn:pulumi:org:acme",
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "eyJ",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:pulumi:token-type:access_token:organization",
        "expiration": 60,
    });
    let exchange = |world: &mut EscWorld, field: &str, value: &str| {
        let mut body = good.clone();
        if !field.is_empty() {
            body[field] = json!(value);
        }
        let mut request = request("POST", "/api/oauth/token", body.to_string().as_bytes());
        request.headers.clear();
        handle(world, &request, NOW)
    };
    let issued = exchange(&mut world, "", "");
    assert_eq!((issued.status, &json(&issued)["expires_in"]), (200, &json!(60)));
    let token = json(&issued)["access_token"].as_str().expect("a token").to_owned();
    let mut user = request("GET", "/api/user", b"");
    user.headers = vec![("authorization".into(), format!("token {token}"))];
    assert_eq!(json(&handle(&mut world, &user, NOW))["tokenInfo"]["organization"], "acme");
    assert_eq!(handle(&mut world, &user, NOW + 60).status, 401, "an exchanged token expires");
    for (field, value, code) in [
        ("grant_type", "password", "unsupported_grant_type"),
        ("audience", "acme", "invalid_request"),
        ("subject_token", "", "invalid_request"),
        ("requested_token_type", "urn:x", "invalid_request"),
        ("scope", "user:x", "invalid_scope"),
    ] {
        let refused = exchange(&mut world, field, value);
        assert_eq!((refused.status, &json(&refused)["error"]), (400, &json!(code)), "{field}");
    }
}

#[test]
fn the_account_and_what_is_not_emulated() {
    let mut world = world("");
    let user = json(&ask(&mut world, "GET", "/api/user", ""));
    assert_eq!(user["githubLogin"], "sandbox");
    assert_eq!(user["organizations"][0]["githubLogin"], "acme");
    let default = json(&ask(&mut world, "GET", "/api/user/organizations/default", ""));
    assert_eq!(default["GitHubLogin"], "acme");
    assert_eq!(ask(&mut EscWorld::default(), "GET", "/api/user/organizations/default", "").status, 404);
    for (method, path, status) in [
        ("POST", "/rotate", 403),
        ("POST", "/drafts", 403),
        ("GET", "/hooks", 403),
        ("GET", "/schedules", 403),
        ("POST", "/open/request", 400),
        ("GET", "/metadata", 200),
        ("GET", "/referrers", 200),
        ("GET", "/nothing", 404),
        ("PUT", "", 405),
        ("GET", "/check", 405),
    ] {
        let answer = ask(&mut world, method, &format!("{ENVIRONMENT}{path}"), "{}");
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(status == 200 || json(&answer)["code"] == status);
    }
    assert_eq!(ask(&mut world, "POST", "/api/change-requests/acme/1/submit", "{}").status, 403);
    assert_eq!(ask(&mut world, "GET", "/api/orgs/acme/auditlogs/v2", "").status, 200);
}

#[test]
fn levers_of_the_sandbox() {
    let mut world = world("values: {a: 1}\n");
    let place = json!({"organization": "acme", "project": "proj", "environment": "env", "right": "read"});
    assert_eq!(world.control(&["rights"], &place, NOW).status, 204);
    assert_eq!(ask(&mut world, "POST", &format!("{ENVIRONMENT}/open"), "").status, 403);
    assert_eq!(world.control(&["tokens", "revoke"], &json!({"token": "pul-test"}), NOW).status, 204);
    assert_eq!(ask(&mut world, "GET", ENVIRONMENT, "").status, 401);
    assert_eq!(world.control(&["tokens", "restore"], &json!({"token": "pul-test"}), NOW).status, 204);
    assert_eq!(ask(&mut world, "GET", ENVIRONMENT, "").status, 200);
    assert_eq!(json(&world.control(&["sessions", "expire"], &json!({}), NOW))["expired"], 0);
    assert_eq!(world.control(&["providers"], &json!({"provider": "vault", "value": 1}), NOW).status, 204);
    assert_eq!(world.control(&["rights"], &json!({"right": "all"}), NOW).status, 400);
    assert_eq!(world.control(&["nothing"], &json!({}), NOW).status, 404);
}

#[test]
fn a_world_survives_a_restart() {
    let mut world = world("values: {s: {fn::secret: hunter2}}\n");
    world.allow("acme", "proj", "other", Right::None);
    let saved = serde_json::to_string(&world.save()).expect("JSON");
    assert!(!saved.contains("hunter2"), "at rest a secret is ciphertext");
    let mut again = EscWorld::load(&serde_json::from_str(&saved).expect("JSON")).expect("the same form");
    assert_eq!(again.definition("acme", "proj", "env"), world.definition("acme", "proj", "env"));
    assert_eq!(again.changes(), world.changes());
    assert_eq!(opened(&mut again)["s"]["value"], "hunter2");
    assert!(EscWorld::load(&json!({"key": 1})).is_err());
}

/// A reference chain, nesting and self-multiplication are bounded, not followed to the end.
#[test]
fn no_definition_takes_the_emulator_down() {
    let mut world = world("");
    let chain: String = (0..5000).map(|at| format!("  k{at}: ${{k{}}}\n", at + 1)).collect();
    let deep = format!("values: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    let mut bomb = String::from("values:\n  l0: [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let items = vec![format!("\"${{l{}}}\"", at - 1); 10].join(", ");
        bomb.push_str(&format!("  l{at}: [{items}]\n"));
    }
    for text in [format!("values:\n{chain}  k5000: end\n"), deep, bomb] {
        let answer = ask(&mut world, "POST", "/api/esc/environments/acme/yaml/check", &text);
        assert_eq!(answer.status, 400, "{}", &text[..40]);
    }
}
