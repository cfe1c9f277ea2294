//! State in a bucket of Google: the conditions that are sent, seen by a stand-in that answers from a script.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use esc_sync::ledger::{
    backend::{Backend, Expected, PutFault},
    object::ObjectState,
    url::StateUrl,
};

/// Answers one request a line of the script, and returns the heads of what it was asked.
fn stand_in(script: &'static [(&'static str, &'static str)]) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let served = thread::spawn(move || {
        script
            .iter()
            .map(|(status, headers)| {
                let (stream, _) = listener.accept().expect("a client");
                let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    assert_ne!(reader.read_line(&mut head).expect("text"), 0, "cut short: {head}");
                }
                let length = head.to_ascii_lowercase();
                let length = length.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                reader.read_exact(&mut vec![0; length.unwrap_or(0)]).expect("a body");
                let answer = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: 0\r\n\r\n");
                (&stream).write_all(answer.as_bytes()).expect("answered");
                head
            })
            .collect()
    });
    (address, served)
}

#[tokio::test]
async fn google_is_told_the_generation_that_must_be_there() {
    const WRITTEN: &str = "ETag: \"e\"\r\nx-goog-generation: 1700000000000001\r\n";
    const READ: &str =
        "ETag: \"e\"\r\nx-goog-generation: 1700000000000002\r\nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n";
    let (address, served) =
        stand_in(&[("200 OK", WRITTEN), ("200 OK", WRITTEN), ("412 Precondition Failed", ""), ("200 OK", READ)]);
    let url = StateUrl::parse(&format!("gs://bucket/folder?endpoint={address}")).expect("it is well-formed");
    let StateUrl::Object(url) = url else { panic!("a bucket") };
    let state = ObjectState::new(&url, &|_| None).expect("settings");
    let tag = state.put("ledger.json", b"1", Expected::Absent).await.expect("written");
    state.put("ledger.json", b"2", Expected::Version(tag.clone())).await.expect("written");
    assert_eq!(state.put("ledger.json", b"3", Expected::Version(tag)).await, Err(PutFault::Changed));
    let heads = served.join().expect("no panic");
    assert!(heads[0].starts_with("PUT /bucket/folder%2Fdoc%2Fledger%2Ejson "), "{}", heads[0]);
    assert!(heads[0].contains("x-goog-if-generation-match: 0\r\n"), "{}", heads[0]);
    assert!(heads[1].contains("x-goog-if-generation-match: 1700000000000001\r\n"), "{}", heads[1]);
    assert!(heads[3].starts_with("GET "), "a refusal is looked at before it is believed");
}
