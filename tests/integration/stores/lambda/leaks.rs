//! Neither our own token nor a notebook's stands in an error, a `Debug` or a log line.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use esc_sync::sandbox::{lambda::Machine, message::SandboxResponse};
use tracing_subscriber::fmt::MakeWriter;

use super::{
    public, store,
    wire::{Mishap, Wire},
};

/// All that is logged, at the highest verbosity.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Answers of a server that echoes what it should not, with every status that is looked at.
fn hostile() -> Vec<SandboxResponse> {
    let error = r#"{"error":{"code":"secret_canary_7f3a9c","message":"canary","suggestion":"canary"}}"#;
    let instance =
        r#"{"data":[{"id":"canary","status":7,"jupyter_token":"canary","jupyter_url":"canary","name":"canary"#;
    let texts = [error, instance, "canary", "<p>canary</p>", r#"{"data":"canary"}"#, r#"{"data":["canary"]}"#];
    let statuses = [200, 301, 400, 401, 403, 404, 409, 418, 429, 500, 503];
    let pairs = statuses.into_iter().flat_map(|status| texts.map(|text| (status, text)));
    let answer = |(status, text): (u16, &str)| {
        let response = SandboxResponse { status, headers: Vec::new(), body: text.as_bytes().to_vec(), hang: false };
        response.with_header("location", "https://canary.test/canary").with_header("retry-after", "86400")
    };
    pairs.map(answer).collect()
}

#[tokio::test(start_paused = true)]
async fn i8_no_answer_of_lambda_puts_a_secret_into_words() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for response in hostile() {
        let wire = Wire::new();
        for what in ["GET", "POST", "DELETE"] {
            (0..8).for_each(|_| _ = wire.meets(what, Mishap::Answer(response.clone())));
        }
        let store = store(&wire);
        let said = format!(
            "{:?} {:?} {:?} {:?} {store:?}",
            store.list_keys().await.map(|keys| keys.len()),
            store.instances().await,
            store.add_key("deploy", &public(1)).await,
            store.delete_key("1").await,
        );
        assert!(!said.contains("canary"), "{} {said}", response.status);
    }
    let logged = String::from_utf8_lossy(&log.0.lock().expect("unpoisoned")).into_owned();
    assert!(logged.lines().count() > 50, "the log was read");
    assert!(!logged.contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn i8_a_notebooks_token_is_not_even_read() {
    let wire = Wire::new();
    wire.lambda(|lambda| lambda.put_instance(None, Machine::default()));
    let told = store(&wire).instances().await.expect("listed");
    assert!(told.len() == 1 && !format!("{told:?}").contains("canary"), "{told:?}");
}
