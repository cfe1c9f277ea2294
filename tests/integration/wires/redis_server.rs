//! A Redis of one's own: on a free port of this machine, ended with its guard.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::ledger::shared::postgres_server::free_port;

pub(super) struct RedisServer {
    child: Child,
    folder: PathBuf,
    pub(super) port: u16,
}

impl RedisServer {
    /// Started with these settings; `files` are put into its folder, which is its working directory.
    pub(super) fn start(settings: &[&str], files: &[(&str, &str)]) -> Self {
        Self::start_on("--port", settings, files)
    }

    /// The same, speaking TLS alone.
    pub(super) fn start_tls(certificate: &str, key: &str) -> Self {
        let settings = ["--port", "0", "--tls-cert-file", "server.crt", "--tls-key-file", "server.key"];
        let settings = [&settings[..], &["--tls-auth-clients", "no", "--requirepass", "canary-main"]].concat();
        Self::start_on("--tls-port", &settings, &[("server.crt", certificate), ("server.key", key)])
    }

    fn start_on(port_option: &str, settings: &[&str], files: &[(&str, &str)]) -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("esc-sync-redis-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("written");
        }
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(&folder)
            .args(settings)
            .args([port_option, &port.to_string()])
            .current_dir(&folder)
            .stdout(fs::File::create(folder.join("log")).expect("a log"))
            .stderr(Stdio::null())
            .spawn()
            .expect("Redis is installed: ./test installs it");
        let mut server = Self { child, folder, port };
        server.wait();
        server
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Until it takes connections.
    fn wait(&mut self) {
        for _ in 0..600 {
            if self.log().contains("Ready to accept connections")
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            {
                return;
            }
            assert!(self.child.try_wait().expect("a child").is_none(), "Redis ended:\n{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
        panic!("Redis did not come up:\n{}", self.log());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}
