//! Hand-made histories that break each invariant: a checker that cannot fail is worth nothing.
