//! `--sandbox ssh …` from the command line, with a real `sshd` for each machine.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use esc_sync::ssh::client::program_in_path;
use serde_json::Value;

use crate::support::program::{Program, Ran, folder};

const STEPS: [&str; 7] = ["generate", "store", "publish", "roll-out", "switch", "retire", "delete"];

/// A folder with a mapping, a sandbox and a home with a key that nobody is to touch.
struct Newcomer {
    folder: PathBuf,
    mapping: PathBuf,
    path: String,
}

impl Newcomer {
    fn new(name: &str, mapping: &str, addition: &str) -> Self {
        let folder = folder(name);
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings").join(mapping);
        let text = fs::read_to_string(shipped).expect("a mapping that is shipped");
        fs::create_dir_all(folder.join("home/.ssh")).expect("a home");
        fs::write(folder.join("home/.ssh/deploy"), "mine").expect("a key of the user");
        fs::write(folder.join("home/.ssh/known_hosts"), "").expect("known hosts of the user");
        let file = folder.join("mapping.yaml");
        fs::write(&file, text + addition).expect("a mapping");
        Self { folder, mapping: file, path: std::env::var("PATH").expect("a search path") }
    }

    fn program(&self, words: &str) -> Program {
        let home = self.folder.join("home");
        let sandbox = format!("--sandbox={}", self.folder.join("box").display());
        let mapping = format!("--mapping={}", self.mapping.display());
        let program = Program::new(&self.folder).env("HOME", home.to_str().expect("UTF-8")).env("PATH", &self.path);
        program.args(words.split(' ').chain([&*sandbox, &*mapping, "--format=json"]))
    }

    fn run(&self, words: &str) -> Ran {
        self.program(words).run()
    }

    /// Names and contents of everything in the home.
    fn home(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.join("home")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push((path.clone(), fs::read(&path).unwrap_or_default()));
            }
        }
        found.sort();
        found
    }

    /// Command lines of processes that speak of this folder.
    fn left_running(&self) -> Vec<String> {
        let mine = self.folder.to_str().expect("UTF-8");
        let processes = fs::read_dir("/proc").expect("a process table").flatten();
        let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(mine)).collect()
    }

    fn authorized(&self, machine: &str) -> String {
        let file = self.folder.join("box/machines").join(machine).join("home/.ssh/authorized_keys");
        fs::read_to_string(file).expect("authorized keys")
    }
}

fn texts<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    list.as_array().into_iter().flatten().map(|item| item[field].as_str().expect("a text")).collect()
}

fn assert_whole(ran: &Ran, machines: &[&str]) {
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let ssh = &ran.json()["ssh"];
    assert_eq!(texts(&ssh["steps"], "step"), STEPS, "{}", ran.everything());
    assert_eq!(texts(&ssh["machines"], "name"), machines);
    assert!(texts(&ssh["machines"], "status").iter().all(|status| *status == "retired"), "{}", ran.everything());
    let at: Vec<_> = STEPS.iter().filter_map(|step| ran.stderr.find(&format!("esc-sync: {step}: "))).collect();
    assert!(at.len() == STEPS.len() && at.is_sorted(), "each step is told, in its order:\n{}", ran.stderr);
    for machine in machines {
        assert!(ran.stderr.contains(&format!("  {machine}: retired (opens with the new key")), "{}", ran.stderr);
    }
}

const BLOCK: &str = "ssh:\n  user: ubuntu\n  private-key: ~/.ssh/deploy\n  known-hosts: ~/.ssh/known_hosts\n  \
    overlap: 24h\n  machines:\n    - { name: web, host: 192.0.2.1 }\n    - { name: a b, host: 192.0.2.2 }\n";

#[test]
fn the_sandbox_rotates_the_key_of_the_example_twice_and_touches_nothing_of_the_user() {
    let newcomer = Newcomer::new("ssh-sandbox", "example.yaml", BLOCK);
    let before = newcomer.home();
    assert_whole(&newcomer.run("ssh rotate --yes"), &["web", "a b"]);
    let first = newcomer.authorized("web");
    assert_whole(&newcomer.run("ssh rotate --yes"), &["web", "a b"]);
    let second = newcomer.authorized("web");
    assert_eq!((first.lines().count(), second.lines().count()), (1, 1));
    assert_ne!(first, second);
    let status = newcomer.run("ssh status");
    assert_eq!(status.code, 0, "{}", status.everything());
    assert_eq!(texts(&status.json()["ssh"]["machines"], "status"), ["retired", "retired"]);
    let verified = newcomer.run("ssh verify");
    assert_eq!(verified.code, 0, "{}", verified.everything());
    assert_eq!(texts(&verified.json()["ssh"]["machines"], "status"), ["opens", "opens"]);
    for idle in ["ssh retire --yes", "ssh resume --yes", "ssh cancel --yes"] {
        assert_eq!(newcomer.run(idle).code, 0, "{idle}");
    }
    assert_eq!(newcomer.home(), before);
    assert_eq!(newcomer.left_running(), Vec::<String>::new());
}

#[test]
fn the_sandbox_rotates_the_key_of_the_real_mapping() {
    let newcomer = Newcomer::new("ssh-sandbox-sophia", "sophia.yaml", "");
    assert_whole(&newcomer.run("ssh rotate --yes"), &["gpu-1", "gpu-2"]);
    assert_whole(&newcomer.run("ssh rotate --yes"), &["gpu-1", "gpu-2"]);
}

/// Whoever listens for the machines is the command itself, so nothing listens after it.
#[test]
fn a_killed_rotation_leaves_no_server_and_is_resumed_on_the_same_machines() {
    let newcomer = Newcomer::new("ssh-sandbox-killed", "example.yaml", BLOCK);
    let mut child = newcomer.program("ssh rotate --yes").spawn();
    let told = BufReader::new(child.stderr.take().expect("caught")).lines().map_while(Result::ok);
    let seen = told.into_iter().find(|line| line.starts_with("esc-sync: roll-out"));
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    assert!(seen.is_some());
    let port = fs::read_to_string(newcomer.folder.join("box/machines/web/port")).expect("a port");
    let port: u16 = port.trim().parse().expect("a number");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "somebody still listens");
    let resumed = newcomer.run("ssh resume --yes");
    assert_eq!(resumed.code, 0, "{}", resumed.everything());
    assert_eq!(texts(&resumed.json()["ssh"]["machines"], "status"), ["retired", "retired"]);
    assert_eq!(newcomer.authorized("web").lines().count(), 1);
}

#[test]
fn without_sshd_it_says_that_no_login_was_proved() {
    let mut newcomer = Newcomer::new("ssh-sandbox-bare", "example.yaml", BLOCK);
    let programs = newcomer.folder.join("bin");
    fs::create_dir_all(&programs).expect("a folder");
    for name in ["ssh", "id"] {
        symlink(program_in_path(name).expect("installed"), programs.join(name)).expect("a link");
    }
    programs.to_str().expect("UTF-8").clone_into(&mut newcomer.path);
    let ran = newcomer.run("ssh rotate --yes");
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert!(
        ran.stderr.contains("no `sshd` was found") && ran.stdout.contains("none is proved"),
        "{}",
        ran.everything()
    );
}

#[test]
fn without_a_block_it_says_what_to_add() {
    let newcomer = Newcomer::new("ssh-sandbox-none", "example.yaml", "");
    let ran = newcomer.run("ssh rotate --yes");
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(ran.stderr.contains("ssh: { user: ubuntu"), "{}", ran.stderr);
}
