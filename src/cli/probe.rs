//! `probe`: the live checks alone. Values are read from ESC, and from GitHub only what ESC does not have.

use std::collections::HashSet;

use crate::{
    engine::{
        ReadPlan,
        live::{self, Asker},
        observe,
    },
    judge::{JudgeOptions, judge},
    mapping::Entry,
    model::{Evidence, JobSnapshot, ProbeVerdict, Snapshot},
    report::{EntryReport, Report},
    store::Stores,
};

use super::{
    Failure,
    args::{Global, ProbeArgs},
    exit::Exit,
    progress,
    session::{self, Session},
};

pub(crate) fn run(global: &Global, args: &ProbeArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "probe")?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let asker = session.asker();
    let looking = look(&session, &stores, job, &asker, args);
    let looked =
        session::runtime()?.block_on(async { progress::watch(looking, || progress::said_live(&stores, &asker)).await });
    let Some(snapshot) = looked else { return Ok(progress::interrupted()) };
    let options = JudgeOptions { now: session::now(), require_evidence: Evidence::Presence };
    let mapping = session.mapping();
    let has_probe = |entry: &Entry| live::has_probe(mapping, entry);
    let judgement = judge(mapping, &snapshot, options).of_live_checks(mapping, &snapshot, &has_probe);
    let report = session.report(&snapshot, judgement, &stores, args.fail_on);
    let mut report = proven(only_probed(session.with_asked(report, &asker), &session), &session);
    if args.endpoints && mapping.endpoints.is_empty() && session.share.is_none() {
        report.remarks.push("no endpoint was asked: the mapping has no `endpoints`".to_owned());
    }
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

async fn look(
    session: &Session<'_>,
    stores: &Stores,
    job: Option<JobSnapshot>,
    asker: &Asker,
    args: &ProbeArgs,
) -> Snapshot {
    let (mapping, selection) = (session.mapping(), &session.selection);
    let plan = ReadPlan::of_values(mapping, selection, &|entry| live::has_probe(mapping, entry));
    // Nothing is compared with the job, so GitHub need not tell when its run was queued.
    let mut snapshot = if session.global.offline { Snapshot::default() } else { observe(&plan, stores, None).await };
    snapshot.job = job;
    snapshot.live.probes = live::probe(mapping, &snapshot, selection, asker).await;
    if args.endpoints && !session.global.offline {
        snapshot.live.endpoints = live::health(mapping, asker).await;
    }
    snapshot
}

/// Entries that have no live check are none of this report's business.
fn only_probed(mut report: Report, session: &Session<'_>) -> Report {
    let mapping = session.mapping();
    let probed: HashSet<&str> = mapping
        .entries
        .iter()
        .filter(|entry| live::has_probe(mapping, entry))
        .map(|entry| entry.name.as_str())
        .collect();
    report.entries.retain(|entry| probed.contains(&*entry.name));
    report.entries.iter_mut().for_each(only_asked);
    report
}

/// Where ESC has the value, nothing else was read; elsewhere what was not read is told only with its finding.
fn only_asked(entry: &mut EntryReport) {
    let in_esc = entry.places.iter().any(|place| place.store == "esc");
    let spoken_of: Vec<String> =
        entry.findings.iter().filter_map(|finding| finding.place.as_ref()).map(ToString::to_string).collect();
    entry.places.retain(|place| {
        if in_esc { place.store == "esc" } else { !place.is_unknown() || spoken_of.contains(&place.place) }
    });
}

fn asked_by_others(session: &Session<'_>) -> bool {
    let mapping = session.mapping();
    let mut others = mapping.elsewhere.entries.iter().filter(|entry| session.selection.contains(entry));
    others.any(|entry| live::has_probe(mapping, entry))
}

/// Nothing found out is not a pass: zero credentials that work is what a broken check would say, too.
fn proven(mut report: Report, session: &Session<'_>) -> Report {
    // The credentials that can be asked about may all fall to other workers.
    report.idle |= report.probes.is_empty() && report.endpoints.is_empty() && asked_by_others(session);
    if report.idle {
        return report.decided();
    }
    let found_out = report.probes.iter().any(|probe| probe.verdict != ProbeVerdict::Unknown)
        || report.endpoints.iter().any(|endpoint| endpoint.verdict != ProbeVerdict::Unknown);
    if !found_out {
        report.incomplete = true;
        report.remarks.push(match (report.entries.is_empty(), report.probes.is_empty()) {
            (true, true) => "no live check was made: none of the selected entries has one (docs/probes.md)".to_owned(),
            (false, true) => "no live check was made: no value of the selected entries could be used".to_owned(),
            _ => "of no credential it could be found out whether it works".to_owned(),
        });
    }
    report.decided()
}
