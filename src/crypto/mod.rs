//! Cryptography: sealed boxes, keyed fingerprints, digests and randomness by libsodium; RS256 by ring.
//!
//! What does not live here: any idea of what is sealed or why.

pub mod fingerprint;
pub mod jwt;
pub mod sealed;
pub mod signature;

/// `len` random bytes from libsodium.
pub fn random_bytes(len: usize) -> Vec<u8> {
    libsodium_rs::random::bytes(len)
}

/// A random lower-case hexadecimal id of `len` bytes, for runs and requests.
pub fn random_id(len: usize) -> String {
    random_bytes(len).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A short name for some bytes: the same bytes give the same name. Not for secrets.
pub fn short_digest(bytes: &[u8]) -> String {
    let digest = libsodium_rs::crypto_hash::sha256::hash(bytes);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 as 64 lower-case hexadecimal digits. Not for secrets: whoever guesses the bytes can tell.
pub fn digest_hex(bytes: &[u8]) -> String {
    libsodium_rs::crypto_hash::sha256::hash(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equality in time that depends on the lengths alone.
pub fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && libsodium_rs::utils::memcmp(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's own example.
    #[test]
    fn a_digest_is_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_hex(b"abc"), expected);
        assert!(expected.starts_with(&short_digest(b"abc")));
    }
}
