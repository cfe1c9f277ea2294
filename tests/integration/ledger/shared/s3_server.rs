//! A small stand-in for S3 that really checks conditions: one lock is held over the check and the write.
//!
//! Path-style addresses, `If-Match` and `If-None-Match` as documented, listing with prefix and delimiter. It can
//! fail after it has written, and set its clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use jiff::{SignedDuration, Timestamp};

#[derive(Clone, Default)]
pub(crate) struct S3Server(Arc<Mutex<Bucket>>);

#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Object>,
    writes: u64,
    /// So many of the next writes are done and answered by 503.
    broken_answers: u32,
    /// How far the clock was set forward.
    ahead: SignedDuration,
    /// The heads of all requests.
    heads: Vec<String>,
}

#[derive(Clone)]
struct Object {
    bytes: Vec<u8>,
    etag: String,
    mark: Option<String>,
    written: Timestamp,
}

struct Asked {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl S3Server {
    /// Its address; it serves until the process ends.
    pub(crate) fn start() -> (Self, String) {
        let server = Self::default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let accepting = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = accepting.clone();
                thread::spawn(move || drop(server.serve(stream)));
            }
        });
        (server, address)
    }

    pub(crate) fn break_answers(&self, writes: u32) {
        self.lock().broken_answers = writes;
    }

    pub(crate) fn set_clock_forward(&self, seconds: i64) {
        self.lock().ahead = SignedDuration::from_secs(seconds);
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.lock().objects.keys().cloned().collect()
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.lock().heads.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.0.lock().expect("no request panics")
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut writer = stream;
        loop {
            let (head, asked) = read(&mut reader)?;
            let answer = {
                let mut bucket = self.lock();
                bucket.heads.push(head);
                bucket.answer(&asked)
            };
            writer.write_all(&answer)?;
        }
    }
}

impl Bucket {
    fn answer(&mut self, asked: &Asked) -> Vec<u8> {
        // The first segment is the bucket.
        let key = asked.path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key).to_owned();
        match asked.method.as_str() {
            "GET" if key.is_empty() => self.list(&asked.query),
            "GET" | "HEAD" => self.read(&key, asked.method == "HEAD"),
            "PUT" => self.write(key, asked),
            "DELETE" => {
                self.objects.remove(&key);
                reply("204 No Content", "", b"")
            }
            _ => reply("405 Method Not Allowed", "", b""),
        }
    }

    fn write(&mut self, key: String, asked: &Asked) -> Vec<u8> {
        let there = self.objects.get(&key).map(|object| object.etag.clone());
        if asked.headers.get("if-none-match").is_some_and(|value| value == "*") && there.is_some() {
            return refused("412 Precondition Failed", "PreconditionFailed");
        }
        if let Some(expected) = asked.headers.get("if-match") {
            match &there {
                None => return refused("404 Not Found", "NoSuchKey"),
                Some(etag) if etag != expected => return refused("412 Precondition Failed", "PreconditionFailed"),
                Some(_) => {}
            }
        }
        self.writes += 1;
        let etag = format!("\"{:032x}\"", self.writes);
        let written = Timestamp::now() + self.ahead;
        let mark = asked.headers.get("x-amz-meta-escsyncwrite").cloned();
        self.objects.insert(key, Object { bytes: asked.body.clone(), etag: etag.clone(), mark, written });
        if self.broken_answers > 0 {
            self.broken_answers -= 1;
            return refused("503 Service Unavailable", "SlowDown");
        }
        reply("200 OK", &format!("ETag: {etag}\r\n"), b"")
    }

    fn read(&self, key: &str, head_only: bool) -> Vec<u8> {
        let Some(object) = self.objects.get(key) else { return refused("404 Not Found", "NoSuchKey") };
        let date = object.written.strftime("%a, %d %b %Y %H:%M:%S GMT");
        let mark = object.mark.as_ref().map(|mark| format!("x-amz-meta-escsyncwrite: {mark}\r\n")).unwrap_or_default();
        let headers = format!("ETag: {}\r\nLast-Modified: {date}\r\n{mark}", object.etag);
        let mut answer = reply("200 OK", &headers, &object.bytes);
        if head_only {
            answer.truncate(answer.len() - object.bytes.len());
        }
        answer
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Vec<u8> {
        let prefix = query.get("prefix").map_or("", String::as_str);
        let delimiter = query.get("delimiter").map(String::as_str);
        let (mut contents, mut folders) = (String::new(), BTreeSet::new());
        for (key, object) in self.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
            match delimiter.and_then(|delimiter| key[prefix.len()..].split_once(delimiter)) {
                Some((folder, _)) => drop(folders.insert(format!("{prefix}{folder}/"))),
                None => contents.push_str(&format!(
                    "<Contents><Key>{key}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                    object.written,
                    object.etag,
                    object.bytes.len()
                )),
            }
        }
        let folders: String = folders
            .iter()
            .map(|folder| format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>"))
            .collect();
        let body = format!("<ListBucketResult>{contents}{folders}</ListBucketResult>");
        reply("200 OK", "Content-Type: application/xml\r\n", body.as_bytes())
    }
}

fn read(reader: &mut impl BufRead) -> std::io::Result<(String, Asked)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (name.to_owned(), decoded(value))).collect();
    let path = decoded(path);
    Ok((head.clone(), Asked { method, path, query, headers, body }))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn refused(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>canary-server-words</Message></Error>");
    reply(status, "Content-Type: application/xml\r\n", body.as_bytes())
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}
