//! The text of an ESC definition, written as a person would: nested, commented, quoted.

use std::fmt::Write as _;

use crate::model::{EscPath, Segment};

/// What stands at the end of a path.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// Fetched from somewhere that the sandbox does not have; ESC calls it unknown.
    Opened,
    Plain(String),
    Secret(String),
}

#[derive(Debug, Default)]
enum Node {
    #[default]
    Empty,
    Leaf(Leaf),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// The values of one environment, in the order in which they were put.
#[derive(Debug, Default)]
pub(super) struct Definition(Node);

impl Definition {
    /// Puts a value at its path; where another entry has put one already, that one stays.
    pub(super) fn put(&mut self, path: &EscPath, leaf: Leaf) {
        let mut node = &mut self.0;
        for segment in path.segments() {
            let Some(next) = node.child(segment) else { return };
            node = next;
        }
        if matches!(node, Node::Empty) {
            *node = Node::Leaf(leaf);
        }
    }

    pub(super) fn to_yaml(&self, title: &str) -> String {
        let mut text = format!("# {title}, made up by the sandbox: nothing in here opens anything.\nvalues:\n");
        match &self.0 {
            Node::Map(fields) => {
                for (key, node) in fields {
                    if !matches!(node, Node::Leaf(_)) {
                        let _ = writeln!(text, "  # Everything about {key}");
                    }
                    write_field(&mut text, 2, key, node);
                }
            }
            _ => text.push_str("  {}\n"),
        }
        text
    }
}

impl Node {
    fn child(&mut self, segment: &Segment) -> Option<&mut Self> {
        match segment {
            Segment::Key(key) => {
                if matches!(self, Self::Empty) {
                    *self = Self::Map(Vec::new());
                }
                let Self::Map(fields) = self else { return None };
                let at = fields.iter().position(|(name, _)| **name == **key).unwrap_or_else(|| {
                    fields.push((key.to_string(), Self::Empty));
                    fields.len() - 1
                });
                Some(&mut fields[at].1)
            }
            Segment::Index(index) => {
                // A mapping that names the millionth element must not make a million of them.
                let index = usize::try_from(*index).ok().filter(|index| *index < 1_000)?;
                if matches!(self, Self::Empty) {
                    *self = Self::List(Vec::new());
                }
                let Self::List(items) = self else { return None };
                if items.len() <= index {
                    items.resize_with(index + 1, Self::default);
                }
                Some(&mut items[index])
            }
        }
    }
}

fn write_field(text: &mut String, indent: usize, key: &str, node: &Node) {
    let _ = write!(text, "{:indent$}{}:", "", written_key(key));
    write_value(text, indent, node);
}

fn write_value(text: &mut String, indent: usize, node: &Node) {
    let inner = indent + 2;
    match node {
        Node::Empty => text.push_str(" null\n"),
        Node::Leaf(Leaf::Plain(value)) => {
            let _ = writeln!(text, " {}", quoted(value));
        }
        Node::Leaf(Leaf::Secret(value)) => {
            let _ = write!(text, "\n{:inner$}fn::secret: {}\n", "", quoted(value));
        }
        Node::Leaf(Leaf::Opened) => {
            let deeper = inner + 2;
            let _ = write!(text, "\n{:inner$}fn::open::aws-secrets:\n{:deeper$}region: us-west-2\n", "", "");
            let _ = write!(text, "{:deeper$}get:\n{:deeper$}  secretId: \"nowhere\"\n", "", "");
        }
        Node::List(items) => {
            text.push('\n');
            for item in items {
                let _ = write!(text, "{:inner$}-", "");
                write_value(text, inner, item);
            }
        }
        Node::Map(fields) => {
            text.push('\n');
            for (key, node) in fields {
                write_field(text, inner, key, node);
            }
        }
    }
}

/// A key as it is, if nobody could take it for anything else.
fn written_key(key: &str) -> String {
    let plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !matches!(
            key.to_ascii_lowercase().as_str(),
            "n" | "no" | "null" | "off" | "on" | "true" | "false" | "y" | "yes"
        );
    if plain { key.to_owned() } else { quoted(key) }
}

/// JSON's escapes are a part of YAML's; a dollar sign before a brace would start an expression.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.replace("${", "$${")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Limits, parse};

    #[test]
    fn a_definition_reads_back() {
        let mut definition = Definition::default();
        let put = |definition: &mut Definition, path: &str, leaf| definition.put(&path.parse().expect("legal"), leaf);
        put(&mut definition, "a.b", Leaf::Secret("x\ny: \"z\" \u{1}".into()));
        put(&mut definition, "a[\"no\"].c", Leaf::Plain("1".into()));
        put(&mut definition, "list[1].k", Leaf::Opened);
        put(&mut definition, "a.b.c", Leaf::Plain("too late".into()));
        let text = definition.to_yaml("acme/p/e");
        let root = parse(&text, Limits::default()).expect(&text).expect("a document");
        let values = root.get("values").expect("values");
        let secret = values.get("a").and_then(|a| a.get("b")).and_then(|b| b.get("fn::secret"));
        assert_eq!(secret.and_then(|node| node.as_scalar()).expect("scalar").text, "x\ny: \"z\" \u{1}");
        let plain = values.get("a").and_then(|a| a.get("no")).and_then(|no| no.get("c"));
        assert_eq!(plain.and_then(|node| node.as_scalar()).expect("scalar").text, "1");
        let list = values.get("list").and_then(|list| list.as_list()).expect("a list");
        assert!(list[1].get("k").and_then(|k| k.get("fn::open::aws-secrets")).is_some());
    }
}
