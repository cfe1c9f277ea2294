//! The lines of a journal as bytes: JSON, each with a digest of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    crypto,
    model::{Fingerprint, SecretName, Stamp},
};

use super::{
    backend::StateFault,
    form::{PlaceForm, Text},
    journal::{EndedLine, Header, Intent, KeptRun},
    line,
};

const VERSION: u64 = 1;
const DIGEST: &str = "check";

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Run(HeaderForm),
    Intent(IntentForm),
    Ended(EndedForm),
}

#[derive(Deserialize, Serialize)]
pub(super) struct HeaderForm {
    version: u64,
    run: Box<str>,
    command: String,
    who: String,
    at: Text<Stamp>,
    revisions: BTreeMap<String, u64>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct IntentForm {
    id: usize,
    name: Text<SecretName>,
    verb: Box<str>,
    place: PlaceForm,
    fingerprint: Option<Text<Fingerprint>>,
    previous: Option<Text<Fingerprint>>,
    before: Option<Text<Stamp>>,
    begun: Option<Text<Stamp>>,
    revision_before: Option<u64>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct EndedForm {
    id: usize,
    end: Box<str>,
    stamp: Option<Text<Stamp>>,
    revision: Option<u64>,
    reason: String,
}

#[derive(Deserialize, Serialize)]
struct EndForm {
    at: Text<Stamp>,
}

pub(super) fn write_line(line: &Line) -> String {
    line::seal(line, DIGEST, crypto::short_digest).0
}

pub(super) fn write_end(at: Stamp) -> String {
    line::seal(&EndForm { at: Text(at) }, DIGEST, crypto::short_digest).0
}

pub(super) fn read_end(bytes: &[u8]) -> Option<Stamp> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    line::unseal::<EndForm>(text, DIGEST, crypto::short_digest).map(|(end, _)| end.at.0)
}

/// The run that whole lines tell of; `None` if there is no line.
pub(super) fn read_lines(
    bytes: &[u8],
    run: &str,
    damaged: &dyn Fn(&str) -> StateFault,
) -> Result<Option<KeptRun>, StateFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("holds bytes that are no text"))?;
    let mut kept: Option<KeptRun> = None;
    for (at, line) in text.lines().enumerate() {
        let line = read_line(line, run)?;
        let added = line.and_then(|line| add(&mut kept, line));
        added.filter(|()| kept.as_ref().is_some_and(|kept| &*kept.header.run == run)).ok_or_else(|| {
            damaged(&format!("has a line that was changed or does not belong there (line {})", at + 1))
        })?;
    }
    Ok(kept)
}

fn read_line(line: &str, run: &str) -> Result<Option<Line>, StateFault> {
    let line = line::unseal::<serde_json::Value>(line, DIGEST, crypto::short_digest);
    let Some((value, _)) = line else { return Ok(None) };
    match value.pointer("/run/version").and_then(serde_json::Value::as_u64) {
        Some(version) if version > VERSION => Err(StateFault::newer(&format!("the journal of {run}"), version)),
        _ => Ok(serde_json::from_value(value).ok()),
    }
}

fn add(kept: &mut Option<KeptRun>, line: Line) -> Option<()> {
    match (line, kept) {
        (Line::Run(header), kept @ None) => {
            *kept = Some(KeptRun { header: header.into(), intents: vec![], ended: vec![], finished: None });
        }
        (Line::Intent(intent), Some(kept)) => kept.intents.push(intent.intent()?),
        (Line::Ended(ended), Some(kept)) => kept.ended.push(ended.into()),
        _ => return None,
    }
    Some(())
}

impl From<&Header> for Line {
    fn from(header: &Header) -> Self {
        let Header { run, command, who, at, revisions } = header.clone();
        Self::Run(HeaderForm { version: VERSION, run, command, who, at: Text(at), revisions })
    }
}

impl From<HeaderForm> for Header {
    fn from(form: HeaderForm) -> Self {
        let HeaderForm { run, command, who, at, revisions, .. } = form;
        Self { run, command, who, at: at.0, revisions }
    }
}

impl From<&Intent> for Line {
    fn from(intent: &Intent) -> Self {
        Self::Intent(IntentForm {
            id: intent.id,
            name: Text(intent.name.clone()),
            verb: intent.verb.clone(),
            place: (&intent.place).into(),
            fingerprint: intent.fingerprint.map(Text),
            previous: intent.previous.map(Text),
            before: intent.before.map(Text),
            begun: intent.begun.map(Text),
            revision_before: intent.revision_before,
        })
    }
}

impl IntentForm {
    fn intent(self) -> Option<Intent> {
        Some(Intent {
            id: self.id,
            name: self.name.0,
            verb: self.verb,
            place: self.place.try_into().ok()?,
            fingerprint: self.fingerprint.map(|print| print.0),
            previous: self.previous.map(|print| print.0),
            before: self.before.map(|stamp| stamp.0),
            begun: self.begun.map(|stamp| stamp.0),
            revision_before: self.revision_before,
        })
    }
}

impl From<&EndedLine> for Line {
    fn from(ended: &EndedLine) -> Self {
        let EndedLine { id, end, stamp, revision, reason } = ended.clone();
        Self::Ended(EndedForm { id, end, stamp: stamp.map(Text), revision, reason })
    }
}

impl From<EndedForm> for EndedLine {
    fn from(form: EndedForm) -> Self {
        let EndedForm { id, end, stamp, revision, reason } = form;
        Self { id, end, stamp: stamp.map(|stamp| stamp.0), revision, reason }
    }
}
