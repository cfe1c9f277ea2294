//! The token that visitors are asked for: read once, and kept as its digest alone.

use std::{fs::File, io::Read as _, path::Path};

use zeroize::Zeroizing;

use super::super::{Failure, environment::Variables, failure::reason};
use crate::crypto;

/// The variable that stands for `--token-file`.
const VARIABLE: &str = "ESC_SYNC_SERVE_TOKEN";
/// Fewer characters could be tried out.
const SHORTEST: usize = 16;
const LONGEST: u64 = 4096;

/// SHA-256 of the token in hexadecimal; `None`: nobody is asked for one. The file wins over the variable.
pub(super) fn digest(file: Option<&Path>, variables: &Variables) -> Result<Option<String>, Failure> {
    let (source, text) = match file {
        Some(file) => (format!("the token file {}", file.display()), read(file)?),
        None => match variables.var(VARIABLE) {
            Some(text) => (VARIABLE.to_owned(), Zeroizing::new(text)),
            None => return Ok(None),
        },
    };
    let token = text.trim();
    match token.chars().count() {
        0 => Err(Failure::usage(format!("{source} holds no token"), HELP)),
        1..SHORTEST => Err(Failure::usage(format!("{source} holds a token that is too short"), HELP)),
        _ if token.contains(|c: char| !c.is_ascii_graphic()) => {
            Err(Failure::usage(format!("{source} holds more than one word of plain ASCII"), HELP))
        }
        _ => Ok(Some(crypto::digest_hex(token.as_bytes()))),
    }
}

const HELP: &str = "make one of at least 16 characters, for example with `openssl rand -hex 32`";

fn read(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let refused = |why: String| {
        let help = "name a file that this user may read, with the token alone in it";
        Failure::usage(format!("the token file {} cannot be used: {why}", file.display()), help)
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let read = File::open(file).and_then(|handle| handle.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| refused(reason(&error)))?;
    if bytes.len() as u64 > LONGEST {
        return Err(refused(format!("it is longer than {LONGEST} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("it is not text".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sealed::Sealed;

    fn of(text: &str) -> Result<Option<String>, (String, String)> {
        let sealed = Sealed::of([(VARIABLE.into(), text.into())]).expect("sealed memory");
        digest(None, &Variables::Sealed(sealed)).map_err(Failure::into_words)
    }

    #[test]
    fn a_token_is_long_enough_and_only_its_digest_stays() {
        let token = "0123456789abcdef";
        assert_eq!(of(token), Ok(Some(crypto::digest_hex(token.as_bytes()))));
        assert_eq!(of(&format!("{token}\n")), of(token));
        assert_eq!(of(""), Ok(None));
        for refused in ["   ", "0123456789abcde", "0123456789 abcdef", "0123456789abcdeé"] {
            let (message, _) = of(refused).expect_err(refused);
            assert!(!message.contains("0123"), "{message}");
        }
        assert!(digest(Some(Path::new("/nowhere/token")), &Variables::Nowhere).is_err());
    }
}
