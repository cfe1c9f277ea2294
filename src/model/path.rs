//! The path of a value inside an ESC environment, relative to `values`.

use std::{fmt, str::FromStr, sync::Arc};

/// A path such as `ai.openai.api_key`, `m["x.y"].z` or `list[0]`.
///
/// The grammar is that of Pulumi's property paths (`pulumi/pulumi`
/// `sdk/go/common/resource/properties_path.go`): elements parted by dots, a
/// bracketed quoted key with `\"` as its only escape, a bracketed index.
///
/// A copy shares the elements: an entry and its findings speak of one path.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EscPath(Arc<[Segment]>);

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Segment {
    Index(u32),
    Key(Box<str>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathError {
    #[error("the path is empty")]
    Empty,
    #[error("the path has an empty element")]
    EmptyElement,
    #[error("a wildcard is not a place")]
    Wildcard,
    #[error("the path has an open bracket or quote that is never closed")]
    Unclosed,
    #[error("a bracket holds a quoted key or a number")]
    BadIndex,
}

impl EscPath {
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, tail) = if let Some(inner) = rest.strip_prefix('[') {
                bracketed(inner)?
            } else {
                let start = if segments.is_empty() { rest } else { rest.strip_prefix('.').unwrap_or(rest) };
                let end = start.find(['.', '[']).unwrap_or(start.len());
                if end == 0 {
                    return Err(PathError::EmptyElement);
                }
                (Segment::Key(start[..end].into()), &start[end..])
            };
            if tail == "." {
                return Err(PathError::EmptyElement);
            }
            segments.push(segment);
            rest = tail;
        }
        Ok(Self(segments.into()))
    }

    /// The path of one key at the root.
    pub fn of_key(key: Box<str>) -> Self {
        Self([Segment::Key(key)].into())
    }

    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The path of the first `length` elements; the whole path if it has no more.
    pub fn start(&self, length: usize) -> Self {
        Self(self.0[..length.min(self.0.len())].into())
    }

    /// The path one element further.
    pub fn then(&self, segment: Segment) -> Self {
        Self(self.0.iter().cloned().chain([segment]).collect())
    }

    /// Whether `self` is a proper ancestor of `other`.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        self.0.len() < other.0.len() && other.0.starts_with(&self.0)
    }
}

fn bracketed(inner: &str) -> Result<(Segment, &str), PathError> {
    if let Some(quoted) = inner.strip_prefix('"') {
        let mut key = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if quoted[at + 1..].starts_with('"') => {
                    key.push('"');
                    characters.next();
                }
                '"' => {
                    let tail = quoted[at + 1..].strip_prefix(']').ok_or(PathError::Unclosed)?;
                    return Ok((Segment::Key(key.into()), tail));
                }
                other => key.push(other),
            }
        }
        return Err(PathError::Unclosed);
    }
    let end = inner.find(']').ok_or(PathError::Unclosed)?;
    let (body, tail) = (&inner[..end], &inner[end + 1..]);
    if body == "*" {
        return Err(PathError::Wildcard);
    }
    let index = body.parse().map_err(|_| PathError::BadIndex)?;
    Ok((Segment::Index(index), tail))
}

impl FromStr for EscPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl fmt::Display for EscPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                    write!(f, "[\"{}\"]", key.replace('"', "\\\""))?;
                }
                Segment::Key(key) if at == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_round_trip() {
        for text in ["a", "a.b-c.d/e", "m[\"x.y\"].z[1]", "[\"a\\\"b\"]", "list[0].k", "aws:region"] {
            assert_eq!(EscPath::parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn paths_that_are_no_place() {
        let cases = [
            ("", PathError::Empty),
            (".a", PathError::EmptyElement),
            ("a..b", PathError::EmptyElement),
            ("a.", PathError::EmptyElement),
            ("a[*]", PathError::Wildcard),
            ("a[", PathError::Unclosed),
            ("a[\"b]", PathError::Unclosed),
            ("a[x]", PathError::BadIndex),
        ];
        for (text, expected) in cases {
            assert_eq!(EscPath::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_proper_ancestor() {
        let path = |text| EscPath::parse(text).expect("legal");
        assert!(path("a.b").is_prefix_of(&path("a.b.c")));
        assert!(!path("a.b").is_prefix_of(&path("a.b")));
        assert!(!path("a.b").is_prefix_of(&path("a.bc")));
    }
}
