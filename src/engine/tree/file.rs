//! Reads one file: what is no text is told by its first bytes; what is large is searched in blocks.

use std::{
    borrow::Cow,
    fs::{File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::OFlags;

use crate::scan::{Encoding, FileRead, HEAD, Leak, LeakFinder, Matcher, decoded, encoding};

/// What became of one file or folder.
pub(super) enum Visited {
    Binary { name: String, leaks: Vec<Leak> },
    Large { name: String, bytes: u64, leaks: Vec<Leak> },
    Text { name: String, read: Box<FileRead>, bytes: u64, leaks: Vec<Leak> },
    Unreadable(String, String),
}

pub(super) enum Content<'b> {
    Binary,
    Large { bytes: u64, leaks: Vec<Leak> },
    Text { text: Cow<'b, [u8]>, bytes: u64, leaks: Vec<Leak> },
}

/// The buffer of one thread.
#[derive(Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads a plain file; a link that took its place meanwhile is not followed.
    pub(super) fn read(&mut self, path: &Path, matcher: Option<&Matcher>) -> io::Result<Content<'_>> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let mut file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        self.buffer.clear();
        (&mut file).take(HEAD as u64).read_to_end(&mut self.buffer)?;
        let encoding = encoding(&self.buffer);
        if encoding == Encoding::Binary {
            return Ok(Content::Binary);
        }
        if self.buffer.len() == HEAD {
            (&mut file).take((MOST_BYTES - HEAD) as u64).read_to_end(&mut self.buffer)?;
        }
        if self.buffer.len() == MOST_BYTES {
            return self.large(file, matcher);
        }
        let bytes = self.buffer.len() as u64;
        let text = decoded(&self.buffer, encoding);
        let mut leaks = matcher.map_or_else(Vec::new, |matcher| LeakFinder::new(matcher).finish(&text));
        if encoding != Encoding::Bytes {
            leaks.iter_mut().for_each(Leak::within_utf16);
        }
        Ok(Content::Text { text, bytes, leaks })
    }

    /// The first block is in the buffer; values are looked for block by block, and nothing else is.
    fn large(&mut self, mut file: File, matcher: Option<&Matcher>) -> io::Result<Content<'_>> {
        let mut finder = matcher.map(LeakFinder::new);
        let mut bytes = 0;
        while !self.buffer.is_empty() {
            bytes += self.buffer.len() as u64;
            if let Some(finder) = &mut finder {
                finder.take(&self.buffer);
            }
            self.buffer.clear();
            (&mut file).take(BLOCK).read_to_end(&mut self.buffer)?;
        }
        Ok(Content::Large { bytes, leaks: finder.map_or_else(Vec::new, |finder| finder.finish(&[])) })
    }
}

/// Up to here a file is read whole and its structure with it.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const BLOCK: u64 = 4 * 1024 * 1024;
