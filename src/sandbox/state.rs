//! The sandbox's memory on disk: one file, replaced whole after each change.
//!
//! The folder is 0700 and the file 0600. The file is moved into place after it was
//! written, so that whoever is killed leaves the old state or the new one; it is not
//! forced to the disk, since losing power may cost a sandbox its last change.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde_json::{Value, json};

use super::{World, clock::ClockSetting, esc::EscWorld, github::GithubWorld, lock};

const FORMAT: u64 = 1;

#[derive(Debug)]
pub(super) struct StateDir {
    file: PathBuf,
    /// What the file holds, so that an unchanged world is not written again.
    written: Mutex<Vec<u8>>,
}

impl StateDir {
    /// Opens or makes the folder, and reads what it holds.
    pub(super) fn open(dir: &Path) -> io::Result<(Self, Option<(World, ClockSetting)>)> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let file = dir.join("sandbox.json");
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Self { file, written: Mutex::default() }, None));
            }
            Err(error) => return Err(error),
        };
        let loaded = parse(&bytes).map_err(|what| {
            let help = "remove the file to start with a fresh sandbox";
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}; {help}", file.display()))
        })?;
        Ok((Self { file, written: Mutex::new(bytes) }, Some(loaded)))
    }

    pub(super) fn save(&self, world: &World, clock: ClockSetting) -> io::Result<()> {
        let bytes =
            json!({ "version": FORMAT, "clock": clock, "esc": world.esc.save(), "github": world.github.save() })
                .to_string()
                .into_bytes();
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

/// The parser's own message is not passed on: it can quote what the file holds.
fn parse(bytes: &[u8]) -> Result<(World, ClockSetting), String> {
    let mut state: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("not JSON at line {}, column {}", error.line(), error.column()))?;
    if state["version"] != FORMAT {
        return Err("this version of the state is not understood".to_owned());
    }
    let esc = EscWorld::load(&state["esc"])?;
    let github = GithubWorld::load(state["github"].take())?;
    let clock = serde_json::from_value(state["clock"].take()).map_err(|_| "the clock is not readable".to_owned())?;
    Ok((World { esc, github }, clock))
}
