//! What is generated from a mapping, always the same text from the same mapping. Pure.
