//! Forms to text, as the service writes a definition that it stores (go-yaml v3 with an indent of 2).

use super::{Entry, Form, FormKind};
use crate::{
    sandbox::esc::{
        quoting::{Setting, Written, write},
        scalar::{self, Plain},
    },
    yaml::ScalarStyle,
};

/// Columns per level.
const INDENT: usize = 2;
/// Longer keys are written with a `?` (libyaml's limit for a simple key).
const LONGEST_SIMPLE_KEY: usize = 128;

/// Writes a document as the service would.
pub(in crate::sandbox::esc) fn render(root: &Form<'_>, rest: &[&str]) -> String {
    let mut out = String::new();
    match &root.kind {
        FormKind::Map { pairs, .. } if !root.is_flow() => map(&mut out, pairs, 0, false),
        FormKind::List { items, .. } if !root.is_flow() => list(&mut out, items, 0, false),
        _ => {
            node(&mut out, root, 0);
        }
    }
    for comment in rest {
        out.push_str(comment);
        out.push('\n');
    }
    out
}

fn map(out: &mut String, pairs: &[(Entry<'_>, Form<'_>)], indent: usize, mut placed: bool) {
    for (key, value) in pairs {
        if !placed {
            heads(out, &key.head, indent);
            pad(out, indent);
        }
        placed = false;
        let start = out.len();
        inline(out, &key.form, Setting { flow: false, key: true, indent: indent + INDENT });
        if out.len() - start > LONGEST_SIMPLE_KEY {
            out.insert_str(start, "? ");
            out.push('\n');
            pad(out, indent);
        }
        out.push(':');
        below(out, key.form.line, value, indent);
    }
}

/// What follows `key:`.
fn below(out: &mut String, comment: Option<&str>, value: &Form<'_>, indent: usize) {
    match &value.kind {
        FormKind::Map { pairs, .. } if !value.is_flow() => {
            tag(out, value);
            end_line(out, comment);
            map(out, pairs, indent + INDENT, false);
        }
        FormKind::List { items, .. } if !value.is_flow() => {
            tag(out, value);
            end_line(out, comment);
            list(out, items, indent + INDENT, false);
        }
        _ => {
            out.push(' ');
            let mut value = value.clone();
            value.line = value.line.or(comment);
            node(out, &value, indent);
        }
    }
}

fn tag(out: &mut String, form: &Form<'_>) {
    if let Some(tag) = form.tag {
        out.push(' ');
        out.push_str(tag);
    }
}

fn list(out: &mut String, items: &[Entry<'_>], indent: usize, mut placed: bool) {
    for item in items {
        if !placed {
            heads(out, &item.head, indent);
            first_heads(out, &item.form, indent);
            pad(out, indent);
        }
        placed = false;
        out.push_str("- ");
        match &item.form.kind {
            FormKind::Map { pairs, .. } if !item.form.is_flow() => map(out, pairs, indent + INDENT, true),
            FormKind::List { items, .. } if !item.form.is_flow() => list(out, items, indent + INDENT, true),
            _ => node(out, &item.form, indent),
        }
    }
}

/// Comments above the first entry of a collection that begins on its parent's `- ` line.
fn first_heads(out: &mut String, form: &Form<'_>, indent: usize) {
    let first = match &form.kind {
        FormKind::Map { pairs, .. } if !form.is_flow() => pairs.first().map(|(key, _)| (&key.head, None)),
        FormKind::List { items, .. } if !form.is_flow() => items.first().map(|item| (&item.head, Some(&item.form))),
        _ => None,
    };
    if let Some((head, inner)) = first {
        heads(out, head, indent);
        if let Some(inner) = inner {
            first_heads(out, inner, indent);
        }
    }
}

/// A scalar or a flow collection to the end of its line.
fn node(out: &mut String, form: &Form<'_>, indent: usize) {
    let setting = Setting { flow: false, key: false, indent: indent + INDENT };
    if let FormKind::Scalar { text, style, .. } = &form.kind
        && form.as_string().is_some()
        && let Written::Block { header, lines } = write(text, *style, setting)
    {
        if let Some(tag) = form.tag {
            out.push_str(tag);
            out.push(' ');
        }
        out.push_str(&header);
        end_line(out, form.line);
        out.push_str(&lines);
        return;
    }
    inline(out, form, setting);
    end_line(out, form.line);
}

fn inline(out: &mut String, form: &Form<'_>, setting: Setting) {
    if let Some(tag) = form.tag {
        out.push_str(tag);
        out.push(' ');
    }
    match &form.kind {
        FormKind::Scalar { text, style, .. } => scalar(out, form, text, *style, setting),
        FormKind::List { items, .. } => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                inline(out, &item.form, Setting { flow: true, ..setting });
            }
            out.push(']');
        }
        FormKind::Map { pairs, .. } => {
            out.push('{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                inline(out, &key.form, Setting { flow: true, key: true, ..setting });
                out.push_str(": ");
                inline(out, value, Setting { flow: true, ..setting });
            }
            out.push('}');
        }
    }
}

fn scalar(out: &mut String, form: &Form<'_>, text: &str, style: ScalarStyle, setting: Setting) {
    if form.as_string().is_none() {
        let is_null = scalar::resolve(text) == Plain::Null;
        out.push_str(if is_null && text.is_empty() { "null" } else { text });
        return;
    }
    match write(text, style, setting) {
        Written::Inline(text) => out.push_str(&text),
        // Block scalars are written by `node`; in flow and as a key they are never chosen.
        Written::Block { .. } => {}
    }
}

fn heads(out: &mut String, head: &[&str], indent: usize) {
    for comment in head {
        if !comment.is_empty() {
            pad(out, indent);
            out.push_str(comment);
        }
        out.push('\n');
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn end_line(out: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        out.push(' ');
        out.push_str(comment);
    }
    out.push('\n');
}
