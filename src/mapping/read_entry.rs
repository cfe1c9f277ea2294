//! One entry of the tree into its layer.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::{
    Allowance, FormatRule, address, catalogue,
    diagnostic::{Span, nearest, quoted},
    fields::{self, Fields},
    layer::{EntryLayer, EscLayer, GithubLayer, RareLayer, Toggle},
    read::{Reader, common, github_place, is_kebab_case},
    read_probe,
    schema::{self, Object},
};
use crate::{
    model::SecretName,
    yaml::{Node, NodeKind},
};

/// Bounds of a pattern of one's own: its text, and what it may grow to (failure case X4).
const MAX_PATTERN: usize = 1_000;
const MAX_COMPILED: usize = 1 << 20;

impl<'t> Reader<'t> {
    /// Reads the right-hand side of an entry: an ESC path, or a map of `object`.
    pub(super) fn entry(&mut self, node: &'t Node<'_>, object: &'static Object) -> Option<EntryLayer<'t>> {
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.is_null() => {
                self.sink
                    .error("empty", node, "the entry says nothing")
                    .help("write its ESC path, for example `payments.stripe.api_key`, or `{ esc: false }` if it is on GitHub only");
                None
            }
            NodeKind::Scalar(_) => {
                let esc = self
                    .path(node, "the entry")
                    .map(|path| Toggle::On(EscLayer { path: Some(path), environment: None }));
                Some(EntryLayer { esc: Some(esc?), ..EntryLayer::default() })
            }
            NodeKind::Map(_) => self.entry_map(node, object),
            _ => {
                fields::expected(node, "an ESC path or a map", &mut self.sink);
                None
            }
        }
    }

    fn entry_map(&mut self, node: &'t Node<'_>, object: &'static Object) -> Option<EntryLayer<'t>> {
        let fields = Fields::open(node, object, &mut self.sink)?;
        Some(EntryLayer {
            esc: match fields.get("esc") {
                Some(node) => Some(self.entry_esc(node).unwrap_or(Toggle::Broken)),
                None if object.required.contains(&"esc") => Some(Toggle::Broken),
                None => None,
            },
            github: fields.get("github").map(|node| self.entry_github(node).unwrap_or(Toggle::Broken)),
            common: common(&fields, true, self),
            rare: self.rare(&fields),
        })
    }

    fn path(&mut self, node: &'t Node<'_>, name: &str) -> Option<(crate::model::EscPath, Span)> {
        let span = node.into();
        if fields::off(node, name, &mut self.sink).is_some() {
            return self.not_a_path(node, name);
        }
        let text = fields::text(node, name, &mut self.sink)?;
        Some((address::path(text, span, &mut self.sink)?, span))
    }

    fn not_a_path(&mut self, node: &Node<'_>, name: &str) -> Option<(crate::model::EscPath, Span)> {
        if node.as_scalar().is_some_and(|scalar| scalar.text == "false") {
            self.sink
                .error("wrong-type", node, format!("`false` is not a path for {name}"))
                .help("only a profile drops an entry with `false`; `{ esc: false }` keeps one out of ESC");
        }
        None
    }

    fn entry_esc(&mut self, node: &'t Node<'_>) -> Option<Toggle<EscLayer<'t>>> {
        if node.as_map().is_some() {
            let fields = Fields::open(node, &schema::ENTRY_ESC, &mut self.sink)?;
            let path = fields.get("path").and_then(|node| self.path(node, "path"));
            return Some(Toggle::On(EscLayer { path, environment: fields.line("environment", &mut self.sink) }));
        }
        match fields::off(node, "esc", &mut self.sink) {
            Some(Ok(())) => Some(Toggle::Off),
            Some(Err(())) => None,
            None => Some(Toggle::On(EscLayer { path: Some(self.path(node, "esc")?), environment: None })),
        }
    }

    fn entry_github(&mut self, node: &'t Node<'_>) -> Option<Toggle<Vec<GithubLayer>>> {
        match &node.kind {
            NodeKind::Map(_) => Some(Toggle::On(vec![github_place(node, &schema::ENTRY_GITHUB, self)?])),
            NodeKind::List(items) if items.is_empty() => {
                self.sink
                    .error("empty", node, "`github` is an empty list")
                    .help("write `false` if it is not on GitHub");
                None
            }
            NodeKind::List(items) => {
                let layers = items.iter().filter_map(|item| github_place(item, &schema::ENTRY_GITHUB, self)).collect();
                Some(Toggle::On(layers))
            }
            _ => match fields::off(node, "github", &mut self.sink) {
                Some(Ok(())) => Some(Toggle::Off),
                Some(Err(())) => None,
                None => {
                    let text = fields::text(node, "github", &mut self.sink)?;
                    let name = address::name(text, node.into(), &mut self.sink)?;
                    let layer = GithubLayer { span: node.into(), name: Some(name), ..GithubLayer::default() };
                    Some(Toggle::On(vec![layer]))
                }
            },
        }
    }

    fn rare(&mut self, fields: &Fields<'t, '_>) -> Option<Box<RareLayer>> {
        const NAMES: [&str; 6] = ["aliases", "allow", "deny", "expect", "format", "probe"];
        if NAMES.iter().all(|name| fields.get(name).is_none()) {
            return None;
        }
        Some(Box::new(RareLayer {
            aliases: fields.get("aliases").and_then(|node| self.aliases(node)),
            format: fields.get("format").and_then(|node| self.format(node)),
            expect: fields.texts("expect", &mut self.sink),
            deny: fields.texts("deny", &mut self.sink),
            allow: fields.get("allow").and_then(|node| self.allow(node)),
            probe: fields.get("probe").and_then(|node| read_probe::probe(node, &mut self.sink)),
        }))
    }

    fn aliases(&mut self, node: &'t Node<'_>) -> Option<Vec<(SecretName, Span)>> {
        let items = fields::list(node, "aliases", &mut self.sink)?;
        let mut aliases = Vec::with_capacity(items.len());
        for item in items {
            let span = item.into();
            let name = fields::text(item, "aliases", &mut self.sink)
                .and_then(|text| address::name(text, span, &mut self.sink));
            aliases.extend(name.map(|name| (name, span)));
        }
        Some(aliases)
    }

    fn format(&mut self, node: &'t Node<'_>) -> Option<FormatRule> {
        if node.as_map().is_some() {
            let fields = Fields::open(node, &schema::FORMAT, &mut self.sink)?;
            let (pattern, span) = fields.text("pattern", &mut self.sink)?;
            return self.pattern(pattern, span).map(FormatRule::Inline);
        }
        let text = fields::text(node, "format", &mut self.sink)?;
        let format = catalogue::format(text);
        if format.is_none() {
            let known: Vec<&str> = catalogue::FORMATS.iter().map(|format| format.id).collect();
            let help = nearest(text, &known).unwrap_or_else(|| {
                format!("write a pattern of your own, `format: {{ pattern: \"…\" }}`, or one of {}", known.join(", "))
            });
            self.sink.error("unknown-format", node, format!("unknown format {}", quoted(text))).help(help);
        }
        format.map(FormatRule::Named)
    }

    fn pattern(&mut self, pattern: &'t str, span: Span) -> Option<Arc<Regex>> {
        if let Some(known) = self.regexes.get(pattern)
            && known.is_some()
        {
            return known.clone();
        }
        let compiled = compile(pattern);
        if let Err(trouble) = &compiled {
            self.sink
                .error("bad-pattern", span, *trouble)
                .help("linear-time syntax: no look-around, no back-references; the pattern must match the whole value");
        }
        let shared = compiled.ok().map(Arc::new);
        self.regexes.insert(pattern, shared.clone());
        shared
    }

    fn allow(&mut self, node: &'t Node<'_>) -> Option<Vec<Allowance>> {
        let items = fields::list(node, "allow", &mut self.sink)?;
        Some(items.iter().filter_map(|item| self.allowance(item)).collect())
    }

    fn allowance(&mut self, node: &'t Node<'_>) -> Option<Allowance> {
        let fields = Fields::open(node, &schema::ALLOWANCE, &mut self.sink)?;
        let (rule, reason) = (fields.text("rule", &mut self.sink), fields.text("reason", &mut self.sink));
        if let Some((rule, span)) = rule.filter(|(rule, _)| !is_kebab_case(rule)) {
            self.sink
                .error("bad-rule", span, format!("{} is not the id of a rule", quoted(rule)))
                .help("ids are lower-case words joined by hyphens; reports name them");
        }
        if let Some((_, span)) = reason.filter(|(reason, _)| reason.trim().is_empty()) {
            self.sink.error("empty", span, "`reason` is empty").help("say why the rule may be silent here");
        }
        let ((rule, _), (reason, _)) = (rule?, reason?);
        Some(Allowance { rule: rule.into(), reason: reason.into() })
    }
}

/// An anchored pattern, or what is wrong with it in words that repeat none of it.
fn compile(pattern: &str) -> Result<Regex, &'static str> {
    if pattern.len() > MAX_PATTERN {
        return Err("the pattern is longer than 1000 characters");
    }
    // Compiled alone first: closing brackets in the text must not break out of the anchored group.
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .build()
        .and_then(|_| RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(MAX_COMPILED).build())
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern grows too large",
            _ => "the pattern is not a regular expression",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x4_patterns_are_anchored_and_bounded() {
        let pattern = compile("a|bc").expect("legal");
        assert!(pattern.is_match("a") && pattern.is_match("bc"));
        assert!(!pattern.is_match("ac") && !pattern.is_match("xa") && !pattern.is_match("a\n"));
        for text in ["(", "a)(b", "(?=x)y", r"(a)\1", "(((a{100}){100}){100}){100}", &"a".repeat(2_000)] {
            assert!(compile(text).is_err(), "{text:.20}");
        }
    }
}
