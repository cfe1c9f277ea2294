//! A fleet divided: each worker looks after the target scopes that fall to it.

use std::{num::NonZeroU32, str::FromStr};

/// Worker `index` (from 1) of `of`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Partition {
    pub index: NonZeroU32,
    pub of: NonZeroU32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected K/N with K from 1 to N, as 3/8")]
pub struct NotAPartition;

impl FromStr for Partition {
    type Err = NotAPartition;

    fn from_str(text: &str) -> Result<Self, NotAPartition> {
        let (index, of) = text.split_once('/').ok_or(NotAPartition)?;
        let number = |text: &str| text.parse::<NonZeroU32>().map_err(|_| NotAPartition);
        let partition = Self { index: number(index)?, of: number(of)? };
        if partition.index > partition.of { Err(NotAPartition) } else { Ok(partition) }
    }
}
