//! Where the replicas keep their state: a real server, or memory.

use std::sync::Arc;

use esc_sync::ledger::{backend::Backend, memory::MemoryState, postgres::PostgresState, url::StateUrl};
use futures_util::future::LocalBoxFuture;

use crate::ledger::shared::{azure::Azurite, postgres_server::PASSWORD};

/// Where the replicas keep their state.
pub(super) trait Place {
    /// As another process would open it.
    fn open(&self) -> Arc<dyn Backend>;

    /// The server forgets whoever excludes others under this name, as it does when a machine is gone; elsewhere
    /// nothing happens.
    fn cut_off<'a>(&'a self, run: &'a str) -> LocalBoxFuture<'a, ()>;
}

pub(super) struct Postgres(pub(super) String);

impl Place for Postgres {
    fn open(&self) -> Arc<dyn Backend> {
        let StateUrl::Postgres(url) = StateUrl::parse(&self.0).expect("well-formed") else { panic!("a database") };
        let env = |name: &str| (name == "PGPASSWORD").then(|| PASSWORD.to_owned());
        Arc::new(PostgresState::new(&url, &env).expect("the settings are fine"))
    }

    fn cut_off<'a>(&'a self, run: &'a str) -> LocalBoxFuture<'a, ()> {
        Box::pin(async move {
            let mut config: tokio_postgres::Config = self.0.parse().expect("a URL");
            let (client, connection) =
                config.password(PASSWORD).connect(tokio_postgres::NoTls).await.expect("connected");
            let connection = tokio::spawn(connection);
            let end = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = $1";
            client.query(end, &[&format!("esc-sync {run}")]).await.expect("the owner may");
            drop(client);
            connection.await.expect("no panic").expect("closed well");
        })
    }
}

impl Place for MemoryState {
    fn open(&self) -> Arc<dyn Backend> {
        Arc::new(self.clone())
    }

    fn cut_off<'a>(&'a self, _run: &'a str) -> LocalBoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// The container `states`.
impl Place for Azurite {
    fn open(&self) -> Arc<dyn Backend> {
        Arc::new(self.state("states"))
    }

    fn cut_off<'a>(&'a self, _run: &'a str) -> LocalBoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
