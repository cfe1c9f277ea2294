//! What `ssh::inject` makes of documents, booted; and that it refuses what would not work.

use std::{collections::BTreeSet, io::Write as _};

use esc_sync::{
    keys::PublicKey,
    ssh::inject::{Request, check, inject, withdraw},
};
use flate2::{Compression, write::GzEncoder};

use super::{
    documents::{Effect, listing, malformed, silent, smuggled, sound},
    machine::Machine,
    merging::{MERGE, mime},
    pairs::Pair,
};

fn public(pair: &Pair) -> PublicKey {
    PublicKey::parse(&pair.line).expect("ssh-keygen made it")
}

/// The document with the key in it for this user.
pub(crate) fn injected(document: impl AsRef<[u8]>, key: &Pair, user: &str) -> Vec<u8> {
    let document = document.as_ref();
    let injected = inject(document, &Request::new(public(key), user));
    injected.unwrap_or_else(|refusals| panic!("{}:\n{refusals:#?}", String::from_utf8_lossy(document))).document
}

/// Boots the document with the key in it: it opens the user's door, and the provider's key the default user's.
fn assert_opens(document: impl AsRef<[u8]>, user: &str) {
    let [key, provider] = ["key", "provider"].map(Pair::new);
    let booted = Machine::with(injected(&document, &key, user)).provider_key(&provider.line).boot();
    let shown = String::from_utf8_lossy(document.as_ref()).into_owned();
    assert!(booted.opens(user).contains(&key.fingerprint()), "{shown}");
    assert!(booted.opens("ubuntu").contains(&provider.fingerprint()), "the provider's key is lost:\n{shown}");
    for (what, mode) in [("ssh", "700"), ("keys", "600")] {
        let rights = &booted.account(user).rights[what];
        assert_eq!((rights.owner, rights.mode.as_str()), (booted.account(user).id, mode), "{what} of\n{shown}");
    }
}

#[test]
fn an_injected_key_opens_the_default_users_door() {
    let other = Pair::new("other");
    assert_opens("#cloud-config\nhostname: machine\n", "ubuntu");
    assert_opens(listing(&other.line).replace('\n', "\r\n"), "ubuntu");
    assert_opens("#cloud-config\nusers:\n  - default\nmanage_etc_hosts: false\n", "ubuntu");
}

/// The kind of document that lost the provider's key: it does not any more.
#[test]
fn an_injected_key_opens_the_door_of_a_user_of_the_document() {
    let other = Pair::new("other");
    let by_hand = |name: &str| {
        format!(
            "#cloud-config\nusers:\n  - name: {name}\n    shell: /bin/bash\n    ssh_authorized_keys:\n      - {}\n",
            other.line
        )
    };
    assert_opens(by_hand("ubuntu"), "ubuntu");
    assert_opens(by_hand("deploy"), "deploy");
}

#[test]
fn an_injected_key_opens_the_door_through_wrappings() {
    let other = Pair::new("other");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(listing(&other.line).as_bytes()).expect("into memory");
    assert_opens(packed.finish().expect("into memory"), "ubuntu");
    assert_opens(mime(&[&format!("{}{MERGE}", listing(&other.line)), "#cloud-config\nhostname: machine\n"]), "ubuntu");
}

/// As a rotation does it: the new key beside the old, then the old taken out.
#[test]
fn a_withdrawn_key_opens_no_door() {
    let [old, new] = ["old", "new"].map(Pair::new);
    let both = injected(listing(&old.line), &new, "ubuntu");
    let after = withdraw(&both, &public(&old).fingerprint()).expect("there is another key").document;
    assert_eq!(Machine::with(after).boot().opens("ubuntu"), BTreeSet::from([new.fingerprint()]));
}

/// Beside `table`: what is seen there to give no usable key, or one too many, is refused beforehand.
#[test]
fn x6_each_document_of_the_table_that_does_not_work_is_refused() {
    let [key, second] = ["laptop", "second"].map(Pair::new);
    let rows = [silent(&key), smuggled(&key, &second), malformed(&key)].concat();
    let passed: Vec<_> = rows.iter().filter(|row| check(&row.document, &[]).is_ok()).map(|row| row.name).collect();
    assert!(passed.is_empty(), "not refused: {passed:?}");
}

#[test]
fn each_document_of_the_table_that_works_is_accepted() {
    let key = Pair::new("laptop");
    for row in sound(&key) {
        assert_eq!(row.effect, Effect::Installed);
        let checked = check(&row.document, &[]);
        assert!(checked.is_ok(), "{}: {:#?}", row.name, checked.expect_err("just seen"));
    }
}
