//! `esc-sync/report/v1`, frozen: fields are added, never renamed, retyped or removed.
//!
//! These structs are views of the report. Lists are converted one element at a
//! time while they are written, so that a large report costs no second copy.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use crate::{
    judge::Finding,
    model::{Stage, Status},
    plan::End,
    report::{
        ActionReport, BudgetReport, EndpointReport, EntryReport, HeldBackReport, LocatedFinding, OutcomeReport,
        PlaceReport, ProbeReport, ReferenceReport, Report, Summary,
    },
};

use super::{
    live::{EndpointV1, ProbeV1},
    scan::{LocatedV1, ReferenceV1, ScannedV1},
    ssh::SshV1,
};

const SCHEMA: &str = "esc-sync/report/v1";

#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    command: &'static str,
    verdict: &'static str,
    counts: Counts,
    entries: List<'a, EntryReport, Entry<'a>>,
    /// What a command that writes would do and did.
    actions: List<'a, ActionReport, ActionV1<'a>>,
    outcomes: List<'a, OutcomeReport, OutcomeV1<'a>>,
    held_back: List<'a, HeldBackReport, HeldBackV1<'a>>,
    remarks: &'a [String],
    /// Of the commands that are about the machines' key.
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh: Option<SshV1<'a>>,
    /// Of `doctor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stages: Option<Vec<StageV1<'a>>>,
    /// Where live checks were made.
    #[serde(skip_serializing_if = "List::is_empty")]
    probes: List<'a, ProbeReport, ProbeV1<'a>>,
    #[serde(skip_serializing_if = "List::is_empty")]
    endpoints: List<'a, EndpointReport, EndpointV1<'a>>,
    /// Of the command that looks at a source tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    scanned: Option<ScannedV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<List<'a, ReferenceReport, ReferenceV1<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    located: Option<List<'a, LocatedFinding, LocatedV1<'a>>>,
    /// Those of no entry.
    findings: List<'a, Finding, FindingV1<'a>>,
    requests: Requests<'a>,
    /// Where a store told of its limit.
    #[serde(skip_serializing_if = "List::is_empty")]
    budgets: List<'a, BudgetReport, BudgetV1>,
    duration_ms: u64,
    run: &'a str,
    mapping: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    service: Option<&'a str>,
    tier: &'static str,
    kind: &'static str,
    status: &'static str,
    evidence: &'static str,
    findings: List<'a, Finding, FindingV1<'a>>,
    places: List<'a, PlaceReport, PlaceV1<'a>>,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    rule: &'static str,
    severity: &'static str,
    place: Option<String>,
    reason: &'a str,
    remedy: &'a str,
}

#[derive(Serialize)]
struct PlaceV1<'a> {
    place: &'a str,
    store: &'static str,
    reading: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct ActionV1<'a> {
    id: usize,
    name: &'a str,
    verb: &'static str,
    from: Option<String>,
    to: String,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    create: Option<bool>,
}

#[derive(Serialize)]
struct OutcomeV1<'a> {
    action: usize,
    name: &'a str,
    place: String,
    outcome: &'static str,
    /// How it failed, where that is more than a refusal of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    reason: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct HeldBackV1<'a> {
    name: &'a str,
    place: String,
    because: &'static str,
    /// Whether the run ends with exit code 5 for it.
    refused: bool,
    reason: &'a str,
    remedy: &'a str,
}

#[derive(Serialize)]
struct StageV1<'a> {
    name: &'static str,
    about: &'a str,
    outcome: &'static str,
    what: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct BudgetV1 {
    store: &'static str,
    limit: u64,
    remaining: u64,
    resets_at: String,
}

struct Counts(Summary);

struct Requests<'a>(&'a [(String, u64)]);

/// A slice written element by element through its view.
struct List<'a, T, V> {
    items: &'a [T],
    view: fn(&'a T) -> V,
}

impl<'a> From<&'a Report> for Document<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            command: report.command,
            verdict: report.verdict.as_str(),
            counts: Counts(Summary::of(report)),
            entries: List { items: &report.entries, view: Entry::from },
            actions: List { items: &report.actions, view: ActionV1::from },
            outcomes: List { items: &report.outcomes, view: OutcomeV1::from },
            held_back: List { items: &report.held_back, view: HeldBackV1::from },
            remarks: &report.remarks,
            ssh: report.ssh.as_ref().map(SshV1::from),
            stages: report.doctor.as_ref().map(|doctor| doctor.stages.iter().map(StageV1::from).collect()),
            probes: List { items: &report.probes, view: ProbeV1::from },
            endpoints: List { items: &report.endpoints, view: EndpointV1::from },
            scanned: report.scanned.as_ref().map(ScannedV1::from),
            references: report.scanned.map(|_| List { items: &report.references, view: ReferenceV1::from }),
            located: report.scanned.map(|_| List { items: &report.located, view: LocatedV1::from }),
            findings: List { items: &report.findings, view: FindingV1::from },
            requests: Requests(&report.requests),
            budgets: List { items: &report.budgets, view: BudgetV1::from },
            duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
            run: &report.run,
            mapping: &report.mapping,
        }
    }
}

impl<'a> From<&'a EntryReport> for Entry<'a> {
    fn from(entry: &'a EntryReport) -> Self {
        Self {
            name: &entry.name,
            service: entry.service.as_deref(),
            tier: entry.tier.as_str(),
            kind: entry.kind.as_str(),
            status: entry.status.as_str(),
            evidence: entry.evidence.as_str(),
            findings: List { items: &entry.findings, view: FindingV1::from },
            places: List { items: &entry.places, view: PlaceV1::from },
        }
    }
}

impl<'a> From<&'a Finding> for FindingV1<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            place: finding.place.as_ref().map(ToString::to_string),
            reason: &finding.reason,
            remedy: &finding.remedy,
        }
    }
}

impl<'a> From<&'a Stage> for StageV1<'a> {
    fn from(stage: &'a Stage) -> Self {
        let (name, outcome) = (stage.kind.as_str(), stage.outcome.as_str());
        Self { name, about: &stage.about, outcome, what: &stage.what, help: &stage.help }
    }
}

impl<'a> From<&'a ActionReport> for ActionV1<'a> {
    fn from(action: &'a ActionReport) -> Self {
        Self {
            id: action.id,
            name: &action.name,
            verb: action.verb,
            from: action.from.as_ref().map(ToString::to_string),
            to: action.to.to_string(),
            reason: &action.reason,
            create: action.creates(),
        }
    }
}

impl<'a> From<&'a OutcomeReport> for OutcomeV1<'a> {
    fn from(outcome: &'a OutcomeReport) -> Self {
        let (word, detail) = match outcome.end {
            End::Done | End::Failed | End::Unknown => (outcome.end, None),
            End::NotBegun | End::Overtaken => (End::Failed, Some(outcome.end.as_str())),
        };
        Self {
            action: outcome.action,
            name: &outcome.name,
            place: outcome.place.to_string(),
            outcome: word.as_str(),
            detail,
            reason: &outcome.reason,
            help: &outcome.help,
        }
    }
}

impl<'a> From<&'a HeldBackReport> for HeldBackV1<'a> {
    fn from(held: &'a HeldBackReport) -> Self {
        Self {
            name: &held.name,
            place: held.place.to_string(),
            because: held.because.as_str(),
            refused: held.because.is_refusal(),
            reason: &held.reason,
            remedy: &held.remedy,
        }
    }
}

impl<'a> From<&'a PlaceReport> for PlaceV1<'a> {
    fn from(place: &'a PlaceReport) -> Self {
        Self {
            place: &place.place,
            store: place.store,
            reading: place.reading,
            updated_at: place.updated_at.as_deref(),
            why: place.why(),
        }
    }
}

impl From<&BudgetReport> for BudgetV1 {
    fn from(budget: &BudgetReport) -> Self {
        let BudgetReport { store, limit, remaining, resets_at } = *budget;
        Self { store, limit, remaining, resets_at: resets_at.to_string() }
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Status::ALL.len() + 2))?;
        map.serialize_entry("entries", &self.0.entries)?;
        map.serialize_entry("checked", &self.0.checked)?;
        for status in Status::ALL {
            map.serialize_entry(status.as_str(), &self.0.count(*status))?;
        }
        map.end()
    }
}

impl Serialize for Requests<'_> {
    /// A store named twice is counted once, as the sum: an object has no second key.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, (store, _)) in self.0.iter().enumerate() {
            if !self.0[..at].iter().any(|(earlier, _)| earlier == store) {
                let same = self.0[at..].iter().filter(|(other, _)| other == store);
                map.serialize_entry(store, &same.fold(0_u64, |sum, (_, number)| sum.saturating_add(*number)))?;
            }
        }
        map.end()
    }
}

impl<T, V> List<'_, T, V> {
    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T, V: Serialize> Serialize for List<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.items.len()))?;
        for item in self.items {
            list.serialize_element(&(self.view)(item))?;
        }
        list.end()
    }
}
