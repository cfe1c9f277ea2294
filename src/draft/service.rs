//! Which service of the catalogue a name or a path speaks of.

use super::words::Words;
use crate::mapping::catalogue;

/// Words that stand for a service whose id is another, sorted.
const BY_WORD: &[(&str, &str)] = &[
    ("apollo", "apollo-io"),
    ("brave", "brave-search"),
    ("codestral", "mistral-codestral"),
    ("docker", "docker-hub"),
    ("estuary", "estuary-flow"),
    ("fly", "fly-io"),
    ("gcp", "google-cloud"),
    ("huggingface", "hugging-face"),
    ("kube", "kubernetes"),
    ("kubeconfig", "kubernetes"),
    ("lambda", "lambda-labs"),
    ("langchain", "langchain-langsmith"),
    ("llama", "llama-api"),
    ("npm", "npm-registry"),
    ("postgres", "postgresql"),
    ("serp", "serpapi"),
    ("stability", "stability-ai"),
    ("together", "together-ai"),
    ("venice", "venice-ai"),
];

/// The service that the name speaks of, else the path.
pub(super) fn of(name: &Words, path: Option<&Words>) -> Option<&'static catalogue::Service> {
    let known = |words: &Words| words.iter().find_map(by_word);
    known(name).or_else(|| known(path?))
}

fn by_word(word: &str) -> Option<&'static catalogue::Service> {
    // What a word says of a thing's nature is no vendor's name.
    if matches!(word, "alerting" | "application" | "ssh") {
        return None;
    }
    let id = BY_WORD.binary_search_by(|(known, _)| (*known).cmp(word)).map_or(word, |at| BY_WORD[at].1);
    catalogue::service(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_to_a_service() {
        assert!(BY_WORD.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (word, id) in BY_WORD {
            assert!(catalogue::service(id).is_some(), "{word} leads to {id}");
        }
    }

    #[test]
    fn the_name_comes_before_the_path() {
        let found = |name: &str, path: &str| of(&Words::of(name), Some(&Words::of(path))).map(|service| service.id);
        assert_eq!(found("DOCKERHUB_TOKEN", "infrastructure.registry.token"), Some("docker-hub"));
        assert_eq!(found("DATABASE_URL", "data.neon.database_url"), Some("neon"));
        assert_eq!(found("SERPER_API_KEY", "research.serper.api_key"), Some("serper"));
        assert_eq!(found("INTERNAL_TOKEN", "internal.token"), None);
    }
}
