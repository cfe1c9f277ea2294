//! Sealed boxes against another implementation: PyNaCl, fixed and live.
//!
//! `vectors.txt` is what `vectors.py` makes; PyNaCl comes with `sandbox_github/clients/install`.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{
    crypto::{
        random_bytes,
        sealed::{OpeningKey, SealError, SealingKey},
    },
    model::SecretValue,
};
use libsodium_rs::{
    crypto_box::{self, Nonce, PublicKey, SecretKey},
    crypto_generichash,
    crypto_scalarmult::curve25519,
};

use crate::sandbox_github::clients::installed;

fn content(seed: u8, size: usize) -> Vec<u8> {
    (0..size).map(|at| ((at * 31 + usize::from(seed)) % 256) as u8).collect()
}

fn digest(parts: &[&[u8]], size: usize) -> Vec<u8> {
    crypto_generichash::generichash(&parts.concat(), None, size).expect("a legal size")
}

/// The box that the vectors' fixed sender makes.
fn fixed_box(seed: u8, size: usize) -> Vec<u8> {
    let recipient = STANDARD.decode(opening(seed).public_base64()).expect("base64");
    let secret = [seed + 1; 32];
    let sender = curve25519::scalarmult_base(&secret).expect("a legal scalar");
    let nonce = Nonce::try_from(digest(&[&sender, &recipient], 24).as_slice()).expect("24 bytes");
    let (recipient, secret) = (PublicKey::from_bytes(&recipient), SecretKey::from_bytes(&secret));
    let sealed = crypto_box::seal(&content(seed, size), &nonce, &recipient.expect("a key"), &secret.expect("a key"));
    [&sender[..], &sealed.expect("sealed")].concat()
}

fn opening(seed: u8) -> OpeningKey {
    OpeningKey::from_seed(&[seed; 32]).expect("any seed")
}

#[test]
fn g23_boxes_and_keys_of_another_implementation() {
    let (mut boxes, mut keys) = (0, 0);
    for line in include_str!("vectors.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<usize>().expect("a number");
        match words[0] {
            "box" => {
                let (seed, sealed) = (number(1) as u8, STANDARD.decode(words[3]).expect("base64"));
                check_box(seed, number(2), &sealed);
                boxes += 1;
            }
            "sum" => {
                let (seed, sealed) = (number(1) as u8, fixed_box(number(1) as u8, number(2)));
                assert_eq!(STANDARD.encode(digest(&[&sealed], 32)), words[3], "{line}");
                check_box(seed, number(2), &sealed);
                boxes += 1;
            }
            _ => {
                let sealed = SealingKey::from_base64(words[1]).and_then(|key| key.seal(&"v".into()));
                assert_eq!(sealed.map(|_| ()), Err(SealError::BadKey), "{line}");
                keys += 1;
            }
        }
    }
    assert_eq!((boxes, keys), (118, 13));
}

fn check_box(seed: u8, size: usize, sealed: &[u8]) {
    assert_eq!(sealed.len(), size + 48);
    assert_eq!(opening(seed).open(sealed).expect("opens").expose(), content(seed, size));
    let refused = |key: &OpeningKey, sealed: &[u8]| matches!(key.open(sealed), Err(SealError::NotOpened));
    assert!(refused(&opening(seed.wrapping_add(7)), sealed), "another key");
    assert!(refused(&opening(seed), &sealed[1..]), "cut");
    let mut bent = sealed.to_vec();
    bent[40] ^= 1;
    assert!(refused(&opening(seed), &bent), "bent");
}

/// The published vector: the recipient's secret key is 00 to 1f, the sender's 32 times 42, the content `hello`.
#[test]
fn the_published_box_is_made_and_opened() {
    let secret: Vec<u8> = (0..32).collect();
    let public = curve25519::scalarmult_base(&secret).expect("a legal scalar");
    assert_eq!(STANDARD.encode(public), "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=");
    let sealed = STANDARD.decode("EyxEK+AQ+9V+cmAzKKp25x/MwVA6riGTJ9FNnJmT9HIN8j3Xmask+fE3u5NBpC+OaLIw1co=");
    let (public, secret) = (PublicKey::from_bytes(&public[..]), SecretKey::from_bytes(&secret));
    let opened =
        crypto_box::open_sealed_box(&sealed.expect("base64"), &public.expect("a key"), &secret.expect("a key"));
    assert_eq!(opened.expect("opens"), b"hello");
}

/// One process of PyNaCl opens what we seal and seals it back.
#[test]
fn v1_v2_10_000_values_go_to_pynacl_and_back() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/integration/sync_github/sealed_boxes.py");
    let mut command = Command::new(installed("venv/bin/python"));
    let mut python = command
        .arg(script)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the installed Python starts");
    let ours = OpeningKey::generate();
    let mut input = python.stdin.take().expect("piped");
    let mut lines = BufReader::new(python.stdout.take().expect("piped")).lines().map(|line| line.expect("a line"));
    writeln!(input, "{}", ours.public_base64()).expect("written");
    let theirs = SealingKey::from_base64(&lines.next().expect("their key")).expect("a key");
    let values: Vec<Vec<u8>> = (0..10_000).map(|n| random_bytes(if n % 500 == 0 { 48_000 } else { n % 300 })).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for value in &values {
                let sealed = theirs.seal(&SecretValue::from_bytes(value.clone())).expect("sealed");
                writeln!(input, "{sealed}").expect("written");
            }
            drop(input);
        });
        for (n, value) in values.iter().enumerate() {
            let answer = lines.next().unwrap_or_else(|| panic!("an answer to {n}"));
            let (opened, sealed) = answer.split_once(' ').expect("two words");
            assert_eq!(opened, STANDARD.encode(value), "{n}");
            let back = ours.open(&STANDARD.decode(sealed).expect("base64")).expect("opens");
            assert_eq!(back.expose(), value, "{n}");
        }
    });
    assert!(python.wait().expect("ended").success());
}
