//! What can be wrong with the text of a key, in words: the reason and the repair.

/// What is wrong with a key, and never what it says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Damage {
    BlankAhead,
    BlankInside,
    Body,
    ByteOrderMark,
    CarriageReturns,
    ControlCharacters,
    EncodedFile,
    EncodedTwice,
    Frame,
    Indented,
    LiteralNewlines,
    NoFinalNewline,
    NotBase64,
    NotEncoded,
    NotPrivate,
    NotPublic,
    PrivateForPublic,
    PublicForPrivate,
    SeveralKeys,
    SeveralLines,
    SpacesForNewlines,
    UrlSafe,
    WrappedLine,
}

impl Damage {
    pub fn reason(self) -> &'static str {
        self.words().0
    }

    pub fn repair(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BlankAhead => ("a blank line stands before the key", "remove the blank line"),
            Self::BlankInside => ("it has blanks within its base64", "encode the line with `base64 -w0`"),
            Self::Body => ("its body is cut off or changed", "take the key from its source again"),
            Self::ByteOrderMark => ("it starts with a byte-order mark", "save the file as UTF-8 without a mark"),
            Self::CarriageReturns => ("its lines end in CRLF or CR", "convert it with `tr -d '\\r'`"),
            Self::ControlCharacters => ("it holds control characters", "remove them, most likely from the comment"),
            Self::EncodedFile => {
                ("it is the base64 of a key file", "store the file itself, or set `encoding: base64` in the mapping")
            }
            Self::EncodedTwice => ("it was encoded twice", "store the base64 of the line, once"),
            Self::Frame => ("its BEGIN and END lines do not match", "copy the whole file, first line to last"),
            Self::Indented => ("its lines are indented", "remove the blanks before each line"),
            Self::LiteralNewlines => {
                ("it has the two characters \\n where lines should end", "turn each into a line end")
            }
            Self::NoFinalNewline => {
                ("the final newline is missing", "end it with one newline (pass the file, not `$(cat …)`)")
            }
            Self::NotBase64 => ("it is not base64", "encode the line with `base64 -w0`"),
            Self::NotEncoded => ("it is the line itself, not its base64", "encode the line with `base64 -w0`"),
            Self::NotPrivate => ("it holds no private key", "take the private half"),
            Self::NotPublic => ("it holds no public-key line", "take the line of the .pub file"),
            Self::PrivateForPublic => (
                "it holds a private key where the public one belongs",
                "renew that key, take the line of the .pub file",
            ),
            Self::PublicForPrivate => ("it holds the public half", "take the private half"),
            Self::SeveralKeys => ("it has several keys in one line", "keep exactly one key"),
            Self::SeveralLines => ("it has more than one line", "keep exactly one key on one line"),
            Self::SpacesForNewlines => {
                ("its line ends were turned into blanks", "take the file as it is (`--string --file`)")
            }
            Self::UrlSafe => {
                ("it is base64 of the url-safe alphabet, with - and _", "encode the line with `base64 -w0`")
            }
            Self::WrappedLine => ("its body is wrapped into several lines", "join it into one line"),
        }
    }
}
