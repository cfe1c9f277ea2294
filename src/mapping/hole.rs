//! Holes in the templates of a probe: `{part}`, `{part|default}` where it may be absent, `{user:password}`.
//!
//! Braces around anything else stay as they are; what only looks like a hole can be told apart from them.

/// What stands between two braces.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hole<'t> {
    pub name: &'t str,
    /// The password of a Basic pair; empty: none.
    pub second: Option<&'t str>,
    pub default: Option<&'t str>,
}

impl<'t> Hole<'t> {
    pub fn read(inside: &'t str) -> Option<Self> {
        let (names, default) = match inside.split_once('|') {
            Some((names, default)) => (names, Some(default)),
            None => (inside, None),
        };
        let (name, second) = match names.split_once(':') {
            Some((name, second)) => (name, Some(second)),
            None => (names, None),
        };
        let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (!name.is_empty() && word(name) && second.is_none_or(word)).then_some(Self { name, second, default })
    }

    /// All holes of a template, in their order.
    pub fn all(template: &'t str) -> impl Iterator<Item = Self> {
        insides(template).filter_map(Self::read)
    }

    /// The parts that fill it.
    pub fn parts(self) -> impl Iterator<Item = &'t str> {
        std::iter::once(self.name).chain(self.second.filter(|second| !second.is_empty()))
    }
}

/// What looks like a hole and is none, since no part can be named so.
pub(super) fn stray(template: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte);
    insides(template).find(|inside| !inside.is_empty() && inside.bytes().all(plain) && Hole::read(inside).is_none())
}

/// The template with a blank in the place of each hole.
pub(super) fn without_holes(template: &str) -> String {
    let mut rest = String::with_capacity(template.len());
    for (at, piece) in template.split('{').enumerate() {
        match piece.split_once('}').filter(|(inside, _)| at > 0 && Hole::read(inside).is_some()) {
            Some((_, after)) => {
                rest.push(' ');
                rest.push_str(after);
            }
            None => {
                if at > 0 {
                    rest.push('{');
                }
                rest.push_str(piece);
            }
        }
    }
    rest
}

fn insides(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_told_from_other_braces() {
        let names = |template| Hole::all(template).flat_map(Hole::parts).collect::<Vec<_>>();
        assert_eq!(names("Basic {USER:value} {value:} {a|b}"), ["USER", "value", "value", "a"]);
        assert_eq!(names(r#"{"u":"{value}","q":"{ me { id } }"}"#), ["value"]);
        assert_eq!(stray("Bearer {MY-TOKEN}"), Some("MY-TOKEN"));
        assert_eq!(stray(r#"{"q":"{ me { id } }","e":{}}"#), None);
        assert_eq!(without_holes(r#"{"a":"x{value}y{z"#), r#"{"a":"x y{z"#);
    }
}
