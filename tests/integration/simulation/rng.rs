//! A row of random numbers that a seed repeats: SplitMix64 (Steele, Lea and Flood, 2014).

/// The generator; a copy goes on with the same row.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is small: the bias does not matter.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a small number");
        usize::try_from(self.next() % end.max(1)).expect("it is below a usize")
    }

    /// True so many times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1_000) < per_mille
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A generator of its own, so that drawing more in one place does not change another.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

#[test]
fn a_seed_repeats_its_row() {
    let row = |seed| {
        let mut rng = Rng::new(seed);
        (0..50).map(|_| rng.next()).collect::<Vec<_>>()
    };
    assert_eq!(row(1), row(1));
    assert_ne!(row(1), row(2));
    // The first number of the reference implementation for the seed 1234567.
    assert_eq!(Rng::new(1_234_567).next(), 6_457_827_717_110_365_317);
}
