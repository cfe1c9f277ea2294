//! What is proposed of each name and of each path that no name has.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Confidence, Leaf, Sources,
    entry::{EscSide, GithubSide, Proposed, Standard},
    kind,
    named::{self, Named, Names},
    pairing::{self, Pairs},
    service,
    words::{PathWords, Words},
};
use crate::model::{GithubScope, Kind, RepoRef, SecretName};

/// The entries, and what became of the rest.
#[derive(Debug, Default)]
pub(super) struct Proposal {
    pub(super) standard: Standard,
    pub(super) entries: Vec<Proposed>,
    /// Names of which nothing but the name is known, and where it was seen.
    pub(super) left_out: Vec<String>,
}

pub(super) fn propose(sources: &Sources) -> Proposal {
    let names = named::gather(sources);
    let pairs = pairing::pair(&names, sources);
    let aliases = aliases(&names, &pairs, sources);
    let folded: BTreeSet<&SecretName> = aliases.values().flatten().collect();
    let mut proposal = Proposal { standard: standard(sources), ..Proposal::default() };
    for (name, named) in names.iter().filter(|(name, _)| !folded.contains(name)) {
        match of_name(name, named, &pairs, sources) {
            Some(entry) => {
                let aliases = aliases.get(name).cloned().unwrap_or_default();
                proposal.entries.push(Proposed { aliases, ..entry });
            }
            None => proposal.left_out.push(name.to_string()),
        }
    }
    let paired: BTreeSet<usize> = pairs.of.values().map(|pair| pair.leaf).collect();
    let mut taken: BTreeSet<SecretName> = names.into_keys().collect();
    let mut rest: Vec<&Leaf> =
        sources.leaves.iter().enumerate().filter(|(at, _)| !paired.contains(at)).map(|(_, leaf)| leaf).collect();
    rest.sort_by(|one, other| (&one.environment, &one.path).cmp(&(&other.environment, &other.path)));
    proposal.entries.extend(rest.into_iter().filter_map(|leaf| of_leaf(leaf, &mut taken)));
    proposal
}

fn standard(sources: &Sources) -> Standard {
    Standard {
        environment: sources.environments.first().map(Arc::clone),
        home: sources.home.clone(),
        visible_to: common_audience(sources),
    }
}

/// The list of repositories that most of the home's secrets are shown to.
fn common_audience(sources: &Sources) -> Arc<[RepoRef]> {
    let mut counts: BTreeMap<&Arc<[RepoRef]>, usize> = BTreeMap::new();
    let in_home = sources.held.iter().filter(|held| Some(&held.scope) == sources.home.as_ref());
    for list in in_home.filter_map(|held| held.selected.as_ref()).filter(|list| !list.is_empty()) {
        *counts.entry(list).or_default() += 1;
    }
    let most = counts.into_iter().max_by(|one, other| one.1.cmp(&other.1).then_with(|| other.0.cmp(one.0)));
    most.map_or_else(|| Arc::from([]), |(list, _)| Arc::clone(list))
}

/// Names that are the same words as a name whose path they would have had, and that nothing holds.
fn aliases(names: &Names, pairs: &Pairs, sources: &Sources) -> BTreeMap<SecretName, Vec<SecretName>> {
    let by_leaf: BTreeMap<usize, &SecretName> = pairs.of.iter().map(|(name, pair)| (pair.leaf, name)).collect();
    let mut aliases: BTreeMap<SecretName, Vec<SecretName>> = BTreeMap::new();
    for (name, leaf) in &pairs.second {
        let Some(owner) = by_leaf.get(leaf) else { continue };
        let same = Words::of(name.as_str()).same_as(&Words::of(owner.as_str()));
        let given = names[name].older.iter().any(|path| *path == sources.leaves[*leaf].path.to_string());
        if (same || given) && names[name].held.is_empty() {
            aliases.entry((*owner).clone()).or_default().push(name.clone());
        }
    }
    aliases
}

fn of_name(name: &SecretName, named: &Named, pairs: &Pairs, sources: &Sources) -> Option<Proposed> {
    let pair = pairs.of.get(name);
    let leaf = pair.map(|pair| &sources.leaves[pair.leaf]);
    let esc = leaf.map(side).or_else(|| older_side(named, sources));
    let github = github_side(named, sources);
    if esc.is_none() && matches!(github, GithubSide::Nowhere) {
        return None;
    }
    let words = Words::of(name.as_str());
    let path_words = esc.as_ref().map(|esc| Words::of(&esc.path));
    let confidence = match pair {
        Some(pair) => pair.confidence.clone(),
        None => without_leaf(name, named, esc.as_ref(), pairs, sources),
    };
    Some(Proposed {
        name: name.clone(),
        kind: kind_of(named, leaf, &words),
        github,
        important: named.deploys || named.required,
        service: service::of(&words, path_words.as_ref()),
        aliases: Vec::new(),
        confidence,
        remarks: remarks(name, named),
        esc,
    })
}

fn side(leaf: &Leaf) -> EscSide {
    EscSide { environment: Arc::clone(&leaf.environment), path: leaf.path.to_string() }
}

/// Where an older mapping keeps it, though the environment does not have it or was not read.
fn older_side(named: &Named, sources: &Sources) -> Option<EscSide> {
    let environment = Arc::clone(sources.environments.first()?);
    Some(EscSide { environment, path: named.older.first()?.clone() })
}

fn github_side(named: &Named, sources: &Sources) -> GithubSide {
    if !named.held.is_empty() {
        let mut held = named.held.clone();
        held.sort_by(|one, other| (&one.scope, one.slot).cmp(&(&other.scope, other.slot)));
        return GithubSide::Held(held);
    }
    if named.belongs_on_github() && sources.home.is_some() { GithubSide::Home } else { GithubSide::Nowhere }
}

/// GitHub's word first: a variable is a setting. A secret that ESC keeps in the open may be one too.
fn kind_of(named: &Named, leaf: Option<&Leaf>, words: &Words) -> Kind {
    let open_setting = leaf.is_some_and(|leaf| !leaf.secret) && kind::speaks_of_a_setting(words);
    let is_setting = match named.held.is_empty() {
        false => named.is_variable() || open_setting,
        true => (named.as_variable && leaf.is_none_or(|leaf| !leaf.secret)) || open_setting,
    };
    if is_setting { Kind::Config } else { Kind::Secret }
}

/// Why a name has no path that ESC knows, and what is to be done about it.
fn without_leaf(
    name: &SecretName,
    named: &Named,
    esc: Option<&EscSide>,
    pairs: &Pairs,
    sources: &Sources,
) -> Confidence {
    if let Some(esc) = esc {
        return if sources.esc_read {
            Confidence::Decide(format!("an older mapping keeps it at {}, where ESC has nothing", esc.path))
        } else {
            Confidence::Likely("the path is an older mapping's; ESC was not read".into())
        };
    }
    if let Some(leaf) = pairs.second.get(name) {
        let path = &sources.leaves[*leaf].path;
        let owner = pairs.of.iter().find(|(_, pair)| pair.leaf == *leaf).map(|(owner, _)| owner.as_str());
        let owner = owner.unwrap_or("another name");
        return Confidence::Decide(format!(
            "{path} fits too, and is {owner}'s: if both are one thing, make it an alias there"
        ));
    }
    let what = if sources.esc_read { "nothing in ESC fits" } else { "ESC was not read" };
    let seen = named.workflows.iter().next().filter(|_| named.held.is_empty());
    let seen = seen.map_or(String::new(), |file| format!("; {file} uses it, and GitHub does not have it"));
    Confidence::Decide(format!("{what}{seen}: name its path, or leave it as it is"))
}

fn remarks(name: &SecretName, named: &Named) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(written) = &named.written {
        remarks.push(if written.eq_ignore_ascii_case(name.as_str()) {
            format!("also written {written}; GitHub keeps names in upper case")
        } else {
            format!("written {written}, a name that GitHub refuses")
        });
    }
    if named.is_variable() && named.held.iter().any(|held| held.slot == crate::model::Slot::Secret) {
        remarks.push("there is a secret and a variable of this name".into());
    }
    if named.older.len() > 1 {
        remarks.push("older mappings give it several paths".into());
    }
    remarks
}

/// A path that no name has: kept, and not sent to GitHub before somebody says so.
fn of_leaf(leaf: &Leaf, taken: &mut BTreeSet<SecretName>) -> Option<Proposed> {
    let words = PathWords::of(&leaf.path);
    let path = leaf.path.to_string();
    let keys: Vec<&str> = path.split('.').collect();
    let short = keys[keys.len().saturating_sub(2)..].join("_");
    let own = words.leaf().identities().next().is_some().then(|| keys.last().map(|last| (*last).to_owned())).flatten();
    let written = own.into_iter().chain([short, keys.join("_")]).find_map(|text| {
        let name = named::legal(&text)?;
        taken.insert(name.clone()).then_some(name)
    });
    let name = written?;
    let own = Words::of(name.as_str());
    Some(Proposed {
        kind: if !leaf.secret && kind::speaks_of_a_setting(&own) { Kind::Config } else { Kind::Secret },
        esc: Some(side(leaf)),
        github: GithubSide::Nowhere,
        important: false,
        service: service::of(&own, Some(words.words())),
        aliases: Vec::new(),
        confidence: Confidence::Decide("in ESC alone: take out `github: false` if it belongs on GitHub".into()),
        remarks: Vec::new(),
        name,
    })
}

/// Whether a place is the organization as a whole.
pub(super) fn is_organization(scope: &GithubScope) -> bool {
    matches!(scope, GithubScope::Organization { .. })
}
