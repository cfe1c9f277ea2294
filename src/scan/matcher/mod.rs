//! All forms of all known values, looked for at once.
//!
//! It looks for a short piece of each form, chosen where it is least like other text; around
//! a hit the whole form is compared. So a base64 text may be broken into lines: its two pieces lie so close together that no two breaks can hit both.
//!
//! What comes out are names, encodings and offsets. Pieces of values are in the matcher's
//! own memory as long as it lives; they are in no text, no `Debug` and no error.

mod leaps;
mod needle;
mod pieces;

use std::{cmp::Reverse, fmt};

use super::known::{Known, sought};
use leaps::Leaps;
use needle::{Ahead, Needle};
use pieces::pieces;

pub(super) use needle::FEWEST_BEFORE_BREAK;

/// Finds known values in bytes, and where they could begin without having ended.
pub struct Matcher {
    names: Vec<String>,
    needles: Vec<Needle>,
    pieces: Leaps,
    /// By the number of a piece: the needles that have it, and where in them.
    holders: Vec<Vec<(u32, u32)>>,
    /// By the first byte: the needles that begin with it, those that reach farthest first.
    beginning: Vec<Vec<u32>>,
    reach: usize,
    left_out: usize,
}

/// A known value in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hit {
    pub start: usize,
    pub end: usize,
    needle: u32,
}

impl Matcher {
    pub fn new(known: &[Known<'_>]) -> Self {
        let (sought, left_out) = sought(known);
        let mut names = Vec::new();
        let mut needles = Vec::new();
        for one in sought {
            let name = names.len() as u32;
            names.push(one.name);
            needles.extend(one.forms.into_iter().map(|form| Needle { name, form }));
        }
        let (pieces, holders) = pieces(&needles);
        let mut beginning = vec![Vec::new(); 256];
        for (at, needle) in needles.iter().enumerate() {
            beginning[usize::from(needle.bytes()[0])].push(at as u32);
        }
        beginning
            .iter_mut()
            .for_each(|own: &mut Vec<u32>| own.sort_by_key(|at| Reverse(needles[*at as usize].reach())));
        let reach = needles.iter().map(Needle::reach).max().unwrap_or(0);
        Self { names, needles, pieces, holders, beginning, reach, left_out }
    }

    /// How many different values are looked for.
    pub fn values(&self) -> usize {
        self.names.len()
    }

    /// How many were too short or too plain to be.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The most bytes that one hit can cover.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// How many texts are looked for in all.
    pub fn forms(&self) -> usize {
        self.needles.len()
    }

    /// The names of the value that was hit.
    pub fn name(&self, hit: &Hit) -> &str {
        &self.names[self.needles[hit.needle as usize].name as usize]
    }

    pub fn encoding(&self, hit: &Hit) -> &'static str {
        self.needles[hit.needle as usize].form.encoding
    }

    /// All hits in `text`, each once, in the order of their starts; overlapping ones too.
    pub fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.pieces.each(text, |at, piece| {
            for (needle, offset) in &self.holders[piece as usize] {
                hits.extend(self.whole(text, at, *needle, *offset as usize));
            }
        });
        hits.sort_by_key(|hit| (hit.start, hit.end, hit.needle));
        hits.dedup();
        hits
    }

    /// Where the first needle begins that the end of `text` cuts off; all of `text`, if none does.
    pub fn undecided(&self, text: &[u8]) -> usize {
        let first = text.len().saturating_sub(self.reach);
        (first..text.len()).find(|start| self.is_cut_off(text, *start)).unwrap_or(text.len())
    }

    fn is_cut_off(&self, text: &[u8], start: usize) -> bool {
        let begun = self.beginning[usize::from(text[start])].iter().map(|needle| &self.needles[*needle as usize]);
        let mut reaching = begun.take_while(|needle| needle.reach() > text.len() - start);
        reaching.any(|needle| needle.ahead(text, start) == Ahead::CutOff)
    }

    /// The hit around a piece of a needle, if the rest of it is there as well.
    fn whole(&self, text: &[u8], at: usize, needle: u32, offset: usize) -> Option<Hit> {
        let own = &self.needles[needle as usize];
        let start = own.back(text, at, offset)?;
        match own.ahead(text, start) {
            Ahead::Ends(end) => Some(Hit { start, end, needle }),
            Ahead::CutOff | Ahead::Differs => None,
        }
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("values", &self.values())
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
