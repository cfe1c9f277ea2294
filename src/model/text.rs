//! Text from outside, made fit to stand in one of our sentences.

/// `text` without anything a terminal, a browser or a reader could trip over, cut to `limit` characters.
pub fn printable(text: &str, limit: usize) -> String {
    let mut shown: String = text.chars().take(limit).map(|c| if is_plain(c) { c } else { '\u{fffd}' }).collect();
    if text.chars().nth(limit).is_some() {
        shown.push('…');
    }
    shown
}

/// Neither a control character nor one that reorders or hides text.
fn is_plain(c: char) -> bool {
    let hides = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
        || c >= '\u{e0000}';
    !c.is_control() && !hides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_harmless_and_short() {
        assert_eq!(printable("values.a", 20), "values.a");
        assert_eq!(printable("a\u{1b}[2J\nb\u{202e}c", 20), "a\u{fffd}[2J\u{fffd}b\u{fffd}c");
        assert_eq!(printable("abcdef", 3), "abc…");
    }
}
