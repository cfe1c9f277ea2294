//! State in a folder: plain files, replaced whole, and logs that only grow.
//!
//! Names that begin with a dot are not documents: the lock of a run, the guard of a
//! change, unfinished copies. Invariants: a document is the old one or the new one at
//! any moment, after any death; comparing and replacing are one step for all processes
//! (the guard); a log's last line without its end was never appended.

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
    folder::{Folder, GUARD, whole_lines},
    key, wording,
};

const LOCK: &str = ".lock";

/// A write takes milliseconds; whoever holds the guard so long is stopped or stuck.
const GUARD_WAIT: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct FileState {
    at: Folder,
}

impl FileState {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::on(folder, Arc::new(RealDisk))
    }

    pub fn on(folder: impl Into<PathBuf>, disk: Arc<dyn Disk>) -> Self {
        Self { at: Folder { path: folder.into(), disk } }
    }

    fn path(&self, key: &str) -> Result<PathBuf, StateFault> {
        key::check(key)?;
        Ok(self.at.path.join(key))
    }

    fn fault(&self, doing: &'static str) -> impl Fn(io::Error) -> StateFault {
        let folder = self.at.path.clone();
        move |error| wording::from_io(doing, &folder, &error)
    }

    /// Whether there is any state; an error if the folder is somebody else's.
    fn is_there(&self) -> Result<bool, StateFault> {
        self.at.disk.folder(&self.at.path, false).map_err(self.fault("read"))
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StateFault> {
        let file = self.path(key)?;
        if !self.is_there()? {
            return Ok(None);
        }
        match self.at.disk.read(&file, 0) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault("read")(error)),
        }
    }

    /// The right to change a file; short, unlike the exclusion of whole runs.
    async fn guard(&self) -> Result<Box<dyn Send>, StateFault> {
        self.at.disk.folder(&self.at.path, true).map_err(self.fault("write to"))?;
        self.lock(GUARD, "", GUARD_WAIT, Duration::from_millis(1)).await
    }

    async fn lock(&self, name: &str, text: &str, wait: Duration, pause: Duration) -> Result<Box<dyn Send>, StateFault> {
        let (file, started) = (self.at.path.join(name), Instant::now());
        loop {
            if let Some(lock) = self.at.disk.try_lock(&file, text).map_err(self.fault("lock"))? {
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
        let holder = self.at.disk.read(file, 0).unwrap_or_default();
        let holder = String::from_utf8_lossy(&holder);
        let who = if holder.is_empty() { "another process" } else { &*holder };
        StateFault::new(
            StateFaultKind::Busy,
            format!("{who} is writing to the state in {}", self.at.path.display()),
            "wait for it to end and run again; its lock ends with it, however it ends",
        )
    }
}

impl Backend for FileState {
    fn describe(&self) -> String {
        format!("file:{}", self.at.path.display())
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
            self.at.replace(&file, bytes).map_err(self.fault("write to"))?;
            Ok(tag(bytes))
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let file = self.path(log)?;
            let _guard = self.guard().await?;
            self.at.extend(&file, lines).map_err(self.fault("write to"))
        })
    }

    fn append_soon<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let file = self.path(log)?;
            let _guard = self.guard().await?;
            self.at.extend_soon(&file, lines).map_err(self.fault("write to"))
        })
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(async move { Ok(whole_lines(self.read(log)?.unwrap_or_default())) })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(async move {
            if self.is_there()? { self.at.keys(prefix).map_err(self.fault("list")) } else { Ok(Vec::new()) }
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let file = self.path(key)?;
            if !self.is_there()? {
                return Ok(());
            }
            let _guard = self.guard().await?;
            self.at.remove(&file).map_err(self.fault("write to"))
        })
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(async move {
            self.at.disk.folder(&self.at.path, true).map_err(self.fault("write to"))?;
            // Only for the message to whoever waits; nothing is decided by it.
            let since = jiff::Timestamp::now().as_second();
            let text = format!("{holder} (process {}, since {})", std::process::id(), crate::model::Stamp(since));
            self.lock(LOCK, &text, wait, Duration::from_millis(50)).await.map(Exclusion::held)
        })
    }

    fn is_local(&self) -> bool {
        true
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async move {
            let _guard = self.guard().await?;
            self.at.prove().map_err(self.fault("write to"))
        })
    }
}

impl fmt::Debug for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileState").field(&self.at.path).finish()
    }
}

fn tag(bytes: &[u8]) -> Tag {
    Tag(crypto::digest_hex(bytes).into())
}
