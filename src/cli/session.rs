//! What every command over a mapping begins with: the mapping, the selection, the reports, the stores.

use std::{
    borrow::Cow,
    io,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    engine::{Applied, Selection, Task, live::Asker},
    judge::{JudgeOptions, Judgement},
    ledger::journal::run_id,
    mapping::{Loaded, Mapping, SshSpec},
    model::{JobSnapshot, Severity, Snapshot, Stamp},
    plan::{Because, End, Outcome, Plan},
    report::{ActionReport, BudgetReport, HeldBackReport, OutcomeReport, Report},
    store::{RateLimit, Stores},
};

use super::{
    Context, Failure,
    args::{CheckArgs, Global},
    mapping_file, output,
    share::Share,
    summary, terminal,
};

/// A command under way.
#[derive(Debug)]
pub(crate) struct Session<'g> {
    pub(crate) global: &'g Global,
    pub(crate) command: &'static str,
    pub(crate) selection: Selection,
    pub(crate) context: Context,
    /// The run's id, by which history and rollback name it.
    pub(crate) run: String,
    /// Which part of a fleet this run looks after, if it is one of several workers.
    pub(crate) share: Option<Share>,
    loaded: Loaded,
    /// The mapping's text where it was given, which may be older than the file.
    given: Option<String>,
    started: Instant,
}

/// What a run of the daemon goes by instead of a file and a new id.
#[derive(Debug)]
pub(crate) struct Given<'g> {
    pub(crate) file: &'g Path,
    pub(crate) text: String,
    pub(crate) run: String,
}

impl<'g> Session<'g> {
    /// Reads the mapping and proves every `--report` writable; asks no store.
    pub(crate) fn open(global: &'g Global, command: &'static str) -> Result<(Self, output::Targets), Failure> {
        let started = Instant::now();
        let mut loaded = mapping_file::open(global)?;
        let selection = selection(global, &loaded.mapping)?;
        let targets = output::open(global, Path::new(&*loaded.mapping.file))?;
        // The emulator's world is that of the whole mapping.
        let context = Context::new(global, &loaded.mapping)?;
        let share = global.partition.map(|partition| Share::take(partition, &mut loaded.mapping, &selection));
        let run = run_id(now());
        Ok((Self { global, command, selection, context, run, share, loaded, given: None, started }, targets))
    }

    /// The same over a given text. Whoever gave it has told its warnings, and wants no report.
    pub(crate) fn over(global: &'g Global, command: &'static str, given: Given<'_>) -> Result<Self, Failure> {
        let started = Instant::now();
        let mut loaded = mapping_file::load_text(given.file, given.text.as_bytes(), global.profile.as_deref())
            .map_err(|diagnostics| mapping_file::invalid(given.file, &diagnostics))?;
        let selection = selection(global, &loaded.mapping)?;
        let context = Context::new(global, &loaded.mapping)?;
        let share = global.partition.map(|partition| Share::take(partition, &mut loaded.mapping, &selection));
        let (run, given) = (given.run, Some(given.text));
        Ok(Self { global, command, selection, context, run, share, loaded, given, started })
    }

    /// The text that the mapping was loaded from.
    pub(crate) fn text(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.given {
            Some(text) => Ok(Cow::Borrowed(text.as_bytes())),
            None => std::fs::read(&*self.mapping().file).map(Cow::Owned),
        }
    }

    pub(crate) fn mapping(&self) -> &Mapping {
        &self.loaded.mapping
    }

    /// Puts the sandbox's ssh block in the place of the declared one.
    pub(crate) fn play(&mut self, spec: SshSpec) {
        self.loaded.mapping.ssh = Some(Box::new(spec));
    }

    pub(crate) fn stores(&self) -> Stores {
        self.context.stores(self.global, self.mapping())
    }

    /// The way to the services themselves.
    pub(crate) fn asker(&self) -> Asker {
        self.context.asker(self.global)
    }

    /// The report with the number of questions that services were asked.
    pub(crate) fn with_asked(&self, mut report: Report, asker: &Asker) -> Report {
        report.requests.push(("probes".to_owned(), asker.requests()));
        report.decided()
    }

    pub(crate) fn task<'a>(&'a self, stores: &'a Stores) -> Task<'a> {
        Task { mapping: self.mapping(), selection: &self.selection, stores }
    }

    /// Which entries are meant, by position; `None`: all of them.
    pub(crate) fn chosen(&self) -> Option<Vec<bool>> {
        let entries = &self.mapping().entries;
        let chosen: Vec<_> = entries.iter().map(|entry| self.selection.contains(entry)).collect();
        (!chosen.iter().all(|chosen| *chosen)).then_some(chosen)
    }

    /// A command that writes has no use for `--offline`.
    pub(crate) fn needs_network(&self) -> Result<(), Failure> {
        if self.global.offline {
            let message = format!("{} asks the stores, and --offline forbids that", self.command);
            return Err(Failure::usage(message, "leave out --offline, or use `esc-sync check --offline`"));
        }
        Ok(())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// What was found out, as it is told.
    pub(crate) fn report(
        &self,
        snapshot: &Snapshot,
        judgement: Judgement,
        stores: &Stores,
        fail_on: Severity,
    ) -> Report {
        let report = summary::report(summary::Outcome {
            command: self.command,
            mapping: self.mapping(),
            selection: &self.selection,
            snapshot,
            judgement,
            requests: requests(stores),
            budgets: budgets(stores),
            duration: self.elapsed(),
            run: self.run.clone(),
            fail_on,
        });
        match &self.share {
            Some(share) => share.told(report),
            None => report,
        }
    }

    /// The report with what is planned, and what became of it so far.
    pub(crate) fn with_plan(&self, report: Report, plan: &Plan, outcomes: &[Outcome]) -> Report {
        let actions = ActionReport::all(plan);
        let (held_back, outcomes) = (HeldBackReport::all(plan), OutcomeReport::all(plan, outcomes));
        let mut report = Report { actions, held_back, outcomes, ..report };
        let unverified = plan.held_back.iter().filter(|held| held.because == Because::Unverified).count();
        if unverified > 0 {
            report.remarks.push(format!(
                "{unverified} are not known to be equal and were left alone: `esc-sync attest` in a workflow compares them; where ESC is right, `--overwrite NAME` or `on-conflict: esc-wins` lets it win"
            ));
        }
        report.decided()
    }

    pub(crate) fn with_applied(&self, report: Report, plan: &Plan, applied: Applied) -> Report {
        let mut report = self.with_plan(report, plan, &applied.outcomes);
        if applied.outcomes.iter().any(|outcome| matches!(outcome.end, End::Done | End::Unknown)) {
            let part = self.global.partition.map(|partition| format!(" --partition {partition}")).unwrap_or_default();
            report.remarks.push(format!("to put back what this run replaced: `esc-sync rollback {}{part}`", self.run));
        }
        if let Some(fault) = applied.unrecorded {
            report.remarks.push(format!(
                "the ledger could not be told of these writes ({}); they count as unknown until the next run settles them; {}",
                fault.what, fault.help
            ));
            report.incomplete = true;
        }
        report.decided()
    }
}

fn selection(global: &Global, mapping: &Mapping) -> Result<Selection, Failure> {
    let selection = Selection::new(&global.only, &global.service, &global.tier)?;
    selection.check(mapping)?;
    Ok(selection)
}

/// The job's own secrets; a job that was given none has nothing to compare with.
pub(crate) fn job(stores: &mut Stores) -> Result<Option<JobSnapshot>, Failure> {
    let job = stores.take_job().map_err(|unread| Failure::usage(unread.what.clone(), unread.help.clone()))?;
    Ok(job.filter(|job| {
        if job.values.is_empty() {
            terminal::say(
                "esc-sync: warning: this job was given no secrets to compare with; pull requests from forks and runs of Dependabot get none",
            );
        }
        !job.values.is_empty()
    }))
}

pub(crate) fn requests(stores: &Stores) -> Vec<(String, u64)> {
    let sent = stores.requests();
    let mut requests = vec![("esc".to_owned(), sent.esc), ("github".to_owned(), sent.github)];
    // Few runs have to do with Lambda, and the others do not speak of it.
    if sent.lambda > 0 {
        requests.push(("lambda".to_owned(), sent.lambda));
    }
    requests
}

/// What the stores said of their limits beside what they were asked.
fn budgets(stores: &Stores) -> Vec<BudgetReport> {
    let report = |(store, RateLimit { limit, remaining, reset }): (&'static str, RateLimit)| {
        let resets_at = Stamp(i64::try_from(reset).unwrap_or(i64::MAX));
        BudgetReport { store, limit, remaining, resets_at }
    };
    stores.budgets().into_iter().map(report).collect()
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::from_io)
}

pub(crate) fn judge_options(args: &CheckArgs) -> JudgeOptions {
    JudgeOptions { now: now(), require_evidence: args.require_evidence }
}

pub(crate) fn now() -> Stamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Stamp(since.map_or(0, |since| since.as_secs().cast_signed()))
}
