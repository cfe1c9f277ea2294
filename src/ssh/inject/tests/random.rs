//! Properties over documents that nobody wrote.

use proptest::prelude::*;

use super::*;

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("# a comment".to_owned()),
        Just(String::new()),
        "[a-d]{2}: [a-z]{1,8}( # [a-z]{1,5})?",
        "[e-h]{2}:\n  - [a-z]{1,5}\n  # x\n  - \"[a-z ]{1,5}\"",
        "[i-l]{2}: \\|[+-]?\n  [a-z]{1,5}\n\n  [a-z]{1,5}",
        "[m-p]{2}: \\{[a-z]{1,3}: \\[1, 2\\]\\}",
        Just(format!("ssh_authorized_keys:\n  - {OTHER}")),
        Just(format!("ssh_authorized_keys: [ '{OTHER}' ]")),
        Just("users:\n- default\n- name: a".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn injecting_is_idempotent_keeps_every_line_and_can_be_undone(
        lines in prop::collection::vec(line(), 0..8),
        crlf in any::<bool>(),
        ended in any::<bool>(),
    ) {
        let mut text = format!("#cloud-config\n{}", lines.join("\n"));
        if ended {
            text.push('\n');
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let Ok(once) = super::super::inject(text.as_bytes(), &request("ubuntu")) else { return Ok(()) };
        let twice = super::super::inject(&once.document, &request("ubuntu")).expect("its own work");
        prop_assert!(!twice.changed && twice.document == once.document);
        if text.contains("ssh_authorized_keys") {
            let back = super::super::withdraw(&once.document, &key().fingerprint()).expect("undone");
            prop_assert_eq!(String::from_utf8(back.document).expect("text"), text);
        } else {
            let new = String::from_utf8(once.document).expect("text");
            let added = |line: &&str| !line.contains(&item()) && *line != "ssh_authorized_keys:";
            prop_assert!(new.lines().filter(added).eq(text.lines()));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<bool>()) {
        let bytes = if head { [b"#cloud-config\n".as_slice(), &bytes].concat() } else { bytes };
        let _ = super::super::inject(&bytes, &request("ubuntu"));
        let _ = super::super::withdraw(&bytes, &key().fingerprint());
        let _ = super::super::check(&bytes, &[]);
    }
}
