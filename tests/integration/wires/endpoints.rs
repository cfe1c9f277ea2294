//! All endpoints are asked at the same time, and each is judged by its declaration.

use std::{cell::Cell, time::Duration};

use esc_sync::{
    engine::live::endpoints::{EndpointAsk, ask_all},
    mapping::{LoadOptions, load},
    model::{ProbeVerdict, Stamp},
    probe::{Answer, Failure},
};
use tokio::sync::Barrier;

const MAPPING: &str = "version: 1
esc: a/b/c
github: { organization: acme }
endpoints:
  backend: { url: https://api.example.com/health, field: { status: [ok] }, service: application }
  page: https://www.example.com/
  gone: { url: https://gone.example.com/, blocking: false }
  inner: { url: http://10.0.0.7:8000/health, allow-private: true }
entries: { A: a }
";

fn answer(body: &str, content_type: &str) -> Answer {
    Answer {
        status: 200,
        headers: vec![("content-type".into(), content_type.into())],
        body: body.as_bytes().to_vec().into(),
        took: Duration::from_millis(7),
    }
}

#[tokio::test]
async fn every_endpoint_gets_its_verdict_and_none_waits_for_another() {
    let mapping = load("m.yaml", MAPPING.as_bytes(), &LoadOptions::default()).expect("good").mapping;
    // Nobody is answered until all have asked.
    let all_asked = Barrier::new(mapping.endpoints.len());
    let asked = Cell::new(0);
    let send = |ask: EndpointAsk<'_>| {
        asked.set(asked.get() + 1);
        assert_eq!(ask.method, "GET");
        assert!(ask.headers.iter().all(|(name, _)| *name == "accept"), "no credential");
        assert_eq!(ask.private, ask.url.contains("10.0.0.7"));
        let result = match ask.url {
            "https://api.example.com/health" => Ok(answer(r#"{"status":"ok"}"#, "application/json")),
            "https://www.example.com/" => Ok(answer("<!doctype html>", "text/html")),
            "https://gone.example.com/" => Err(Failure::Timeout),
            _ => Ok(answer("fine", "text/plain")),
        };
        let all_asked = &all_asked;
        async move {
            all_asked.wait().await;
            result
        }
    };
    let results = ask_all(&mapping.endpoints, send, || Stamp(77), std::time::Duration::from_secs(3)).await;
    assert_eq!(asked.get(), 4);
    let verdicts: Vec<_> = results.iter().map(|result| (&*result.name, result.verdict, result.status)).collect();
    let wanted = [
        ("backend", ProbeVerdict::Live, Some(200)),
        ("page", ProbeVerdict::Rejected, Some(200)),
        ("gone", ProbeVerdict::Unknown, None),
        ("inner", ProbeVerdict::Live, Some(200)),
    ];
    assert_eq!(verdicts, wanted);
    assert_eq!(results[0].service.as_deref(), Some("application"));
    assert_eq!((&*results[3].host, results[3].checked_at, results[2].blocking), ("10.0.0.7", Stamp(77), false));
    assert_eq!(results[0].latency, Duration::from_millis(7));
    assert!(!results[1].help.is_empty() && !results[2].help.is_empty());
}
