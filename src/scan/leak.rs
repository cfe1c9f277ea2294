//! Known values in a file, read in blocks: where, whose, and in which encoding.
//!
//! A value across the end of a block is found, and so is its line and column in the file.

use std::collections::BTreeMap;

use super::{
    lines::Lines,
    matcher::{Hit, Matcher},
};
use crate::yaml::Position;

/// A known value in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leak {
    /// The names the value goes by.
    pub name: String,
    pub encoding: &'static str,
    pub at: Position,
}

impl Leak {
    /// Values in the name of a file itself; each once.
    pub fn of_path(matcher: &Matcher, path: &str) -> Vec<Self> {
        let hits = matcher.find(path.as_bytes());
        let mut names: Vec<&str> = hits.iter().map(|hit| matcher.name(hit)).collect();
        names.dedup();
        let at = Position { line: 1, column: 1 };
        names.into_iter().map(|name| Self { name: name.to_owned(), encoding: "in the path of the file", at }).collect()
    }

    /// Says that the file it was found in was UTF-16: whoever looks for the plain value there would not find it.
    pub fn within_utf16(&mut self) {
        if self.encoding == super::encode::PLAIN {
            self.encoding = super::encode::UTF16;
        }
    }
}

/// The search through one file.
#[derive(Debug)]
pub struct LeakFinder<'m> {
    matcher: &'m Matcher,
    /// The end of what was searched, in which a value may have begun.
    kept: Vec<u8>,
    /// Where `kept` begins.
    at: Position,
    leaks: Vec<Leak>,
}

impl<'m> LeakFinder<'m> {
    pub fn new(matcher: &'m Matcher) -> Self {
        Self { matcher, kept: Vec::new(), at: Position { line: 1, column: 1 }, leaks: Vec::new() }
    }

    /// Searches the next block.
    pub fn take(&mut self, block: &[u8]) {
        self.kept.extend_from_slice(block);
        let kept = std::mem::take(&mut self.kept);
        let decided = self.matcher.undecided(&kept);
        // A value that a decided one overlaps is told with it, so they are cut apart only where none goes across.
        let hits = self.matcher.find(&kept);
        let across = hits.iter().find(|hit| hit.start < decided && decided < hit.end);
        let cut = across.map_or(decided, |hit| hit.start);
        self.search(&kept, hits.into_iter().filter(|hit| hit.start < cut));
        self.at = Lines::from(&kept, self.at).position(cut);
        self.kept.extend_from_slice(&kept[cut..]);
    }

    /// The last block, or a file that is whole in memory.
    pub fn finish(mut self, block: &[u8]) -> Vec<Leak> {
        let joined;
        let kept = if self.kept.is_empty() {
            block
        } else {
            joined = [&self.kept, block].concat();
            &joined
        };
        let hits = self.matcher.find(kept);
        self.search(kept, hits.into_iter());
        self.leaks
    }

    fn search(&mut self, text: &[u8], hits: impl Iterator<Item = Hit>) {
        let mut lines = Lines::from(text, self.at);
        let mut group: Vec<Hit> = Vec::new();
        let mut end = 0;
        for hit in hits {
            if hit.start >= end {
                self.tell(&group, &mut lines);
                group.clear();
            }
            end = end.max(hit.end);
            group.push(hit);
        }
        self.tell(&group, &mut lines);
    }

    /// Of values that overlap, each name once: by its longest form, at the first place that has it.
    fn tell(&mut self, group: &[Hit], lines: &mut Lines<'_>) {
        let mut longest: BTreeMap<&str, Hit> = BTreeMap::new();
        for hit in group {
            let best = longest.entry(self.matcher.name(hit)).or_insert(*hit);
            if hit.end - hit.start > best.end - best.start {
                *best = *hit;
            }
        }
        let mut own: Vec<(&str, Hit)> = longest.into_iter().collect();
        own.sort_by_key(|(name, hit)| (hit.start, *name));
        for (name, hit) in own {
            let leak =
                Leak { name: name.to_owned(), encoding: self.matcher.encoding(&hit), at: lines.position(hit.start) };
            if !self.goes_on(&leak) {
                self.leaks.push(leak);
            }
        }
    }

    /// The further lines of a key whose first one was told.
    fn goes_on(&mut self, leak: &Leak) -> bool {
        let same = |last: &&mut Leak| last.name == leak.name && last.encoding == leak.encoding;
        let is_line = leak.encoding == super::known::LINE;
        let Some(last) = self.leaks.last_mut().filter(same).filter(|_| is_line) else { return false };
        leak.at.line.saturating_sub(last.at.line) <= MOST_LINES
    }
}

/// Of a key's body.
const MOST_LINES: u32 = 100;
