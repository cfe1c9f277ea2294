//! M1–M12 from the command line: exit 2, and not one request.

use std::fs;

use crate::support::{
    program::{Program, folder},
    world::World,
};

/// Runs a check over these bytes; returns what was said.
fn refused(name: &str, bytes: &[u8]) -> String {
    let world = World::new(name);
    fs::write(world.folder.join("bad.yaml"), bytes).expect("written");
    let ran = Program::new(&world.folder).against(&world.running.url).args(["check", "--mapping", "bad.yaml"]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(world.requests().is_empty(), "a request was sent");
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    ran.stderr
}

#[test]
fn m1_a_mapping_that_cannot_be_read_is_refused() {
    let folder = folder("m1");
    fs::create_dir(folder.join("a-directory")).expect("made");
    for (file, word) in [("missing.yaml", "no such"), ("a-directory", "directory")] {
        let ran = Program::new(&folder).args(["check", "--mapping", file]).run();
        assert_eq!(ran.code, 2, "{}", ran.everything());
        assert!(
            ran.stderr.contains(file) && ran.stderr.contains(word) && ran.stderr.contains("help:"),
            "{}",
            ran.stderr
        );
    }
    refused("m1-empty", b"");
    refused("m1-comments", b"# nothing\n");
    refused("m1-no-entries", b"version: 1\nentries: {}\n");
    fs::File::create(folder.join("huge.yaml")).and_then(|file| file.set_len(65 << 20)).expect("a sparse file");
    let ran = Program::new(&folder).args(["check", "--mapping", "huge.yaml"]).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("64 MiB"), "{}", ran.stderr);
}

#[test]
fn m2_a_syntax_error_has_a_line_and_no_text() {
    let said = refused("m2", b"version: 1\nentries:\n  ONE: [canary-in-syntax\n");
    assert!(said.contains("bad.yaml:") && !said.contains("canary"), "{said}");
}

#[test]
fn m3_to_m8_are_all_found_in_one_pass() {
    let said = refused(
        "m3-m8",
        b"version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\nentries:\n  \
          TWICE: a.one\n  TWICE: a.two\n  foo: b.one\n  FOO: b.two\n  GITHUB_THING: c.one\n  NINE: { esc: d.one, servise: openai }\n  \
          LEAD: values.e.one\n",
    );
    for word in ["TWICE", "FOO", "GITHUB_", "servise", "service", "values."] {
        assert!(said.contains(word), "{word} is not in:\n{said}");
    }
    for line in [6, 8, 9, 10, 11] {
        assert!(said.contains(&format!("bad.yaml:{line}:")), "line {line} is not in:\n{said}");
    }
}

#[test]
fn m10_bombs_are_refused() {
    let mut bomb = b"version: 1\na: &a [x, x, x, x, x, x, x, x, x]\n".to_vec();
    for (from, to) in ["a", "b", "c", "d", "e", "f", "g", "h"].iter().zip(["b", "c", "d", "e", "f", "g", "h", "i"]) {
        bomb.extend(
            format!("{to}: &{to} [*{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}]\n")
                .bytes(),
        );
    }
    refused("m10-aliases", &bomb);
    refused("m10-depth", "[".repeat(100_000).as_bytes());
}

#[test]
fn m12_other_encodings_are_refused_by_name() {
    let utf16: Vec<u8> = "version: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut with_mark = vec![0xff, 0xfe];
    with_mark.extend(utf16);
    assert!(refused("m12", &with_mark).contains("UTF-16"));
}

#[test]
fn several_mappings_and_none_are_told_apart() {
    let folder = folder("choose");
    let ran = Program::new(&folder).args(["check"]).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--mapping"), "{}", ran.stderr);
    fs::create_dir(folder.join("mappings")).expect("made");
    for name in ["one.yaml", "two.yaml"] {
        fs::write(folder.join("mappings").join(name), "version: 1\n").expect("written");
    }
    let ran = Program::new(&folder).args(["check"]).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("one.yaml") && ran.stderr.contains("two.yaml"), "{}", ran.stderr);
}

#[test]
fn usage_errors_are_exit_2() {
    let folder = folder("usage");
    for args in [
        &["chek"][..],
        &["check", "--format", "xml"],
        &["check", "--timeout", "0s"],
        &["check", "--report", "json"],
        &[],
    ] {
        assert_eq!(Program::new(&folder).args(args.iter().copied()).run().code, 2, "{args:?}");
    }
}
