//! A secret value: held, compared and wiped, never shown.

use std::{collections::HashMap, fmt};

use zeroize::Zeroizing;

/// Bytes that must not leave by accident.
///
/// It has no `Display`, no `Serialize`, no `PartialEq`, and a `Debug` that tells
/// nothing, not even a length:
///
/// ```compile_fail
/// let value = esc_sync::model::SecretValue::from("hunter2");
/// println!("{value}");
/// ```
/// ```compile_fail
/// let value = esc_sync::model::SecretValue::from("hunter2");
/// assert!(value == esc_sync::model::SecretValue::from("hunter2"));
/// ```
/// ```compile_fail
/// let value = esc_sync::model::SecretValue::from("hunter2");
/// serde_json::to_string(&value).unwrap();
/// ```
#[derive(Clone)]
pub struct SecretValue(Zeroizing<Box<[u8]>>);

impl SecretValue {
    /// Takes over a buffer that already holds the value; nothing is copied.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes.into_boxed_slice()))
    }

    /// The bytes themselves. Each caller says why it must see them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The value as text, if it is valid UTF-8. Each caller says why it must see it.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Equality in time that depends on the lengths alone.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(other.0.iter()).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0
    }
}

impl From<&str> for SecretValue {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes().to_vec())
    }
}

impl From<String> for SecretValue {
    fn from(text: String) -> Self {
        Self::from_bytes(text.into_bytes())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue")
    }
}

/// Sorts the holders of equal values into groups of two and more.
///
/// The values stay inside: what comes out are the keys that were handed in.
pub fn group_equal<'a, K>(holders: impl Iterator<Item = (K, &'a SecretValue)>) -> Vec<Vec<K>> {
    let mut groups: HashMap<&'a [u8], Vec<K>> = HashMap::new();
    let mut order = Vec::new();
    for (key, value) in holders {
        let group = groups.entry(value.expose()).or_insert_with(|| {
            order.push(value.expose());
            Vec::new()
        });
        group.push(key);
    }
    order.iter().filter_map(|bytes| groups.remove(bytes)).filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", SecretValue::from("hunter2")), "SecretValue");
    }

    #[test]
    fn equality_is_by_every_byte() {
        assert!(SecretValue::from("abc").same_as(&SecretValue::from("abc")));
        assert!(!SecretValue::from("abc").same_as(&SecretValue::from("abd")));
        assert!(!SecretValue::from("abc").same_as(&SecretValue::from("abcd")));
    }

    #[test]
    fn equal_values_are_grouped_in_first_seen_order() {
        let values: Vec<SecretValue> = ["a", "b", "a", "c", "b"].into_iter().map(SecretValue::from).collect();
        assert_eq!(group_equal(values.iter().enumerate()), [vec![0, 2], vec![1, 4]]);
    }
}
