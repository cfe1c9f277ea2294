//! A service on loopback that answers by path, and remembers what it was asked.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// One per test; its thread ends with the process.
pub(super) struct Service {
    pub(super) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    answers: HashMap<&'static str, String>,
    seen: Mutex<Vec<String>>,
}

impl Service {
    /// Whole answers by path, each a status line, headers and a body.
    pub(super) fn new(answers: &[(&'static str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let answers = answers.iter().map(|(path, answer)| (*path, (*answer).to_owned())).collect();
        let shared = Arc::new(Shared { answers, ..Shared::default() });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                thread::spawn(move || serving.serve(stream));
            }
        });
        Self { port, shared }
    }

    /// Request heads as they came, with their bodies.
    pub(super) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().expect("no panic").clone()
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("one more handle"));
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = number.trim().parse().unwrap_or(0);
            }
            head.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body follows");
        head.push_str(&String::from_utf8_lossy(&body));
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.seen.lock().expect("no panic").push(head);
        let answer = self.answers.get(path.as_str()).cloned().unwrap_or_else(|| answer(404, "", ""));
        // Whoever asked may have gone.
        let _ = stream.write_all(answer.as_bytes());
    }
}

pub(super) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}
