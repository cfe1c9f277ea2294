//! The filter: whatever the pieces of the stream, the same goes out; in the open, no part of a value.

use esc_sync::{
    model::SecretValue,
    scan::{Known, Matcher, Redactor},
};
use proptest::prelude::*;

const VALUES: [(&str, &str); 4] = [
    ("A", "ab1dab1dab1d"),
    ("B", "1dab1dX-longer-than-A"),
    ("C", "pa55-w0rd-9"),
    ("URL", "postgres://u:pa55-w0rd-9@db/x"),
];

fn matcher() -> Matcher {
    let held = VALUES.map(|(name, value)| (name, SecretValue::from(value)));
    let known: Vec<_> = held.iter().map(|(name, value)| Known { name: (*name).to_owned(), value }).collect();
    Matcher::new(&known)
}

fn filtered(matcher: &Matcher, pieces: &[&[u8]]) -> Vec<u8> {
    let (mut redactor, mut out) = (Redactor::new(matcher), Vec::new());
    pieces.iter().for_each(|piece| redactor.take(piece, &mut out));
    redactor.finish(&mut out);
    out
}

fn text(input: &str) -> String {
    String::from_utf8(filtered(&matcher(), &[input.as_bytes()])).expect("text")
}

#[test]
fn marks_stand_for_values_and_all_else_stays() {
    assert_eq!(text("x=pa55-w0rd-9;\n"), "x=[C];\n");
    assert_eq!(text("postgres://u:pa55-w0rd-9@db/x"), "[URL]");
    assert_eq!(text("cGE1NS13MHJkLTk= pa55-w0rd-"), "[C]k= pa55-w0rd-");
    assert_eq!(text("pa55-w0rd-9pa55-w0rd-9"), "[C][C]");
    assert_eq!(text("ab1dab1dab1dX-longer-than-A."), "[B].");
    assert_eq!(text("ab1dab1dab1dab1d."), "[A].");
    let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    assert_eq!(filtered(&matcher(), &[&bytes]), bytes);
}

#[test]
fn what_cannot_be_the_beginning_of_a_value_does_not_wait() {
    let matcher = matcher();
    let (mut redactor, mut out) = (Redactor::new(&matcher), Vec::new());
    redactor.take(b"a line, and pa55-w0rd-9\n", &mut out);
    assert_eq!(out, b"a line, and [C]\n");
    redactor.take(b"and pa55-w0", &mut out);
    assert_eq!(out, b"a line, and [C]\nand ");
    redactor.take(b"rd-9", &mut out);
    redactor.take(b" or pa55-wrong", &mut out);
    assert_eq!(redactor.finish(&mut out), 2);
    assert_eq!(out, b"a line, and [C]\nand [C] or pa55-wrong");
}

#[test]
fn what_is_kept_stays_small_however_long_the_stream_is() {
    let matcher = matcher();
    let (mut redactor, mut out) = (Redactor::new(&matcher), Vec::new());
    for _ in 0..1_000 {
        redactor.take(&b"ab1d".repeat(1_000), &mut out);
        assert!(redactor.kept() <= matcher.reach() + 4_000, "{}", redactor.kept());
        assert!(out.is_empty(), "one value after another, all overlapping");
    }
    redactor.finish(&mut out);
    assert_eq!(out, b"[A]");
}

const PIECES: &[&str] = &[
    "ab1d",
    "ab1dab1dab1d",
    "1dab1dX-longer-than-A",
    "1dab1dX-",
    "pa55-w0rd-9",
    "postgres://u:",
    "@db/x",
    "pa55-",
    "\n",
    "cGE1NS13MHJkLTk",
    "YXBhNTUtdzByZC05",
    "cGE1NS13\n  MHJkLTk",
    "\\n",
    "\r",
    " ",
    "70613535",
    "2d773072642d39",
    "x",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_pieces_give_the_same(
        parts in prop::collection::vec(prop::sample::select(PIECES), 0..30),
        cuts in prop::collection::vec(any::<u16>(), 0..40),
    ) {
        let matcher = matcher();
        let input = parts.concat().into_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| usize::from(cut) % (input.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(input.len());
        let mut from = 0;
        let pieces: Vec<&[u8]> = cuts.into_iter().map(|cut| &input[std::mem::replace(&mut from, cut)..cut]).collect();
        let whole = filtered(&matcher, &[&input]);
        let cut = filtered(&matcher, &pieces);
        prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
        for (_, value) in VALUES {
            prop_assert!(!String::from_utf8_lossy(&whole).contains(value));
        }
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(filtered(&matcher, &bytes), whole);
    }
}
