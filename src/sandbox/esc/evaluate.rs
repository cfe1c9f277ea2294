//! Evaluates a definition: imports, references, merging.
//!
//! The order and the words are those of pulumi/esc `eval/eval.go` (v0.25.0). What
//! each function does is in `builtin`, how a path is followed in `reach`. Cycles,
//! depth and size are bounded, so no definition can hang or overflow this.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use super::diagnostic::{Diagnostic, Point, Range};
use super::expression::{Definition, ExprId, ExprKind};
use super::value::{Object, Repr, Shape, Value, merged};

/// How deep references, nesting and imports together may go.
const DEEPEST: usize = 160;
/// How deep imports may go.
const DEEPEST_IMPORT: usize = 24;

/// What the evaluator needs of the world around a definition.
pub(super) trait Surroundings {
    /// The definition an import names, or the words of its error.
    fn import(&self, name: &str) -> Result<String, String>;
    fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>>;
    fn provider(&self, name: &str) -> Option<&Scripted>;
    /// The user and the organization that `${context.pulumi…}` tells of.
    fn context(&self) -> [(&'static str, String); 2];
}

/// What a provider is told to answer.
#[derive(Clone, Debug)]
pub(super) enum Scripted {
    Error(String),
    Value { value: serde_json::Value, secret: bool },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    Check { show_secrets: bool },
    Open,
}

/// The evaluated root, if there is anything to evaluate, and what was found.
pub(super) fn evaluate(
    definition: Definition,
    surroundings: &dyn Surroundings,
    mode: Mode,
) -> (Option<Arc<Value>>, Vec<Diagnostic>) {
    if definition.values.is_empty() && definition.imports.is_empty() && definition.late.is_empty() {
        return (None, Vec::new());
    }
    let root = definition.document.name.to_string();
    let mut evaluation = Evaluation {
        surroundings,
        mode,
        root,
        scopes: Vec::new(),
        imports: HashMap::new(),
        diagnostics: Vec::new(),
        depth: 0,
    };
    let value = evaluation.environment(definition);
    (Some(value), evaluation.diagnostics)
}

pub(super) struct Evaluation<'s> {
    pub(super) surroundings: &'s dyn Surroundings,
    pub(super) mode: Mode,
    root: String,
    pub(super) scopes: Vec<Scope>,
    /// By the name as written; `None` while it is being evaluated.
    imports: HashMap<String, Option<Arc<Value>>>,
    pub(super) diagnostics: Vec<Diagnostic>,
    depth: usize,
}

/// One environment under evaluation.
pub(super) struct Scope {
    pub(super) definition: Rc<Definition>,
    slots: Vec<Slot>,
    pub(super) base: Option<Arc<Value>>,
    pub(super) imports: Arc<Value>,
    pub(super) context: Arc<Value>,
}

#[derive(Clone, Default)]
enum Slot {
    #[default]
    Untouched,
    Evaluating,
    Done(Arc<Value>),
}

/// An expression of one scope.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) scope: usize,
    pub(super) expr: ExprId,
}

impl Evaluation<'_> {
    fn environment(&mut self, definition: Definition) -> Arc<Value> {
        let name = Arc::clone(&definition.document.name);
        self.imports.insert(name.to_string(), None);
        let nowhere = Range { environment: Arc::clone(&name), begin: Point::default(), end: Point::default() };
        let empty = Arc::new(Value::new(nowhere.clone(), Repr::Object(Arc::default())));
        let scope = self.scopes.len();
        let context = self.context(&name, &nowhere);
        let slots = vec![Slot::Untouched; definition.len()];
        self.diagnostics.extend(definition.late.iter().cloned());
        let definition = Rc::new(definition);
        self.scopes.push(Scope { definition: Rc::clone(&definition), slots, base: None, imports: empty, context });
        self.import_all(scope, &definition, &nowhere);
        let base = self.scopes[scope].base.clone();
        let mut object = Object::new();
        for (key, expr) in &definition.values {
            let below = base.as_ref().and_then(|base| base.property(key));
            object.insert(Arc::from(&**key), self.expr(Spot { scope, expr: *expr }, below.as_ref()));
        }
        let value = Arc::new(Value::new(nowhere, Repr::Object(Arc::new(object))));
        merged(&value, base.as_ref())
    }

    fn context(&self, name: &str, def: &Range) -> Arc<Value> {
        let text = |text: &str| Arc::new(Value::new(def.clone(), Repr::Text(text.into())));
        let object = |pairs: Vec<(&str, Arc<Value>)>| {
            let pairs = pairs.into_iter().map(|(key, value)| (Arc::from(key), value)).collect();
            Arc::new(Value::new(def.clone(), Repr::Object(Arc::new(pairs))))
        };
        // Text that is not stored has no name, so each import is its own root.
        let root = if self.root == super::definitions::ANONYMOUS { name } else { &self.root };
        let pulumi = self
            .surroundings
            .context()
            .map(|(key, login)| (key, object(vec![("id", text(&login)), ("login", text(&login))])));
        object(vec![
            ("currentEnvironment", object(vec![("name", text(name))])),
            ("rootEnvironment", object(vec![("name", text(root))])),
            ("pulumi", object(pulumi.into())),
        ])
    }

    fn import_all(&mut self, scope: usize, definition: &Definition, def: &Range) {
        let mut imported = Object::new();
        for import in &definition.imports {
            let at = definition.document.range(import.syn);
            let path = || definition.document.path(import.syn);
            let Some(value) = self.import(&import.name, &at, &path) else {
                continue;
            };
            imported.insert(import.name.as_str().into(), Arc::clone(&value));
            if import.merge {
                let below = self.scopes[scope].base.take();
                self.scopes[scope].base = Some(merged(&value, below.as_ref()));
            }
        }
        self.scopes[scope].imports = Arc::new(Value::new(def.clone(), Repr::Object(Arc::new(imported))));
    }

    /// The value of another environment; each is evaluated once.
    pub(super) fn import(&mut self, name: &str, at: &Range, path: &dyn Fn() -> String) -> Option<Arc<Value>> {
        let summary = match self.imports.get(name) {
            Some(Some(value)) => return Some(Arc::clone(value)),
            Some(None) => format!("cyclic import of {name}"),
            None if self.depth >= DEEPEST => "imports nest too deeply".to_owned(),
            None => match self.surroundings.import(name) {
                Ok(text) => return self.imported(name, &text),
                Err(summary) => summary,
            },
        };
        self.diagnostics.push(Diagnostic::error(summary, path(), Some(at.clone())));
        None
    }

    fn imported(&mut self, name: &str, text: &str) -> Option<Arc<Value>> {
        let (definition, diagnostics) = Definition::load(name, text);
        let failed = super::diagnostic::has_errors(&diagnostics);
        self.diagnostics.extend(diagnostics);
        if failed {
            return None;
        }
        self.depth += DEEPEST / DEEPEST_IMPORT;
        let value = self.environment(definition);
        self.depth -= DEEPEST / DEEPEST_IMPORT;
        self.imports.insert(name.into(), Some(Arc::clone(&value)));
        Some(value)
    }

    /// Evaluates an expression over what it overrides, once.
    pub(super) fn expr(&mut self, spot: Spot, base: Option<&Arc<Value>>) -> Arc<Value> {
        match &self.scopes[spot.scope].slots[spot.expr as usize] {
            Slot::Done(value) => return Arc::clone(value),
            Slot::Evaluating => {
                let summary = format!("cyclic reference to {}", self.path(spot).trim_start_matches("values."));
                return self.failed(spot, summary, Shape::Any);
            }
            Slot::Untouched if self.depth >= DEEPEST => {
                return self.failed(spot, "references nest too deeply", Shape::Any);
            }
            Slot::Untouched => {}
        }
        self.set(spot, Slot::Evaluating);
        self.depth += 1;
        let value = self.fresh(spot, base);
        self.depth -= 1;
        self.set(spot, Slot::Done(Arc::clone(&value)));
        value
    }

    fn fresh(&mut self, spot: Spot, base: Option<&Arc<Value>>) -> Arc<Value> {
        if let Some(base) = base.filter(|base| base.last) {
            let document = &self.definition(spot).document;
            let syn = self.definition(spot).expr(spot.expr).syn;
            let warning = document.warning(syn, "cannot override final value");
            self.diagnostics.push(warning);
            return Arc::clone(base);
        }
        let definition = Rc::clone(self.definition(spot));
        let value = match &definition.expr(spot.expr).kind {
            ExprKind::Missing => self.unknown(spot, Shape::Any),
            ExprKind::Null => self.literal(spot, Repr::Null),
            ExprKind::Bool(value) => self.literal(spot, Repr::Bool(*value)),
            ExprKind::Number(text) => self.literal(spot, Repr::Number(text.clone())),
            ExprKind::Text(text) => self.literal(spot, Repr::Text(text.clone())),
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.expr(Spot { expr: *item, ..spot }, None)).collect();
                self.literal(spot, Repr::List(Arc::new(items)))
            }
            ExprKind::Object(properties) => {
                let mut object = Object::new();
                for (key, expr) in properties {
                    let below = base.and_then(|base| base.property(key));
                    object.insert(Arc::from(&**key), self.expr(Spot { expr: *expr, ..spot }, below.as_ref()));
                }
                self.literal(spot, Repr::Object(Arc::new(object)))
            }
            ExprKind::Symbol(access) => {
                let found = self.reach(spot, access);
                Arc::new(found.defined_at(self.range(spot)))
            }
            ExprKind::Interpolation(parts) => self.interpolate(spot, parts),
            kind => self.builtin(spot, kind),
        };
        merged(&value, base)
    }

    fn interpolate(&mut self, spot: Spot, parts: &[super::access::Part]) -> Arc<Value> {
        let mut text = String::new();
        let (mut unknown, mut secret) = (false, false);
        for part in parts {
            text.push_str(&part.text);
            if let Some(access) = &part.access {
                let (inner, is_unknown, is_secret) = self.reach(spot, access).to_text();
                unknown |= is_unknown;
                secret |= is_secret;
                text.push_str(&inner);
            }
            if text.len() > super::value::LARGEST_ANSWER {
                return self.failed(spot, "the text is too large", Shape::Text);
            }
        }
        let text = if unknown { "[unknown]".into() } else { text };
        let mut value = Value::new(self.range(spot), Repr::Text(text.into())).secret(secret);
        value.unknown = unknown;
        value.shape = Shape::Text;
        Arc::new(value)
    }

    pub(super) fn literal(&self, spot: Spot, repr: Repr) -> Arc<Value> {
        Arc::new(Value::new(self.range(spot), repr))
    }

    pub(super) fn unknown(&self, spot: Spot, shape: Shape) -> Arc<Value> {
        Arc::new(Value::unknown(self.range(spot), shape))
    }

    /// Notes an error at an expression and leaves its value unknown.
    pub(super) fn failed(&mut self, spot: Spot, summary: impl Into<String>, shape: Shape) -> Arc<Value> {
        self.error(spot, summary);
        self.unknown(spot, shape)
    }

    pub(super) fn error(&mut self, spot: Spot, summary: impl Into<String>) {
        let error = self.definition(spot).document.error(self.definition(spot).expr(spot.expr).syn, summary);
        self.diagnostics.push(error);
    }

    pub(super) fn definition(&self, spot: Spot) -> &Rc<Definition> {
        &self.scopes[spot.scope].definition
    }

    pub(super) fn range(&self, spot: Spot) -> Range {
        let definition = self.definition(spot);
        definition.document.range(definition.expr(spot.expr).syn)
    }

    pub(super) fn path(&self, spot: Spot) -> String {
        let definition = self.definition(spot);
        definition.document.path(definition.expr(spot.expr).syn)
    }

    fn set(&mut self, spot: Spot, slot: Slot) {
        self.scopes[spot.scope].slots[spot.expr as usize] = slot;
    }
}
