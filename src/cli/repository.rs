//! Which repository of GitHub a folder is a checkout of.

use std::{fs, path::Path};

use crate::model::RepoRef;

/// By the remote `origin` of the checkout around `path`, if there is one.
pub(super) fn of_tree(path: &Path) -> Option<RepoRef> {
    let path = path.canonicalize().ok()?;
    let config = path.ancestors().map(|folder| folder.join(".git/config")).find(|config| config.is_file())?;
    origin(&fs::read_to_string(config).ok()?)
}

fn origin(config: &str) -> Option<RepoRef> {
    let mut inside = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if let Some((key, value)) = line.split_once('=')
            && inside
            && key.trim() == "url"
        {
            return repository(value.trim());
        }
    }
    None
}

/// The last two parts of an address: `https://HOST/OWNER/NAME.git`, `git@HOST:OWNER/NAME`.
fn repository(url: &str) -> Option<RepoRef> {
    let is_remote = url.contains("://") || url.contains('@');
    let path = url.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = path.rsplit(['/', ':']);
    let (name, owner) = (parts.next()?, parts.next()?);
    format!("{owner}/{name}").parse().ok().filter(|_| is_remote && !url.starts_with("file:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_that_of_origin() {
        let of = |url: &str| {
            origin(&format!("[core]\n\turl = x\n[remote \"origin\"]\n\turl = {url}\n")).map(|own| own.to_string())
        };
        for url in ["https://github.com/Acme/App.git", "git@github.com:acme/app.git", "ssh://git@github.com/acme/app/"]
        {
            assert_eq!(of(url).as_deref(), Some("acme/app"), "{url}");
        }
        for url in ["/srv/git/app", "file:///srv/acme/app", "../app"] {
            assert_eq!(of(url), None, "{url}");
        }
    }
}
