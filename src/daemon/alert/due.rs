//! Keys and credentials that are due: the machines' key by its age, an open rotation by its overlap, a credential by
//! what its service said of its end.

use std::collections::BTreeMap;

use super::{
    super::account::{Account, KeyAccount, ProbeAccount},
    message::{listed, moment},
    subject::{Scene, Sight, Trouble},
};

/// One thing that has an end.
struct Due {
    at: i64,
    /// What it is, and when it is due, so that a renewed one is another.
    item: String,
    line: String,
}

const DAY_S: i64 = 86_400;

pub(super) fn keys(scene: &Scene<'_>) -> Sight {
    let Some(look) = scene.board.look.as_deref().filter(|look| look.is_look()) else { return Sight::Unclear };
    let horizon = scene.now.saturating_add(scene.options.expiry_s);
    let mut due = credentials(look, scene.board.live.as_deref());
    due.extend(look.rotation.iter().flat_map(key));
    due.retain(|one| one.at <= horizon);
    due.sort_by_key(|one| one.at);
    if due.is_empty() {
        return Sight::Fine("no key and no credential is due".to_owned());
    }
    let overdue = due.iter().filter(|one| one.at <= scene.now).count();
    let title = format!("{} keys or credentials are due, {overdue} of them overdue", due.len());
    let item = |one: &Due| format!("{} {}", one.item, if one.at <= scene.now { "overdue" } else { "due" });
    let line = |one: &Due| format!("{}, {}", one.line, away(one.at, scene.now));
    let items = due.iter().map(item).collect();
    Sight::Trouble(Trouble { title, lines: listed(due.iter().map(line)), items })
}

/// What services said, the newest word of each entry that is still one.
fn credentials(look: &Account, live: Option<&Account>) -> Vec<Due> {
    let mut newest: BTreeMap<&str, Option<&ProbeAccount>> =
        look.entries.iter().map(|entry| (entry.name.as_str(), entry.probe.as_ref())).collect();
    for entry in live.iter().flat_map(|live| &live.entries) {
        if let (Some(known), Some(told)) = (newest.get_mut(entry.name.as_str()), &entry.probe) {
            let is_newer = known.is_none_or(|known| known.checked_at < told.checked_at);
            *known = if is_newer { Some(told) } else { *known };
        }
    }
    let due = newest.into_iter().filter_map(|(name, probe)| {
        let at = probe?.expires_at?;
        let line = format!("{name}: its service ends it at {}; renew it and store it in ESC", moment(at));
        Some(Due { at, item: format!("credential {name} {at}"), line })
    });
    due.collect()
}

fn key(key: &KeyAccount) -> Vec<Due> {
    let end = key.since.zip(key.max_age_days).map(|(since, days)| since.saturating_add(i64::from(days) * DAY_S));
    let aged = end.filter(|_| key.open.is_none()).map(|at| Due {
        at,
        item: format!("key {at}"),
        line: format!("the machines' key has its full age at {}; `esc-sync ssh rotate` replaces it", moment(at)),
    });
    let open = key.open.as_ref().zip(key.overlap_until).map(|(run, at)| Due {
        at,
        item: format!("rotation {run}"),
        line: format!("rotation {run}: both keys are good until {}; `esc-sync ssh resume` goes on", moment(at)),
    });
    aged.into_iter().chain(open).collect()
}

fn away(at: i64, now: i64) -> String {
    let (days, hours) = ((at - now).abs() / DAY_S, (at - now).abs() / 3600);
    let span = if days > 0 { format!("{days} days") } else { format!("{hours} hours") };
    if at <= now { format!("{span} ago") } else { format!("in {span}") }
}
