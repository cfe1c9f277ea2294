//! What `--state` may say and what it may not.

use super::*;
use crate::ledger::{backend::StateFaultKind, postgres_url::Tls};

fn object(text: &str) -> ObjectUrl {
    match StateUrl::parse(text).expect("it is well-formed") {
        StateUrl::Object(url) => url,
        other => panic!("an object store, not {other:?}"),
    }
}

fn postgres(text: &str) -> PostgresUrl {
    match StateUrl::parse(text).expect("it is well-formed") {
        StateUrl::Postgres(url) => url,
        other => panic!("PostgreSQL, not {other:?}"),
    }
}

#[test]
fn each_scheme_is_read_and_written() {
    for (text, shown) in [
        ("file:state", "file:state"),
        ("file:///var/lib/x", "file:/var/lib/x"),
        ("file:/var/lib/x", "file:/var/lib/x"),
        ("esc:acme/ops/state", "esc:acme/ops/state"),
        ("postgresql://me@db.example.com:6432/ops?sslmode=require", "postgres://me@db.example.com:6432/ops"),
        ("s3://bucket/a/b/?region=eu-west-1", "s3://bucket/a/b"),
        ("gs://bucket", "gs://bucket"),
        ("azblob://states/prod", "azblob://states/prod"),
    ] {
        assert_eq!(StateUrl::parse(text).expect(text).to_string(), shown);
    }
}

#[test]
fn what_makes_no_sense_is_named_and_never_repeated() {
    for text in [
        "hunter2",
        "hunter2:x",
        "file:",
        "file:~/hunter2",
        "file://~",
        "esc:acme/hunter2",
        "postgres://me:hunter2@host/db",
        "postgres://me@host/db?password=hunter2",
        "postgres://me@host/db?sslmode=hunter2",
        "postgres://me@host/db?table=hunter2;drop",
        "postgres:///db",
        "s3://",
        "s3://key:hunter2@bucket/x",
        "s3://hunter2@bucket/x",
        "s3://bucket/../hunter2%20",
        "s3://bucket?secret_access_key=hunter2",
        "s3://bucket?endpoint=http://hunter2.example.com",
        "s3://bucket?endpoint=https://me:hunter2@example.com",
        "gs://bucket#hunter2",
        "azblob://container?sas=hunter2",
    ] {
        let fault = StateUrl::parse(text).expect_err(text);
        assert_eq!(fault.kind, StateFaultKind::Usage, "{text}");
        assert!(!format!("{fault} {fault:?}").contains("hunter2"), "{text}: {fault:?}");
        assert!(!fault.help.is_empty(), "{text}");
    }
}

#[test]
fn an_endpoint_is_https_or_this_machine() {
    assert_eq!(object("s3://b?endpoint=http://127.0.0.1:9000/").endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert!(object("gs://b/p?endpoint=https://storage.example.com").endpoint.is_some());
    assert!(object("azblob://b/p?endpoint=http://[::1]:1").endpoint.is_some());
}

#[test]
fn postgres_speaks_tls_unless_it_stays_on_this_machine_or_says_otherwise() {
    assert_eq!(postgres("postgres://me@db.example.com/ops").tls, Tls::Verified);
    assert_eq!(postgres("postgres://me@127.0.0.1/ops").tls, Tls::Plain);
    assert_eq!(postgres("postgres://me@127.0.0.1/ops?sslmode=verify-full").tls, Tls::Verified);
    assert_eq!(postgres("postgres://me@db.example.com/ops?sslmode=disable").tls, Tls::Plain);
    assert_eq!(postgres("postgres:///ops?host=/run/postgresql&user=me").tls, Tls::Plain);
    assert_eq!(postgres("postgres://me@[::1]/ops").host, "::1");
}

#[test]
fn a_part_is_a_state_of_its_own() {
    for (text, shown) in [
        ("file:state", "file:state/partition-3-of-8"),
        ("esc:acme/ops/state", "esc:acme/ops/state-partition-3-of-8"),
        ("postgres://me@db.example.com/ops", "postgres://me@db.example.com/ops (partition-3-of-8)"),
        ("s3://bucket/a", "s3://bucket/a/partition-3-of-8"),
        ("gs://bucket", "gs://bucket/partition-3-of-8"),
    ] {
        let part = StateUrl::parse(text).expect(text).part("partition-3-of-8").expect(text);
        assert_eq!(part.to_string(), shown);
    }
    let long = format!("esc:acme/ops/{}", "s".repeat(90));
    assert!(StateUrl::parse(&long).expect("legal").part("partition-3-of-8").is_err());
}
