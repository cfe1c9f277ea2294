//! The page as text: what it says in each case, that nothing on it is active, and that its colours can be read.

use std::collections::BTreeMap;

use esc_sync::daemon::{
    Board,
    board::Role,
    page::{Query, STYLE, render},
};

use super::boards::{self, NOW};

fn shown(board: &Board) -> String {
    render(board, &Query::default(), NOW)
}

#[test]
fn before_the_first_look_it_says_that_nobody_looked() {
    let html = shown(&boards::unseen());
    assert!(html.contains("<title>Unknown – esc-sync</title>"), "{html}");
    assert!(html.contains("Nobody has looked yet, so nobody can say."));
    assert!(html.contains("never: it is not known whether the credentials work"));
    assert!(!html.contains("<table class=\"matrix\">"));
}

#[test]
fn a_standby_says_whose_knowledge_it_shows() {
    let html = shown(&boards::standing_by());
    assert!(html.contains("This replica stands by.") && html.contains("the leader <bdi>replica-b</bdi> found out"));
    assert!(!shown(&Board { role: Role::Alone, ..boards::mixed(60) }).contains("This replica stands by."));
}

#[test]
fn what_waits_for_a_person_comes_with_the_command_that_approves_it() {
    let html = shown(&boards::mixed(60));
    assert!(html.contains("23 writes wait for a person") && html.contains(">esc-sync sync --plan @proposed</code>"));
    assert!(html.contains("13 more writes") && html.contains("4 more places"));
    assert!(!shown(&boards::well(60)).contains("@proposed"));
}

#[test]
fn all_entries_are_counted_and_two_hundred_are_rendered() {
    let board = boards::mixed(5_000);
    let html = shown(&board);
    assert_eq!(html.matches("<th class=\"name\" scope=\"row\">").count(), 200 + 23 + 14);
    assert!(html.contains("1 to 200 of 5,000 entries.") && html.contains("Page 1 of 25"));
    let last = render(&board, &Query { page: 99, tier: "critical".to_owned(), ..Query::default() }, NOW);
    assert!(
        last.contains("1,601 to 1,667 of 1,667 entries, out of 5,000 in all.") && last.contains("Page 9 of 9"),
        "{last}"
    );
}

#[test]
fn x9_nothing_on_the_page_acts() {
    let tag = regex::Regex::new(r"<[a-z][^>]*>").expect("a pattern");
    let refused = r"^<(script|style|img|iframe|object|embed|base)\b|\s(on[a-z]+|style|src|srcdoc|formaction)=";
    let refused = regex::Regex::new(refused).expect("a pattern");
    let quoted = regex::Regex::new("\"[^\"]*\"").expect("a pattern");
    for board in [boards::mixed(60), boards::hostile(), boards::unseen()] {
        // What stands in quotes is escaped, and another test's.
        let html = quoted.replace_all(&shown(&board), "\"\"").into_owned();
        let acting: Vec<_> = tag.find_iter(&html).map(|it| it.as_str()).filter(|it| refused.is_match(it)).collect();
        assert!(acting.is_empty(), "{acting:?}");
    }
}

#[test]
fn x7_hostile_text_is_visible_everywhere_and_no_details_ends_a_paragraph() {
    let html = shown(&boards::hostile());
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' | '\u{301}')
    };
    let shown = html.replace('\n', "");
    assert!(!shown.contains(hidden) && html.contains(r"user\u{202e}nimda"));
    let paragraph = regex::Regex::new("(?s)<p[ >].*?</p>").expect("a pattern");
    assert!(paragraph.find_iter(&html).all(|found| !found.as_str().contains("<details")));
}

#[test]
fn a_query_from_outside_is_given_back_inert() {
    let text = "\"><script>alert(1)</script>\u{202e}".to_owned();
    let query = Query { q: text.clone(), tier: text.clone(), service: text, ..Query::default() };
    let html = render(&boards::mixed(60), &query, NOW);
    assert!(
        html.contains("None of 60 entries is like that.") && !html.contains("<script") && !html.contains('\u{202e}')
    );
}

/// Each text colour on each ground it stands on, by the custom properties of both schemes.
#[test]
fn every_colour_of_text_has_enough_contrast() {
    let schemes = schemes();
    let on = |texts: &[&'static str], grounds: &[&'static str]| -> Vec<(&'static str, &'static str)> {
        grounds.iter().flat_map(|ground| texts.iter().map(move |text| (*text, *ground))).collect()
    };
    let mut pairs = on(&["ink", "soft", "link", "good", "bad", "warn", "unknown"], &["surface", "ground", "raised"]);
    for tone in ["good", "bad", "unknown"] {
        let ground: &'static str = match tone {
            "good" => "good-ground",
            "bad" => "bad-ground",
            _ => "unknown-ground",
        };
        pairs.extend([(tone, ground), ("ink", ground), ("link", ground)]);
    }
    pairs.push(("surface", "link"));
    for (scheme, colours) in ["light", "dark"].iter().zip(&schemes) {
        for (text, ground) in &pairs {
            let ratio = contrast(colours[*text], colours[*ground]);
            assert!(ratio >= 4.5, "{scheme}: {text} on {ground} has {ratio:.2}");
        }
    }
}

/// The custom properties of the light scheme, and of the dark one that is laid over it.
fn schemes() -> [BTreeMap<String, [f64; 3]>; 2] {
    let (light, dark) = STYLE.split_once("@media (prefers-color-scheme: dark)").expect("a dark scheme");
    let dark = dark.split_once("\n}\n").expect("its end").0;
    let property = regex::Regex::new("--([a-z-]+): #([0-9a-f]{6});").expect("a pattern");
    let read = |text: &str| -> BTreeMap<String, [f64; 3]> {
        let part = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"));
        property.captures_iter(text).map(|it| (it[1].to_owned(), [0, 2, 4].map(|at| part(&it[2], at)))).collect()
    };
    let [light, dark] = [read(light), read(dark)];
    assert!(light.len() > 10 && light.keys().eq(dark.keys()), "both schemes set the same colours");
    [light, dark]
}

/// The ratio of WCAG 2.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let linear = |part: f64| match part / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    };
    let luminance =
        |[red, green, blue]: [f64; 3]| 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    let (one, other) = (luminance(a), luminance(b));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
