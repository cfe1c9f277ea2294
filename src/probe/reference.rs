//! The tables of `docs/probes.md` and the text of one probe, made from the same rows that are asked.

use std::fmt::Write;

use super::{
    PROBES, Probe, Way,
    call::{Call, Outcome, When},
    offline::Form,
};
use crate::model::ProbeVerdict;

/// The services that are asked: one section a row.
pub fn reference() -> String {
    PROBES.iter().filter(|probe| !probe.is_offline()).map(section).collect::<Vec<_>>().join("\n")
}

/// The services that are not: one line a row.
pub fn offline_reference() -> String {
    let mut text = "| Probe | Service | Entries | Why |\n|---|---|---|---|\n".to_owned();
    for probe in PROBES.iter().filter(|probe| probe.is_offline()) {
        let _ = writeln!(text, "| `{}` | `{}` | {} | {} |", probe.id, probe.service, names(probe), probe.source);
    }
    text
}

/// What a row asks, and what its answers mean; in Markdown.
pub fn told(probe: &Probe) -> String {
    if probe.is_offline() {
        return format!(
            "No safe call is known; checked offline: {}.\n\n- Service `{}`; entries {}.\n- Why it is not asked: {}.\n",
            looked_at(probe),
            probe.service,
            names(probe),
            probe.source
        );
    }
    format!(
        "{}\n**live**: the service accepted it. **limited**: accepted, but not for what was asked. **rejected**: the service \
         says that it is not valid. **unknown**: it could not be found out, and nothing is concluded from it.\n",
        facts(probe)
    )
}

/// What of the value is looked at where nobody is asked.
fn looked_at(probe: &Probe) -> String {
    match probe.way {
        Way::Offline(Form::Base64Json(fields)) => format!("that it is base64 of a JSON object with {}", listed(fields)),
        Way::Offline(Form::Jwt) => "if it is a JSON web token, its end".to_owned(),
        _ => "nothing, as nothing of its form is known".to_owned(),
    }
}

fn section(probe: &Probe) -> String {
    format!("### {}\n\n{}", probe.id, facts(probe))
}

fn facts(probe: &Probe) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "- Service `{}`; entries {}.", probe.service, names(probe));
    if !probe.starts.is_empty() {
        let _ = writeln!(text, "- Only values that begin with {}.", listed(probe.starts));
    }
    for part in &probe.parts[1..] {
        let needed = if part.optional { "If there" } else { "Needs" };
        let _ = writeln!(text, "- {needed}: another entry {} (`{{{}}}`).", listed(part.names), part.name);
    }
    if !probe.hosts.is_empty() {
        let _ = writeln!(text, "- Hosts: {}.", listed(probe.hosts));
    }
    for call in probe.calls() {
        let _ = writeln!(text, "- `{} {}`{}", call.method, call.url, meanings(call));
    }
    if matches!(probe.way, Way::Steps(_)) {
        text.push_str("- One login, and nothing else; the value is a URL and says itself where it goes.\n");
    }
    let _ = writeln!(text, "- Source: {}.", probe.source);
    text
}

/// What the verdicts rest on, in the order in which they are asked.
fn meanings(call: &Call) -> String {
    let mut text = if call.anonymous { ", without the credential".to_owned() } else { String::new() };
    for (at, rule) in call.rules.iter().enumerate() {
        let said = match rule.outcome {
            Outcome::Next => "the next call".to_owned(),
            Outcome::Says(saying) if saying.verdict == ProbeVerdict::Live => format!("**live** ({})", saying.reason),
            Outcome::Says(saying) => format!("{} ({})", saying.verdict, saying.reason),
        };
        let statuses: Vec<String> = rule.statuses.iter().map(u16::to_string).collect();
        let mut when = if statuses.is_empty() { "any answer".to_owned() } else { statuses.join(", ") };
        for condition in rule.when {
            let _ = write!(when, " with {}", condition_in_words(condition));
        }
        let _ = write!(text, "{} {when} → {said}", if at == 0 { ":" } else { ";" });
    }
    text
}

fn condition_in_words(when: &When) -> String {
    let field = |pointer: &str| {
        if pointer.is_empty() { "a body".to_owned() } else { format!("`{}`", pointer[1..].replace('/', ".")) }
    };
    match when {
        When::ClockApart => "a clock more than five minutes from ours".into(),
        When::Filled(pointer) => field(pointer),
        When::Given(part) => format!("`{{{part}}}` known"),
        When::Header(name, value) => format!("the header `{name}: {value}`"),
        When::Is(pointer, values) => format!("{} {}", field(pointer), listed(values)),
        When::Keyed(part) => format!("a key named `{{{part}}}`"),
        When::List(pointer) => {
            format!("a list {}", if pointer.is_empty() { "as its body".into() } else { field(pointer) })
        }
        When::NoBody => "no body".into(),
        When::Not(When::NoBody) => "a body".into(),
        When::Not(when) => format!("no {}", condition_in_words(when)),
        When::Text(text) => format!("the text \u{201c}{text}\u{201d}"),
    }
}

fn names(probe: &Probe) -> String {
    listed(probe.parts[0].names)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
