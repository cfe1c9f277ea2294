//! A stream without known values: each is replaced by a mark with its name.
//!
//! Whatever the pieces in which the stream comes, what goes out is the same: a byte is passed
//! only once no value can begin at or before it that has not ended. Values that overlap become
//! one mark, by the name of the longest. What is kept is never more than the longest form of
//! a value and the piece that came last.

use super::matcher::{Hit, Matcher};

/// The filter, between two pieces of the stream.
#[derive(Debug)]
pub struct Redactor<'m> {
    matcher: &'m Matcher,
    /// What is not decided yet.
    kept: Vec<u8>,
    /// Values that overlap, and the end of the last; offsets are those of `kept`.
    open: Option<Open>,
    marks: u64,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    longest: Hit,
    /// Up to here everything is covered by the mark to come.
    end: usize,
}

impl<'m> Redactor<'m> {
    pub fn new(matcher: &'m Matcher) -> Self {
        Self { matcher, kept: Vec::new(), open: None, marks: 0 }
    }

    /// How many marks went out.
    pub fn marks(&self) -> u64 {
        self.marks
    }

    /// Bytes that wait for more.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Takes the next piece and gives what may go out.
    pub fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.kept.extend_from_slice(piece);
        let decided = self.matcher.undecided(&self.kept);
        self.pass(decided, out);
    }

    /// The stream has ended: gives all that is left.
    pub fn finish(mut self, out: &mut Vec<u8>) -> u64 {
        self.pass(self.kept.len(), out);
        self.close(out);
        self.marks
    }

    /// Gives what begins before `decided`; no value that is not known of begins there.
    fn pass(&mut self, decided: usize, out: &mut Vec<u8>) {
        let mut written = self.open.map_or(0, |open| open.end.min(decided));
        for hit in self.matcher.find(&self.kept).into_iter().filter(|hit| hit.start < decided) {
            match &mut self.open {
                Some(open) if hit.start < open.end => {
                    open.end = open.end.max(hit.end);
                    if length(&hit) > length(&open.longest) {
                        open.longest = hit;
                    }
                }
                _ => {
                    self.close(out);
                    out.extend_from_slice(&self.kept[written..hit.start]);
                    self.open = Some(Open { longest: hit, end: hit.end });
                }
            }
            written = self.open.map_or(written, |open| open.end);
        }
        if self.open.is_some_and(|open| open.end <= decided) {
            self.close(out);
        }
        if written < decided {
            out.extend_from_slice(&self.kept[written..decided]);
        }
        self.forget(decided);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if let Some(open) = self.open.take() {
            self.marks += 1;
            out.push(b'[');
            out.extend_from_slice(self.matcher.name(&open.longest).as_bytes());
            out.push(b']');
        }
    }

    /// Drops what went out. An open mark may have begun in it, so its offsets are kept as lengths.
    fn forget(&mut self, decided: usize) {
        self.kept.drain(..decided);
        if let Some(open) = &mut self.open {
            open.end -= decided;
            // Only its length is asked for from now on.
            open.longest.end -= open.longest.start;
            open.longest.start = 0;
        }
    }
}

fn length(hit: &Hit) -> usize {
    hit.end - hit.start
}
