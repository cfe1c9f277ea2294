//! The walk: every selected entry, place by place, through the table and into a plan.

use std::collections::BTreeSet;

use super::{
    Access, Action, Agreed, Basis, GithubBasis, HeldBack, Plan, PlanError, PlanOptions, Source, Write,
    access::{Audience, access, audience},
    decide::{Decision, Fitness, Hold, Named, Terms, Why, decide},
    guard, prune, several,
    view::{Fitnesses, View},
    wording,
};
use crate::{
    judge::{EntryJudgement, EntrySides, EscKnowledge, GithubKnowledge, Judgement, PlaceSide, Sides},
    mapping::{Entry, Mapping},
    model::{Direction, Memory, Place, SecretName, Snapshot, Unread},
};

/// All that a run would do, and all that it would not do and why.
pub fn plan(
    mapping: &Mapping,
    snapshot: &Snapshot,
    judgement: &Judgement,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    check_names(mapping, options)?;
    let sides = Sides::new(mapping, snapshot);
    let mut plan = Plan::default();
    for (at, entry) in mapping.entries.iter().enumerate().filter(|(at, _)| options.selects(*at)) {
        let Some(esc) = entry.esc_place().filter(|_| !entry.github.is_empty()) else { continue };
        let judged = judgement.entries.get(at);
        let terms = terms(entry, options);
        let revision = revision(entry, snapshot);
        let desk = Desk { at, entry, esc, judged, terms, memory: &snapshot.memory, revision };
        desk.plan(&sides.of(entry), &mut plan);
    }
    several::reconcile(&mut plan, mapping, snapshot);
    plan.actions.extend(prune::prune(&options.prune, mapping, snapshot)?);
    let count = plan.actions.len();
    if count > options.max_changes {
        return Err(PlanError::TooMany { count, cap: options.max_changes });
    }
    Ok(plan)
}

fn check_names(mapping: &Mapping, options: &PlanOptions) -> Result<(), PlanError> {
    if let Some(name) = options.overwrite.intersection(&options.take).next() {
        return Err(PlanError::BothWin { name: name.clone() });
    }
    if options.overwrite.is_empty() && options.take.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<&SecretName> = mapping.known().map(|entry| &entry.name).collect();
    for (option, names) in [("--overwrite", &options.overwrite), ("--take", &options.take)] {
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            return Err(PlanError::UnknownEntry { option, name: name.clone() });
        }
    }
    Ok(())
}

fn terms(entry: &Entry, options: &PlanOptions) -> Terms {
    let direction = match options.source {
        Source::ByEntry => entry.direction,
        Source::Esc => Direction::EscToGithub,
        Source::Github => Direction::GithubToEsc,
    };
    let named = if options.overwrite.contains(&entry.name) {
        Named::Overwrite
    } else if options.take.contains(&entry.name) {
        Named::Take
    } else {
        Named::No
    };
    Terms {
        pushes: direction != Direction::GithubToEsc,
        pulls: direction != Direction::EscToGithub,
        policy: entry.on_conflict,
        named,
    }
}

/// One entry, and all that its places are decided by.
struct Desk<'a> {
    at: usize,
    entry: &'a Entry,
    esc: Place,
    judged: Option<&'a EntryJudgement>,
    terms: Terms,
    memory: &'a Memory,
    /// The newest revision of the entry's environment, where it was asked for.
    revision: Option<u64>,
}

fn revision(entry: &Entry, snapshot: &Snapshot) -> Option<u64> {
    snapshot.esc.get(&entry.esc.as_ref()?.environment)?.as_ref().ok()?.revision
}

impl Desk<'_> {
    fn plan(&self, sides: &EntrySides, plan: &mut Plan) {
        let mut decisions: Vec<Decision> = sides.github.iter().map(|side| self.decide(&sides.esc, side)).collect();
        let winner = several::combine(&mut decisions, &sides.github, &self.terms);
        let winner = winner.and_then(|winner| sides.github[winner].read_at());
        for (side, decision) in sides.github.iter().zip(decisions) {
            match decision {
                Decision::Follows => {}
                Decision::Equal => self.agree(&sides.esc, side, plan),
                Decision::Hold(hold) => self.hold(hold, &sides.esc, side, plan),
                Decision::Push { create, why } => {
                    let from = winner.clone().filter(|_| why == Why::Spread).unwrap_or_else(|| self.esc.clone());
                    self.push(from, create, why, side, plan);
                }
                Decision::Pull { create, why } => self.pull(create, why, side, plan),
            }
        }
    }

    fn decide(&self, esc: &EscKnowledge, side: &PlaceSide) -> Decision {
        let fitnesses = Fitnesses { esc: &|| self.fitness_in_esc(esc), github: &|| self.fitness_on_github(side) };
        let view = View::of(esc, side, self.memory, &fitnesses);
        decide(view.esc, view.github, &self.terms)
    }

    fn fitness_in_esc(&self, esc: &EscKnowledge) -> Fitness {
        match esc {
            EscKnowledge::Value(value) => guard::fitness(self.entry, self.judged, &self.esc, value),
            EscKnowledge::NotBase64(held) if guard::placeholder(self.entry, held).is_some() => Fitness::Worthless,
            _ => Fitness::Unfit,
        }
    }

    fn fitness_on_github(&self, side: &PlaceSide) -> Fitness {
        match (&side.known, side.read_at()) {
            (GithubKnowledge::Value { value, .. }, Some(place)) => {
                guard::fitness(self.entry, self.judged, &place, value)
            }
            _ => Fitness::Unfit,
        }
    }

    fn push(&self, from: Place, create: bool, why: Why, side: &PlaceSide, plan: &mut Plan) {
        let access = access(self.entry, side.place, create);
        self.act(Write::Push { from, to: side.place.clone(), create, access }, why, side, plan);
    }

    fn pull(&self, create: bool, why: Why, side: &PlaceSide, plan: &mut Plan) {
        if let Some(from) = side.read_at() {
            let write = Write::Pull { from, known_as: side.place.clone(), to: self.esc.clone(), create };
            self.act(write, why, side, plan);
        }
    }

    fn act(&self, write: Write, why: Why, side: &PlaceSide, plan: &mut Plan) {
        plan.actions.push(Action {
            entry: Some(self.at),
            name: self.entry.name.clone(),
            write,
            why: wording::why(why).into(),
            repeats: why == Why::Repeated,
            basis: self.basis(side),
        });
    }

    fn basis(&self, side: &PlaceSide) -> Basis {
        let esc = self.memory.esc_now.get(side.place).copied().filter(|_| self.memory.has_key);
        let github = match &side.known {
            GithubKnowledge::Absent => GithubBasis::Absent,
            known => GithubBasis::Present(known.meta().and_then(|meta| meta.updated_at)),
        };
        Basis { esc, revision: self.revision.filter(|_| esc.is_none()), github }
    }

    /// Equal values: the ledger may have to hear of it, and the audience may be another.
    fn agree(&self, esc: &EscKnowledge, side: &PlaceSide, plan: &mut Plan) {
        if !(self.memory.has_key && self.is_recorded(side)) {
            plan.agreed.push(Agreed { entry: self.at, place: side.place.clone() });
        }
        match self.audience(side) {
            Audience::AsDeclared => {}
            Audience::OtherList(access) => self.restrict(access, side, plan),
            Audience::OtherKind(_) if self.fitness_in_esc(esc) == Fitness::Fit => {
                self.push(self.esc.clone(), false, Why::Visibility, side, plan);
            }
            Audience::OtherKind(_) => self.hold(Hold::GuardedEsc, esc, side, plan),
        }
    }

    /// Whether the ledger says already that both sides hold this under these stamps.
    fn is_recorded(&self, side: &PlaceSide) -> bool {
        let (Some(record), Some(now)) = (self.memory.records.get(side.place), self.memory.esc_now.get(side.place))
        else {
            return false;
        };
        let held =
            side.known.meta().and_then(|meta| meta.updated_at).is_none_or(|stamp| {
                record.held.is_some_and(|held| held.fingerprint == *now && held.updated_at == stamp)
            });
        record.base == Some(*now) && held && record.pending.is_none()
    }

    fn audience(&self, side: &PlaceSide) -> Audience {
        if self.terms.may_push() { audience(self.entry, side.place, side.known.meta()) } else { Audience::AsDeclared }
    }

    fn restrict(&self, access: Access, side: &PlaceSide, plan: &mut Plan) {
        self.act(Write::Restrict { at: side.place.clone(), access }, Why::Visibility, side, plan);
    }

    fn hold(&self, hold: Hold, esc: &EscKnowledge, side: &PlaceSide, plan: &mut Plan) {
        let name = &self.entry.name;
        let unread = unread(hold, esc, side);
        let mut reason = wording::reason(hold).to_owned();
        if let Some(unread) = unread {
            reason.push_str(": ");
            reason.push_str(&unread.what);
        }
        plan.held_back.push(HeldBack {
            entry: Some(self.at),
            name: name.clone(),
            place: self.held_place(hold, side),
            because: wording::because(hold),
            reason,
            remedy: wording::remedy(hold, name, side.place, unread),
        });
        // Who sees a value may be set right although nobody knows the value.
        if hold == Hold::Unrecorded
            && let Audience::OtherList(access) = self.audience(side)
        {
            self.restrict(access, side, plan);
        }
    }

    /// The place that would have been written.
    fn held_place(&self, hold: Hold, side: &PlaceSide) -> Place {
        let on_github = match hold {
            Hold::DriftedEsc
            | Hold::EscLacksHidden
            | Hold::GithubLacks
            | Hold::GuardedGithub
            | Hold::HiddenSource
            | Hold::PlacesDisagree => false,
            Hold::DriftedGithub | Hold::GuardedEsc | Hold::Unrecorded => true,
            _ => self.terms.may_push(),
        };
        if on_github { Place::Github(side.place.clone()) } else { self.esc.clone() }
    }
}

/// The store's own account of why a side is not known, if that is what holds it back.
fn unread<'s>(hold: Hold, esc: &'s EscKnowledge, side: &'s PlaceSide) -> Option<&'s Unread> {
    match (hold, esc, &side.known) {
        (Hold::UnreadEsc | Hold::GuardedEsc, EscKnowledge::Unread(unread) | EscKnowledge::Undetermined(unread), _) => {
            Some(unread)
        }
        (Hold::UnreadGithub, _, GithubKnowledge::Unread(unread)) => Some(unread),
        _ => None,
    }
}
