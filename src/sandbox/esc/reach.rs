//! Follows the path inside `${…}`: through expressions that need not be evaluated
//! whole, then through values.
//!
//! A property that an object lacks is looked for in what the object overrides, as
//! JSON merge patch wants it (pulumi/esc `eval/eval.go`, v0.25.0).

use std::{rc::Rc, sync::Arc};

use super::access::{AccessKey, Accessor};
use super::diagnostic::Diagnostic;
use super::evaluate::{Evaluation, Spot};
use super::expression::{ExprId, ExprKind, Properties};
use super::value::{Object, Repr, Shape, Value};

/// Where the walk through expressions stands: at the values of the scope, or at one expression.
enum Receiver {
    Expr(ExprId),
    Root,
}

impl Evaluation<'_> {
    /// The value a reference names; unknown, with an error noted, if there is none.
    pub(super) fn reach(&mut self, spot: Spot, access: &[Accessor]) -> Arc<Value> {
        let root = access.first().and_then(|first| match &first.key {
            AccessKey::Name(name) => Some(name.as_str()),
            AccessKey::Index(_) => None,
        });
        match root {
            Some("imports") => self.within(spot, Arc::clone(&self.scopes[spot.scope].imports), &access[1..]),
            Some("context") => self.within(spot, Arc::clone(&self.scopes[spot.scope].context), &access[1..]),
            Some("environments") => self.environment_of(spot, access),
            _ => self.through(spot, access),
        }
    }

    /// `${environments.project.name.…}`: an environment that need not be imported.
    fn environment_of(&mut self, spot: Spot, access: &[Accessor]) -> Arc<Value> {
        let [_, project, name, rest @ ..] = access else {
            return self.unknown(spot, Shape::Any);
        };
        let (Some(project), Some(name)) = (self.key(spot, project), self.key(spot, name)) else {
            return self.unknown(spot, Shape::Any);
        };
        let (at, path) = (self.range(spot), self.path(spot));
        match self.import(&format!("{project}/{name}"), &at, &|| path.clone()) {
            Some(value) => self.within(spot, value, rest),
            None => self.unknown(spot, Shape::Any),
        }
    }

    /// Walks the expressions of the reference's own environment.
    fn through(&mut self, spot: Spot, access: &[Accessor]) -> Arc<Value> {
        let definition = Rc::clone(self.definition(spot));
        let mut receiver = Receiver::Root;
        let mut base = self.scopes[spot.scope].base.clone();
        let mut rest = access;
        while let [accessor, tail @ ..] = rest {
            let kind = match receiver {
                Receiver::Root => None,
                Receiver::Expr(id) => Some(&definition.expr(id).kind),
            };
            receiver = match kind {
                None | Some(ExprKind::Object(_)) => {
                    let properties = match kind {
                        Some(ExprKind::Object(properties)) => properties,
                        _ => &definition.values,
                    };
                    let Some(key) = self.key(spot, accessor) else {
                        return self.unknown(spot, Shape::Any);
                    };
                    let Some(expr) = properties.get(key) else {
                        return self.inherited(spot, base, rest, key, properties);
                    };
                    base = base.and_then(|base| base.property(key));
                    Receiver::Expr(*expr)
                }
                Some(ExprKind::List(items)) => match self.index(spot, accessor, items.len()) {
                    Some(index) => {
                        base = None;
                        Receiver::Expr(items[index])
                    }
                    None => return self.unknown(spot, Shape::Any),
                },
                Some(ExprKind::Secret(argument)) => {
                    // A secret is transparent to accessors.
                    base = None;
                    receiver = Receiver::Expr(*argument);
                    continue;
                }
                Some(_) => {
                    let Receiver::Expr(expr) = receiver else { break };
                    let value = self.expr(Spot { expr, ..spot }, base.as_ref());
                    return self.within(spot, value, rest);
                }
            };
            rest = tail;
        }
        match receiver {
            Receiver::Expr(expr) => self.expr(Spot { expr, ..spot }, base.as_ref()),
            Receiver::Root => self.unknown(spot, Shape::Any),
        }
    }

    fn inherited(
        &mut self,
        spot: Spot,
        base: Option<Arc<Value>>,
        rest: &[Accessor],
        key: &str,
        properties: &Properties,
    ) -> Arc<Value> {
        match base {
            Some(base) if base.may_be_object() => self.within(spot, base, rest),
            _ => {
                let nearest = nearest(key, properties.keys().map(|name| &**name));
                self.accessor_error(spot, &rest[0], format!("unknown property {key:?}{nearest}"));
                self.unknown(spot, Shape::Any)
            }
        }
    }

    /// Walks a value.
    fn within(&mut self, spot: Spot, value: Arc<Value>, access: &[Accessor]) -> Arc<Value> {
        let mut receiver = value;
        for (at, accessor) in access.iter().enumerate() {
            let next = if receiver.unknown {
                self.beyond(spot, &receiver, accessor)
            } else {
                match &receiver.repr {
                    Repr::List(items) => self.index(spot, accessor, items.len()).map(|index| Arc::clone(&items[index])),
                    Repr::Object(object) => match self.own(spot, &receiver, object, accessor) {
                        Ok(found) => found,
                        Err(base) => return self.within(spot, base, &access[at..]),
                    },
                    _ => {
                        self.accessor_error(spot, accessor, "receiver must be an array or an object");
                        None
                    }
                }
            };
            match next {
                Some(next) => receiver = next,
                None => return self.unknown(spot, Shape::Any),
            }
        }
        receiver
    }

    /// A property of the object itself; `Err` with what it overrides, where the walk goes on.
    fn own(
        &mut self,
        spot: Spot,
        receiver: &Value,
        object: &Object,
        accessor: &Accessor,
    ) -> Result<Option<Arc<Value>>, Arc<Value>> {
        let Some(key) = self.key(spot, accessor) else {
            return Ok(None);
        };
        if let Some(found) = object.get(key) {
            return Ok(Some(Arc::clone(found)));
        }
        if let Some(base) = receiver.base.as_ref().filter(|base| base.may_be_object()) {
            return Err(Arc::clone(base));
        }
        let nearest = nearest(key, object.keys().map(|name| &**name));
        self.accessor_error(spot, accessor, format!("unknown property {key:?}{nearest}"));
        Ok(None)
    }

    /// Something inside an unknown value is unknown, unless it cannot have an inside.
    fn beyond(&mut self, spot: Spot, receiver: &Value, accessor: &Accessor) -> Option<Arc<Value>> {
        match receiver.shape {
            Shape::Any => Some(self.unknown(spot, Shape::Any)),
            Shape::List => self.index(spot, accessor, usize::MAX).map(|_| self.unknown(spot, Shape::Any)),
            Shape::Text => {
                self.accessor_error(spot, accessor, "receiver must be an array or an object");
                None
            }
        }
    }

    fn key<'a>(&mut self, spot: Spot, accessor: &'a Accessor) -> Option<&'a str> {
        match &accessor.key {
            AccessKey::Name(name) => Some(name),
            AccessKey::Index(_) => {
                self.accessor_error(spot, accessor, "cannot access an object property using an integer index");
                None
            }
        }
    }

    fn index(&mut self, spot: Spot, accessor: &Accessor, length: usize) -> Option<usize> {
        let summary = match accessor.key {
            AccessKey::Name(_) => "cannot access an array element using a property name".to_owned(),
            AccessKey::Index(index) if index < 0 => "array indices must not be negative".to_owned(),
            AccessKey::Index(index) => match usize::try_from(index) {
                Ok(index) if index < length => return Some(index),
                _ => format!("array index {index} out-of-bounds for array of length {length}"),
            },
        };
        self.accessor_error(spot, accessor, summary);
        None
    }

    fn accessor_error(&mut self, spot: Spot, accessor: &Accessor, summary: impl Into<String>) {
        let definition = self.definition(spot);
        let syn = definition.expr(spot.expr).syn;
        let document = &definition.document;
        let range = document.part(syn, accessor.from, accessor.to).unwrap_or_else(|| document.range(syn));
        let error = Diagnostic::error(summary, document.path(syn), Some(range));
        self.diagnostics.push(error);
    }
}

/// `; did you mean "…"?` for a name that is less than half wrong.
fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> String {
    let fold = |name: &str| name.to_lowercase().replace('_', "");
    let wanted = fold(wanted);
    let best = names.map(|name| (strsim::levenshtein(&wanted, &fold(name)), name)).min();
    match best {
        Some((distance, name)) if distance < wanted.len().div_ceil(2) => format!("; did you mean {name:?}?"),
        _ => String::new(),
    }
}
