//! How a house looks: which key opens which machine, and what every place holds.
//!
//! Logins are tried by `ssh` itself and by nothing of ours.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{model::Slot, sandbox::LoggedRequest, ssh::client::program_in_path};
use serde_json::{Value, json};

use super::house::{House, document};
use crate::ssh::rig::Server;

impl House<'_> {
    /// Whether this very key opens that machine.
    pub(super) fn opens(&self, server: &Server, key: &Path) -> bool {
        let machine = server.machine();
        let mut ssh = Command::new(program_in_path("ssh").expect("OpenSSH is installed"));
        ssh.env_clear().args(["-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]);
        ssh.args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ControlPath=none"]);
        ssh.arg("-o").arg(format!("UserKnownHostsFile={}", self.doors.rig.known_hosts().display()));
        ssh.arg("-i").arg(key).args(["-p", &machine.port.to_string()]);
        ssh.arg(format!("{}@127.0.0.1", machine.user)).arg("echo in-$((40 + 2))").stdin(Stdio::null());
        let output = ssh.output().expect("`ssh` starts");
        output.status.success() && output.stdout.ends_with(b"in-42\n")
    }

    pub(super) fn all_open(&self, key: &Path) -> bool {
        self.doors.servers.iter().all(|server| self.opens(server, key))
    }

    pub(super) fn none_opens(&self, key: &Path) -> bool {
        !self.doors.servers.iter().any(|server| self.opens(server, key))
    }

    /// I14: at least one key whose file is here opens each machine.
    pub(super) fn is_never_locked_out(&self, when: &str) {
        for server in &self.doors.servers {
            let opened = self.private_files().iter().any(|key| self.opens(server, key));
            assert!(opened, "{when}: {} of {:?}", server.machine().name, self.private_files());
        }
    }

    /// What GitHub was given.
    pub(super) fn on_github(&self, slot: Slot, name: &str) -> String {
        let view = self.world.running.world(|world| world.github.view("org:acme", slot, name));
        view.expect("it is there").value.expose_text().expect("text").to_owned()
    }

    pub(super) fn revision(&self) -> u64 {
        let revision = self.world.running.world(|world| world.esc.revision("acme", "default", "production"));
        revision.expect("the environment is there")
    }

    /// What ESC holds is what it held, with this key in the places that are mapped, and nothing else touched.
    pub(super) fn esc_has(&self, line: &str, private: &str, registered: &str) {
        let now = self.world.definition();
        assert!(now.contains(&STANDARD.encode(line)), "{now}");
        assert!(self.opened()["ssh"]["private_key"] == json!(private), "ESC holds the private half that is in force");
        assert_eq!(self.opened()["ssh"]["key_name"], json!(registered));
        let kept = |text: &str| -> Vec<String> {
            let begin = text.find("  other:").expect("a part that nobody maps");
            // What the program keeps for itself comes and goes.
            let end = text.find("  esc-sync:").or_else(|| text.find("# the end")).expect("its last line");
            text[begin..end].lines().map(str::to_owned).collect()
        };
        assert_eq!(kept(&now), kept(&self.definition), "{now}");
        for comment in ["# the team's own words stay", "# launches name this one", "# the end"] {
            assert!(now.contains(comment), "{comment} is gone:\n{now}");
        }
    }

    /// Whether ESC has anything under a pending name.
    pub(super) fn has_pending(&self) -> bool {
        let now = self.world.definition();
        now.contains("esc-sync-next") || now.contains("next-ssh") || now.contains("next_ssh")
    }

    fn opened(&self) -> Value {
        let session = self.world.ask("POST", "/api/esc/environments/acme/default/production/open", &Value::Null);
        let id = session["id"].as_str().expect("a session");
        let path = format!("/api/esc/environments/acme/default/production/open/{id}");
        plain(&self.world.ask("GET", &path, &Value::Null)["properties"])
    }

    /// Only the new key is anywhere, and it is everywhere.
    pub(super) fn is_rotated(&self, when: &str) {
        let (line, private) = (self.line(), self.text("deploy"));
        assert_ne!(line, self.old_line, "{when}: it was rotated");
        let folder = self.folder();
        assert_eq!(self.private_files(), [folder.join("deploy")], "{when}");
        for (file, expected) in [("deploy", 0o600), ("deploy.pub", 0o644)] {
            let found = fs::metadata(folder.join(file)).expect("a file").permissions().mode() & 0o777;
            assert_eq!(found, expected, "{when}: {file}");
        }
        for server in &self.doors.servers {
            assert_eq!(server.authorized(), format!("{line}\n"), "{when}: {}", server.machine().name);
        }
        assert!(self.all_open(&self.file("deploy")), "{when}: the new key opens");
        assert!(self.none_opens(&self.old), "{when}: the old key opens nothing");
        self.esc_has(&line, &private, &self.registered_name());
        assert!(!self.has_pending(), "{when}: {}", self.world.definition());
        assert_eq!(self.on_github(Slot::Variable, "SSH_PUBLIC_KEY"), STANDARD.encode(&line), "{when}");
        assert!(self.on_github(Slot::Secret, "SSH_PRIVATE_KEY") == private, "{when}: GitHub has the new private half");
        assert_eq!(self.text("user-data.yaml"), document(&[&line]), "{when}");
    }

    /// The one name in the registry, if there is a registry.
    pub(super) fn registered_name(&self) -> String {
        match self.with_registry {
            true => self.registered().first().expect("a key in the registry").0.clone(),
            false => "deploy".to_owned(),
        }
    }

    /// Names and lines of the registry.
    pub(super) fn registered(&self) -> Vec<(String, String)> {
        let keys = self.world.ask_as("Bearer sandbox", "GET", "/api/v1/ssh-keys", &Value::Null);
        let text = |value: &Value| value.as_str().expect("text").trim().to_owned();
        let keys = keys["data"].as_array().expect("keys").iter();
        keys.map(|key| (text(&key["name"]), text(&key["public_key"]))).collect()
    }

    /// Method and path of the last run's requests that change something.
    pub(super) fn writes(&self) -> Vec<String> {
        let requests = self.world.requests().into_iter().filter(|request| !is_read(request));
        requests.map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// Everything is as it was before anybody rotated, and the last run wrote nothing.
    pub(super) fn is_untouched(&self, when: &str) {
        assert_eq!(self.writes(), Vec::<String>::new(), "{when}");
        for server in &self.doors.servers {
            assert_eq!(server.authorized(), format!("{}\n", self.old_line), "{when}");
        }
        let drafts: Vec<_> = self.private_files().into_iter().filter(|path| *path != self.file("deploy")).collect();
        assert_eq!(drafts, Vec::<PathBuf>::new(), "{when}");
        assert_eq!(self.text("user-data.yaml"), document(&[&self.old_line]), "{when}");
    }
}

/// An open of an environment only reads, and so does a check of a definition.
pub(super) fn is_read(request: &LoggedRequest) -> bool {
    matches!(&*request.method, "GET" | "HEAD") || request.path.ends_with("/open") || request.path.ends_with("/check")
}

/// Values of an opened environment, without what surrounds them.
fn plain(properties: &Value) -> Value {
    let value = |property: &Value| match &property["value"] {
        Value::Object(_) => plain(&property["value"]),
        other => other.clone(),
    };
    match properties.as_object() {
        Some(all) => {
            all.iter().map(|(name, property)| (name.clone(), value(property))).collect::<serde_json::Map<_, _>>().into()
        }
        None => Value::Null,
    }
}
