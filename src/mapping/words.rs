//! The closed sets of words a mapping may use, as text.

use super::{ConflictPolicy, DeclaredVisibility};
use crate::model::{App, Direction, Encoding, Kind, Tier};

/// A closed set whose members are written as words.
pub(super) trait Word: Copy + 'static {
    const ALL: &'static [Self];

    fn word(self) -> &'static str;
}

/// All words of a set, in the order in which they are documented.
pub(super) fn words<W: Word>() -> Vec<&'static str> {
    W::ALL.iter().map(|word| word.word()).collect()
}

macro_rules! set {
    ($($type:ident { $($variant:ident => $word:literal),+ $(,)? })+) => {$(
        impl Word for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    )+};
}

set! {
    App { Actions => "actions", Codespaces => "codespaces", Dependabot => "dependabot" }
    ConflictPolicy { Stop => "stop", EscWins => "esc-wins", GithubWins => "github-wins", Newest => "newest" }
    DeclaredVisibility { All => "all", Private => "private", Selected => "selected" }
    Direction { EscToGithub => "esc-to-github", GithubToEsc => "github-to-esc", Both => "both" }
    Encoding { None => "none", Base64 => "base64" }
    Kind { Secret => "secret", Config => "config" }
    Tier { Critical => "critical", Important => "important", Optional => "optional" }
}

impl ConflictPolicy {
    pub fn as_str(self) -> &'static str {
        self.word()
    }
}

impl DeclaredVisibility {
    pub fn as_str(self) -> &'static str {
        self.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_model() {
        for tier in <Tier>::ALL {
            assert!(words::<Tier>().contains(&tier.as_str()));
        }
        for direction in <Direction>::ALL {
            assert!(words::<Direction>().contains(&direction.as_str()));
        }
        assert_eq!(words::<Kind>().len(), Kind::ALL.len());
        assert_eq!(words::<Encoding>().len(), Encoding::ALL.len());
        assert!(words::<App>().into_iter().zip(<App as Word>::ALL).all(|(word, app)| word == app.as_str()));
    }
}
