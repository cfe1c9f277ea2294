//! The kept board as bytes: JSON under a version, each account once, however many parts of the board show it.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Kept;
use crate::daemon::{
    account::Account,
    alert,
    board::{HISTORY, RunLine},
};

/// Raised whenever an older program could misunderstand what is written.
const SCHEMA: u64 = 1;

/// Beyond this the places of the entries are left out, which are most of it.
const ROOMY: usize = 8 << 20;

/// Nothing of ours becomes so large.
const LARGEST: usize = 64 << 20;

/// Why a document is left aside; read after its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("is larger than any that this program writes")]
    Large,
    #[error("was written by a newer version (its format is {0})")]
    Newer(u64),
    #[error("is not what this program writes")]
    Rubbish,
}

#[derive(Serialize)]
struct Written<'a> {
    schema: u64,
    accounts: Vec<&'a Account>,
    look: Option<usize>,
    live: Option<usize>,
    sync: Option<usize>,
    history: Vec<&'a RunLine>,
    alerts: &'a alert::Memory,
}

/// Every part is understood by itself, or left out.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Read {
    accounts: Vec<Value>,
    look: Value,
    live: Value,
    sync: Value,
    history: Vec<Value>,
    alerts: Value,
}

pub(super) fn write(kept: &Kept) -> Vec<u8> {
    let bytes = written(kept);
    if bytes.len() <= ROOMY { bytes } else { written(&without_places(kept)) }
}

pub(super) fn read(bytes: &[u8]) -> Result<Kept, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::Large);
    }
    #[derive(Deserialize)]
    struct Versioned {
        schema: u64,
    }
    let Versioned { schema } = serde_json::from_slice(bytes).map_err(|_| Unreadable::Rubbish)?;
    if schema > SCHEMA {
        return Err(Unreadable::Newer(schema));
    }
    let read: Read = serde_json::from_slice(bytes).map_err(|_| Unreadable::Rubbish)?;
    let accounts: Vec<_> = read.accounts.into_iter().map(|account| understood(account).map(Arc::new)).collect();
    let account = |at: Value| accounts.get(understood::<usize>(at)?)?.clone();
    Ok(Kept {
        look: account(read.look),
        live: account(read.live),
        sync: account(read.sync),
        history: read.history.into_iter().filter_map(understood).take(HISTORY).collect(),
        alerts: understood(read.alerts).unwrap_or_default(),
    })
}

fn written(kept: &Kept) -> Vec<u8> {
    let mut accounts: Vec<&Account> = Vec::new();
    let [look, live, sync] = [&kept.look, &kept.live, &kept.sync]
        .map(|account| account.as_deref().map(|account| number(account, &mut accounts)));
    let history = kept.history.iter().take(HISTORY).collect();
    let written = Written { schema: SCHEMA, accounts, look, live, sync, history, alerts: &kept.alerts };
    serde_json::to_vec(&written).expect("texts, numbers and lists become JSON")
}

/// Where the account stands among those to be written; added if it is not there.
fn number<'a>(account: &'a Account, accounts: &mut Vec<&'a Account>) -> usize {
    let there = accounts.iter().position(|there| std::ptr::eq(*there, account));
    there.unwrap_or_else(|| {
        accounts.push(account);
        accounts.len() - 1
    })
}

fn without_places(kept: &Kept) -> Kept {
    let mut stripped: Vec<(*const Account, Arc<Account>)> = Vec::new();
    let [look, live, sync] = [&kept.look, &kept.live, &kept.sync].map(|account| {
        let account = account.as_ref()?;
        if let Some((_, there)) = stripped.iter().find(|(of, _)| std::ptr::eq(*of, Arc::as_ptr(account))) {
            return Some(Arc::clone(there));
        }
        let mut bare = Account::clone(account);
        bare.entries.iter_mut().for_each(|entry| entry.places = Vec::new());
        let bare = Arc::new(bare);
        stripped.push((Arc::as_ptr(account), Arc::clone(&bare)));
        Some(bare)
    });
    Kept { look, live, sync, history: VecDeque::clone(&kept.history), alerts: kept.alerts.clone() }
}

fn understood<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
