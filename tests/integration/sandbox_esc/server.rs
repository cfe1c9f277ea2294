//! A server for the tests of real clients; the sandbox's own takes its place.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::Response,
};
use esc_sync::sandbox::{
    esc::{EscWorld, handle},
    message::SandboxRequest,
};

use super::NOW;

pub(super) type Shared = Arc<Mutex<EscWorld>>;

/// Serves a world on a free port of loopback, and tells its address.
pub(super) fn start(world: &Shared) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket option");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (world, public_url) = (Arc::clone(world), url.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let router = Router::new().fallback(move |request: Request| answer(world, public_url, request));
            axum::serve(listener, router).await.expect("it serves until the test ends");
        });
    });
    url
}

async fn answer(world: Shared, public_url: String, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let pairs = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let decode = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into();
    let request = SandboxRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: pairs.map(|(name, value)| (decode(name), decode(value))).collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: to_bytes(body, 8 << 20).await.expect("a body").into(),
        public_url,
    };
    let answer = handle(&mut world.lock().expect("no test panics while it holds the world"), &request, NOW);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).expect("sound headers")
}
