//! Real `sshd`s on loopback, each with its own host key, home and log, and keys to try them with.
//!
//! Everything lies below the build's own folder: below one that all may write to, `StrictModes`
//! would refuse every key. A server sets `HOME` to the rig's, so that an edit of `~/.ssh`
//! works on the rig's file. Servers end with their value.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc::{Sender, channel},
    },
    thread,
    time::Duration,
};

use esc_sync::{
    keys::PublicKey,
    ssh::{Identity, Machine, SshOptions, SystemSsh, client::program_in_path},
};

/// A folder with keys and known hosts, which servers and logins share.
pub(crate) struct Rig {
    folder: PathBuf,
}

/// One `sshd` and the home it lets into.
pub(crate) struct Server {
    name: String,
    port: u16,
    home: PathBuf,
    log: Arc<Mutex<String>>,
    child: Mutex<Child>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = ground().join(format!("ssh-{}-{number}", std::process::id()));
        // A process of that number may have left one behind.
        let _ = fs::remove_dir_all(&folder);
        private_folder(&folder);
        fs::write(folder.join("known_hosts"), "").expect("known hosts can be written");
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    /// A key of this name: made when it is first asked for.
    pub(crate) fn key(&self, name: &str) -> Identity {
        self.key_with(name, "")
    }

    /// The same, locked. The caller says the passphrase, or does not.
    pub(crate) fn key_with(&self, name: &str, passphrase: &str) -> Identity {
        let file = self.folder.join(name);
        if !file.exists() {
            generate(&file, name, passphrase);
        }
        let line = fs::read_to_string(file.with_extension("pub")).expect("a public half");
        let public = PublicKey::parse(&line).expect("a public key");
        Identity { file, fingerprint: public.fingerprint(), public, passphrase: None }
    }

    /// A server that knows no key yet, with more lines for its configuration; its host key is pinned.
    pub(crate) fn serve(&self, name: &str, lines: &[&str]) -> Server {
        let server = Server::start(&self.folder, name, lines);
        let host_key = fs::read_to_string(self.folder.join(name).join("host.pub")).expect("a host key");
        let mut known = fs::read_to_string(self.known_hosts()).expect("known hosts");
        known += &format!("[127.0.0.1]:{} {host_key}", server.port);
        fs::write(self.known_hosts(), known).expect("known hosts can be written");
        server
    }

    pub(crate) fn options(&self) -> SshOptions {
        SshOptions {
            program: program_in_path("ssh").expect("OpenSSH is installed"),
            known_hosts: self.known_hosts(),
            config: None,
            accept_new: false,
            connect_timeout: Duration::from_secs(20),
            deadline: Duration::from_secs(60),
        }
    }

    pub(crate) fn ssh(&self) -> SystemSsh {
        SystemSsh::new(self.options())
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // A mount or an immutable file that a failed test left keeps it; it is only litter.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    fn start(folder: &Path, name: &str, lines: &[&str]) -> Self {
        let folder = folder.join(name);
        let home = folder.join("home");
        private_folder(&folder);
        private_folder(&home);
        private_folder(&home.join(".ssh"));
        generate(&folder.join("host"), "rig-host", "");
        // `sshd` locks itself into this one before a login, if it runs as root.
        let _ = fs::create_dir_all("/run/sshd");
        // Another program may take a free port before the server does.
        let started = (0..10).find_map(|_| try_port(&folder, &home, lines));
        let (port, child, log) = started.expect("a server starts");
        Self { name: name.to_owned(), port, home, log, child: Mutex::new(child) }
    }

    pub(crate) fn machine(&self) -> Machine {
        let user = std::env::var("USER").ok().filter(|_| !rustix::process::getuid().is_root());
        let user = user.unwrap_or_else(|| "root".to_owned()).into();
        Machine { name: self.name.as_str().into(), host: "127.0.0.1".into(), port: self.port, user }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.home.join(".ssh/authorized_keys")
    }

    /// What its authorized keys say now.
    pub(crate) fn authorized(&self) -> String {
        fs::read_to_string(self.file()).expect("authorized keys")
    }

    /// Makes these the whole file, mode 0600.
    pub(crate) fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(self.file(), text).expect("authorized keys can be written");
        mode(&self.file(), 0o600);
    }

    pub(crate) fn authorize(&self, keys: &[&Identity]) {
        self.write(keys.iter().map(|key| format!("{}\n", key.public.line())).collect::<String>());
    }

    /// It ends; whoever knocks finds the port closed.
    pub(crate) fn stop(&self) {
        let mut child = self.child.lock().expect("no other thread");
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }

    /// The same server again, at the same port.
    pub(crate) fn start_again(&self) {
        let config = self.home.with_file_name("sshd_config");
        *self.child.lock().expect("no other thread") = listening(&config, &self.log).expect("its port is still free");
    }

    /// What the server said so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no reader panics").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub(crate) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

fn private_folder(path: &Path) {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(path).expect("a folder can be made");
}

fn generate(file: &Path, comment: &str, passphrase: &str) {
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", comment, "-N", passphrase, "-f"]).arg(file).stdin(Stdio::null());
    assert!(make.status().expect("ssh-keygen is installed").success(), "a key is made");
}

/// Starts a server at a port that was free just now; `None` if it did not come up.
fn try_port(folder: &Path, home: &Path, lines: &[&str]) -> Option<(u16, Child, Arc<Mutex<String>>)> {
    let free = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = free.local_addr().expect("an address").port();
    let config = folder.join("sshd_config");
    fs::write(&config, configuration(port, folder, home, lines)).expect("a configuration can be written");
    drop(free);
    let log = Arc::default();
    Some((port, listening(&config, &log)?, log))
}

/// A server that has said that it listens.
fn listening(config: &Path, log: &Arc<Mutex<String>>) -> Option<Child> {
    let sshd = program_in_path("sshd").unwrap_or_else(|| PathBuf::from("/usr/sbin/sshd"));
    let mut serve = Command::new(sshd);
    serve.args(["-D", "-e", "-f"]).arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = serve.spawn().expect("sshd is installed");
    let stderr = BufReader::new(child.stderr.take().expect("piped"));
    let (says, said) = channel();
    let copy = Arc::clone(log);
    thread::spawn(move || record(stderr, &copy, &says));
    // The channel closes if it ends without listening.
    let listens = said.recv().is_ok();
    if listens {
        return Some(child);
    }
    let _ = child.wait();
    None
}

fn record(stderr: impl BufRead, log: &Mutex<String>, says: &Sender<()>) {
    for line in stderr.lines().map_while(Result::ok) {
        if line.starts_with("Server listening") {
            let _ = says.send(());
        }
        let mut log = log.lock().expect("no other writer");
        log.push_str(&line);
        log.push('\n');
    }
}

/// A folder that `sshd` believes: StrictModes wants none above it that others may write to, and a checkout
/// may well lie below such a one. Then the home does, which a login needs anyway.
fn ground() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let is_open = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o022 != 0);
    if !here.ancestors().any(is_open) {
        return here;
    }
    let home = PathBuf::from(std::env::var_os("HOME").expect("a home"));
    assert!(!home.ancestors().any(is_open), "neither {} nor the home is closed to others", here.display());
    home.join(".cache/esc-sync-tests")
}

/// `sshd` takes the first value it is told, so what a test adds comes first; of `MaxStartups` it takes the last.
fn configuration(port: u16, folder: &Path, home: &Path, lines: &[&str]) -> String {
    let (folder, home) = (folder.display(), home.display());
    format!(
        "MaxStartups 100\n{}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n\
         AuthorizedKeysFile {home}/.ssh/authorized_keys {home}/.ssh/authorized_keys2\nStrictModes yes\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
         UsePAM no\nPermitUserRC no\nPrintMotd no\nSetEnv HOME={home}\nLogLevel VERBOSE\nMaxAuthTries 6\n",
        lines.join("\n")
    )
}
