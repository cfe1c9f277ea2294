//! The expressions of GitHub Actions, as far as they name secrets and variables.
//!
//! A real tokenizer: texts in single quotes with `''` in them, several references in one
//! expression, and a context only where nothing stands before it: `steps.secrets.outputs.x`
//! is a step's. Names are compared without regard to case there, and so they come out in
//! upper case. Nothing here fails: what is no expression names nothing.

/// What an expression refers to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Named {
    pub(super) context: Context,
    /// In upper case; `None`: it is known only when it runs, or all of them are meant.
    pub(super) name: Option<String>,
    /// Byte offset of the name, or of the context where there is no name.
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Context {
    Secrets,
    Vars,
}

/// One `${{ … }}` in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    /// Byte range of what is between the braces.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a backslash stands before it, which GitHub does not heed.
    pub(super) escaped: bool,
}

/// All expressions of a text. One that is not closed ends with its line, so that it hides no other.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(OPEN) {
        let open = from + found;
        let start = open + OPEN.len();
        let end = closing(&text[start..]).map_or_else(|| line_end(text, start), |length| start + length);
        spans.push(Span { start, end, escaped: text[..open].ends_with('\\') });
        from = end.max(start);
    }
    spans
}

/// Where the expression ends: at the first `}}` outside of a text; else, if it is only the quotes that are wrong, at
/// the first at all on its line.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            b'$' if !quoted && text.as_bytes()[at..].starts_with(OPEN.as_bytes()) => break,
            _ => {}
        }
        at += 1;
    }
    text[..line_end(text, 0)].find("}}")
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |length| from + length)
}

/// What the expression `text` refers to; offsets are its own.
pub(super) fn references(text: &str) -> Vec<Named> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(context) = token.context(text) else { continue };
        let before = index.checked_sub(1).map(|before| tokens[before].kind);
        if before == Some(Kind::Dot) {
            continue;
        }
        if let Some(named) = named(text, context, token, &tokens[index + 1..]) {
            found.push(named);
        }
    }
    found
}

/// What follows a context says which name is meant, if one is.
fn named(text: &str, context: Context, token: &Token, rest: &[Token]) -> Option<Named> {
    let any = Named { context, name: None, at: token.start };
    match rest {
        // A function of that name, or a key of an object: no context.
        [Token { kind: Kind::Open, .. }, ..] => None,
        [Token { kind: Kind::Dot, .. }, name @ Token { kind: Kind::Word, .. }, ..] => {
            Some(Named { name: Some(name.text(text).to_ascii_uppercase()), at: name.start, ..any })
        }
        [
            Token { kind: Kind::Index, .. },
            name @ Token { kind: Kind::Text, .. },
            Token { kind: Kind::Close, .. },
            ..,
        ] => {
            let inner = name.text(text).trim_matches('\'').replace("''", "'");
            Some(Named { name: Some(inner.to_ascii_uppercase()), at: name.start + 1, ..any })
        }
        _ => Some(any),
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Close,
    Dot,
    Index,
    Open,
    Other,
    Text,
    Word,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

impl Token {
    fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    fn context(&self, text: &str) -> Option<Context> {
        let word = (self.kind == Kind::Word).then(|| self.text(text))?;
        match () {
            () if word.eq_ignore_ascii_case("secrets") => Some(Context::Secrets),
            () if word.eq_ignore_ascii_case("vars") => Some(Context::Vars),
            () => None,
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let kind = match bytes[at] {
            b'\'' => {
                at = text_end(bytes, at);
                Kind::Text
            }
            byte if is_word(byte) => {
                at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                Kind::Word
            }
            byte => {
                at += 1;
                match byte {
                    b'.' => Kind::Dot,
                    b'[' => Kind::Index,
                    b']' => Kind::Close,
                    b'(' => Kind::Open,
                    byte if byte.is_ascii_whitespace() => continue,
                    _ => Kind::Other,
                }
            }
        };
        tokens.push(Token { kind, start, end: at });
    }
    tokens
}

/// Names hold dashes too; a number in the place of a name is read as one, since it is meant as one.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

/// Behind the closing quote; two quotes are one of the text.
fn text_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

const OPEN: &str = "${{";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The names of an expression; `*` where none is told.
    fn names(text: &str) -> Vec<String> {
        let all = references(text).into_iter();
        all.map(|named| format!("{:?}.{}", named.context, named.name.as_deref().unwrap_or("*"))).collect()
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        let cases: &[(&str, &[&str])] = &[
            ("secrets.A", &["Secrets.A"]),
            (" secrets . a ", &["Secrets.A"]),
            ("SECRETS['b_1']", &["Secrets.B_1"]),
            ("secrets [ 'C' ]", &["Secrets.C"]),
            ("secrets.A || secrets.B && vars.C", &["Secrets.A", "Secrets.B", "Vars.C"]),
            ("format('{0} secrets.NO', secrets.A)", &["Secrets.A"]),
            ("format('it''s secrets.NO {0}', secrets.A)", &["Secrets.A"]),
            ("secrets[matrix.x]", &["Secrets.*"]),
            ("secrets[format('A_{0}', matrix.x)]", &["Secrets.*"]),
            ("toJSON(secrets)", &["Secrets.*"]),
            ("secrets.*", &["Secrets.*"]),
            ("secrets", &["Secrets.*"]),
            ("steps.secrets.outputs.x", &[]),
            ("needs.secrets.outputs.vars", &[]),
            ("github.event.secrets.X", &[]),
            ("env . secrets", &[]),
            ("env['secrets']", &[]),
            ("my-secrets.X", &[]),
            ("secrets_of.X", &[]),
            ("mysecrets.X", &[]),
            ("secrets('x')", &[]),
            ("secrets.1X", &["Secrets.1X"]),
            ("secrets.MY-KEY", &["Secrets.MY-KEY"]),
            ("steps[secrets.A].outputs", &["Secrets.A"]),
            ("!secrets.A", &["Secrets.A"]),
            ("'unclosed secrets.A", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(&names(text), expected, "{text}");
        }
    }

    #[test]
    fn an_expression_ends_where_github_ends_it() {
        let inner =
            |text: &str| spans(text).iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>();
        assert_eq!(inner("a ${{ x }} b ${{ y }}"), [" x ", " y "]);
        assert_eq!(inner("${{ format('}}', x) }}"), [" format('}}', x) "]);
        assert_eq!(inner("${{ a\n  ${{ b }}"), [" a", " b "]);
        assert_eq!(inner("${{ it's }} ${{ b }}"), [" it's ", " b "]);
        assert!(inner("${ { x }}").is_empty());
        assert!(spans("\\${{ x }}")[0].escaped);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fail(text in any::<String>()) {
            for span in spans(&text) {
                references(&text[span.start..span.end]);
            }
            references(&text);
        }
    }
}
