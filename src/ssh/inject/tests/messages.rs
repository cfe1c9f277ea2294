//! MIME messages and gzip around documents.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

const MERGE: &str = "merge_how: 'list(append)+dict(recurse_list)+str()'\n";

fn message(parts: &[(&str, &str)]) -> String {
    let mut text = "Content-Type: multipart/mixed; boundary=\"==B==\"\nMIME-Version: 1.0\n\n".to_owned();
    for (kind, body) in parts {
        text.push_str(&format!("--==B==\nContent-Type: {kind}\nMIME-Version: 1.0\n\n{body}"));
    }
    text + "--==B==--\n"
}

fn config(body: &str) -> (&'static str, String) {
    ("text/cloud-config; charset=\"us-ascii\"", format!("#cloud-config\n{body}"))
}

fn of(parts: &[(&'static str, String)]) -> String {
    message(&parts.iter().map(|(kind, body)| (*kind, body.as_str())).collect::<Vec<_>>())
}

#[test]
fn the_one_cloud_config_of_a_message_gets_the_key() {
    let script = ("text/x-shellscript", "#!/bin/sh\necho \"${HOME}\"\n".to_owned());
    for eol in ["\n", "\r\n"] {
        let before = of(&[script.clone(), config("runcmd: [a]\n")]).replace('\n', eol);
        let list = format!("runcmd: [a]{eol}ssh_authorized_keys:{eol}  {}{eol}", item());
        let after = before.replace(&format!("runcmd: [a]{eol}"), &list);
        assert_eq!(injected(&before, &request("ubuntu")), after);
    }
    assert_eq!(refused(&of(&[script]), &request("ubuntu")), ["mime-no-cloud-config"]);
}

#[test]
fn an_encoded_part_is_encoded_again() {
    let kind = "text/cloud-config\nContent-Transfer-Encoding: base64";
    let before = message(&[(kind, &format!("{}\n", STANDARD.encode("#cloud-config\nruncmd: [a]\n")))]);
    let after = injected(&before, &request("ubuntu"));
    let found = mime::Message::parse(&after).expect("whole").expect("a message");
    assert!(found.parts[0].text.contains(&item()), "{after}");
    assert!(after.lines().all(|line| line.len() <= 76), "{after}");
}

/// Tried with cloud-init 22.4.2: the setting in the later part decides.
#[test]
fn keys_in_two_parts_are_kept_only_if_the_later_one_says_so() {
    let keys = format!("ssh_authorized_keys:\n  - {OTHER}\n");
    let merged = format!("{MERGE}{keys}");
    for (first, second, ok) in
        [(&keys, &keys, false), (&merged, &keys, false), (&keys, &merged, true), (&merged, &merged, true)]
    {
        let text = of(&[config(first), config(second)]);
        if ok {
            assert_eq!(
                injected(&text, &request("ubuntu")).rsplit("#cloud-config").next().map(|last| last.contains(&item())),
                Some(true)
            );
        } else {
            assert_eq!(refused(&text, &request("ubuntu")), ["mime-merge"]);
        }
    }
    let split = of(&[config(&keys), config("users: [default]\n")]);
    assert_eq!(refused(&split, &request("ubuntu")), ["mime-split"]);
    let beside = of(&[config(&keys), config("runcmd: [a]\n")]);
    assert!(injected(&beside, &request("ubuntu")).contains(&format!("{OTHER}\n  {}", item())));
}

#[test]
fn faults_of_a_part_have_the_line_of_the_message() {
    let text = of(&[config("runcmd: [a]\n"), config("ssh_authorised_keys: []\n")]);
    let refusals = super::super::inject(text.as_bytes(), &request("ubuntu")).expect_err("misspelt");
    let line = 1 + text.lines().position(|line| line.contains("authorised")).expect("a line") as u32;
    assert_eq!((refusals[0].id, refusals[0].line), ("misspelt-name", Some(line)));
    for (broken, id) in [
        (text.replace("--==B==--\n", ""), "mime-form"),
        (text.replace("text/cloud-config", "text/jinja2"), "jinja"),
        (text.replace("text/cloud-config", "multipart/mixed"), "mime-form"),
        (text.replacen("MIME-Version: 1.0\n\n#", "Content-Transfer-Encoding: quoted-printable\n\n#", 1), "mime-form"),
    ] {
        assert_eq!(refused(&broken, &request("ubuntu")), [id], "{broken}");
    }
    let known = vec![KnownValue { name: "TOKEN".into(), value: "canary-4f1c9a77".into() }];
    let script = format!("{}\n", STANDARD.encode("#!/bin/sh\nlogin canary-4f1c9a77\n"));
    let kind = "text/x-shellscript\nContent-Transfer-Encoding: base64";
    let hidden = message(&[(kind, &script), ("text/cloud-config", "#cloud-config\na: b\n")]);
    assert_eq!(refused(&hidden, &Request { known, ..request("ubuntu") }), ["known-value"]);
}

#[test]
fn gzip_comes_back_as_gzip_with_a_word_about_lambda() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"#cloud-config\nruncmd: [a]\n").expect("in memory");
    let packed = packer.finish().expect("in memory");
    let once = super::super::inject(&packed, &request("ubuntu")).expect("done");
    assert!(once.notes.iter().any(|note| note.contains("Lambda")), "{:?}", once.notes);
    let text = String::from_utf8(envelope::unpacked(&once.document).expect("gzip")).expect("text");
    assert!(text.starts_with("#cloud-config\nruncmd: [a]\nssh_authorized_keys:"), "{text}");
    let twice = super::super::inject(&once.document, &request("ubuntu")).expect("done");
    assert!(!twice.changed && twice.document == once.document);
}
