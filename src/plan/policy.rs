//! Which writes are made without a person, by their kind; what is left waits for one.
//!
//! Invariant: no policy allows a deletion.

use std::collections::BTreeSet;

use super::{Action, Plan, Write};
use crate::model::Place;

/// A write as far as it matters who decides.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum WriteKind {
    /// A value to a place that has none.
    Create,
    /// A value over one that GitHub has.
    Overwrite,
    /// GitHub's value to ESC.
    Pull,
    /// Who sees it, and no value.
    Restrict,
    Delete,
}

crate::model::words! {
    WriteKind {
        Create => "create",
        Overwrite => "overwrite",
        Pull => "pull",
        Restrict => "restrict",
        Delete => "delete",
    }
}

/// The kinds that need no person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Policy(BTreeSet<WriteKind>);

impl Action {
    /// What it counts as. What repeats a write of ours was allowed when that was begun, and so counts as
    /// the least that a policy may allow.
    pub fn kind(&self) -> WriteKind {
        match &self.write {
            _ if self.repeats => WriteKind::Create,
            Write::Push { create: true, .. } => WriteKind::Create,
            Write::Push { .. } | Write::Set { .. } => WriteKind::Overwrite,
            Write::Pull { .. } => WriteKind::Pull,
            Write::Restrict { .. } => WriteKind::Restrict,
            Write::Prune { .. } | Write::Unset { .. } => WriteKind::Delete,
        }
    }
}

impl Policy {
    /// Whether the action needs no person. A value of GitHub goes nowhere as long as it may not go to ESC.
    pub fn allows(&self, action: &Action) -> bool {
        let spreads = matches!(&action.write, Write::Push { from, .. } if !matches!(from, Place::Esc { .. }));
        self.0.contains(&action.kind()) && (!spreads || self.0.contains(&WriteKind::Pull))
    }

    /// The kinds that it allows.
    pub fn kinds(&self) -> impl Iterator<Item = WriteKind> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<WriteKind> for Policy {
    fn from_iter<T: IntoIterator<Item = WriteKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().filter(|kind| *kind != WriteKind::Delete).collect())
    }
}

impl Plan {
    /// What is to be applied now, with all that is not done anyway, and the actions that wait.
    pub fn split(self, policy: &Policy) -> (Self, Self) {
        let (now, rest) = self.actions.into_iter().partition(|action| policy.allows(action));
        (Self { actions: now, ..self }, Self { actions: rest, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        model::{App, GithubPlace, GithubScope, Slot},
        plan::{Access, Basis},
    };

    fn github() -> GithubPlace {
        let scope = Arc::new(GithubScope::Organization { app: App::Actions, organization: "acme".into() });
        GithubPlace { scope, slot: Slot::Secret, name: "A".parse().expect("legal") }
    }

    fn esc() -> Place {
        let environment = Arc::new("acme/default/production".parse().expect("legal"));
        Place::Esc { environment, path: "s.a".parse().expect("legal") }
    }

    fn push(from: Place, create: bool) -> Write {
        Write::Push { from, to: github(), create, access: Access::NotApplicable }
    }

    fn pull(create: bool) -> Write {
        Write::Pull { from: Place::Github(github()), known_as: github(), to: esc(), create }
    }

    fn action(write: Write, repeats: bool) -> Action {
        let name = "A".parse().expect("legal");
        Action { entry: Some(0), name, write, why: String::new(), repeats, basis: Basis::default() }
    }

    #[test]
    fn what_waits_for_a_person_is_a_table() {
        let from_github = || Place::Github(github());
        let restrict = Write::Restrict { at: github(), access: Access::All };
        // The write, whether it repeats one, and the policies under which it is applied.
        let rows: [(Write, bool, &[&str]); 10] = [
            (push(esc(), true), false, &["create", "create,restrict,pull", "all"]),
            (push(esc(), false), false, &["overwrite", "all"]),
            (push(esc(), false), true, &["create", "create,restrict,pull", "all"]),
            (push(from_github(), true), false, &["create,restrict,pull", "all"]),
            (push(from_github(), false), false, &["all"]),
            (pull(true), false, &["pull", "create,restrict,pull", "all"]),
            (pull(false), false, &["pull", "create,restrict,pull", "all"]),
            (restrict, false, &["restrict", "create,restrict,pull", "all"]),
            (Write::Prune { at: github() }, false, &[]),
            (Write::Unset { at: esc() }, false, &[]),
        ];
        let policies = ["nothing", "create", "overwrite", "pull", "restrict", "create,restrict,pull", "all"];
        for (write, repeats, applied) in rows {
            for words in policies {
                let kinds = WriteKind::ALL.iter().copied();
                let policy: Policy = kinds.filter(|kind| words == "all" || words.contains(kind.as_str())).collect();
                let plan = Plan { actions: vec![action(write.clone(), repeats)], ..Plan::default() };
                let (now, rest) = plan.split(&policy);
                let expected = if applied.contains(&words) { (1, 0) } else { (0, 1) };
                assert_eq!((now.actions.len(), rest.actions.len()), expected, "{write:?} under {words}");
            }
        }
    }

    #[test]
    fn what_is_held_back_or_agreed_is_told_once() {
        let plan = Plan {
            actions: vec![action(push(esc(), true), false), action(push(esc(), false), false)],
            agreed: vec![crate::plan::Agreed { entry: 0, place: github() }],
            ..Plan::default()
        };
        let (now, rest) = plan.split(&Policy::from_iter([WriteKind::Create]));
        assert_eq!((now.agreed.len(), rest.agreed.len()), (1, 0));
        assert!(now.actions[0].write == push(esc(), true) && rest.actions[0].write == push(esc(), false));
    }
}
