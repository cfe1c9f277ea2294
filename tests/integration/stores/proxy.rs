//! https goes through the proxy of the environment, http to this machine never does (failure case X14).

use esc_sync::{
    http::{BaseUrl, Client, Options, ProxySettings},
    model::{Cause, SecretValue},
    store::{EscStore, esc::EscLogin},
};

use super::{
    options, production,
    stub::{Stub, ok, status},
};

fn store(base: &str, proxy: String, except: &'static str) -> EscStore {
    let proxy = ProxySettings::find(&|name| match name {
        "HTTPS_PROXY" => Some(proxy.clone()),
        "NO_PROXY" => Some(except.to_owned()),
        _ => None,
    });
    let client = Client::new(Options { proxy, attempts: 1, ..options() });
    assert!(client.proxy_description().is_some_and(|shown| !shown.contains("canary")));
    let login = EscLogin::token(&SecretValue::from("pul-canary"), "the token").expect("legal");
    EscStore::new(&client, BaseUrl::parse(base).expect("legal"), login)
}

#[tokio::test]
async fn x14_https_goes_through_the_proxy_and_the_token_does_not_reach_it() {
    let proxy = Stub::start([("CONNECT esc.example.test:443", vec![status(403, "canary")])]).await;
    let address = format!("http://joe:canary@127.0.0.1:{}", proxy.port());
    let unread =
        store("https://esc.example.test", address, "").read_environment(&production()).await.expect_err("refused");
    assert_eq!(unread.cause, Cause::Network);
    assert!(!format!("{unread:?}").contains("canary"), "{unread:?}");
    let log = proxy.log();
    assert_eq!((log.len(), log[0].header("authorization")), (1, None));
}

#[tokio::test]
async fn x14_this_machine_is_asked_directly() {
    let proxy = Stub::start([]).await;
    let esc = Stub::start([("POST /api/esc/environments/acme/default/production/open", vec![ok("{}")])]).await;
    let store = store(&esc.base(), proxy.base(), "");
    assert_eq!(store.read_environment(&production()).await.expect_err("no session").cause, Cause::BadAnswer);
    assert_eq!((proxy.log().len(), esc.log().len()), (0, 1));
}
