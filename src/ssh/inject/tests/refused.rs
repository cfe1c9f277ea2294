//! Documents that cloud-init takes and that open nothing, or that cannot be changed with proof.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;
use crate::keys::testing::private_key;

fn ids(text: &str) -> Vec<&'static str> {
    refused(text, &request("ubuntu"))
}

fn with_key(item: &str) -> String {
    format!("#cloud-config\nssh_authorized_keys:\n  - {OTHER}\n  - {item}\n")
}

/// The table of section 2.5 of the facts, row by row.
#[test]
fn what_the_schema_accepts_and_the_machine_does_not_is_refused() {
    let body = OTHER.split(' ').nth(1).expect("a body");
    for (item, id) in [
        (STANDARD.encode(OTHER), "encoded-key"),
        ("\"\"".to_owned(), "empty-key"),
        (format!("ssh-foo {body}"), "unknown-key-type"),
        (OTHER[..40].to_owned(), "cut-key"),
        (OTHER.replacen("IAABAg", "I-_BAg", 1), "url-safe-key"),
        (format!("|\n    {}\n    {}", &OTHER[..50], &OTHER[50..]), "wrapped-key"),
        (format!("\"ssh-ed25519 {body}\\nssh-ed25519 {body}\""), "several-keys"),
        (format!("\"{OTHER}\\n{OTHER}\""), "comment-newline"),
        (format!("{OTHER} ops: laptop"), "comment-colon"),
        ("~".to_owned(), "null-key"),
        ("".to_owned(), "null-key"),
        (format!("|\n    {}", private_key().trim_end().replace('\n', "\n    ")), "private-key"),
        ("${ssh_public_key}".to_owned(), "unfilled-variable"),
        ("{{ key }}".to_owned(), "unfilled-variable"),
        ("*other".to_owned(), "not-yaml"),
        ("[a]".to_owned(), "list-expected"),
    ] {
        let text = with_key(&item);
        let refusals = super::inject(text.as_bytes(), &request("ubuntu")).expect_err(&text);
        assert_eq!(refusals.iter().map(|refusal| refusal.id).collect::<Vec<_>>(), [id], "{text}");
        assert!(refusals[0].line.is_some_and(|line| (4..=5).contains(&line)), "{refusals:?}");
        let shown = format!("{refusals:?}");
        assert!(!shown.contains(body) && !shown.contains("b3BlbnNzaC1"), "{shown}");
    }
}

#[test]
fn what_the_machine_takes_is_taken() {
    for item in [
        OTHER.to_owned(),
        format!("\"{OTHER}\\n\""),
        format!("\"{OTHER}\\r\""),
        format!("|\n    {OTHER}"),
        format!("'restrict,command=\"/bin/true\" {OTHER}'"),
        format!("{OTHER} #1"),
    ] {
        let text = format!("#cloud-config\nssh_authorized_keys:\n  - {item}\n");
        assert!(injected(&text, &request("ubuntu")).contains(&item), "{text}");
    }
    let noted = super::inject(with_key(&format!("{OTHER} #1")).as_bytes(), &request("ubuntu")).expect("done");
    assert!(noted.notes.iter().any(|note| note.contains("line 4")), "{:?}", noted.notes);
}

#[test]
fn what_cannot_be_changed_with_proof_is_refused() {
    let head = "#cloud-config\n";
    for (text, id) in [
        ("ssh_authorized_keys: []\n".to_owned(), "no-header"),
        ("# cloud-config\na: b\n".to_owned(), "no-header"),
        (format!("\u{feff}{head}"), "byte-order-mark"),
        (format!("{head}users:\n\t- default\n"), "tab"),
        (format!("{head}- a\n"), "not-a-map"),
        (format!("{head}a: [\n"), "not-yaml"),
        (format!("{head}a: 1\nb:\n  c: 1\n  c: 2\n"), "duplicate-key"),
        (format!("{head}ssh_authorized_keys: []\nssh_authorized_keys: []\n"), "duplicate-key"),
        (format!("{head}ssh_authorised_keys: []\n"), "misspelt-name"),
        (format!("{head}ssh-authorized-keys: []\n"), "misspelt-name"),
        (format!("{head}users:\n  - name: ubuntu\n    authorized_keys: []\n"), "misspelt-name"),
        (format!("{head}ssh:\n  ssh_authorized_keys: []\n"), "misplaced-keys"),
        (format!("{head}ssh_authorized_keys: {OTHER}\n"), "list-expected"),
        (format!("{head}ssh_authorized_keys: null\n"), "list-expected"),
        (format!("{head}ssh_authorized_keys: &a\n  - {OTHER}\n"), "aliased-keys"),
        (format!("{head}b: &a []\nssh_authorized_keys: *a\n"), "aliased-keys"),
        (format!("{head}b: &a {{}}\n<<: *a\n"), "aliased-keys"),
        (format!("{head}{{a: b}}\n"), "flow-style"),
        (format!("{head}users: [default, {{name: ubuntu}}]\n"), "flow-style"),
        (format!("{head}users: default\n"), "users-shape"),
        (format!("{head}users:\n  ubuntu: {{}}\n"), "users-shape"),
        (format!("{head}users:\n  - default\n  - ubuntu\n"), "users-shape"),
        (format!("{head}users:\n  - default\n  - name: ubuntu\n  - name: ubuntu\n"), "duplicate-user"),
        (format!("{head}users:\n  - default\n  - name: ubuntu\n    shell: /usr/sbin/nologin\n"), "no-shell"),
        (format!("{head}users:\n  - default\n  - name: ubuntu\n    ssh_redirect_user: true\n"), "redirected-user"),
        (format!("{head}system_info: {{default_user: {{name: debian}}}}\n"), "unknown-user"),
        (format!("{head}users:\n  - default\n  - name: ${{user}}\n"), "unfilled-variable"),
        (format!("{head}users:\n  - default\n  - name: b\n    ssh_authorized_keys:\n"), "empty-list"),
        ("## template: jinja\n#cloud-config\n".to_owned(), "jinja"),
        ("#!/bin/sh\n".to_owned(), "script"),
        ("#include\nhttps://example.com\n".to_owned(), "include"),
        ("#include-once\n".to_owned(), "include"),
        ("#cloud-config-archive\n- a\n".to_owned(), "archive"),
        ("#cloud-config-jsonp\n[]\n".to_owned(), "jsonp"),
        ("#cloud-boothook\n".to_owned(), "boothook"),
        ("#part-handler\n".to_owned(), "part-handler"),
        (format!("{head}a: \"{}\"\n", "x".repeat(1_000_000)), "too-large"),
    ] {
        let shown: String = text.chars().take(200).collect();
        assert_eq!(refused(&text, &request("ubuntu")), [id], "{shown}");
    }
    assert_eq!(super::inject(b"#cloud-config\n\xff", &request("ubuntu")).expect_err("bytes")[0].id, "not-text");
    assert_eq!(super::inject(b"\x1f\x8bxx", &request("ubuntu")).expect_err("bytes")[0].id, "bad-gzip");
}

#[test]
fn a_user_who_would_not_get_the_key_is_refused() {
    for (text, user, id) in [
        ("#cloud-config\n", "deploy", "unknown-user"),
        ("#cloud-config\nusers: [default]\n", "deploy", "unknown-user"),
        ("#cloud-config\n", "root", "forced-root"),
        ("#cloud-config\ndisable_root: true\n", "root", "forced-root"),
        ("#cloud-config\nusers:\n  - default\n  - name: root\n", "root", "forced-root"),
        ("#cloud-config\n", "a b", "bad-user"),
        ("#cloud-config\n", "ubuntu\nruncmd: [reboot]", "bad-user"),
        ("#cloud-config\n", "", "bad-user"),
    ] {
        assert_eq!(refused(text, &request(user)), [id], "{user}: {text}");
    }
    let open = "#cloud-config\ndisable_root: false\n";
    assert!(injected(open, &request("root")).starts_with(open));
    let debian = "#cloud-config\nsystem_info: {default_user: {name: debian}}\n";
    assert!(injected(debian, &request("debian")).starts_with(debian));
    let image = Request { default_user: "ec2-user".into(), ..request("ec2-user") };
    assert!(injected("#cloud-config\n", &image).contains(&item()));
}

#[test]
fn private_keys_are_refused_wherever_they_stand() {
    let block = private_key().trim_end().replace('\n', "\n      ");
    let packed = STANDARD.encode(private_key());
    for (text, id) in [
        (format!("ssh_keys:\n  ed25519_private: |\n      {block}\n"), "host-private-key"),
        (format!("write_files:\n  - path: /k\n    content: |\n      {block}\n"), "private-key-block"),
        (format!("write_files:\n  - path: /k\n    encoding: b64\n    content: {packed}\n"), "private-key-block"),
    ] {
        let text = format!("#cloud-config\n{text}");
        assert_eq!(ids(&text), [id], "{text}");
        let shown = format!("{:?}", super::inject(text.as_bytes(), &request("ubuntu")));
        assert!(!shown.contains("b3BlbnNzaC1"), "{shown}");
    }
}

#[test]
fn known_values_are_refused_by_name_in_every_wrapping() {
    let known = vec![KnownValue { name: "STRIPE_API_KEY".into(), value: "sk_live_canary_4f1c9a".into() }];
    let request = Request { known, ..request("ubuntu") };
    let packed = {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"export KEY=sk_live_canary_4f1c9a\n").expect("in memory");
        STANDARD.encode(packer.finish().expect("in memory"))
    };
    let encoded = STANDARD.encode("export KEY=sk_live_canary_4f1c9a\n");
    for line in [
        "runcmd: [echo sk_live_canary_4f1c9a]".to_owned(),
        "runcmd: [\"echo sk_live_\\x63anary_4f1c9a\"]".to_owned(),
        "# sk_live_canary_4f1c9a".to_owned(),
        "sk_live_canary_4f1c9a: x".to_owned(),
        format!("write_files:\n  - {{path: /e, encoding: b64, content: {encoded}}}"),
        format!(
            "write_files:\n  - path: /e\n    encoding: b64\n    content: |\n      {}\n      {}",
            &encoded[..20],
            &encoded[20..]
        ),
        format!("write_files:\n  - {{path: /e, encoding: gz+b64, content: {packed}}}"),
    ] {
        let text = format!("#cloud-config\n{line}\n");
        let refusals = super::inject(text.as_bytes(), &request).expect_err(&text);
        assert_eq!(refusals[0].id, "known-value", "{text}");
        let shown = format!("{refusals:?}");
        assert!(shown.contains("STRIPE_API_KEY") && !shown.contains("canary"), "{shown}");
    }
    injected("#cloud-config\nruncmd: [echo sk_live_other]\n", &request);
}
