//! Logins to real databases, and health endpoints: what is declared, what is asked, and what is made of it.

mod endpoints;
mod mapping;
mod postgres;
mod redis;
mod redis_server;

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use esc_sync::probe::Heard;

/// Long enough for a loaded machine; nothing waits for it but what must not answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A listener that takes connections and says nothing until it is dropped.
struct Silent {
    port: u16,
    listener: TcpListener,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        Self { port, listener }
    }

    /// Whether anybody connected.
    fn was_reached(&self) -> bool {
        self.listener.set_nonblocking(true).expect("a socket");
        self.listener.accept().is_ok()
    }
}

/// Answers each connection with the same bytes and closes it.
fn says(bytes: &'static [u8]) -> u16 {
    use std::io::{Read, Write};
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let answer = move |mut stream: TcpStream| {
        // Whoever connected may be gone already.
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(bytes);
    };
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

fn no_leak(heard: &Heard) {
    assert!(!format!("{heard:?}").contains("canary"), "{heard:?}");
}
