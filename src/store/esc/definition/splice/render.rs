//! New nodes as text, in the layout of what surrounds them.

use super::super::{locate::Document, quoting, wanted::Fresh};

/// How a definition is laid out.
pub(super) struct Layout {
    pub(super) newline: &'static str,
    /// Blanks by which each level stands further in.
    step: usize,
}

impl Layout {
    pub(super) fn of(document: &Document<'_>) -> Self {
        let newline = if document.source.contains("\r\n") { "\r\n" } else { "\n" };
        let pairs = document.root.iter().flat_map(|root| root.as_map().unwrap_or_default());
        let step = pairs
            .filter(|(_, value)| !value.flow)
            .filter_map(|(key, value)| {
                let (first, _) = value.as_map()?.first()?;
                first.at.column.checked_sub(key.at.column)
            })
            .find(|step| *step > 0);
        Self { newline, step: step.unwrap_or(2) as usize }
    }

    /// Begins a line at an indent.
    pub(super) fn line(&self, out: &mut String, indent: usize) {
        out.push_str(self.newline);
        blanks(out, indent);
    }

    /// `fresh` where a line has just begun at `indent`.
    pub(super) fn block(&self, out: &mut String, fresh: &Fresh<'_>, indent: usize) {
        match fresh {
            Fresh::Map(pairs) => {
                for (position, (key, child)) in pairs.iter().enumerate() {
                    if position > 0 {
                        self.line(out, indent);
                    }
                    self.pair(out, key, child, indent);
                }
            }
            Fresh::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.line(out, indent);
                    }
                    out.push('-');
                    self.after_dash(out, item, indent);
                }
            }
            Fresh::Text(text) => quoting::push_quoted(out, text),
        }
    }

    pub(super) fn pair(&self, out: &mut String, key: &str, value: &Fresh<'_>, indent: usize) {
        quoting::push_key(out, key, false);
        out.push(':');
        self.after_colon(out, value, indent);
    }

    /// `fresh` behind the colon of a key at `indent`.
    pub(super) fn after_colon(&self, out: &mut String, fresh: &Fresh<'_>, indent: usize) {
        if matches!(fresh, Fresh::Text(_)) {
            out.push(' ');
        } else {
            self.line(out, indent + self.step);
        }
        self.block(out, fresh, indent + self.step);
    }

    /// `fresh` behind a dash at `indent`.
    pub(super) fn after_dash(&self, out: &mut String, fresh: &Fresh<'_>, indent: usize) {
        out.push(' ');
        self.block(out, fresh, indent + 2);
    }
}

pub(super) fn flow(out: &mut String, fresh: &Fresh<'_>) {
    match fresh {
        Fresh::Map(pairs) => {
            out.push('{');
            for (position, (key, child)) in pairs.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                flow_pair(out, key, child);
            }
            out.push('}');
        }
        Fresh::List(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                flow(out, item);
            }
            out.push(']');
        }
        Fresh::Text(text) => quoting::push_quoted(out, text),
    }
}

pub(super) fn flow_pair(out: &mut String, key: &str, value: &Fresh<'_>) {
    quoting::push_key(out, key, true);
    out.push_str(": ");
    flow(out, value);
}

fn blanks(out: &mut String, count: usize) {
    (0..count).for_each(|_| out.push(' '));
}
