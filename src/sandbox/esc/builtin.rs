//! What each function of the definition language does.
//!
//! Words and rules are those of pulumi/esc `eval/eval.go` (v0.25.0). Providers are
//! not run: they answer what they were told to, and are unknown otherwise.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::envelope;
use super::evaluate::{Evaluation, Mode, Scripted, Spot};
use super::expression::{ExprId, ExprKind, Function};
use super::value::{Object, Repr, Shape, Value, plain_json};

impl Evaluation<'_> {
    pub(super) fn builtin(&mut self, spot: Spot, kind: &ExprKind) -> Arc<Value> {
        match kind {
            ExprKind::Secret(argument) => {
                let value = self.argument(spot, *argument);
                Arc::new((*value).clone().secret(true))
            }
            ExprKind::Ciphertext(text) => self.ciphertext(spot, text),
            ExprKind::Call(function, argument) => self.call(spot, *function, *argument),
            ExprKind::Pair(Function::Join, delimiter, values) => self.join(spot, *delimiter, *values),
            ExprKind::Pair(_, delimiter, text) => self.split(spot, *delimiter, *text),
            ExprKind::Open { provider, inputs, state } => self.open(spot, provider, *inputs, *state),
            ExprKind::Validate { schema, value } => self.validate(spot, *schema, *value),
            _ => self.unknown(spot, Shape::Any),
        }
    }

    fn argument(&mut self, spot: Spot, expr: ExprId) -> Arc<Value> {
        self.expr(Spot { expr, ..spot }, None)
    }

    fn ciphertext(&mut self, spot: Spot, text: &str) -> Arc<Value> {
        let opened =
            envelope::unwrap(text).map_err(|error| format!("invalid ciphertext: {error}")).and_then(|sealed| {
                if self.mode == (Mode::Check { show_secrets: false }) {
                    return Ok(None);
                }
                let plaintext = self.surroundings.decrypt(&sealed);
                plaintext.map(Some).ok_or_else(|| "decrypting: the ciphertext belongs to another key".to_owned())
            });
        match opened {
            Ok(Some(plaintext)) => {
                let text = Repr::Text(text_of(&plaintext).into());
                Arc::new(Value::new(self.range(spot), text).secret(true))
            }
            Ok(None) => Arc::new(Value::unknown(self.range(spot), Shape::Text).secret(true)),
            Err(summary) => {
                self.error(spot, summary);
                Arc::new(Value::unknown(self.range(spot), Shape::Text).secret(true))
            }
        }
    }

    fn call(&mut self, spot: Spot, function: Function, argument: ExprId) -> Arc<Value> {
        let value = self.argument(spot, argument);
        let at = Spot { expr: argument, ..spot };
        match function {
            Function::Concat => self.concat(spot, at, &value),
            Function::Final => {
                let mut passed = self.passed(spot, &value);
                passed.last = true;
                Arc::new(passed)
            }
            Function::ToJson if value.has_unknown() => self.pending(spot, &value, Shape::Text),
            Function::ToJson => self.text(spot, plain_json(&value), value.has_secret()),
            Function::ToText => {
                let (text, unknown, secret) = value.to_text();
                if unknown {
                    return Arc::new(Value::unknown(self.range(spot), Shape::Text).secret(secret));
                }
                self.text(spot, text, secret)
            }
            _ => self.of_text(spot, function, at, &value),
        }
    }

    /// The functions whose argument must be a text.
    fn of_text(&mut self, spot: Spot, function: Function, at: Spot, value: &Arc<Value>) -> Arc<Value> {
        let shape = if function == Function::FromJson { Shape::Any } else { Shape::Text };
        if !self.is_text(at, value) {
            return self.unknown(spot, shape);
        }
        let (Repr::Text(text), false) = (&value.repr, value.unknown) else {
            return self.pending(spot, value, shape);
        };
        match function {
            Function::ToBase64 => self.text(spot, STANDARD.encode(text.as_bytes()), value.secret),
            Function::FromBase64 => match decode(text) {
                Ok(bytes) => self.text(spot, text_of(&bytes), value.secret),
                Err(at) => {
                    let summary = format!("decoding base64 string: illegal base64 data at input byte {at}");
                    self.error(spot, summary);
                    self.pending(spot, value, shape)
                }
            },
            _ => self.parsed_json(spot, text, value),
        }
    }

    fn parsed_json(&mut self, spot: Spot, text: &str, value: &Arc<Value>) -> Arc<Value> {
        let first = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>().next();
        match first {
            Some(Ok(json)) => self.unexport(spot, &json, value.secret),
            _ => {
                // The parser's own words may quote the text, which may be secret.
                self.error(spot, "decoding JSON string: invalid JSON");
                self.pending(spot, value, Shape::Any)
            }
        }
    }

    fn join(&mut self, spot: Spot, delimiter: ExprId, values: ExprId) -> Arc<Value> {
        let (separator, list) = (self.argument(spot, delimiter), self.argument(spot, values));
        let texts = self.is_text(Spot { expr: delimiter, ..spot }, &separator);
        if !self.is_list(Spot { expr: values, ..spot }, &list) || !texts {
            return self.unknown(spot, Shape::Text);
        }
        let secret = separator.has_secret() || list.has_secret();
        let (Repr::List(items), Repr::Text(separator)) = (&list.repr, &separator.repr) else {
            return Arc::new(Value::unknown(self.range(spot), Shape::Text).secret(secret));
        };
        let sound = items.iter().enumerate().all(|(at, item)| self.is_text(self.element(spot, values, at), item));
        if !sound || list.has_unknown() {
            return Arc::new(Value::unknown(self.range(spot), Shape::Text).secret(secret && sound));
        }
        let parts: Vec<_> = items.iter().map(|item| item.to_text().0).collect();
        self.text(spot, parts.join(separator), secret)
    }

    fn split(&mut self, spot: Spot, delimiter: ExprId, text: ExprId) -> Arc<Value> {
        let (separator, whole) = (self.argument(spot, delimiter), self.argument(spot, text));
        let first = self.is_text(Spot { expr: delimiter, ..spot }, &separator);
        if !self.is_text(Spot { expr: text, ..spot }, &whole) || !first {
            return self.unknown(spot, Shape::List);
        }
        let secret = separator.secret || whole.secret;
        let (Repr::Text(separator), Repr::Text(text), false) =
            (&separator.repr, &whole.repr, separator.unknown || whole.unknown)
        else {
            return Arc::new(Value::unknown(self.range(spot), Shape::List).secret(secret));
        };
        let parts: Vec<String> = if separator.is_empty() {
            text.chars().map(String::from).collect()
        } else {
            text.split(&**separator).map(str::to_owned).collect()
        };
        let parts = parts.into_iter().map(|part| self.literal(spot, Repr::Text(part.into()))).collect();
        Arc::new(Value::new(self.range(spot), Repr::List(Arc::new(parts))).secret(secret))
    }

    fn concat(&mut self, spot: Spot, at: Spot, value: &Arc<Value>) -> Arc<Value> {
        let (Repr::List(lists), false) = (&value.repr, value.unknown) else {
            return self.pending(spot, value, Shape::List);
        };
        let mut all = Vec::new();
        let mut sound = true;
        for (index, list) in lists.iter().enumerate() {
            sound &= self.is_list(self.element(spot, at.expr, index), list);
            if let Repr::List(items) = &list.repr {
                all.extend(items.iter().cloned());
            }
        }
        if !sound {
            return self.unknown(spot, Shape::List);
        }
        if value.has_unknown() {
            return self.pending(spot, value, Shape::List);
        }
        Arc::new(Value::new(self.range(spot), Repr::List(Arc::new(all))).secret(value.has_secret()))
    }

    fn open(&mut self, spot: Spot, provider: &str, inputs: ExprId, state: Option<ExprId>) -> Arc<Value> {
        let inputs = self.argument(spot, inputs);
        let state = state.map(|state| self.argument(spot, state));
        let pending = inputs.has_unknown() || state.is_some_and(|state| state.has_unknown());
        if pending || self.mode != Mode::Open {
            return self.unknown(spot, Shape::Any);
        }
        match self.surroundings.provider(provider).cloned() {
            None => self.unknown(spot, Shape::Any),
            Some(Scripted::Error(summary)) => self.failed(spot, summary, Shape::Any),
            Some(Scripted::Value { value, secret }) => self.unexport(spot, &value, secret),
        }
    }

    /// Checks the `type` of the schema, if it names one; the value passes either way.
    fn validate(&mut self, spot: Spot, schema: ExprId, value: ExprId) -> Arc<Value> {
        let schema = self.argument(spot, schema);
        let checked = self.argument(spot, value);
        if let Some(Repr::Text(wanted)) = schema.property("type").map(|wanted| wanted.repr.clone())
            && !checked.unknown
            && *wanted != *checked.type_name()
        {
            let summary = format!("expected {wanted}, got {}", checked.type_name());
            self.error(Spot { expr: value, ..spot }, summary);
        }
        Arc::new(self.passed(spot, &checked))
    }

    fn passed(&self, spot: Spot, value: &Value) -> Value {
        let secret = value.has_secret();
        value.defined_at(self.range(spot)).secret(secret)
    }

    fn text(&self, spot: Spot, text: String, secret: bool) -> Arc<Value> {
        Arc::new(Value::new(self.range(spot), Repr::Text(text.into())).secret(secret))
    }

    /// Unknown because an argument is; secret if that is.
    fn pending(&self, spot: Spot, value: &Value, shape: Shape) -> Arc<Value> {
        Arc::new(Value::unknown(self.range(spot), shape).secret(value.has_secret()))
    }

    /// JSON as values that are all defined at one expression.
    fn unexport(&self, spot: Spot, json: &serde_json::Value, secret: bool) -> Arc<Value> {
        let repr = match json {
            serde_json::Value::Null => Repr::Null,
            serde_json::Value::Bool(value) => Repr::Bool(*value),
            serde_json::Value::Number(number) => Repr::Number(number.to_string().into()),
            serde_json::Value::String(text) => Repr::Text(text.as_str().into()),
            serde_json::Value::Array(items) => {
                Repr::List(Arc::new(items.iter().map(|item| self.unexport(spot, item, secret)).collect()))
            }
            serde_json::Value::Object(map) => {
                let pairs =
                    map.iter().map(|(key, value)| (Arc::from(key.as_str()), self.unexport(spot, value, secret)));
                Repr::Object(Arc::new(pairs.collect::<Object>()))
            }
        };
        Arc::new(Value::new(self.range(spot), repr).secret(secret))
    }

    /// The expression of a list's element where it is written out; the list's own otherwise.
    fn element(&self, spot: Spot, list: ExprId, at: usize) -> Spot {
        match &self.definition(spot).expr(list).kind {
            ExprKind::List(items) => Spot { expr: items.get(at).copied().unwrap_or(list), ..spot },
            _ => Spot { expr: list, ..spot },
        }
    }

    fn is_text(&mut self, at: Spot, value: &Value) -> bool {
        self.is_a(at, value, Shape::Text, "string", matches!(value.repr, Repr::Text(_)))
    }

    fn is_list(&mut self, at: Spot, value: &Value) -> bool {
        self.is_a(at, value, Shape::List, "array", matches!(value.repr, Repr::List(_)))
    }

    fn is_a(&mut self, at: Spot, value: &Value, shape: Shape, wanted: &str, is: bool) -> bool {
        let found = match (value.unknown, value.shape) {
            (false, _) if is => return true,
            (true, Shape::Any) => return true,
            (true, other) if other == shape => return true,
            (true, Shape::Text) => "string",
            (true, Shape::List) => "array",
            (false, _) => value.type_name(),
        };
        self.error(at, format!("expected {wanted}, got {found}"));
        false
    }
}

/// Go's standard decoder: line breaks are skipped, padding is required.
fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let text = envelope::unbroken(text);
    STANDARD.decode(&*text).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol { offset: at, .. } => at,
        _ => text.len(),
    })
}

/// Bytes as the service's JSON shows them: one U+FFFD for each byte that is not UTF-8.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('\u{FFFD}', chunk.invalid().len()));
    }
    text
}
