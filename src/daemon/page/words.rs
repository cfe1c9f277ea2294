//! How the page says numbers, ages and texts from outside. The shapes that stand beside words are in `shapes`.

use maud::{Markup, html};

pub(super) use super::shapes::{Tone, mark, shape, shapes};
use crate::{
    daemon::order::RunKind,
    model::{Evidence, Stamp},
    report::escape::visible,
};

/// What is shown of a long text before its rest is asked for.
const SHORT: usize = 160;

/// A rest shorter than this is shown at once.
const WORTH_CUTTING: usize = 60;

/// Text from outside: what hides is made visible, what reorders stays in its box, what is long is cut, and the rest
/// is there for whoever asks. It may not stand in a paragraph, which `details` would end.
pub(super) fn text(from_outside: &str) -> Markup {
    let shown = visible(from_outside);
    match shown.char_indices().nth(SHORT).filter(|(end, _)| shown[*end..].chars().nth(WORTH_CUTTING).is_some()) {
        None => html! { bdi { (shown) } },
        Some((end, _)) => html! {
            details.long {
                summary { bdi { (shown[..end]) "…" } " " span.soft { (number(shown[end..].chars().count())) " more characters" } }
                bdi { (shown[end..]) }
            }
        },
    }
}

/// The same for an attribute or an option, in which there is no room to ask for the rest.
pub(super) fn plain(from_outside: &str, limit: usize) -> String {
    let shown = visible(from_outside);
    match shown.char_indices().nth(limit) {
        None => shown.into_owned(),
        Some((end, _)) => format!("{}…", &shown[..end]),
    }
}

/// A moment with the time since, or until, as it is said; exact for machines and for whoever points at it.
pub(super) fn since(at: i64, now: i64) -> Markup {
    let words = match now - at {
        0 => "just now".to_owned(),
        past if past > 0 => format!("{} ago", span(past)),
        ahead => format!("in {}", span(-ahead)),
    };
    stamped(at, &words)
}

/// A moment as date and time, UTC.
pub(super) fn moment(at: i64) -> Markup {
    stamped(at, &exact(at))
}

fn stamped(at: i64, words: &str) -> Markup {
    html! { time datetime=(Stamp(at)) title=(exact(at)) { (words) } }
}

fn exact(at: i64) -> String {
    Stamp(at).to_string().replace('T', " ").replace('Z', " UTC")
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A span of time in its largest sensible unit.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        ..0 => format!("−{}", span(seconds.saturating_neg())),
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / MINUTE),
        7200..172_800 => format!("{} h", seconds / HOUR),
        _ => format!("{} days", number(usize::try_from(seconds / DAY).unwrap_or(usize::MAX))),
    }
}

/// A short time, as precise as it matters.
pub(super) fn took(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..120_000 if milliseconds % 1000 < 100 => format!("{} s", milliseconds / 1000),
        1000..120_000 => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1000),
    }
}

/// A number with its thousands apart.
pub(super) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 entry`, `5,000 entries`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A word at the beginning of a sentence.
pub(super) fn title(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

/// How a statement is known, in words.
pub(super) fn known(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Value => "by value",
        Evidence::Attested => "attested",
        Evidence::Presence => "presence only",
        Evidence::None => "not known",
    }
}

/// What a run is called in a sentence.
pub(super) fn run(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Live => "live check",
        RunKind::Check | RunKind::Sync | RunKind::Deliver => kind.as_str(),
    }
}

/// A command to be copied as it stands; a sentence where there is no command.
pub(super) fn remedy(said: &str) -> Markup {
    html! {
        @if said.is_empty() {
        } @else if is_command(said) { code.command tabindex="0" { (text(said)) } }
        @else { div.remedy { (with_commands(said)) } }
    }
}

/// A sentence whose commands stand between backticks; they are set as commands, without them.
fn with_commands(said: &str) -> Markup {
    if !said.matches('`').count().is_multiple_of(2) || said.chars().count() > SHORT + WORTH_CUTTING {
        return text(said);
    }
    html! {
        @for (at, part) in said.split('`').enumerate() {
            @if at % 2 == 1 { code { (text(part)) } } @else { (text(part)) }
        }
    }
}

/// Remedies begin with a program of ours or of the stores', or are sentences.
fn is_command(said: &str) -> bool {
    ["esc-sync ", "gh ", "esc ", "pulumi "].iter().any(|program| said.starts_with(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_within_a_remedy_are_set_apart_from_its_words() {
        let shown = |said| remedy(said).into_string();
        let two = shown("`esc-sync sync --overwrite A`; if GitHub is right, `esc-sync sync --take A`");
        assert_eq!(two.matches("<code>").count(), 2);
        assert!(!two.contains('`') && two.contains("; if GitHub is right, "), "{two}");
        assert!(shown("an odd ` stays").contains('`'));
        assert!(shown("`<b>`").contains("<code><bdi>&lt;b&gt;</bdi></code>"));
    }

    #[test]
    fn spans_are_said_in_their_largest_sensible_unit() {
        let cases = [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"), (172_799, "47 h")];
        for (seconds, words) in
            cases.into_iter().chain([(172_800, "2 days"), (-60, "−60 s"), (i64::MIN, "−106,751,991,167,300 days")])
        {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn numbers_and_durations_can_be_read() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([7, 1_540, 61_000, 185_000].map(took), ["7 ms", "1.5 s", "61 s", "3 min 5 s"]);
        assert_eq!((counted(1, "run", "runs"), counted(0, "run", "runs")), ("1 run".into(), "0 runs".into()));
    }

    #[test]
    fn a_moment_is_exact_for_whoever_points_at_it() {
        let html = since(1_767_323_045, 1_767_323_045 + 130).into_string();
        assert_eq!(html, r#"<time datetime="2026-01-02T03:04:05Z" title="2026-01-02 03:04:05 UTC">2 min ago</time>"#);
        assert!(since(70, 10).into_string().contains(">in 60 s<") && since(5, 5).into_string().contains(">just now<"));
    }

    #[test]
    fn x7_x9_text_from_outside_is_inert_visible_and_short() {
        let html = text("<b>\u{202e}x\u{1b}[31m</b>").into_string();
        assert_eq!(html, r"<bdi>&lt;b&gt;\u{202e}x\u{1b}[31m&lt;/b&gt;</bdi>");
        let long = text(&"ä".repeat(10_000)).into_string();
        assert!(long.contains("9,840 more characters") && long.matches('ä').count() == 10_000);
        assert_eq!(plain("a\u{202e}bcd", 8), r"a\u{202e…");
    }
}
