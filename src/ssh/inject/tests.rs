//! Documents and what becomes of them.

use proptest::prelude::*;

use super::*;
use crate::keys::{PublicKey, testing::public_key};

const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f old@host";

fn key() -> PublicKey {
    PublicKey::parse(&format!("{} new@host", public_key().trim_end())).expect("a key")
}

fn other() -> PublicKey {
    PublicKey::parse(OTHER).expect("a key")
}

fn item() -> String {
    format!("- \"{}\"", key().line())
}

fn request(user: &str) -> Request {
    Request::new(key(), user)
}

fn injected(text: &str, request: &Request) -> String {
    let injected = super::inject(text.as_bytes(), request).unwrap_or_else(|refusals| panic!("{refusals:?}\n{text}"));
    assert_eq!(injected.changed, injected.document != text.as_bytes());
    let new = String::from_utf8(injected.document).expect("text");
    let again = super::inject(new.as_bytes(), &Request { template: None, ..request.clone() }).expect("again");
    assert!(!again.changed, "injecting twice is injecting once:\n{new}");
    new
}

fn refused(text: &str, request: &Request) -> Vec<&'static str> {
    let refusals =
        super::inject(text.as_bytes(), request).map(|done| String::from_utf8_lossy(&done.document).into_owned());
    refusals.expect_err(text).iter().map(|refusal| refusal.id).collect()
}

/// The document with the key's line at the place of `NEW`.
fn filled(text: &str) -> (String, String) {
    let without: String = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("NEW")).collect();
    (without, text.replace("NEW", &item()))
}

#[test]
fn a_key_is_one_line_more_where_its_user_gets_it() {
    let o = OTHER;
    let cases = [
        ("ubuntu", format!("#cloud-config\nssh_authorized_keys:\n  - {o}\n  NEW\n")),
        (
            "ubuntu",
            format!("#cloud-config\nssh_authorized_keys: # mine\n# first\n- {o}  # old\nNEW\n# end\nruncmd: [a]\n"),
        ),
        ("ubuntu", format!("#cloud-config\nssh_authorized_keys:\n  - |\n    {o}\n  NEW\n\n# x\nruncmd:\n  - a\n")),
        ("ubuntu", format!("#cloud-config\nssh_authorized_keys:\n  - >-\n    {o}\n  NEW\n")),
        ("ubuntu", "#cloud-config\nssh_authorized_keys:\n  NEW\nruncmd: [a]\n".to_owned()),
        ("ubuntu", format!("#cloud-config\nusers:\n  - default\nssh_authorized_keys:\n  - '{o}'\n  NEW\n")),
        (
            "deploy",
            format!(
                "#cloud-config\nusers:\n- default\n- name: deploy # d\n  ssh_authorized_keys:\n  - {o}\n  NEW\n  sudo: false\n"
            ),
        ),
        (
            "deploy",
            format!(
                "#cloud-config\nusers:\n  - default\n  - ssh_authorized_keys:\n      - {o}\n      NEW\n    name: deploy\n"
            ),
        ),
    ];
    for (user, text) in cases {
        for eol in ["\n", "\r\n"] {
            let (before, after) = filled(&text.replace('\n', eol));
            assert_eq!(injected(&before, &request(user)), after);
            let back = super::withdraw(after.as_bytes(), &key().fingerprint());
            if before.contains("AAAA") {
                assert_eq!(String::from_utf8(back.expect("back").document).expect("text"), before);
            } else {
                assert_eq!(back.expect_err("the last")[0].id, "last-key");
            }
        }
    }
}

#[test]
fn a_list_that_is_not_there_is_made() {
    let block = |indent: &str| format!("{indent}ssh_authorized_keys:\n{indent}  {}\n", item());
    for (before, after) in [
        ("#cloud-config\n".to_owned(), format!("#cloud-config\n{}", block(""))),
        ("#cloud-config".to_owned(), format!("#cloud-config\n{}", block("").trim_end())),
        ("#cloud-config\nruncmd: [a]".to_owned(), format!("#cloud-config\nruncmd: [a]\n{}", block("").trim_end())),
        // A last block scalar would grow by a line end: then the list goes to the front.
        ("#cloud-config\na: |+\n  x\n\n...\n".to_owned(), format!("#cloud-config\n{}a: |+\n  x\n\n...\n", block(""))),
    ] {
        assert_eq!(injected(&before, &request("ubuntu")), after);
    }
    let before = "#cloud-config\nusers:\n  - default\n  - name: deploy\n    shell: /bin/bash\n";
    let after =
        format!("#cloud-config\nusers:\n  - default\n  - name: deploy\n{}    shell: /bin/bash\n", block("    "));
    assert_eq!(injected(before, &request("deploy")), after);
}

#[test]
fn flow_lists_grow_inside_their_brackets() {
    for (before, after) in [
        ("[]", format!("[\"{}\"]", key().line())),
        (&*format!("[ \"{OTHER}\" ]"), format!("[ \"{OTHER}\", \"{}\" ]", key().line())),
        (&*format!("['{OTHER}', ]"), format!("['{OTHER}', \"{}\", ]", key().line())),
    ] {
        let (before, after) = (
            format!("#cloud-config\nssh_authorized_keys: {before}\n"),
            format!("#cloud-config\nssh_authorized_keys: {after}\n"),
        );
        assert_eq!(injected(&before, &request("ubuntu")), after);
    }
}

#[test]
fn the_provider_keeps_its_key() {
    let entry = "  # the one who deploys\n  - name: ubuntu\n    ssh_authorized_keys:\n";
    let before = format!("#cloud-config\nusers:\n{entry}      - {OTHER}\n");
    let after = format!("#cloud-config\nusers:\n  - default\n{entry}      - {OTHER}\n      {}\n", item());
    assert_eq!(injected(&before, &request("ubuntu")), after);
    let notes = super::inject(before.as_bytes(), &request("ubuntu")).expect("done").notes;
    assert!(notes.iter().any(|note| note.contains("`- default` was added")), "{notes:?}");
    let after = injected("#cloud-config\nusers: []\n", &request("ubuntu"));
    assert_eq!(after, format!("#cloud-config\nusers: [default]\nssh_authorized_keys:\n  {}\n", item()));
}

#[test]
fn a_rotation_puts_the_new_key_beside_the_old_and_takes_the_old_out_later() {
    let before = format!(
        "#cloud-config\nusers:\n  - default\n  - name: a\n    ssh_authorized_keys: [\"{OTHER}\"]\nssh_authorized_keys:\n  - {OTHER}\n"
    );
    let rotating = Request { replaces: Some(other().fingerprint()), ..request("ubuntu") };
    let both = injected(&before, &rotating);
    assert_eq!(both.matches(&key().body()).count(), 2, "{both}");
    let after = super::withdraw(both.as_bytes(), &other().fingerprint()).expect("withdrawn");
    let after = String::from_utf8(after.document).expect("text");
    assert!(!after.contains(&other().body()) && after.matches(&key().body()).count() == 2, "{after}");
    let none = super::withdraw(after.as_bytes(), &other().fingerprint()).expect("nothing to do");
    assert!(!none.changed);
}
