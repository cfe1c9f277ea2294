//! A PostgreSQL of one's own: made in a temporary folder, on a free port of this machine, ended with its guard.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};

pub(crate) struct PostgresServer {
    child: Child,
    folder: PathBuf,
    pub(crate) port: u16,
}

pub(crate) const PASSWORD: &str = "canary-postgres-5d21";

impl PostgresServer {
    /// Started with these settings besides its own; `files` are put into its folder first.
    pub(crate) fn start(settings: &[&str], files: &[(&str, &str)]) -> Self {
        let programs = programs();
        let folder = std::env::temp_dir().join(format!("esc-sync-postgres-{}-{}", std::process::id(), free_port()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let data = folder.join("data");
        fs::write(folder.join("password"), PASSWORD).expect("written");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("written");
        }
        let user = unprivileged(&folder);
        let mut make = Command::new(programs.join("initdb"));
        make.arg("-D").arg(&data).args(["-U", "owner", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "--locale=C"]);
        make.arg("--pwfile").arg(folder.join("password")).current_dir(&folder);
        let made = as_user(&mut make, user).output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        for (name, _) in files {
            private_copy(&folder.join(name), &data.join(name), user);
        }
        let port = free_port();
        let mut serve = Command::new(programs.join("postgres"));
        serve.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        for setting in settings {
            serve.args(["-c", setting]);
        }
        let log = fs::File::create(folder.join("log")).expect("a log");
        serve.current_dir(&folder).stdout(Stdio::null()).stderr(log);
        let child = as_user(&mut serve, user).spawn().expect("postgres starts");
        let mut server = Self { child, folder, port };
        server.wait();
        server
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Until it says that it takes connections.
    fn wait(&mut self) {
        for _ in 0..1200 {
            if self.log().contains("ready to accept connections")
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            {
                return;
            }
            assert!(self.child.try_wait().expect("a child").is_none(), "postgres ended:\n{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
        panic!("postgres did not come up:\n{}", self.log());
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // SIGINT to the first process is PostgreSQL's fast shutdown.
        let pid = rustix::process::Pid::from_child(&self.child);
        let told = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        if told.is_ok() {
            drop(self.child.wait());
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The newest version that the system has.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed: ./test installs it").flatten();
    let mut found: Vec<_> =
        versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop().expect("PostgreSQL is installed: ./test installs it")
}

/// PostgreSQL refuses to run as root; then it runs as the user that its package made, who gets the folder.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    if !rustix::process::getuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("users");
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("the package made the user");
    let mut numbers = line.split(':').skip(2).map(|field| field.parse().expect("a number"));
    let (user, group) = (numbers.next().expect("a user"), numbers.next().expect("a group"));
    std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("we are root");
    for entry in fs::read_dir(folder).expect("our folder").flatten() {
        std::os::unix::fs::chown(entry.path(), Some(user), Some(group)).expect("we are root");
    }
    Some((user, group))
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((user, group)) => command.uid(user).gid(group),
        None => command,
    }
}

/// Keys must be readable by their owner alone.
fn private_copy(from: &Path, to: &Path, user: Option<(u32, u32)>) {
    use std::os::unix::fs::PermissionsExt;
    fs::copy(from, to).expect("copied");
    fs::set_permissions(to, fs::Permissions::from_mode(0o600)).expect("ours");
    if let Some((user, group)) = user {
        std::os::unix::fs::chown(to, Some(user), Some(group)).expect("we are root");
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}
