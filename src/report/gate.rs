//! `health_gate_report.json`, as the pipelines of before read it.
//!
//! Field names, and the types of those four, are of the script that wrote it
//! (`ai-cherry/sophia-strategic-development` `scripts/ci/deployment_health_gate.py`,
//! read 2026-11): `missing_secrets` and `failed_services` are lists of strings,
//! where a reason follows a service's name after a colon; `health_checks` is a list
//! of objects with `service` and `status`; `esc_status` is `connected`,
//! `failed: …`, `not_available` or `unknown`. A reader that looks at nothing but
//! the first two lists must never see a pass that is none: unless the verdict is
//! `pass`, one of them holds something. Nothing is listed that was not looked at.

mod live;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use serde::Serialize;

use super::{EntryReport, Report, Summary, Verdict, doctor, json, writes};
use crate::model::{Evidence, Status};

pub(super) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    json::write(&gate(report), out)
}

#[derive(Serialize)]
struct Gate<'a> {
    missing_secrets: Vec<&'a str>,
    failed_services: Vec<String>,
    health_checks: Vec<Health<'a>>,
    esc_status: String,
    verdict: &'static str,
    exit_code: u8,
    entries: usize,
    checked: usize,
    mapping: &'a str,
    run: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Health<'a> {
    Entries(HealthCheck<'a>),
    Live(live::LiveCheck<'a>),
}

/// What the entries of one service came to.
#[derive(Serialize)]
struct HealthCheck<'a> {
    service: &'a str,
    status: &'static str,
    entries: usize,
    checked: usize,
    /// The weakest of its entries.
    evidence: &'static str,
}

fn gate(report: &Report) -> Gate<'_> {
    let summary = Summary::of(report);
    let services = by_service(&report.entries);
    let missing = |entry: &&EntryReport| entry.status == Status::Missing;
    let missing_secrets: Vec<_> = report.entries.iter().filter(missing).map(|entry| entry.name.as_str()).collect();
    let mut failed_services = failed_services(report, &services);
    if report.verdict != Verdict::Pass && missing_secrets.is_empty() && failed_services.is_empty() {
        failed_services.push(format!("esc-sync: {}", summary.why()));
    }
    Gate {
        missing_secrets,
        failed_services,
        health_checks: services
            .iter()
            .map(|(service, entries)| Health::Entries(health_check(report, service, entries)))
            .chain(live::checks(report).map(Health::Live))
            .collect(),
        esc_status: esc_status(report),
        verdict: report.verdict.as_str(),
        exit_code: report.exit_code(),
        entries: summary.entries,
        checked: summary.checked,
        mapping: &report.mapping,
        run: &report.run,
    }
}

fn by_service(entries: &[EntryReport]) -> BTreeMap<&str, Vec<&EntryReport>> {
    let mut services: BTreeMap<&str, Vec<&EntryReport>> = BTreeMap::new();
    for entry in entries {
        services.entry(entry.service.as_deref().unwrap_or(NO_SERVICE)).or_default().push(entry);
    }
    services
}

fn failed_services(report: &Report, services: &BTreeMap<&str, Vec<&EntryReport>>) -> Vec<String> {
    let mut failed = Vec::new();
    for (service, entries) in services {
        match service_status(report, entries) {
            Verdict::Fail => failed.push((*service).to_owned()),
            Verdict::Unknown => failed.push(format!("{service}: could not be checked")),
            Verdict::Pass => {}
        }
    }
    let general = report.findings.iter().filter(|finding| report.counts(finding));
    let mut troubles = writes::troubles(report);
    troubles.extend(
        doctor::troubles(report).into_iter().filter(|finding| report.counts(finding)).map(|finding| (None, finding)),
    );
    let in_files = report.located.iter().filter(|finding| finding.severity <= report.fail_on);
    let rules: BTreeSet<_> = general
        .chain(troubles.iter().map(|(_, finding)| finding))
        .map(|finding| finding.rule)
        .chain(in_files.map(|finding| finding.rule))
        .collect();
    failed.extend(live::failed(report));
    failed.extend(rules.into_iter().map(|rule| format!("esc-sync: {rule}")));
    failed
}

fn service_status(report: &Report, entries: &[&EntryReport]) -> Verdict {
    if entries.iter().flat_map(|entry| &entry.findings).any(|finding| report.counts(finding)) {
        Verdict::Fail
    } else if entries.iter().any(|entry| entry.status == Status::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Pass
    }
}

fn health_check<'a>(report: &Report, service: &'a str, entries: &[&EntryReport]) -> HealthCheck<'a> {
    HealthCheck {
        service,
        status: health_word(report, entries),
        entries: entries.len(),
        checked: entries.iter().filter(|entry| entry.status != Status::Unknown).count(),
        evidence: entries.iter().map(|entry| entry.evidence).max().unwrap_or(Evidence::None).as_str(),
    }
}

/// Nothing is called healthy that was only seen to exist.
fn health_word(report: &Report, entries: &[&EntryReport]) -> &'static str {
    if report.is_of_live_checks() {
        return live::health_of_all(report, entries);
    }
    match service_status(report, entries) {
        Verdict::Pass if entries.iter().any(|entry| entry.status == Status::Unverified) => Status::Unverified.as_str(),
        verdict => verdict.as_str(),
    }
}

/// What ESC itself answered, by its places. A place that ESC was asked for and has no
/// value to give is an answer, too; only an incomplete run had a store that failed.
fn esc_status(report: &Report) -> String {
    if let Some(scanned) = &report.scanned {
        return match (scanned.esc_asked, scanned.esc_unread) {
            (0, _) => "not_available".to_owned(),
            (_, 0) => "connected".to_owned(),
            (asked, unread) => format!("failed: {unread} of {asked} environments not read"),
        };
    }
    let places = report.entries.iter().flat_map(|entry| &entry.places).filter(|place| place.store == "esc");
    let (mut all, mut unread, mut why) = (0, 0, None);
    for place in places {
        all += 1;
        if report.incomplete && place.is_unknown() {
            unread += 1;
            why = why.or(place.why());
        }
    }
    match (all, unread) {
        (0, _) if report.incomplete => "unknown".to_owned(),
        (0, _) => "not_available".to_owned(),
        (_, 0) => "connected".to_owned(),
        _ => format!("failed: {}", why.map_or_else(|| format!("{unread} of {all} places not read"), str::to_owned)),
    }
}

const NO_SERVICE: &str = "unassigned";
