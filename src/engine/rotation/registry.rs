//! The key in Lambda's registry: added under a fresh name beside the old one, which goes last.
//!
//! Keys are told apart by their blobs, never by their names. Running machines are not
//! touched by any of this: the registry matters for the next launch only (facts of its API, 1.3).

use super::{Refusal, RotationFault, Rotator, StepOutcome, Work, inventory::is_ours};
use crate::{
    keys::PublicKey,
    ssh::rotation::{Registered, Step},
    store::lambda::{LambdaStore, RegisteredKey},
};

/// The entries of the old key, if the mapping speaks of the registry; writes nothing.
pub(super) async fn look(rotator: &Rotator<'_>, old: &PublicKey) -> Result<Option<Registered>, Refusal> {
    let Some(stem) = &rotator.spec.lambda_key_name else { return Ok(None) };
    let store = rotator.task.stores.lambda().map_err(Refusal::unread)?;
    let keys = store.list_keys().await.map_err(|unread| Refusal::unread(unread.into()))?;
    if let Some(name) = doubled(&keys).filter(|name| is_ours(name, stem)) {
        return Err(Refusal::refused(
            format!("Lambda's registry has two keys called {name}, and launches that name it fail"),
            "delete the one that is not in force (`esc-sync ssh status` tells which)",
        ));
    }
    Ok(Some(Registered { name: String::new(), id: None, old: ids_of(&keys, old) }))
}

fn doubled(keys: &[RegisteredKey]) -> Option<&str> {
    let mut names: Vec<&str> = keys.iter().map(|key| &*key.name).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

fn ids_of(keys: &[RegisteredKey], public: &PublicKey) -> Vec<String> {
    keys.iter().filter(|key| holds(key, public)).map(|key| key.id.clone()).collect()
}

fn holds(key: &RegisteredKey, public: &PublicKey) -> bool {
    key.public.as_ref().is_ok_and(|stored| stored == public)
}

impl Work<'_, '_> {
    /// The new key gets a name of its own, once; whoever comes again finds it by its blob.
    pub(super) async fn publish(&mut self) -> Result<StepOutcome, RotationFault> {
        let Some(stem) = self.rotator.spec.lambda_key_name.clone() else {
            return Ok(StepOutcome::skipped(Step::Publish, "the mapping names no key of Lambda's registry"));
        };
        let (Some(new), Some(old)) = (self.new_public(), self.old_public()) else {
            return Ok(StepOutcome::without_files(Step::Publish));
        };
        let stores = self.rotator.task.stores;
        let store = match stores.lambda() {
            Ok(store) => store,
            Err(unread) => return Ok(StepOutcome::open(Step::Publish, &unread.what, &unread.help)),
        };
        let keys = match store.list_keys().await {
            Ok(keys) => keys,
            Err(unread) => return Ok(StepOutcome::open(Step::Publish, &unread.what, &unread.help)),
        };
        let there = keys.iter().find(|key| holds(key, &new));
        let name = there.map_or_else(|| fresh_name(&stem, &self.rotator, &new), |key| key.name.clone());
        let id = there.map(|key| key.id.clone());
        self.kept.rotation.registry = Some(Registered { name: name.clone(), id, old: ids_of(&keys, &old) });
        self.kept.save(self.state).await?;
        if there.is_none() {
            match store.add_key(&name, &new).await {
                Ok(added) => self.registered(|registered| registered.id = Some(added.id)),
                Err(fault) => return Ok(StepOutcome::open(Step::Publish, &fault.to_string(), fault.help())),
            }
            self.kept.save(self.state).await?;
        }
        Ok(StepOutcome::done(Step::Publish, format!("Lambda's registry has the new key as {name}")))
    }

    /// The new key's entries go, when a rotation is taken back.
    pub(super) async fn unpublish(&mut self) -> Result<Result<(), StepOutcome>, RotationFault> {
        let Some(new) = self.new_public().filter(|_| self.kept.rotation.registry.is_some()) else { return Ok(Ok(())) };
        let gone = self.delete_entries(Step::Cancel, &new).await;
        if gone.is_ok() {
            self.registered(|registered| registered.id = None);
        }
        Ok(gone)
    }

    /// The old key's entries go.
    pub(super) async fn unregister_old(&mut self) -> Result<Result<(), StepOutcome>, RotationFault> {
        let Some(old) = self.old_public().filter(|_| self.kept.rotation.registry.is_some()) else { return Ok(Ok(())) };
        let gone = self.delete_entries(Step::Delete, &old).await;
        if gone.is_ok() {
            self.registered(|registered| registered.old.clear());
        }
        Ok(gone)
    }

    /// Listed anew, so that nothing but entries of this very key is deleted.
    async fn delete_entries(&self, step: Step, public: &PublicKey) -> Result<(), StepOutcome> {
        let open = |what: &str, help: &str| StepOutcome::open(step, what, help);
        let store: &LambdaStore =
            self.rotator.task.stores.lambda().map_err(|unread| open(&unread.what, &unread.help))?;
        let keys = store.list_keys().await.map_err(|unread| open(&unread.what, &unread.help))?;
        for id in ids_of(&keys, public) {
            store.delete_key(&id).await.map_err(|fault| open(&fault.to_string(), fault.help()))?;
        }
        Ok(())
    }

    fn registered(&mut self, change: impl FnOnce(&mut Registered)) {
        change(self.kept.rotation.registry.get_or_insert_default());
    }
}

/// A name that nobody has: two runs that add the same name at once would both succeed, and no launch after that.
fn fresh_name(stem: &str, rotator: &Rotator<'_>, new: &PublicKey) -> String {
    let at = (rotator.applying.now)().to_string();
    let day: String = at.chars().take_while(|letter| *letter != 'T').filter(char::is_ascii_digit).collect();
    format!("{stem}-{day}-{}", new.fingerprint().short())
}
