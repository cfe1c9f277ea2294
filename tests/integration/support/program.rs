//! Runs the real binary with a scrubbed environment in a folder of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// One run to be: arguments, environment and folder.
pub(crate) struct Program {
    command: Command,
    folder: PathBuf,
    stdout_is_taken: bool,
    is_at_terminal: bool,
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// The binary with no variable of ours inherited; only what a loader may need stays.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_esc-sync"));
        command.env_clear().current_dir(folder).env("HOME", folder);
        Self { command, folder: folder.to_owned(), stdout_is_taken: false, is_at_terminal: false }
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Another folder to run in; its own stays its home.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Addresses and tokens of a running emulator.
    pub(crate) fn against(self, url: &str) -> Self {
        self.env("PULUMI_BACKEND_URL", url)
            .env("PULUMI_ACCESS_TOKEN", "pul-canary-token-4f1c9a")
            .env("GITHUB_API_URL", url)
            .env("GITHUB_TOKEN", "ghp-canary-token-77ab21")
    }

    pub(crate) fn mapping(self, text: &str) -> Self {
        let file = self.folder.join("esc-sync.yaml");
        // Another program of the same test may be reading it.
        if !fs::read(&file).is_ok_and(|there| there == text.as_bytes()) {
            fs::write(file, text).expect("a mapping can be written");
        }
        self
    }

    /// Standard output goes to a file, as a shell sends it there.
    pub(crate) fn into_file(mut self, file: fs::File) -> Self {
        self.command.stdout(file);
        self.stdout_is_taken = true;
        self
    }

    /// A person sits before it: their terminal is its input and its conversation.
    pub(crate) fn at_terminal(mut self, terminal: &fs::File) -> Self {
        let handle = || terminal.try_clone().expect("one more handle");
        self.command.stdin(handle()).stderr(handle());
        self.is_at_terminal = true;
        self
    }

    /// Starts it and does not wait; its output is caught unless it goes elsewhere.
    pub(crate) fn spawn(mut self) -> Child {
        if !self.stdout_is_taken {
            self.command.stdout(Stdio::piped());
        }
        if !self.is_at_terminal {
            self.command.stderr(Stdio::piped());
        }
        self.command.spawn().expect("the binary starts")
    }

    /// The same, with its input as given.
    pub(crate) fn spawn_with_input(mut self, input: Stdio) -> Child {
        self.command.stdin(input);
        self.spawn()
    }

    pub(crate) fn run(mut self) -> Ran {
        let Output { status, stdout, stderr } = self.command.output().expect("the binary starts");
        Ran {
            code: status.code().expect("no signal ended it"),
            stdout: String::from_utf8(stdout).expect("text"),
            stderr: String::from_utf8(stderr).expect("text"),
        }
    }
}

impl Ran {
    /// The JSON report on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("a JSON report, not:\n{}\n{}", self.stdout, self.stderr))
    }

    pub(crate) fn everything(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

/// A new folder below the build's own temporary folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let unique = format!("{name}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}
