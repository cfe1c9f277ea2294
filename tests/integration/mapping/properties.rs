//! Loading holds for any bytes, and what is written is what is read.

use esc_sync::mapping::{LoadOptions, load};
use proptest::prelude::*;

use super::{file_text, forms, good};

/// One generated entry, as it is written and as it is to be read.
#[derive(Clone, Debug)]
struct Wanted {
    name: String,
    path: String,
    tier: Option<&'static str>,
    config: Option<Vec<String>>,
    environment: Option<&'static str>,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let tier = prop::option::of(prop::sample::select(vec!["critical", "important", "optional"]));
    let values = prop::option::of(prop::collection::vec("[ -~]{1,12}", 1..3));
    let environment = prop::option::of(prop::sample::select(vec!["staging", "Prod 2"]));
    ("[A-Z_][A-Z0-9_]{0,20}", "[a-z][a-z0-9_-]{0,8}(\\.[a-z][a-z0-9_]{0,8}){0,3}", tier, values, environment)
        .prop_map(|(name, path, tier, config, environment)| Wanted { name, path, tier, config, environment })
}

fn written(at: usize, wanted: &Wanted) -> String {
    let mut fields = vec![format!("esc: n{at}.{}", wanted.path)];
    fields.extend(wanted.tier.map(|tier| format!("tier: {tier}")));
    fields.extend(wanted.config.as_ref().map(|values| {
        let list: Vec<String> = values.iter().map(|value| serde_json::to_string(value).expect("text")).collect();
        format!("kind: config, expect: [{}]", list.join(", "))
    }));
    fields.extend(wanted.environment.map(|name| format!("github: {{ environment: {name} }}")));
    format!("  N{at}_{}: {{ {} }}\n", wanted.name, fields.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = load("m", &bytes, &LoadOptions::default()).map_err(|errors| errors.render("m"));
    }

    #[test]
    fn any_text_of_yaml_signs_is_read_or_refused(text in "[a-cA-C0-2:{}\\[\\],&*!|>'\"%@`#?~ \\n\\t-]{0,200}") {
        let _ = load("m", text.as_bytes(), &LoadOptions::default()).map_err(|errors| errors.render("m"));
    }

    #[test]
    fn mutations_of_good_files_are_read_or_refused(
        which in 0..4_usize,
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[a-z:{}\\[\\]'\" \\n#é-]{0,6}"), 1..6),
    ) {
        let mut bytes = match which {
            0 => forms::SHORT_FORM.to_owned(),
            1 => forms::MACHINES.to_owned(),
            2 => file_text("mappings/example.yaml"),
            _ => file_text("mappings/sophia.yaml").lines().take(60).collect::<Vec<_>>().join("\n"),
        }.into_bytes();
        for (from, length, insert) in cuts {
            let from = from.index(bytes.len() + 1);
            let to = (from + length.index(8)).min(bytes.len());
            bytes.splice(from..to, insert.into_bytes());
        }
        let _ = load("m", &bytes, &LoadOptions::default()).map_err(|errors| errors.render("m"));
    }

    /// A credential pasted anywhere into a good file may be refused or read, but is never shown.
    #[test]
    fn i8_a_pasted_credential_is_never_shown(which in 0..3_usize, at in any::<prop::sample::Index>(), breaks in any::<bool>()) {
        const CANARY: &str = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";
        let mut text = match which {
            0 => forms::SHORT_FORM.to_owned(),
            1 => forms::MACHINES.to_owned(),
            _ => file_text("mappings/example.yaml"),
        };
        let mut position = at.index(text.len());
        while !text.is_char_boundary(position) {
            position -= 1;
        }
        text.insert_str(position, CANARY);
        text.push_str(if breaks { "  BROKEN: { esc: a, teir: x }\n" } else { "" });
        let shown = match load("m", text.as_bytes(), &LoadOptions::default()) {
            Ok(loaded) => loaded.warnings.iter().map(|warning| warning.render("m")).collect(),
            Err(errors) => errors.render("m"),
        };
        let shown = shown.to_lowercase();
        let canary = CANARY.to_lowercase();
        let leak = (4..canary.len() - 8).find(|from| shown.contains(&canary[*from..from + 8]));
        prop_assert!(leak.is_none(), "{shown}");
    }

    #[test]
    fn what_is_written_is_what_is_read(all in prop::collection::vec(wanted(), 1..12)) {
        let mut text = String::from("version: 1\nesc: o/p/e\ngithub: { repository: o/r }\nentries:\n");
        for (at, wanted) in all.iter().enumerate() {
            text.push_str(&written(at, wanted));
        }
        let mapping = good(&text);
        prop_assert_eq!(mapping.entries.len(), all.len());
        for (at, (wanted, entry)) in all.iter().zip(&mapping.entries).enumerate() {
            prop_assert_eq!(entry.name.as_str(), format!("N{at}_{}", wanted.name));
            prop_assert_eq!(entry.esc.as_ref().expect("esc").path.to_string(), format!("n{at}.{}", wanted.path));
            prop_assert_eq!(entry.tier.as_str(), wanted.tier.unwrap_or("important"));
            let expect: Vec<String> = entry.detail().expect.iter().map(ToString::to_string).collect();
            prop_assert_eq!(expect, wanted.config.clone().unwrap_or_default());
            let scope = wanted.environment.map_or("o/r".to_owned(), |name| format!("o/r@{name}"));
            prop_assert_eq!(entry.github[0].scope.to_string(), scope);
        }
    }
}
