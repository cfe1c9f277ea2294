//! What a source tree refers to, contradicts or leaks: texts in, findings out. Pure; files are walked elsewhere.
