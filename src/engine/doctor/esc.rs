//! Pulumi ESC: who we are, and each environment opened, looked into, and as far as one can tell writable.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;

use super::{Doctor, OFFLINE, Remembered, door, key, skipped, unread};
use crate::{
    engine::{ReadPlan, key_place},
    model::{EnvironmentRef, EscSnapshot, Stage, StageKind, StageOutcome, Unread},
    store::{EscStore, esc::Identity},
};

const DOOR: door::Kinds = [StageKind::EscNetwork, StageKind::EscTls, StageKind::EscClock];

type Opened = Result<EscSnapshot, Arc<Unread>>;

pub(super) async fn look(doctor: &Doctor<'_>, plan: &ReadPlan, remembered: &Remembered) -> Vec<Stage> {
    let environments = environments(doctor, plan);
    if environments.is_empty() {
        return Vec::new();
    }
    let (mut stages, reached) = door::look(doctor, doctor.esc.as_ref(), DOOR).await;
    let store = match doctor.stores.esc() {
        _ if doctor.offline => Err(OFFLINE),
        Err(why) => {
            stages.push(unread(StageKind::EscLogin, "", &why));
            Err("there is no login")
        }
        Ok(_) if !reached => Err("ESC cannot be reached"),
        Ok(store) => Ok(store),
    };
    let logged_in = match store {
        Ok(store) => logins(store, &environments, &mut stages).await.map(|()| store),
        Err(why) => {
            if doctor.offline || doctor.stores.esc().is_ok() {
                stages.push(skipped(StageKind::EscLogin, "", why));
            }
            Err(why)
        }
    };
    match logged_in {
        Ok(store) => rights(doctor, store, &environments, remembered, &mut stages).await,
        Err(why) => stages.extend(all_skipped(doctor, &environments, why)),
    }
    stages
}

/// Those with values of the mapping, and the one that keeps the fingerprint key.
fn environments(doctor: &Doctor<'_>, plan: &ReadPlan) -> BTreeSet<Arc<EnvironmentRef>> {
    let mut environments = plan.environments.clone();
    environments.extend(key_place(doctor.mapping).filter(|_| doctor.needs_the_key()).map(|place| place.environment));
    if let Some(ssh) = doctor.mapping.ssh.as_deref().filter(|_| doctor.errand.is_about_the_key()) {
        let places = [&ssh.public_key, &ssh.stored_private_key, &ssh.launch_key_name];
        environments.extend(places.into_iter().flatten().map(|place| Arc::clone(&place.environment)));
    }
    environments
}

/// Who we are in each organization: inside Actions each has a login of its own.
async fn logins(
    store: &EscStore,
    environments: &BTreeSet<Arc<EnvironmentRef>>,
    stages: &mut Vec<Stage>,
) -> Result<(), &'static str> {
    let organizations: BTreeSet<&str> = environments.iter().map(|environment| &*environment.organization).collect();
    let answers = join_all(organizations.iter().map(|organization| store.whoami(organization))).await;
    let mut accepted = false;
    for (organization, answer) in organizations.iter().zip(answers) {
        accepted |= answer.is_ok();
        stages.push(match answer {
            Ok(identity) => login(organization, &identity),
            Err(why) => unread(StageKind::EscLogin, *organization, &why),
        });
    }
    if accepted { Ok(()) } else { Err("the login failed") }
}

fn login(organization: &str, Identity { login, organizations, token }: &Identity) -> Stage {
    let token = token.as_ref().map(|token| format!(", by the token {token}")).unwrap_or_default();
    let Some(organizations) = organizations else {
        return Stage::ok(StageKind::EscLogin, organization, format!("{login}{token}; its organizations are not told"));
    };
    let seen = if organizations.is_empty() { "none".to_owned() } else { organizations.join(", ") };
    let what = format!("{login}{token}; organizations: {seen}");
    let listed = organizations.iter().any(|name| name.eq_ignore_ascii_case(organization));
    if listed {
        return Stage::ok(StageKind::EscLogin, organization, what);
    }
    Stage::new(
        StageKind::EscLogin,
        organization,
        StageOutcome::Warning,
        format!("{login}{token}: this login does not see {organization}; it sees: {seen}"),
    )
    .help(format!("check the organization in the mapping's `esc: environment:`, or use a token of {organization}"))
}

async fn rights(
    doctor: &Doctor<'_>,
    store: &EscStore,
    environments: &BTreeSet<Arc<EnvironmentRef>>,
    remembered: &Remembered,
    stages: &mut Vec<Stage>,
) {
    let looks = environments.iter().map(|environment| one(doctor, store, environment));
    let mut opened = Vec::new();
    for (environment, (own, snapshot)) in environments.iter().zip(join_all(looks).await) {
        stages.extend(own);
        opened.push((Arc::clone(environment), snapshot));
    }
    if doctor.needs_the_key() {
        stages.extend(key::look(doctor, &opened, remembered));
    }
}

/// One environment: opened and read; for who writes, its definition read and what is known of the right.
async fn one(doctor: &Doctor<'_>, store: &EscStore, environment: &Arc<EnvironmentRef>) -> (Vec<Stage>, Opened) {
    let about = environment.to_string();
    let opened = store.read_environment(environment).await.map_err(Arc::new);
    let mut stages = vec![match &opened {
        Ok(_) => Stage::ok(StageKind::EscOpen, &about, "opened and read"),
        Err(why) => unread(StageKind::EscOpen, &about, why),
    }];
    if doctor.errand.revisions {
        stages.push(told(StageKind::EscRevisions, &about, store.revisions(environment, None, 1).await.map(drop)));
    }
    if doctor.errand.writes_state {
        let definition = store.definition(environment).await.map(drop);
        let write = write_right(&about, definition.is_ok());
        stages.extend([told(StageKind::EscDefinition, &about, definition), write]);
    }
    (stages, opened)
}

fn told(kind: StageKind, about: &str, answer: Result<(), Unread>) -> Stage {
    match answer {
        Ok(()) => Stage::ok(kind, about, "can be read"),
        Err(why) => unread(kind, about, &why),
    }
}

/// ESC tells nobody what he may write, and its one way to write has no trial run: a PATCH makes a revision.
fn write_right(about: &str, is_readable: bool) -> Stage {
    if !is_readable {
        return skipped(StageKind::EscWrite, about, "its definition cannot be read");
    }
    let what = "ESC does not tell, and it cannot be tried without writing";
    Stage::new(StageKind::EscWrite, about, StageOutcome::Untried, what)
        .help(format!("see that the login has the permission to write {about} in Pulumi Cloud"))
}

fn all_skipped(doctor: &Doctor<'_>, environments: &BTreeSet<Arc<EnvironmentRef>>, why: &str) -> Vec<Stage> {
    let errand = doctor.errand;
    let kinds = [
        (StageKind::EscOpen, true),
        (StageKind::EscRevisions, errand.revisions),
        (StageKind::EscDefinition, errand.writes_state),
        (StageKind::EscWrite, errand.writes_state),
    ];
    let needed = kinds.into_iter().filter(|(_, needed)| *needed);
    let of = |(kind, _): (StageKind, bool)| environments.iter().map(move |of| skipped(kind, of.to_string(), why));
    let key = key_place(doctor.mapping)
        .filter(|_| doctor.needs_the_key())
        .map(|_| skipped(StageKind::FingerprintKey, "", why));
    needed.flat_map(of).chain(key).collect()
}
