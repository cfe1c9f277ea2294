//! Every fault, as a client meets it.

use std::io;

use serde_json::json;

use esc_sync::sandbox::{Effect, Fault};

use super::support::{ORG_SECRETS, get, names, put, sealed, start, try_ask};

const HEADERS: [(&str, &str); 2] = [("authorization", "token t"), ("user-agent", "test")];

#[tokio::test]
async fn a_made_up_answer_keeps_the_request_from_the_service() {
    let running = start().await;
    running.fault(Fault::status(503, "busy").header("retry-after", "7").on("PUT", ORG_SECRETS));
    let refused = put(&running, ORG_SECRETS, "A", b"1").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("7")));
    assert_eq!(get(&running, &format!("{ORG_SECRETS}/A")).await.status, 404);
    assert_eq!(put(&running, ORG_SECRETS, "A", b"1").await.status, 201);
}

#[tokio::test]
async fn g19_a_reset_loses_the_request_or_its_acknowledgement() {
    let running = start().await;
    for (applied, expected) in [(false, 404), (true, 200)] {
        let body = sealed(&running, ORG_SECRETS, b"1").await;
        let body = Some(json!({
            "encrypted_value": body["encrypted_value"], "key_id": body["key_id"], "visibility": "all",
        }));
        running.fault(Fault::new(Effect::Reset { applied }).on("PUT", "/A"));
        let lost = try_ask(&running, "PUT", &format!("{ORG_SECRETS}/A"), &HEADERS, body).await;
        assert_eq!(lost.map(|_| ()).expect_err("no answer").kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(get(&running, &format!("{ORG_SECRETS}/A")).await.status, expected);
    }
}

#[tokio::test]
async fn answers_can_be_cut_or_lie_about_their_length() {
    let running = start().await;
    for effect in
        [Effect::Truncate { bytes: 20 }, Effect::ContentLength { value: 5 }, Effect::ContentLength { value: 99_999 }]
    {
        running.fault(Fault::new(effect.clone()).at("/user"));
        let cut = try_ask(&running, "GET", "/user", &HEADERS, None).await;
        assert_eq!(cut.map(|_| ()).expect_err("not whole").kind(), io::ErrorKind::InvalidData, "{effect:?}");
    }
    assert_eq!(get(&running, "/user").await.status, 200);
}

#[tokio::test]
async fn answers_can_drip_and_still_be_whole() {
    let running = start().await;
    running.fault(Fault::new(Effect::Drip { bytes: 100, interval_ms: 0 }).at("/user"));
    running.fault(Fault::new(Effect::Delay { ms: 1 }).at("/user"));
    assert_eq!(get(&running, "/user").await.json()["login"], "operator");
}

#[tokio::test]
async fn bodies_can_be_garbage_huge_or_a_bomb() {
    let running = start().await;
    let html = Effect::Answer { status: 200, headers: Default::default(), body: "<html>proxy</html>".into() };
    running.fault(Fault::new(html).at("/user"));
    assert_eq!(get(&running, "/user").await.body, b"<html>proxy</html>");
    running.fault(Fault::new(Effect::Oversize { bytes: 3_000_000 }).at("/user"));
    assert_eq!(get(&running, "/user").await.body.len(), 3_000_000);
    running.fault(Fault::new(Effect::GzipBomb { bytes: 50_000_000 }).at("/user"));
    let bomb = get(&running, "/user").await;
    assert_eq!(bomb.header("content-encoding"), Some("gzip"));
    assert!(bomb.body.len() < 100_000);
}

#[tokio::test]
async fn answers_can_point_elsewhere() {
    let running = start().await;
    running.fault(Fault::new(Effect::Redirect { status: 302, location: "http://192.0.2.1/".into() }).at("/user"));
    let redirect = get(&running, "/user").await;
    assert_eq!((redirect.status, redirect.header("location")), (302, Some("http://192.0.2.1/")));
    for name in ["A", "B"] {
        put(&running, ORG_SECRETS, name, b"1").await;
    }
    running.fault(Fault::new(Effect::Relink { origin: "http://192.0.2.1".into() }).at("per_page=1"));
    let list = get(&running, &format!("{ORG_SECRETS}?per_page=1")).await;
    let link = list.header("link").expect("two pages");
    assert!(link.starts_with("<http://192.0.2.1/orgs/acme/actions/secrets?per_page=1&page=2>; rel=\"next\""), "{link}");
}

#[tokio::test]
async fn g11_pages_can_be_short_repeated_or_stale() {
    let running = start().await;
    for name in ["A", "B", "C"] {
        put(&running, ORG_SECRETS, name, b"1").await;
    }
    running.fault(Fault::new(Effect::Page { drop: 1, repeat: 0, serve: None }).on("GET", ORG_SECRETS));
    let short = get(&running, ORG_SECRETS).await;
    assert_eq!(
        (names(&short, "secrets"), short.json()["total_count"].clone()),
        (vec!["A".into(), "B".into()], json!(3))
    );
    running.fault(Fault::new(Effect::Page { drop: 0, repeat: 0, serve: Some(1) }).at("page=2"));
    let stale = get(&running, &format!("{ORG_SECRETS}?per_page=2&page=2")).await;
    assert_eq!(names(&stale, "secrets"), ["A", "B"]);
    running.fault(Fault::new(Effect::TotalCount { value: 7 }).on("GET", ORG_SECRETS));
    assert_eq!(get(&running, ORG_SECRETS).await.json()["total_count"], 7);
    assert_eq!(names(&get(&running, ORG_SECRETS).await, "secrets"), ["A", "B", "C"]);
}

#[tokio::test]
async fn g17_a_write_may_be_visible_only_later() {
    let running = start().await;
    put(&running, ORG_SECRETS, "A", b"1").await;
    running.world(|world| world.github.set_lag(2, 0));
    put(&running, ORG_SECRETS, "B", b"1").await;
    for expected in [vec!["A"], vec!["A"], vec!["A", "B"]] {
        assert_eq!(names(&get(&running, ORG_SECRETS).await, "secrets"), expected);
    }
    running.freeze(true);
    running.world(|world| world.github.set_lag(0, 5_000));
    let path = format!("{ORG_SECRETS}/A");
    let delete = try_ask(&running, "DELETE", &path, &HEADERS, None).await.expect("answered");
    assert_eq!((delete.status, get(&running, &path).await.status), (204, 200));
    running.advance(5);
    assert_eq!(get(&running, &path).await.status, 404);
}
