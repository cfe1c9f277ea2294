//! The sandbox's memory on disk: one file, replaced whole after each change.
//!
//! The folder is 0700 and the file 0600. The file is moved into place after it was
//! written, so that whoever is killed leaves the old state or the new one; it is not
//! forced to the disk, since losing power may cost a sandbox its last change.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    World, clock::ClockSetting, esc::EscWorld, github::GithubWorld, lambda::LambdaWorld, lock, services::ServicesWorld,
};

const FORMAT: u64 = 1;

#[derive(Debug)]
pub(super) struct StateDir {
    file: PathBuf,
    /// What the file holds, so that an unchanged world is not written again.
    written: Mutex<Vec<u8>>,
    /// The folder, locked for as long as this lives: two that write one file would tear it (failure case C7).
    _folder: File,
}

/// How long to wait for another who uses the folder; a `check` is done long before.
const PATIENCE: Duration = Duration::from_secs(10);

impl StateDir {
    /// Opens or makes the folder, and reads what it holds.
    pub(super) async fn open(dir: &Path) -> io::Result<(Self, Option<(World, ClockSetting)>)> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", dir.display()));
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(named)?;
        let folder = locked(dir, PATIENCE).await.map_err(named)?;
        let file = dir.join("sandbox.json");
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Self { file, written: Mutex::default(), _folder: folder }, None));
            }
            Err(error) => return Err(named(error)),
        };
        let loaded = parse(&bytes).map_err(|what| {
            let help = "remove the file to start with a fresh sandbox";
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}; {help}", file.display()))
        })?;
        Ok((Self { file, written: Mutex::new(bytes), _folder: folder }, Some(loaded)))
    }

    pub(super) fn save(&self, world: &World, clock: ClockSetting) -> io::Result<()> {
        let (esc, github, lambda) = (world.esc.save(), world.github.save(), world.lambda.save());
        let stores = json!({
            "version": FORMAT, "clock": clock, "esc": esc, "github": github, "lambda": lambda,
            "services": world.services.save(),
        });
        let bytes = stores.to_string().into_bytes();
        let mut written = lock(&self.written);
        if *written == bytes {
            return Ok(());
        }
        let fresh = self.file.with_extension("json.new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(&bytes)?;
        drop(file);
        fs::rename(&fresh, &self.file)?;
        *written = bytes;
        Ok(())
    }
}

/// The folder, once nobody else holds it. The lock ends with its holder, however that ends.
async fn locked(dir: &Path, patience: Duration) -> io::Result<File> {
    let folder = File::open(dir)?;
    let started = tokio::time::Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if started.elapsed() < patience => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another sandbox is using this folder"));
            }
        }
    }
}

/// The parser's own message is not passed on: it can quote what the file holds.
fn parse(bytes: &[u8]) -> Result<(World, ClockSetting), String> {
    let mut state: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("not JSON at line {}, column {}", error.line(), error.column()))?;
    if state["version"] != FORMAT {
        return Err("this version of the state is not understood".to_owned());
    }
    let esc = EscWorld::load(&state["esc"])?;
    let github = GithubWorld::load(state["github"].take())?;
    let lambda = LambdaWorld::load(state["lambda"].take())?;
    let services = ServicesWorld::load(state["services"].take())?;
    let clock = serde_json::from_value(state["clock"].take()).map_err(|_| "the clock is not readable".to_owned())?;
    Ok((World { esc, github, lambda, services }, clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn c7_a_folder_has_one_user_at_a_time() {
        let dir = std::env::temp_dir().join(format!("sandbox-lock-{}", crate::crypto::random_id(6)));
        fs::create_dir(&dir).expect("made");
        let held = locked(&dir, Duration::ZERO).await.expect("free");
        let refused = locked(&dir, Duration::ZERO).await.expect_err("held");
        assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy);
        drop(held);
        locked(&dir, Duration::ZERO).await.expect("free again");
        fs::remove_dir(&dir).expect("removed");
    }
}
