//! Reports for machines: `esc-sync/report/v1`, and the writer all JSON of this room shares.
//!
//! The shape is frozen in `v1` and published as `docs/report.schema.json`.

mod live;
mod scan;
mod ssh;
mod v1;
mod writer;

use std::io;

pub(super) use writer::write;

use super::Report;

pub(super) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    write(&v1::Document::from(report), out)
}

/// Anything of ours for machines, with the same care for what is hidden in its texts.
pub(crate) fn json_of(value: &impl serde::Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out).expect("a vector takes all");
    out
}
