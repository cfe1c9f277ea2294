//! Documents in several parts, and in other wrappings: which keys are left.

use std::{collections::BTreeSet, io::Write as _};

use flate2::{Compression, write::GzEncoder};

use super::{documents::listing, machine::Machine, pairs::Pair};

pub(crate) const MERGE: &str = "merge_how: 'list(append)+dict(recurse_list)+str()'\n";

pub(crate) fn mime(parts: &[&str]) -> String {
    let mut text = "Content-Type: multipart/mixed; boundary=\"parting\"\nMIME-Version: 1.0\n".to_owned();
    for part in parts {
        text.push_str(&format!("\n--parting\nContent-Type: text/cloud-config; charset=\"us-ascii\"\n\n{part}"));
    }
    text + "\n--parting--\n"
}

/// Which of the keys open the default user's door.
fn opens<'a>(document: impl AsRef<[u8]>, keys: &[&'a Pair]) -> Vec<&'a str> {
    let opens = Machine::with(document).boot().opens("ubuntu");
    let there = keys.iter().filter(|key| opens.contains(&key.fingerprint()));
    there.map(|key| key.line.rsplit(' ').next().expect("a comment")).collect()
}

/// The documentation says that the earlier part's setting governs; it is the later one's.
#[test]
fn two_parts_keep_both_keys_only_if_the_later_one_says_so() {
    let [first, second] = ["first", "second"].map(Pair::new);
    let keys = [&first, &second];
    let [one, two] = [&first, &second].map(|key| listing(&key.line));
    let merging = |part: &str| format!("{part}{MERGE}");
    assert_eq!(opens(mime(&[&one, &two]), &keys), ["second"]);
    assert_eq!(opens(mime(&[&merging(&one), &two]), &keys), ["second"]);
    assert_eq!(opens(mime(&[&one, &merging(&two)]), &keys), ["first", "second"]);
    assert_eq!(opens(mime(&[&merging(&one), &merging(&two)]), &keys), ["first", "second"]);
}

#[test]
fn of_a_field_twice_the_last_one_wins_and_the_schema_says_valid() {
    let [first, second] = ["first", "second"].map(Pair::new);
    let twice = format!("{}ssh_authorized_keys:\n  - {}\n", listing(&first.line), second.line);
    let booted = Machine::with(twice).boot();
    assert!(booted.is_valid_by_schema && booted.warnings.is_empty(), "{:?}", booted.warnings);
    assert_eq!(booted.opens("ubuntu"), BTreeSet::from([second.fingerprint()]));
}

#[test]
fn compressed_and_templated_documents_apply() {
    let key = Pair::new("key");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(listing(&key.line).as_bytes()).expect("into memory");
    assert_eq!(opens(packed.finish().expect("into memory"), &[&key]), ["key"]);
    assert_eq!(opens(format!("## template: jinja\n{}", listing(&key.line)), &[&key]), ["key"]);
}

/// The braces of a comment are a variable to jinja.
#[test]
fn x6_braces_in_a_comment_are_filled_under_jinja() {
    let key = Pair::new("{{ nobody }}");
    let booted = Machine::with(format!("## template: jinja\n{}", listing(&format!("'{}'", key.line)))).boot();
    assert_eq!(booted.opens("ubuntu"), BTreeSet::from([key.fingerprint()]));
    assert!(!booted.account("ubuntu").keys.contains("{{"), "{}", booted.account("ubuntu").keys);
    assert!(!booted.warnings.is_empty());
}
