//! `ssh rotate`, `resume`, `cancel` and `retire`: looked at, asked for, carried out, told.

use crate::{
    cli::{
        Failure,
        args::{CheckArgs, Global},
        exit::Exit,
        progress,
        session::{self, Session},
        state, terminal,
        writing::{Writer, clock},
    },
    engine::{Course, Kept, Look, Preflight, Refusal, RotationOptions, Rotator, Selection, State, Task, Told},
    judge::judge,
    report::Report,
    ssh::{MachineStatus, Step, rotation::Next},
    store::Stores,
};

use super::{
    args::{DoorArgs, ResumeArgs, RetireArgs, RotateArgs},
    command, outcome,
    played::{self, Visit},
};

/// Which way a command goes.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    Begin { dry_run: bool },
    Cancel,
    Resume,
    Retire,
}

pub(super) fn rotate(global: &Global, args: &RotateArgs) -> Result<Exit, Failure> {
    drive(global, "ssh rotate", &args.on.door, Way::Begin { dry_run: args.dry_run }, |options| {
        Ok(RotationOptions { without_machines: args.without_machines, ..chosen(options, &args.on)? })
    })
}

pub(super) fn resume(global: &Global, args: &ResumeArgs) -> Result<Exit, Failure> {
    drive(global, "ssh resume", &args.door, Way::Resume, |options| chosen(options, args))
}

pub(super) fn cancel(global: &Global, args: &DoorArgs) -> Result<Exit, Failure> {
    drive(global, "ssh cancel", args, Way::Cancel, Ok)
}

pub(super) fn retire(global: &Global, args: &RetireArgs) -> Result<Exit, Failure> {
    drive(global, "ssh retire", &args.door, Way::Retire, |options| {
        Ok(RotationOptions { retire: true, hurry: args.now, ..options })
    })
}

fn chosen(options: RotationOptions, args: &ResumeArgs) -> Result<RotationOptions, Failure> {
    let name = |text: &String| {
        text.parse()
            .map_err(|_| Failure::usage(format!("--overwrite {text}: not a name"), "name an entry of the mapping"))
    };
    Ok(RotationOptions {
        retire: args.retire || args.compromised,
        compromised: args.compromised,
        overwrite: args.overwrite.iter().map(name).collect::<Result<_, _>>()?,
        ..options
    })
}

fn drive(
    global: &Global,
    command: &'static str,
    door: &DoorArgs,
    way: Way,
    choose: impl FnOnce(RotationOptions) -> Result<RotationOptions, Failure>,
) -> Result<Exit, Failure> {
    let (session, targets, sandbox) = played::open(global, command, Visit::LogsIn)?;
    session.needs_network()?;
    let spec = command::spec(&session)?;
    let options = sandbox.choose(choose(command::options(&session, &door.reach)?)?);
    let remote = command::system_ssh(&session, spec, &options, &door.reach)?;
    let stores = session.stores();
    let writer = Writer::new(&session, &door.writing, words(&options));
    let clock = clock();
    let applying = writer.applying(&clock, true);
    let task = session.task(&stores);
    let rotator = Rotator { task: &task, spec, applying: &applying, remote: &remote, options: &options, told: &tell };
    let run = Run { session: &session, stores: &stores, writer: &writer, rotator: &rotator, way };
    let Some(report) = session::runtime()?.block_on(run.run())? else { return Ok(progress::interrupted()) };
    let report = sandbox.tell(report);
    targets.write(&report)?;
    Ok(if writer.was_interrupted() { Exit::Interrupted } else { Exit::of(&report) })
}

/// The options in words, for the audit log.
fn words(options: &RotationOptions) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(options.retire.then(|| "--retire".to_owned()));
    words.extend(options.compromised.then(|| "--compromised".to_owned()));
    words.extend(options.exclude.iter().map(|name| format!("--exclude {name}")));
    words.extend(options.overwrite.iter().map(|name| format!("--overwrite {name}")));
    words
}

/// A line for each step, with what is done in it, and one below it for each machine.
fn tell(told: &Told) {
    match told {
        Told::Step(step) => terminal::say(format_args!("esc-sync: {}: {}", step.as_str(), doing(*step))),
        Told::Machine { name, status, why } if why.is_empty() => {
            terminal::say(format_args!("esc-sync:   {name}: {} ({})", status.as_str(), meaning(*status)));
        }
        Told::Machine { name, status, why } => {
            terminal::say(format_args!("esc-sync:   {name}: {}: {why}", status.as_str()));
        }
    }
}

/// What is done in a step.
fn doing(step: Step) -> &'static str {
    match step {
        Step::Cancel => "take the new key from the machines, the registry and the pending names",
        Step::Cancelled | Step::Done => "nothing is left to do",
        Step::Delete => "delete what is left of the old key: registry, pending names, private file",
        Step::Generate => "make the new key, in a file of its own",
        Step::Overlap => "both keys are good",
        Step::Publish => "add the new key to Lambda's registry, beside the old one",
        Step::Retire => "remove the old key by the new one, and prove that it is refused",
        Step::RollOut => "add the new key by the old one, and prove that it opens",
        Step::Store => "put the new key into ESC, under a pending name",
        Step::Switch => "put the new key in force: ESC, GitHub, cloud-init, the private file",
    }
}

/// What is known of a machine.
fn meaning(status: MachineStatus) -> &'static str {
    match status {
        MachineStatus::Excluded => "left out",
        MachineStatus::Installed => "has the new key, which is not proved yet",
        MachineStatus::Pending => "opens with the old key",
        MachineStatus::Proved => "opens with the new key, and with the old one",
        MachineStatus::Retired => "opens with the new key, and refuses the old one",
    }
}

struct Run<'a> {
    session: &'a Session<'a>,
    stores: &'a Stores,
    writer: &'a Writer<'a>,
    rotator: &'a Rotator<'a>,
    way: Way,
}

impl Run<'_> {
    /// `None`: interrupted before anything was changed.
    async fn run(&self) -> Result<Option<Report>, Failure> {
        let mut state = match self.way {
            Way::Begin { dry_run: true } => state::to_read(self.session, self.stores).await?,
            _ => state::to_write(self.session, self.stores, self.writer.to_write()).await?,
        };
        let done = self.run_alone(&mut state).await;
        state.close().await;
        done
    }

    async fn run_alone(&self, state: &mut State) -> Result<Option<Report>, Failure> {
        let preflight = match self.way {
            Way::Begin { .. } => match self.look(state).await? {
                Some(preflight) => Some(preflight),
                None => return Ok(None),
            },
            _ => None,
        };
        if let (Way::Begin { dry_run }, Some(preflight)) = (self.way, &preflight) {
            let shown = outcome::planned(&self.report(state).await, self.rotator, preflight);
            if dry_run {
                return Ok(Some(shown));
            }
            self.writer.confirm(&shown, preflight.planned.len()).await?;
        }
        if preflight.is_none() {
            self.confirm_going_on(state).await?;
        }
        let Some(course) = self.writer.settle(self.go(state, preflight)).await else { return Err(progress::cut_off()) };
        let report = self.report(state).await;
        Ok(Some(match course? {
            Some(course) => outcome::told(&report, self.rotator, &course),
            None => outcome::nothing(report, self.session.command),
        }))
    }

    /// What is under way is shown and asked about, as everything that writes is; what would do nothing is not.
    async fn confirm_going_on(&self, state: &State) -> Result<(), Failure> {
        let Some(kept) = Kept::load(state).await? else { return Ok(()) };
        let options = self.rotator.options;
        let next = match self.way {
            Way::Cancel if kept.rotation.can_cancel() => Next::Do(Step::Cancel),
            Way::Cancel => Next::Nothing,
            _ => kept.rotation.next(session::now(), options.hurry, options.retire),
        };
        if let Next::Do(step) = next {
            let shown =
                outcome::going_on(outcome::empty(self.session, self.stores), self.rotator, &kept.rotation, step);
            self.writer.confirm(&shown, 1).await?;
        }
        Ok(())
    }

    async fn look(&self, state: &mut State) -> Result<Option<Preflight>, Failure> {
        let looking = self.rotator.preflight(state);
        match progress::watch(looking, || "looking at stores and machines".to_owned()).await {
            None => Ok(None),
            Some(Ok(preflight)) => Ok(Some(preflight)),
            Some(Err(refusals)) => Err(all(refusals)),
        }
    }

    async fn go(&self, state: &mut State, preflight: Option<Preflight>) -> Result<Option<Course>, Failure> {
        Ok(match (self.way, preflight) {
            (Way::Begin { .. }, Some(preflight)) => Some(self.rotator.begin(state, preflight).await?),
            (Way::Cancel, _) => self.rotator.cancel(state).await?,
            (Way::Retire, _) => self.rotator.retire(state).await?,
            _ => self.rotator.resume(state).await?,
        })
    }

    /// The entries that name the key, as they are now.
    async fn report(&self, state: &State) -> Report {
        let names = self.rotator.entries();
        let selection = match Selection::new(&names, &[], &[]) {
            Ok(selection) if !names.is_empty() => selection,
            _ => return outcome::empty(self.session, self.stores),
        };
        let task = Task { selection: &selection, ..self.session.task(self.stores) };
        let observed = task.look(None, Some(state), Look::default()).await;
        let args = CheckArgs::default();
        let judgement = judge(self.session.mapping(), &observed.snapshot, session::judge_options(&args));
        outcome::only(self.session.report(&observed.snapshot, judgement, self.stores, args.fail_on), &names)
    }
}

/// Everything that is in the way, said at once; the code is that of the worst.
fn all(refusals: Vec<Refusal>) -> Failure {
    let Some(worst) = refusals.iter().max_by_key(|refusal| refusal.kind).cloned() else {
        return Failure::new(Exit::Unknown, "the preflight gave no reason", "run again");
    };
    let (last, before) = (worst.clone(), refusals.into_iter().filter(|refusal| *refusal != worst));
    for refusal in before {
        terminal::say_error(&refusal.what, Some(&refusal.help));
    }
    last.into()
}
