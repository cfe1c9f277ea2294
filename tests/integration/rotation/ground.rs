//! One mapping, the world it describes, and a folder of private files; runs of the commands over them.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use esc_sync::{
    engine::{
        Applying, Course, NotGone, Pace, PaceOptions, Progress, Refusal, RotationOptions, Rotator, Selection, State,
        Stop, Task, ToWrite,
    },
    keys::{KeyComment, KeyFingerprint},
    ledger::{Identity, memory::MemoryState},
    mapping::{self, LoadOptions, Mapping},
    model::{SecretName, Stamp},
    ssh::{files, pair::KeyPair, rotation::Rotation},
};

use super::wire::{Mishap, World};

const MAPPING: &str = "\
version: 1
esc: { environment: acme/default/production }
github: { organization: acme, visible-to: [acme/app] }
ssh:
  user: ubuntu
  private-key: deploy
  public-key: ssh.public_key_base64
  stored-private-key: ssh.private_key
  lambda-key-name: deploy
  launch-key-name: ssh.key_name
  cloud-init: [user-data.yaml]
  machines:
    - { name: one, host: 192.0.2.1 }
    - { name: two, host: 192.0.2.2 }
entries:
  SSH_PUBLIC_KEY: { esc: ssh.public_key_base64, kind: config, direction: esc-to-github }
  SSH_PRIVATE_KEY: ssh.private_key
  SSH_KEY_NAME: { esc: ssh.key_name, kind: config, github: false }
  OTHER_TOKEN: other.token
";

pub(super) const USER_DATA: &str = "#cloud-config\npackages: [jq]\n";

/// A world, a folder and a state, in which commands can be run, killed and run again.
pub(super) struct Ground {
    pub(super) mapping: Mapping,
    pub(super) folder: PathBuf,
    pub(super) world: Arc<World>,
    pub(super) backend: MemoryState,
    pub(super) old: KeyFingerprint,
    runs: std::sync::atomic::AtomicUsize,
}

/// What became of a command.
#[derive(Debug)]
pub(super) enum Ran {
    /// The power failed at the chosen deed.
    Killed,
    Refused(Vec<Refusal>),
    #[expect(dead_code, reason = "shown where a test fails")]
    Fault(String),
    Nothing,
    Went(Box<Course>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Command {
    Rotate,
    Resume,
    Retire,
    Cancel,
}

impl Ground {
    /// `name` names the folder: each test has its own.
    pub(super) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rotation").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("user-data.yaml"), USER_DATA).expect("a document");
        let loaded = mapping::load("esc-sync.yaml", MAPPING.as_bytes(), &LoadOptions::default());
        let mapping = loaded.unwrap_or_else(|errors| panic!("a valid mapping: {errors:?}")).mapping;
        let pair = KeyPair::generate(&KeyComment::of_rotation("old", Stamp(1_780_000_000)), None).expect("a pair");
        files::create(&folder.join("deploy"), &pair).expect("a private file");
        let world = World::new(&pair, &["one", "two"], folder.clone());
        let runs = std::sync::atomic::AtomicUsize::new(0);
        Self { mapping, folder, world, backend: MemoryState::new(), old: pair.fingerprint(), runs }
    }

    pub(super) fn options(&self) -> RotationOptions {
        RotationOptions { folder: self.folder.clone(), host: "here".to_owned(), ..RotationOptions::default() }
    }

    /// Runs one command to its end, or to the deed at which the power fails.
    pub(super) async fn run(&self, command: Command, options: RotationOptions, mishap: Option<(usize, Mishap)>) -> Ran {
        let number = self.runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.world.begin(mishap);
        let run = format!("20261121T000000Z-{number:04}");
        let going = self.go(command, &run, options);
        tokio::select! {
            biased;
            ran = going => ran,
            () = self.world.killed() => Ran::Killed,
        }
    }

    async fn go(&self, command: Command, run: &str, options: RotationOptions) -> Ran {
        let stores = self.world.stores();
        let selection = Selection::default();
        let task = Task { mapping: &self.mapping, selection: &selection, stores: &stores };
        let (pace, stop, progress) = (Pace::new(PaceOptions::default()), Stop::new(), Progress::default());
        let world = Arc::clone(&self.world);
        let now = move || Stamp(world.now());
        let applying = Applying {
            run,
            command: "ssh",
            options: &[],
            who: "test",
            pace: &pace,
            stop: &stop,
            progress: &progress,
            waited: false,
            now: &now,
        };
        let spec = self.mapping.ssh.as_deref().expect("an ssh block");
        let rotator =
            Rotator { task: &task, spec, applying: &applying, remote: &*self.world, options: &options, told: &|_| {} };
        let backend = self.backend.clone();
        let identity = Identity { esc: "esc".to_owned(), github: "github".to_owned() };
        let how = ToWrite { run, wait: std::time::Duration::ZERO, rebuild: false };
        let mut state = State::open_to_write(Arc::new(backend), identity, how).await.expect("a state");
        let ran = match command {
            Command::Rotate => match rotator.preflight(&mut state).await {
                Err(refusals) => Ran::Refused(refusals),
                Ok(preflight) => match rotator.begin(&mut state, preflight).await {
                    Ok(course) => Ran::Went(Box::new(course)),
                    Err(fault) => Ran::Fault(fault.to_string()),
                },
            },
            Command::Resume => gone(rotator.resume(&mut state).await),
            Command::Retire => gone(rotator.retire(&mut state).await),
            Command::Cancel => gone(rotator.cancel(&mut state).await),
        };
        state.close().await;
        ran
    }

    /// The rotation as it is remembered.
    pub(super) async fn rotation(&self) -> Option<Rotation> {
        use esc_sync::ledger::Backend as _;
        let stored = self.backend.get("ssh/rotation.json").await.expect("a state")?;
        Some(Rotation::from_bytes(&stored.bytes).expect("a whole document"))
    }

    pub(super) fn names(names: &[&str]) -> BTreeSet<Box<str>> {
        names.iter().map(|name| (*name).into()).collect()
    }

    pub(super) fn overwriting(names: &[&str]) -> BTreeSet<SecretName> {
        names.iter().map(|name| name.parse().expect("a name")).collect()
    }

    pub(super) fn document(&self) -> String {
        std::fs::read_to_string(self.folder.join("user-data.yaml")).expect("a document")
    }

    /// The key in the declared private file.
    pub(super) fn in_force(&self) -> KeyFingerprint {
        self.key_in("deploy").expect("a key in force")
    }

    pub(super) fn key_in(&self, name: &str) -> Option<KeyFingerprint> {
        let text = files::read(&self.folder.join(name)).expect("readable")?;
        Some(KeyPair::read(&text, None).expect("a key").fingerprint())
    }

    /// All private files of the folder.
    pub(super) fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.folder).expect("a folder").flatten();
        let mut names: Vec<_> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Ran {
    pub(super) fn course(self) -> Course {
        match self {
            Self::Went(course) => *course,
            other => panic!("it did not go: {other:?}"),
        }
    }

    pub(super) fn refusals(self) -> String {
        match self {
            Self::Refused(refusals) => refusals
                .iter()
                .map(|refusal| format!("{} [{}]", refusal.what, refusal.help))
                .collect::<Vec<_>>()
                .join("\n"),
            other => panic!("it was not refused: {other:?}"),
        }
    }
}

fn gone(gone: Result<Option<Course>, NotGone>) -> Ran {
    match gone {
        Ok(None) => Ran::Nothing,
        Ok(Some(course)) => Ran::Went(Box::new(course)),
        Err(NotGone::Refused(refusal)) => Ran::Refused(vec![refusal]),
        Err(NotGone::Fault(fault)) => Ran::Fault(fault.to_string()),
    }
}
