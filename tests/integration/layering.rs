//! The table of `docs/architecture.md` kept true: who may use whom, and which rooms stay pure.
//!
//! Text is enough: an arrow is a `crate::room` in a file of another room. What
//! stands in a `#[cfg(test)]` module at a file's end does not count.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Room → rooms it may use. `cli` may use all; nothing may use `cli`.
pub(crate) const MAY_USE: &[(&str, &[&str])] = &[
    ("yaml", &[]),
    ("model", &[]),
    ("keys", &["model"]),
    ("mapping", &["model", "yaml"]),
    ("crypto", &["model"]),
    ("judge", &["keys", "mapping", "model", "yaml"]),
    ("plan", &["judge", "mapping", "model"]),
    ("probe", &["crypto", "mapping", "model"]),
    ("scan", &["documents", "judge", "keys", "mapping", "model", "yaml"]),
    ("draft", &["mapping", "model", "scan", "yaml"]),
    ("documents", &["mapping", "model", "probe"]),
    ("report", &["judge", "model", "plan", "scan", "yaml"]),
    ("http", &["model"]),
    ("ledger", &["crypto", "model"]),
    ("store", &["crypto", "http", "keys", "model", "yaml"]),
    ("ssh", &["crypto", "keys", "model", "yaml"]),
    (
        "engine",
        &[
            "crypto", "http", "judge", "keys", "ledger", "mapping", "model", "plan", "probe", "scan", "ssh", "store",
            "yaml",
        ],
    ),
    ("daemon", &["crypto", "ledger", "mapping", "model", "report"]),
    ("sandbox", &["crypto", "keys", "mapping", "model", "yaml"]),
];

/// Rooms in which the same input always gives the same output.
const PURE: &[&str] =
    &["yaml", "model", "keys", "mapping", "judge", "plan", "probe", "scan", "draft", "documents", "report"];

/// What a pure room may not say, and `crypto` beside it (except for randomness, which is its trade).
const IMPURE: &[&str] = &[
    "async fn",
    "async move",
    "std::env",
    "env::var",
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "stdout()",
    "stderr()",
    "stdin()",
    "print!(",
    "println!(",
    "eprintln!(",
    "tokio",
    "reqwest",
    "tracing",
];

#[test]
fn every_arrow_is_in_the_table() {
    let broken: Vec<_> = rooms().iter().flat_map(|room| broken_arrows(room)).collect();
    assert!(broken.is_empty(), "arrows that the table does not allow:\n{}", broken.join("\n"));
}

#[test]
fn pure_rooms_are_pure() {
    let impure: Vec<_> = PURE.iter().flat_map(|room| impurities(room)).collect();
    assert!(impure.is_empty(), "I/O, time or environment in a pure room:\n{}", impure.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let listed: BTreeSet<_> = MAY_USE.iter().map(|(room, _)| (*room).to_owned()).chain(["cli".to_owned()]).collect();
    assert_eq!(rooms(), listed, "a new room is first a line in the table and in docs/architecture.md");
}

#[test]
fn every_file_says_what_lives_in_it() {
    let silent: Vec<_> = rust_files(&source())
        .into_iter()
        .filter(|file| !fs::read_to_string(file).expect("readable").starts_with("//! "))
        .map(|file| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "files without a `//!` head:\n{}", silent.join("\n"));
}

/// The scanner itself must see an arrow and an impurity, or the tests above prove nothing.
#[test]
fn the_scanner_sees_what_it_is_for() {
    let text = "use crate::{\n    judge::Finding,\n    model::{Place, Stamp},\n};\nfn f() { crate::store::x() }\n#[cfg(test)]\nuse crate::cli;\n";
    assert_eq!(used_rooms(text), BTreeSet::from(["judge".to_owned(), "model".to_owned(), "store".to_owned()]));
    assert_eq!(impure_words("fn now() { SystemTime::now() }\n"), ["SystemTime"]);
    assert_eq!(impure_words("#[cfg(test)]\nmod testing;\nfn now() { SystemTime::now() }\n"), ["SystemTime"]);
    assert!(impure_words("#[cfg(test)]\nmod tests {\n    fn now() { SystemTime::now() }\n}\n").is_empty());
    assert!(impure_words("//! Knows no SystemTime.\n").is_empty());
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rooms() -> BTreeSet<String> {
    let folders = fs::read_dir(source()).expect("src is there").flatten().filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn broken_arrows(room: &str) -> Vec<String> {
    let allowed = MAY_USE.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, allowed)| allowed);
    let known = rooms();
    let legal =
        |used: &String| room == "cli" || *used == room || allowed.contains(&used.as_str()) || !known.contains(used);
    let mut broken = Vec::new();
    for file in rust_files(&source().join(room)) {
        let text = fs::read_to_string(&file).expect("readable");
        for used in used_rooms(&text).into_iter().filter(|used| !legal(used)) {
            broken.push(format!("{}: {room} uses {used}", file.display()));
        }
    }
    broken
}

fn impurities(room: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in rust_files(&source().join(room)) {
        let text = fs::read_to_string(&file).expect("readable");
        found.extend(impure_words(&text).into_iter().map(|word| format!("{}: {word}", file.display())));
    }
    found
}

fn impure_words(text: &str) -> Vec<&'static str> {
    let code = product_code(text);
    let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    IMPURE.iter().copied().filter(|word| code.iter().any(|line| line.contains(word))).collect()
}

/// The rooms named after `crate::`, alone or at the top level of a brace group.
fn used_rooms(text: &str) -> BTreeSet<String> {
    let code = product_code(text);
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(top_level_names(group)),
            None => rooms.extend(leading_name(rest)),
        }
    }
    rooms
}

fn top_level_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut item) = (0, Vec::new(), String::new());
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(leading_name(std::mem::take(&mut item).trim())),
            other if depth == 0 => item.push(other),
            _ => {}
        }
    }
    names.extend(leading_name(item.trim()));
    names
}

fn leading_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// What is not for tests alone: `#[cfg(test)]` ends it, unless it stands before a `mod name;`.
fn product_code(text: &str) -> String {
    let mut parts = text.split("#[cfg(test)]\n");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('\n') {
            Some((module, rest)) if module.starts_with("mod ") && module.ends_with(';') => code.push_str(rest),
            _ => break,
        }
    }
    code
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
