//! Everything a run writes to GitHub, each end noted as it becomes known.

use futures_util::future::join;
use tokio::sync::mpsc;

use super::{Observed, apply::Work, diary::Diary};
use crate::{
    engine::apply::{Ended, GithubChange, GithubEvent, GithubOp, GithubRun, write_all},
    plan::Write,
};

pub(super) async fn run(work: &Work<'_>, observed: &Observed, diary: &mut Diary, ended: &mut [Option<Ended>]) {
    let changes = changes(work, observed);
    if changes.is_empty() {
        return;
    }
    let Ok(store) = work.task.stores.github() else { return };
    let applying = work.applying;
    applying.progress.expect(changes.len(), applying.pace.forecast(changes.len()).duration);
    let (sender, receiver) = mpsc::unbounded_channel::<Option<Ended>>();
    let on_event = |event: GithubEvent<'_>| {
        if let GithubEvent::Ended(end) = event {
            applying.progress.ended();
            // The listener lives until it is told the end below.
            let _ = sender.send(Some(end.clone()));
        }
    };
    let run = GithubRun {
        store,
        pace: applying.pace,
        stop: applying.stop,
        keys: observed.keys.clone(),
        waited: applying.waited,
        on_event: &on_event,
    };
    let writing = async {
        let ends = write_all(&run, &changes).await;
        let _ = sender.send(None);
        ends
    };
    let (ends, ()) = join(writing, diary.listen(work, receiver)).await;
    for end in ends {
        let action = end.action;
        ended[action] = Some(end);
    }
}

fn changes<'a>(work: &'a Work<'_>, observed: &'a Observed) -> Vec<GithubChange<'a>> {
    let mut changes = Vec::new();
    for (action, planned) in work.plan.actions.iter().enumerate() {
        let op = match (&planned.write, &work.values[action]) {
            (Write::Push { access, .. }, Some(value)) => GithubOp::Put { value, access },
            (Write::Restrict { access, .. }, _) => GithubOp::Restrict { access },
            (Write::Prune { .. }, _) => GithubOp::Delete,
            (Write::Push { .. }, None) | (Write::Pull { .. } | Write::Set { .. } | Write::Unset { .. }, _) => continue,
        };
        let Some(place) = planned.write.github() else { continue };
        let visibility = observed.snapshot.github_reading(place).meta().and_then(|meta| meta.visibility.as_ref());
        changes.push(GithubChange { action, place, op, before: planned.basis.github, visibility });
    }
    changes
}
