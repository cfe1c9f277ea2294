//! Keys made for nothing but the tests.

use std::sync::LazyLock;

/// A private key in the form that OpenSSH writes.
pub(crate) fn private_key() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let text = pair().to_openssh(ssh_key::LineEnding::LF).expect("encodes");
        text.to_string()
    });
    &TEXT
}

/// Its public half, one line with a newline.
pub(crate) fn public_key() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{}\n", pair().public_key().to_openssh().expect("encodes").trim_end()));
    &TEXT
}

fn pair() -> ssh_key::PrivateKey {
    let pair = ssh_key::private::Ed25519Keypair::from_seed(&[7; 32]);
    ssh_key::PrivateKey::new(pair.into(), "").expect("a key pair makes a key")
}
