//! Commands that mend a place, exactly as they are typed.
//!
//! The commands are those of Pulumi's `esc` and GitHub's `gh`; both read the value
//! from a prompt or from stdin, so no value ever stands on a command line.

use std::borrow::Cow;

use super::subject::Subject;
use crate::model::{App, Encoding, GithubPlace, GithubScope, Kind, Place, RepoRef, Slot, Visibility};

/// Stores a value at the place.
pub(super) fn store(subject: &Subject, place: &Place) -> String {
    match place {
        // `--string` keeps newlines, blanks and quotes as they are (`pulumi/esc` 0.25, `cmd/esc/cli/env_set.go`).
        Place::Esc { environment, path } => {
            let kept = if subject.entry.kind == Kind::Secret { "--secret" } else { "--plaintext" };
            let environment = environment.to_string();
            format!("esc env set {} {} {kept} --string --file -", quoted(&environment), quoted(&path.to_string()))
        }
        Place::Github(place) => {
            let name = quoted(place.name.as_str());
            format!("gh {} set {name}{}{}", place.slot.as_str(), at(&place.scope), policy(subject, place))
        }
        Place::Job { name } => format!("gh secret set {name}"),
    }
}

/// Stores at a GitHub place what ESC holds, if what ESC holds is fit to travel; else a value that a person gives.
pub(super) fn copy(subject: &Subject, place: &Place) -> String {
    let store = store(subject, place);
    let (Place::Github(_), Some(Place::Esc { environment, path })) = (place, subject.fit_source()) else {
        return store;
    };
    let unwrap = match subject.entry.detail().encoding {
        Encoding::Base64 => " | base64 -d",
        Encoding::None => "",
    };
    let (environment, path) = (environment.to_string(), path.to_string());
    format!("esc env open {} {} --format string{unwrap} | {store}", quoted(&environment), quoted(&path))
}

/// The command by which a list of repositories is read back, so that a write can send it along unchanged.
fn listed(place: &GithubPlace) -> String {
    let GithubScope::Organization { app, organization } = &*place.scope else { return String::new() };
    let path = format!("orgs/{organization}/{}/{}s/{}/repositories", app.as_str(), place.slot.as_str(), place.name);
    format!(" --repos \"$(gh api --paginate {} --jq '.repositories[].full_name' | paste -sd, -)\"", quoted(&path))
}

/// Deletes a name of a GitHub scope.
pub(super) fn delete(scope: &GithubScope, slot: Slot, name: &str) -> String {
    format!("gh {} delete {}{}", slot.as_str(), quoted(name), at(scope))
}

/// An edit of the mapping.
pub(super) fn edit(subject: &Subject, what: &str) -> String {
    let file = &subject.world.mapping.file;
    format!("in {file}, line {}, entry {}: {what}", subject.entry.at.line, subject.entry.name)
}

/// Lets one more repository see an organization secret or variable whose visibility is `selected`.
pub fn grant(place: &GithubPlace, repository: &RepoRef) -> String {
    change_selected("PUT", place, repository)
}

/// Takes an organization secret or variable away from one repository.
pub(super) fn revoke(place: &GithubPlace, repository: &RepoRef) -> String {
    change_selected("DELETE", place, repository)
}

fn change_selected(method: &str, place: &GithubPlace, repository: &RepoRef) -> String {
    let GithubScope::Organization { app, organization } = &*place.scope else { return String::new() };
    let kind = match place.slot {
        Slot::Secret => "secrets",
        Slot::Variable => "variables",
    };
    let base = quoted(&format!("orgs/{organization}/{}/{kind}/{}/repositories", app.as_str(), place.name)).into_owned();
    format!("gh api --method {method} {base}/\"$(gh api {} --jq .id)\"", quoted(&format!("repos/{repository}")))
}

/// The options that address a scope.
fn at(scope: &GithubScope) -> String {
    let mut options = match scope {
        GithubScope::Organization { organization, .. } => format!(" --org {}", quoted(organization)),
        GithubScope::Repository { repository, .. } => format!(" --repo {}", quoted(&repository.to_string())),
        GithubScope::Environment { repository, environment } => {
            format!(" --repo {} --env {}", quoted(&repository.to_string()), quoted(environment))
        }
    };
    if scope.app() != App::Actions {
        options.push_str(" --app ");
        options.push_str(scope.app().as_str());
    }
    options
}

/// The visibility to send along: `gh` would otherwise reset it to private repositories (G16).
fn policy(subject: &Subject, place: &GithubPlace) -> String {
    use crate::mapping::DeclaredVisibility::{All, Private, Selected};
    let GithubScope::Organization { organization, .. } = &*place.scope else { return String::new() };
    let side = subject.github.iter().find(|side| side.place == place);
    let found = side.and_then(|side| side.reading.meta()).and_then(|meta| meta.visibility.clone());
    let wanted = &subject.entry.visible_to;
    match (found, subject.entry.detail().visibility) {
        (Some(Visibility::All), _) | (None, Some(All)) => " --visibility all".into(),
        (Some(Visibility::Private), _) | (None, Some(Private)) => " --visibility private".into(),
        (Some(Visibility::Selected(Some(list))), _) if !list.is_empty() => repositories(organization, &list),
        // The list is not known here, and a shorter one would take the secret away from the rest (G16).
        (Some(Visibility::Selected(_)), _) => listed(place),
        (None, Some(Selected) | None) if !wanted.is_empty() => repositories(organization, wanted),
        _ => String::new(),
    }
}

fn repositories(organization: &str, list: &[RepoRef]) -> String {
    let names: Vec<String> = list
        .iter()
        .map(|repository| match repository.owner.eq_ignore_ascii_case(organization) {
            true => repository.name.to_string(),
            false => repository.to_string(),
        })
        .collect();
    format!(" --repos {}", quoted(&names.join(",")))
}

/// As a POSIX shell takes it for one word.
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@,+=".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_a_shell_would_split_them() {
        assert_eq!(quoted("acme/default/prod"), "acme/default/prod");
        assert_eq!(quoted("m[\"x.y\"].z"), "'m[\"x.y\"].z'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
