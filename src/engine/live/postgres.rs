//! A login to PostgreSQL: what the protocol needs until the server is ready for a query, and no query.
//!
//! Invariants: one login, never a second (wrong passwords count); TLS with a verified certificate unless the URL
//! says `sslmode=disable`, and that only in a network of one's own; of what the server says only the SQLSTATE is kept.

use std::time::Duration;

use crate::{
    http::Roots,
    probe::{Heard, PostgresAsk},
};

/// What the server of the URL says to a login, believing the certificates of the system.
pub async fn ask(ask: &PostgresAsk, deadline: Duration) -> Heard {
    ask_trusting(ask, deadline, &Roots::System).await
}

#[cfg(feature = "postgres")]
pub use login::ask_trusting;

/// This build speaks no PostgreSQL: nothing is asked, which reads as no answer.
#[cfg(not(feature = "postgres"))]
pub async fn ask_trusting(_ask: &PostgresAsk, _deadline: Duration, _roots: &Roots) -> Heard {
    tracing::warn!("this build has no client for PostgreSQL (feature `postgres`): the login is not tried");
    Heard::Failed(crate::probe::Failure::Connect)
}

#[cfg(feature = "postgres")]
mod login {
    use std::{error::Error, io, time::Duration};

    use tokio::{
        io::{AsyncRead, AsyncWrite},
        net::TcpStream,
        time,
    };
    use tokio_postgres::{
        Config, NoTls,
        config::SslMode,
        tls::{TlsConnect, TlsStream},
    };

    use crate::{
        engine::live::connection,
        http::{self, Roots},
        ledger::postgres::Handshake,
        probe::{DatabaseUrl, Failure, Heard, PostgresAsk, PostgresHeard},
    };

    /// The same, believing `roots`.
    pub async fn ask_trusting(ask: &PostgresAsk, deadline: Duration, roots: &Roots) -> Heard {
        match time::timeout(deadline, login(ask, roots)).await {
            Ok(Ok(heard)) => Heard::Postgres(heard),
            Ok(Err(failure)) => Heard::Failed(failure),
            Err(_) => Heard::Failed(Failure::Timeout),
        }
    }

    async fn login(ask: &PostgresAsk, roots: &Roots) -> Result<PostgresHeard, Failure> {
        // The URL says where to log in, as whom, and with what.
        let url = ask.url.expose_text().and_then(DatabaseUrl::parse).ok_or(Failure::Connect)?;
        let stream = connection::connect(&url.host, url.port.unwrap_or(PORT), ask.private).await?;
        let mut config = config(&url);
        if url.option("sslmode") == Some("disable") {
            if !connection::is_private(&stream) {
                return Err(Failure::Tls);
            }
            config.ssl_mode(SslMode::Disable);
            return speak(&config, stream, NoTls).await;
        }
        let trusted = http::trusting(roots).map_err(|_| Failure::Tls)?;
        let handshake = Handshake::new(trusted, &url.host).map_err(|_| Failure::Tls)?;
        config.ssl_mode(SslMode::Require);
        speak(&config, stream, handshake).await
    }

    fn config(url: &DatabaseUrl) -> Config {
        let mut config = Config::new();
        config.application_name("esc-sync probe");
        if let Some(user) = &url.user {
            config.user(user.as_str());
        }
        if let Some(password) = &url.password {
            config.password(password.as_bytes());
        }
        if !url.path.is_empty() {
            config.dbname(url.path.as_str());
        }
        if let Some(options) = url.option("options") {
            config.options(options);
        }
        config
    }

    async fn speak<T>(config: &Config, stream: TcpStream, tls: T) -> Result<PostgresHeard, Failure>
    where
        T: TlsConnect<TcpStream>,
        T::Stream: TlsStream + AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match config.connect_raw(stream, tls).await {
            Ok((client, connection)) => {
                // Without its client the connection says goodbye and ends; how it ends does not matter any more.
                drop(client);
                drop(time::timeout(GOODBYE, connection).await);
                Ok(PostgresHeard::Ready)
            }
            Err(error) => refused(&error),
        }
    }

    fn refused(error: &tokio_postgres::Error) -> Result<PostgresHeard, Failure> {
        if let Some(state) = error.code() {
            let plain = state.code().len() == 5 && state.code().bytes().all(|byte| byte.is_ascii_alphanumeric());
            let refused = || PostgresHeard::Refused { sqlstate: state.code().to_owned() };
            return plain.then(refused).ok_or(Failure::BadAnswer);
        }
        let mut source = error.source();
        while let Some(cause) = source {
            // The client's own words; it has no other name for them.
            if cause.to_string() == "server does not support TLS" {
                return Ok(PostgresHeard::NoTls);
            }
            if is_tls(cause) {
                return Err(Failure::Tls);
            }
            if cause.is::<io::Error>() {
                return Err(Failure::Connect);
            }
            source = cause.source();
        }
        Err(Failure::BadAnswer)
    }

    fn is_tls(cause: &(dyn Error + 'static)) -> bool {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
    }

    const PORT: u16 = 5432;
    const GOODBYE: Duration = Duration::from_millis(500);
}
