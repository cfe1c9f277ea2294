//! Literal answers of health endpoints.

use std::time::Duration;

use super::*;

fn spec(content_type: Option<&str>, field: Option<(&str, &[&str])>) -> EndpointSpec {
    EndpointSpec {
        name: "backend".into(),
        service: None,
        url: "https://api.example.com/health".into(),
        status: [200, 204].into(),
        content_type: content_type.map(Into::into),
        field: field.map(|(path, values)| ExpectedField {
            path: path.into(),
            values: values.iter().map(|value| Box::from(*value)).collect(),
        }),
        blocking: true,
        allow_private: false,
        at: Default::default(),
    }
}

fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    Answer { status, headers, body: body.as_bytes().to_vec().into(), took: Duration::ZERO }
}

fn verdict(spec: &EndpointSpec, status: u16, content_type: &str, body: &str) -> ProbeVerdict {
    let (verdict, what, help) = read(spec, &answer(status, content_type, body));
    assert!(!what.is_empty() && (verdict == ProbeVerdict::Live) == help.is_empty(), "{what}: {help}");
    verdict
}

const JSON: &str = "application/json; charset=utf-8";

#[test]
fn a_page_with_200_is_not_a_healthy_api() {
    use ProbeVerdict::{Live, Rejected};
    let plain = spec(None, None);
    assert_eq!(verdict(&plain, 200, JSON, "{}"), Live);
    assert_eq!(verdict(&plain, 200, "text/plain", "OK"), Live);
    assert_eq!(verdict(&plain, 204, "", ""), Live);
    assert_eq!(verdict(&plain, 200, "text/html; charset=utf-8", "<p>hello"), Rejected);
    assert_eq!(verdict(&plain, 200, "", "\u{feff}\n<!DOCTYPE html><title>x"), Rejected);
    assert_eq!(verdict(&plain, 200, "application/json", " <HTML>"), Rejected);
    let page = spec(Some("text/html"), None);
    assert_eq!(verdict(&page, 200, "Text/HTML; charset=utf-8", "<!doctype html>"), Live);
    assert_eq!(verdict(&page, 200, JSON, "{}"), Rejected);
    assert_eq!(verdict(&spec(Some("application/json"), None), 200, "", "{}"), Rejected);
}

#[test]
fn a_redirect_another_status_and_a_failure_are_not_healthy() {
    let plain = spec(None, None);
    for status in [301, 302, 307, 400, 401, 403, 404, 500, 502, 503] {
        assert_eq!(verdict(&plain, status, JSON, "{}"), ProbeVerdict::Rejected, "{status}");
    }
    assert_eq!(verdict(&plain, 429, JSON, "{}"), ProbeVerdict::Unknown);
}

#[test]
fn a_field_must_hold_what_is_expected() {
    use ProbeVerdict::{Live, Rejected};
    let field = spec(Some("application/json"), Some(("checks.0.status", &["ok", "1", "true"])));
    for good in [r#"{"checks":[{"status":"ok"}]}"#, r#"{"checks":[{"status":1}]}"#, r#"{"checks":[{"status":true}]}"#] {
        assert_eq!(verdict(&field, 200, JSON, good), Live, "{good}");
    }
    for bad in [
        "",
        "ok",
        "{}",
        r#"{"checks":[]}"#,
        r#"{"checks":{"status":"ok"}}"#,
        r#"{"checks":[{"status":"OK"}]}"#,
        r#"{"checks":[{"status":null}]}"#,
        r#"{"checks":[{"status":["ok"]}]}"#,
        r#"{"checks":[{"status":"ok"}]"#,
    ] {
        assert_eq!(verdict(&field, 200, JSON, bad), Rejected, "{bad}");
    }
    let there = spec(None, Some(("version", &[])));
    assert_eq!(verdict(&there, 200, JSON, r#"{"version":{"major":1}}"#), Live);
    assert_eq!(verdict(&there, 200, JSON, r#"{"version":null}"#), Rejected);
}

#[test]
fn of_a_body_one_short_word_at_most_is_repeated() {
    let field = spec(None, Some(("status", &["ok"])));
    let said = |body: &str| read(&field, &answer(200, JSON, body)).1;
    assert!(said(r#"{"status":"degraded"}"#).contains("`degraded`"));
    for hidden in [r#"{"status":"\u001b[31mred"}"#, r#"{"status":"0123456789012345678901234567890123456789"}"#] {
        assert!(said(hidden).contains("something else"), "{}", said(hidden));
    }
    for failure in [
        Failure::BlockedAddress,
        Failure::BadAnswer,
        Failure::Connect,
        Failure::NameUnknown,
        Failure::Timeout,
        Failure::Tls,
    ] {
        assert_eq!(unheard(failure, std::time::Duration::from_secs(10)).0, ProbeVerdict::Unknown);
    }
}
