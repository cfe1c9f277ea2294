//! State in a container of Azurite, Microsoft's own emulator of Azure Storage.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use esc_sync::ledger::{backend::Backend, object::ObjectState, url::StateUrl};
use ring::hmac;

use super::{EFFORT, hold, postgres_server::free_port, short_terms};

/// Public, and the same in every Azurite.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

pub(crate) struct Azurite {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Azurite {
    pub(crate) fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("target/clients/node/node_modules/azurite/dist/src/blob/main.js");
        assert!(program.exists(), "Azurite is installed by tests/clients/install");
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("esc-sync-azurite-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let mut command = Command::new("node");
        command.arg(program).args([
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--blobHost",
            "127.0.0.1",
        ]);
        command.arg("--location").arg(&folder).args(["--blobPort", &port.to_string()]).current_dir(&folder);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("node is installed");
        let mut azurite = Self { child, folder, port };
        for _ in 0..1200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return azurite;
            }
            assert!(azurite.child.try_wait().expect("a child").is_none(), "Azurite ended");
            thread::sleep(Duration::from_millis(50));
        }
        panic!("Azurite did not come up");
    }

    /// The one request that is not ours to make in the program.
    pub(crate) fn create_container(&self, name: &str) {
        let date = httpdate::fmt_http_date(SystemTime::now());
        let signed = format!(
            "PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-12-02\n/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(KEY).expect("base64"));
        let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it is up");
        let request = format!(
            "PUT /{ACCOUNT}/{name}?restype=container HTTP/1.1\r\nHost: 127.0.0.1\r\nx-ms-date: {date}\r\n\
             x-ms-version: 2021-12-02\r\nAuthorization: SharedKey {ACCOUNT}:{signature}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }

    /// One state, in a container that was made before.
    pub(crate) fn state(&self, container: &str) -> ObjectState {
        self.open(container, KEY)
    }

    fn open(&self, container: &str, key: &str) -> ObjectState {
        let text = format!("azblob://{container}/states/one?endpoint=http://127.0.0.1:{}/{ACCOUNT}", self.port);
        let StateUrl::Object(url) = StateUrl::parse(&text).expect("it is well-formed") else { panic!("a container") };
        let env = |name: &str| match name {
            "AZURE_STORAGE_ACCOUNT" => Some(ACCOUNT.to_owned()),
            "AZURE_STORAGE_KEY" => Some(key.to_owned()),
            _ => None,
        };
        ObjectState::new(&url, &env).expect("the settings are fine").leased_for(short_terms())
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// One server for all of it: starting it is the slow part.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn azure_keeps_the_rules_of_state() {
    let azurite = Azurite::start();
    azurite.create_container("states");
    hold(|| Arc::new(azurite.state("states")) as Arc<dyn Backend>, EFFORT).await;

    let missing = azurite.open("nowhere", KEY).prove_writable().await.expect_err("there is no such container");
    assert!(missing.what.contains("there is no such bucket or container"), "{missing}");
    let canary = STANDARD.encode("canary-key");
    let refused = azurite.open("states", &canary);
    let fault = refused.prove_writable().await.expect_err("the key is wrong");
    assert!(fault.what.contains("the login"), "{fault}");
    assert!(!format!("{fault:?} {refused:?}").contains(&canary));
}
