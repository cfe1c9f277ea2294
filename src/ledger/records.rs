//! The ledger of one run: what was remembered, and what is to be remembered from now on.
//!
//! Invariants: nothing is written where nothing changed; what others committed
//! meanwhile stays, except at the places this run names; fingerprints of another key
//! are forgotten, since they say nothing any more.

use std::{collections::BTreeMap, sync::Arc};

use crate::model::{GithubPlace, Record};

use super::{
    backend::{Backend, Expected, PutFault, StateFault, StateFaultKind, Stored, Tag},
    document::{Identity, LedgerDocument},
    journal,
};

pub(super) const KEY: &str = "ledger.json";

/// How often somebody else may be faster.
const ATTEMPTS: usize = 5;

#[derive(Clone, Debug)]
pub struct Ledger {
    backend: Arc<dyn Backend>,
    document: LedgerDocument,
    tag: Option<Tag>,
}

impl Ledger {
    /// Reads it; one that is not there yet is empty, and one that cannot be trusted is an error.
    pub async fn open(backend: Arc<dyn Backend>, identity: Identity) -> Result<Self, StateFault> {
        let (document, tag) = read(&*backend, &identity).await?;
        Ok(Self { backend, document, tag })
    }

    /// Starts anew with nothing remembered; what was there is kept aside, as are damaged journals.
    pub async fn rebuild(backend: Arc<dyn Backend>, identity: Identity) -> Result<Self, StateFault> {
        journal::set_damaged_aside(&*backend).await?;
        let document = LedgerDocument::empty(identity);
        let expected = match backend.get(KEY).await? {
            Some(Stored { bytes, tag }) => {
                keep_aside(&*backend, KEY, &bytes).await?;
                Expected::Version(tag)
            }
            None => Expected::Absent,
        };
        match backend.put(KEY, &document.to_bytes(), expected).await {
            Ok(tag) => Ok(Self { backend, document, tag: Some(tag) }),
            Err(PutFault::Changed) => Err(overtaken(&*backend)),
            Err(PutFault::Fault(fault)) => Err(fault),
        }
    }

    pub fn records(&self) -> &BTreeMap<GithubPlace, Record> {
        &self.document.records
    }

    /// Names the key that all fingerprints here were made with; `None`: there are none yet.
    pub fn key_id(&self) -> Option<&str> {
        self.document.key_id.as_deref()
    }

    /// Says which key is used from now on. After another one, all that was known of values is
    /// forgotten: it counts as unverified, never as in sync.
    pub async fn set_key_id(&mut self, key_id: &str) -> Result<(), StateFault> {
        self.update(|document| {
            if document.key_id.as_deref() != Some(key_id) {
                document.records.values_mut().for_each(forget_values);
                document.key_id = Some(key_id.to_owned());
            }
        })
        .await
    }

    /// Remembers (`Some`) or forgets (`None`) what is known of these places.
    pub async fn commit(&mut self, changes: &[(GithubPlace, Option<Record>)]) -> Result<(), StateFault> {
        self.update(|document| {
            for (place, record) in changes {
                match record {
                    Some(record) => document.records.insert(place.clone(), record.clone()),
                    None => document.records.remove(place),
                };
            }
        })
        .await
    }

    /// Puts the changed document if nobody else did; else changes theirs.
    async fn update(&mut self, change: impl Fn(&mut LedgerDocument)) -> Result<(), StateFault> {
        for _ in 0..ATTEMPTS {
            let mut next = self.document.clone();
            change(&mut next);
            if next == self.document {
                return Ok(());
            }
            let expected = self.tag.clone().map_or(Expected::Absent, Expected::Version);
            match self.backend.put(KEY, &next.to_bytes(), expected).await {
                Ok(tag) => {
                    (self.document, self.tag) = (next, Some(tag));
                    return Ok(());
                }
                Err(PutFault::Changed) => self.read_again(next.key_id.as_deref()).await?,
                Err(PutFault::Fault(fault)) => return Err(fault),
            }
        }
        Err(overtaken(&*self.backend))
    }

    /// Takes what somebody else put there, unless it is of a third key: fingerprints of two keys
    /// must not stand in one ledger, and ours are of `key_id`.
    async fn read_again(&mut self, key_id: Option<&str>) -> Result<(), StateFault> {
        let (document, tag) = read(&*self.backend, &self.document.identity).await?;
        if tag.is_none() {
            let what = format!("the ledger in {} was removed while this run was under way", self.backend.describe());
            let help =
                "see who removes it; what this run wrote is in the journal, and the next run looks at everything anew";
            return Err(StateFault::new(StateFaultKind::Unavailable, what, help));
        }
        if document.key_id != self.document.key_id && document.key_id.as_deref() != key_id {
            return Err(overtaken(&*self.backend));
        }
        (self.document, self.tag) = (document, tag);
        Ok(())
    }
}

async fn read(backend: &dyn Backend, identity: &Identity) -> Result<(LedgerDocument, Option<Tag>), StateFault> {
    let Some(Stored { bytes, tag }) = backend.get(KEY).await? else {
        return Ok((LedgerDocument::empty(identity.clone()), None));
    };
    let place = backend.describe();
    let document = LedgerDocument::from_bytes(&bytes, &place)?;
    document.belongs_to(identity, &place)?;
    Ok((document, Some(tag)))
}

/// Keeps what cannot be trusted under the first free name beside it.
pub(super) async fn keep_aside(backend: &dyn Backend, key: &str, bytes: &[u8]) -> Result<(), StateFault> {
    for number in 1_u32.. {
        match backend.put(&format!("{key}.damaged-{number}"), bytes, Expected::Absent).await {
            Ok(_) => break,
            Err(PutFault::Changed) => {}
            Err(PutFault::Fault(fault)) => return Err(fault),
        }
    }
    Ok(())
}

fn forget_values(record: &mut Record) {
    *record = Record { base: None, held: None, pending: None, ..std::mem::take(record) };
}

fn overtaken(backend: &dyn Backend) -> StateFault {
    let what = format!("other runs keep changing the ledger in {}", backend.describe());
    StateFault::new(StateFaultKind::Busy, what, "let them end, and run again")
}
