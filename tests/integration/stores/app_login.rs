//! GitHub Apps: the signed token, the exchange, one renewal.

use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use esc_sync::{
    crypto::jwt::{KeyError, RsaSigner},
    http::{BaseUrl, Client},
    model::{Cause, SecretValue},
    store::{GithubStore, github::GithubLogin},
};
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::{
    acme, options,
    stub::{Reply, Stub, ok, status},
};

/// A key of the tests alone; it opens nothing.
const TEST_KEY: &str = include_str!("test_key.b64");
const EXCHANGE: &str = "POST /app/installations/42/access_tokens";
const LIST: &str = "GET /orgs/acme/actions/secrets";

fn der() -> Vec<u8> {
    STANDARD.decode(TEST_KEY.split_whitespace().collect::<String>()).expect("base64")
}

fn pem(label: &str, der: &[u8]) -> SecretValue {
    SecretValue::from(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der)))
}

/// PKCS#8 around PKCS#1: version, algorithm, the key as an octet string.
fn pkcs8(key: &[u8]) -> Vec<u8> {
    let algorithm = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let long = |tag: u8, content: &[u8]| {
        let [high, low] = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x82, high, low], content].concat()
    };
    long(0x30, &[&[2, 1, 0], &algorithm[..], &long(4, key)].concat())
}

fn store(stub: &Stub) -> GithubStore {
    let login = GithubLogin::app("7", "42", &pem("RSA PRIVATE KEY", &der())).expect("a login");
    GithubStore::new(&Client::new(options()), BaseUrl::parse(&stub.base()).expect("loopback"), login)
}

fn issued(token: &str) -> Reply {
    status(201, format!(r#"{{"token":"{token}","expires_at":"2999-01-01T00:00:00Z","permissions":{{}}}}"#))
}

fn empty() -> Reply {
    ok(r#"{"total_count":0,"secrets":[]}"#)
}

#[test]
fn both_forms_of_key_sign_what_the_public_half_verifies() {
    let public = RsaKeyPair::from_der(&der()).expect("a key").public_key().as_ref().to_vec();
    for key in [pem("RSA PRIVATE KEY", &der()), pem("PRIVATE KEY", &pkcs8(&der()))] {
        let token = RsaSigner::from_pem(&key).expect("a key").sign(r#"{"iss":"7"}"#);
        let token = token.expose_text().expect("text");
        let (message, signature) = token.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public)
            .verify(message.as_bytes(), &signature)
            .expect("the signature holds");
        let claims = URL_SAFE_NO_PAD.decode(message.split_once('.').expect("two parts").1).expect("base64");
        assert_eq!(claims, br#"{"iss":"7"}"#);
    }
}

#[test]
fn keys_that_cannot_sign_are_refused_by_name() {
    let cases = [
        (SecretValue::from("canary"), KeyError::NotPem),
        (SecretValue::from("-----BEGIN RSA PRIVATE KEY-----\ncanary"), KeyError::NotPem),
        (pem("PRIVATE KEY", b"canary"), KeyError::NotRsa),
        (pem("ENCRYPTED PRIVATE KEY", b"canary"), KeyError::Encrypted),
    ];
    for (key, expected) in cases {
        assert_eq!(RsaSigner::from_pem(&key).expect_err("no key"), expected);
        let unread = GithubLogin::app("7", "42", &key).expect_err("no login");
        assert!(unread.cause == Cause::Login && !format!("{unread:?}").contains("canary"));
    }
}

#[tokio::test]
async fn one_token_serves_many_requests() {
    let stub = Stub::start([(EXCHANGE, vec![issued("ghs_1")]), (LIST, vec![empty()])]).await;
    let store = store(&stub);
    let scope = acme();
    let (one, two) = tokio::join!(store.list_secrets(&scope), store.list_secrets(&scope));
    assert!(one.is_ok() && two.is_ok());
    let log = stub.log();
    assert_eq!((log.len(), store.requests()), (3, 3));
    assert!(log[0].header("authorization").is_some_and(|header| header.starts_with("Bearer eyJ")));
    assert_eq!(log[1].header("authorization"), Some("Bearer ghs_1"));
}

#[tokio::test]
async fn g5_a_token_that_ended_is_renewed_once() {
    let stub = Stub::start([
        (EXCHANGE, vec![issued("ghs_1"), issued("ghs_2")]),
        (LIST, vec![status(401, r#"{"message":"Bad credentials"}"#), empty()]),
    ])
    .await;
    assert!(store(&stub).list_secrets(&acme()).await.is_ok());
    assert_eq!(stub.log()[3].header("authorization"), Some("Bearer ghs_2"));
    let stub = Stub::start([(EXCHANGE, vec![issued("ghs_1")]), (LIST, vec![status(401, "{}")])]).await;
    let unread = store(&stub).list_secrets(&acme()).await.expect_err("refused");
    assert!(unread.cause == Cause::Login && unread.what.contains("the GitHub App 7"), "{unread:?}");
    assert_eq!(stub.log().len(), 4);
}

#[tokio::test]
async fn g18_a_wrong_clock_is_corrected_by_the_servers() {
    let stub = Stub::start([
        (EXCHANGE, vec![status(401, "{}").header("Date", "Sat, 01 Jan 2000 00:00:00 GMT"), issued("ghs_1")]),
        (LIST, vec![empty()]),
    ])
    .await;
    assert!(store(&stub).list_secrets(&acme()).await.is_ok());
    let token = stub.log()[1].header("authorization").expect("sent").to_owned();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["iat"].as_u64(), Some(946_684_800 - 60));
    assert_eq!(claims["iss"], "7");
}

#[tokio::test]
async fn a_refused_exchange_is_told_by_its_cause() {
    for (code, part) in [(401, "App's key"), (404, "installation")] {
        let stub = Stub::start([(EXCHANGE, vec![status(code, "{}")])]).await;
        let unread = store(&stub).list_secrets(&acme()).await.expect_err("refused");
        assert!(unread.cause == Cause::Login && unread.what.contains(part), "{unread:?}");
    }
}
