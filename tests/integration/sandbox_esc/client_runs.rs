//! Pulumi's own SDKs, unchanged, against the emulator.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::world::World;

#[test]
fn the_python_sdk_works_unchanged() {
    let python = installed("venv/bin/python");
    run(Command::new(python).arg(script("sdk.py")));
}

#[test]
fn the_node_sdk_works_unchanged() {
    let package = installed("node/node_modules/@pulumi/esc-sdk");
    run(Command::new("node").arg(script("sdk.mjs")).env("ESC_SDK", package));
}

/// Runs a client script; its last word is `done`, and it leaves one environment.
fn run(command: &mut Command) {
    let world = World::new("esc-sdk");
    world.esc_environment("acme/default/base", "values: {shared: {fn::secret: base-secret}}\n");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let output = command
        .env_clear_but(&path)
        .env("PULUMI_BACKEND_URL", &world.running.url)
        .env("PULUMI_ACCESS_TOKEN", "pul-test")
        .output()
        .expect("the client starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the client failed:\n{out}\n{err}");
    assert_eq!(out.trim().lines().last(), Some("done"), "{out}");
    let clear = world.running.world(|world| world.esc.plaintext_definition("acme", "proj", "kept"));
    let clear = clear.expect("the script leaves it");
    assert_eq!(
        clear,
        "imports:\n  - base\nvalues:\n  # kept\n  db:\n    password:\n      fn::secret: |-\n        two\n        lines\n  n: 5\n"
    );
}

trait Scrubbed {
    fn env_clear_but(&mut self, path: &std::ffi::OsStr) -> &mut Self;
}

impl Scrubbed for Command {
    /// Nothing of the caller's environment reaches a client, but the path to find it by.
    fn env_clear_but(&mut self, path: &std::ffi::OsStr) -> &mut Self {
        let own: Vec<_> =
            self.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        self.env_clear().env("PATH", path).envs(own)
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/sandbox_esc/clients").join(name)
}

fn installed(part: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients").join(part);
    assert!(path.exists(), "a client is not installed; run tests/clients/install");
    path
}
