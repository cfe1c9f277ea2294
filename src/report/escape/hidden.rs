//! Which characters a reader does not see, or sees only by what they do to others.

use unicode_width::UnicodeWidthChar;

/// Whether `character` must be written as its code point to be seen.
///
/// Beside the table these are all characters without a width of their own, hence
/// combining marks too: a stack of them draws over other lines.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let code = u32::from(character);
    character.width().unwrap_or(0) == 0 || is_noncharacter(code) || is_listed(code)
}

fn is_noncharacter(code: u32) -> bool {
    code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code)
}

fn is_listed(code: u32) -> bool {
    let after = HIDDEN.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= HIDDEN[after - 1].1
}

/// Ascending, disjoint ranges (Unicode 17: general categories Cc, Cf, Co, Zl, Zp, Zs
/// and the letters that are drawn as nothing).
const HIDDEN: &[(u32, u32)] = &[
    (0x0080, 0x00A0),     // C1 controls, no-break space
    (0x00AD, 0x00AD),     // soft hyphen
    (0x034F, 0x034F),     // combining grapheme joiner
    (0x0600, 0x0605),     // Arabic number signs
    (0x061C, 0x061C),     // Arabic letter mark (bidi)
    (0x06DD, 0x06DD),     // Arabic end of ayah
    (0x070F, 0x070F),     // Syriac abbreviation mark
    (0x0890, 0x0891),     // Arabic pound and piastre marks
    (0x08E2, 0x08E2),     // Arabic disputed end of ayah
    (0x115F, 0x1160),     // Hangul fillers
    (0x1680, 0x1680),     // Ogham space
    (0x17B4, 0x17B5),     // Khmer inherent vowels
    (0x180B, 0x180F),     // Mongolian selectors and vowel separator
    (0x2000, 0x200F),     // typographic spaces, zero-width, direction marks
    (0x2028, 0x202F),     // separators, bidi embeddings and overrides, narrow space
    (0x205F, 0x206F),     // mathematical space, invisible operators, bidi isolates
    (0x2800, 0x2800),     // blank Braille pattern
    (0x3000, 0x3000),     // ideographic space
    (0x3164, 0x3164),     // Hangul filler
    (0xE000, 0xF8FF),     // private use
    (0xFE00, 0xFE0F),     // variation selectors
    (0xFEFF, 0xFEFF),     // byte-order mark
    (0xFFA0, 0xFFA0),     // halfwidth Hangul filler
    (0xFFF0, 0xFFFC),     // specials but the replacement character
    (0x110BD, 0x110BD),   // Kaithi number sign
    (0x110CD, 0x110CD),   // Kaithi number sign above
    (0x13430, 0x1343F),   // Egyptian format controls
    (0x1BCA0, 0x1BCA3),   // shorthand format controls
    (0x1D173, 0x1D17A),   // musical format controls
    (0xE0000, 0x10_FFFF), // tags, variation selectors, private planes
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ascending_and_disjoint() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn x7_every_bidi_control_is_hidden() {
        let controls = [0x061C, 0x200E, 0x200F].into_iter().chain(0x202A..=0x202E).chain(0x2066..=0x2069);
        for code in controls {
            assert!(is_hidden(char::from_u32(code).expect("a character")), "{code:x}");
        }
    }

    #[test]
    fn what_xml_forbids_is_hidden() {
        let forbidden = (0..0x20).chain(0x7F..0xA0).chain([0xFFFE, 0xFFFF, 0x1_FFFE]);
        for code in forbidden {
            assert!(is_hidden(char::from_u32(code).expect("a character")), "{code:x}");
        }
        assert!(!is_hidden('\u{FFFD}') && !is_hidden(' ') && !is_hidden('é') && !is_hidden('東'));
    }
}
