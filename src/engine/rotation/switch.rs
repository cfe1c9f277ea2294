//! Whatever names the key names the new one: ESC first, then GitHub, documents, and the private file last.
//!
//! ESC and GitHub are written by the stages of a sync and compared afterwards; each part may be done again.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Refusal, RotationFault, Rotator, StepOutcome, Work, documents::Documents};
use crate::{
    engine::{Given, Look, Selection, State, Task},
    judge::JudgeOptions,
    mapping::{Entry, EscPlace, NEXT_PRIVATE_KEY_PATH, NEXT_PUBLIC_KEY_PATH},
    model::{Encoding, EnvironmentRef, Evidence, SecretName, SecretValue},
    plan::{Because, End, HeldBack, Outcome, Plan, PlanOptions, Source},
    ssh::{files, rotation::Step},
};

impl Rotator<'_> {
    /// The places of ESC that name the key.
    pub(super) fn places(&self) -> impl Iterator<Item = &EscPlace> {
        let spec = self.spec;
        [&spec.public_key, &spec.stored_private_key, &spec.launch_key_name].into_iter().flatten()
    }

    fn entry_at(&self, place: &EscPlace) -> Option<&Entry> {
        let entries = &self.task.mapping.entries;
        entries.iter().find(|entry| entry.esc.as_ref().is_some_and(|esc| same(esc, place)))
    }

    /// Entries whose GitHub side follows.
    pub(super) fn followers(&self) -> Vec<String> {
        let names = self.places().filter_map(|place| self.entry_at(place)).filter(|entry| !entry.github.is_empty());
        names.map(|entry| entry.name.to_string()).collect()
    }

    /// Entries that name the key, wherever they are kept.
    pub fn entries(&self) -> Vec<String> {
        self.places().filter_map(|place| self.entry_at(place)).map(|entry| entry.name.to_string()).collect()
    }

    fn name_of(&self, place: &EscPlace, otherwise: &str) -> SecretName {
        let known = self.entry_at(place).map(|entry| entry.name.clone());
        known.unwrap_or_else(|| otherwise.parse().expect("a name of ours is legal"))
    }

    fn judging(&self) -> JudgeOptions {
        JudgeOptions { now: (self.applying.now)(), require_evidence: Evidence::Presence }
    }
}

/// What GitHub's side would hold back, now and so at the switch as well.
pub(super) async fn held_back(rotator: &Rotator<'_>, state: &mut State) -> Vec<Refusal> {
    let names = rotator.followers();
    let Ok(selection) = Selection::new(&names, &[], &[]) else { return Vec::new() };
    if names.is_empty() {
        return Vec::new();
    }
    let task = Task { selection: &selection, ..*rotator.task };
    let observed = task.look(None, Some(state), Look::to_plan()).await;
    match task.decide(&observed, rotator.judging(), &first_choice(rotator)) {
        Ok(planned) => planned.plan.held_back.iter().filter_map(refusal).collect(),
        Err(error) => vec![Refusal::refused(error.to_string(), error.help())],
    }
}

/// What was not compared yet is no obstacle: the mapping says whose value it is, and it is about to be replaced.
fn refusal(held: &HeldBack) -> Option<Refusal> {
    let what = format!("{} at {}: {}", held.name, held.place, held.reason);
    match held.because {
        Because::Conflict | Because::Drifted => Some(Refusal::refused(
            what,
            format!("see what it is; to have the rotation replace it, add --overwrite {}", held.name),
        )),
        Because::Unread => Some(Refusal { kind: super::RefusalKind::Unknown, what, help: held.remedy.clone() }),
        Because::Guarded | Because::NoSource | Because::Opaque | Because::Unsettled | Because::Unverified => None,
    }
}

/// ESC's side of the entries that name the key, and of no other.
fn first_choice(rotator: &Rotator<'_>) -> PlanOptions {
    let names = rotator.followers();
    let entries = rotator.task.mapping.entries.iter();
    let selected = Some(entries.map(|entry| names.iter().any(|name| name == entry.name.as_str())).collect());
    let overwrite = rotator.options.overwrite.clone();
    PlanOptions { source: Source::Esc, overwrite, selected, ..PlanOptions::default() }
}

impl Work<'_, '_> {
    /// Both halves under names that nobody uses, so that they outlive this machine.
    pub(super) async fn store(&mut self) -> Result<StepOutcome, RotationFault> {
        let Some(given) = self.pending() else { return Ok(StepOutcome::without_files(Step::Store)) };
        if given.is_empty() {
            return Ok(StepOutcome::skipped(Step::Store, "the mapping keeps no half of the key in ESC"));
        }
        Ok(match self.give(Step::Store, &given).await? {
            Ok(()) => StepOutcome::done(Step::Store, "ESC has the new key under a pending name"),
            Err(open) => open,
        })
    }

    /// Where consumers look, the new key is in force from here on.
    pub(super) async fn switch(&mut self) -> Result<StepOutcome, RotationFault> {
        let Some(given) = self.current() else { return Ok(StepOutcome::without_files(Step::Switch)) };
        self.agree().await?;
        if let Err(open) = self.give(Step::Switch, &given).await? {
            return Ok(open);
        }
        if let Err(open) = self.push().await? {
            return Ok(open);
        }
        Ok(match self.write_documents().and_then(|()| self.swap_files()) {
            Ok(()) => StepOutcome::done(Step::Switch, self.switched_words()),
            Err(refusal) => StepOutcome::open(Step::Switch, &refusal.what, &refusal.help),
        })
    }

    fn switched_words(&self) -> String {
        let spec = self.rotator.spec;
        let mut places: Vec<&str> = Vec::new();
        places.extend(self.rotator.places().next().map(|_| "ESC"));
        places.extend((!self.rotator.followers().is_empty()).then_some("GitHub"));
        places.extend((!spec.cloud_init.is_empty()).then_some("cloud-init"));
        places.push("the private file");
        format!("the new key is in force in {}", places.join(", "))
    }

    /// The pending names go.
    pub(super) async fn forget_pending(&mut self, step: Step) -> Result<Result<(), StepOutcome>, RotationFault> {
        let given: Vec<_> =
            self.pending().unwrap_or_default().into_iter().map(|given| Given { value: None, ..given }).collect();
        self.give(step, &given).await
    }

    fn pending(&self) -> Option<Vec<Given>> {
        let new = self.material.new.as_ref()?;
        let spec = self.rotator.spec;
        let mut given = Vec::new();
        if let Some(place) = &spec.public_key {
            let value = SecretValue::from(new.public().encoded());
            given.push(at("ESC_SYNC_NEXT_SSH_PUBLIC_KEY", pending_place(place, NEXT_PUBLIC_KEY_PATH), false, value));
        }
        if let Some(place) = &spec.stored_private_key {
            let value = self.stored_form(place, new.pair.private());
            given.push(at("ESC_SYNC_NEXT_SSH_PRIVATE_KEY", pending_place(place, NEXT_PRIVATE_KEY_PATH), true, value));
        }
        Some(given)
    }

    fn current(&self) -> Option<Vec<Given>> {
        let new = self.material.new.as_ref()?;
        let (rotator, spec) = (&self.rotator, self.rotator.spec);
        let mut given = Vec::new();
        if let Some(place) = &spec.public_key {
            let name = rotator.name_of(place, "SSH_PUBLIC_KEY");
            given.push(Given { name, to: place.clone(), secret: false, value: Some(new.public().encoded().into()) });
        }
        if let Some(place) = &spec.stored_private_key {
            let value = Some(self.stored_form(place, new.pair.private()));
            let name = rotator.name_of(place, "SSH_PRIVATE_KEY");
            given.push(Given { name, to: place.clone(), secret: true, value });
        }
        if let (Some(place), Some(registered)) = (&spec.launch_key_name, &self.kept.rotation.registry) {
            let name = rotator.name_of(place, "SSH_KEY_NAME");
            let value = Some(SecretValue::from(registered.name.as_str()));
            given.push(Given { name, to: place.clone(), secret: false, value });
        }
        Some(given)
    }

    /// ESC holds base64 where the entry of that place says so.
    fn stored_form(&self, place: &EscPlace, private: &SecretValue) -> SecretValue {
        match self.rotator.entry_at(place).map(|entry| entry.detail().encoding) {
            // The declared encoding asks for it; the result is a secret again.
            Some(Encoding::Base64) => SecretValue::from(STANDARD.encode(private.expose())),
            _ => private.clone(),
        }
    }

    async fn give(&mut self, step: Step, given: &[Given]) -> Result<Result<(), StepOutcome>, RotationFault> {
        if given.is_empty() {
            return Ok(Ok(()));
        }
        let outcomes = self.rotator.task.give(self.rotator.applying, self.state, given).await?;
        let open = outcomes.iter().find(|outcome| outcome.end != End::Done);
        Ok(open.map_or(Ok(()), |outcome| {
            let name = given.get(outcome.action).map_or("", |given| given.name.as_str());
            Err(StepOutcome::open(step, &format!("{name} in ESC: {}", outcome.reason), &outcome.help))
        }))
    }

    /// What agrees now is remembered to, so that it is known afterwards that ESC is the side that moved.
    async fn agree(&mut self) -> Result<(), RotationFault> {
        let names = self.rotator.followers();
        let Ok(selection) = Selection::new(&names, &[], &[]) else { return Ok(()) };
        if names.is_empty() {
            return Ok(());
        }
        let task = Task { selection: &selection, ..*self.rotator.task };
        let mut observed = task.look(None, Some(self.state), Look::to_plan()).await;
        // What cannot be planned now is said by the push, which decides anew.
        let Ok(planned) = task.decide(&observed, self.rotator.judging(), &first_choice(&self.rotator)) else {
            return Ok(());
        };
        let applied = task.remember(self.rotator.applying, self.state, &mut observed, &planned.plan.agreed).await?;
        applied.unrecorded.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// GitHub follows what ESC holds now, as a sync of these entries would.
    async fn push(&mut self) -> Result<Result<(), StepOutcome>, RotationFault> {
        let names = self.rotator.followers();
        let Ok(selection) = Selection::new(&names, &[], &[]) else { return Ok(Ok(())) };
        if names.is_empty() {
            return Ok(Ok(()));
        }
        let rotator = self.rotator;
        let task = Task { selection: &selection, ..*rotator.task };
        let look = Look { to_push: true, ..Look::to_plan() };
        let mut observed = task.look(None, Some(self.state), look).await;
        let mut options = first_choice(&rotator);
        let decide = |options: &PlanOptions| task.decide(&observed, rotator.judging(), options);
        let refused = |error: crate::plan::PlanError| StepOutcome::open(Step::Switch, &error.to_string(), error.help());
        let first = match decide(&options) {
            Ok(planned) => planned.plan,
            Err(error) => return Ok(Err(refused(error))),
        };
        options.overwrite.extend(uncompared(&first));
        let plan = match decide(&options) {
            Ok(planned) => planned.plan,
            Err(error) => return Ok(Err(refused(error))),
        };
        if let Some(held) = plan.held_back.first() {
            let what = format!("{} at {}: {}", held.name, held.place, held.reason);
            let help = refusal(held).map_or_else(|| held.remedy.clone(), |refusal| refusal.help);
            return Ok(Err(StepOutcome::open(Step::Switch, &what, &help)));
        }
        let applied = task.apply(rotator.applying, self.state, &mut observed, &plan).await?;
        if let Some(fault) = applied.unrecorded {
            return Err(fault.into());
        }
        Ok(all_done(&plan, &applied.outcomes))
    }

    fn write_documents(&self) -> Result<(), Refusal> {
        let Some(new) = self.new_public() else { return Ok(()) };
        Documents::of(&self.rotator).with(&new)?.iter().try_for_each(super::documents::Changed::write)
    }

    /// The old private file keeps a name of its own before the new one takes its place.
    fn swap_files(&mut self) -> Result<(), Refusal> {
        let files = self.kept.rotation.files.clone();
        files::switch(&files.next, &files.current, &files.previous)?;
        self.material.look_again(&self.kept.rotation, self.rotator.options)
    }
}

/// Names that are held back only because nobody has compared them.
fn uncompared(plan: &Plan) -> BTreeSet<SecretName> {
    let held = plan.held_back.iter().filter(|held| matches!(held.because, Because::Unsettled | Because::Unverified));
    held.map(|held| held.name.clone()).collect()
}

fn all_done(plan: &Plan, outcomes: &[Outcome]) -> Result<(), StepOutcome> {
    match outcomes.iter().find(|outcome| outcome.end != End::Done) {
        None => Ok(()),
        Some(outcome) => {
            let action = &plan.actions[outcome.action];
            let what = format!("{} at {}: {}", action.name, action.write.target(), outcome.reason);
            Err(StepOutcome::open(Step::Switch, &what, &outcome.help))
        }
    }
}

fn at(name: &str, to: EscPlace, secret: bool, value: SecretValue) -> Given {
    Given { name: name.parse().expect("a name of ours is legal"), to, secret, value: Some(value) }
}

/// In the environment of the value it stands for.
fn pending_place(beside: &EscPlace, path: &str) -> EscPlace {
    EscPlace { environment: beside.environment.clone(), path: path.parse().expect("a path of ours is legal") }
}

fn same(one: &EscPlace, other: &EscPlace) -> bool {
    let environments: (&EnvironmentRef, &EnvironmentRef) = (&one.environment, &other.environment);
    environments.0 == environments.1 && one.path == other.path
}
