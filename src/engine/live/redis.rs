//! A login to Redis: `AUTH` if the URL holds a password, then `PING`, and nothing else.
//!
//! Invariants: one login, whatever the server says to it; what the server may say is bounded; of what it says only
//! the first word of an error is kept.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, RedisConnectionInfo, RedisError, Value,
    aio::{ConnectionLike, MultiplexedConnection},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    time,
};

use super::connection;
use crate::{
    http::Roots,
    probe::{DatabaseUrl, Failure, Heard, RedisAsk, RedisHeard},
};

/// What the server of the URL says to a login, believing the certificates of the system.
pub async fn ask(ask: &RedisAsk, deadline: Duration) -> Heard {
    ask_trusting(ask, deadline, &Roots::System).await
}

/// The same, believing `roots`.
pub async fn ask_trusting(ask: &RedisAsk, deadline: Duration, roots: &Roots) -> Heard {
    match time::timeout(deadline, login(ask, roots)).await {
        Ok(Ok(heard)) => Heard::Redis(heard),
        Ok(Err(failure)) => Heard::Failed(failure),
        Err(_) => Heard::Failed(Failure::Timeout),
    }
}

async fn login(ask: &RedisAsk, roots: &Roots) -> Result<RedisHeard, Failure> {
    // The URL says where to log in, as whom, and with what.
    let url = ask.url.expose_text().and_then(DatabaseUrl::parse).ok_or(Failure::Connect)?;
    let stream = connection::connect(&url.host, url.port.unwrap_or(PORT), ask.private).await?;
    if url.scheme == "rediss" {
        return converse(connection::encrypt(stream, &url.host, roots).await?, &url).await;
    }
    if url.password.is_some() && !connection::is_private(&stream) {
        return Err(Failure::Tls);
    }
    converse(stream, &url).await
}

async fn converse<S>(stream: S, url: &DatabaseUrl) -> Result<RedisHeard, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (read, write) = tokio::io::split(stream);
    let bounded = tokio::io::join(read.take(LONGEST_ANSWER), write);
    // The client is told neither the password nor its own name: it says nothing by itself.
    let silent = RedisConnectionInfo::default().set_skip_set_lib_name();
    // The deadline is ours.
    let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
    let (connection, driver) =
        MultiplexedConnection::new_with_config(&silent, bounded, config).await.map_err(|error| failure(&error))?;
    // The driver ends once the connection is dropped, or lost.
    tokio::join!(talk(connection, url), driver).0
}

async fn talk(mut connection: MultiplexedConnection, url: &DatabaseUrl) -> Result<RedisHeard, Failure> {
    if let Some(password) = &url.password {
        let mut login = redis::cmd("AUTH");
        if let Some(user) = &url.user {
            login.arg(user.as_str());
        }
        match connection.req_packed_command(login.arg(password.as_str())).await {
            Ok(Value::Okay) => {}
            Ok(Value::ServerError(error)) => return refused(error.code()),
            Ok(_) => return Err(Failure::BadAnswer),
            Err(error) => return Err(failure(&error)),
        }
    }
    match connection.req_packed_command(&redis::cmd("PING")).await {
        Ok(Value::SimpleString(text)) if text == "PONG" => Ok(RedisHeard::Pong),
        Ok(Value::ServerError(error)) => refused(error.code()),
        Ok(_) => Err(Failure::BadAnswer),
        Err(error) => Err(failure(&error)),
    }
}

fn refused(word: &str) -> Result<RedisHeard, Failure> {
    if is_word(word) { Ok(RedisHeard::Refused { word: word.to_owned() }) } else { Err(Failure::BadAnswer) }
}

/// An error's first word, as servers write it. Anything else may be text from anywhere.
fn is_word(word: &str) -> bool {
    (2..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn failure(error: &RedisError) -> Failure {
    if error.is_io_error() { Failure::Connect } else { Failure::BadAnswer }
}

const PORT: u16 = 6379;

/// Two short lines are all that is expected.
const LONGEST_ANSWER: u64 = 16 * 1024;
