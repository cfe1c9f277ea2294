//! Damaged keys: the verdict here is OpenSSH's, damage by damage.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{
    keys::{self, Damage},
    model::SecretValue,
};

use super::{folder, keygen, pair, text, write_private};

#[test]
fn private_keys_are_judged_as_openssh_judges_them() {
    let folder = folder("damaged");
    let pair = pair("a");
    for (at, (what, damaged)) in damages(text(pair.private())).into_iter().enumerate() {
        let file = folder.join(at.to_string());
        write_private(&file, &damaged);
        let theirs = keygen(&["-y", "-P", "", "-f"], &file);
        let ours = keys::private_key_damage(&SecretValue::from(damaged));
        assert_eq!(ours.is_none(), theirs.status.success(), "{what}: {ours:?}, {}", lossy(&theirs.stderr));
    }
}

/// Each damage of which it is known that it happened to somebody, and cuts at every line.
fn damages(key: &str) -> Vec<(String, String)> {
    let lines: Vec<_> = key.lines().collect();
    let last = lines.len() - 1;
    let mut cases: Vec<(String, String)> = [
        ("whole", key.to_owned()),
        ("no final newline", key.trim_end().to_owned()),
        ("CRLF", key.replace('\n', "\r\n")),
        ("CR", key.replace('\n', "\r")),
        ("a blank line before", format!("\n{key}")),
        ("a blank before", format!(" {key}")),
        ("blank lines behind", format!("{key}\n\n")),
        ("a blank line within", key.replacen('\n', "\n\n", 2)),
        ("blanks for newlines", key.replace('\n', " ")),
        ("literal newlines", key.replace('\n', "\\n")),
        ("indented", key.replace('\n', "\n  ")),
        ("base64 of the file", STANDARD.encode(key)),
        ("a byte-order mark", format!("\u{feff}{key}")),
        ("no frame", lines[1..last].join("\n")),
        ("nothing", String::new()),
        ("a placeholder", "PLACEHOLDER".to_owned()),
        ("a body in one line", format!("{}\n{}\n{}\n", lines[0], lines[1..last].concat(), lines[last])),
        ("cut within a line", key.replacen(lines[2], &lines[2][..40], 1)),
        ("a letter changed", key.replacen("b3BlbnNzaC1rZXk", "b3BlbnNzaC1rZXl", 1)),
        (
            "url-safe letters",
            format!("{}\n{}\n{}\n", lines[0], lines[1..last].join("\n").replace('A', "_"), lines[last]),
        ),
    ]
    .map(|(what, text)| (what.to_owned(), text))
    .into();
    for without in 0..lines.len() {
        let kept: Vec<_> = lines.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, line)| *line).collect();
        cases.push((format!("without line {without}"), kept.join("\n") + "\n"));
    }
    cases
}

/// A public line in the places where OpenSSH reads one.
#[test]
fn public_lines_that_are_taken_here_are_taken_by_openssh() {
    let folder = folder("lines");
    let pair = pair("a");
    let line = pair.public().line();
    let other = super::pair("b").public().line();
    let body = pair.public().body();
    for (at, (text, expected)) in [
        (line.clone(), None),
        (format!("{line}\n"), None),
        (format!("{line}\r\n"), None),
        (format!("ssh-ed25519 {body}"), None),
        (format!("ssh-ed25519 {body} CORP\\nobody@host"), None),
        (format!("ssh-ed25519 {}", &body[..40]), Some(Damage::Body)),
        (format!("ssh-ed25519 {body}AAAA"), Some(Damage::Body)),
        (format!("ssh-rsa {body}"), Some(Damage::Body)),
        (format!("ssh-foo {body}"), Some(Damage::NotPublic)),
        (format!("ssh-ed25519 {}\n{}", &body[..40], &body[40..]), Some(Damage::WrappedLine)),
        (format!("{line}\n{other}"), Some(Damage::SeveralLines)),
        (format!("{line}\\n{other}"), Some(Damage::SeveralKeys)),
        (format!("{line} {other}"), Some(Damage::SeveralKeys)),
        (format!("{line}\\n"), Some(Damage::LiteralNewlines)),
        (format!("\u{feff}{line}"), Some(Damage::ByteOrderMark)),
        (format!("{line}\u{1b}[2K"), Some(Damage::ControlCharacters)),
        (self::text(pair.private()).to_owned(), Some(Damage::PrivateForPublic)),
        (String::new(), Some(Damage::NotPublic)),
        ("<YOUR_KEY>".to_owned(), Some(Damage::NotPublic)),
    ]
    .into_iter()
    .enumerate()
    {
        let ours = keys::public_line(&SecretValue::from(text.as_str()));
        assert_eq!(ours.as_ref().err().copied(), expected, "{text:?}");
        assert_eq!(keys::public_key(&SecretValue::from(STANDARD.encode(&text))).err(), ours.err(), "{text:?}");
        let file = folder.join(at.to_string());
        write_private(&file, &text);
        let theirs = keygen(&["-l", "-f"], &file);
        assert!(expected.is_some() || theirs.status.success(), "{text:?}: {}", lossy(&theirs.stderr));
    }
}

#[test]
fn options_are_split_off_a_line() {
    let line = pair("a").public().line();
    for options in ["restrict", "from=\"10.0.0.0/8,!10.1.1.1\",no-pty", "command=\"echo \\\"a b\\\"\""] {
        let read = keys::public_line(&SecretValue::from(format!("{options} {line}"))).expect(options);
        assert_eq!(read.line(), line);
    }
}

#[test]
fn the_base64_of_a_line_is_told_apart_from_what_only_looks_like_it() {
    let pair = pair("a");
    let encoded = pair.public().encoded();
    let wrapped = |width: usize, end: &str| {
        let lines: Vec<_> = encoded.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
        lines.join(end)
    };
    // 0xFB in the body is what makes the two alphabets differ.
    let comment = STANDARD.encode("ssh-ed25519 ~~~???");
    assert!(comment.contains(['+', '/']), "{comment}");
    let private = text(pair.private());
    for (text, expected) in [
        (encoded.clone(), None),
        (format!("{encoded}\n"), None),
        (wrapped(76, "\n"), None),
        (wrapped(64, "\r\n"), None),
        (STANDARD.encode(format!("{}\n", pair.public().line())), None),
        (wrapped(76, " "), Some(Damage::BlankInside)),
        (pair.public().line(), Some(Damage::NotEncoded)),
        (format!("{}\n", pair.public().line()), Some(Damage::NotEncoded)),
        (comment.replace('+', "-").replace('/', "_"), Some(Damage::UrlSafe)),
        (STANDARD.encode(&encoded), Some(Damage::EncodedTwice)),
        (STANDARD.encode(wrapped(76, "\n")), Some(Damage::EncodedTwice)),
        (private.to_owned(), Some(Damage::PrivateForPublic)),
        (STANDARD.encode(private), Some(Damage::PrivateForPublic)),
        (STANDARD.encode(STANDARD.encode(private)), Some(Damage::PrivateForPublic)),
        (encoded[..40].to_owned(), Some(Damage::Body)),
        (encoded.trim_end_matches('=')[..41].to_owned(), Some(Damage::NotBase64)),
        ("PLACEHOLDER!".to_owned(), Some(Damage::NotBase64)),
        (String::new(), Some(Damage::NotPublic)),
    ] {
        let ours = keys::public_key(&SecretValue::from(text.as_str()));
        assert_eq!(ours.as_ref().err().copied(), expected, "{text:?}");
        assert!(ours.is_err() || ours.is_ok_and(|key| key.encoded() == encoded));
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
