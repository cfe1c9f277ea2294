//! A server of one board's page on loopback, with the headers that the door sends.

use axum::{
    Router,
    extract::{Query, State},
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName},
    response::IntoResponse,
    routing::get,
};
use esc_sync::daemon::{Shared, page};

pub(crate) const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves as long as its runtime lives; the address ends in a slash.
pub(crate) async fn serve(board: esc_sync::daemon::Board, now: i64) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("bound"));
    let router = Router::new()
        .route(
            "/",
            get(move |State(board): State<Shared>, Query(query): Query<page::Query>| async move {
                answer("text/html; charset=utf-8", page::render(&board.read(), &query, now))
            }),
        )
        .route("/style.css", get(|| async { answer("text/css; charset=utf-8", page::STYLE.to_owned()) }))
        .with_state(Shared::new(board));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn answer(kind: &'static str, body: String) -> impl IntoResponse {
    let sniff = HeaderName::from_static("x-content-type-options");
    ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY), (sniff, "nosniff"), (CACHE_CONTROL, "no-store")], body)
}
