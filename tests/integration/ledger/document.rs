//! The ledger as bytes: the same both ways, and nothing else is believed.

use std::collections::BTreeMap;

use esc_sync::{
    crypto::{digest_hex, fingerprint::FingerprintKey},
    ledger::{backend::StateFaultKind, document::LedgerDocument},
    model::{Record, SecretValue},
};
use proptest::prelude::*;

use super::sample::{identity, place, record, records};

fn document(records: BTreeMap<esc_sync::model::GithubPlace, Record>) -> LedgerDocument {
    LedgerDocument { identity: identity(), key_id: Some("0123456789abcdef".into()), records }
}

fn small() -> LedgerDocument {
    document(BTreeMap::from([(place("A"), record(1)), (place("B"), record(2))]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_ledger_is_read_as_it_was_written(records in records()) {
        let document = document(records);
        let bytes = document.to_bytes();
        let read = LedgerDocument::from_bytes(&bytes, "here").expect("our own");
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(read.to_bytes(), bytes);
    }
}

#[test]
fn c5_every_flipped_bit_is_found() {
    let bytes = small().to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let fault = LedgerDocument::from_bytes(&flipped, "here").expect_err("refused");
        assert!(matches!(fault.kind, StateFaultKind::Damaged | StateFaultKind::Newer), "bit {bit}: {fault:?}");
    }
}

#[test]
fn c5_every_cut_is_found() {
    let bytes = small().to_bytes();
    for len in 0..bytes.len() {
        let fault = LedgerDocument::from_bytes(&bytes[..len], "here").expect_err("refused");
        assert_eq!(fault.kind, StateFaultKind::Damaged, "{len} bytes");
    }
    let twice = [&bytes[..], &bytes].concat();
    assert_eq!(LedgerDocument::from_bytes(&twice, "here").expect_err("refused").kind, StateFaultKind::Damaged);
}

#[test]
fn c13_a_newer_ledger_is_refused_by_name() {
    let later = br#"{"version": 2, "shards": ["ledger-0.json"], "sum": 1}"#;
    let fault = LedgerDocument::from_bytes(later, "file:/state").expect_err("refused");
    assert_eq!(fault.kind, StateFaultKind::Newer);
    assert!(
        fault.what.contains("file:/state") && fault.what.contains('2') && !fault.help.contains("rebuild"),
        "{fault:?}"
    );
}

/// These bytes are what version 1 of the format means: a program that changes them must raise the version.
#[test]
fn c13_the_first_format_stays_readable() {
    let text = String::from_utf8(small().to_bytes()).expect("text");
    insta::assert_snapshot!(text);
}

#[test]
fn v10_x20_a_ledger_tells_nothing_of_values() {
    let (key, value) = (FingerprintKey::generate(), SecretValue::from("password"));
    let records = ["A", "B"].map(|name| {
        let place = place(name);
        let base = Some(key.fingerprint(&place.to_string(), &value));
        (place, Record { base, ..Record::default() })
    });
    let text = String::from_utf8(document(records.clone().into()).to_bytes()).expect("text");
    let [a, b] = records.map(|(_, record)| record.base.expect("set").to_string());
    assert!(text.contains(&a) && text.contains(&b));
    assert_ne!(a, b, "equal values do not show");
    assert!(!text.contains(&digest_hex(b"password")) && !text.contains("password"), "no guess can be tried");
}

#[test]
fn twenty_thousand_records_fit_and_come_back() {
    let records: BTreeMap<_, _> = (0..20_000).map(|number| (place(&format!("NAME_{number}")), record(1))).collect();
    let document = document(records);
    let read = LedgerDocument::from_bytes(&document.to_bytes(), "here").expect("our own");
    assert_eq!(read.records.len(), 20_000);
}
