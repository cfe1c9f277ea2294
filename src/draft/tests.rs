//! Drafts of small worlds.

use std::sync::Arc;

use super::*;
use crate::mapping::{LoadOptions, Mapping, load};

fn sources() -> Sources {
    let environment: Arc<EnvironmentRef> = Arc::new("acme/default/production".parse().expect("an environment"));
    Sources {
        environments: vec![environment],
        esc_read: true,
        home: Some(Arc::new(GithubScope::Organization {
            app: crate::model::App::Actions,
            organization: "acme".into(),
        })),
        ..Sources::default()
    }
}

impl Sources {
    fn leaf(mut self, path: &str, secret: bool, value: &str) -> Self {
        let environment = Arc::clone(&self.environments[0]);
        let path = path.parse().expect("a path");
        self.leaves.push(Leaf { environment, path, secret, value: value.into() });
        self
    }

    fn secret(self, name: &str) -> Self {
        self.on_github(name, Slot::Secret)
    }

    fn on_github(mut self, name: &str, slot: Slot) -> Self {
        let scope = Arc::clone(self.home.as_ref().expect("a home"));
        self.held.push(Held { scope, slot, name: name.parse().expect("a name"), selected: None });
        self
    }
}

fn drafted(sources: &Sources) -> (Draft, Mapping) {
    let draft = draft(sources).expect("something to draft from");
    let loaded = load("draft", draft.text.as_bytes(), &LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|errors| panic!("{}\n{}", errors.render("draft"), draft.text));
    (draft, loaded.mapping)
}

fn path_of(mapping: &Mapping, name: &str) -> Option<String> {
    let entry = mapping.entries.iter().find(|entry| entry.name.as_str() == name).unwrap_or_else(|| panic!("no {name}"));
    entry.esc.as_ref().map(|esc| esc.path.to_string())
}

#[test]
fn names_get_the_path_that_says_the_same() {
    let sources = sources()
        .leaf("payments.stripe.api_key", true, "a")
        .leaf("research.serp.api_key", true, "b")
        .leaf("research.serper.api_key", true, "c")
        .secret("SERPER_API_KEY")
        .secret("SERP_API_KEY")
        .secret("STRIPE_API_KEY");
    let (draft, mapping) = drafted(&sources);
    assert_eq!(path_of(&mapping, "STRIPE_API_KEY").as_deref(), Some("payments.stripe.api_key"));
    assert_eq!(path_of(&mapping, "SERP_API_KEY").as_deref(), Some("research.serp.api_key"));
    assert_eq!(path_of(&mapping, "SERPER_API_KEY").as_deref(), Some("research.serper.api_key"));
    assert_eq!((draft.sure, draft.likely, draft.decisions.len()), (3, 0, 0), "{}", draft.text);
}

#[test]
fn the_order_of_what_was_found_changes_nothing() {
    let make =
        || sources().leaf("a.one.token", true, "1").leaf("b.one.key", true, "2").secret("ONE_TOKEN").secret("TWO_KEY");
    let mut other = make();
    other.leaves.reverse();
    other.held.reverse();
    assert_eq!(drafted(&make()).0.text, drafted(&other).0.text);
}

#[test]
fn two_paths_that_fit_are_for_a_person_to_decide() {
    let sources =
        sources().leaf("a.stripe.api_key", true, "1").leaf("b.stripe.api_key", true, "2").secret("STRIPE_API_KEY");
    let (draft, _) = drafted(&sources);
    let (_, what) = draft.decisions.iter().find(|(name, _)| name == "STRIPE_API_KEY").expect("to decide");
    assert_eq!(what, "2 paths fit: a.stripe.api_key, b.stripe.api_key");
}

#[test]
fn the_very_same_words_win() {
    let sources = sources()
        .leaf("infrastructure.github.pat", true, "1")
        .leaf("infrastructure.github.token", true, "2")
        .leaf("infrastructure.github.api_token", true, "3")
        .secret("GH_PAT_TOKEN")
        .secret("GH_API_TOKEN")
        .secret("GH_TOKEN");
    let (draft, mapping) = drafted(&sources);
    for (name, path) in [("GH_PAT_TOKEN", "pat"), ("GH_TOKEN", "token"), ("GH_API_TOKEN", "api_token")] {
        assert_eq!(path_of(&mapping, name), Some(format!("infrastructure.github.{path}")), "{}", draft.text);
    }
}

#[test]
fn what_is_alike_but_held_twice_is_told() {
    let sources = sources().leaf("x.kubernetes.config", true, "1").secret("KUBE_CONFIG").secret("KUBERNETES_CONFIG");
    let (draft, _) = drafted(&sources);
    let (name, what) = &draft.decisions[0];
    assert_eq!(name, "KUBE_CONFIG");
    assert!(what.contains("x.kubernetes.config fits too, and is KUBERNETES_CONFIG's"), "{what}");
}

#[test]
fn equal_values_prove_what_names_do_not_say() {
    let mut sources = sources()
        .leaf("x.one", false, "eu-central-1-cluster")
        .leaf("x.two", false, "other")
        .on_github("WHERE", Slot::Variable);
    sources.values.push(("WHERE".parse().expect("a name"), "eu-central-1-cluster".into()));
    let (draft, mapping) = drafted(&sources);
    assert_eq!(path_of(&mapping, "WHERE").as_deref(), Some("x.one"));
    assert!(draft.text.contains("sure: the values are equal"), "{}", draft.text);
    assert!(!draft.text.contains("eu-central-1-cluster"));
}

#[test]
fn other_names_of_one_thing_become_its_aliases() {
    let mut sources = sources().leaf("docker.token", true, "1").secret("DOCKER_TOKEN");
    let references = workflows::references("env: { A: \"${{ secrets.DOCKERHUB_TOKEN }} ${{ secrets.DOCKER_PAT }}\" }");
    sources.workflows.push(Workflow { file: "deploy.yml".into(), deploys: true, references });
    let (_, mapping) = drafted(&sources);
    let aliases: Vec<_> = mapping.entries[0].detail().aliases.iter().map(|alias| alias.as_str()).collect();
    assert_eq!((mapping.entries.len(), aliases), (1, vec!["DOCKERHUB_TOKEN", "DOCKER_PAT"]));
}

#[test]
fn names_that_github_refuses_are_carried_with_a_remark() {
    let mut sources = sources().leaf("github.pat", true, "1");
    sources.older.push(Older { name: "GITHUB_PAT".into(), path: "github.pat".into(), required: true });
    let (draft, mapping) = drafted(&sources);
    assert_eq!(path_of(&mapping, "GH_PAT").as_deref(), Some("github.pat"));
    assert!(draft.text.contains("written GITHUB_PAT, a name that GitHub refuses"), "{}", draft.text);
    assert_eq!(mapping.entries[0].tier, crate::model::Tier::Important);
}

#[test]
fn what_is_on_one_side_alone_stays_there() {
    let sources = sources().leaf("only.esc.password", true, "1").secret("CODECOV_TOKEN");
    let (draft, mapping) = drafted(&sources);
    assert_eq!(path_of(&mapping, "CODECOV_TOKEN"), None);
    let alone = mapping.entries.iter().find(|entry| entry.esc.is_some()).expect("the path is an entry");
    assert!(alone.github.is_empty());
    assert_eq!(draft.decisions.len(), 2);
}

#[test]
fn what_the_loader_refuses_is_set_aside_and_never_quoted() {
    let mut sources = sources().secret("FINE");
    let credential = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";
    sources.older.push(Older { name: "LEAKED_TOKEN".into(), path: credential.into(), required: false });
    let (draft, mapping) = drafted(&sources);
    assert_eq!(mapping.entries.len(), 1);
    assert!(draft.text.contains("LEAKED_TOKEN was set aside") && !draft.text.contains(credential), "{}", draft.text);
    assert!(draft.decisions.iter().all(|(_, what)| !what.contains(credential)));
}

#[test]
fn settings_are_variables_where_github_has_them_so() {
    let sources = sources()
        .leaf("data.snowflake.account", false, "1")
        .leaf("data.snowflake.role", false, "2")
        .on_github("SNOWFLAKE_ACCOUNT", Slot::Variable)
        .secret("SNOWFLAKE_ROLE");
    let (_, mapping) = drafted(&sources);
    let slots: Vec<_> = mapping.entries.iter().map(|entry| (entry.kind, entry.github[0].slot)).collect();
    use crate::model::Kind::Config;
    assert_eq!(slots, [(Config, Slot::Variable), (Config, Slot::Secret)]);
}

#[test]
fn nothing_found_is_no_draft() {
    assert!(draft(&sources()).is_none());
}
