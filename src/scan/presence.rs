//! Whether the stores hold what a workflow names, where a job of the repository would find it.

use crate::{
    mapping::Mapping,
    model::{App, GithubScope, Listing, Meta, RepoRef, SecretName, Slot, Snapshot, Variable, Visibility},
};

use super::reference::Reach;

/// What references are compared with.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    pub mapping: &'a Mapping,
    /// `None`: no store was asked.
    pub snapshot: Option<&'a Snapshot>,
    /// The repository the tree belongs to; `None`: any that the mapping names.
    pub repository: Option<&'a RepoRef>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Presence {
    Absent,
    Present,
    /// And why.
    Unknown(String),
}

impl World<'_> {
    /// Whether a job that reaches so far sees a secret or a variable of that name.
    pub fn presence(&self, name: &SecretName, slot: Slot, reach: &Reach) -> Presence {
        let Some(snapshot) = self.snapshot else { return Presence::Unknown("no store was asked".to_owned()) };
        let github = &snapshot.github;
        match slot {
            Slot::Secret => self.among(
                name,
                slot,
                reach,
                github.secrets.iter().map(|(scope, list)| (&**scope, held(list, name, |meta| meta))),
            ),
            Slot::Variable => self.among(
                name,
                slot,
                reach,
                github
                    .variables
                    .iter()
                    .map(|(scope, list)| (&**scope, held(list, name, |variable: &Variable| &variable.meta))),
            ),
        }
    }

    fn among<'s>(
        &self,
        name: &SecretName,
        slot: Slot,
        reach: &Reach,
        scopes: impl Iterator<Item = (&'s GithubScope, Held<'s>)>,
    ) -> Presence {
        let mut why = None;
        let mut asked = false;
        for (scope, held) in scopes.filter(|(scope, _)| self.reaches(scope, reach)) {
            asked = true;
            match held {
                Held::Not => {}
                Held::By(meta) => match self.sees(scope, name, slot, meta) {
                    Presence::Present => return Presence::Present,
                    Presence::Absent => {}
                    Presence::Unknown(reason) => why = Some(reason),
                },
                Held::Unread(reason) => why = Some(reason.to_owned()),
            }
        }
        match (why, asked) {
            (Some(why), _) => Presence::Unknown(why),
            (None, true) => Presence::Absent,
            (None, false) => Presence::Unknown("no store that could hold it was asked".to_owned()),
        }
    }

    /// Whether secrets of a scope can come to a job of our repository at all.
    fn reaches(&self, scope: &GithubScope, reach: &Reach) -> bool {
        let own = |repository: &RepoRef| self.repository.is_none_or(|own| own == repository);
        match scope {
            GithubScope::Organization { app: App::Actions, organization } => {
                self.repository.is_none_or(|own| own.owner.eq_ignore_ascii_case(organization))
            }
            GithubScope::Repository { app: App::Actions, repository } => own(repository),
            GithubScope::Environment { repository, environment } => {
                own(repository)
                    && match reach {
                        Reach::AnyEnvironment => true,
                        Reach::Environment(name) => name.eq_ignore_ascii_case(environment),
                        Reach::Repository => false,
                    }
            }
            GithubScope::Organization { .. } | GithubScope::Repository { .. } => false,
        }
    }

    /// Of an organization's secret: whether our repository is among those that see it.
    fn sees(&self, scope: &GithubScope, name: &SecretName, slot: Slot, meta: &Meta) -> Presence {
        let (GithubScope::Organization { .. }, Some(own)) = (scope, self.repository) else { return Presence::Present };
        let seen = self.snapshot.and_then(|snapshot| snapshot.github.seen_by(own, slot));
        match (seen, &meta.visibility) {
            (Some(Ok(seen)), _) if seen.contains_key(name) => Presence::Present,
            (Some(Ok(_)), _) => Presence::Absent,
            (_, None | Some(Visibility::All)) => Presence::Present,
            (_, Some(Visibility::Selected(Some(list)))) if list.contains(own) => Presence::Present,
            (Some(Err(unread)), _) => Presence::Unknown(unread.what.clone()),
            (None, _) => Presence::Unknown("which repositories see it was not asked".to_owned()),
        }
    }
}

/// What one listing says of a name.
enum Held<'s> {
    By(&'s Meta),
    Not,
    Unread(&'s str),
}

fn held<'s, T>(listing: &'s Listing<T>, name: &SecretName, meta: impl Fn(&'s T) -> &'s Meta) -> Held<'s> {
    match listing {
        Ok(names) => names.get(name).map_or(Held::Not, |held| Held::By(meta(held))),
        Err(unread) => Held::Unread(&unread.what),
    }
}
