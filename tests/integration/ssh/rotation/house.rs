//! A mapping, its stores, its machines and its private file: what a rotation is run in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Child,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::ssh::Identity;
use serde_json::{Value, json};

use super::wrapper::Wrapper;
use crate::{
    ssh::rig::{Rig, Server, mode},
    support::{
        program::{Program, Ran},
        world::World,
    },
};

/// Servers, which may serve one house after the other.
pub(super) struct Doors {
    pub(super) rig: Rig,
    pub(super) servers: Vec<Server>,
}

/// Everything of one mapping.
pub(super) struct House<'d> {
    pub(super) doors: &'d Doors,
    pub(super) world: World,
    pub(super) wrapper: Wrapper,
    /// The key that was in force first; a copy that stays.
    pub(super) old: PathBuf,
    pub(super) old_line: String,
    pub(super) with_registry: bool,
    pub(super) definition: String,
}

/// What only some tests have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extras<'e> {
    pub(super) registry: bool,
    pub(super) passphrase: Option<&'e str>,
}

const NAMES: [&str; 3] = ["one", "two", "three"];

impl Doors {
    pub(super) fn new(count: usize) -> Self {
        let rig = Rig::new();
        let servers = NAMES[..count].iter().map(|name| rig.serve(name, &[])).collect();
        Self { rig, servers }
    }
}

impl<'d> House<'d> {
    pub(super) fn new(doors: &'d Doors, name: &str) -> Self {
        Self::with(doors, name, Extras::default())
    }

    /// All machines open with the old key, and all stores have it.
    pub(super) fn with(doors: &'d Doors, name: &str, extras: Extras<'_>) -> Self {
        let old = doors.rig.key_with("old", extras.passphrase.unwrap_or_default());
        doors.servers.iter().for_each(|server| server.authorize(&[&old]));
        let world = World::with_mapping(name, &mapping(doors, extras.registry));
        let private = fs::read_to_string(&old.file).expect("a private half");
        world.esc(&definition(&old, &private));
        let definition = world.definition();
        let wrapper = Wrapper::new(&world.folder.join("bin"));
        let old_line = old.public.line();
        let house =
            Self { doors, world, wrapper, old: old.file.clone(), old_line, with_registry: extras.registry, definition };
        house.move_in(&old, &private);
        house
    }

    fn move_in(&self, old: &Identity, private: &str) {
        let folder = self.folder();
        fs::write(folder.join("deploy"), private).expect("a private file");
        mode(&folder.join("deploy"), 0o600);
        fs::write(folder.join("deploy.pub"), format!("{}\n", self.old_line)).expect("a public file");
        fs::copy(self.doors.rig.known_hosts(), folder.join("known_hosts")).expect("known hosts");
        fs::write(folder.join("user-data.yaml"), document(&[&self.old_line])).expect("a document");
        if self.with_registry {
            self.world.running.world(|world| world.lambda.put_key("deploy", &old.public.line()));
        }
        let synced = self.world.program(["sync", "--yes"]).run();
        assert_eq!(synced.code, 0, "{}", synced.everything());
        self.world.running.advance(60);
    }

    pub(super) fn folder(&self) -> &Path {
        &self.world.folder
    }

    /// `esc-sync ssh …` in this house.
    pub(super) fn ssh<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        let program = self.world.program(["ssh"]).args(args).env("PATH", &self.wrapper.path());
        program.env("LAMBDA_API_URL", &self.world.running.url).env("LAMBDA_API_KEY", "sandbox")
    }

    /// The same to its end, as JSON, with the exit code it must have.
    pub(super) fn told<'a>(&self, code: i32, args: impl IntoIterator<Item = &'a str>) -> Value {
        let ran = self.ssh(args).args(["--format", "json"]).run();
        assert_eq!(ran.code, code, "{}", ran.everything());
        ran.json()
    }

    /// The text it says, with the exit code it must have.
    pub(super) fn said<'a>(&self, code: i32, args: impl IntoIterator<Item = &'a str>) -> String {
        let ran = self.ssh(args).run();
        assert_eq!(ran.code, code, "{}", ran.everything());
        ran.everything()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The line of the key in force, without the newline.
    pub(super) fn line(&self) -> String {
        self.text("deploy.pub").trim_end().to_owned()
    }

    /// Private files that are here now, whatever they are called.
    pub(super) fn private_files(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.folder()).expect("our folder").flatten().map(|entry| entry.path());
        let is_private = |path: &PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            name.starts_with("deploy") && !name.ends_with(".pub")
        };
        let mut files: Vec<_> = all.filter(is_private).collect();
        files.sort();
        files
    }

    pub(super) fn old_line(&self) -> &str {
        &self.old_line
    }

    /// The folder of its state.
    pub(super) fn state(&self) -> PathBuf {
        let all = self.folder().join(".local/state/esc-sync/state");
        fs::read_dir(&all).expect("there is state").flatten().next().expect("a folder").path()
    }
}

impl Drop for House<'_> {
    fn drop(&mut self) {
        // Only litter stays if it cannot be removed; whoever looks for a cause finds it then.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.world.folder);
        }
    }
}

/// The end of a child that may have been killed: then its code is -1.
pub(super) fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Looks again and again until it is so, or the child has ended; tells which.
pub(super) fn until(child: &mut Child, is_so: impl Fn() -> bool) -> bool {
    loop {
        if is_so() {
            return true;
        }
        if child.try_wait().expect("it can be asked").is_some() {
            return false;
        }
        std::thread::yield_now();
    }
}

/// The machine of that name in a report.
pub(super) fn machine<'r>(report: &'r Value, name: &str) -> &'r Value {
    let machines = report["ssh"]["machines"].as_array().expect("machines");
    machines.iter().find(|machine| machine["name"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

/// A document that these keys are in.
pub(super) fn document(lines: &[&str]) -> String {
    let keys: String = lines.iter().map(|line| format!("  - \"{line}\"\n")).collect();
    format!("#cloud-config\n# what every machine gets\npackages: [jq]\nssh_authorized_keys:\n{keys}")
}

fn mapping(doors: &Doors, with_registry: bool) -> String {
    let machines: String = doors
        .servers
        .iter()
        .map(|server| {
            let machine = server.machine();
            format!(
                "    - {{ name: {}, host: 127.0.0.1, port: {}, user: {} }}\n",
                machine.name, machine.port, machine.user
            )
        })
        .collect();
    let registry = if with_registry { "  lambda-key-name: deploy\n  launch-key-name: ssh.key_name\n" } else { "" };
    format!(
        "version: 1\nesc: {{ environment: acme/default/production }}\ngithub: {{ organization: acme }}\n\
         ssh:\n  user: ubuntu\n  private-key: deploy\n  known-hosts: known_hosts\n\
         \x20 public-key: ssh.public_key_base64\n  stored-private-key: ssh.private_key\n{registry}\
         \x20 cloud-init: [user-data.yaml]\n  machines:\n{machines}\
         entries:\n  SSH_PUBLIC_KEY: {{ esc: ssh.public_key_base64, kind: config, direction: esc-to-github }}\n\
         \x20 SSH_PRIVATE_KEY: ssh.private_key\n  SSH_KEY_NAME: {{ esc: ssh.key_name, kind: config, github: false }}\n\
         \x20 OTHER_TOKEN: other.token\n"
    )
}

fn definition(old: &Identity, private: &str) -> String {
    format!(
        "# the team's own words stay\nvalues:\n  ssh:\n    public_key_base64: {}\n\
         \x20   private_key:\n      fn::secret: {}\n    # launches name this one\n    key_name: deploy\n\
         \x20 other:\n    # nobody maps what follows\n    token: {{ \"fn::secret\": other-Zk3vPq81LmXw }}\n\
         \x20   odd:   [ 0x10, 'a: b',\"c\" ]\n    long: >-\n      folded\n      words\n# the end\n",
        STANDARD.encode(old.public.line()),
        json!(private),
    )
}
