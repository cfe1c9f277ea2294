//! The emulated Lambda: its own rules, its control, and a real client.

mod clients;
mod control;
mod protocol;

use esc_sync::sandbox::{World, message::SandboxRequest};
use serde_json::{Value, json};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvUJSZXD5+KDXD/8xRzXMYyzIkS6Qvkj";

/// An emulated Lambda without a socket, and the moment.
#[derive(Default)]
struct Lambda {
    world: World,
    now_ms: i64,
}

impl Lambda {
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.ask_as("Bearer any", method, path, body)
    }

    fn ask_as(&mut self, login: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = SandboxRequest {
            method: method.into(),
            path: format!("/api/v1/{path}"),
            headers: vec![("authorization".into(), login.into())],
            body: body.to_string().into_bytes(),
            ..SandboxRequest::default()
        };
        let response = self.world.answer(&request, self.now_ms);
        (response.status, serde_json::from_slice(&response.body).expect("JSON"))
    }

    /// Insists on success.
    fn data(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let (status, mut answer) = self.ask(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer["data"].take()
    }

    /// Insists on a refusal: status and code.
    fn refusal(&mut self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let (status, answer) = self.ask(method, path, body);
        (status, answer["error"]["code"].as_str().expect("a code").to_owned())
    }

    fn add(&mut self, name: &str) -> String {
        let added = self.data("POST", "ssh-keys", &json!({ "name": name, "public_key": KEY }));
        added["id"].as_str().expect("an id").to_owned()
    }
}

fn launch(key: &str) -> Value {
    json!({ "region_name": "us-west-1", "instance_type_name": "gpu_1x_a10", "ssh_key_names": [key] })
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, format!("global/{code}"))
}
