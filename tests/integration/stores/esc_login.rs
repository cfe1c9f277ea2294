//! Where ESC's address and login come from, and the exchange inside Actions.

use std::{collections::BTreeMap, fs, path::PathBuf};

use esc_sync::{
    http::Client,
    model::{Cause, Unread},
    store::{EscStore, GithubStore},
};

use super::{
    options, production,
    stub::{Stub, ok, status},
    text_at,
};

/// A home of its own, removed at the end.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(esc_sync::crypto::random_id(8));
        fs::create_dir_all(path.join(".pulumi/.esc")).expect("writable");
        Self(path)
    }

    fn with(self, file: &str, text: &str) -> Self {
        fs::write(self.0.join(".pulumi").join(file), text).expect("writable");
        self
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn find(variables: &[(&str, &str)], home: Option<&Home>) -> Result<EscStore, Unread> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let env = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    EscStore::find(&Client::new(options()), &env, home.map(|home| home.0.as_path()))
}

fn address(variables: &[(&str, &str)], home: Option<&Home>) -> String {
    find(variables, home).expect("a login").base().to_string()
}

#[test]
fn the_address_comes_from_the_first_that_names_one() {
    let stored = Home::new().with("credentials.json", r#"{"current":"https://stored.test/"}"#);
    let token = ("PULUMI_ACCESS_TOKEN", "pul-x");
    let (backend, api) = (("PULUMI_BACKEND_URL", "https://backend.test/"), ("PULUMI_API", "https://api.test"));
    assert_eq!(address(&[token, backend, api], Some(&stored)), "https://backend.test");
    assert_eq!(address(&[token, api], Some(&stored)), "https://api.test");
    assert_eq!(address(&[token], Some(&stored)), "https://stored.test");
    assert_eq!(address(&[token], None), "https://api.pulumi.com");
    let own = Home::new()
        .with("credentials.json", r#"{"current":"https://stored.test"}"#)
        .with(".esc/credentials.json", r#"{"name":"https://own.test"}"#);
    assert_eq!(address(&[token], Some(&own)), "https://own.test");
}

#[tokio::test]
async fn a_stored_token_is_found_by_its_address() {
    let stub = Stub::start([("GET /api/user", vec![ok(r#"{"githubLogin":"dev"}"#)])]).await;
    let base = stub.base();
    let text = format!(
        r#"{{"current":"{base}","accessTokens":{{"{base}":"pul-old"}},"accounts":{{"{base}/":{{"accessToken":"pul-new","username":null}},"https://x.test":{{}}}}}}"#
    );
    let home = Home::new().with("credentials.json", &text);
    find(&[], Some(&home)).expect("a login").whoami("acme").await.expect("answered");
    let directory = home.0.join(".pulumi").to_string_lossy().into_owned();
    find(&[("PULUMI_HOME", &directory)], None).expect("a login").whoami("acme").await.expect("answered");
    find(&[("PULUMI_ACCESS_TOKEN", "pul-env")], Some(&home)).expect("a login").whoami("acme").await.expect("answered");
    let sent: Vec<_> = stub.log().iter().map(|seen| seen.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, ["token pul-new", "token pul-new", "token pul-env"].map(|text| Some(text.to_owned())));
}

#[test]
fn a_missing_or_damaged_login_says_what_to_set() {
    let damaged = Home::new().with("credentials.json", r#"{"accessTokens":{"https://api.pulumi.com":"canary-1"#);
    let odd = Home::new().with("credentials.json", r#"{"accessTokens":{"https://api.pulumi.com":["canary-1"]}}"#);
    let elsewhere = Home::new().with("credentials.json", r#"{"current":"file://~/canary-1"}"#);
    let cases = [
        find(&[], None),
        find(&[], Some(&damaged)),
        find(&[], Some(&odd)),
        find(&[("PULUMI_ACCESS_TOKEN", "pul-x")], Some(&elsewhere)),
        find(&[("PULUMI_ACCESS_TOKEN", "canary-1\u{e9}")], None),
        find(&[("PULUMI_ACCESS_TOKEN", "x"), ("PULUMI_BACKEND_URL", "http://canary-1.test")], None),
        find(&[("PULUMI_ACCESS_TOKEN", "x"), ("PULUMI_BACKEND_URL", "https://u:canary-1@x.test")], None),
    ];
    for case in cases {
        let unread = case.expect_err("no login");
        assert_eq!(unread.cause, Cause::Login);
        assert!(unread.help.contains("PULUMI_"), "{unread:?}");
        assert!(!format!("{unread:?}").contains("canary-1"), "{unread:?}");
    }
    assert!(find(&[("PULUMI_ACCESS_TOKEN", "x"), ("PULUMI_BACKEND_URL", "https://x.test")], Some(&damaged)).is_ok());
}

#[tokio::test]
async fn inside_actions_the_jobs_identity_is_exchanged_and_renewed_once() {
    let issued = |token: &str| ok(format!(r#"{{"access_token":"{token}","expires_in":7200,"token_type":"token"}}"#));
    let stub = Stub::start([
        ("GET /idtoken", vec![ok(r#"{"value":"jwt-1"}"#)]),
        ("POST /api/oauth/token", vec![issued("first"), issued("second")]),
        ("POST /api/esc/environments/acme/default/production/open", vec![status(401, "{}"), ok(r#"{"id":"s1"}"#)]),
        (
            "GET /api/esc/environments/acme/default/production/open/s1",
            vec![ok(r#"{"properties":{"a":{"value":"b"}}}"#)],
        ),
    ])
    .await;
    let request = format!("{}/idtoken?api-version=2.0", stub.base());
    let variables = [
        ("PULUMI_BACKEND_URL", &*stub.base()),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", &request),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "gh-x"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let store = find(&variables, None).expect("a login");
    let environment = production();
    let (one, two) = tokio::join!(store.read_environment(&environment), store.read_environment(&environment));
    assert_eq!(text_at(&one.expect("read"), "a"), "b");
    assert!(two.is_ok());
    let log = stub.log();
    let of = |line: &str| log.iter().filter(|seen| seen.line.starts_with(line)).collect::<Vec<_>>();
    let asked = of("GET /idtoken");
    assert_eq!(asked[0].line, "GET /idtoken?api-version=2.0&audience=urn%3Apulumi%3Aorg%3Aacme");
    assert_eq!(asked[0].header("authorization"), Some("bearer gh-x"));
    let exchanged = of("POST /api/oauth/token");
    assert_eq!((asked.len(), exchanged.len()), (2, 2), "once, and once more after the 401");
    assert_eq!(exchanged[0].header("authorization"), None);
    let sent: serde_json::Value = serde_json::from_str(&exchanged[0].body).expect("JSON");
    assert_eq!(sent["audience"], "urn:pulumi:org:acme");
    assert_eq!(sent["subject_token"], "jwt-1");
    assert_eq!(sent["requested_token_type"], "urn:pulumi:token-type:access_token:organization");
    assert!(of("GET /api/esc").iter().all(|seen| seen.header("authorization") == Some("token second")));
}

#[tokio::test]
async fn an_untrusted_job_is_told_so() {
    let stub = Stub::start([
        ("GET /idtoken", vec![ok(r#"{"value":"jwt-1"}"#)]),
        ("POST /api/oauth/token", vec![status(401, r#"{"error":"invalid_grant","error_description":"jwt-1"}"#)]),
    ])
    .await;
    let request = format!("{}/idtoken", stub.base());
    let base = stub.base();
    let store = find(
        &[
            ("PULUMI_BACKEND_URL", &base),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &request),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "gh-x"),
        ],
        None,
    )
    .expect("a login");
    let unread = store.read_environment(&production()).await.expect_err("refused");
    assert!(unread.cause == Cause::Login && unread.help.contains("OIDC issuer"), "{unread:?}");
    assert!(!format!("{unread:?}").contains("jwt-1"));
}

#[test]
fn githubs_login_comes_from_the_first_that_is_set() {
    let find = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        GithubStore::find(&Client::new(options()), &|name| variables.get(name).map(|value| (*value).to_owned()))
    };
    assert_eq!(find(&[("GITHUB_TOKEN", "x")]).expect("a login").base().to_string(), "https://api.github.com");
    let enterprise = [("GITHUB_TOKEN", ""), ("GH_TOKEN", "x\n"), ("GITHUB_API_URL", "https://ghe.test:8443/api/v3/")];
    assert_eq!(find(&enterprise).expect("a login").base().to_string(), "https://ghe.test:8443/api/v3");
    for (variables, named) in [
        (vec![], "GITHUB_TOKEN"),
        (vec![("GITHUB_APP_ID", "1"), ("GITHUB_APP_INSTALLATION_ID", "2")], "GITHUB_APP_PRIVATE_KEY_FILE"),
        (
            vec![("GITHUB_APP_ID", "1"), ("GITHUB_APP_INSTALLATION_ID", "2"), ("GITHUB_APP_PRIVATE_KEY_FILE", "/none")],
            "GITHUB_APP_PRIVATE_KEY_FILE",
        ),
        (vec![("GITHUB_TOKEN", "x"), ("GITHUB_API_URL", "http://ghe.test")], "GITHUB_API_URL"),
    ] {
        let unread = find(&variables).expect_err("no login");
        assert!(unread.cause == Cause::Login && unread.help.contains(named), "{unread:?}");
    }
}
