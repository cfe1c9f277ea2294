//! Templates, and what hostile names, hosts and comments cannot do.

use super::*;

fn template(variables: &[(&str, &str)]) -> Request {
    let given = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { template: Some(given), ..request("ubuntu") }
}

#[test]
fn variables_are_filled_in_and_what_is_escaped_stays() {
    let text = "#cloud-config\n# for ${host}\nusers:\n  - default\n  - name: ${user}\n    ssh_authorized_keys:\n      - ${ssh_public_key}\nhostname: ${host}\nruncmd:\n  - \"echo gpu-${host} $${HOME}\"\n";
    let line = key().line();
    let wanted = format!(
        "#cloud-config\n# for a1\nusers:\n  - default\n  - name: \"ubuntu\"\n    ssh_authorized_keys:\n      - \"{line}\"\nhostname: \"a1\"\nruncmd:\n  - \"echo gpu-a1 ${{HOME}}\"\n"
    );
    assert_eq!(injected(text, &template(&[("host", "a1")])), wanted);
    let quoted = text.replace("- ${ssh_public_key}", "- '${ssh_public_key}'");
    assert_eq!(
        injected(&quoted, &template(&[("host", "a1")])),
        wanted.replace(&format!("\"{line}\""), &format!("'{line}'"))
    );
}

#[test]
fn unknown_unused_and_malformed_variables_are_refused() {
    let text = "#cloud-config\nhostname: ${host}\n";
    for (text, variables, id) in [
        (text, &[][..], "template-unknown"),
        (text, &[("host", "a"), ("zone", "b")], "template-unused"),
        (text, &[("host", "")], "template-value"),
        (text, &[("host", "a"), ("host", "b")], "template-value"),
        (text, &[("host", "a"), ("user", "b")], "template-value"),
        ("#cloud-config\na: ${upper(host)}\n", &[], "template-form"),
        ("#cloud-config\na: '${host'\n", &[], "template-form"),
    ] {
        assert_eq!(refused(text, &template(variables)), [id], "{text} {variables:?}");
    }
    let plain = "#cloud-config\nssh_authorized_keys:\n  - ${ssh_public_key}\n";
    let refusals = super::super::inject(plain.as_bytes(), &request("ubuntu")).expect_err("unfilled");
    assert!(refusals[0].remedy.contains("--template"), "{refusals:?}");
}

#[test]
fn x6_no_name_host_or_comment_becomes_anything_else() {
    let text = "#cloud-config\nhostname: ${host}\nruncmd:\n  - echo ${host}\n";
    for hostile in [
        "a\nruncmd: [reboot]",
        "a\r",
        "#cloud-config",
        "a #b",
        "{{ ds }}",
        "{% x %}",
        "a: b",
        "a:",
        "\"",
        "'",
        "\\",
        "`id`",
        "$(id)",
        "${user}",
        "a;b",
        "a|b",
        "a&b",
        "*a",
        "!a",
        "a\u{202e}b",
        "a\0b",
        "<b>",
        "[a]",
        "a\tb",
        "é",
    ] {
        assert_eq!(refused(text, &template(&[("host", hostile)])), ["template-value"], "{hostile:?}");
        let user = Request { user: hostile.into(), ..request("ubuntu") };
        assert_eq!(refused("#cloud-config\n", &user), ["bad-user"], "{hostile:?}");
        let line = format!("{} {hostile}", public_key().trim_end());
        if let Ok(key) = PublicKey::parse(&line)
            && !key.comment().is_empty()
            && key.comment() == hostile
        {
            assert_eq!(refused("#cloud-config\n", &Request::new(key, "ubuntu")), ["bad-key"], "{hostile:?}");
        }
    }
    // In the place of a whole value nothing is a number, a list or a mark of YAML's.
    for odd in ["- a", "no", "1e3", "@a", ",", "-", "1"] {
        let filled = injected("#cloud-config\nhostname: ${host}\n", &template(&[("host", odd)]));
        assert!(filled.contains(&format!("hostname: \"{odd}\"\n")), "{filled}");
    }
}
