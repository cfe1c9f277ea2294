//! What earlier runs remember, written the way a sentence is.

use std::sync::Arc;

use super::{Case, at_repository, environment, name, organization};
use crate::{
    judge::github_form,
    model::{
        EscKind, Fingerprint, GithubPlace, GithubScope, HeldRecord, Known, PendingWrite, Record, Slot, Snapshot, Stamp,
    },
};

impl Case {
    /// Run `r1` wrote that value, and GitHub gave it that stamp.
    pub(in crate::judge) fn wrote(self, name: &str, text: &str, stamp: Stamp) -> Self {
        self.known(organization(), name, text, stamp, Known::Written)
    }

    pub(in crate::judge) fn wrote_at(self, repository: &str, name: &str, text: &str, stamp: Stamp) -> Self {
        self.known(at_repository(repository), name, text, stamp, Known::Written)
    }

    /// A job of run `r1` saw that value under that stamp; nothing is said of ESC.
    pub(in crate::judge) fn attested(self, name: &str, text: &str, stamp: Stamp) -> Self {
        self.known(organization(), name, text, stamp, Known::Attested)
    }

    fn known(mut self, scope: Arc<GithubScope>, name: &str, text: &str, updated_at: Stamp, how: Known) -> Self {
        let fingerprint = fingerprint(text.as_bytes());
        let record = self.record(scope, name);
        record.held = Some(HeldRecord { fingerprint, created_at: None, updated_at, how });
        if how == Known::Written {
            record.base = Some(fingerprint);
        }
        self
    }

    /// Run `r1` began to write that value, and that is the last that is known.
    pub(in crate::judge) fn pending(mut self, name: &str, text: &str) -> Self {
        let fingerprint = fingerprint(text.as_bytes());
        let pending = PendingWrite { fingerprint, before: None, begun: None, acknowledged: false, over_ours: false };
        self.record(organization(), name).pending = Some(pending);
        self
    }

    /// When the secret was made, as recorded and as listed.
    pub(in crate::judge) fn made(mut self, text: &str, recorded: Stamp, listed: Stamp) -> Self {
        self.record(organization(), text).held.as_mut().expect("a record came first").created_at = Some(recorded);
        let names = self.snapshot.github.secrets.get_mut(&organization()).expect("listed").as_mut().expect("was read");
        names.get_mut(text).expect("was listed").created_at = Some(listed);
        self
    }

    pub(in crate::judge) fn without_key(mut self) -> Self {
        self.snapshot.memory.has_key = false;
        self
    }

    fn record(&mut self, scope: Arc<GithubScope>, text: &str) -> &mut Record {
        self.snapshot.memory.has_key = true;
        let place = GithubPlace { scope, slot: Slot::Secret, name: name(text) };
        let record = self.snapshot.memory.records.entry(place).or_default();
        record.run = "r1".into();
        record
    }

    /// The fingerprints of what is there now, as a run makes them that has the key.
    pub(in crate::judge) fn fill_fingerprints(&mut self) {
        let Snapshot { memory, job, esc: read, .. } = &mut self.snapshot;
        if !memory.has_key {
            return;
        }
        for entry in &self.mapping.entries {
            let (Some(esc), Some(Ok(read))) = (&entry.esc, read.get(&environment())) else { continue };
            for place in &entry.github {
                if let Some(EscKind::Text(value)) = read.root.lookup(&esc.path).map(|value| &value.kind)
                    && let Some(form) = github_form(entry.detail().encoding, value)
                {
                    memory.esc_now.insert(place.clone(), fingerprint(form.expose()));
                }
                if let Some(value) = job.as_ref().and_then(|job| job.values.get(&place.name)) {
                    memory.github_now.insert(place.clone(), fingerprint(value.expose()));
                }
            }
        }
    }
}

/// Stands for the keyed digest; here no key is needed.
fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    Fingerprint(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
}
