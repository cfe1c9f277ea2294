//! State in two tables of a PostgreSQL database.
//!
//! Documents are rows replaced by one conditional UPDATE, logs are rows in the order of a sequence, and being the
//! only writer is an advisory lock of a session of its own, which the server frees when that session dies.
//! Invariants: a version number is never used twice, so a document that was removed and made again is another one;
//! nothing the server says but its SQLSTATE gets into a message.

mod fault;
mod session;
mod tls;

use std::{fmt, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{sync::Mutex, time};
use tokio_postgres::types::ToSql;

use super::{
    backend::{Backend, Exclusion, Expected, PutFault, StateFault, Stored, Tag},
    fault::{busy, unavailable},
    key,
    postgres_url::PostgresUrl,
};

use session::{Access, Session};
pub(crate) use tls::Handshake;

/// A database with our two tables, reached when it is first needed and again when the connection was lost.
pub struct PostgresState {
    access: Access,
    session: Mutex<Option<Session>>,
}

/// No statement of ours takes long; one that does waits for a machine that is gone.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

impl PostgresState {
    /// Reads the password from `PGPASSWORD` and the certificates, and connects to nobody yet.
    pub fn new(url: &PostgresUrl, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, StateFault> {
        Ok(Self { access: Access::new(url, env)?, session: Mutex::new(None) })
    }

    /// The session, made anew if there is none or the old one is lost. It is held while it is used: one statement
    /// at a time is all that a run needs.
    async fn rows(
        &self,
        statement: &str,
        with: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, StateFault> {
        let work = async {
            let mut session = self.session.lock().await;
            if session.as_ref().is_none_or(Session::is_lost) {
                *session = Some(self.access.connect("state").await?);
            }
            let Some(session) = session.as_ref() else { return Ok(Vec::new()) };
            session.rows(statement, with).await
        };
        time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(self.too_slow()))
    }

    fn too_slow(&self) -> StateFault {
        unavailable(
            format!("{} did not answer within {} s", self.access.url, PATIENCE.as_secs()),
            "see whether the database is up and reachable from here",
        )
    }

    /// The key as the tables have it.
    fn kept(&self, key: &str) -> Result<String, StateFault> {
        key::check(key)?;
        Ok(self.below(key))
    }

    fn below(&self, key: &str) -> String {
        self.access.url.part.as_ref().map_or_else(|| key.to_owned(), |part| format!("{part}/{key}"))
    }

    async fn replace(&self, key: &str, bytes: &[u8], expected: Expected) -> Result<Tag, PutFault> {
        let key = self.kept(key)?;
        let rows = match expected {
            Expected::Absent => self.rows(&self.access.statements.create, &[&key, &bytes]).await?,
            Expected::Version(tag) => {
                // A tag of another kind of state is a version we never had.
                let Ok(version) = tag.0.parse::<i64>() else { return Err(PutFault::Changed) };
                self.rows(&self.access.statements.replace, &[&key, &bytes, &version]).await?
            }
        };
        let row = rows.first().ok_or(PutFault::Changed)?;
        Ok(Tag(row.get::<_, i64>(0).to_string().into()))
    }

    async fn lock(&self, holder: &str, wait: Duration) -> Result<Exclusion, StateFault> {
        let until = time::Instant::now() + wait;
        let connecting = time::timeout(PATIENCE, self.access.connect(holder));
        let session = connecting.await.unwrap_or_else(|_| Err(self.too_slow()))?;
        while !session.lock().await? {
            if time::Instant::now() >= until {
                let by = session.lock_holder().await?;
                return Err(busy(format!("{} is being written to by {by}", self.access.url)));
            }
            time::sleep(POLL).await;
        }
        // Dropped without being run, it takes the session along, and with it the lock.
        Ok(Exclusion::leased(Box::pin(async move { session.unlock().await })))
    }
}

impl Backend for PostgresState {
    fn describe(&self) -> String {
        self.access.url.to_string()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            let key = self.kept(key)?;
            let rows = self.rows(&self.access.statements.get, &[&key]).await?;
            Ok(rows.first().map(|row| Stored { bytes: row.get(0), tag: Tag(row.get::<_, i64>(1).to_string().into()) }))
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(self.replace(key, bytes, expected))
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            let log = self.kept(log)?;
            self.rows(&self.access.statements.append, &[&log, &lines]).await.map(drop)
        })
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(async move {
            let rows = self.rows(&self.access.statements.read_log, &[&self.below(log)]).await?;
            Ok(rows.iter().flat_map(|row| row.get::<_, Vec<u8>>(0)).collect())
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(async move {
            let rows = self.rows(&self.access.statements.list, &[&self.below(prefix)]).await?;
            let outside = self.below("").len();
            Ok(rows.iter().filter_map(|row| Some(row.get::<_, &str>(0).get(outside..)?.to_owned())).collect())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move { self.rows(&self.access.statements.remove, &[&self.below(key)]).await.map(drop) })
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(self.lock(holder, wait))
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async move {
            // A key of its own for each proof: two that run at a time do not meet.
            let key = format!("proof-{}", crate::crypto::random_id(8));
            self.rows(&self.access.statements.create, &[&self.below(&key), &&b"proof"[..]]).await?;
            self.remove(&key).await
        })
    }
}

impl fmt::Debug for PostgresState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresState").field(&self.access.url.to_string()).finish()
    }
}
