//! Many short words looked for at once, by leaps.
//!
//! After Wu and Manber (1994): a window as wide as the shortest word slides over the text. If the last
//! four bytes in it are in no word, no word can end within reach, and the window leaps past them; only
//! where they are, words are compared. So most bytes are never looked at, and what is looked up (one bit for
//! each hash) stays in a core's cache with thousands of words, which the table of an automaton does not.

/// Words of at least `BLOCK` bytes; none begins with another.
pub(super) struct Leaps {
    words: Vec<Box<[u8]>>,
    width: usize,
    /// Whether any word's first `width` bytes have a block of this hash.
    known: Vec<u64>,
    /// How far to go on where they have: 0 where a word may end.
    leaps: Vec<u8>,
    /// By the hash of a word's last block within the window: its words.
    ending: std::collections::HashMap<u32, Vec<u32>>,
}

const BLOCK: usize = 4;
const BITS: u32 = 20;

impl Leaps {
    pub(super) fn new(words: Vec<Box<[u8]>>) -> Self {
        let shortest = words.iter().map(|word| word.len()).min().unwrap_or(BLOCK);
        assert!(shortest >= BLOCK, "pieces of values that are looked for have four bytes and more");
        let width = shortest.min(usize::from(u8::MAX));
        let mut own = Self {
            width,
            known: vec![0; (1 << BITS) / 64],
            leaps: vec![(width - BLOCK + 1) as u8; 1 << BITS],
            ending: Default::default(),
            words,
        };
        for at in 0..own.words.len() as u32 {
            own.learn(at);
        }
        own
    }

    fn learn(&mut self, at: u32) {
        let word = &self.words[at as usize][..self.width];
        for (start, block) in word.windows(BLOCK).enumerate() {
            let hash = hash(block);
            self.known[hash as usize / 64] |= 1 << (hash % 64);
            let leap = (self.width - BLOCK - start) as u8;
            let known = &mut self.leaps[hash as usize];
            *known = leap.min(*known);
            if leap == 0 {
                self.ending.entry(hash).or_default().push(at);
            }
        }
    }

    /// Tells each place at which a word begins, with the word's number.
    pub(super) fn each(&self, text: &[u8], mut tell: impl FnMut(usize, u32)) {
        if self.words.is_empty() {
            return;
        }
        let far = self.width - BLOCK + 1;
        let mut end = self.width;
        while let Some(block) = end.checked_sub(BLOCK).and_then(|start| text.get(start..end)) {
            let hash = hash(block);
            if self.known[hash as usize / 64] & (1 << (hash % 64)) == 0 {
                end += far;
                continue;
            }
            match self.leaps[hash as usize] {
                0 => {
                    self.compare(&text[end - self.width..], hash, |word| tell(end - self.width, word));
                    end += 1;
                }
                leap => end += usize::from(leap),
            }
        }
    }

    fn compare(&self, text: &[u8], hash: u32, mut tell: impl FnMut(u32)) {
        for at in self.ending.get(&hash).into_iter().flatten() {
            if text.starts_with(&self.words[*at as usize]) {
                tell(*at);
            }
        }
    }
}

fn hash(block: &[u8]) -> u32 {
    let block: [u8; BLOCK] = block.try_into().expect("a block has its length");
    u32::from_le_bytes(block).wrapping_mul(0x9e37_79b1) >> (32 - BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(words: &[Box<[u8]>], text: &[u8]) -> Vec<(usize, u32)> {
        let at = |start: usize| (0..words.len()).filter(move |word| text[start..].starts_with(&words[*word]));
        (0..text.len()).flat_map(|start| at(start).map(move |word| (start, word as u32))).collect()
    }

    proptest! {
        #[test]
        fn every_place_of_every_word_is_told(
            words in prop::collection::btree_set("[ab]{4,8}", 0..12),
            text in "[ab]{0,200}",
        ) {
            let words: Vec<Box<[u8]>> = words.into_iter().map(|word| word.into_bytes().into()).collect();
            let mut found = Vec::new();
            Leaps::new(words.clone()).each(text.as_bytes(), |start, word| found.push((start, word)));
            found.sort_unstable();
            prop_assert_eq!(found, naive(&words, text.as_bytes()));
        }
    }
}
