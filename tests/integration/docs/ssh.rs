//! `docs/ssh.md`: its mapping, and its shell examples as they stand, against the emulator and two real `sshd`s.

use std::{
    fs,
    io::copy,
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::{DirBuilderExt as _, symlink},
    path::Path,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::json;

use super::{blocks, read};
use crate::{
    ssh::rig::{Rig, Server},
    support::world::World,
};

/// The way to a server, which can be closed and opened again: its port stays the same.
struct Gate {
    port: u16,
    is_open: Arc<AtomicBool>,
}

impl Gate {
    fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let port = listener.local_addr().expect("an address").port();
        let (is_open, behind) = (Arc::new(AtomicBool::new(true)), server.machine().port);
        let watched = Arc::clone(&is_open);
        thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                // Whoever comes to a closed gate is let go without a word.
                if watched.load(Ordering::Relaxed)
                    && let Ok(inner) = TcpStream::connect(("127.0.0.1", behind))
                {
                    join(&visitor, &inner);
                }
            }
        });
        Self { port, is_open }
    }
}

/// Carries bytes both ways until either side ends.
fn join(one: &TcpStream, other: &TcpStream) {
    for (from, to) in [(one, other), (other, one)] {
        let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
        thread::spawn(move || {
            let _ = copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

/// A home with the old key and the first machine's host key, the mapping of the document beside it.
struct Reader {
    rig: Rig,
    world: World,
    servers: [Server; 2],
    gates: [Gate; 2],
}

impl Reader {
    fn new() -> Self {
        let (rig, world) = (Rig::new(), World::new("ssh-document"));
        fs::DirBuilder::new().mode(0o700).create(rig.folder().join(".ssh")).expect("a folder");
        let key = rig.key(".ssh/deploy");
        let servers = ["gpu-1", "gpu-2"].map(|name| rig.serve(name, &[]));
        servers.iter().for_each(|server| server.authorize(&[&key]));
        let gates = [Gate::before(&servers[0]), Gate::before(&servers[1])];
        let encoded = key.public.encoded();
        world.esc(&format!("values:\n  ssh:\n    public_key_base64: {encoded}\n"));
        let variable = json!({ "scope": "org:acme", "name": "SSH_PUBLIC_KEY", "value": encoded });
        world.ask("POST", "/_sandbox/github/variables", &variable);
        let reader = Self { rig, world, servers, gates };
        reader.furnish();
        reader
    }

    fn furnish(&self) {
        let home = self.rig.folder();
        symlink(env!("CARGO_BIN_EXE_esc-sync"), home.join("esc-sync")).expect("a link");
        let host_key = fs::read_to_string(home.join("gpu-1/host.pub")).expect("a host key");
        let known = format!("[127.0.0.1]:{} {host_key}", self.gates[0].port);
        fs::write(home.join(".ssh/known_hosts"), known).expect("written");
        let mut mapping = blocks(&read("docs/ssh.md"), "yaml").concat();
        let user = format!("user: {}", self.servers[0].machine().user);
        mapping = mapping.replace("user: ubuntu", &user);
        for (gate, host) in self.gates.iter().zip(["192.0.2.10", "192.0.2.11"]) {
            mapping = mapping.replace(host, &format!("127.0.0.1, port: {}", gate.port));
        }
        fs::write(home.join("esc-sync.yaml"), mapping).expect("written");
    }

    /// Runs one line as a reader would type it.
    fn types(&self, line: &str) -> Output {
        let (home, url) = (self.rig.folder(), &self.world.running.url);
        let path = format!("{}:/usr/bin:/bin", home.display());
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", line]).env_clear().current_dir(home).env("HOME", home).env("PATH", path);
        shell.env("PULUMI_BACKEND_URL", url).env("PULUMI_ACCESS_TOKEN", "pul-1");
        shell.env("GITHUB_API_URL", url).env("GITHUB_TOKEN", "ghp-1").output().expect("a shell")
    }
}

/// Sections in which the second machine does not answer.
const DOWN: [&str; 3] = ["Machines that are down", "Taking it back", "Machines that are gone"];

/// The exit codes are those that the comments beside the commands say.
#[test]
fn every_example_about_the_machines_key_does_what_is_said_beside_it() {
    let reader = Reader::new();
    let document = read("docs/ssh.md");
    let mut seen = 0;
    for section in document.split("\n## ") {
        let title = section.lines().next().unwrap_or_default();
        reader.gates[1].is_open.store(!DOWN.contains(&title), Ordering::Relaxed);
        for line in blocks(section, "sh").iter().flat_map(|block| block.lines()) {
            let Some((command, said)) = line.split_once('#') else { panic!("no exit code is said beside {line:?}") };
            let ran = reader.types(command);
            let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
            let code = ran.status.code().expect("no signal ended it");
            assert!(said.contains(&format!("exit {code}")), "{line}\nended with {code}\n{out}\n{err}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} commands found");
    assert_eq!(DOWN.iter().filter(|title| document.contains(&format!("\n## {title}\n"))).count(), DOWN.len());
    what_is_left(&reader.rig.folder().join(".ssh"), &reader.servers);
}

/// One key on the machine that came along to the end; the other kept the one before it, whose file stayed.
fn what_is_left(folder: &Path, servers: &[Server]) {
    let line = |name: &str| fs::read_to_string(folder.join(name)).expect("a public half");
    let names = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let previous = names.iter().find(|name| name.starts_with("deploy.previous-") && name.ends_with(".pub"));
    let previous = previous.unwrap_or_else(|| panic!("the old key is kept: {names:?}"));
    assert_eq!(servers[0].authorized().trim_end(), line("deploy.pub").trim_end());
    assert_eq!(servers[1].authorized().trim_end(), line(previous).trim_end());
    assert!(!names.iter().any(|name| name.contains(".next")), "{names:?}");
}
