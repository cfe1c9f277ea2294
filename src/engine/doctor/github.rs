//! GitHub: who we are, what is left of the hourly limit, each list that is needed, and what is known of the right to write.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{Doctor, OFFLINE, budget, door, skipped, unread};
use crate::{
    engine::ReadPlan,
    model::{GithubScope, Slot, Stage, StageKind, StageOutcome, Unread},
    store::{
        GithubStore,
        github::{GithubIdentity, Granted, describe, right_to_write},
    },
};

const DOOR: door::Kinds = [StageKind::GithubNetwork, StageKind::GithubTls, StageKind::GithubClock];

/// One thing that must be allowed: its stage, and what is asked for it.
#[derive(Clone, Debug)]
enum Right<'p> {
    List(&'p GithubScope, Slot),
    Visible(String, &'p crate::model::RepoRef, Slot),
    PublicKey(&'p Arc<GithubScope>),
    Write(&'p GithubScope, Slot),
}

pub(super) async fn look(doctor: &Doctor<'_>, plan: &ReadPlan) -> Vec<Stage> {
    let rights = rights(doctor, plan);
    if rights.is_empty() {
        return Vec::new();
    }
    let (mut stages, reached) = door::look(doctor, doctor.github.as_ref(), DOOR).await;
    let (identity, why) = match doctor.stores.github() {
        _ if doctor.offline => (None, OFFLINE),
        Err(why) => {
            stages.push(unread(StageKind::GithubLogin, "", &why));
            (None, "there is no login")
        }
        Ok(_) if !reached => (None, "GitHub cannot be reached"),
        Ok(store) => (Some((store, login(store, &mut stages).await)), "the login failed"),
    };
    match identity {
        Some((store, Some(identity))) => {
            stages.push(budget(doctor, store, plan).await);
            stages.extend(join_all(rights.iter().map(|right| right.look(store, &identity.granted))).await);
        }
        _ => {
            if stages.last().is_none_or(|stage| stage.kind != StageKind::GithubLogin) {
                stages.push(skipped(StageKind::GithubLogin, "", why));
            }
            stages.push(skipped(StageKind::GithubBudget, "", why));
            stages.extend(rights.iter().map(|right| skipped(right.kind(), right.about(), why)));
        }
    }
    stages
}

async fn login(store: &GithubStore, stages: &mut Vec<Stage>) -> Option<GithubIdentity> {
    let answer = store.identify().await;
    stages.push(match &answer {
        Ok(GithubIdentity { who, granted, expires }) => {
            let granted = match granted {
                Granted::Scopes(scopes) => format!("; scopes: {}", words(scopes.iter().cloned())),
                Granted::Permissions(all) => {
                    format!("; permissions: {}", words(all.iter().map(|(name, level)| format!("{name}={level}"))))
                }
                Granted::Untold => String::new(),
            };
            let expires = expires.as_ref().map(|date| format!("; it ends {date}")).unwrap_or_default();
            Stage::ok(StageKind::GithubLogin, "", format!("{who}{granted}{expires}"))
        }
        Err(why) => unread(StageKind::GithubLogin, "", why),
    });
    answer.ok()
}

fn words(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.map(|word| crate::http::printable(&word, 80)).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

async fn budget(doctor: &Doctor<'_>, store: &GithubStore, plan: &ReadPlan) -> Stage {
    let needed = budget::predicted(doctor.mapping, doctor.selection, plan, doctor.errand);
    budget::judged(needed, store.rate_limit().await)
}

/// Everything the command asks of GitHub, each once.
fn rights<'p>(doctor: &Doctor<'_>, plan: &'p ReadPlan) -> Vec<Right<'p>> {
    let secrets = plan.secrets.iter().chain(&plan.shadowing).map(|scope| Right::List(scope, Slot::Secret));
    let variables = plan.variables.iter().map(|scope| Right::List(scope, Slot::Variable));
    let seen = [(&plan.seen, Slot::Secret), (&plan.seen_variables, Slot::Variable)];
    let visible = seen.into_iter().flat_map(|(repositories, slot)| {
        let about = move |of| format!("organization {}s that repository {of} sees", slot.as_str());
        repositories.iter().map(move |of| Right::Visible(about(of), of, slot))
    });
    let mut rights: Vec<_> = secrets.chain(variables).chain(visible).collect();
    if doctor.errand.writes_stores {
        rights.extend(plan.secrets.iter().map(Right::PublicKey));
        rights.extend(plan.secrets.iter().map(|scope| Right::Write(scope, Slot::Secret)));
        rights.extend(plan.variables.iter().map(|scope| Right::Write(scope, Slot::Variable)));
    }
    rights
}

impl Right<'_> {
    fn kind(&self) -> StageKind {
        match self {
            Self::List(..) => StageKind::GithubList,
            Self::Visible(..) => StageKind::GithubVisible,
            Self::PublicKey(_) => StageKind::GithubPublicKey,
            Self::Write(..) => StageKind::GithubWrite,
        }
    }

    fn about(&self) -> String {
        match self {
            Self::List(scope, slot) | Self::Write(scope, slot) => {
                format!("{} {}s of {}", scope.app().as_str(), slot.as_str(), describe(scope))
            }
            Self::Visible(about, ..) => about.clone(),
            Self::PublicKey(scope) => format!("{} secrets of {}", scope.app().as_str(), describe(scope)),
        }
    }

    async fn look(&self, store: &GithubStore, granted: &Granted) -> Stage {
        let count = match self {
            Self::List(scope, Slot::Secret) => store.list_secrets(scope).await.map(|all| all.len()),
            Self::List(scope, Slot::Variable) => store.list_variables(scope).await.map(|all| all.len()),
            Self::Visible(_, of, Slot::Secret) => store.list_seen_organization_secrets(of).await.map(|all| all.len()),
            Self::Visible(_, of, Slot::Variable) => {
                store.list_seen_organization_variables(of).await.map(|all| all.len())
            }
            Self::PublicKey(scope) => return self.told(store.public_key(scope).await.map(drop)),
            Self::Write(scope, slot) => return self.write_right(granted, scope, *slot),
        };
        match count {
            Ok(count) => Stage::ok(self.kind(), self.about(), format!("{count} listed")),
            Err(why) => unread(self.kind(), self.about(), &why),
        }
    }

    fn told(&self, answer: Result<(), Unread>) -> Stage {
        match answer {
            Ok(()) => Stage::ok(self.kind(), self.about(), "values can be sealed for it"),
            Err(why) => unread(self.kind(), self.about(), &why),
        }
    }

    fn write_right(&self, granted: &Granted, scope: &GithubScope, slot: Slot) -> Stage {
        let needed = right_to_write(scope, slot);
        let (kind, about) = (self.kind(), self.about());
        match granted.may_write(scope, slot) {
            Some(true) => Stage::ok(kind, about, "GitHub says that the login has it"),
            Some(false) => {
                let what = "GitHub says that the login has no right to write there";
                Stage::new(kind, about, StageOutcome::Failed, what).help(format!("give the login {needed}"))
            }
            None => {
                let what =
                    "GitHub does not tell what this kind of token may do, and it cannot be tried without writing";
                Stage::new(kind, about, StageOutcome::Untried, what).help(format!("see that the login has {needed}"))
            }
        }
    }
}
