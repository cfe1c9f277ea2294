//! Placeholders by their words.
//!
//! Words are matched at separators only, and only in texts without a random part:
//! real keys hold any word by chance, or carry a label that a person chose.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Family,
    vocabulary::{
        ASKING, CHANGE_PAIRS, CHANGED, DUMMIES, EXAMPLES, FILLERS, INSTRUCTION_PAIRS, MASKS, NULL_PAIRS, NULLS, OPEN,
        PLACEHOLDERS, PREFIXES, REPLACE_PAIRS, REPLACED, SECRET_NULLS, TESTS, WEAK,
    },
};
use crate::model::Kind;

/// Longer than any placeholder that was ever found.
const MOST_BYTES: usize = 256;

/// What a word tells, as a set of bits.
type Meaning = u16;

const FILLER: Meaning = 1;
const PREFIX: Meaning = 1 << 1;
const WEAK_WORD: Meaning = 1 << 2;
const TEST: Meaning = 1 << 3;
const DUMMY: Meaning = 1 << 4;
const EXAMPLE: Meaning = 1 << 5;
const MASK: Meaning = 1 << 6;
const PLACEHOLDER: Meaning = 1 << 7;
const REPLACE: Meaning = 1 << 8;
const CHANGE: Meaning = 1 << 9;
const OPEN_WORD: Meaning = 1 << 10;
const YOUR: Meaning = 1 << 11;
const HERE: Meaning = 1 << 12;
const ASK: Meaning = 1 << 13;
const DIGITS: Meaning = 1 << 14;

static MEANINGS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let tables: &[(&[&'static str], Meaning)] = &[
        (FILLERS, FILLER),
        (PREFIXES, PREFIX),
        (WEAK, WEAK_WORD),
        (TESTS, TEST),
        (DUMMIES, DUMMY),
        (EXAMPLES, EXAMPLE),
        (MASKS, MASK),
        (PLACEHOLDERS, PLACEHOLDER),
        (REPLACED, REPLACE),
        (CHANGED, CHANGE),
        (OPEN, OPEN_WORD),
        (ASKING, ASK),
        (&["your", "yours", "youractual"], YOUR),
        (&["here"], HERE),
    ];
    let mut meanings: HashMap<&'static str, Meaning> = HashMap::new();
    for (words, meaning) in tables {
        for word in *words {
            *meanings.entry(word).or_default() |= meaning;
        }
    }
    meanings
});

/// The words of a text, in lower case, with what they mean.
struct Words<'t> {
    words: Vec<(&'t str, Meaning)>,
}

pub(super) fn family(kind: Kind, text: &str) -> Option<Family> {
    if text.len() > MOST_BYTES || has_random_part(text) {
        return None;
    }
    let lower = zeroize::Zeroizing::new(text.to_ascii_lowercase());
    let words = Words::of(&lower);
    let secret = kind == Kind::Secret;
    words
        .unmistakable(text)
        .or_else(|| words.null(kind))
        .or_else(|| words.asking(text))
        .or_else(|| words.about(DUMMY, Family::Dummy))
        .or_else(|| words.about(EXAMPLE, Family::Example).filter(|_| secret || words.words.len() == 1))
        .or_else(|| example_host(&lower))
        .or_else(|| words.about(TEST, Family::Test).filter(|_| secret))
        .or_else(|| words.weak(text).filter(|_| secret))
}

/// Any word of a placeholder at all, for places where no words belong.
pub(super) fn any_marker(text: &str) -> Option<Family> {
    let lower = zeroize::Zeroizing::new(text.to_ascii_lowercase());
    let words = Words::of(&lower);
    let marks = [
        (PLACEHOLDER | OPEN_WORD, Family::Placeholder),
        (DUMMY, Family::Dummy),
        (YOUR | HERE, Family::Your),
        (MASK, Family::Masked),
        (REPLACE, Family::Replace),
        (CHANGE, Family::Change),
        (EXAMPLE, Family::Example),
        (TEST, Family::Test),
    ];
    marks.into_iter().find(|(mark, _)| words.has(*mark)).map(|(_, family)| family)
}

/// The families that are placeholders in any part of a URL, a host or a path, too.
pub(super) fn is_unmistakable(family: Family) -> bool {
    matches!(
        family,
        Family::Change | Family::Masked | Family::Placeholder | Family::Replace | Family::Your | Family::Instruction
    )
}

impl<'t> Words<'t> {
    fn of(lower: &'t str) -> Self {
        let mut words = Vec::new();
        for part in parts(lower) {
            split_into(part, &mut words);
        }
        Self { words }
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.words.iter().any(|(_, found)| found & meaning != 0)
    }

    fn has_pair(&self, pairs: &[(&str, &str)]) -> bool {
        self.words.windows(2).any(|pair| pairs.contains(&(pair[0].0, pair[1].0)))
    }

    /// How many words belong to no vocabulary.
    fn strangers(&self) -> usize {
        self.words.iter().filter(|(_, meaning)| *meaning == 0).count()
    }

    fn unmistakable(&self, text: &str) -> Option<Family> {
        if self.has(PLACEHOLDER) {
            return Some(Family::Placeholder);
        }
        if self.has(CHANGE) || self.has_pair(CHANGE_PAIRS) {
            return Some(Family::Change);
        }
        let replaced = self.words.first().is_some_and(|(_, meaning)| meaning & REPLACE != 0);
        if replaced || self.has_pair(REPLACE_PAIRS) || self.has_word("replaceme") {
            return Some(Family::Replace);
        }
        if self.has(MASK) && is_wordy(text) {
            return Some(Family::Masked);
        }
        if self.has_word("dummy") {
            return Some(Family::Dummy);
        }
        let open = self.words.first().is_some_and(|(_, meaning)| meaning & OPEN_WORD != 0);
        let alone = self.words.len() == 1 || text.contains(':') || self.strangers() == 0 || is_screaming(text);
        (open && alone).then_some(Family::Placeholder)
    }

    fn has_word(&self, word: &str) -> bool {
        self.words.iter().any(|(found, _)| *found == word)
    }

    fn null(&self, kind: Kind) -> Option<Family> {
        let whole = match self.words.as_slice() {
            [(word, _)] => NULLS.contains(word) || (kind == Kind::Secret && SECRET_NULLS.contains(word)),
            _ => false,
        };
        let pair = self.has_pair(NULL_PAIRS) && self.words.len() <= 5;
        (whole || pair).then_some(Family::Null)
    }

    /// Texts that ask the reader for a value, or say where it comes from.
    fn asking(&self, text: &str) -> Option<Family> {
        if !is_wordy(text) {
            return None;
        }
        let first_mark = self.words.iter().position(|(_, meaning)| meaning & YOUR != 0);
        let ahead = |at: usize| self.words[..at].iter().all(|(_, meaning)| meaning & (PREFIX | ASK | FILLER) != 0);
        let noun = self.words.iter().any(|(word, meaning)| meaning & (FILLER | WEAK_WORD) != 0 && word.len() > 2);
        let ends_here = self.words.len() > 1 && self.words.last().is_some_and(|(_, meaning)| meaning & HERE != 0);
        if first_mark.is_some_and(|at| ahead(at) || noun) || ends_here {
            return Some(Family::Your);
        }
        let asked = self.words.first().is_some_and(|(_, meaning)| meaning & ASK != 0) && self.words.len() > 1;
        let told = self.has_pair(INSTRUCTION_PAIRS) && (text.contains(' ') || self.words.len() <= 6);
        let call = ["os.getenv", "os.environ", "process.env"].iter().any(|head| text.starts_with(head));
        ((asked && self.strangers() == 0) || told || call).then_some(Family::Instruction)
    }

    /// A marker and little else: words of the vocabulary, digits, at most one stranger.
    fn about(&self, mark: Meaning, family: Family) -> Option<Family> {
        let known = self.words.len() - self.strangers();
        let edge = |at: Option<&(&str, Meaning)>| at.is_some_and(|(_, meaning)| meaning & mark != 0);
        let bare: Vec<_> = self.words.iter().skip_while(|(_, meaning)| *meaning == PREFIX).copied().collect();
        let at_edge = edge(bare.first()) || edge(bare.last()) || self.strangers() == 0;
        (self.has(mark) && at_edge && self.strangers() * 2 <= known).then_some(family)
    }

    /// Default words, joined or alone; digits may follow one word, but not a name.
    fn weak(&self, text: &str) -> Option<Family> {
        let weak = |(_, meaning): &(&str, Meaning)| meaning & (WEAK_WORD | FILLER | PREFIX) != 0;
        let digits = self.words.iter().filter(|(_, meaning)| *meaning == DIGITS).count();
        let words = self.words.len() - digits;
        let all = self.words.iter().filter(|(_, meaning)| *meaning != DIGITS).all(weak);
        let core = self.has(WEAK_WORD) && (words > 1 || self.words.iter().any(|(_, meaning)| meaning & WEAK_WORD != 0));
        let joined = all && core && (digits == 0 || words == 1) && !(digits > 0 && is_screaming(text));
        (joined && is_wordy(text) || is_counted(text)).then_some(Family::Weak)
    }
}

/// `12345`, `123456789`, `abc123`.
fn is_counted(text: &str) -> bool {
    const COUNTED: &[&str] = &["abc123", "abcd1234", "1q2w3e4r", "p@ssw0rd", "p@ssword", "asdf", "asdfgh", "0"];
    let digits = text.len() >= 3 && "12345678901234567890".starts_with(text);
    digits || COUNTED.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn example_host(lower: &str) -> Option<Family> {
    let reserved = ["example.com", "example.org", "example.net"];
    let is_name = reserved
        .iter()
        .any(|name| lower == *name || lower.strip_suffix(name).is_some_and(|head| head.ends_with(['.', '@'])));
    is_name.then_some(Family::Example)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty())
}

/// Letters, digits and what joins words: no punctuation that only passphrases have.
fn is_wordy(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || " _-.:/,()[]<>{}#'\"–—".contains(letter))
}

/// All in capitals, like a name.
fn is_screaming(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_ascii_lowercase())
}

/// Whether any of it looks drawn by lot: one long part, an identifier at the end, or
/// many short parts in which kinds of letters mix, as base64url bodies fall apart.
fn has_random_part(text: &str) -> bool {
    let ends_in_id = || {
        let tail = text.len().checked_sub(36).and_then(|from| text.get(from..));
        tail.is_some_and(|tail| super::shapes::is_uuid(tail) && !tail.bytes().all(|byte| matches!(byte, b'0' | b'-')))
    };
    let mixed = || parts(text).filter(|part| is_mixed(part)).map(str::len).sum::<usize>();
    parts(text).any(is_random) || ends_in_id() || mixed() >= 12
}

/// A part no person writes: letters and digits, or both cases, in a row and unknown.
/// A capital ahead and digits behind are how words are written.
fn is_mixed(part: &str) -> bool {
    let core = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let tail = core.get(1..).unwrap_or_default();
    let lower = tail.bytes().any(|byte| byte.is_ascii_lowercase());
    let upper = tail.bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = core.bytes().any(|byte| byte.is_ascii_digit());
    (digits || (lower && upper)) && !is_known(part)
}

/// Whether a part looks drawn by lot: long, and changing its kind of letter often, or
/// long beyond any word and not made of known ones.
fn is_random(part: &str) -> bool {
    let bytes = part.as_bytes();
    if bytes.len() < 10 {
        return false;
    }
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let changes = bytes.windows(2).filter(|pair| class(&pair[0]) != class(&pair[1])).count();
    if changes >= 3 {
        return !is_known(part);
    }
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let long = bytes.len() >= 20 || (bytes.len() >= 16 && digits >= 4 && digits < bytes.len());
    long && !is_known(part)
}

fn is_known(part: &str) -> bool {
    let lower = zeroize::Zeroizing::new(part.to_ascii_lowercase());
    let mut words = Vec::new();
    split_into(&lower, &mut words);
    words.iter().all(|(_, meaning)| *meaning != 0)
}

/// One part as its words: itself, without the digits behind it, or, if it is made of
/// known words with nothing between them, those.
fn split_into<'t>(part: &'t str, words: &mut Vec<(&'t str, Meaning)>) {
    if let Some(meaning) = meaning(part) {
        words.push((part, meaning));
        return;
    }
    let head = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if head.is_empty() {
        words.push((part, DIGITS));
        return;
    }
    if head.len() < part.len() && part.len() - head.len() <= 8 {
        let before = words.len();
        split_into(head, words);
        if words[before..].iter().all(|(_, meaning)| *meaning != 0) {
            words.push((&part[head.len()..], DIGITS));
            return;
        }
        words.truncate(before);
    }
    if !joined(part, words) {
        words.push((part, 0));
    }
}

fn meaning(word: &str) -> Option<Meaning> {
    MEANINGS.get(word).copied()
}

/// `yourapikeyhere` as `your`, `api`, `key`, `here`; the longest word first.
fn joined<'t>(part: &'t str, words: &mut Vec<(&'t str, Meaning)>) -> bool {
    if !(6..=40).contains(&part.len()) || !part.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    // From each position on, the length of the first word of a split, or none.
    let mut first = [0_usize; 41];
    let total = part.len();
    for from in (0..total).rev() {
        let reach = |length: &usize| from + length == total || first[from + length] != 0;
        let is_word = |length: &usize| {
            let word = &part[from..from + length];
            (*length >= 3 || matches!(word, "my" | "me" | "id" | "db" | "ai" | "is" | "to" | "in"))
                && meaning(word).is_some()
        };
        first[from] = (2..=total - from).rev().find(|length| reach(length) && is_word(length)).unwrap_or(0);
    }
    if first[0] == 0 {
        return false;
    }
    let mut from = 0;
    while from < total {
        let word = &part[from..from + first[from]];
        words.push((word, meaning(word).unwrap_or_default()));
        from += first[from];
    }
    true
}
