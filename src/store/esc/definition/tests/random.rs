//! The editing of definitions at random: trees, layouts, values.

use proptest::prelude::*;

use super::*;
use crate::yaml::{self, Limits};

/// A tree as text in some layout, with comments, and the paths of its texts.
#[derive(Clone, Debug)]
enum Tree {
    Flow(Vec<(String, String)>),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
    Null,
    Sealed(String),
    Text(String),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        "[a-z]{0,6}".prop_map(|text| Tree::Text(format!("'{text}'"))),
        "[a-z ]{1,12}".prop_map(|text| Tree::Text(format!("|\n{text}"))),
        "[a-z]{1,6}".prop_map(|text| Tree::Text(format!("x{text} # {text}"))),
        "[A-Za-z0-9]{4,20}".prop_map(Tree::Sealed),
        Just(Tree::Null),
        prop::collection::vec(("[a-z]{1,3}", "[a-z]{1,5}"), 0..3).prop_map(Tree::Flow),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::List),
            prop::collection::vec(("[a-z]{1,3}", inner), 1..5).prop_map(Tree::Map),
        ]
    })
}

fn write(tree: &Tree, out: &mut String, indent: usize, path: &str, paths: &mut Vec<String>) {
    let pad = " ".repeat(indent);
    match tree {
        Tree::Null => out.push('\n'),
        Tree::Text(text) if text.starts_with('|') => {
            out.push_str(&format!(" |\n{pad}  {}\n\n", text[2..].trim_start()));
        }
        Tree::Text(text) => out.push_str(&format!(" {text}\n")),
        Tree::Sealed(text) => out.push_str(&format!("\n{pad}  fn::secret:\n{pad}    ciphertext: X{text} # sealed\n")),
        Tree::Flow(pairs) => {
            let mut seen = HashSet::new();
            let pairs: Vec<_> = pairs.iter().filter(|(key, _)| seen.insert(key.clone())).collect();
            for (key, _) in &pairs {
                paths.extend([format!("{path}[\"q{key}\"]"), format!("{path}.{key}")]);
            }
            let texts: Vec<_> = pairs.iter().map(|(key, text)| format!("q{key}: {text}")).collect();
            out.push_str(&format!(" {{ {} }}\n", texts.join(", ")));
        }
        Tree::List(items) => {
            out.push('\n');
            for (at, item) in items.iter().enumerate() {
                out.push_str(&format!("{pad}  -"));
                paths.push(format!("{path}[{at}]"));
                write(item, out, indent + 2, &format!("{path}[{at}]"), paths);
            }
            paths.push(format!("{path}[{}]", items.len()));
        }
        Tree::Map(pairs) => {
            out.push('\n');
            let mut seen = HashSet::new();
            for (key, child) in pairs.iter().filter(|(key, _)| seen.insert(key.clone())) {
                out.push_str(&format!("{pad}  # of {key}\n{pad}  k{key}:"));
                paths.push(format!("{path}[\"k{key}\"]"));
                write(child, out, indent + 2, &format!("{path}[\"k{key}\"]"), paths);
            }
            paths.push(format!("{path}.new.er"));
        }
    }
}

fn comments(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| line.find("# ").map(|at| line[at..].to_owned()))
        .filter(|comment| !comment.contains('"'))
        .collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever the layout: what is accepted reads back exactly, the rest is the same tree,
    /// no comment is lost, and nothing fails to be proved.
    #[test]
    fn e13_random_definitions(
        tree in tree(),
        picks in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof!["\\PC{0,12}", "[$a{}]{0,6}"], any::<bool>()), 1..6),
        crlf in any::<bool>(),
    ) {
        let (mut source, mut paths) = ("values:\n  top:".to_owned(), vec!["top".to_owned()]);
        write(&tree, &mut source, 2, "top", &mut paths);
        if crlf {
            source = source.replace('\n', "\r\n");
        }
        prop_assume!(yaml::parse(&source, Limits::default()).is_ok());
        let puts: Vec<Put<'_>> =
            picks.iter().map(|(at, value, secret)| (at.get(&paths).as_str(), value.as_str(), *secret)).collect();
        let (text, refused) = edited(&source, &puts);
        prop_assert!(refused.iter().all(|(_, refusal)| !matches!(refusal, Refusal::Unprovable | Refusal::Unreadable(_))),
            "{refused:?}\n{source}\n{puts:?}");
        prop_assert_eq!(comments(&source), comments(&text), "{}\n{}", source, text);
        prop_assert!(!crlf || !text.replace("\r\n", "").contains('\n'));
        let (old, new) = (SecretValue::from(source.as_str()), SecretValue::from(text.as_str()));
        for (at, (path, value, _)) in puts.iter().enumerate() {
            let path: EscPath = path.parse().expect("legal");
            if refused.iter().any(|(position, _)| *position == at) {
                continue;
            }
            prop_assert_eq!(value_at(&text, &path), Some((*value).to_owned()), "{}", text);
        }
        for path in &paths {
            let path: EscPath = path.parse().expect("legal");
            let touched = puts.iter().any(|(put, ..)| {
                let put: EscPath = put.parse().expect("legal");
                put == path || put.is_prefix_of(&path) || path.is_prefix_of(&put)
            });
            prop_assert!(touched || same_at(&old, &new, &path), "{}\n{}", path, text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever the layout: what is accepted is gone, the rest is the same, and comments that
    /// stand on lines of their own are all there.
    #[test]
    fn e13_random_removals(
        tree in tree(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        crlf in any::<bool>(),
    ) {
        let (mut source, mut paths) = ("values:\n  top:".to_owned(), vec!["top".to_owned()]);
        write(&tree, &mut source, 2, "top", &mut paths);
        if crlf {
            source = source.replace('\n', "\r\n");
        }
        prop_assume!(yaml::parse(&source, Limits::default()).is_ok());
        let picks: Vec<EscPath> = picks.iter().map(|at| at.get(&paths).parse().expect("legal")).collect();
        let changes: Vec<_> = picks.iter().map(|path| Change { path, value: None, secret: false }).collect();
        let old = SecretValue::from(source.as_str());
        let Edited { text: new, refused } = edit(&old, &changes);
        let text = new.expose_text().expect("text");
        prop_assert!(refused.iter().all(|(_, refusal)| !matches!(refusal, Refusal::Unprovable | Refusal::Unreadable(_))),
            "{refused:?}\n{source}\n{picks:?}");
        let alone = |text: &str| comments(text).into_iter().filter(|comment| comment.starts_with("# of ")).collect::<Vec<_>>();
        prop_assert_eq!(alone(&source), alone(text), "{}\n{}", source, text);
        let done: Vec<_> = (0..picks.len()).filter(|at| refused.iter().all(|(refused, _)| refused != at)).collect();
        for at in &done {
            prop_assert_eq!(present(&new, [&picks[*at]].into_iter()), [false], "{}\n{}", picks[*at], text);
        }
        for path in &paths {
            let path: EscPath = path.parse().expect("legal");
            let touched = done.iter().any(|at| {
                let gone = &picks[*at];
                *gone == path || gone.is_prefix_of(&path) || path.is_prefix_of(gone)
            });
            prop_assert!(touched || same_at(&old, &new, &path), "{}\n{}", path, text);
        }
    }
}

/// What ESC would read: the text, unescaped, or the argument of our calls.
fn value_at(text: &str, path: &EscPath) -> Option<String> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let document = Document::read(text).expect("legal");
    let node = document.lookup(path)?;
    if let Some(scalar) = node.as_scalar() {
        return Some(scalar.text.replace("$$", "$"));
    }
    if let Some(inner) = node.get("fn::fromBase64") {
        let encoded = inner.get("fn::secret")?.as_scalar()?;
        return String::from_utf8(STANDARD.decode(&*encoded.text).expect("base64")).ok();
    }
    Some(node.get("fn::secret")?.as_scalar()?.text.to_string())
}
