//! A definition parsed into expressions: what it says, before anything is evaluated.
//!
//! Rules and words are those of pulumi/esc `ast/environment.go` and `ast/expr.go`
//! (v0.25.0). A definition with a load error is never evaluated, so an expression
//! that could not be parsed is simply [`ExprKind::Missing`].

use std::collections::{BTreeMap, HashSet};

use super::access::{Access, Part, interpolation};
use super::diagnostic::Diagnostic;
use super::syntax::{Document, SynId, SynKind};

pub(super) type ExprId = u32;

#[derive(Debug)]
pub(super) struct Definition {
    pub(super) document: Document,
    pub(super) imports: Vec<Import>,
    pub(super) values: Properties,
    /// Errors that the service finds only while evaluating, such as duplicate keys.
    pub(super) late: Vec<Diagnostic>,
    expressions: Vec<Expr>,
}

#[derive(Debug)]
pub(super) struct Import {
    pub(super) syn: SynId,
    pub(super) name: String,
    pub(super) merge: bool,
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) syn: SynId,
    pub(super) kind: ExprKind,
}

pub(super) type Properties = BTreeMap<Box<str>, ExprId>;

#[derive(Debug)]
pub(super) enum ExprKind {
    Bool(bool),
    Call(Function, ExprId),
    Ciphertext(Box<str>),
    Interpolation(Vec<Part>),
    List(Vec<ExprId>),
    Missing,
    Null,
    Number(Box<str>),
    Object(Properties),
    Open { provider: String, inputs: ExprId, state: Option<ExprId> },
    Pair(Function, ExprId, ExprId),
    Secret(ExprId),
    Symbol(Access),
    Text(Box<str>),
    Validate { schema: ExprId, value: ExprId },
}

/// The functions of one argument, and the two that take a pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Function {
    Concat,
    Final,
    FromBase64,
    FromJson,
    Join,
    Split,
    ToBase64,
    ToJson,
    ToText,
}

const FUNCTIONS: [(&str, Function); 9] = [
    ("fn::concat", Function::Concat),
    ("fn::final", Function::Final),
    ("fn::fromBase64", Function::FromBase64),
    ("fn::fromJSON", Function::FromJson),
    ("fn::join", Function::Join),
    ("fn::split", Function::Split),
    ("fn::toBase64", Function::ToBase64),
    ("fn::toJSON", Function::ToJson),
    ("fn::toString", Function::ToText),
];

/// The roots of `${…}` that no value may be called.
pub(super) const RESERVED: [&str; 3] = ["imports", "context", "environments"];

const FIELDS: [&str; 3] = ["description", "imports", "values"];

impl Definition {
    /// Reads and parses; with any error among the diagnostics it must not be evaluated.
    pub(super) fn load(name: &str, text: &str) -> (Self, Vec<Diagnostic>) {
        let (document, mut diagnostics) = Document::read(name, text);
        let mut definition = Self {
            document,
            imports: Vec::new(),
            values: Properties::new(),
            late: Vec::new(),
            expressions: Vec::new(),
        };
        if diagnostics.is_empty()
            && let Some(root) = definition.document.root
        {
            let mut parser = Parser { definition: &mut definition, diagnostics: &mut diagnostics };
            parser.environment(root);
        }
        (definition, diagnostics)
    }

    pub(super) fn expr(&self, id: ExprId) -> &Expr {
        &self.expressions[id as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.expressions.len()
    }
}

struct Parser<'p> {
    definition: &'p mut Definition,
    diagnostics: &'p mut Vec<Diagnostic>,
}

impl Parser<'_> {
    fn environment(&mut self, root: SynId) {
        let Some(pairs) = self.pairs(root) else {
            return self.error(root, "environment must be an object");
        };
        let mut seen = HashSet::new();
        for (key, value) in pairs {
            let name = self.raw(key);
            if !seen.insert(name.clone()) {
                let warning = self.definition.document.warning(key, format!("duplicate key {name:?}"));
                self.diagnostics.push(warning);
            }
            match name.to_lowercase().as_str() {
                "description" => self.description(value),
                "imports" => self.imports(value),
                "values" => self.values(value),
                _ => self.unknown_field(key, &name),
            }
        }
    }

    fn unknown_field(&mut self, key: SynId, name: &str) {
        let mut fields = FIELDS;
        fields.sort_by_key(|field| strsim::levenshtein(&name.to_lowercase(), field));
        let [first, second, third] = fields;
        let summary = format!(
            "Field '{name}' does not exist on Object 'environment'. Existing fields are: '{first}', '{second}', '{third}'"
        );
        let warning = self.definition.document.warning(key, summary);
        self.diagnostics.push(warning);
    }

    fn description(&mut self, value: SynId) {
        let expr = self.expr(value);
        if !matches!(self.definition.expr(expr).kind, ExprKind::Text(_) | ExprKind::Missing) {
            self.error(value, "description must be a string");
        }
    }

    fn imports(&mut self, value: SynId) {
        let SynKind::List(items) = &self.definition.document.node(value).kind else {
            return self.error(value, "imports must be a list");
        };
        let mut imports = Vec::new();
        for item in items.clone() {
            match self.import(item) {
                Ok(import) => imports.push(import),
                Err(summary) => self.error(item, summary),
            }
        }
        self.definition.imports = imports;
    }

    fn import(&mut self, item: SynId) -> Result<Import, &'static str> {
        if let SynKind::Text = self.definition.document.node(item).kind {
            return Ok(Import { syn: item, name: self.raw(item), merge: true });
        }
        let pairs = self.pairs(item).ok_or("import must be a string or an object")?;
        let [(key, options)] = pairs[..] else {
            return Err("import must have a single key");
        };
        let mut merge = true;
        for (option, value) in self.pairs(options).ok_or("import must be an object")? {
            if self.raw(option).eq_ignore_ascii_case("merge") {
                match self.definition.document.node(value).kind {
                    SynKind::Bool(wanted) => merge = wanted,
                    _ => self.error(value, "merge must be a boolean value"),
                }
            }
        }
        Ok(Import { syn: key, name: self.raw(key), merge })
    }

    fn values(&mut self, value: SynId) {
        let Some(pairs) = self.pairs(value) else {
            return self.error(value, "values must be an object");
        };
        let mut properties = Properties::new();
        for (key, value) in pairs {
            let name = self.raw(key);
            if name.starts_with("fn::") {
                self.error(key, format!("builtin function call {name:?} not allowed at the top level"));
            }
            let expr = self.expr(value);
            if RESERVED.contains(&&*name) {
                let error = self.definition.document.error(key, format!("{name:?} is a reserved key"));
                self.definition.late.push(error);
            } else {
                self.insert(&mut properties, key, name, expr);
            }
        }
        self.definition.values = properties;
    }

    fn insert(&mut self, properties: &mut Properties, key: SynId, name: String, expr: ExprId) {
        match properties.entry(name.into()) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(expr);
            }
            std::collections::btree_map::Entry::Occupied(taken) => {
                let summary = format!("duplicate key {:?}", taken.key());
                let error = self.definition.document.error(key, summary);
                self.definition.late.push(error);
            }
        }
    }

    fn expr(&mut self, syn: SynId) -> ExprId {
        let kind = match &self.definition.document.node(syn).kind {
            SynKind::Null => ExprKind::Null,
            SynKind::Bool(value) => ExprKind::Bool(*value),
            SynKind::Number(number) => ExprKind::Number(number.clone()),
            SynKind::Text => self.text(syn),
            SynKind::List(items) => {
                let items = items.clone();
                ExprKind::List(items.into_iter().map(|item| self.expr(item)).collect())
            }
            SynKind::Map(pairs) => {
                let pairs = pairs.clone();
                self.call(syn, &pairs).unwrap_or_else(|| self.object(pairs))
            }
        };
        self.add(syn, kind)
    }

    fn add(&mut self, syn: SynId, kind: ExprKind) -> ExprId {
        self.definition.expressions.push(Expr { syn, kind });
        (self.definition.expressions.len() - 1) as ExprId
    }

    fn text(&mut self, syn: SynId) -> ExprKind {
        let mut parts = interpolation(&self.definition.document, syn, self.diagnostics);
        let first = parts.first_mut().map(|part| (part.text.is_empty(), part.access.is_some()));
        match (parts.len(), first) {
            (0, _) => ExprKind::Text(Box::default()),
            (1, Some((_, false))) => ExprKind::Text(std::mem::take(&mut parts[0].text).into()),
            (1, Some((true, true))) => ExprKind::Symbol(parts[0].access.take().unwrap_or_default()),
            _ => ExprKind::Interpolation(parts),
        }
    }

    fn object(&mut self, pairs: Vec<(SynId, SynId)>) -> ExprKind {
        let mut properties = Properties::new();
        for (key, value) in pairs {
            let name = match self.text(key) {
                ExprKind::Text(name) => Some(name),
                _ => {
                    self.error(key, "object keys must be strings");
                    None
                }
            };
            let expr = self.expr(value);
            if let Some(name) = name {
                self.insert(&mut properties, key, name.into(), expr);
            }
        }
        ExprKind::Object(properties)
    }

    /// The object as a call of a function, if it is one.
    fn call(&mut self, syn: SynId, pairs: &[(SynId, SynId)]) -> Option<ExprKind> {
        let [(key, value)] = *pairs else {
            for (key, _) in pairs {
                let name = self.raw(*key);
                if name.starts_with("fn::") {
                    self.error(
                        syn,
                        format!(
                            "illegal call to builtin function: {name:?} must be the only key within its containing object"
                        ),
                    );
                }
            }
            return None;
        };
        let name = self.raw(key);
        if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            return Some(self.function(*function, value));
        }
        match name.as_str() {
            "fn::secret" => Some(self.secret(value)),
            "fn::validate" => Some(self.validate(value)),
            "fn::open" => Some(self.open(value, None, false)),
            "fn::rotate" => Some(self.open(value, None, true)),
            _ => self.short_call(syn, key, value, &name),
        }
    }

    fn short_call(&mut self, syn: SynId, key: SynId, value: SynId, name: &str) -> Option<ExprKind> {
        if let Some(provider) = name.strip_prefix("fn::open::") {
            let inputs = self.expr(value);
            return Some(ExprKind::Open { provider: provider.into(), inputs, state: None });
        }
        if let Some(provider) = name.strip_prefix("fn::rotate::") {
            return Some(self.open(value, Some(provider.into()), true));
        }
        if name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("fn::")) {
            let document = &self.definition.document;
            let path = document.path(syn);
            let error = Diagnostic::error("'fn::' is a reserved prefix", path, Some(document.range(key)));
            self.diagnostics.push(error);
        }
        None
    }

    fn function(&mut self, function: Function, value: SynId) -> ExprKind {
        let argument = self.expr(value);
        let elements = match &self.definition.expr(argument).kind {
            ExprKind::List(elements) => Some(elements.clone()),
            _ => None,
        };
        match (function, elements.as_deref()) {
            (Function::Concat, None) => {
                self.error(value, "the argument to fn::concat must be an array of arrays");
                ExprKind::Missing
            }
            (Function::Join | Function::Split, Some(&[first, second])) => ExprKind::Pair(function, first, second),
            (Function::Join | Function::Split, _) => {
                let name = if function == Function::Join { "fn::join" } else { "fn::split" };
                self.error(value, format!("the argument to {name} must be a two-valued list"));
                ExprKind::Missing
            }
            _ => ExprKind::Call(function, argument),
        }
    }

    fn secret(&mut self, value: SynId) -> ExprKind {
        if let Some(&[(key, inner)]) = self.pairs(value).as_deref()
            && &*self.definition.document.node(key).raw == "ciphertext"
            && let ExprKind::Text(ciphertext) = self.probe(inner)
        {
            return ExprKind::Ciphertext(ciphertext);
        }
        let argument = self.expr(value);
        if !matches!(self.definition.expr(argument).kind, ExprKind::Text(_)) {
            self.error(value, "secret values must be string literals");
        }
        ExprKind::Secret(argument)
    }

    /// What a node would parse to, if it is a text; its errors are not kept.
    fn probe(&mut self, syn: SynId) -> ExprKind {
        if !matches!(self.definition.document.node(syn).kind, SynKind::Text) {
            return ExprKind::Missing;
        }
        let kept = self.diagnostics.len();
        let kind = self.text(syn);
        self.diagnostics.truncate(kept);
        kind
    }

    fn validate(&mut self, value: SynId) -> ExprKind {
        let argument = self.expr(value);
        let ExprKind::Object(properties) = &self.definition.expr(argument).kind else {
            self.error(value, "the argument to fn::validate must be an object containing 'schema' and 'value'");
            return ExprKind::Missing;
        };
        let (schema, checked) = (properties.get("schema").copied(), properties.get("value").copied());
        for (name, found) in [("schema", schema), ("value", checked)] {
            if found.is_none() {
                self.error(value, format!("missing required property '{name}'"));
            }
        }
        match (schema, checked) {
            (Some(schema), Some(value)) => ExprKind::Validate { schema, value },
            _ => ExprKind::Missing,
        }
    }

    /// `fn::open` and both forms of `fn::rotate`: an object of provider, inputs and state.
    fn open(&mut self, value: SynId, provider: Option<String>, rotate: bool) -> ExprKind {
        let argument = self.expr(value);
        let ExprKind::Object(properties) = &self.definition.expr(argument).kind else {
            let words = match (rotate, provider) {
                (false, _) => "the argument to fn::open must be an object containing 'provider' and 'inputs'",
                (true, None) => {
                    "the argument to fn::rotate must be an object containing 'provider', 'inputs' and 'state'"
                }
                (true, Some(_)) => "the argument to fn::rotate must be an object containing 'inputs' and 'state'",
            };
            self.error(value, words);
            return ExprKind::Missing;
        };
        let find = |name: &str| properties.get(name).copied();
        let (named, inputs, state) = (find("provider"), find("inputs"), find("state").filter(|_| rotate));
        let provider = provider.or_else(|| self.provider(value, named));
        if inputs.is_none() {
            self.error(value, "missing provider inputs ('inputs')");
        }
        if let Some(state) = state
            && !matches!(self.definition.expr(state).kind, ExprKind::Object(_))
        {
            let syn = self.definition.expr(state).syn;
            self.error(syn, "rotation state must be an object literal");
        }
        match (provider, inputs) {
            (Some(provider), Some(inputs)) => ExprKind::Open { provider, inputs, state },
            _ => ExprKind::Missing,
        }
    }

    fn provider(&mut self, value: SynId, named: Option<ExprId>) -> Option<String> {
        let Some(named) = named else {
            self.error(value, "missing provider name ('provider')");
            return None;
        };
        let expr = self.definition.expr(named);
        if let ExprKind::Text(name) = &expr.kind {
            return Some(name.to_string());
        }
        let syn = expr.syn;
        self.error(syn, "provider name must be a string literal");
        None
    }

    fn pairs(&self, syn: SynId) -> Option<Vec<(SynId, SynId)>> {
        match &self.definition.document.node(syn).kind {
            SynKind::Map(pairs) => Some(pairs.clone()),
            _ => None,
        }
    }

    fn raw(&self, syn: SynId) -> String {
        self.definition.document.node(syn).raw.to_string()
    }

    fn error(&mut self, syn: SynId, summary: impl Into<String>) {
        let error = self.definition.document.error(syn, summary);
        self.diagnostics.push(error);
    }
}
