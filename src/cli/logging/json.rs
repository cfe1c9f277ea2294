//! Events as JSON, one object a line: `time`, `level`, `target`, `message`, the event's own fields, and `run` in the
//! process of a run. Nothing in them steers a terminal.

use std::{
    fmt,
    io::{self, Write as _},
    sync::OnceLock,
};

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use crate::model::printable;

/// The run that this process carries out.
static RUN: OnceLock<String> = OnceLock::new();

/// Everything that is logged from now on belongs to that run.
pub(crate) fn of_run(run: &str) {
    RUN.get_or_init(|| run.to_owned());
}

/// Writes each event to standard error.
pub(super) struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = line(event, &jiff::Timestamp::now().to_string(), RUN.get().map(String::as_str));
        line.push('\n');
        // Who closed it does not want to hear. One write, so that lines of several processes do not mix.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

fn line(event: &Event<'_>, time: &str, run: Option<&str>) -> String {
    let mut fields = Fields::default();
    fields.put("time", time);
    fields.put("level", event.metadata().level().as_str().to_ascii_lowercase().as_str());
    fields.put("target", event.metadata().target());
    if let Some(run) = run {
        fields.put("run", run);
    }
    event.record(&mut fields);
    Value::Object(fields.0).to_string()
}

/// The members of one line. What comes first stays: no event of ours can pass for another's time or level.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.entry(name).or_insert_with(|| match value.into() {
            Value::String(text) => {
                text.lines().map(|line| printable(line, usize::MAX)).collect::<Vec<_>>().join("\n").into()
            }
            other => other,
        });
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Caught(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Caught {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().expect("no panic in here").push(line(event, "2026-01-02T03:04:05Z", Some("r1")));
        }
    }

    #[test]
    fn x7_a_line_is_one_object_whatever_is_in_it() {
        let caught = Caught::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(caught.clone()), || {
            tracing::warn!(target: "esc_sync::x", kind = %"sync", count = 3, time = "never", "a\nb \u{1b}[31m\u{202e}");
        });
        let lines = caught.0.lock().expect("no panic in here");
        let [line] = &lines[..] else { panic!("one line: {lines:?}") };
        assert!(!line.contains(['\n', '\u{1b}', '\u{202e}']), "{line}");
        let value: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(value["time"], "2026-01-02T03:04:05Z");
        assert_eq!((&value["level"], &value["target"]), (&"warn".into(), &"esc_sync::x".into()));
        assert_eq!((&value["run"], &value["kind"], &value["count"]), (&"r1".into(), &"sync".into(), &3.into()));
        assert!(value["message"].as_str().is_some_and(|text| text.starts_with('a')), "{line}");
    }
}
