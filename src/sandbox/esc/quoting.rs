//! How a text is written as a YAML scalar: go-yaml v3's choice of style
//! (`emitterc.go`, `analyze_scalar` and `select_scalar_style`), and the writing.

use super::scalar::{self, Plain};
use crate::yaml::ScalarStyle;

/// Where a scalar stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) flow: bool,
    pub(super) key: bool,
    /// Column at which the lines of a block scalar begin.
    pub(super) indent: usize,
}

/// What a text holds that bars it from a style.
#[derive(Debug, Default)]
struct Traits {
    flow_plain: bool,
    block_plain: bool,
    single: bool,
    block: bool,
    multiline: bool,
}

/// A scalar as text. A block scalar is a header, then whole lines.
#[derive(Debug)]
pub(super) enum Written {
    Block { header: String, lines: String },
    Inline(String),
}

/// The style ESC wants for a string, before YAML's own limits: texts that read as
/// numbers and booleans are single-quoted (`syntax/encoding/yaml.go`), texts that
/// would read as dates and the like are double-quoted.
fn wanted(text: &str, source: ScalarStyle) -> ScalarStyle {
    if reads_as_float(text) || matches!(text, "true" | "false") {
        return ScalarStyle::SingleQuoted;
    }
    match source {
        ScalarStyle::Plain if text.contains('\n') => ScalarStyle::Literal,
        ScalarStyle::Plain if scalar::resolve(text) != Plain::Text => ScalarStyle::DoubleQuoted,
        other => other,
    }
}

/// Go's `ParseFloat(text, 32)` succeeds.
fn reads_as_float(text: &str) -> bool {
    text.parse::<f32>().is_ok_and(|number| number.is_finite() || !text.bytes().any(|byte| byte.is_ascii_digit()))
}

pub(super) fn write(text: &str, source: ScalarStyle, setting: Setting) -> Written {
    let traits = analyze(text);
    let mut style = wanted(text, source);
    if setting.key && traits.multiline {
        style = ScalarStyle::DoubleQuoted;
    }
    if style == ScalarStyle::Plain {
        let allowed = if setting.flow { traits.flow_plain } else { traits.block_plain };
        if !allowed || text.is_empty() {
            style = ScalarStyle::SingleQuoted;
        }
    }
    if style == ScalarStyle::SingleQuoted && !traits.single {
        style = ScalarStyle::DoubleQuoted;
    }
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    if block && (!traits.block || setting.flow || setting.key) {
        style = ScalarStyle::DoubleQuoted;
    }
    match style {
        ScalarStyle::Plain => Written::Inline(text.into()),
        ScalarStyle::SingleQuoted => Written::Inline(single(text, setting.indent)),
        ScalarStyle::DoubleQuoted => Written::Inline(double(text)),
        ScalarStyle::Literal => block_scalar('|', text, literal(text, setting.indent)),
        ScalarStyle::Folded => block_scalar('>', text, folded(text, setting.indent)),
    }
}

fn analyze(text: &str) -> Traits {
    if text.is_empty() {
        return Traits { block_plain: true, single: true, ..Traits::default() };
    }
    let marker = text.starts_with("---") || text.starts_with("...");
    let (mut flow_indicator, mut block_indicator) = (marker, marker);
    let (mut breaks, mut special, mut tabs) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let mut previous = '\n';
    let mut characters = text.chars().peekable();
    let mut first = true;
    while let Some(character) = characters.next() {
        let followed = characters.peek().is_none_or(|next| is_blank(*next));
        match character {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if first => {
                flow_indicator = true;
                block_indicator = true;
            }
            '?' | ':' if first => {
                flow_indicator = true;
                block_indicator |= followed;
            }
            '-' if first && followed => {
                flow_indicator = true;
                block_indicator = true;
            }
            ',' | '?' | '[' | ']' | '{' | '}' => flow_indicator = true,
            ':' => {
                flow_indicator = true;
                block_indicator |= followed;
            }
            '#' if is_blank(previous) => {
                flow_indicator = true;
                block_indicator = true;
            }
            '\t' => tabs = true,
            '\n' => breaks = true,
            other => special |= !is_printable(other),
        }
        break_space |= character == ' ' && !first && previous == '\n';
        space_break |= character == '\n' && previous == ' ';
        previous = character;
        first = false;
    }
    let edge = |character: char| character == ' ' || character == '\n';
    let edges = text.starts_with(edge) || text.ends_with(edge);
    let odd = space_break || special;
    let single = !break_space && !odd && !tabs;
    let plain = single && !edges && !breaks;
    Traits {
        flow_plain: plain && !flow_indicator,
        block_plain: plain && !block_indicator,
        single,
        // A block of line breaks alone is legal, but parsers disagree on what it holds.
        block: !odd && !text.ends_with(' ') && !text.bytes().all(|byte| byte == b'\n'),
        multiline: breaks,
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes raw. It takes nothing beyond the basic plane for printable.
/// Its two odd line breaks, U+2028 and U+2029, are escaped here: nothing is lost so.
fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
        && !matches!(character, '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

fn single(text: &str, indent: usize) -> String {
    let mut out = String::from("'");
    let mut in_break = false;
    for character in text.chars() {
        if character == '\n' {
            if !in_break {
                out.push('\n');
            }
            out.push('\n');
            in_break = true;
            continue;
        }
        if in_break {
            out.push_str(&" ".repeat(indent));
        }
        in_break = false;
        if character == '\'' {
            out.push('\'');
        }
        out.push(character);
    }
    if in_break {
        out.push_str(&" ".repeat(indent));
    }
    out.push('\'');
    out
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other if is_printable(other) => out.push(other),
            other => escape(&mut out, other),
        }
    }
    out.push('"');
    out
}

fn escape(out: &mut String, character: char) {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        other => {
            let code = other as u32;
            let text = match code {
                0..=0xFF => format!("\\x{code:02X}"),
                0x100..=0xFFFF => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
            return out.push_str(&text);
        }
    };
    out.push('\\');
    out.push(short);
}

fn block_scalar(indicator: char, text: &str, lines: String) -> Written {
    let mut header = String::from(indicator);
    if text.starts_with([' ', '\n']) {
        header.push('2');
    }
    match text.strip_suffix('\n') {
        None => header.push('-'),
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => header.push('+'),
        Some(_) => {}
    }
    Written::Block { header, lines }
}

fn literal(text: &str, indent: usize) -> String {
    let mut out = String::new();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Folded style without a width: one line per paragraph, so a single break needs an
/// empty line between two lines that could be folded together.
fn folded(text: &str, indent: usize) -> String {
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    let mut out = String::new();
    let mut above: Option<&str> = None;
    for line in lines {
        let folds = |line: &str| !line.starts_with([' ', '\t']);
        if line.is_empty() {
            out.push('\n');
            continue;
        }
        if above.is_some_and(|above| folds(above) && folds(line)) {
            out.push('\n');
        }
        out.push_str(&" ".repeat(indent));
        out.push_str(line);
        out.push('\n');
        above = Some(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        match write(text, ScalarStyle::Plain, Setting { flow: false, key: false, indent: 2 }) {
            Written::Inline(text) => text,
            Written::Block { header, lines } => format!("{header}\n{lines}"),
        }
    }

    #[test]
    fn a_text_gets_the_style_that_go_yaml_gives_it() {
        let cases = [
            ("hunter2", "hunter2"),
            ("", "\"\""),
            ("12345", "'12345'"),
            ("1.0", "'1.0'"),
            ("nan", "'nan'"),
            ("true", "'true'"),
            ("null", "\"null\""),
            ("2026-01-01", "\"2026-01-01\""),
            ("0x1f", "\"0x1f\""),
            ("yes", "yes"),
            ("a: b", "'a: b'"),
            ("a #b", "'a #b'"),
            (" lead", "' lead'"),
            ("it's @x", "it's @x"),
            ("@x", "'@x'"),
            ("- x", "'- x'"),
            ("a\tb", "\"a\\tb\""),
            ("nul\0", "\"nul\\0\""),
            ("\u{1F512}", "\"\\U0001F512\""),
            ("é", "é"),
            ("a\nb", "|-\n  a\n  b\n"),
            ("a\nb\n", "|\n  a\n  b\n"),
            ("a\n\n", "|+\n  a\n\n"),
            (" a\nb", "|2-\n   a\n  b\n"),
            ("a \nb", "\"a \\nb\""),
            ("\n", "\"\\n\""),
            ("a\r\nb", "\"a\\r\\nb\""),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }
}
