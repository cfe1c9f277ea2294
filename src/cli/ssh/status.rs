//! `ssh status`: which key is in force where, how old it is, what is pending, what to do next. It changes
//! nothing and logs in nowhere: what is said of machines is what the last login found.

use std::path::Path;

use crate::{
    cli::{
        Failure,
        args::Global,
        exit::Exit,
        session::{self, Session},
        state,
    },
    engine::{Kept, RotationOptions},
    keys::{self, KeyFingerprint, made_at},
    mapping::SshSpec,
    model::Stamp,
    report::{KeyReport, RegistryReport, Report, SshMachineReport, SshReport, SshState},
    ssh::{
        files,
        pair::KeyPair,
        rotation::{Rotation, Step},
    },
    store::Stores,
};

use super::{
    args::{ReachArgs, StatusArgs},
    command, outcome,
    played::{self, Visit},
};

pub(super) fn run(global: &Global, _args: &StatusArgs) -> Result<Exit, Failure> {
    let (session, targets, _sandbox) = played::open(global, "ssh status", Visit::Looks)?;
    let spec = command::spec(&session)?;
    let reach = ReachArgs { exclude: Vec::new(), accept_new_host_keys: false, passphrase_file: None };
    let options = command::options(&session, &reach)?;
    let stores = session.stores();
    let report = session::runtime()?.block_on(look(&session, spec, &options, &stores))?;
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

async fn look(
    session: &Session<'_>,
    spec: &SshSpec,
    options: &RotationOptions,
    stores: &Stores,
) -> Result<Report, Failure> {
    let state = state::to_read(session, stores).await?;
    let kept = Kept::load(&state).await?.map(|kept| kept.rotation);
    let (registry, remark) =
        if session.global.offline { (Vec::new(), None) } else { registry(spec, stores, kept.as_ref(), options).await };
    let ssh = SshReport {
        key: key(spec, options, kept.as_ref()),
        rotation: kept.as_ref().filter(|rotation| !rotation.step.is_end()).map(outcome::rotation),
        machines: machines(spec, kept.as_ref()),
        registry,
        next: next(kept.as_ref()),
        state: SshState::Idle,
        ..SshReport::default()
    };
    let report = outcome::empty(session, stores);
    let remarks = remark.into_iter().chain(unseen(kept.as_ref())).collect();
    Ok(Report { ssh: Some(ssh), remarks, ..report }.decided())
}

/// The key whose private file is the declared one.
fn key(spec: &SshSpec, options: &RotationOptions, kept: Option<&Rotation>) -> Option<KeyReport> {
    let path = options.path(spec.private_key.as_deref()?);
    let public = public_of(&path);
    let remembered = kept.and_then(in_force);
    let fingerprint = public.as_ref().map(keys::PublicKey::fingerprint).or_else(|| remembered.clone())?;
    let rotated =
        kept.filter(|rotation| rotation.new.as_ref() == Some(&fingerprint)).and_then(|rotation| rotation.switched);
    let since = rotated.or_else(|| made_at(public.as_ref()?.comment()));
    let age_days = since.map(|since| session::now().days_since(since));
    Some(KeyReport {
        fingerprint: fingerprint.to_string(),
        file: public.map(|_| path.display().to_string()),
        since: since.map(|since: Stamp| since.to_string()),
        age_days,
        max_age_days: spec.max_age_days,
        is_due: age_days.zip(spec.max_age_days).map(|(age, most)| age > i64::from(most)),
    })
}

/// The public half stands in the open in a private file, locked or not.
fn public_of(path: &Path) -> Option<keys::PublicKey> {
    let text = files::read(path).ok()??;
    keys::public_half(&text).or_else(|| KeyPair::read(&text, None).ok().map(|pair| pair.public().clone()))
}

fn in_force(rotation: &Rotation) -> Option<KeyFingerprint> {
    match rotation.switched {
        Some(_) => rotation.new.clone(),
        None => Some(rotation.old.clone()),
    }
}

/// Those of the last rotation, and those of the mapping that it never saw.
fn machines(spec: &SshSpec, kept: Option<&Rotation>) -> Vec<SshMachineReport> {
    let mut machines: Vec<_> = kept
        .iter()
        .flat_map(|rotation| rotation.machines.iter().map(|state| outcome::machine(state, rotation)))
        .collect();
    for machine in &spec.machines {
        if machines.iter().any(|known| *known.name == *machine.name) {
            continue;
        }
        let user = machine.user.as_ref().or(spec.user.as_ref()).map_or("?", |user| user);
        machines.push(SshMachineReport {
            name: machine.name.to_string(),
            address: format!("{user}@{}:{}", machine.host, machine.port),
            status: "not looked at".to_owned(),
            ..SshMachineReport::default()
        });
    }
    machines
}

async fn registry(
    spec: &SshSpec,
    stores: &Stores,
    kept: Option<&Rotation>,
    options: &RotationOptions,
) -> (Vec<RegistryReport>, Option<String>) {
    if spec.lambda_key_name.is_none() {
        return (Vec::new(), None);
    }
    let listed = match stores.lambda() {
        Ok(store) => store.list_keys().await.map_err(|unread| unread.what),
        Err(unread) => Err(unread.what.clone()),
    };
    let keys = match listed {
        Ok(keys) => keys,
        Err(why) => return (Vec::new(), Some(format!("Lambda's registry was not read: {why}"))),
    };
    let file = spec.private_key.as_deref().and_then(|file| public_of(&options.path(file)));
    let current = file.map(|public| public.fingerprint()).or_else(|| kept.and_then(in_force));
    let under_way = kept.filter(|rotation| !rotation.step.is_end());
    let role = |fingerprint: Option<&KeyFingerprint>| match fingerprint {
        None => "other",
        Some(_) if fingerprint == current.as_ref() => "in force",
        Some(_) if fingerprint == under_way.and_then(|rotation| rotation.new.as_ref()) => "new",
        Some(_) if fingerprint == under_way.map(|rotation| &rotation.old) => "old",
        Some(_) => "other",
    };
    let told = keys.into_iter().map(|key| {
        let fingerprint = key.public.ok().map(|public| public.fingerprint());
        let role = role(fingerprint.as_ref());
        RegistryReport { name: key.name, id: key.id, fingerprint: fingerprint.map(|known| known.to_string()), role }
    });
    (told.collect(), None)
}

fn next(kept: Option<&Rotation>) -> Option<String> {
    let step = kept?.step;
    let command = match step {
        Step::Done | Step::Cancelled => return None,
        Step::Cancel => "esc-sync ssh cancel",
        Step::Overlap | Step::Retire => "esc-sync ssh retire",
        _ => "esc-sync ssh resume",
    };
    Some(command.to_owned())
}

fn unseen(kept: Option<&Rotation>) -> Option<String> {
    let machines = "nobody logged in anywhere for this; `esc-sync ssh verify` does";
    match kept {
        None => Some(format!("no rotation was ever made with this state; {machines}")),
        Some(_) => Some(machines.to_owned()),
    }
}
