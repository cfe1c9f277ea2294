//! The stores and their client against a scripted server: every fault by its id.

mod app_login;
mod esc_faults;
mod esc_login;
mod esc_writes;
mod github_faults;
mod github_lists;
mod lambda;
mod leaks;
mod proxy;
pub(crate) mod stub;
pub(crate) mod tls;
mod together;

use std::time::Duration;

use esc_sync::{
    http::{BaseUrl, Client, Options},
    model::{EnvironmentRef, EscKind, EscSnapshot, GithubScope, SecretValue},
    store::{
        EscStore, GithubStore,
        esc::EscLogin,
        github::{self},
    },
};

use self::stub::Stub;

/// Patient where an answer is expected, quick between attempts.
fn options() -> Options {
    Options {
        timeout: Duration::from_secs(20),
        backoff: Duration::from_millis(2),
        backoff_cap: Duration::from_millis(4),
        ..Options::default()
    }
}

/// For servers that never give a whole answer.
fn hasty() -> Options {
    Options { timeout: Duration::from_millis(300), ..options() }
}

fn esc_with(stub: &Stub, options: Options) -> EscStore {
    let login = EscLogin::token(&SecretValue::from("pul-test"), "the token in PULUMI_ACCESS_TOKEN").expect("legal");
    EscStore::new(&Client::new(options), BaseUrl::parse(&stub.base()).expect("loopback"), login)
}

fn esc(stub: &Stub) -> EscStore {
    esc_with(stub, options())
}

fn github_with(stub: &Stub, options: Options) -> GithubStore {
    let login = github::GithubLogin::token(&SecretValue::from("ghp_test"), "the token in GITHUB_TOKEN").expect("legal");
    GithubStore::new(&Client::new(options), BaseUrl::parse(&stub.base()).expect("loopback"), login)
}

fn github(stub: &Stub) -> GithubStore {
    github_with(stub, options())
}

fn production() -> EnvironmentRef {
    "acme/default/production".parse().expect("legal")
}

fn acme() -> GithubScope {
    GithubScope::Organization { app: Default::default(), organization: "acme".into() }
}

fn app_repository() -> GithubScope {
    GithubScope::Repository { app: Default::default(), repository: "acme/app".parse().expect("legal") }
}

/// The text at a path of an opened environment.
fn text_at<'a>(snapshot: &'a EscSnapshot, path: &str) -> &'a str {
    let value = snapshot.root.lookup(&path.parse().expect("legal")).expect(path);
    match &value.kind {
        EscKind::Text(text) => text.expose_text().expect("text"),
        other => panic!("{path} is {other:?}"),
    }
}
