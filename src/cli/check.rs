//! `check`: observe, judge, report. Nothing remote is written.

use std::{
    path::Path,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    crypto,
    engine::{ReadPlan, Selection, observe},
    judge::{JudgeOptions, judge},
    mapping::Mapping,
    model::{Snapshot, Stamp},
    store::Stores,
};

use super::{
    Context, Failure,
    args::{CheckArgs, Global},
    exit::Exit,
    mapping_file, output, progress, summary, terminal,
};

pub(crate) fn run(global: &Global, args: &CheckArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let loaded = mapping_file::open(global)?;
    let mapping = &loaded.mapping;
    let selection = Selection::new(&global.only, &global.service, &global.tier)?;
    selection.check(mapping)?;
    let targets = output::open(global, Path::new(&*mapping.file))?;
    let context = Context::new(global, mapping)?;
    let mut plan = ReadPlan::new(mapping, &selection);
    let Some((snapshot, requests)) = read(&context, &mut plan, global, mapping)? else { return Ok(Exit::Interrupted) };
    let options = JudgeOptions { now: now(), require_evidence: args.require_evidence };
    let judgement = judge(mapping, &snapshot, options);
    let report = summary::report(summary::Outcome {
        command: "check",
        mapping,
        selection: &selection,
        snapshot: &snapshot,
        judgement,
        requests,
        duration: started.elapsed(),
        run: crypto::random_id(8),
        fail_on: args.fail_on,
    });
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

/// `None`: interrupted.
fn read(context: &Context, plan: &mut ReadPlan, global: &Global, mapping: &Mapping) -> Result<Option<Read>, Failure> {
    let mut stores = context.stores(global, mapping);
    let job = stores.take_job().map_err(|unread| Failure::usage(unread.what.clone(), unread.help.clone()))?;
    let job = job.filter(|job| {
        if job.values.is_empty() {
            terminal::say(
                "esc-sync: warning: this job was given no secrets to compare with; pull requests from forks and runs of Dependabot get none",
            );
        }
        !job.values.is_empty()
    });
    if let Some(repository) = job.as_ref().and_then(|job| job.repository.as_ref()) {
        plan.add_job(repository);
    }
    if global.offline {
        return Ok(Some((Snapshot { job, ..Snapshot::default() }, requests(&stores))));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::from_io)?;
    let snapshot = runtime.block_on(progress::watch(observe(plan, &stores, job), || said(&stores)));
    if snapshot.is_none() {
        terminal::say("esc-sync: interrupted; nothing was written");
    }
    Ok(snapshot.map(|snapshot| (snapshot, requests(&stores))))
}

/// What was read, and with how many requests to each store.
type Read = (Snapshot, Vec<(String, u64)>);

fn requests(stores: &Stores) -> Vec<(String, u64)> {
    let sent = stores.requests();
    vec![("esc".to_owned(), sent.esc), ("github".to_owned(), sent.github)]
}

fn said(stores: &Stores) -> String {
    let sent = stores.requests();
    format!("reading: {} requests to ESC, {} to GitHub", sent.esc, sent.github)
}

fn now() -> Stamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Stamp(since.map_or(0, |since| since.as_secs().cast_signed()))
}
