//! HTTP/1.1 over any byte stream, read strictly and written exactly as told.
//!
//! The emulator must be able to break the protocol on purpose (a false length, half a
//! body, a reset in the middle), which no well-behaved server library lets one do, so
//! reading and writing stand here. Nothing here knows what a request means.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::message::{SandboxRequest, SandboxResponse};

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A connection with what was read ahead of the request in hand.
pub(super) struct Connection<S> {
    pub(super) stream: S,
    buffer: Vec<u8>,
}

/// A request as it came over the wire.
pub(super) struct Arrival {
    pub(super) request: SandboxRequest,
    /// Path and query as sent, for the log and for matching faults.
    pub(super) target: String,
    /// Whether the client wants the connection closed after the answer.
    pub(super) close: bool,
}

/// A request without its body, the body's length, and whether the client waits to be asked for it.
type Head = (Arrival, Length, bool);

enum Length {
    Chunked,
    Known(usize),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    /// The next request, or `None` once the client has closed the connection.
    /// `InvalidData` stands for what is no HTTP.
    pub(super) async fn read_request(&mut self) -> io::Result<Option<Arrival>> {
        let Some((mut arrival, length, expects)) = self.read_head().await? else { return Ok(None) };
        if expects {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        arrival.request.body = match length {
            Length::Known(length) => self.take(length).await?,
            Length::Chunked => self.read_chunks().await?,
        };
        Ok(Some(arrival))
    }

    /// Waits until the client has closed the connection.
    pub(super) async fn closed(&mut self) {
        let mut ignored = [0; 1024];
        while self.stream.read(&mut ignored).await.is_ok_and(|count| count > 0) {}
    }

    async fn read_head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if !self.buffer.is_empty()
                && let Some((consumed, head)) = parse_head(&self.buffer)?
            {
                self.buffer.drain(..consumed);
                return Ok(Some(head));
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(invalid("the head is too long"));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > BODY_LIMIT {
            return Err(invalid("the body is too long"));
        }
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(invalid("a line is too long"));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| invalid("a chunk has no size"))?;
            if size == 0 {
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            if body.len().saturating_add(size) > BODY_LIMIT {
                return Err(invalid("the body is too long"));
            }
            body.extend(self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err(invalid("a chunk is longer than its size"));
            }
        }
    }
}

fn parse_head(buffer: &[u8]) -> io::Result<Option<(usize, Head)>> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut head = httparse::Request::new(&mut headers);
    let consumed = match head.parse(buffer) {
        Ok(httparse::Status::Complete(consumed)) => consumed,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(invalid("the head is no HTTP")),
    };
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let find = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_ascii_lowercase());
    let connection = find("connection").unwrap_or_default();
    let close = connection.contains("close") || (head.version == Some(0) && !connection.contains("keep-alive"));
    let length = body_length(find("transfer-encoding").as_deref(), find("content-length").as_deref())?;
    let expects = find("expect").is_some_and(|value| value == "100-continue");
    let target = origin_form(head.path.unwrap_or("/"));
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let request = SandboxRequest {
        method: head.method.unwrap_or_default().to_ascii_uppercase(),
        path: path.to_owned(),
        query: decode_query(query),
        headers,
        ..SandboxRequest::default()
    };
    Ok(Some((consumed, (Arrival { request, target, close }, length, expects))))
}

fn body_length(encoding: Option<&str>, length: Option<&str>) -> io::Result<Length> {
    match (encoding, length) {
        (Some("chunked"), None) => Ok(Length::Chunked),
        (Some(_), _) => Err(invalid("this transfer encoding is not understood")),
        (None, None) => Ok(Length::Known(0)),
        (None, Some(text)) => text.trim().parse().map(Length::Known).map_err(|_| invalid("the length is no number")),
    }
}

/// Path and query of a target; a client that takes us for a proxy sends the whole URL.
fn origin_form(target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let after_scheme = target.split_once("://").map_or(target, |(_, rest)| rest);
    after_scheme.find('/').map_or_else(|| "/".to_owned(), |at| after_scheme[at..].to_owned())
}

fn decode_query(query: &str) -> Vec<(String, String)> {
    let decode =
        |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// How an answer goes over the wire.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// A HEAD request: the length of the body, but no body.
    pub(super) bodyless: bool,
    pub(super) close: bool,
    /// Send this many bytes of the body, then close.
    pub(super) cut_at: Option<usize>,
    /// What `content-length` says, true or not.
    pub(super) claimed_length: Option<u64>,
    /// So many bytes, then so many milliseconds of silence.
    pub(super) drip: Option<(usize, u64)>,
    /// Zeros sent after the body, and counted in its length.
    pub(super) zeros: u64,
}

/// The answer's head as bytes.
pub(super) fn render_head(response: &SandboxResponse, manner: &Manner, now: i64) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        // A line break in a value would let whoever chose it write headers of his own.
        let _ = write!(head, "{name}: {}\r\n", value.replace(['\r', '\n'], " "));
    }
    if !matches!(response.status, 100..=199 | 204 | 304) {
        let length = manner.claimed_length.unwrap_or(response.body.len() as u64 + manner.zeros);
        let _ = write!(head, "content-length: {length}\r\n");
    }
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now.max(0).unsigned_abs());
    let _ = write!(head, "date: {}\r\n", httpdate::fmt_http_date(moment));
    let _ = write!(head, "connection: {}\r\n\r\n", if manner.close { "close" } else { "keep-alive" });
    head.into_bytes()
}

/// Sends head and body in the given manner.
pub(super) async fn write_response<S: AsyncWrite + Unpin>(
    stream: &mut S,
    response: &SandboxResponse,
    manner: &Manner,
    now: i64,
) -> io::Result<()> {
    let mut bytes = render_head(response, manner, now);
    if manner.bodyless || matches!(response.status, 100..=199 | 204 | 304) {
        stream.write_all(&bytes).await?;
        return stream.flush().await;
    }
    let body = &response.body[..manner.cut_at.unwrap_or(usize::MAX).min(response.body.len())];
    if let Some((step, pause)) = manner.drip {
        stream.write_all(&bytes).await?;
        for part in body.chunks(step.max(1)) {
            stream.write_all(part).await?;
            stream.flush().await?;
            tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        }
    } else {
        // One write: two would cost the client a second packet, and a round trip with delayed acknowledgements.
        bytes.extend_from_slice(body);
        stream.write_all(&bytes).await?;
    }
    write_zeros(stream, manner.zeros).await?;
    stream.flush().await
}

async fn write_zeros<S: AsyncWrite + Unpin>(stream: &mut S, count: u64) -> io::Result<()> {
    let block = [0_u8; 64 * 1024];
    let mut left = count;
    while left > 0 {
        let step = left.min(block.len() as u64);
        stream.write_all(&block[..step as usize]).await?;
        left -= step;
    }
    Ok(())
}

fn reason(status: u16) -> &'static str {
    const REASONS: &[(u16, &str)] = &[
        (200, "OK"),
        (201, "Created"),
        (202, "Accepted"),
        (204, "No Content"),
        (301, "Moved Permanently"),
        (302, "Found"),
        (304, "Not Modified"),
        (307, "Temporary Redirect"),
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not Found"),
        (405, "Method Not Allowed"),
        (409, "Conflict"),
        (410, "Gone"),
        (413, "Content Too Large"),
        (422, "Unprocessable Entity"),
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (502, "Bad Gateway"),
        (503, "Service Unavailable"),
        (504, "Gateway Timeout"),
    ];
    REASONS.iter().find(|(code, _)| *code == status).map_or("Status", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &'static [u8]) -> io::Result<Option<Arrival>> {
        let (mut client, server) = tokio::io::duplex(1 << 20);
        client.write_all(bytes).await.expect("written");
        client.shutdown().await.expect("closed");
        Connection::new(server).read_request().await
    }

    #[tokio::test]
    async fn a_chunked_body_and_a_query_are_decoded() {
        let arrival = read(
            b"put /a%2Fb/c?x=1+2&y=%41 HTTP/1.1\r\nUser-Agent: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\n\r\n",
        )
        .await
        .expect("http")
        .expect("a request");
        let request = arrival.request;
        assert_eq!((request.method.as_str(), request.body.as_slice()), ("PUT", b"abcde".as_slice()));
        assert_eq!(request.segments(), ["a/b", "c"]);
        assert_eq!((request.query("x"), request.query("y")), (Some("1 2"), Some("A")));
        assert_eq!(request.header("user-agent"), Some("t"));
        assert!(!arrival.close);
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused() {
        for bytes in [
            b"\x16\x03\x01\x02\r\n\r\n".as_slice(),
            b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ] {
            assert_eq!(read(bytes).await.map(|_| ()).expect_err("refused").kind(), io::ErrorKind::InvalidData);
        }
        assert!(read(b"").await.expect("closed").is_none());
        assert!(read(b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab").await.is_err());
    }

    #[test]
    fn a_header_value_cannot_start_another_header() {
        let response = SandboxResponse::empty(200).with_header("x", "a\r\nset-cookie: b");
        let head = String::from_utf8(render_head(&response, &Manner::default(), 0)).expect("text");
        assert!(head.contains("x: a  set-cookie: b\r\n"), "{head}");
        assert!(head.contains("date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), "{head}");
    }
}
