//! What can be typed behind `init`.

use std::path::PathBuf;

use clap::Args;

use crate::model::{EnvironmentRef, RepoRef};

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// File to write; one that is there is never replaced, and - is standard output [default: esc-sync.yaml]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Older mapping in JSON (can be repeated) [default: secret_mappings.json, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) from_json: Vec<PathBuf>,
    /// Template of a .env file (can be repeated) [default: .env.template and .env.example, if they are there]
    #[arg(long, value_name = "FILE")]
    pub(crate) from_env: Vec<PathBuf>,
    /// Folder of workflows [default: .github/workflows, if it is there]
    #[arg(long, value_name = "DIR")]
    pub(crate) from_workflows: Option<PathBuf>,
    /// ESC environment (can be repeated; the first is the mapping's own) [default: the only one there is]
    #[arg(long, value_name = "ORG/PROJECT/ENV", value_parser = environment_ref)]
    pub(crate) esc: Vec<EnvironmentRef>,
    /// Organization or repository on GitHub (can be repeated) [default: the only organization there is]
    #[arg(long, value_name = "ORG|OWNER/REPO", value_parser = github_target)]
    pub(crate) github: Vec<GithubTarget>,
}

/// Where on GitHub names are looked for.
#[derive(Clone, Debug)]
pub(crate) enum GithubTarget {
    Organization(String),
    Repository(RepoRef),
}

fn environment_ref(text: &str) -> Result<EnvironmentRef, String> {
    text.parse().map_err(|_| "expected organization/project/environment".to_owned())
}

fn github_target(text: &str) -> Result<GithubTarget, String> {
    let legal = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    match text.parse() {
        Ok(repository) => Ok(GithubTarget::Repository(repository)),
        Err(_) if !text.is_empty() && text.len() <= 39 && !text.starts_with('-') && text.bytes().all(legal) => {
            Ok(GithubTarget::Organization(text.to_ascii_lowercase()))
        }
        Err(_) => Err("expected an organization, or owner/name of a repository".to_owned()),
    }
}
