//! One entry's whole story: what the mapping demands, what is there now, what sync would do, what is remembered, who wrote it.
//!
//! Names, places, stamps and words; no value, and no fingerprint.

use serde_json::{Value, json};

use crate::{
    engine::{Look, Observed, Planned, Selection, State},
    ledger::{AuditEvent, AuditLine, AuditLog},
    mapping::{Entry, FormatRule, ProbeSpec},
    model::{GithubPlace, JobSnapshot, Kind, Known, Record, SecretName, Visibility},
    plan::PlanOptions,
    probe::{self, Probe},
    report::{EntryReport, Report},
    store::Stores,
};

use crate::cli::{
    Failure,
    args::{CheckArgs, Global},
    progress,
    session::{self, Session},
    state,
};

/// All that is known of one entry.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) name: String,
    /// The alias it was asked for by.
    pub(super) alias: Option<String>,
    pub(super) at: String,
    pub(super) declared: Vec<(&'static str, String)>,
    /// What the stores said; `None` where they were not asked.
    pub(super) now: Option<EntryReport>,
    pub(super) plan: Vec<PlanLine>,
    pub(super) remembered: Vec<(String, Vec<String>)>,
    pub(super) history: Vec<String>,
    /// What could not be told, and why.
    pub(super) notes: Vec<String>,
    pub(super) incomplete: bool,
}

/// What sync would do at one place, or why it would do nothing.
#[derive(Debug)]
pub(super) struct PlanLine {
    pub(super) decision: String,
    pub(super) place: String,
    pub(super) why: String,
    pub(super) remedy: String,
}

/// `None`: interrupted.
pub(super) fn story(global: &Global, what: &str, name: &SecretName) -> Result<Option<Story>, Failure> {
    let (mut session, _) = Session::open(global, "explain")?;
    session.selection = Selection::new(&[name.to_string()], &[], &[])?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let telling = tell(&session, &stores, job, name);
    let work = async { progress::watch(telling, || progress::said(&stores)).await.transpose() };
    let Some(mut story) = session::runtime()?.block_on(work)? else { return Err(progress::cut_off()) };
    story.alias = Some(what.trim().to_uppercase()).filter(|asked| *asked != story.name);
    Ok(Some(story))
}

async fn tell(
    session: &Session<'_>,
    stores: &Stores,
    job: Option<JobSnapshot>,
    name: &SecretName,
) -> Result<Story, Failure> {
    let mapping = session.mapping();
    let entry = mapping.entries.iter().find(|entry| entry.name == *name).expect("it was found in this mapping");
    let mut story = Story {
        name: name.to_string(),
        alias: None,
        at: format!("{}:{}", mapping.file, entry.at.line),
        declared: declared(entry),
        now: None,
        plan: Vec::new(),
        remembered: Vec::new(),
        history: Vec::new(),
        notes: Vec::new(),
        incomplete: false,
    };
    let state = opened(session, stores, &mut story).await?;
    if session.global.offline {
        story.notes.push("the stores were not asked: --offline".to_owned());
        if let Some(state) = &state {
            story.remembered = remembered(entry, |place| state.record(place));
        }
    } else {
        let look = session.task(stores).look(job, state.as_ref(), Look::to_plan()).await;
        present(session, stores, entry, &look, &mut story)?;
        story.remembered = remembered(entry, |place| look.snapshot.memory.records.get(place));
    }
    if let Some(state) = &state {
        past(state, name, &mut story).await;
    }
    Ok(story)
}

/// The state; one that cannot be read, or not without a request that is forbidden, is a note.
async fn opened(session: &Session<'_>, stores: &Stores, story: &mut Story) -> Result<Option<State>, Failure> {
    if session.global.offline && !state::backend(session, stores).await?.is_local() {
        story.notes.push("the state is kept elsewhere and was not asked: --offline".to_owned());
        return Ok(None);
    }
    match state::to_read(session, stores).await {
        Ok(state) => Ok(Some(state)),
        Err(failure) if failure.is_usage() => Err(failure),
        Err(failure) => {
            let (what, help) = failure.into_words();
            story.notes.push(format!("nothing is known of earlier runs: {what}; {help}"));
            Ok(None)
        }
    }
}

/// What is there now, and what sync would make of it.
fn present(
    session: &Session<'_>,
    stores: &Stores,
    entry: &Entry,
    look: &Observed,
    story: &mut Story,
) -> Result<(), Failure> {
    let args = CheckArgs::default();
    let options = PlanOptions { selected: session.chosen(), ..PlanOptions::default() };
    let Planned { judgement, plan } = session.task(stores).decide(look, session::judge_options(&args), &options)?;
    let report = session.report(&look.snapshot, judgement, stores, args.fail_on);
    let Report { actions, held_back, entries, .. } = session.with_plan(report, &plan, &[]);
    let own = |name: &str| name == story.name;
    let actions = actions.into_iter().filter(|action| own(&action.name)).map(|action| PlanLine {
        decision: action.verb.to_owned(),
        place: action.to.to_string(),
        why: action.reason,
        remedy: String::new(),
    });
    let held = held_back.into_iter().filter(|held| own(&held.name)).map(|held| PlanLine {
        decision: format!("left as it is ({})", held.because.as_str()),
        place: held.place.to_string(),
        why: held.reason,
        remedy: held.remedy,
    });
    story.plan = actions.chain(held).collect();
    story.now = entries.into_iter().find(|found| found.name == entry.name.as_str());
    story.incomplete = story.now.as_ref().is_some_and(|now| now.places.iter().any(|place| place.is_unknown()));
    Ok(())
}

/// What the mapping demands, in the order of its fields.
fn declared(entry: &Entry) -> Vec<(&'static str, String)> {
    let detail = entry.detail();
    let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(", "));
    let is_pushed = !entry.github.is_empty() && entry.esc.is_some();
    let format = detail.format.as_ref().map(|format| match format {
        FormatRule::Named(format) => format.id.to_owned(),
        FormatRule::Inline(_) => "a pattern of its own".to_owned(),
    });
    let fields = [
        ("kind", Some(entry.kind.to_string())),
        ("tier", Some(entry.tier.to_string())),
        ("service", entry.service.as_ref().map(ToString::to_string)),
        ("places", joined(entry.places().map(|place| place.to_string()).collect())),
        ("direction", is_pushed.then(|| entry.direction.to_string())),
        ("on-conflict", is_pushed.then(|| entry.on_conflict.as_str().to_owned())),
        ("visible-to", joined(entry.visible_to.iter().map(ToString::to_string).collect())),
        ("visibility", detail.visibility.map(|word| word.as_str().to_owned())),
        ("aliases", joined(detail.aliases.iter().map(ToString::to_string).collect())),
        ("format", format),
        ("encoding", Some(detail.encoding.to_string()).filter(|word| word != "none")),
        ("expect", (!detail.expect.is_empty()).then(|| format!("one of {} values", detail.expect.len()))),
        ("deny", (!detail.deny.is_empty()).then(|| format!("{} values", detail.deny.len()))),
        ("max-age", detail.max_age_days.map(|days| format!("{days} days"))),
        ("allow", joined(detail.allow.iter().map(|allowed| format!("{}: {}", allowed.rule, allowed.reason)).collect())),
        ("live check", Some(live_check(entry))),
    ];
    fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

/// How the service itself is asked, or why it is not.
fn live_check(entry: &Entry) -> String {
    if let Some(own) = detail_probe(entry) {
        return format!("its own probe: {} to {}", own.method, own.hosts.join(", "));
    }
    let told = |row: &&Probe| format!("{}{}", row.id, if row.is_offline() { " (offline only)" } else { "" });
    let rows: Vec<String> = probe::rows(entry).iter().map(told).collect();
    match rows.as_slice() {
        _ if entry.kind == Kind::Config => "none: a plain setting is no credential".to_owned(),
        [] if entry.service.is_none() => "none: the entry names no `service`, and has no `probe` of its own".to_owned(),
        [] => "none: no probe of its service is for an entry of this name, and it has no `probe` of its own".to_owned(),
        rows => format!("{}; `esc-sync explain {}` tells the call", rows.join(" or "), probe::rows(entry)[0].id),
    }
}

fn detail_probe(entry: &Entry) -> Option<&ProbeSpec> {
    entry.detail().probe.as_deref().filter(|spec| !spec.is_allowance())
}

/// What the ledger has of each of the entry's places.
fn remembered<'r>(entry: &Entry, record: impl Fn(&GithubPlace) -> Option<&'r Record>) -> Vec<(String, Vec<String>)> {
    entry.github.iter().filter_map(|place| Some((place.to_string(), facts(record(place)?)))).collect()
}

fn facts(record: &Record) -> Vec<String> {
    let mut facts = Vec::new();
    if !record.run.is_empty() {
        facts.push(format!("last said something of by run {}", record.run));
    }
    if let Some(held) = record.held {
        let how = match held.how {
            Known::Attested => "attested by a job that could read it",
            Known::Written => "written by us",
        };
        facts.push(format!("GitHub's value is known, {how}, as long as its stamp is {}", held.updated_at));
    }
    facts.push(
        if record.base.is_some() {
            "both sides were once known to agree"
        } else {
            "both sides were never known to agree"
        }
        .to_owned(),
    );
    if let Some(pending) = record.pending {
        let said = if pending.acknowledged {
            "GitHub said yes, and its stamp was not read back"
        } else {
            "no answer is known"
        };
        let since = pending.begun.map(|at| format!(" since about {at}")).unwrap_or_default();
        facts.push(format!("a write is pending{since}: {said}; the next sync settles it"));
    }
    if let Some(policy) = &record.policy {
        facts.push(format!("then seen by {}", policy_words(policy)));
    }
    facts.push(if record.written { "a run of ours wrote it" } else { "no run of ours ever wrote it" }.to_owned());
    facts
}

fn policy_words(policy: &Visibility) -> String {
    match policy {
        Visibility::All => "all repositories".to_owned(),
        Visibility::Private => "private repositories".to_owned(),
        Visibility::Selected(None) => "selected repositories".to_owned(),
        Visibility::Selected(Some(list)) => format!("{} selected repositories", list.len()),
    }
}

/// The runs that wrote it, by the audit log.
async fn past(state: &State, name: &SecretName, story: &mut Story) {
    let log = match AuditLog::read(&**state.backend()).await {
        Ok(log) => log,
        Err(fault) => return story.notes.push(format!("the audit log cannot be read: {}; {}", fault.what, fault.help)),
    };
    match log.verify() {
        Ok(lines) => story.history = lines.iter().filter_map(|line| told(line, name.as_str())).collect(),
        Err(broken) => story.notes.push(format!("{broken}: nothing is told of who wrote it")),
    }
}

fn told(line: &AuditLine, wanted: &str) -> Option<String> {
    let AuditEvent::Outcome { verb, name, target, end, reason } = &line.entry.event else { return None };
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    let entry = &line.entry;
    (name == wanted)
        .then(|| format!("{} {end}: {verb} at {target}, by run {} of {}{reason}", entry.at, entry.run, entry.who))
}

impl Story {
    pub(super) fn to_json(&self) -> Value {
        let declared: serde_json::Map<String, Value> =
            self.declared.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        let plan = |line: &PlanLine| json!({ "decision": line.decision, "place": line.place, "why": line.why, "remedy": line.remedy });
        json!({
            "name": self.name,
            "alias": self.alias,
            "at": self.at,
            "declared": declared,
            "now": self.now.as_ref().map_or(Value::Null, now_as_json),
            "plan": self.plan.iter().map(plan).collect::<Vec<_>>(),
            "remembered": self.remembered.iter().map(|(place, facts)| json!({ "place": place, "facts": facts })).collect::<Vec<_>>(),
            "history": self.history,
            "notes": self.notes,
        })
    }
}

fn now_as_json(now: &EntryReport) -> Value {
    let finding = |finding: &crate::judge::Finding| {
        json!({
            "rule": finding.rule, "severity": finding.severity.as_str(), "reason": finding.reason, "remedy": finding.remedy,
        })
    };
    let place = |place: &crate::report::PlaceReport| {
        json!({
            "place": place.place, "reading": place.reading, "updated_at": place.updated_at,
            "why": place.why.as_ref().map(|why| &why.what),
        })
    };
    json!({
        "status": now.status.as_str(),
        "evidence": now.evidence.as_str(),
        "places": now.places.iter().map(place).collect::<Vec<_>>(),
        "findings": now.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}
