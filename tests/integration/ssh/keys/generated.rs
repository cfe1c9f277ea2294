//! Keys that are made here: OpenSSH takes them, and says the same of them.

use std::{fs, thread};

use esc_sync::{
    model::SecretValue,
    ssh::{
        files,
        pair::{KeyPair, PairFault},
    },
};

use super::{comment, folder, keygen, pair, printed, text, write_private};

const KEYS: usize = 1000;

#[test]
fn a_thousand_keys_are_read_by_openssh_with_equal_fingerprints() {
    let folder = folder("thousand");
    let lanes: Vec<Vec<KeyPair>> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..4)
            .map(|lane| {
                let folder = &folder;
                scope.spawn(move || {
                    let numbers = (0..KEYS).filter(|number| number % 4 == lane);
                    numbers.map(|number| read_back(folder, number)).collect::<Vec<_>>()
                })
            })
            .collect();
        lanes.into_iter().map(|lane| lane.join().expect("no lane fails")).collect()
    });
    let pairs: Vec<_> = lanes.into_iter().flatten().collect();
    let all = folder.join("all.pub");
    let lines: Vec<_> = pairs.iter().map(|pair| pair.public().line()).collect();
    fs::write(&all, lines.join("\n")).expect("a file can be written");
    let listed = printed(&keygen(&["-l", "-f"], &all));
    let theirs: Vec<_> = listed.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    let ours: Vec<_> = pairs.iter().map(|pair| pair.fingerprint().to_string()).collect();
    assert_eq!(theirs.len(), KEYS);
    assert_eq!(theirs, ours);
}

/// One key through the file that `ssh` would be given.
fn read_back(folder: &std::path::Path, number: usize) -> KeyPair {
    let pair = pair(&format!("key {number}"));
    let file = folder.join(number.to_string());
    write_private(&file, text(pair.private()));
    assert_eq!(printed(&keygen(&["-y", "-f"], &file)), pair.public().line());
    pair
}

#[test]
fn a_key_in_its_file_is_what_ssh_keygen_would_have_written() {
    let folder = folder("written");
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    let pair = pair("a");
    files::create(&ours, &pair).expect("written");
    printed(&keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "a", "-f"], &theirs));
    let lines = |file: &std::path::Path| {
        let text = fs::read_to_string(file).expect("text");
        text.split_inclusive('\n').map(|line| line.len()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&ours), lines(&theirs));
    let fingerprint = format!("256 {} a (ED25519)", pair.fingerprint());
    assert_eq!(printed(&keygen(&["-l", "-f"], &ours)), fingerprint);
    assert_eq!(printed(&keygen(&["-l", "-f"], &ours.with_extension("pub"))), fingerprint);
}

#[test]
fn a_locked_key_opens_with_its_passphrase_alone() {
    let folder = folder("locked");
    let (file, passphrase) = (folder.join("key"), SecretValue::from("correct horse"));
    let pair = KeyPair::generate(&comment("locked key"), Some(&passphrase)).expect("a key can be locked");
    files::create(&file, &pair).expect("written");
    assert_eq!(printed(&keygen(&["-y", "-P", "correct horse", "-f"], &file)), pair.public().line());
    for wrong in ["wrong", ""] {
        assert!(!keygen(&["-y", "-P", wrong, "-f"], &file).status.success(), "{wrong}");
    }
    let stored = files::read(&file).expect("readable").expect("there");
    assert_eq!(KeyPair::read(&stored, Some(&passphrase)).expect("opens").public(), pair.public());
    assert_eq!(KeyPair::read(&stored, None).err(), Some(PairFault::Locked));
    let wrong = SecretValue::from("wrong");
    assert_eq!(KeyPair::read(&stored, Some(&wrong)).err(), Some(PairFault::WrongPassphrase));
    let empty = SecretValue::from("");
    assert_eq!(KeyPair::generate(&comment("a"), Some(&empty)).err(), Some(PairFault::EmptyPassphrase));

    let open = folder.join("open");
    write_private(&open, text(&pair.unlocked()));
    assert_eq!(printed(&keygen(&["-y", "-P", "", "-f"], &open)), pair.public().line());
    assert!(!text(&stored).contains(text(&pair.unlocked()).lines().nth(3).expect("lines")));
}

#[test]
fn two_keys_are_never_the_same() {
    assert_ne!(pair("a").fingerprint(), pair("a").fingerprint());
}

#[test]
fn a_pair_does_not_print_its_private_half() {
    let pair = pair("a");
    let shown = format!("{pair:?} {:?}", pair.private());
    for line in text(pair.private()).lines().filter(|line| !line.starts_with("-----")) {
        assert!(!shown.contains(line), "{shown}");
    }
}
