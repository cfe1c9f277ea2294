//! The proof of an edit: the new text, parsed, is the old tree with exactly what was wanted.
//!
//! It knows nothing of how the text was made, and compares node by node: kinds, texts,
//! quoting, tags, anchors, order.

use std::collections::{BTreeMap, HashSet};

use super::{
    locate::Document,
    wanted::{Fresh, Wanted, fresh_pairs},
};
use crate::{
    model::Segment,
    yaml::{self, Limits, Node, NodeKind, Scalar, ScalarStyle},
};

/// A node and the text it stands in.
type Within<'n, 't> = (&'n str, &'n Node<'t>);

/// Whether `text` is the document with exactly what is wanted.
pub(super) fn proves(document: &Document<'_>, wanted: &Wanted, text: &str) -> bool {
    let Ok(Some(new)) = yaml::parse(text, Limits::default()) else { return false };
    match &document.root {
        Some(old) => agrees((document.source, old), Some(wanted), (text, &new)),
        None => made(&wanted.fresh(), &new),
    }
}

/// Whether two nodes are the same.
pub(super) fn same(old: Within<'_, '_>, new: Within<'_, '_>) -> bool {
    agrees(old, None, new)
}

fn agrees(old: Within<'_, '_>, wanted: Option<&Wanted>, new: Within<'_, '_>) -> bool {
    let children = match wanted {
        Some(Wanted::Leaf(form)) => return made(&form.fresh(), new.1),
        Some(Wanted::Gone) => return false,
        Some(Wanted::Branch(children)) => Some(children),
        None => None,
    };
    let child = |segment: &Segment| children.and_then(|children| children.get(segment));
    let is_filled = wanted.is_some() && is_empty(old.1);
    if children.is_some_and(|children| empties(old.1, children)) {
        return made(&Fresh::Map(Vec::new()), new.1);
    }
    if !is_filled && !same_dress(old, new) {
        return false;
    }
    match (&old.1.kind, &new.1.kind) {
        (NodeKind::Map(pairs), NodeKind::Map(others)) if !pairs.is_empty() || wanted.is_none() => {
            let mut found = HashSet::new();
            let is_gone = |key: &Node<'_>| children.is_some_and(|children| gone(key, children));
            let kept: Vec<_> = pairs.iter().filter(|(key, _)| !is_gone(key)).collect();
            let count = kept.len();
            let kept = count <= others.len()
                && kept.into_iter().zip(others).all(|((key, value), (other_key, other))| {
                    let name = children.and(key.as_scalar()).map(|scalar| Segment::Key((*scalar.text).into()));
                    let wanted = name.as_ref().and_then(child);
                    found.extend(name);
                    agrees((old.0, key), None, (new.0, other_key)) && agrees((old.0, value), wanted, (new.0, other))
                });
            let fresh = children.into_iter().flatten().filter(|(name, _)| !found.contains(*name));
            kept && made_pairs(&fresh_pairs(fresh), &others[count..])
        }
        (NodeKind::List(items), NodeKind::List(others)) if !items.is_empty() || wanted.is_none() => {
            let kept =
                items.len() <= others.len()
                    && items.iter().zip(others).zip(0..).all(|((item, other), index)| {
                        agrees((old.0, item), child(&Segment::Index(index)), (new.0, other))
                    });
            let is_fresh = |segment: &Segment| matches!(segment, Segment::Index(at) if *at as usize >= items.len());
            let fresh: Vec<_> = children.into_iter().flatten().filter(|(segment, _)| is_fresh(segment)).collect();
            kept && others.len() == items.len() + fresh.len()
                && fresh.iter().zip(&others[items.len()..]).all(|((_, child), other)| made(&child.fresh(), other))
        }
        (NodeKind::Alias, NodeKind::Alias) => wanted.is_none(),
        (NodeKind::Scalar(one), NodeKind::Scalar(other)) if wanted.is_none() => {
            one.text == other.text && one.style == other.style
        }
        _ => wanted.is_some_and(|wanted| is_empty(old.1) && made(&wanted.fresh(), new.1)),
    }
}

/// Whether a key is to go.
fn gone(key: &Node<'_>, children: &BTreeMap<Segment, Wanted>) -> bool {
    let child = |scalar: &Scalar<'_>| children.get(&Segment::Key((*scalar.text).into()));
    key.as_scalar().and_then(child).is_some_and(Wanted::is_gone)
}

/// Whether all that a map has is to go, and nothing comes.
fn empties(node: &Node<'_>, children: &BTreeMap<Segment, Wanted>) -> bool {
    let pairs = node.as_map().unwrap_or_default();
    !pairs.is_empty() && pairs.iter().all(|(key, _)| gone(key, children)) && children.values().all(Wanted::is_gone)
}

/// Tags, anchors and braces; of an alias, its name.
fn same_dress((old_text, old): Within<'_, '_>, (new_text, new): Within<'_, '_>) -> bool {
    let alias = |text: &str, node: &Node<'_>| match node.kind {
        NodeKind::Alias => text.get(node.start as usize..node.end as usize).map(str::to_owned),
        _ => None,
    };
    old.anchored == new.anchored
        && old.tagged == new.tagged
        && old.flow == new.flow
        && old.tag(old_text) == new.tag(new_text)
        && alias(old_text, old) == alias(new_text, new)
}

fn is_empty(node: &Node<'_>) -> bool {
    match &node.kind {
        NodeKind::Alias => false,
        NodeKind::List(items) => items.is_empty(),
        NodeKind::Map(pairs) => pairs.is_empty(),
        NodeKind::Scalar(scalar) => scalar.is_null(),
    }
}

/// Whether a node is exactly what was to be made.
fn made(fresh: &Fresh<'_>, node: &Node<'_>) -> bool {
    if node.anchored || node.tagged {
        return false;
    }
    match (fresh, &node.kind) {
        (Fresh::Text(text), NodeKind::Scalar(Scalar { text: found, style })) => {
            found == text && *style == ScalarStyle::DoubleQuoted
        }
        (Fresh::Map(pairs), NodeKind::Map(found)) => made_pairs(pairs, found),
        (Fresh::List(items), NodeKind::List(found)) => {
            items.len() == found.len() && items.iter().zip(found).all(|(item, found)| made(item, found))
        }
        _ => false,
    }
}

fn made_pairs(pairs: &[(&str, Fresh<'_>)], found: &[(Node<'_>, Node<'_>)]) -> bool {
    let named = |name: &str, key: &Node<'_>| key.as_scalar().is_some_and(|scalar| scalar.text == name);
    pairs.len() == found.len()
        && pairs.iter().zip(found).all(|((name, fresh), (key, value))| named(name, key) && made(fresh, value))
}

#[cfg(test)]
mod tests {
    use super::{super::quoting::Form, *};

    /// Each of these texts differs from the proved one in a single thing.
    #[test]
    fn only_the_intended_text_is_proved() {
        let source = "values:\n  a: old\n  b: [x, y]\n  c: {fn::secret: {ciphertext: X}}\n  d: 1\n  e: &z q\n";
        let document = Document::read(source).expect("legal");
        let mut wanted = Wanted::default();
        for (path, secret) in [("a", false), ("b[2]", true), ("c", true), ("n.m", true)] {
            let form = Form::of(&"new".into(), secret).expect("text");
            assert!(wanted.insert(&document.full(&path.parse().expect("legal")), Wanted::Leaf(form)).is_ok());
        }
        let good = "values:\n  a: \"new\"\n  b: [x, y, {\"fn::secret\": \"new\"}]\n  c: {fn::secret: \"new\"}\n  \
                    d: 1\n  e: &z q\n  n:\n    m:\n      fn::secret: \"new\"\n";
        assert!(proves(&document, &wanted, good));
        let changes = [
            ("a: \"new\"", "a: \"old\""),
            ("a: \"new\"", "a: new"),
            ("x, y", "x, z"),
            ("x, y", "y, x"),
            ("y, {", "{"),
            ("\"new\"}]", "\"new\"}, w]"),
            ("c: {fn::secret: \"new\"}", "c: {fn::secret: {ciphertext: X}}"),
            ("c: {fn::secret: \"new\"}", "c: \"new\""),
            ("d: 1", "d: \"1\""),
            ("d: 1", "d: !!str 1"),
            ("e: &z q", "e: q"),
            ("  d: 1\n", ""),
            ("  d: 1\n", "  d: 1\n  f: 1\n"),
            ("m:\n      fn::secret: \"new\"", "m: \"new\""),
            ("    m:\n", "    k:\n"),
            ("values", "value"),
        ];
        for (from, to) in changes {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from:?}");
            assert!(!proves(&document, &wanted, &bad), "{from:?} to {to:?}");
        }
        assert!(!proves(&document, &wanted, "values: [\n") && !proves(&document, &wanted, ""));
    }
}
