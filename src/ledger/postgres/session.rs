//! A connection with our settings and our tables, and the statements over them.
//!
//! Invariant: the password stands in the client's own configuration and nowhere else of ours.

use std::{sync::Arc, time::Duration};

use rustls::ClientConfig;
use tokio_postgres::{Client, Config, NoTls, Row, config::SslMode, types::ToSql};

use super::{fault, tls::Connector};
use crate::{
    ledger::{
        backend::StateFault,
        postgres_url::{PostgresUrl, Tls},
    },
    model::SecretValue,
};

/// All that is needed to connect.
pub(super) struct Access {
    pub(super) url: PostgresUrl,
    pub(super) statements: Statements,
    config: Config,
    tls: Option<Arc<ClientConfig>>,
}

/// The statements, with the names of the tables in them.
pub(super) struct Statements {
    pub(super) get: String,
    pub(super) create: String,
    pub(super) replace: String,
    pub(super) append: String,
    pub(super) read_log: String,
    pub(super) list: String,
    pub(super) remove: String,
    tables: String,
    missing: String,
    lock_name: String,
}

/// One connection. It ends when it is dropped.
pub(super) struct Session {
    client: Client,
    url: PostgresUrl,
    lock_name: String,
}

/// A host that vanished keeps its lock no longer than a minute; what the server acknowledged is on its disk.
const SETTINGS: &str = "set synchronous_commit = on; set tcp_keepalives_idle = 30; \
                        set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3";

impl Access {
    pub(super) fn new(url: &PostgresUrl, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, StateFault> {
        let tls = (url.tls == Tls::Verified).then(|| super::tls::trust(url.roots.as_deref())).transpose()?;
        let password =
            env("PGPASSWORD").filter(|text| !text.is_empty()).map(|text| SecretValue::from_bytes(text.into_bytes()));
        let mut config = Config::new();
        config.port(url.port).connect_timeout(Duration::from_secs(10)).tcp_user_timeout(Duration::from_secs(30));
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        if url.is_socket() {
            config.host_path(&url.host)
        } else {
            config.host(&url.host)
        };
        if let Some(user) = &url.user {
            config.user(user);
        }
        if let Some(database) = &url.database {
            config.dbname(database);
        }
        if let Some(password) = &password {
            // Shown to the client that proves to the server that we know it.
            config.password(password.expose());
        }
        Ok(Self { url: url.clone(), statements: Statements::over(&url.table, url.part.as_deref()), config, tls })
    }

    /// Connects, and makes the tables if they are not there.
    pub(super) async fn connect(&self, holder: &str) -> Result<Session, StateFault> {
        let mut config = self.config.clone();
        config.application_name(format!("esc-sync {holder}"));
        let client = match &self.tls {
            Some(tls) => carried(config.connect(Connector::new(tls)).await),
            None => carried(config.connect(NoTls).await),
        };
        let client = client.map_err(|error| fault::connecting(&self.url, &error))?;
        let session = Session { client, url: self.url.clone(), lock_name: self.statements.lock_name.clone() };
        session.run(SETTINGS).await?;
        // Asked first: who may only write rows may not say `create table`, even if it is there.
        if !session.rows(&self.statements.missing, &[]).await?.is_empty() {
            session.run(&self.statements.tables).await?;
        }
        Ok(session)
    }
}

/// The client, with its connection running beside it until the client is dropped.
fn carried<S, T>(
    connected: Result<(Client, tokio_postgres::Connection<S, T>), tokio_postgres::Error>,
) -> Result<Client, tokio_postgres::Error>
where
    tokio_postgres::Connection<S, T>: Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
{
    let (client, connection) = connected?;
    // How it ended is told to the statement that was waiting.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

impl Session {
    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) async fn rows(&self, statement: &str, with: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StateFault> {
        self.client.query(statement, with).await.map_err(|error| fault::asking(&self.url, &error))
    }

    async fn run(&self, statements: &str) -> Result<(), StateFault> {
        self.client.batch_execute(statements).await.map_err(|error| fault::asking(&self.url, &error))
    }

    pub(super) async fn lock(&self) -> Result<bool, StateFault> {
        let rows = self.rows("select pg_try_advisory_lock(hashtextextended($1, 0))", &[&self.lock_name]).await?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// The session ends right after; a lock that could not be given back goes with it.
    pub(super) async fn unlock(self) {
        drop(self.rows("select pg_advisory_unlock(hashtextextended($1, 0))", &[&self.lock_name]).await);
    }

    /// Who has the lock, by the name its session gave itself.
    pub(super) async fn lock_holder(&self) -> Result<String, StateFault> {
        let statement = "select a.application_name from pg_locks l join pg_stat_activity a using (pid) \
                         where l.locktype = 'advisory' and l.granted \
                         and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)";
        let rows = self.rows(statement, &[&self.lock_name]).await?;
        let name: Option<Option<String>> = rows.first().map(|row| row.get(0));
        let name = name.flatten().unwrap_or_default();
        let plain: String =
            name.chars().filter(|character| character.is_ascii_graphic() || *character == ' ').collect();
        Ok(if plain.is_empty() { "somebody else".to_owned() } else { plain })
    }
}

impl Statements {
    fn over(table: &str, part: Option<&str>) -> Self {
        let (state, log) = (format!("{table}_state"), format!("{table}_log"));
        Self {
            get: format!("select bytes, version from {state} where key = $1"),
            create: format!(
                "insert into {state} (key, bytes) values ($1, $2) on conflict do nothing returning version"
            ),
            replace: format!(
                "update {state} set bytes = $2, version = default where key = $1 and version = $3 returning version"
            ),
            append: format!("insert into {log} (log, lines) values ($1, $2)"),
            read_log: format!("select lines from {log} where log = $1 order by seq"),
            list: format!(
                "select name from (select key as name from {state} union select log from {log}) names \
                 where starts_with(name, $1) order by name collate \"C\""
            ),
            remove: format!("with gone as (delete from {state} where key = $1) delete from {log} where log = $1"),
            tables: tables(&state, &log),
            missing: format!("select 1 where to_regclass('{state}') is null or to_regclass('{log}') is null"),
            // Who writes to one part is in the way of nobody who writes to another.
            lock_name: part.map_or_else(|| table.to_owned(), |part| format!("{table} {part}")),
        }
    }
}

/// Two that make them at a time would meet in the server's catalogue; the lock lets one wait.
fn tables(state: &str, log: &str) -> String {
    format!(
        "begin; select pg_advisory_xact_lock(hashtextextended('{state} tables', 0)); \
         create table if not exists {state} (key text primary key, bytes bytea not null, version bigserial not null); \
         create table if not exists {log} (log text not null, seq bigserial primary key, lines bytea not null); \
         create index if not exists {log}_by_log on {log} (log, seq); commit"
    )
}
