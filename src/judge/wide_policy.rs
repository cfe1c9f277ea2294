//! More repositories see it than the mapping declares.

use super::{
    Finding,
    line::list,
    remedy,
    rule::{Check, Rule},
    subject::{GithubSide, Subject},
};
use crate::{
    mapping::DeclaredVisibility,
    model::{GithubScope, Place, RepoRef, Severity, Slot, Visibility},
};

pub(super) const RULE: Rule =
    Rule::new("wide-policy", Severity::Warning, Check::Entry(check), "more repositories see it than declared");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(declared) = subject.entry.detail().visibility else { return };
    for side in &subject.github {
        let organization = matches!(&*side.place.scope, GithubScope::Organization { .. });
        let found = side.reading.meta().and_then(|meta| meta.visibility.as_ref());
        if let Some(found) = found.filter(|_| organization) {
            findings.extend(compared(subject, side, declared, found));
        }
    }
}

fn compared(subject: &Subject, side: &GithubSide, declared: DeclaredVisibility, found: &Visibility) -> Option<Finding> {
    use DeclaredVisibility::{All, Private, Selected};
    match (declared, found) {
        (Private | Selected, Visibility::All) => Some(wide(subject, side, declared, "all repositories")),
        (Selected, Visibility::Private) => Some(wide(subject, side, declared, "all private repositories")),
        (Selected, Visibility::Selected(Some(repositories))) => too_many(subject, side, repositories),
        (All, _) | (Private, _) | (Selected, Visibility::Selected(None)) => None,
    }
}

fn wide(subject: &Subject, side: &GithubSide, declared: DeclaredVisibility, whom: &str) -> Finding {
    let word = if declared == DeclaredVisibility::Private { "private" } else { "selected" };
    let GithubScope::Organization { app, organization } = &*side.place.scope else {
        unreachable!("only organization places have a policy")
    };
    let name = &side.place.name;
    let remedy = match side.place.slot {
        // GitHub changes the policy of a variable alone, but that of a secret only with its value.
        Slot::Variable => {
            let path = remedy::quoted(&format!("orgs/{organization}/{}/variables/{name}", app.as_str())).into_owned();
            let ids = match declared {
                DeclaredVisibility::Selected => selected_ids(subject),
                _ => String::new(),
            };
            format!("`gh api --method PATCH {path} -f visibility={word}{ids}`")
        }
        Slot::Secret => {
            let app = if app.as_str() == "actions" { String::new() } else { format!(" --app {}", app.as_str()) };
            let to = match declared {
                DeclaredVisibility::Selected => format!("--repos {}", remedy::quoted(&names(organization, subject))),
                _ => "--visibility private".into(),
            };
            format!(
                "store it again with its policy: `gh secret set {name} --org {}{app} {to}`",
                remedy::quoted(organization)
            )
        }
    };
    let reason = format!("{} is visible to {whom}, but declared `{word}`", side.place);
    Finding { reason, remedy, ..subject.finding(&RULE, None, Some(Place::Github(side.place.clone()))) }
}

/// The list that must go along with `selected`: without it nobody would see the variable.
fn selected_ids(subject: &Subject) -> String {
    let each = subject.entry.visible_to.iter().map(|repository| {
        let path = format!("repos/{repository}");
        format!(" -F 'selected_repository_ids[]='\"$(gh api {} --jq .id)\"", remedy::quoted(&path))
    });
    each.collect()
}

fn names(organization: &str, subject: &Subject) -> String {
    let wanted = subject.entry.visible_to.iter();
    let own = wanted.filter(|repository| repository.owner.eq_ignore_ascii_case(organization));
    own.map(|repository| &*repository.name).collect::<Vec<_>>().join(",")
}

fn too_many(subject: &Subject, side: &GithubSide, found: &[RepoRef]) -> Option<Finding> {
    let mut beyond: Vec<&RepoRef> =
        found.iter().filter(|repository| !subject.entry.visible_to.contains(repository)).collect();
    beyond.sort();
    let first = beyond.first()?;
    let reason = format!("{} is also visible to {}", side.place, list(beyond.iter(), beyond.len(), 20));
    let each = if beyond.len() > 1 { " (and so for each)" } else { "" };
    let remedy = format!(
        "`{}`{each}, or {}",
        remedy::revoke(side.place, first),
        remedy::edit(subject, "add it to `visible-to`")
    );
    Some(Finding { reason, remedy, ..subject.finding(&RULE, None, Some(Place::Github(side.place.clone()))) })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        mapping::DeclaredVisibility::{All, Private, Selected},
        model::Visibility,
    };

    #[test]
    fn wider_than_declared_is_a_warning() {
        let list = |names: &[&str]| {
            Visibility::Selected(Some(names.iter().map(|name| name.parse().expect("legal")).collect()))
        };
        let cases = [
            (All, Visibility::All, None),
            (Private, Visibility::All, Some("is visible to all repositories, but declared `private`")),
            (Private, Visibility::Private, None),
            (Selected, Visibility::All, Some("is visible to all repositories, but declared `selected`")),
            (Selected, Visibility::Private, Some("is visible to all private repositories")),
            (Selected, Visibility::Selected(None), None),
            (Selected, list(&["acme/app"]), None),
            (Selected, list(&["acme/web", "acme/app", "acme/cli"]), Some("is also visible to acme/cli and acme/web")),
        ];
        for (declared, found, said) in cases {
            let case = Case::new().secret("A", "a").visibility(declared).value("a", "7f3c9a1e5b2d8046");
            let about = case.listed_as("A", found.clone()).sees("acme/app", "A").judge_one();
            match said {
                Some(said) => assert!(only(&about, "wide-policy").reason.contains(said), "{declared:?} {found:?}"),
                None => assert!(about.findings.iter().all(|finding| finding.rule != "wide-policy")),
            }
        }
    }

    #[test]
    fn a_variable_made_selective_keeps_those_who_must_see_it() {
        let case = Case::new().config("A", "a").plain_value("a", "v").variable_as("A", "v", Visibility::All);
        let about = case.visibility(Selected).judge_one();
        let remedy = &only(&about, "wide-policy").remedy;
        assert!(
            remedy.contains(
                "-f visibility=selected -F 'selected_repository_ids[]='\"$(gh api repos/acme/app --jq .id)\""
            ),
            "{remedy}"
        );
    }
}
