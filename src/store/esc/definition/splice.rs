//! The byte ranges of a definition that change, and what stands there instead.
//!
//! Nothing outside those ranges is touched: comments, order, quoting, line ends and
//! indentation stay as they are, and what is new follows what surrounds it.

mod extent;
mod removal;
mod render;

use std::collections::{BTreeMap, HashSet};

use zeroize::Zeroizing;

use self::render::Layout;
use super::{
    Text,
    locate::Document,
    marks::{colon, dash},
    quoting::{FROM_BASE64, Form, SECRET},
    shape::{Call, Shape, shape},
    wanted::{Fresh, Wanted, fresh_pairs},
};
use crate::{
    model::Segment,
    yaml::{Node, NodeKind},
};

/// The text of the document with all that is wanted put in.
pub(super) fn splice(document: &Document<'_>, wanted: &Wanted) -> Text {
    let mut splicer = Splicer { source: document.source, layout: Layout::of(document), splices: Vec::new() };
    match &document.root {
        Some(root) => splicer.value(Slot::Root, root, wanted),
        None => splicer.begin(wanted),
    }
    splicer.apply()
}

struct Splicer<'s> {
    source: &'s str,
    layout: Layout,
    splices: Vec<Splice>,
}

struct Splice {
    start: usize,
    end: usize,
    text: Text,
}

type Pair<'t> = (Node<'t>, Node<'t>);

/// What a value hangs on.
#[derive(Clone, Copy)]
enum Slot {
    /// A key of a block map, at this indent; the offset is just after its colon.
    Block {
        after: usize,
        indent: usize,
    },
    /// Within braces or brackets; the offset is where a value that is not there would stand.
    Flow {
        after: usize,
        has_colon: bool,
    },
    /// A dash of a block list, at this indent; the offset is just after it.
    Item {
        after: usize,
        indent: usize,
    },
    Root,
}

impl Slot {
    fn after(self, node: &Node<'_>) -> usize {
        match self {
            Self::Block { after, .. } | Self::Flow { after, .. } | Self::Item { after, .. } => after,
            Self::Root => node.start as usize,
        }
    }
}

impl Splicer<'_> {
    fn put(&mut self, start: usize, end: usize, text: Text) {
        self.splices.push(Splice { start, end, text });
    }

    /// A document that holds nothing but comments gets its first lines.
    fn begin(&mut self, wanted: &Wanted) {
        let fresh = wanted.fresh();
        let mut text = Zeroizing::new(String::with_capacity(fresh.room(0)));
        if !self.source.is_empty() && !self.source.ends_with('\n') {
            text.push_str(self.layout.newline);
        }
        self.layout.block(&mut text, &fresh, 0);
        text.push_str(self.layout.newline);
        self.put(self.source.len(), self.source.len(), text);
    }

    fn value(&mut self, slot: Slot, node: &Node<'_>, wanted: &Wanted) {
        let stays = matches!(slot, Slot::Flow { .. }) || !self.is_bare(node);
        match (wanted, &node.kind) {
            (Wanted::Branch(children), NodeKind::Map(pairs)) if stays => self.pairs(slot, node, pairs, children),
            (Wanted::Branch(children), NodeKind::List(items)) if stays => self.items(node, items, children),
            (Wanted::Branch(_), _) => self.replace(slot, node, &wanted.fresh()),
            // Its map takes it out, with its key.
            (Wanted::Gone, _) => {}
            (Wanted::Leaf(form), _) => match shape(node) {
                Ok(Shape::Call(call)) => self.call(call, form),
                _ => self.replace(slot, node, &form.fresh()),
            },
        }
    }

    /// Whether a node is `{}` or `[]` with nothing inside, not even a comment.
    fn is_bare(&self, node: &Node<'_>) -> bool {
        let token = &self.source[node.start as usize..node.end as usize];
        let inside = token.strip_prefix(['{', '[']).and_then(|rest| rest.strip_suffix(['}', ']']));
        node.flow && inside.is_some_and(|inside| inside.trim().is_empty())
    }

    fn pairs(&mut self, slot: Slot, map: &Node<'_>, pairs: &[Pair<'_>], children: &BTreeMap<Segment, Wanted>) {
        let mut found = HashSet::new();
        let mut gone = Vec::new();
        for (at, (key, value)) in pairs.iter().enumerate() {
            let Some(name) = key.as_scalar().map(|scalar| Segment::Key((*scalar.text).into())) else { continue };
            if let Some(child) = children.get(&name) {
                gone.extend(child.is_gone().then_some(at));
                self.value(self.slot(map, key), value, child);
                found.insert(name);
            }
        }
        let fresh = fresh_pairs(children.iter().filter(|(name, _)| !found.contains(*name)));
        if !gone.is_empty() {
            return self.take_out(slot, map, pairs, &gone, &fresh);
        }
        if !fresh.is_empty() {
            self.add(map, pairs.last(), &fresh);
        }
    }

    /// Puts new pairs behind the last one that stays.
    fn add(&mut self, map: &Node<'_>, last: Option<&Pair<'_>>, fresh: &[(&str, Fresh<'_>)]) {
        let end = last.map_or(map.start as usize + 1, |(key, value)| self.end_of_pair(map, key, value));
        let room = Fresh::room(&Fresh::Map(Vec::new()), 4);
        let room = fresh.iter().map(|(key, child)| key.len() * 6 + child.room(16) + room).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        if map.flow {
            for (position, (key, child)) in fresh.iter().enumerate() {
                text.push_str(if position > 0 || last.is_some() { ", " } else { "" });
                render::flow_pair(&mut text, key, child);
            }
            return self.put(end, end, text);
        }
        let at = self.line_end(end);
        let indent = last.map_or(0, |(key, _)| key.at.column as usize - 1);
        for (key, child) in fresh {
            self.layout.line(&mut text, indent);
            self.layout.pair(&mut text, key, child, indent);
        }
        self.put(at, at, text);
    }

    fn items(&mut self, list: &Node<'_>, items: &[Node<'_>], children: &BTreeMap<Segment, Wanted>) {
        let mut fresh = Vec::new();
        for (segment, child) in children {
            let Segment::Index(index) = segment else { continue };
            match items.get(*index as usize) {
                Some(item) => self.value(self.item_slot(list, items, *index as usize), item, child),
                None => fresh.push(child.fresh()),
            }
        }
        if fresh.is_empty() {
            return;
        }
        let room = fresh.iter().map(|child| child.room(16) + 64).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        if list.flow {
            let at = items.last().map_or(list.start as usize + 1, |last| last.end as usize);
            for (position, child) in fresh.iter().enumerate() {
                text.push_str(if position > 0 || !items.is_empty() { ", " } else { "" });
                render::flow(&mut text, child);
            }
            return self.put(at, at, text);
        }
        let at = self.line_end(self.end(list.start as usize, list));
        let indent = match self.item_slot(list, items, items.len().saturating_sub(1)) {
            Slot::Item { indent, .. } => indent,
            _ => 0,
        };
        for child in &fresh {
            self.layout.line(&mut text, indent);
            text.push('-');
            self.layout.after_dash(&mut text, child, indent);
        }
        self.put(at, at, text);
    }

    fn slot(&self, map: &Node<'_>, key: &Node<'_>) -> Slot {
        let found = colon(self.source, key, map.flow);
        let after = found.unwrap_or(key.end as usize);
        match map.flow {
            true => Slot::Flow { after, has_colon: found.is_some() },
            false => Slot::Block { after, indent: key.at.column as usize - 1 },
        }
    }

    fn item_slot(&self, list: &Node<'_>, items: &[Node<'_>], index: usize) -> Slot {
        match (list.flow, dash(self.source, items, index)) {
            (false, Some(after)) => {
                let line = self.source[..after].rfind('\n').map_or(0, |at| at + 1);
                Slot::Item { after, indent: after - 1 - line }
            }
            _ => Slot::Flow { after: items[index].start as usize, has_colon: true },
        }
    }

    /// Another value for a call of `fn::secret`, by the same route or the other.
    fn call(&mut self, call: Call<'_, '_>, form: &Form) {
        let slot = self.slot(call.map, call.key);
        match (form, call.encoded) {
            (Form::Encoded(text), true) => {
                if let Ok(Shape::Call(inner)) = shape(call.argument) {
                    self.replace(self.slot(inner.map, inner.key), inner.argument, &Fresh::Text(text));
                }
            }
            (Form::Encoded(text), false) => {
                self.rename(call.key, FROM_BASE64);
                self.replace(slot, call.argument, &Fresh::Map(vec![(SECRET, Fresh::Text(text))]));
            }
            (Form::Secret(text) | Form::Text(text), encoded) => {
                if encoded {
                    self.rename(call.key, SECRET);
                }
                self.replace(slot, call.argument, &Fresh::Text(text));
            }
        }
    }

    fn rename(&mut self, key: &Node<'_>, name: &str) {
        let quoted = self.source[key.start as usize..].starts_with(['"', '\'']);
        let text = if quoted { format!("\"{name}\"") } else { name.to_owned() };
        self.put(key.start as usize, key.end as usize, Zeroizing::new(text));
    }

    /// Puts `fresh` in the place of a whole node.
    fn replace(&mut self, slot: Slot, node: &Node<'_>, fresh: &Fresh<'_>) {
        let after = slot.after(node);
        let (start, end, comment) = self.token(after, node);
        let mut text = Zeroizing::new(String::with_capacity(fresh.room(16)));
        let remarked = !self.source[after..start].trim().is_empty();
        match slot {
            Slot::Root if node.at.column == 1 => {
                self.layout.block(&mut text, fresh, 0);
                self.put(start, end, text);
            }
            Slot::Flow { has_colon, .. } if start == end => {
                text.push_str(if has_colon { " " } else { ": " });
                render::flow(&mut text, fresh);
                self.put(after, after, text);
            }
            Slot::Flow { .. } | Slot::Root => {
                render::flow(&mut text, fresh);
                self.put(start, end, text);
            }
            // A comment stands between the key and its value: both lines stay where they are.
            _ if remarked => {
                render::flow(&mut text, fresh);
                self.put(start, end, text);
            }
            Slot::Block { indent, .. } if !matches!(fresh, Fresh::Text(_)) => {
                let upto = self.line_end(end);
                let rest = self.source[end..upto].trim_end();
                text.push_str(if rest.is_empty() { comment.unwrap_or_default() } else { rest });
                self.layout.after_colon(&mut text, fresh, indent);
                self.put(after, upto, text);
            }
            Slot::Block { indent, .. } => {
                self.layout.after_colon(&mut text, fresh, indent);
                text.push_str(comment.unwrap_or_default());
                self.put(after, end, text);
            }
            Slot::Item { indent, .. } => {
                self.layout.after_dash(&mut text, fresh, indent);
                text.push_str(comment.unwrap_or_default());
                self.put(after, end, text);
            }
        }
    }

    fn apply(mut self) -> Text {
        // A stable sort: of two insertions at one point the deeper one came first.
        self.splices.sort_by_key(|splice| splice.start);
        let more: usize = self.splices.iter().map(|splice| splice.text.len()).sum();
        let mut out = Zeroizing::new(String::with_capacity(self.source.len() + more));
        let mut from = 0;
        for Splice { start, end, text } in &self.splices {
            out.push_str(self.source.get(from..*start).unwrap_or_default());
            out.push_str(text);
            from = *end;
        }
        out.push_str(self.source.get(from..).unwrap_or_default());
        out
    }
}
