//! Size: what a platform keeps, large reports, and writers that fail.

use std::io::{self, Write};

use esc_sync::{
    model::{Severity, Status, Tier},
    report::{EntryReport, Format, Report, Style, render},
};

use super::sample::{entry, esc, finding, rendered, report, written};

fn large(number: usize, severity: Severity) -> Report {
    let entries: Vec<EntryReport> = (0..number)
        .map(|at| {
            let line = u32::try_from(at + 1).expect("small");
            let mut one = entry(&format!("NAME_{at:06}"), Some("service"), Tier::Important, Status::Missing, line);
            let reason = format!("ESC was asked and has no such path (number {at})");
            one.findings = vec![finding("missing", severity, Some(esc("a.b")), &reason, "esc env set a/b/c d")];
            one
        })
        .collect();
    report(entries, vec![], false)
}

#[test]
fn annotations_keep_within_ten_of_each_level() {
    let mut many = large(30, Severity::Error);
    many.entries.extend(large(10, Severity::Warning).entries);
    many.entries.extend(large(11, Severity::Note).entries);
    let shown = rendered(Format::Github, &many);
    let of = |level: &str| shown.lines().filter(|line| line.starts_with(&format!("::{level} "))).collect::<Vec<_>>();
    assert_eq!([of("error").len(), of("warning").len(), of("notice").len()], [10, 10, 10]);
    assert!(shown.starts_with("::error title=esc-sync check%3A fail::verdict: fail (exit 1): 30 errors"), "{shown}");
    assert!(of("error")[9].ends_with("::22 more of this level; the whole report names them"));
    assert!(of("notice")[9].ends_with("::2 more of this level; the whole report names them"));
    assert!(of("warning")[9].contains("title=NAME_000009"));
}

#[test]
fn a_pass_is_one_notice() {
    let well = report(vec![entry("A", None, Tier::Critical, Status::Ok, 1)], vec![], false);
    let shown = rendered(Format::Github, &well);
    assert!(shown.starts_with("::notice title=esc-sync check%3A pass::verdict: pass (exit 0)"), "{shown}");
    assert_eq!(shown.lines().count(), 1);
}

#[test]
fn a_step_summary_stays_below_its_limit_and_says_what_it_left_out() {
    let shown = rendered(Format::Markdown, &large(20_000, Severity::Error));
    assert!(shown.len() < 1_000_000 && shown.len() > 800_000, "{}", shown.len());
    let written = shown.matches("\n#### ").count();
    let line = shown.lines().last().expect("lines");
    assert_eq!(line, format!("**{} more were left out** to keep this summary within its limit.", 20_000 - written));
}

#[test]
fn sarif_holds_25_000_results_and_counts_the_rest() {
    let mut many = large(25_010, Severity::Warning);
    many.entries[25_009].findings[0].severity = Severity::Error;
    let document: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif, &many)).expect("JSON");
    let run = &document["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(25_000));
    assert_eq!(run["results"][0]["level"], "error", "the worst are kept");
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("a list");
    assert!(notes[1]["message"]["text"].as_str().expect("text").starts_with("10 more results"));
}

/// A writer that counts the bytes and calls and keeps nothing.
#[derive(Default)]
struct Sink {
    bytes: usize,
    longest: usize,
}

impl Write for Sink {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes += buffer.len();
        self.longest = self.longest.max(buffer.len());
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Ten times the entries are ten times the bytes, written in small pieces: no string holds the whole.
#[test]
fn a_hundred_thousand_entries_grow_linearly() {
    let size = |format: Format, report: &Report| {
        let mut sink = Sink::default();
        render(format, report, &Style::default(), &mut sink).expect("a sink takes all");
        assert!(sink.longest < 10_000, "{format} wrote {} bytes at once", sink.longest);
        sink.bytes
    };
    let (tenth, whole) = (large(10_000, Severity::Error), large(100_000, Severity::Error));
    for format in [Format::Text, Format::Json, Format::Junit] {
        let (tenth, whole) = (size(format, &tenth), size(format, &whole));
        assert!(whole > tenth * 9 && whole < tenth * 11, "{format}: {tenth} and {whole}");
    }
    for format in [Format::Markdown, Format::Sarif, Format::Github, Format::Gate] {
        assert!(size(format, &whole) > 0);
    }
}

/// Takes `room` bytes and fails from then on.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let taken = buffer.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_anywhere_returns_its_error() {
    for format in Format::ALL {
        let whole = rendered(*format, &written()).len();
        for room in (0..whole).step_by(7).chain([whole - 1]) {
            let error = render(*format, &written(), &Style::default(), &mut Full { room }).expect_err("it is full");
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format} after {room} bytes");
        }
    }
}
