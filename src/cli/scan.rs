//! `scan`: what a source tree refers to, contradicts or leaks. Nothing is written anywhere.
//!
//! Stores are asked first, so that files are read once. Environments that only the files name
//! are asked for after that. What could not be asked is said, and ends with exit code 3;
//! `--offline` asks nobody, and what only a store could tell is `unknown`, which is no failure.

use std::path::Path;

use crate::{
    engine::{ReadPlan, Selection, Walk, Walked, observe, walk},
    judge::{Judgement, placeholder_family},
    mapping::Entry,
    model::{GithubScope, JobSnapshot, Kind, Place, Reading, RepoRef, SecretName, SecretValue, Snapshot},
    report::{LocatedFinding, ReferenceReport, Report, ScannedReport},
    scan::{Joined, JoinedReference, Known, Leak, Located, Matcher, Reach, Scrub, Settings, World, join, rule},
    store::Stores,
};

use super::{
    Failure,
    args::{Global, ScanArgs},
    exit::Exit,
    failure::reason,
    progress, repository,
    session::{self, Session},
    unspoken::unspoken,
};

pub(crate) fn run(global: &Global, args: &ScanArgs) -> Result<Exit, Failure> {
    let looked = args.path.metadata().map_err(|error| reason(&error));
    let scannable = looked.and_then(|of| match of.is_dir() || of.is_file() {
        true => Ok(()),
        false => Err("it is neither a folder nor a plain file".to_owned()),
    });
    if let Err(why) = scannable {
        let message = format!("cannot scan {}: {why}", args.path.display());
        return Err(Failure::usage(message, "name a folder or a file that exists"));
    }
    let (session, targets) = Session::open(global, "scan")?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let in_job = job.as_ref().and_then(|job| job.repository.clone());
    let repository = in_job.or_else(|| repository::of_tree(&args.path));
    let scan = Scan { session: &session, args, repository, asks: !global.offline };
    let Some(mut snapshot) = scan.asked(&stores, job)? else { return Ok(progress::interrupted()) };
    let mut known = if args.no_values { Vec::new() } else { known_values(session.mapping().entries.iter(), &snapshot) };
    // A placeholder is nobody's secret, and templates are full of them.
    known.retain(|known| placeholder_family(Kind::Secret, known.value).is_none());
    let matcher = (!args.no_values).then(|| Matcher::new(&known));
    let settings = Settings::new(session.mapping());
    let mapping = Path::new(&*session.mapping().file);
    let walked = walk(&args.path, Walk { settings: &settings, matcher: matcher.as_ref(), mapping });
    let scrub = matcher.as_ref().map(|matcher| Scrub::new(matcher, &known));
    drop(known);
    if !scan.ask_environments(&stores, &walked, &mut snapshot)? {
        return Ok(progress::interrupted());
    }
    let world = World {
        mapping: session.mapping(),
        snapshot: scan.asks.then_some(&snapshot),
        repository: scan.repository.as_ref(),
    };
    let joined = join(&walked.tree, world);
    let report = scan.report(&stores, &snapshot, walked, joined, matcher.as_ref());
    let report = match &scrub {
        Some(scrub) => unspoken(report, scrub),
        None => report,
    };
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

struct Scan<'a> {
    session: &'a Session<'a>,
    args: &'a ScanArgs,
    repository: Option<RepoRef>,
    asks: bool,
}

impl Scan<'_> {
    /// What the stores say that the mapping and the repository name; `None`: interrupted.
    fn asked(&self, stores: &Stores, job: Option<JobSnapshot>) -> Result<Option<Snapshot>, Failure> {
        if !self.asks {
            return Ok(Some(Snapshot { job, ..Snapshot::default() }));
        }
        let mut plan = ReadPlan::new(self.session.mapping(), &Selection::default());
        plan.revisions.clear();
        if self.args.no_values {
            plan.environments.clear();
        }
        if let Some(repository) = &self.repository {
            plan.add_tree(repository);
        }
        let asking = progress::watch(observe(&plan, stores, job), || progress::said(stores));
        Ok(session::runtime()?.block_on(asking))
    }

    /// Asks for the secrets of environments that only jobs of the tree name. Whether nobody interrupted it.
    fn ask_environments(&self, stores: &Stores, walked: &Walked, snapshot: &mut Snapshot) -> Result<bool, Failure> {
        let Some(repository) = self.repository.as_ref().filter(|_| self.asks) else { return Ok(true) };
        let mut plan = ReadPlan::default();
        let references = walked.tree.values().flat_map(|read| &read.references);
        for reference in references.filter(|reference| reference.name.is_some()) {
            if let Reach::Environment(environment) = &reference.reach {
                let environment = environment.to_string().into();
                plan.add_scope(GithubScope::Environment { repository: repository.clone(), environment });
            }
        }
        plan.secrets.retain(|scope| !snapshot.github.secrets.contains_key(scope));
        plan.variables.retain(|scope| !snapshot.github.variables.contains_key(scope));
        if plan.secrets.is_empty() && plan.variables.is_empty() {
            return Ok(true);
        }
        let asking = progress::watch(observe(&plan, stores, None), || progress::said(stores));
        let Some(more) = session::runtime()?.block_on(asking) else { return Ok(false) };
        snapshot.github.secrets.extend(more.github.secrets);
        snapshot.github.variables.extend(more.github.variables);
        Ok(true)
    }

    fn report(
        &self,
        stores: &Stores,
        snapshot: &Snapshot,
        walked: Walked,
        joined: Joined,
        matcher: Option<&Matcher>,
    ) -> Report {
        let unread = self.unread_values(snapshot);
        let told = self.session.report(snapshot, nothing_judged(), stores, self.args.fail_on);
        let scanned = ScannedReport {
            files: walked.files,
            bytes: walked.bytes,
            binary: walked.binary,
            unreadable: walked.unreadable.len() as u64,
            values: matcher.map(|matcher| matcher.values() as u64),
            plain_values: matcher.map_or(0, |matcher| matcher.left_out() as u64),
            unknown: if self.asks { joined.unknown as u64 } else { 0 },
            esc_asked: snapshot.esc.len() as u64,
            esc_unread: snapshot.esc.values().filter(|read| read.is_err()).count() as u64,
        };
        let incomplete =
            scanned.files == 0 || scanned.unreadable > 0 || scanned.unknown > 0 || (self.asks && !unread.is_empty());
        let mut remarks = Vec::new();
        if scanned.files == 0 {
            remarks.push("no file was read, so nothing is known of this tree".to_owned());
        }
        if !self.asks {
            remarks.push("--offline: no store was asked; what only a store could tell is unknown".to_owned());
        } else {
            remarks.extend(joined.why.map(|why| format!("references could not be compared: {why}")));
            remarks.extend(unread.iter().map(|why| format!("values could not be looked for: {why}")));
        }
        remarks.extend(
            walked.large.iter().map(|file| format!("{file} is larger than 16 MiB: only values were looked for")),
        );
        let mut located: Vec<LocatedFinding> = joined.findings.into_iter().map(located).collect();
        located.extend(found_in_walk(&walked.unreadable, &walked.leaks));
        located.sort_by(|one, other| {
            (&one.file, one.line, one.column, one.rule).cmp(&(&other.file, other.line, other.column, other.rule))
        });
        let references = joined.references.into_iter().map(reference_report).collect();
        Report { entries: Vec::new(), references, located, scanned: Some(scanned), incomplete, remarks, ..told }
            .decided()
    }

    /// Why values that were to be looked for are not known, each reason once.
    fn unread_values(&self, snapshot: &Snapshot) -> Vec<String> {
        if self.args.no_values {
            return Vec::new();
        }
        let mut reasons: Vec<String> = snapshot
            .esc
            .values()
            .filter_map(|read| read.as_ref().err())
            .map(|unread| format!("{} ({})", unread.what, unread.help))
            .collect();
        reasons.dedup();
        reasons
    }
}

/// The values of all secrets that can be read here: of ESC, and of the job.
pub(super) fn known_values<'s, 'm>(entries: impl Iterator<Item = &'m Entry>, snapshot: &'s Snapshot) -> Vec<Known<'s>> {
    let mut known = Vec::new();
    let mut add = |name: &SecretName, value: &'s SecretValue| {
        known.push(Known { name: name.to_string(), value });
    };
    for entry in entries.filter(|entry| entry.kind == Kind::Secret) {
        let places = entry.places().chain(std::iter::once(Place::Job { name: entry.name.clone() }));
        for place in places {
            if let Reading::Value { value, .. } = snapshot.reading(&place) {
                add(&entry.name, value);
            }
        }
    }
    known
}

/// No rule of the judge is asked: a scan is about files.
fn nothing_judged() -> Judgement {
    Judgement { entries: Vec::new(), findings: Vec::new() }
}

fn located(found: Located) -> LocatedFinding {
    let Located { rule, severity, name, file, at, reason, remedy } = found;
    LocatedFinding { rule, severity, name, file, line: at.line, column: at.column, reason, remedy }
}

fn found_in_walk(unreadable: &[(String, String)], leaks: &[(String, Leak)]) -> Vec<LocatedFinding> {
    let finding =
        |id: &str, name: Option<String>, file: &str, line: u32, column: u32, reason: String, remedy: String| {
            let rule = rule(id).expect("a rule of the table");
            LocatedFinding {
                rule: rule.id,
                severity: rule.severity,
                name,
                file: file.to_owned(),
                line,
                column,
                reason,
                remedy,
            }
        };
    let unread = unreadable.iter().map(|(file, why)| {
        let remedy = "see to the rights of it, or leave it out with .gitignore".to_owned();
        finding("unreadable-file", None, file, 1, 1, format!("it could not be read: {why}"), remedy)
    });
    let leaked = leaks.iter().map(|(file, leak)| {
        let reason = format!("the value of {} stands here ({})", leak.name, leak.encoding);
        let remedy = format!(
            "replace the value of {} wherever it is used, then remove it from the file and its history",
            leak.name
        );
        finding("leaked-value", Some(leak.name.clone()), file, leak.at.line, leak.at.column, reason, remedy)
    });
    unread.chain(leaked).collect()
}

fn reference_report(reference: JoinedReference) -> ReferenceReport {
    ReferenceReport {
        name: reference.name,
        kind: reference.kind.as_str(),
        file: reference.file,
        line: reference.at.line,
        column: reference.at.column,
        status: reference.status,
    }
}
