//! Literal answers of Redis and PostgreSQL, and what they are read as.

use super::*;
use crate::probe::AllowedHosts;

type Read = fn(&Credential, &[Heard], Stamp) -> Step;

fn credential(url: &str, private: &[&str]) -> Credential {
    let hosts = AllowedHosts::new([], private.iter().copied());
    Credential::new(vec![("value", url.into())], hosts)
}

fn found(read: Read, url: &str, heard: Heard) -> (ProbeVerdict, ProbeReason, String) {
    match read(&credential(url, &[]), &[heard], Stamp(0)) {
        Step::Done(found) => {
            assert!(!format!("{found:?}").contains("canary"), "{found:?}");
            (found.verdict, found.reason, found.what)
        }
        Step::Ask(ask) => panic!("one question is all: {ask:?}"),
    }
}

const REDIS: &str = "rediss://app:canary@cache.example.com:6380/0";
const POSTGRES: &str = "postgresql://app:canary@db.example.com/main";

#[test]
fn redis_tells_wrong_from_limited_from_unknown() {
    use {ProbeReason as Why, ProbeVerdict as Is};
    let cases = [
        ("WRONGPASS", Is::Rejected, Why::RejectedByService),
        ("NOAUTH", Is::Rejected, Why::RejectedByService),
        ("NOPERM", Is::Limited, Why::Scope),
        ("LOADING", Is::Unknown, Why::Server),
        ("DENIED", Is::Unknown, Why::Forbidden),
        ("ERR", Is::Unknown, Why::BadAnswer),
    ];
    for (word, verdict, reason) in cases {
        let heard = Heard::Redis(RedisHeard::Refused { word: word.to_owned() });
        let (is, why, _) = found(redis, REDIS, heard);
        assert_eq!((is, why), (verdict, reason), "{word}");
    }
    let (is, why, what) = found(redis, REDIS, Heard::Redis(RedisHeard::Pong));
    assert_eq!((is, why, what.contains("login")), (Is::Live, Why::Accepted, true));
    let (is, _, what) = found(redis, "redis://cache.example.com", Heard::Redis(RedisHeard::Pong));
    assert_eq!((is, what.contains("no password")), (Is::Live, true));
}

#[test]
fn postgres_tells_a_wrong_password_from_a_missing_database() {
    use {ProbeReason as Why, ProbeVerdict as Is};
    let cases = [
        ("28P01", Is::Rejected, Why::RejectedByService),
        ("3D000", Is::Live, Why::Accepted),
        ("42501", Is::Limited, Why::Scope),
        ("28000", Is::Unknown, Why::Forbidden),
        ("53300", Is::Unknown, Why::Server),
        ("57P03", Is::Unknown, Why::Server),
        ("0A000", Is::Unknown, Why::BadAnswer),
    ];
    for (state, verdict, reason) in cases {
        let heard = Heard::Postgres(PostgresHeard::Refused { sqlstate: state.to_owned() });
        let (is, why, _) = found(postgres, POSTGRES, heard);
        assert_eq!((is, why), (verdict, reason), "{state}");
    }
    let ready = found(postgres, POSTGRES, Heard::Postgres(PostgresHeard::Ready));
    assert_eq!((ready.0, ready.1), (Is::Live, Why::Accepted));
    let plain = found(postgres, POSTGRES, Heard::Postgres(PostgresHeard::NoTls));
    assert_eq!((plain.0, plain.1), (Is::Unknown, Why::Tls));
}

#[test]
fn no_failure_is_a_rejection() {
    let failures = [
        (Failure::BlockedAddress, ProbeReason::BlockedAddress),
        (Failure::BadAnswer, ProbeReason::BadAnswer),
        (Failure::Connect, ProbeReason::Network),
        (Failure::NameUnknown, ProbeReason::NameUnknown),
        (Failure::Timeout, ProbeReason::Timeout),
        (Failure::Tls, ProbeReason::Tls),
    ];
    for (failure, reason) in failures {
        for (read, url) in [(redis as Read, REDIS), (postgres as Read, POSTGRES)] {
            let (is, why, _) = found(read, url, Heard::Failed(failure));
            assert_eq!((is, why), (ProbeVerdict::Unknown, reason));
        }
    }
    let (_, _, what) = found(redis, "redis://:canary@cache.example.com", Heard::Failed(Failure::Tls));
    assert!(what.contains("unencrypted"), "{what}");
}

#[test]
fn x2_a_private_address_is_reached_only_by_the_name_that_the_mapping_allows() {
    let ask = |private: &[&str]| match redis(&credential(REDIS, private), &[], Stamp(0)) {
        Step::Ask(Ask::Redis(ask)) => ask.private,
        other => panic!("a question: {other:?}"),
    };
    assert!(ask(&["cache.example.com"]) && ask(&["Cache.Example.com"]));
    assert!(!ask(&[]) && !ask(&["example.com"]));
}

#[test]
fn what_is_no_url_of_its_kind_is_not_sent() {
    for (read, url) in [
        (redis as Read, "https://cache.example.com"),
        (redis, "redis://u:canary@a@b"),
        (postgres, "redis://u:p@h"),
        (postgres, "not a URL"),
    ] {
        match read(&credential(url, &[]), &[], Stamp(0)) {
            Step::Done(found) => {
                assert_eq!((found.verdict, found.reason), (ProbeVerdict::Unknown, ProbeReason::Malformed), "{url}");
                assert_eq!(found.evidence, ProbeEvidence::Offline);
            }
            Step::Ask(_) => panic!("{url} was asked for"),
        }
    }
    let nobody = postgres(&credential("postgres://h/db", &[]), &[], Stamp(0));
    assert!(matches!(nobody, Step::Done(found) if found.reason == ProbeReason::Incomplete));
}
