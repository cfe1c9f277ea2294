//! Every call of every service answers each worth of a credential as its row says.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::*;

const ACCOUNT_FILE: &str = r#"{"client_email":"ci@acme.example","private_key_id":"key-77","private_key":"canary"}"#;

/// The request of a call with `value` in every place where a credential goes.
fn request(service: &Service, route: &Route, value: &str) -> SandboxRequest {
    let host = service.hosts.first().map_or("tenant.example.com".to_owned(), |host| host.replace('*', "account-1"));
    let mut request = SandboxRequest { method: route.method.into(), ..SandboxRequest::default() };
    let mut path = route.path.replace('*', "x");
    let mut header = |name: &str, text: String| request.headers.push((name.to_owned(), text));
    match route.login {
        Login::AwsSignature => {
            header("authorization", format!("AWS4-HMAC-SHA256 Credential={value}/20261121/us-east-1/sts/aws4_request"));
        }
        Login::Authorization => header("authorization", format!("Bearer {value}")),
        Login::Basic | Login::BasicOrBearer => {
            header("authorization", format!("Basic {}", STANDARD.encode(format!("{value}:{value}"))))
        }
        Login::Headers(names) => names.iter().for_each(|name| header(name, value.to_owned())),
        Login::Json(pointers) => {
            let mut body = json!({});
            for pointer in pointers {
                let names: Vec<&str> = pointer.split('/').skip(1).collect();
                match names.as_slice() {
                    [name] => body[*name] = value.into(),
                    [outer, name] => body[*outer][*name] = value.into(),
                    other => panic!("{other:?}"),
                }
            }
            request.body = body.to_string().into_bytes();
        }
        Login::JwtIssuer => {
            let claims = URL_SAFE_NO_PAD.encode(json!({ "iss": value }).to_string());
            header("authorization", format!("Bearer e30.{claims}.c2ln"));
        }
        Login::Open => {}
        Login::ServiceAccount => {
            let email = serde_json::from_str::<Value>(value).unwrap_or_default()["client_email"].clone();
            path = route.path.replace('*', email.as_str().unwrap_or("nobody@acme.example"));
        }
    }
    request.path = format!("/_services/{host}{path}");
    request
}

fn world(worth: Option<Worth>, value: &str) -> ServicesWorld {
    let mut world = ServicesWorld::default();
    world.declare("account-1", Worth::Live);
    for service in table::all().filter(|service| service.hosts.is_empty()) {
        world.lodge("tenant.example.com", service.id);
    }
    if let Some(worth) = worth {
        world.declare(value, worth);
    }
    world
}

fn same(response: &SandboxResponse, reply: Reply, presented: &[String]) -> bool {
    let wanted = reply.filled(presented);
    (response.status, &response.body, &response.headers) == (wanted.status, &wanted.body, &wanted.headers)
}

#[test]
fn every_call_answers_every_worth_word_for_word() {
    let calls = table::all().flat_map(|service| service.routes.iter().map(move |route| (service, route)));
    let mut seen = 0;
    for (service, route) in calls.filter(|(_, route)| !matches!(route.login, Login::Open)) {
        let value = if matches!(route.login, Login::ServiceAccount) { ACCOUNT_FILE } else { "canary-key" };
        let presented = [value.to_owned()];
        let ask = |worth| handle(&world(worth, value), &request(service, route, value));
        let what = format!("{} {}", service.id, route.path);
        let too_often = service.too_often.unwrap_or(reply::TOO_OFTEN);
        for (worth, wanted) in [
            (Some(Worth::Live), route.live),
            (Some(Worth::Limited), route.limited.unwrap_or(route.live)),
            (Some(Worth::Rejected), route.rejected),
            (None, route.rejected),
            (Some(Worth::RateLimited), too_often),
            (Some(Worth::ServerError), reply::BROKEN),
            (Some(Worth::Html), reply::PAGE),
            (Some(Worth::Redirect), reply::MOVED),
        ] {
            let response = ask(worth);
            assert!(same(&response, wanted, &presented), "{what} {worth:?}: {}", response.status);
            assert!(!String::from_utf8_lossy(&response.body).contains("canary"), "{what} repeats the credential");
        }
        assert!(ask(Some(Worth::Hang)).hang, "{what}");
        assert!(!same(&ask(Some(Worth::Live)), route.rejected, &presented), "{what}: live and rejected look alike");
        seen += 1;
    }
    assert!(seen >= 75, "{seen}");
}

#[test]
fn answers_that_are_json_are_json() {
    for service in table::all() {
        for route in service.routes {
            for reply in
                [Some(route.live), route.limited, Some(route.rejected), service.too_often].into_iter().flatten()
            {
                let response = reply.filled(&[ACCOUNT_FILE.to_owned()]);
                let json = response.headers.iter().any(|(_, value)| value.contains("json"));
                let readable = serde_json::from_slice::<Value>(&response.body).is_ok() || response.body.is_empty();
                assert!(!json || readable, "{} {}", service.id, route.path);
            }
        }
    }
}

#[test]
fn a_pair_is_worth_what_its_worse_half_is() {
    let mut world = world(Some(Worth::Live), "user");
    world.declare("limited", Worth::Limited);
    let worth = |values: [&str; 2]| world.worth_of_all(&values.map(ToOwned::to_owned));
    assert_eq!(worth(["user", "user"]), Worth::Live);
    assert_eq!(worth(["user", "limited"]), Worth::Limited);
    assert_eq!(worth(["user", "unknown"]), Worth::Rejected);
    assert_eq!(worth(["user", ""]), Worth::Rejected);
}

#[test]
fn hosts_are_told_apart_whatever_their_port_and_case() {
    assert_eq!(host_and_path("/_services/API.x.io:6333/a/b"), Some(("api.x.io".into(), "/a/b".into())));
    assert_eq!(host_and_path("/_services/h"), Some(("h".into(), "/".into())));
    assert_eq!(host_and_path("/_services//a"), None);
    assert_eq!(host_and_path("/_services/"), None);
}
