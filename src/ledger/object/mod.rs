//! State in a bucket: `s3://`, `gs://`, `azblob://`.
//!
//! Below the prefix: `doc/KEY` documents, `log/LOG/NUMBER` one object for each append, `lease` who writes. Every write
//! is conditional: made only if absent, replaced only if unchanged. Invariant: each write carries a mark of its own, so
//! that one whose answer was lost is known again when it is repeated, and is neither done twice nor taken for another's.

mod access;
mod fault;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use object_store::{
    Attribute, Attributes, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    UpdateVersion, path::Path,
};

use super::{
    backend::{Backend, Exclusion, Expected, PutFault, StateFault, Stored, Tag},
    key,
    lease::{self, LeaseStore, LeaseTerms},
    url::ObjectUrl,
};
use crate::crypto;

/// A bucket and the folder in it that is ours. A clone is the same state.
#[derive(Clone)]
pub struct ObjectState {
    store: Arc<dyn ObjectStore>,
    url: ObjectUrl,
    terms: LeaseTerms,
    /// The next number of the logs we appended to.
    next: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// Azure takes only letters in such a name.
const MARK: &str = "escsyncwrite";
/// Log objects are read so many at a time.
const AT_A_TIME: usize = 8;

impl ObjectState {
    /// Reads the credentials from the environment, and asks nobody yet.
    pub fn new(url: &ObjectUrl, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, StateFault> {
        let store = access::client(url, env)?;
        Ok(Self { store, url: url.clone(), terms: LeaseTerms::default(), next: Arc::default() })
    }

    /// With another term for being the only writer.
    pub fn leased_for(mut self, terms: LeaseTerms) -> Self {
        self.terms = terms;
        self
    }

    fn path(&self, below: &str) -> Path {
        if self.url.prefix.is_empty() { Path::from(below) } else { Path::from(format!("{}/{below}", self.url.prefix)) }
    }

    fn named(&self, kind: &str, key: &str) -> Result<Path, StateFault> {
        key::check(key)?;
        Ok(self.path(&format!("{kind}/{key}")))
    }

    fn fault(&self, error: &object_store::Error) -> StateFault {
        fault::of(&self.url, error)
    }

    async fn read(&self, path: &Path) -> Result<Option<(Stored, Option<String>)>, StateFault> {
        let result = match self.store.get_opts(path, GetOptions::default()).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            other => other.map_err(|error| self.fault(&error))?,
        };
        let tag = tag(result.meta.e_tag.clone(), result.meta.version.clone());
        let mark = result.attributes.get(&Attribute::Metadata(MARK.into())).map(|mark| mark.to_string());
        match result.bytes().await {
            Ok(bytes) => Ok(Some((Stored { bytes: bytes.to_vec(), tag }, mark))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.fault(&error)),
        }
    }

    /// Writes if it is as expected. The client repeats what the store failed at, and the first of them may have been
    /// done: a refusal is believed only if it is not our own mark that stands there.
    async fn write(&self, path: &Path, bytes: &[u8], expected: Expected) -> Result<Tag, PutFault> {
        let mode = match expected {
            Expected::Absent => PutMode::Create,
            Expected::Version(tag) => PutMode::Update(version(&tag).ok_or(PutFault::Changed)?),
        };
        let mark = crypto::random_id(12);
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::Metadata(MARK.into()), mark.clone().into());
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        match self.store.put_opts(path, PutPayload::from(bytes.to_vec()), options).await {
            Ok(result) => Ok(tag(result.e_tag, result.version)),
            Err(error) if fault::is_refusal(&error) => match self.read(path).await? {
                Some((stored, Some(there))) if there == mark => Ok(stored.tag),
                _ => Err(PutFault::Changed),
            },
            Err(error) => Err(PutFault::Fault(self.fault(&error))),
        }
    }

    /// The objects right below a log, in order.
    async fn chunks(&self, log: &str) -> Result<Vec<ObjectMeta>, StateFault> {
        let folder = self.named("log", log)?;
        let listed = self.store.list_with_delimiter(Some(&folder)).await.map_err(|error| self.fault(&error))?;
        let mut chunks = listed.objects;
        chunks.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(chunks)
    }

    async fn append_to(&self, log: &str, lines: &[u8]) -> Result<(), StateFault> {
        key::check(log)?;
        let mut number = match self.known_next(log) {
            Some(number) => number,
            None => self.next_number(log).await?,
        };
        loop {
            let path = self.path(&format!("log/{log}/{number:012}"));
            match self.write(&path, lines, Expected::Absent).await {
                Ok(_) => break,
                Err(PutFault::Changed) => number = self.next_number(log).await?.max(number + 1),
                Err(PutFault::Fault(fault)) => return Err(fault),
            }
        }
        self.next.lock().unwrap_or_else(PoisonError::into_inner).insert(log.to_owned(), number + 1);
        Ok(())
    }

    fn known_next(&self, log: &str) -> Option<u64> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).get(log).copied()
    }

    async fn next_number(&self, log: &str) -> Result<u64, StateFault> {
        let chunks = self.chunks(log).await?;
        let last = chunks.last().and_then(|chunk| chunk.location.filename()?.parse::<u64>().ok());
        Ok(last.map_or(1, |last| last + 1))
    }

    async fn lines(&self, log: &str) -> Result<Vec<u8>, StateFault> {
        let chunks = self.chunks(log).await?;
        let read = |chunk: ObjectMeta| async move { self.read(&chunk.location).await };
        let read: Vec<_> = stream::iter(chunks).map(read).buffered(AT_A_TIME).try_collect().await?;
        Ok(read.into_iter().flatten().flat_map(|(stored, _)| stored.bytes).collect())
    }

    async fn names(&self, prefix: &str) -> Result<Vec<String>, StateFault> {
        // A prefix may end in the middle of a segment; whole folders can be listed.
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut names = BTreeSet::new();
        for kind in ["doc", "log"] {
            let below = self.path(kind);
            let start = self.path(&format!("{kind}/{folder}"));
            let mut listed = self.store.list(Some(&start));
            while let Some(object) = listed.try_next().await.map_err(|error| self.fault(&error))? {
                let rest = object.location.as_ref().strip_prefix(below.as_ref()).unwrap_or_default();
                let name = rest.trim_start_matches('/');
                let name = if kind == "log" { name.rsplit_once('/').map_or("", |(log, _)| log) } else { name };
                names.insert(name.to_owned());
            }
        }
        Ok(names.into_iter().filter(|name| !name.is_empty() && name.starts_with(prefix)).collect())
    }

    async fn delete(&self, path: &Path) -> Result<(), StateFault> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.fault(&error)),
        }
    }

    async fn forget(&self, key: &str) -> Result<(), StateFault> {
        self.delete(&self.named("doc", key)?).await?;
        // From the end: a log that is cut off half-way is still the beginning of a log.
        for chunk in self.chunks(key).await?.into_iter().rev() {
            self.delete(&chunk.location).await?;
        }
        self.next.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }

    async fn head(&self, path: &Path) -> Result<ObjectMeta, StateFault> {
        self.store.head(path).await.map_err(|error| self.fault(&error))
    }

    /// The store's own clock is the stamp on something that was written just now.
    async fn lease_age(&self) -> Result<Option<Duration>, StateFault> {
        let (clock, lease) = (self.path("clock"), self.path("lease"));
        self.store.put(&clock, PutPayload::new()).await.map_err(|error| self.fault(&error))?;
        let (now, written) = (self.head(&clock).await?, self.head(&lease).await?);
        Ok((now.last_modified - written.last_modified).to_std().ok())
    }
}

impl Backend for ObjectState {
    fn describe(&self) -> String {
        self.url.to_string()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move { Ok(self.read(&self.named("doc", key)?).await?.map(|(stored, _)| stored)) })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move { self.write(&self.named("doc", key)?, bytes, expected).await })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(self.append_to(log, lines))
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(self.lines(log))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(self.names(prefix))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(self.forget(key))
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(lease::take(Arc::new(self.clone()), holder, wait, self.terms))
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async move {
            let path = self.path(&format!("proof-{}", crypto::random_id(8)));
            let written = self.store.put(&path, PutPayload::from_static(b"proof")).await;
            written.map_err(|error| self.fault(&error))?;
            self.delete(&path).await
        })
    }
}

impl LeaseStore for ObjectState {
    fn describe(&self) -> String {
        self.url.to_string()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, StateFault>> {
        Box::pin(async move { Ok(Self::read(self, &self.path("lease")).await?.map(|(stored, _)| stored)) })
    }

    fn write<'a>(&'a self, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move { Self::write(self, &self.path("lease"), bytes, expected).await })
    }

    fn age(&self) -> BoxFuture<'_, Result<Option<Duration>, StateFault>> {
        Box::pin(self.lease_age())
    }
}

impl fmt::Debug for ObjectState {
    /// The client would show its login.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObjectState").field(&self.url.to_string()).finish()
    }
}

/// S3 and Azure tell versions apart by ETag, Google by its generation number; both are kept.
fn tag(etag: Option<String>, version: Option<String>) -> Tag {
    Tag(serde_json::json!([etag, version]).to_string().into())
}

fn version(tag: &Tag) -> Option<UpdateVersion> {
    let (e_tag, version) = serde_json::from_str(&tag.0).ok()?;
    Some(UpdateVersion { e_tag, version })
}
