//! GitHub-flavoured Markdown for text from outside.
//!
//! Escaping punctuation is not enough on GitHub: mentions, issue numbers and bare
//! addresses are turned into links after parsing, in every text but code. So words
//! that could mean anything become code spans, and only plain words stay prose.

use super::visible;

/// One line of prose in which every word that is not plain is a code span.
/// It must stand after other text of its line.
pub fn prose(text: &str) -> String {
    let shown = visible(text);
    let mut out = String::with_capacity(shown.len() + 16);
    let mut risky: Vec<&str> = Vec::new();
    for word in shown.split(' ').filter(|word| !word.is_empty()) {
        if is_plain(word) {
            flush(&mut out, &mut risky);
            separate(&mut out);
            out.push_str(word);
        } else {
            risky.push(word);
        }
    }
    flush(&mut out, &mut risky);
    out
}

/// A code span that shows exactly the visible text.
pub fn code(text: &str) -> String {
    let shown = visible(text);
    if shown.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&shown) + 1);
    // One blank is taken off each side where both are blank; a backtick must not touch the fence.
    let blank = |end: Option<char>| end.is_some_and(|character| matches!(character, '`' | ' '));
    let pad = if blank(shown.chars().next()) || blank(shown.chars().last()) { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// A fenced block of one line, indented as the content of a list item.
pub fn block(text: &str, indent: &str) -> String {
    let shown = visible(text);
    let fence = "`".repeat((longest_run(&shown) + 1).max(3));
    format!("{indent}{fence}\n{indent}{shown}\n{indent}{fence}\n")
}

fn flush(out: &mut String, risky: &mut Vec<&str>) {
    if !risky.is_empty() {
        separate(out);
        out.push_str(&span(&risky.join(" ")));
        risky.clear();
    }
}

/// Words as code, the punctuation of the sentence around them left outside.
fn span(words: &str) -> String {
    let core = words.trim_end_matches(['.', ',', ';', ':']);
    let tail = &words[core.len()..];
    match core.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        _ if core.is_empty() => code(words),
        Some(inner) if !inner.is_empty() => format!("({}){tail}", code(inner)),
        _ => format!("{}{tail}", code(core)),
    }
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
}

/// Letters and digits, joined by hyphens or apostrophes, in ordinary punctuation; or a number.
fn is_plain(word: &str) -> bool {
    let core = word.trim_start_matches(['(', '"', '\'']).trim_end_matches(['.', ',', ';', ':', ')', '?', '"', '\'']);
    let number = core.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'));
    (number || core.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '\'' | '…')))
        && !core.starts_with('-')
        && !is_reference(core)
}

/// What GitHub links: `GH-12` and anything that may be a commit id.
fn is_reference(core: &str) -> bool {
    let issue = core.get(..3).is_some_and(|lead| lead.eq_ignore_ascii_case("gh-"));
    let commit = core.len() >= 7 && core.bytes().all(|byte| byte.is_ascii_hexdigit());
    issue || commit
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_prose() {
        let text = "ESC answered, and the path isn't there (yet): 3 others are.";
        assert_eq!(prose(text), text);
    }

    #[test]
    fn x9_words_with_a_meaning_become_code() {
        let cases = [
            ("see https://evil.example now", "see `https://evil.example` now"),
            ("www.evil.example", "`www.evil.example`"),
            ("ping @acme/admins and me@evil.example", "ping `@acme/admins` and `me@evil.example`"),
            ("[a](javascript:alert(1)) x", "`[a](javascript:alert(1))` x"),
            ("<img src=x onerror=alert(1)>", "`<img src=x onerror=alert(1)>`"),
            ("| a | b |", "`|` a `|` b `|`"),
            ("fixes #12 GH-12 deadbeef1", "fixes `#12 GH-12 deadbeef1`"),
            ("a `b` ``c``", "a ``` `b` ``c`` ```"),
            ("# head", "`#` head"),
            ("**bold** _it_ ~~no~~", "`**bold** _it_ ~~no~~`"),
            ("in (acme/app): no", "in (`acme/app`): no"),
            ("1,000 of 3.5 :", "1,000 of 3.5 :"),
            ("a\n# b", r"`a\u{a}#` b"),
            ("&lt;b&gt; x", "`&lt;b&gt`; x"),
            (":tada: $x$", "`:tada: $x$`"),
        ];
        for (text, expected) in cases {
            assert_eq!(prose(text), expected);
        }
    }

    #[test]
    fn x9_a_span_is_closed_by_its_own_fence_only() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" x "), "`  x  `");
        assert_eq!(code(""), "(empty)");
        assert_eq!(block("```\n# x", "  "), "  ````\n  ```\\u{a}# x\n  ````\n");
    }
}
