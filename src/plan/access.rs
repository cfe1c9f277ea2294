//! Who is to see an organization secret or variable after a write (G16, I7).
//!
//! What the mapping declares wins; else what is there stays exactly as it is; a new
//! name is shown to the repositories that must see it, and to no more.

use std::{collections::BTreeSet, sync::Arc};

use super::Access;
use crate::{
    mapping::{DeclaredVisibility, Entry},
    model::{GithubPlace, GithubScope, Meta, Visibility},
};

/// What is to be done about an audience that is not the declared one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Audience {
    AsDeclared,
    /// Only the list of repositories is another; it is set without the value.
    OtherList(Access),
    /// `all`, `private` and `selected` are changed together with the value.
    OtherKind(Access),
}

/// The access of a write that carries a value.
pub(super) fn access(entry: &Entry, place: &GithubPlace, create: bool) -> Access {
    if !is_shared(place) {
        return Access::NotApplicable;
    }
    match declared(entry) {
        Some(access) => access,
        None if !create => Access::CarryOver,
        None if entry.visible_to.is_empty() => Access::Private,
        None => Access::Selected(Arc::clone(&entry.visible_to)),
    }
}

/// How the listed visibility compares with the declared one. What was not listed is no difference.
pub(super) fn audience(entry: &Entry, place: &GithubPlace, meta: Option<&Meta>) -> Audience {
    let listed = meta.and_then(|meta| meta.visibility.as_ref()).filter(|_| is_shared(place));
    let (Some(declared), Some(listed)) = (declared(entry), listed) else { return Audience::AsDeclared };
    match (&declared, listed) {
        (Access::All, Visibility::All) | (Access::Private, Visibility::Private) => Audience::AsDeclared,
        (Access::Selected(_), Visibility::Selected(None)) => Audience::AsDeclared,
        (Access::Selected(wanted), Visibility::Selected(Some(there))) => {
            let set = |list: &Arc<[_]>| list.iter().cloned().collect::<BTreeSet<_>>();
            if set(wanted) == set(there) { Audience::AsDeclared } else { Audience::OtherList(declared) }
        }
        _ => Audience::OtherKind(declared),
    }
}

fn is_shared(place: &GithubPlace) -> bool {
    matches!(*place.scope, GithubScope::Organization { .. })
}

fn declared(entry: &Entry) -> Option<Access> {
    Some(match entry.detail().visibility? {
        DeclaredVisibility::All => Access::All,
        DeclaredVisibility::Private => Access::Private,
        DeclaredVisibility::Selected => Access::Selected(Arc::clone(&entry.visible_to)),
    })
}
