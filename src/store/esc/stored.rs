//! The login that `pulumi login` and `esc login` leave on disk (CORE `workspace/creds.go`).

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    model::SecretValue,
    store::{
        Env,
        answer::{self, JsonFault},
        env::set,
    },
};

/// What is stored, as far as we need it.
#[derive(Debug, Default)]
pub(super) struct StoredLogin {
    /// The back end both command lines would use.
    pub(super) current: Option<String>,
    tokens: BTreeMap<String, SecretValue>,
}

/// Why the stored login cannot be read. A parser's own words could quote a token.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoredError {
    #[error("{} cannot be read: {}", path.display(), kind)]
    File { path: PathBuf, kind: io::ErrorKind },
    #[error("{} is not a credentials file: {}", path.display(), fault)]
    Json { path: PathBuf, fault: JsonFault },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Credentials {
    current: Option<String>,
    access_tokens: Option<BTreeMap<String, Token>>,
    accounts: Option<BTreeMap<String, Account>>,
}

#[derive(Deserialize)]
struct Token(#[serde(deserialize_with = "answer::secret_text")] SecretValue);

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Account {
    access_token: Option<Token>,
}

/// The ESC command line's own current account.
#[derive(Default, Deserialize)]
struct EscAccount {
    #[serde(default)]
    name: Option<String>,
}

const LIMIT: u64 = 1024 * 1024;

impl StoredLogin {
    /// Reads `credentials.json` and `.esc/credentials.json`; neither needs to be there.
    pub(super) fn read(env: Env<'_>, home: Option<&Path>) -> Result<Self, StoredError> {
        let Some(directory) = directory(env, home) else { return Ok(Self::default()) };
        let own: EscAccount = file(&directory.join(".esc/credentials.json"))?.unwrap_or_default();
        let shared: Credentials = file(&directory.join("credentials.json"))?.unwrap_or_default();
        let mut tokens: BTreeMap<String, SecretValue> = BTreeMap::new();
        for (url, token) in shared.access_tokens.unwrap_or_default() {
            tokens.insert(key(&url), token.0);
        }
        for (url, account) in shared.accounts.unwrap_or_default() {
            if let Some(token) = account.access_token {
                tokens.insert(key(&url), token.0);
            }
        }
        tokens.retain(|_, token| !token.is_empty());
        let current = own.name.into_iter().chain(shared.current).find(|url| !url.trim().is_empty());
        Ok(Self { current, tokens })
    }

    /// The token stored for a back end.
    pub(super) fn token(&self, url: &str) -> Option<&SecretValue> {
        self.tokens.get(&key(url))
    }
}

fn key(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

/// `PULUMI_CREDENTIALS_PATH`, else `PULUMI_HOME`, else `~/.pulumi`.
fn directory(env: Env<'_>, home: Option<&Path>) -> Option<PathBuf> {
    let named = set(env, "PULUMI_CREDENTIALS_PATH").or_else(|| set(env, "PULUMI_HOME"));
    named.map(PathBuf::from).or_else(|| home.map(|home| home.join(".pulumi")))
}

fn file<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, StoredError> {
    let failed = |error: io::Error| StoredError::File { path: path.to_owned(), kind: error.kind() };
    let opened = match std::fs::File::open(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        opened => opened.map_err(failed)?,
    };
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    opened.take(LIMIT).read_to_end(&mut text).map_err(failed)?;
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    answer::parse(&text).map(Some).map_err(|fault| StoredError::Json { path: path.to_owned(), fault })
}
