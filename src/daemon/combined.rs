//! What is known now, from looks of different kinds: the newest look, with what the services last said laid over it.
//!
//! A plain check asks no service. It can neither wash away a rejected credential nor confirm it, so what a live look
//! found stays until the services are asked again; and whatever a plain check finds by itself is newer than any live
//! look. Health, page and metrics all read this view. Pure.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{
    account::{Account, EndpointAccount, EntryAccount, FindingAccount, Verdict},
    board::Board,
};
use crate::model::{Evidence, Status};

/// One view of everything that was looked at.
#[derive(Clone, Debug)]
pub struct Combined<'a> {
    /// What it rests on: the newest look.
    pub look: &'a Account,
    /// The look that asked the services, if one did.
    pub live: Option<&'a Account>,
    pub verdict: Verdict,
    pub entries: Vec<Cow<'a, EntryAccount>>,
    /// Findings that belong to no entry.
    pub findings: Vec<&'a FindingAccount>,
    pub endpoints: &'a [EndpointAccount],
}

/// The view of a board; `None`: nobody looked yet.
pub fn combined(board: &Board) -> Option<Combined<'_>> {
    let (look, live) = (board.look.as_deref(), board.live.as_deref());
    // Which of them is newer is not asked of their stamps, since a clock may be put back: every look is on the board as
    // the last one when it ends, also a live one.
    let newest = look.or(live)?;
    let over = live.filter(|live| live.run != newest.run && !is_live(newest));
    Some(over.map_or_else(|| alone(newest), |over| laid_over(newest, over)))
}

/// The same as one account, for who shows it whole.
///
/// What was written, proposed and held back is the last sync's, until the next one says something else.
pub fn account(board: &Board) -> Option<Arc<Account>> {
    let seen = combined(board)?;
    let writes = board.sync.as_deref().unwrap_or(seen.look);
    Some(Arc::new(Account {
        verdict: seen.verdict,
        outcomes: writes.outcomes.clone(),
        proposed: writes.proposed.clone(),
        held_back: writes.held_back.clone(),
        entries: seen.entries.into_iter().map(Cow::into_owned).collect(),
        findings: seen.findings.into_iter().cloned().collect(),
        endpoints: seen.endpoints.to_vec(),
        ..seen.look.clone()
    }))
}

impl Combined<'_> {
    /// How many entries have each status, in the order of the contract; what no entry has is left out.
    pub fn statuses(&self) -> Vec<(Status, usize)> {
        counted(Status::ALL, self.entries.iter().map(|entry| entry.status))
    }

    pub fn evidence(&self) -> Vec<(Evidence, usize)> {
        counted(Evidence::ALL, self.entries.iter().map(|entry| entry.evidence))
    }
}

fn counted<T: Copy + PartialEq>(all: &[T], of: impl Iterator<Item = T> + Clone) -> Vec<(T, usize)> {
    let numbers = all.iter().map(|one| (*one, of.clone().filter(|each| each == one).count()));
    numbers.filter(|(_, number)| *number > 0).collect()
}

fn is_live(account: &Account) -> bool {
    account.kind == super::order::RunKind::Live
}

/// A finding that counts is one, whatever else could not be found out.
fn alone(look: &Account) -> Combined<'_> {
    let entries: Vec<_> = look.entries.iter().map(Cow::Borrowed).collect();
    let findings: Vec<_> = look.findings.iter().collect();
    Combined {
        look,
        live: Some(look).filter(|look| is_live(look)),
        verdict: look.verdict.min(verdict(&entries, &findings)),
        entries,
        findings,
        endpoints: &look.endpoints,
    }
}

fn laid_over<'a>(look: &'a Account, live: &'a Account) -> Combined<'a> {
    let asked: BTreeMap<_, _> = live.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let entries: Vec<_> = look
        .entries
        .iter()
        .map(|entry| asked.get(entry.name.as_str()).map_or(Cow::Borrowed(entry), |asked| entry_over(entry, asked)))
        .collect();
    let general = live.findings.iter().filter(|finding| finding.live);
    let findings: Vec<_> = look.findings.iter().chain(general).collect();
    let verdict = look.verdict.min(verdict(&entries, &findings));
    Combined { look, live: Some(live), verdict, entries, findings, endpoints: &live.endpoints }
}

/// The entry with what its service said of it.
fn entry_over<'a>(entry: &'a EntryAccount, asked: &EntryAccount) -> Cow<'a, EntryAccount> {
    let over: Vec<_> = asked.findings.iter().filter(|finding| finding.live).cloned().collect();
    if over.is_empty() && asked.probe.is_none() {
        return Cow::Borrowed(entry);
    }
    let mut entry = entry.clone();
    let worst = over.iter().filter_map(|finding| finding.status).min();
    entry.status = worst.map_or(entry.status, |worst| worst.min(entry.status));
    entry.findings.extend(over);
    entry.findings.sort_by_key(|finding| finding.severity);
    entry.probe = entry.probe.or_else(|| asked.probe.clone());
    Cow::Owned(entry)
}

/// The verdict that findings alone come to.
fn verdict(entries: &[Cow<'_, EntryAccount>], findings: &[&FindingAccount]) -> Verdict {
    let counts = FindingAccount::is_found;
    if findings.iter().copied().any(counts) || entries.iter().flat_map(|entry| &entry.findings).any(counts) {
        return Verdict::Fail;
    }
    let is_unknown = entries.iter().any(|entry| entry.status == Status::Unknown);
    if is_unknown { Verdict::Unknown } else { Verdict::Pass }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{order::RunKind, sample},
        *,
    };

    const REJECTED: Option<Status> = Some(Status::Rejected);

    fn board(look: Account, live: Option<Account>) -> Board {
        Board { look: Some(look.into()), live: live.map(Into::into), ..Board::default() }
    }

    fn live_look() -> Account {
        let mut live = sample::look(RunKind::Live, 100, &[("A", Status::Rejected), ("B", Status::Ok)]);
        live.verdict = Verdict::Fail;
        live.entries[0].findings = vec![sample::finding("rejected-credential", REJECTED, true, true)];
        live
    }

    fn statuses(board: &Board) -> (Verdict, Vec<&'static str>) {
        let view = combined(board).expect("looked");
        (view.verdict, view.entries.iter().map(|entry| entry.status.as_str()).collect())
    }

    #[test]
    fn nobody_looked_and_one_look_stand_for_themselves() {
        assert!(combined(&Board::default()).is_none());
        assert_eq!(statuses(&board(live_look(), None)), (Verdict::Fail, vec!["rejected", "ok"]));
        let only_live = Board { live: Some(live_look().into()), ..Board::default() };
        assert_eq!(statuses(&only_live), (Verdict::Fail, vec!["rejected", "ok"]));
    }

    #[test]
    fn a_plain_check_does_not_wash_away_a_rejected_credential() {
        let check = sample::look(RunKind::Check, 200, &[("A", Status::Ok), ("B", Status::Ok)]);
        assert_eq!(statuses(&board(check, Some(live_look()))), (Verdict::Fail, vec!["rejected", "ok"]));
    }

    #[test]
    fn a_newer_finding_of_a_plain_check_is_not_hidden() {
        let mut check = sample::look(RunKind::Check, 200, &[("A", Status::Missing), ("C", Status::Drifted)]);
        check.verdict = Verdict::Fail;
        // B is no entry any more, and C was not one when the services were asked.
        assert_eq!(statuses(&board(check, Some(live_look()))), (Verdict::Fail, vec!["missing", "drifted"]));
    }

    #[test]
    fn the_next_live_look_replaces_the_one_before() {
        let next = sample::look(RunKind::Live, 300, &[("A", Status::Ok)]);
        assert_eq!(statuses(&board(next.clone(), Some(live_look()))), (Verdict::Pass, vec!["ok"]));
    }

    #[test]
    fn an_endpoint_that_failed_still_fails() {
        let mut live = sample::look(RunKind::Live, 100, &[("A", Status::Ok)]);
        live.findings = vec![sample::finding("unhealthy-endpoint", None, true, true)];
        let check = sample::look(RunKind::Check, 200, &[("A", Status::Ok)]);
        assert_eq!(statuses(&board(check, Some(live))).0, Verdict::Fail);
    }

    #[test]
    fn counts_stand_in_the_order_of_the_contract() {
        let entries = [("A", Status::Ok), ("B", Status::Missing), ("C", Status::Ok), ("D", Status::Unknown)];
        let board = board(sample::look(RunKind::Check, 1, &entries), None);
        let view = combined(&board).expect("looked");
        assert_eq!(view.statuses(), [(Status::Unknown, 1), (Status::Missing, 1), (Status::Ok, 2)]);
        assert_eq!(view.evidence(), [(Evidence::Attested, 4)]);
    }
}
