//! Families of metrics as plain data, and their text by `prometheus-client`.
//!
//! That library is made for counters that live in a program; here everything is on the board, so one collector
//! hands it what was made of the board for one answer. It knows no state sets, and its
//! info metrics take no labels from a collector: both are gauges of 0 and 1.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text},
    metrics::MetricType,
    registry::Registry,
};

use crate::{
    daemon::board::{DURATION_BOUNDS, Durations},
    report::escape,
};

/// The longest label value: a name of an entry may have been made up by somebody else.
const LABEL_CHARACTERS: usize = 200;

/// One metric with all its samples; without any it is left out.
#[derive(Clone, Debug)]
pub(super) struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    samples: Vec<Sample>,
}

#[derive(Clone, Debug)]
pub(super) struct Sample {
    labels: Vec<(&'static str, String)>,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Level(i64),
    Count(u64),
    Spread(Durations),
}

impl Family {
    pub(super) fn gauge(name: &'static str, help: &'static str, samples: impl IntoIterator<Item = Sample>) -> Self {
        Self { name, help, kind: MetricType::Gauge, samples: samples.into_iter().collect() }
    }

    /// `name`: without `_total`.
    pub(super) fn counter(name: &'static str, help: &'static str, samples: impl IntoIterator<Item = Sample>) -> Self {
        Self { kind: MetricType::Counter, ..Self::gauge(name, help, samples) }
    }

    pub(super) fn histogram(name: &'static str, help: &'static str, samples: impl IntoIterator<Item = Sample>) -> Self {
        Self { kind: MetricType::Histogram, ..Self::gauge(name, help, samples) }
    }

    /// All the words a state can have; the one that holds is 1.
    pub(super) fn states(name: &'static str, help: &'static str, label: &'static str, all: &[&str], now: &str) -> Self {
        Self::gauge(name, help, all.iter().map(|word| Sample::level(&[(label, word)], i64::from(*word == now))))
    }
}

impl Sample {
    fn new(labels: &[(&'static str, &str)], value: Value) -> Self {
        let labels = labels.iter().map(|(name, value)| (*name, shown(value)));
        Self { labels: labels.collect(), value }
    }

    pub(super) fn level(labels: &[(&'static str, &str)], value: i64) -> Self {
        Self::new(labels, Value::Level(value))
    }

    /// A number of things as they are now.
    pub(super) fn number(labels: &[(&'static str, &str)], value: impl TryInto<i64>) -> Self {
        Self::level(labels, value.try_into().unwrap_or(i64::MAX))
    }

    pub(super) fn count(labels: &[(&'static str, &str)], value: u64) -> Self {
        Self::new(labels, Value::Count(value))
    }

    pub(super) fn spread(labels: &[(&'static str, &str)], durations: &Durations) -> Self {
        Self::new(labels, Value::Spread(durations.clone()))
    }
}

fn shown(text: &str) -> String {
    escape::visible(&escape::clipped(text, LABEL_CHARACTERS)).into_owned()
}

/// The whole text, with its end mark.
pub(super) fn text_of(families: Vec<Family>) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Exposition(families)));
    let mut out = String::new();
    text::encode(&mut out, &registry).expect("a string takes all");
    out
}

#[derive(Debug)]
struct Exposition(Vec<Family>);

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in self.0.iter().filter(|family| !family.samples.is_empty()) {
            let mut metric = encoder.encode_descriptor(family.name, family.help, None, family.kind)?;
            for sample in &family.samples {
                if sample.labels.is_empty() {
                    sample.value.encode(&mut metric)?;
                } else {
                    sample.value.encode(&mut metric.encode_family(&sample.labels)?)?;
                }
            }
        }
        Ok(())
    }
}

impl Value {
    fn encode(&self, to: &mut MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Level(level) => to.encode_gauge(level),
            Self::Count(count) => to.encode_counter::<NoLabelSet, u64, f64>(count, None),
            Self::Spread(durations) => {
                to.encode_histogram::<NoLabelSet>(durations.sum_s, durations.count, &buckets(durations), None)
            }
        }
    }
}

/// Each bucket for itself: the library adds them up.
fn buckets(durations: &Durations) -> Vec<(f64, u64)> {
    let bounds = DURATION_BOUNDS.into_iter().chain([f64::INFINITY]);
    let up_to = durations.up_to.into_iter().chain([durations.count]);
    let mut below = 0;
    let mut buckets = Vec::with_capacity(DURATION_BOUNDS.len() + 1);
    for (bound, up_to) in bounds.zip(up_to) {
        buckets.push((bound, up_to.saturating_sub(below)));
        below = up_to.max(below);
    }
    buckets
}
