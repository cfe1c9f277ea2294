//! `redact` as it is typed: a stream through the binary.

use std::{fs, io::Write as _, process::Stdio};

use super::program::{VALUE, world};
use crate::support::program::Program;

/// Filters `input` through the binary.
fn redacted(program: Program, folder: &std::path::Path, input: &[u8]) -> (i32, Vec<u8>, String) {
    let out = folder.join("out");
    let mut child = program.into_file(fs::File::create(&out).expect("made")).spawn_with_input(Stdio::piped());
    let mut stdin = child.stdin.take().expect("piped");
    // A program that refuses reads nothing.
    let _ = stdin.write_all(input);
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    (ended.status.code().expect("a code"), fs::read(out).expect("there"), stderr)
}

#[test]
fn redact_marks_values_and_passes_the_rest() {
    let (world, _) = world("redact", "x: y\n");
    let input = format!("a {VALUE}\n\u{ff}\0 true {}d3pl0y-T0ken-1", "x".repeat(300_000));
    let (code, out, stderr) = redacted(world.program(["redact"]), &world.folder, input.as_bytes());
    assert_eq!(code, 0, "{stderr}");
    let expected = format!("a [STRIPE_KEY]\n\u{ff}\0 true {}[DEPLOY_TOKEN]", "x".repeat(300_000));
    assert!(out == expected.as_bytes(), "{}", String::from_utf8_lossy(&out[..100]));
    assert!(stderr.contains("1 value is too short or too plain"), "{stderr}");
}

#[test]
fn redact_passes_nothing_unless_it_knows_every_value() {
    let (world, _) = world("redact-blind", "x: y\n");
    let blind = world.program(["redact"]).env("PULUMI_ACCESS_TOKEN", "");
    let (code, out, stderr) = redacted(blind, &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (3, 0), "{stderr}");
    let (code, out, stderr) = redacted(world.program(["redact", "--offline"]), &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (2, 0), "{stderr}");
}

#[test]
fn redact_passes_on_without_what_it_is_told_to_do_without() {
    let (world, _) = world("redact-without", "x: y\n");
    world.esc("values:\n  s:\n    stripe:\n      fn::secret: sk-c4n4ry-V4lue-77\n    deploy: null\n");
    let (code, out, stderr) = redacted(world.program(["redact"]), &world.folder, b"a line\n");
    assert_eq!((code, out.len()), (3, 0), "{stderr}");
    assert!(stderr.contains("--without DEPLOY_TOKEN"), "{stderr}");
    let without = world.program(["redact", "--without", "DEPLOY_TOKEN"]);
    let (code, out, stderr) = redacted(without, &world.folder, format!("{VALUE} d3pl0y\n").as_bytes());
    assert_eq!((code, &out[..]), (0, &b"[STRIPE_KEY] d3pl0y\n"[..]), "{stderr}");
    assert!(stderr.contains("1 value was left out by --without: it is passed"), "{stderr}");
    let (code, _, stderr) = redacted(world.program(["redact", "--without", "NO_SUCH"]), &world.folder, b"");
    assert!(code == 2 && stderr.contains("no secret of"), "{stderr}");
}
