//! The judge from outside: its documentation, its detector on real spellings, its speed in shape.

mod catalogue;
mod documentation;
mod placeholder_cases;
mod random_values;
