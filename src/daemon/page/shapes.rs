//! The shapes that stand beside words: what a word means is told by its outline, and only then by a colour.

use maud::{Markup, PreEscaped, html};

use crate::{
    daemon::{
        account::{EntryAccount, Verdict},
        health::HealthVerdict,
    },
    model::{ProbeVerdict, Status},
};

/// What a word means for whoever reads it: the shape and the colour beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tone {
    Good,
    Bad,
    Warn,
    Unknown,
    Plain,
}

impl Tone {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Plain => "plain",
        }
    }

    pub(super) fn of_verdict(verdict: HealthVerdict) -> Self {
        match verdict {
            HealthVerdict::Healthy => Self::Good,
            HealthVerdict::Unhealthy => Self::Bad,
            HealthVerdict::Unknown => Self::Unknown,
        }
    }

    pub(super) fn of_run(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Fail => Self::Bad,
            Verdict::Unknown => Self::Unknown,
        }
    }

    pub(super) fn of_probe(verdict: ProbeVerdict) -> Self {
        match verdict {
            ProbeVerdict::Live => Self::Good,
            ProbeVerdict::Rejected => Self::Bad,
            ProbeVerdict::Limited => Self::Warn,
            ProbeVerdict::Unknown => Self::Unknown,
        }
    }

    /// A finding that makes the verdict is worse than its status alone tells.
    pub(super) fn of_entry(entry: &EntryAccount) -> Self {
        match entry.status {
            Status::Unknown => Self::Unknown,
            _ if entry.findings.iter().any(|finding| finding.counts) => Self::Bad,
            Status::Ok => Self::Good,
            _ => Self::Warn,
        }
    }
}

/// A word with the shape of its tone.
pub(super) fn mark(tone: Tone, word: &str) -> Markup {
    html! { span class={ "mark " (tone.as_str()) } { (shape(tone)) (word) } }
}

pub(super) fn shape(tone: Tone) -> Markup {
    html! { svg.shape aria-hidden="true" focusable="false" { use href={ "#shape-" (tone.as_str()) } {} } }
}

/// The shapes, drawn once; they differ by outline, so that they are told apart without colours.
pub(super) fn shapes() -> Markup {
    PreEscaped(SHAPES.to_owned())
}

const SHAPES: &str = concat!(
    r#"<svg width="0" height="0" aria-hidden="true" focusable="false" class="shapes">"#,
    r#"<symbol id="shape-good" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/>"#,
    r##"<path class="cut" d="M4.5 8.3 7 10.8 11.6 5.6" fill="none" stroke-width="2"/></symbol>"##,
    r#"<symbol id="shape-bad" viewBox="0 0 16 16"><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/>"#,
    r#"<path class="cut" d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4" fill="none" stroke-width="2"/></symbol>"#,
    r#"<symbol id="shape-warn" viewBox="0 0 16 16"><path d="M8 1 15.5 15H.5z" fill="currentColor"/>"#,
    r#"<path class="cut" d="M8 6v4.2m0 1.2v2" fill="none" stroke-width="2"/></symbol>"#,
    r#"<symbol id="shape-unknown" viewBox="0 0 16 16"><path d="M8 1.6 14.4 8 8 14.4 1.6 8z" fill="none" "#,
    r#"stroke="currentColor" stroke-width="2"/><circle cx="8" cy="8" r="1.8" fill="currentColor"/></symbol>"#,
    r#"<symbol id="shape-plain" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" "#,
    r#"stroke="currentColor" stroke-width="2"/></symbol></svg>"#,
);
