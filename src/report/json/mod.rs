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
