//! Signatures of messages under a shared secret: HMAC-SHA256, by ring, since the secret may have any length.

use ring::hmac;

use crate::model::SecretValue;

/// HMAC-SHA256 over the parts, one after the other, as 64 lower-case hexadecimal digits.
pub fn sign(secret: &SecretValue, parts: &[&[u8]]) -> String {
    // The secret is the key of the signature, which tells nothing of it.
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
    parts.iter().for_each(|part| context.update(part));
    context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, in one part and in two.
    #[test]
    fn a_signature_is_hmac_sha_256() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let key = SecretValue::from("Jefe");
        assert_eq!(sign(&key, &[b"what do ya want for nothing?"]), expected);
        assert_eq!(sign(&key, &[b"what do ya want ", b"for nothing?"]), expected);
    }
}
