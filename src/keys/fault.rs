//! Why a private key cannot be used, with what to do about it and nothing of the key.

use super::Damage;

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PairFault {
    #[error("the private key cannot be used: {}", .0.reason())]
    Damaged(Damage),
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    #[error("the private key is locked by a passphrase, and none was given")]
    Locked,
    #[error("the private half and the public half do not belong together")]
    Mismatch,
    #[error("the private key is in a container other than OpenSSH's own")]
    UnsupportedContainer,
    #[error("a key of this kind cannot be used without a person")]
    UnsupportedKind,
    #[error("the private key is locked in a way that is not known here")]
    UnsupportedLock,
    #[error("the passphrase does not open the private key")]
    WrongPassphrase,
}

impl PairFault {
    pub fn help(self) -> &'static str {
        match self {
            Self::Damaged(damage) => damage.repair(),
            Self::EmptyPassphrase => "give a passphrase, or none at all",
            Self::Locked => "give its passphrase, or take the lock off with `ssh-keygen -p -f FILE`",
            Self::Mismatch => "take the key from its source again; `ssh-keygen -y -f FILE` tells whether it is whole",
            Self::UnsupportedContainer => "convert it with `ssh-keygen -p -f FILE`, which keeps the key",
            Self::UnsupportedKind => "rotate with a key that lies in a file: ed25519, ecdsa or rsa",
            Self::UnsupportedLock => "lock it anew with `ssh-keygen -p -Z aes256-ctr -f FILE`",
            Self::WrongPassphrase => "give the passphrase it was locked with",
        }
    }
}
