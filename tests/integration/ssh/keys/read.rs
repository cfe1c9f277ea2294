//! Keys that OpenSSH made, of every kind and lock that may still open a machine.

use std::fs;

use esc_sync::{
    keys::{self, Damage},
    model::SecretValue,
    ssh::pair::{KeyPair, PairFault},
};

use super::{folder, keygen, printed, text, write_private};

const KINDS: [&[&str]; 5] = [
    &["-t", "ed25519"],
    &["-t", "ecdsa", "-b", "256"],
    &["-t", "ecdsa", "-b", "384"],
    &["-t", "ecdsa", "-b", "521"],
    &["-t", "rsa", "-b", "2048"],
];

#[test]
fn old_keys_of_every_kind_are_read_locked_or_not() {
    let folder = folder("kinds");
    for (at, kind) in KINDS.iter().enumerate() {
        for (lock, passphrase) in [("open", None), ("locked", Some(SecretValue::from("pass word")))] {
            let file = folder.join(format!("{at}-{lock}"));
            let word = passphrase.as_ref().map_or("", text);
            printed(&keygen(&[&["-q", "-C", "ops laptop", "-N", word], *kind, &["-f"]].concat(), &file));
            let stored = SecretValue::from(fs::read_to_string(&file).expect("text"));
            let line = fs::read_to_string(file.with_extension("pub")).expect("text");
            let pair = KeyPair::read(&stored, passphrase.as_ref()).expect("a good key");
            assert_eq!(pair.public().line(), line.trim_end());
            assert_eq!(keys::private_key_damage(&stored), None, "{kind:?}");
            assert_eq!(keys::is_locked(&stored), passphrase.is_some());
            assert_eq!(keys::public_half(&stored).expect("stands in the open"), *pair.public());
            let wrong = KeyPair::read(&stored, Some(&SecretValue::from("wrong"))).err();
            assert_eq!(wrong, passphrase.as_ref().map(|_| PairFault::WrongPassphrase), "{kind:?}");
            let again = folder.join(format!("{at}-{lock}-again"));
            write_private(&again, text(&pair.unlocked()));
            assert_eq!(printed(&keygen(&["-y", "-P", "", "-f"], &again)), line.trim_end());
        }
    }
}

#[test]
fn a_lock_of_any_cipher_is_opened() {
    let folder = folder("ciphers");
    let ciphers = ["aes128-cbc", "aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"];
    for (at, cipher) in ciphers.into_iter().enumerate() {
        let file = folder.join(at.to_string());
        printed(&keygen(&["-q", "-t", "ed25519", "-N", "word", "-Z", cipher, "-a", "2", "-C", "", "-f"], &file));
        let stored = SecretValue::from(fs::read_to_string(&file).expect("text"));
        let pair = KeyPair::read(&stored, Some(&SecretValue::from("word"))).expect(cipher);
        let line = fs::read_to_string(file.with_extension("pub")).expect("text");
        assert_eq!(pair.public().line(), line.trim_end(), "{cipher}");
        assert_eq!(KeyPair::read(&stored, Some(&SecretValue::from("x"))).err(), Some(PairFault::WrongPassphrase));
    }
}

#[test]
fn other_containers_are_named_and_converted_by_the_advice() {
    let folder = folder("containers");
    for (at, arguments) in [["rsa", "PEM"], ["rsa", "PKCS8"], ["ecdsa", "PEM"]].into_iter().enumerate() {
        let file = folder.join(at.to_string());
        printed(&keygen(&["-q", "-t", arguments[0], "-m", arguments[1], "-N", "", "-C", "a", "-f"], &file));
        let stored = || SecretValue::from(fs::read_to_string(&file).expect("text"));
        let fault = KeyPair::read(&stored(), None).expect_err("another container");
        assert_eq!(fault, PairFault::UnsupportedContainer);
        assert!(fault.help().contains("`ssh-keygen -p -f FILE`"), "{}", fault.help());
        printed(&keygen(&["-q", "-p", "-P", "", "-N", "", "-f"], &file));
        let line = fs::read_to_string(file.with_extension("pub")).expect("text");
        let converted = KeyPair::read(&stored(), None).expect("the advice helps");
        assert_eq!(converted.public().body(), line.split(' ').nth(1).expect("a body"), "{arguments:?}");
    }
}

/// A private key that carries the public half of another would be rolled out as that other.
#[test]
fn halves_of_two_keys_do_not_make_a_pair() {
    let (one, two) = (super::pair("a"), super::pair("a"));
    let blob = |pair: &KeyPair| decoded(&pair.public().body());
    let bytes = decoded(&text(one.private()).lines().filter(|line| !line.starts_with('-')).collect::<String>());
    for times in [1, 2, 3] {
        let mixed = replaced(&bytes, &blob(&one)[19..], &blob(&two)[19..], times);
        let fault = KeyPair::read(&SecretValue::from(framed(&mixed)), None).err();
        assert_eq!(fault, Some(PairFault::Mismatch), "{times} of three copies");
        let file = folder("mixed").join("key");
        write_private(&file, &framed(&mixed));
        let theirs = keygen(&["-y", "-f"], &file);
        // OpenSSH compares copies and computes nothing, so that it can be deceived where we are not.
        assert!(times > 1 || !theirs.status.success(), "{times}");
    }
    assert!(KeyPair::read(&SecretValue::from(framed(&bytes)), None).is_ok());
}

/// The comment of a private key is whoever's; it ends up in `authorized_keys`.
#[test]
fn a_private_key_with_a_second_line_in_its_comment_is_refused() {
    let seed = ssh_key::private::Ed25519Keypair::from_seed(&[9; 32]);
    let key = ssh_key::PrivateKey::new(seed.into(), "a\nssh-ed25519 AAAA intruder").expect("a key");
    let stored = key.to_openssh(ssh_key::LineEnding::LF).expect("encodes");
    let fault = KeyPair::read(&SecretValue::from(stored.as_str()), None).err();
    assert_eq!(fault, Some(PairFault::Damaged(Damage::ControlCharacters)));
}

fn decoded(text: &str) -> Vec<u8> {
    keys::text::decode_base64(text.as_bytes()).expect("base64")
}

fn framed(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let body = STANDARD.encode(bytes);
    let lines: Vec<_> = body.as_bytes().chunks(70).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", lines.join("\n"))
}

/// The first so many occurrences of `from`, replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8], times: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let starts: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).take(times).collect();
    assert_eq!(starts.len(), times);
    for at in starts {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}
