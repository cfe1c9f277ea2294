//! State in a folder: plain files, replaced whole, and logs that only grow.
//!
//! Names that begin with a dot are this file's own: the lock, the guard, unfinished
//! copies. Invariants: a document is the old one or the new one at any moment, after
//! any death; comparing and replacing are one step for all processes (the guard); a
//! log's last line without its end was never appended, and goes with the next append.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::crypto;

use super::{
    backend::{Backend, Exclusion, Expected, PutFault, StateFault, StateFaultKind, Stored, Tag},
    disk::{Disk, RealDisk},
    key, wording,
};

const LOCK: &str = ".lock";
const GUARD: &str = ".guard";
const UNFINISHED: &str = ".part";

/// A write takes milliseconds; whoever holds the guard so long is stopped or stuck.
const GUARD_WAIT: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct FileState {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
}

impl FileState {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::on(folder, Arc::new(RealDisk))
    }

    pub fn on(folder: impl Into<PathBuf>, disk: Arc<dyn Disk>) -> Self {
        Self { folder: folder.into(), disk }
    }

    fn path(&self, key: &str) -> Result<PathBuf, StateFault> {
        key::check(key)?;
        Ok(self.folder.join(key))
    }

    fn fault(&self, doing: &'static str) -> impl Fn(io::Error) -> StateFault {
        let folder = self.folder.clone();
        move |error| wording::from_io(doing, &folder, &error)
    }

    /// Whether there is any state; an error if the folder is somebody else's.
    fn is_there(&self) -> Result<bool, StateFault> {
        self.disk.folder(&self.folder, false).map_err(self.fault("read"))
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StateFault> {
        let file = self.path(key)?;
        if !self.is_there()? {
            return Ok(None);
        }
        match self.disk.read(&file, 0) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault("read")(error)),
        }
    }

    /// The right to change a file; short, unlike the exclusion of whole runs.
    async fn guard(&self) -> Result<Box<dyn Send>, StateFault> {
        self.disk.folder(&self.folder, true).map_err(self.fault("write to"))?;
        self.lock(GUARD, "", GUARD_WAIT, Duration::from_millis(1)).await
    }

    async fn lock(&self, name: &str, text: &str, wait: Duration, pause: Duration) -> Result<Box<dyn Send>, StateFault> {
        let (file, started) = (self.folder.join(name), Instant::now());
        loop {
            if let Some(lock) = self.disk.try_lock(&file, text).map_err(self.fault("lock"))? {
                return Ok(lock);
            }
            let waited = started.elapsed();
            if waited >= wait {
                return Err(self.busy(&file));
            }
            tokio::time::sleep(pause.min(wait - waited)).await;
        }
    }

    fn busy(&self, file: &Path) -> StateFault {
        let holder = self.disk.read(file, 0).unwrap_or_default();
        let holder = String::from_utf8_lossy(&holder);
        let who = if holder.is_empty() { "another process" } else { &*holder };
        StateFault::new(
            StateFaultKind::Busy,
            format!("{who} is writing to the state in {}", self.folder.display()),
            "wait for it to end and run again; its lock ends with it, however it ends",
        )
    }

    fn replace(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.folder);
        let part = folder.join(format!(".{}{UNFINISHED}", crypto::random_id(8)));
        self.disk.folder(folder, true)?;
        let written = self.disk.write_new(&part, bytes).and_then(|()| self.disk.rename(&part, file));
        if written.is_err() {
            let _ = self.disk.remove(&part);
        }
        written.and_then(|()| self.disk.sync_folder(folder))
    }

    fn extend(&self, file: &Path, lines: &[u8]) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.folder);
        self.disk.folder(folder, true)?;
        self.cut_torn_line(file)?;
        self.disk.append(file, lines)?;
        self.disk.sync_folder(folder)
    }

    fn cut_torn_line(&self, file: &Path) -> io::Result<()> {
        let size = match self.disk.size(file) {
            Ok(0) => return Ok(()),
            Ok(size) => size,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if self.disk.read(file, size - 1)? == b"\n" {
            return Ok(());
        }
        let whole = whole_lines(self.disk.read(file, 0)?).len();
        self.disk.cut(file, whole as u64)
    }

    fn keys(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut open = vec![(self.folder.clone(), String::new())];
        let mut keys = Vec::new();
        while let Some((folder, before)) = open.pop() {
            for listed in self.disk.list(&folder)? {
                let Some(name) = listed.name.to_str().filter(|name| !name.starts_with('.')) else { continue };
                let key = format!("{before}{name}");
                if listed.is_folder {
                    open.push((folder.join(name), key + "/"));
                } else if key.starts_with(prefix) {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Removes the unfinished copies of runs that died. The guard is held: none of them is being written.
    fn sweep(&self) -> io::Result<()> {
        let mut open = vec![self.folder.clone()];
        while let Some(folder) = open.pop() {
            for listed in self.disk.list(&folder)? {
                let path = folder.join(&listed.name);
                if listed.is_folder {
                    open.push(path);
                } else if listed.name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(UNFINISHED)) {
                    self.disk.remove(&path)?;
                }
            }
        }
        Ok(())
    }

    fn prove(&self) -> io::Result<()> {
        self.sweep()?;
        let probe = self.folder.join(format!(".{}{UNFINISHED}", crypto::random_id(8)));
        // As much as a small ledger: a disk that has room for one byte is full.
        let written = self.disk.write_new(&probe, &[b'\n'; 1 << 16]);
        let removed = self.disk.remove(&probe);
        written.and(removed).and_then(|()| self.disk.sync_folder(&self.folder))
    }
}

impl Backend for FileState {
    fn describe(&self) -> String {
        format!("file:{}", self.folder.display())
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move { Ok(self.read(key)?.map(|bytes| Stored { tag: tag(&bytes), bytes })) })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            let file = self.path(key)?;
            let _guard = self.guard().await?;
            let there = self.read(key)?.map_or(Expected::Absent, |bytes| Expected::Version(tag(&bytes)));
            if there != expected {
                return Err(PutFault::Changed);
            }
            self.replace(&file, bytes).map_err(self.fault("write to"))?;
            Ok(tag(bytes))
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let file = self.path(log)?;
            let _guard = self.guard().await?;
            self.extend(&file, lines).map_err(self.fault("write to"))
        })
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(async move { Ok(whole_lines(self.read(log)?.unwrap_or_default())) })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(async move {
            if self.is_there()? { self.keys(prefix).map_err(self.fault("list")) } else { Ok(Vec::new()) }
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let file = self.path(key)?;
            if !self.is_there()? {
                return Ok(());
            }
            let _guard = self.guard().await?;
            match self.disk.remove(&file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                removed => removed.map_err(self.fault("write to"))?,
            }
            self.disk.sync_folder(file.parent().unwrap_or(&self.folder)).map_err(self.fault("write to"))
        })
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(async move {
            self.disk.folder(&self.folder, true).map_err(self.fault("write to"))?;
            // Only for the message to whoever waits; nothing is decided by it.
            let since = jiff::Timestamp::now().as_second();
            let text = format!("{holder} (process {}, since {})", std::process::id(), crate::model::Stamp(since));
            self.lock(LOCK, &text, wait, Duration::from_millis(50)).await.map(Exclusion::held)
        })
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async move {
            let _guard = self.guard().await?;
            self.prove().map_err(self.fault("write to"))
        })
    }
}

impl fmt::Debug for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileState").field(&self.folder).finish()
    }
}

fn tag(bytes: &[u8]) -> Tag {
    Tag(crypto::digest_hex(bytes).into())
}

fn whole_lines(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    bytes
}
