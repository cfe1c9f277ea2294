//! Which ESC path belongs to which name: best fit first, one path for one name.
//!
//! Equal values are proof; an older mapping comes next; then the words of the names.
//! The order of what was found changes nothing.

use std::collections::{BTreeMap, HashMap};

use super::{
    Confidence, Sources,
    named::Names,
    words::{PathWords, Words},
};
use crate::model::SecretName;

/// Below it two names have nothing to do with each other.
const WORTH_SAYING: f64 = 0.6;
const LIKELY: f64 = 0.75;
const SURE: f64 = 0.95;
/// Two fits nearer to each other than this cannot be told apart.
const CLOSE: f64 = 0.03;
/// An older mapping's word counts more than any likeness; equal values more than that.
const SAID: f64 = 2.0;
const PROVED: f64 = 3.0;
/// A value that several places share, or that is a word, proves nothing.
const LONG_ENOUGH: usize = 12;

/// What was found for one name.
#[derive(Debug)]
pub(super) struct Pair {
    /// Which of the leaves.
    pub(super) leaf: usize,
    pub(super) confidence: Confidence,
}

/// The pairs, and for names that got none the leaf they would have had.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) of: BTreeMap<SecretName, Pair>,
    pub(super) second: BTreeMap<SecretName, usize>,
}

struct Candidate<'n> {
    score: f64,
    /// How many words are the very same; decides between equals.
    exact: f64,
    /// How alike the two are as written; decides between equals of these.
    raw: f64,
    name: &'n SecretName,
    leaf: usize,
}

pub(super) fn pair(names: &Names, sources: &Sources) -> Pairs {
    let mut candidates = candidates(names, sources);
    candidates.sort_by(|one, other| {
        let better = other.score.total_cmp(&one.score).then(other.exact.total_cmp(&one.exact));
        let better = better.then(other.raw.total_cmp(&one.raw));
        let path = |candidate: &Candidate| &sources.leaves[candidate.leaf].path;
        better.then_with(|| one.name.cmp(other.name)).then_with(|| path(one).cmp(path(other)))
    });
    let mut taken: HashMap<usize, &Candidate> = HashMap::new();
    let mut pairs = Pairs::default();
    let mut chosen = Vec::new();
    for candidate in &candidates {
        if pairs.of.contains_key(candidate.name) {
            continue;
        }
        if taken.contains_key(&candidate.leaf) {
            pairs.second.entry(candidate.name.clone()).or_insert(candidate.leaf);
            continue;
        }
        taken.insert(candidate.leaf, candidate);
        let confidence = Confidence::Likely(String::new());
        pairs.of.insert(candidate.name.clone(), Pair { leaf: candidate.leaf, confidence });
        chosen.push(candidate);
    }
    let by_name = by_name(&candidates);
    for candidate in chosen {
        let of_name = &by_name[candidate.name];
        let fitting = if has_rival(candidate, of_name, &taken) { fitting(candidate, of_name) } else { Vec::new() };
        let pair = pairs.of.get_mut(candidate.name).expect("it was inserted above");
        pair.confidence = confidence(candidate, &fitting, sources);
    }
    pairs.second.retain(|name, _| !pairs.of.contains_key(name));
    pairs
}

fn by_name<'c, 'n>(candidates: &'c [Candidate<'n>]) -> HashMap<&'n SecretName, Vec<&'c Candidate<'n>>> {
    let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
    for candidate in candidates {
        by_name.entry(candidate.name).or_default().push(candidate);
    }
    by_name
}

/// Whether another leaf fits as well, and no other name has a better claim to it.
fn has_rival(chosen: &Candidate, of_name: &[&Candidate], taken: &HashMap<usize, &Candidate>) -> bool {
    let is_free = |other: &Candidate| {
        let claim = taken.get(&other.leaf);
        claim.is_none_or(|claim| claim.score - other.score < CLOSE && claim.exact - other.exact < CLOSE)
    };
    of_name.iter().any(|other| {
        other.leaf != chosen.leaf
            && chosen.score - other.score < CLOSE
            && chosen.exact - other.exact < CLOSE
            && chosen.raw - other.raw < CLOSE
            && is_free(other)
    })
}

/// All leaves that fit as well as the chosen one, that one too: whoever decides must see the best.
fn fitting(chosen: &Candidate, of_name: &[&Candidate]) -> Vec<usize> {
    of_name.iter().filter(|other| chosen.score - other.score < CLOSE).map(|other| other.leaf).collect()
}

fn confidence(chosen: &Candidate, fitting: &[usize], sources: &Sources) -> Confidence {
    if !fitting.is_empty() && chosen.score < SAID {
        let mut paths: Vec<String> = fitting.iter().map(|leaf| sources.leaves[*leaf].path.to_string()).collect();
        paths.sort();
        return Confidence::Decide(format!("{} paths fit: {}", paths.len(), paths.join(", ")));
    }
    match chosen.score {
        PROVED.. => Confidence::Sure("the values are equal".into()),
        SAID.. => Confidence::Sure("an older mapping says so".into()),
        SURE.. => Confidence::Sure("name and path agree".into()),
        LIKELY.. => Confidence::Likely("name and path are alike".into()),
        _ => Confidence::Decide("name and path are only somewhat alike".into()),
    }
}

fn candidates<'n>(names: &'n Names, sources: &Sources) -> Vec<Candidate<'n>> {
    let paths: Vec<PathWords> = sources.leaves.iter().map(|leaf| PathWords::of(&leaf.path)).collect();
    let by_path: HashMap<String, usize> =
        sources.leaves.iter().enumerate().map(|(at, leaf)| (leaf.path.to_string(), at)).collect();
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, path) in paths.iter().enumerate() {
        for word in path.words().iter() {
            by_word.entry(word).or_default().push(at);
        }
    }
    let proofs = proofs(sources);
    let mut candidates = Vec::new();
    for (name, named) in names {
        let written = named.written.as_deref().unwrap_or(name.as_str());
        let words = Words::of(written);
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for leaf in nearby(&words, &by_word) {
            scores.insert(leaf, paths[leaf].agreement(&words));
        }
        for leaf in named.older.iter().filter_map(|path| by_path.get(path)) {
            scores.insert(*leaf, SAID);
        }
        if let Some(leaf) = proofs.get(name) {
            scores.insert(*leaf, PROVED);
        }
        let worth = scores.into_iter().filter(|(_, score)| *score >= WORTH_SAYING);
        candidates.extend(worth.map(|(leaf, score)| {
            let raw = strsim::normalized_levenshtein(name.as_str(), &joined(&sources.leaves[leaf].path.to_string()));
            Candidate { score, exact: paths[leaf].exactness(written), raw, name, leaf }
        }));
    }
    candidates
}

fn joined(path: &str) -> String {
    path.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_").to_ascii_uppercase()
}

/// Leaves that share a word which says whose they are; where the name has none, any word.
fn nearby(words: &Words, by_word: &HashMap<&str, Vec<usize>>) -> Vec<usize> {
    let found = |words: &mut dyn Iterator<Item = &str>| -> Vec<usize> {
        words.filter_map(|word| by_word.get(word)).flatten().copied().collect()
    };
    let mut leaves = found(&mut words.identities());
    if words.identities().next().is_none() {
        leaves = found(&mut words.iter());
    }
    leaves.sort_unstable();
    leaves.dedup();
    leaves
}

/// Names whose value is that of one leaf and of no other.
fn proofs(sources: &Sources) -> BTreeMap<SecretName, usize> {
    let mut proofs = BTreeMap::new();
    for (name, value) in sources.values.iter().filter(|(_, value)| value.len() >= LONG_ENOUGH) {
        let mut equal = sources.leaves.iter().enumerate().filter(|(_, leaf)| leaf.value.same_as(value));
        if let (Some((leaf, _)), None) = (equal.next(), equal.next()) {
            proofs.insert(name.clone(), leaf);
        }
    }
    proofs
}
