//! The failure cases and their tests, held together by the ids in the tests' names.
//!
//! `docs/failure-cases.md` is the list. What a test proves is its own affair; here it
//! is only seen to that none of them goes missing, and that no name has a made-up id.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// The highest number of each kind of case, from the requirements.
const KINDS: [(char, u8); 7] = [('m', 15), ('e', 19), ('g', 25), ('c', 13), ('v', 14), ('x', 20), ('i', 15)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The ids of the document in lower case, each with whether it is put off.
fn listed() -> Vec<(String, bool)> {
    let text = fs::read_to_string(root().join("docs/failure-cases.md")).expect("the document is there");
    let row = Regex::new(r"(?m)^\| ([A-Z]\d+) \|.*\| ([^|]*) \|$").expect("a pattern");
    row.captures_iter(&text).map(|cells| (cells[1].to_lowercase(), cells[2].starts_with("later: "))).collect()
}

/// The ids that a test's name begins with: `v4_v11_a_…` settles two.
fn ids(name: &str) -> Vec<&str> {
    name.split('_').take_while(|part| is_id(part)).collect()
}

fn is_id(part: &str) -> bool {
    part.len() > 1 && part.starts_with(|first| KINDS.iter().any(|(kind, _)| *kind == first)) && {
        part[1..].bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The names of all tests: functions under an attribute that ends in `test]`.
fn tests() -> BTreeSet<String> {
    let test =
        Regex::new(r"#\[(?:tokio::)?test(?:\([^\]]*\))?\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)|proptest! *\{")
            .expect("a pattern");
    let property = Regex::new(r"(?m)^ {4}(?:#\[test\]\s*)?fn (\w+)\(.* in ").expect("a pattern");
    let mut names = BTreeSet::new();
    for file in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(file).expect("text");
        for pattern in [&test, &property] {
            names.extend(pattern.captures_iter(&text).filter_map(|found| Some(found.get(1)?.as_str().to_owned())));
        }
    }
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

#[test]
fn every_case_has_a_test_that_begins_with_its_id() {
    let tests = tests();
    let settled: BTreeSet<&str> = tests.iter().flat_map(|name| ids(name)).collect();
    let listed = listed();
    assert!(listed.len() > 60, "only {} cases found", listed.len());
    let open: Vec<_> = listed.iter().filter(|(id, later)| !later && !settled.contains(&**id)).collect();
    assert!(open.is_empty(), "cases without a test: {open:?}");
    let early: Vec<_> = listed.iter().filter(|(id, later)| *later && settled.contains(&**id)).collect();
    assert!(early.is_empty(), "cases that are settled already, so the document should say how: {early:?}");
    let ids: BTreeSet<_> = listed.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), listed.len(), "a case is listed twice");
}

#[test]
fn the_cases_that_must_hold_are_all_listed() {
    let listed: BTreeSet<_> = listed().into_iter().map(|(id, _)| id).collect();
    let all = |kind: char, numbers: &[u8]| numbers.iter().map(|number| format!("{kind}{number}")).collect::<Vec<_>>();
    let wanted = [
        all('m', &(1..=15).collect::<Vec<_>>()),
        all('e', &(1..=19).collect::<Vec<_>>()),
        all('g', &(1..=25).collect::<Vec<_>>()),
        all('c', &(1..=13).collect::<Vec<_>>()),
        all('v', &(1..=14).collect::<Vec<_>>()),
        all('x', &(1..=20).collect::<Vec<_>>()),
    ];
    let absent: Vec<_> = wanted.concat().into_iter().filter(|id| !listed.contains(id)).collect();
    assert!(absent.is_empty(), "{absent:?}");
}

#[test]
fn no_test_has_an_id_that_is_none() {
    let tests = tests();
    assert!(tests.len() > 400, "only {} tests found", tests.len());
    let known = |id: &str| {
        let number: u8 = id[1..].parse().unwrap_or(u8::MAX);
        KINDS.iter().any(|(kind, most)| id.starts_with(*kind) && (1..=*most).contains(&number))
    };
    let strange: Vec<_> = tests.iter().filter(|name| ids(name).iter().any(|id| !known(id))).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// A row may name the test that shows it best; that test must be there.
#[test]
fn every_test_that_the_document_names_is_there() {
    let text = fs::read_to_string(root().join("docs/failure-cases.md")).expect("the document is there");
    let named = Regex::new(r"`([a-z]\d+_[a-z0-9_]+)`").expect("a pattern");
    let named: BTreeSet<_> = named.captures_iter(&text).map(|name| name[1].to_owned()).collect();
    assert!(named.len() > 30, "only {} are named", named.len());
    let absent: Vec<_> = named.difference(&tests()).cloned().collect();
    assert!(absent.is_empty(), "named, but not there: {absent:?}");
}

/// Of keys, machines and their registry no case is without a test, or without the reason why there is none.
#[test]
fn every_failure_of_a_rotation_has_its_test_or_its_reason() {
    let text = fs::read_to_string(root().join("docs/failure-cases.md")).expect("the document is there");
    let (_, section) = text.split_once("\n## SSH, cloud-init and Lambda\n").expect("the section is there");
    let rows: Vec<_> = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1).collect();
    assert!(rows.len() > 50, "only {} rows found", rows.len());
    let (tests, name) = (tests(), Regex::new(r"`([a-z][a-z0-9_]+)`").expect("a pattern"));
    for row in rows {
        let shown = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default().trim();
        let named: Vec<_> = name.captures_iter(shown).map(|found| found[1].to_owned()).collect();
        assert!(shown.strip_prefix("none: ").map_or(!named.is_empty(), |reason| reason.len() > 20), "{row}");
        let absent: Vec<_> = named.into_iter().filter(|name| !tests.contains(name)).collect();
        assert!(absent.is_empty(), "named, but not there: {absent:?} in {row}");
    }
}

#[test]
fn ids_are_read_off_the_front_of_a_name() {
    assert_eq!(ids("v4_v11_a_placeholder"), ["v4", "v11"]);
    assert_eq!(ids("base64_bodies"), Vec::<&str>::new());
    assert_eq!(ids("g11_g12_and_e3"), ["g11", "g12"]);
}
