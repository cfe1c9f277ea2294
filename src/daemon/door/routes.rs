//! What there is to see, and by which method. Everything here was let in by `guards`.
//!
//! Invariant: a GET changes nothing, and an answer is made of the board and of constants alone.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};

use super::{
    super::{combined, health, metrics, page, pulse::STUCK},
    Door, document, guards, process, session,
};

/// The largest form there is holds a token.
const BODY_BYTES: usize = 4096;
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn router(door: Arc<Door>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/style.css", get(style))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/healthz", get(healthy))
        .route("/metrics", get(measured))
        .route("/report.json", get(report))
        .route("/session", get(session::form).post(session::begin))
        .route("/session/end", post(session::end))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.\n") })
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "Not by this method.\n") })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&door), guards::guard))
        .with_state(door)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

async fn page(State(door): State<Arc<Door>>, query: Result<Query<page::Query>, QueryRejection>) -> Response {
    match query {
        Ok(Query(query)) => Html(page::render(&door.board.read(), &query, now())).into_response(),
        Err(_) => (StatusCode::BAD_REQUEST, "This filter cannot be understood.\n").into_response(),
    }
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, page::STYLE).into_response()
}

/// Whether the process moves: nothing is said of what it found.
async fn live(State(door): State<Arc<Door>>) -> (StatusCode, &'static str) {
    alive(door.pulse.quiet())
}

fn alive(quiet: Duration) -> (StatusCode, &'static str) {
    if quiet < STUCK { (StatusCode::OK, "alive\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "stuck\n") }
}

/// The reasons are for those who may see everything else as well.
async fn ready(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    let reasons = health::unready(&door.board.read(), now());
    if reasons.is_empty() {
        return "ready\n".into_response();
    }
    let mut text = "not ready\n".to_owned();
    if guards::is_known(&door, &headers) {
        for reason in &reasons {
            text.push_str(&crate::report::escape::visible(reason));
            text.push('\n');
        }
    }
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

async fn healthy(State(door): State<Arc<Door>>) -> Response {
    let health = health::health(&door.board.read(), now());
    let status = match health.verdict {
        health::HealthVerdict::Healthy => StatusCode::OK,
        health::HealthVerdict::Unhealthy | health::HealthVerdict::Unknown => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, json(&health)).into_response()
}

async fn measured(State(door): State<Arc<Door>>) -> Response {
    let text = metrics::render_with(&door.board.read(), now(), door.options.names, process::read());
    ([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response()
}

async fn report(State(door): State<Arc<Door>>) -> Response {
    let board = door.board.read();
    json(&document::Document::of(&board, combined::account(&board).as_deref(), now())).into_response()
}

fn json(value: &impl serde::Serialize) -> ([(HeaderName, &'static str); 1], Vec<u8>) {
    ([(header::CONTENT_TYPE, "application/json")], crate::report::json_of(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keeper_that_stands_still_is_not_alive() {
        assert_eq!(alive(Duration::ZERO).0, StatusCode::OK);
        assert_eq!(alive(STUCK - Duration::from_millis(1)).0, StatusCode::OK);
        assert_eq!(alive(STUCK).0, StatusCode::SERVICE_UNAVAILABLE);
    }
}
