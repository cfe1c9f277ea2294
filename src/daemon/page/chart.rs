//! Two small pictures of the runs of late: how long each took and what it came to, and which share of entries was ok.
//!
//! A picture is an image with a sentence that says the same; the table beneath has each run. What a run came to is told
//! by form: a full bar passed, a hollow one could not find out, a bar below a cap failed.

use std::collections::VecDeque;

use maud::{Markup, html};

use super::words::{counted, since, took};
use crate::daemon::{account::Verdict, board::RunLine, order::RunKind};

/// Runs in a picture; with fewer, the left stays free.
const RUNS: usize = 60;

/// The height of a picture in its own units, and the width of one run.
const HEIGHT: f64 = 100.0;
const STEP: f64 = 10.0;

pub(super) fn figures(history: &VecDeque<RunLine>, now: i64) -> Markup {
    let runs: Vec<&RunLine> = history.iter().filter(|line| line.kind != RunKind::Deliver).take(RUNS).collect();
    let (Some(newest), Some(oldest)) = (runs.first(), runs.last()) else { return html! {} };
    let ends = html! { div.ends { span { (since(oldest.began, now)) } span { (since(newest.began, now)) } } };
    html! {
        div.figures {
            (durations(&runs, &ends))
            (shares(&runs, &ends))
        }
    }
}

fn durations(runs: &[&RunLine], ends: &Markup) -> Markup {
    let scale = Scale::around(runs.iter().map(|line| line.duration_ms));
    html! {
        figure {
            figcaption { b { "Duration and outcome" } " " (outcomes(runs)) }
            div.plot {
                div.axis aria-hidden="true" { span { (took(scale.most)) } span { (took(scale.least)) } }
                svg role="img" aria-label=(outcomes(runs)) viewBox=(view_box()) preserveAspectRatio="none" {
                    @for (line, x) in placed(runs) { (bar(line, x, HEIGHT * scale.of(line.duration_ms))) }
                }
            }
            (ends)
            ul.legend {
                li { (key(Verdict::Pass)) "pass" } li { (key(Verdict::Fail)) "fail" } li { (key(Verdict::Unknown)) "unknown" }
            }
        }
    }
}

fn shares(runs: &[&RunLine], ends: &Markup) -> Markup {
    let known: Vec<(f64, f64)> = placed(runs).filter_map(|(line, x)| Some((x + STEP / 2.0, share(line)?))).collect();
    let points = known.iter().map(|(x, share)| format!("{x:.0},{:.1}", HEIGHT * (1.0 - share)));
    let said = spread(&known);
    html! {
        figure {
            figcaption { b { "Share of entries that are ok" } " " (said) }
            div.plot {
                div.axis aria-hidden="true" { span { "100 %" } span { "0 %" } }
                svg role="img" aria-label=(said) viewBox=(view_box()) preserveAspectRatio="none" {
                    @for y in [0.0, HEIGHT / 2.0, HEIGHT] {
                        line.grid x1="0" x2=(RUNS as f64 * STEP) y1=(y) y2=(y) vector-effect="non-scaling-stroke" {}
                    }
                    polyline.share points=(points.collect::<Vec<_>>().join(" ")) fill="none" vector-effect="non-scaling-stroke" {}
                }
            }
            (ends)
        }
    }
}

/// Runs from old to new with their left edges; the newest ends at the right.
fn placed<'a>(runs: &'a [&'a RunLine]) -> impl Iterator<Item = (&'a RunLine, f64)> {
    let free = RUNS - runs.len();
    runs.iter().rev().enumerate().map(move |(at, line)| (*line, (free + at) as f64 * STEP))
}

fn bar(line: &RunLine, x: f64, height: f64) -> Markup {
    let said = format!("{}, {}, {}", line.kind, line.verdict, took(line.duration_ms));
    html! {
        g class={ "bar " (line.verdict) } {
            title { (said) }
            rect x=(x + 1.5) y=(HEIGHT - height) width=(STEP - 3.0) height=(height) vector-effect="non-scaling-stroke" {}
            @if line.verdict == Verdict::Fail { rect x=(x + 1.5) y="0" width=(STEP - 3.0) height="6" {} }
        }
    }
}

/// A bar of the legend.
fn key(verdict: Verdict) -> Markup {
    html! {
        svg.key aria-hidden="true" focusable="false" viewBox="0 0 10 16" {
            g class={ "bar " (verdict) } {
                rect x="1.5" y="5" width="7" height="10" {}
                @if verdict == Verdict::Fail { rect x="1.5" y="0" width="7" height="3" {} }
            }
        }
    }
}

fn view_box() -> String {
    format!("0 0 {} {HEIGHT}", RUNS as f64 * STEP)
}

/// A logarithmic scale between powers of ten, since a check takes a tenth of a second and a sync a minute.
struct Scale {
    least: u64,
    most: u64,
}

impl Scale {
    fn around(durations: impl Iterator<Item = u64> + Clone) -> Self {
        let least = durations.clone().min().unwrap_or(1).max(1);
        let most = durations.max().unwrap_or(1).max(least);
        let floor = 10_u64.pow(least.ilog10());
        let next = 10_u64.saturating_pow(most.ilog10() + 1);
        Self { least: floor, most: next }
    }

    /// From a little above 0, so that the shortest is seen, to 1.
    fn of(&self, duration: u64) -> f64 {
        let log = |it: u64| (it.max(1) as f64).log10();
        let part = (log(duration) - log(self.least)) / (log(self.most) - log(self.least));
        0.04 + 0.96 * part.clamp(0.0, 1.0)
    }
}

fn share(line: &RunLine) -> Option<f64> {
    (line.entries > 0).then(|| (line.ok as f64 / line.entries as f64).min(1.0))
}

fn outcomes(runs: &[&RunLine]) -> String {
    let count = |verdict| runs.iter().filter(|line| line.verdict == verdict).count();
    let mut times: Vec<u64> = runs.iter().map(|line| line.duration_ms).collect();
    times.sort_unstable();
    let at = |index: usize| took(times.get(index).copied().unwrap_or(0));
    let (pass, fail, unknown) = (count(Verdict::Pass), count(Verdict::Fail), count(Verdict::Unknown));
    format!(
        "{}: {pass} pass, {fail} fail, {unknown} unknown; took {} to {}, half of them at most {}.",
        counted(runs.len(), "run", "runs"),
        at(0),
        at(times.len().saturating_sub(1)),
        at(times.len().saturating_sub(1) / 2),
    )
}

/// From which share to which, and which is the last.
fn spread(known: &[(f64, f64)]) -> String {
    let percent = |share: f64| format!("{} %", (share * 100.0).floor());
    let Some((_, last)) = known.last() else { return "No run could tell.".to_owned() };
    let least = known.iter().map(|(_, share)| *share).fold(f64::INFINITY, f64::min);
    let most = known.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    format!("Now {}; between {} and {}.", percent(*last), percent(least), percent(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_holds_all_durations() {
        let scale = Scale::around([340, 12_000].into_iter());
        assert_eq!((scale.least, scale.most), (100, 100_000));
        assert!(
            scale.of(340) > scale.of(100) && scale.of(12_000) < 1.0 && scale.of(0) > 0.0 && scale.of(u64::MAX) <= 1.0
        );
        let same = Scale::around([0, 0].into_iter());
        assert_eq!((same.least, same.most), (1, 10));
        assert!(Scale::around([u64::MAX].into_iter()).of(u64::MAX).is_finite());
    }

    #[test]
    fn shares_are_never_rounded_up() {
        assert_eq!(spread(&[(0.0, 0.5), (1.0, 0.9999)]), "Now 99 %; between 50 % and 99 %.");
        assert_eq!(spread(&[]), "No run could tell.");
    }
}
