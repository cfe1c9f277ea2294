//! The field tables of `docs/mapping.md`, made from the same table that the reader uses.

use std::fmt::Write;

use super::schema::{self, Object, Shape};

/// All tables as Markdown, each under its own heading.
pub fn reference() -> String {
    schema::objects().iter().map(|object| table(object)).collect::<Vec<_>>().join("\n")
}

fn table(object: &Object) -> String {
    let mut text = format!("### {}\n\n| Field | Value | Meaning |\n|---|---|---|\n", object.title);
    for field in object.fields {
        let required = if object.required.contains(&field.name) { ", required" } else { "" };
        let _ = writeln!(text, "| `{}` | {}{required} | {} |", field.name, words(&field.shape), field.doc);
    }
    text
}

/// A shape as a person would say it.
fn words(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any text".into(),
        Shape::Boolean => "`true` or `false`".into(),
        Shape::Duration => "days or weeks".into(),
        Shape::Environment => "organization/project/environment".into(),
        Shape::False => "`false`".into(),
        Shape::GithubName => "GitHub name".into(),
        Shape::Interval => "minutes, hours, days or weeks".into(),
        Shape::Integer(from, to) if from == to => format!("`{from}`"),
        Shape::Integer(from, to) => format!("number {from} to {to}"),
        Shape::List(item) => format!("list of: {}", words(item)),
        Shape::MapOf(value) => format!("map of names to: {}", words(value)),
        Shape::Object(object) => link(object),
        Shape::OneOf(shapes) => shapes.iter().map(words).collect::<Vec<_>>().join("; or "),
        Shape::Organization => "organization".into(),
        Shape::Path => "ESC path".into(),
        Shape::Repository => "owner/name".into(),
        Shape::Text => "text".into(),
        Shape::Words(words) => words().iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A link to another table, by the anchor that GitHub gives its heading.
fn link(object: &Object) -> String {
    let anchor: String = object
        .title
        .to_lowercase()
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-'))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect();
    format!("[{}](#{anchor})", object.title)
}
