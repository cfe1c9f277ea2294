//! The one form of small mappings.

use super::*;

const HEAD: &str = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n";

fn formed(entries: &str) -> String {
    let text = format!("{HEAD}{entries}");
    let written = canonical(text.as_bytes()).unwrap_or_else(|why| panic!("{why}:\n{text}"));
    assert_eq!(canonical(written.as_bytes()).as_deref(), Ok(&*written), "a form is its own form");
    written.strip_prefix(HEAD).unwrap_or_else(|| panic!("the head stays:\n{written}")).to_owned()
}

#[test]
fn entries_become_short_where_they_can() {
    let long =
        "entries:\n    ONE:\n        esc: \"a.one\"\n    TWO: {esc: a.two,kind: 'config',  expect: [\"true\",x]}\n";
    assert_eq!(formed(long), "entries:\n  ONE: a.one\n  TWO: { esc: a.two, kind: config, expect: [\"true\", x] }\n");
}

#[test]
fn comments_stay_with_what_they_are_about() {
    let text = "\n\n\n# above\nentries: # behind\n  # of one\n  ONE: a.one   # path\n\n\n  TWO:   # two\n    # why\n    esc: a.two\n\
                \x20   kind: config\n  # last of the entries\n# at the end\n";
    let wanted = "\n# above\nentries:  # behind\n  # of one\n  ONE: a.one  # path\n\n  TWO:  # two\n    # why\n    esc: a.two\n\
                  \x20   kind: config\n  # last of the entries\n# at the end\n";
    assert_eq!(formed(text), wanted);
}

#[test]
fn long_entries_become_blocks_and_what_is_quoted_stays_itself() {
    let deny: Vec<String> = (0..20).map(|number| format!("\"value # {number}\"")).collect();
    let text = format!("entries:\n  ONE: {{ esc: a.one, kind: config, deny: [{}] }}\n", deny.join(", "));
    let written = formed(&text);
    assert!(
        written.contains("\n  ONE:\n    esc: a.one\n    kind: config\n    deny:\n      - \"value # 0\"\n"),
        "{written}"
    );
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let refusal = |entries: &str| canonical(format!("{HEAD}{entries}").as_bytes()).expect_err("refused");
    assert_eq!(refusal("entries:\n  ONE: { nonsense: 1 }\n"), NotCanonical::Broken);
    assert_eq!(
        canonical(b"{\"version\": 1, \"github\": false, \"esc\": \"a/b/c\", \"entries\": {\"ONE\": \"a.one\"}}"),
        Err(NotCanonical::Json)
    );
    let text = "entries:\n  ONE: { esc: a.one }\n  TWO:\n    esc: a.two\n    allow:\n      - rule: too-old\n        reason: |\n          two\n          lines\n";
    assert!(matches!(refusal(text), NotCanonical::BlockText(_) | NotCanonical::Broken));
}

#[test]
fn the_ends_of_lines_become_those_of_unix() {
    assert_eq!(
        canonical(format!("{HEAD}entries:\n  ONE: a.one # x\n").replace('\n', "\r\n").as_bytes()).as_deref(),
        Ok(&*format!("{HEAD}entries:\n  ONE: a.one  # x\n"))
    );
}
