//! The mapping's JSON Schema, made from the field table.
//!
//! Editors complete and check by it. It is weaker than `load`, which also sees entries
//! together. Whatever `load` accepts the schema accepts, as long as texts that look like
//! numbers are quoted: an editor takes them for numbers, `load` never does.

use serde_json::{Map, Value, json};

use super::schema::{self, Field, Object, Shape};

/// Draft 2020-12; kept in `docs/mapping.schema.json`.
pub fn json_schema() -> Value {
    let definitions: Map<String, Value> =
        schema::objects().iter().map(|object| (object.id.to_owned(), of_object(object))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "esc-sync mapping, version 1",
        "$ref": format!("#/$defs/{}", schema::FILE.id),
        "$defs": definitions,
    })
}

fn of_object(object: &Object) -> Value {
    let properties: Map<String, Value> =
        object.fields.iter().map(|field| (field.name.to_owned(), of_field(field))).collect();
    json!({
        "title": object.title.replace('`', ""),
        "type": "object",
        "properties": properties,
        "patternProperties": { "^x-": true, "^\\$schema$": true },
        "required": object.required,
        "additionalProperties": false,
    })
}

fn of_field(field: &Field) -> Value {
    let mut value = of_shape(&field.shape);
    value["description"] = field.doc.replace('`', "").into();
    value
}

fn of_shape(shape: &Shape) -> Value {
    match shape {
        Shape::Any => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[1-9][0-9]{0,4}[dw]$" }),
        Shape::Environment => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$" })
        }
        Shape::False => json!({ "const": false }),
        Shape::GithubName => json!({ "type": "string", "pattern": NAME, "maxLength": 255 }),
        Shape::Interval => json!({ "type": "string", "pattern": "^[1-9][0-9]{0,4}[mhdw]$" }),
        Shape::Integer(from, to) if from == to => json!({ "const": from }),
        Shape::Integer(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Shape::List(item) => json!({ "type": "array", "items": of_shape(item) }),
        Shape::MapOf(Shape::OneOf(shapes)) if is_entry(shapes) => {
            let mut map = map_of(&Shape::OneOf(shapes));
            map["propertyNames"] = json!({ "pattern": NAME, "maxLength": 255 });
            map["minProperties"] = 1.into();
            map
        }
        Shape::MapOf(value) => map_of(value),
        Shape::Object(object) => json!({ "$ref": format!("#/$defs/{}", object.id) }),
        Shape::OneOf(shapes) => json!({ "anyOf": shapes.iter().map(of_shape).collect::<Vec<_>>() }),
        Shape::Organization => json!({ "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_-]{0,38}$" }),
        Shape::Path => json!({ "type": "string", "minLength": 1, "not": { "pattern": "^values(\\.|\\[|$)" } }),
        Shape::Repository => json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$" }),
        Shape::Text => json!({ "type": "string", "minLength": 1 }),
        Shape::Words(words) => json!({ "enum": words() }),
    }
}

/// What GitHub takes as a name; the first part keeps out `GITHUB_` in any case.
const NAME: &str = "^(?![Gg][Ii][Tt][Hh][Uu][Bb]_)[A-Za-z_][A-Za-z0-9_]*$";

fn map_of(value: &Shape) -> Value {
    json!({ "type": "object", "additionalProperties": of_shape(value) })
}

fn is_entry(shapes: &[Shape]) -> bool {
    shapes.iter().any(|shape| matches!(shape, Shape::Object(object) if object.knows("aliases")))
}
