//! What a workflow names, compared with the mapping and the stores.

use super::{
    Joiner, Source,
    elsewhere::Elsewhere,
    own::{self, Need},
};
use crate::{
    mapping::Entry,
    model::{NameError, SecretName, Slot},
    scan::{
        presence::Presence,
        reference::{Form, Reference, ReferenceKind},
    },
};

impl<'a> Joiner<'a> {
    pub(super) fn read_by_workflow(
        &mut self,
        source: Source<'_>,
        reference: &Reference,
        name: &str,
    ) -> Option<&'static str> {
        let file = source.file;
        let slot = slot(reference);
        if reference.form == Form::Declared {
            return Some("declared");
        }
        // Every job has this one, whatever any store holds.
        if slot == Slot::Secret && name == "GITHUB_TOKEN" {
            return Some("ok");
        }
        let parsed = match SecretName::parse(name) {
            Ok(parsed) => parsed,
            Err(error) => return Some(self.illegal(file, reference, name, error)),
        };
        let presence = self.world.presence(&parsed, slot, &reference.reach);
        match (self.names.own.get(name).copied(), own::need(name, slot).filter(|_| source.generated)) {
            (Some(entry), _) => Some(self.mapped(file, reference, entry, &parsed, presence)),
            (None, Some(need)) => Some(self.own(file, reference, need, presence)),
            (None, None) => Some(self.unmapped(file, reference, &parsed, presence)),
        }
    }

    fn illegal(&mut self, file: &str, reference: &Reference, name: &str, error: NameError) -> &'static str {
        let remedy =
            "give the secret a name of letters, digits and underscores that begins with neither a digit nor GITHUB_";
        let reason = format!("no store can hold {}.{name}: {error}", reference.kind.context());
        self.tell("illegal-reference", Some(name.to_owned()), file, reference.at, reason, remedy.to_owned());
        "illegal"
    }

    fn mapped(
        &mut self,
        file: &str,
        reference: &Reference,
        entry: &'a Entry,
        name: &SecretName,
        presence: Presence,
    ) -> &'static str {
        self.used.insert(entry.name.as_str());
        match presence {
            Presence::Present => "ok",
            Presence::Unknown(why) => self.unknown(why),
            Presence::Absent => {
                let slot = slot(reference);
                let kept_as_other = !entry.github.is_empty() && entry.github.iter().all(|place| place.slot != slot);
                let Elsewhere { reason, remedy } = match kept_as_other {
                    true => as_the_other(name, slot),
                    false => (self.world.elsewhere(name, slot, &reference.reach))
                        .or_else(|| self.world.declared_elsewhere(entry, name, slot, &reference.reach))
                        .unwrap_or_else(|| Elsewhere {
                            reason: format!("{name} is in no scope that this job reaches"),
                            remedy: format!("`esc-sync sync --only {name}`, or see `esc-sync check --only {name}`"),
                        }),
                };
                self.tell("missing-reference", Some(name.to_string()), file, reference.at, reason, remedy);
                "missing"
            }
        }
    }

    /// What a workflow of ours needs to work at all.
    fn own(&mut self, file: &str, reference: &Reference, need: &Need, presence: Presence) -> &'static str {
        match presence {
            Presence::Present => "ok",
            _ if need.optional => "ok",
            Presence::Unknown(why) => self.unknown(why),
            Presence::Absent => {
                let reason = format!("{} is in no scope that this job reaches: it is {}", need.name, need.what);
                let remedy = need.remedy(self.world.repository);
                self.tell("missing-reference", Some(need.name.to_owned()), file, reference.at, reason, remedy);
                "missing"
            }
        }
    }

    fn unmapped(&mut self, file: &str, reference: &Reference, name: &SecretName, presence: Presence) -> &'static str {
        let context = reference.kind.context();
        let told = Some(name.to_string());
        let alias = self.names.aliases.get(name.as_str()).copied();
        if presence == Presence::Present {
            let remedy = match alias {
                Some(entry) => format!("refer to `{context}.{}`, of which it is an alias", entry.name),
                None => "add an entry for it to the mapping, so that it is checked".to_owned(),
            };
            self.used.extend(alias.map(|entry| entry.name.as_str()));
            let reason = format!("{name} is there, and no entry of the mapping has that name");
            self.tell("unmapped-reference", told, file, reference.at, reason, remedy);
            return "unmapped";
        }
        // What has exactly that name is meant before what is almost called so.
        let elsewhere = self.world.elsewhere(name, slot(reference), &reference.reach);
        let elsewhere = elsewhere.filter(|_| alias.is_none() && presence == Presence::Absent);
        let meant = alias.or_else(|| self.names.nearest(name.as_str()).filter(|_| elsewhere.is_none()));
        if let Some(entry) = meant {
            self.used.insert(entry.name.as_str());
            let how = if alias.is_some() { "an alias of" } else { "almost" };
            let reason = format!("no entry of the mapping is called {name}, which is {how} {}", entry.name);
            let remedy = format!("write `{context}.{}`", entry.name);
            self.tell("misspelt-reference", told, file, reference.at, reason, remedy);
            return "misspelt";
        }
        match presence {
            Presence::Absent => {
                let Elsewhere { reason, remedy } = elsewhere.unwrap_or_else(|| Elsewhere {
                    reason: format!("{name} is in no scope that this job reaches, and no entry has that name"),
                    remedy: "add an entry to the mapping and run `esc-sync sync`, or remove the reference".to_owned(),
                });
                self.tell("missing-reference", told, file, reference.at, reason, remedy);
                "missing"
            }
            unknown => {
                let reason = format!("no entry of the mapping has the name {name}");
                let remedy = "add an entry for it to the mapping, or remove the reference".to_owned();
                self.tell("unmapped-reference", told, file, reference.at, reason, remedy);
                if let Presence::Unknown(why) = unknown {
                    self.unknown(why);
                }
                "unmapped"
            }
        }
    }
}

fn slot(reference: &Reference) -> Slot {
    if reference.kind == ReferenceKind::Variable { Slot::Variable } else { Slot::Secret }
}

/// Asked for as a secret, kept as a variable; or the other way round.
fn as_the_other(name: &SecretName, slot: Slot) -> Elsewhere {
    let (context, held) = if slot == Slot::Secret { ("vars", "a variable") } else { ("secrets", "a secret") };
    Elsewhere {
        reason: format!("{name} is {held} by the mapping, and is not there as what is named here"),
        remedy: format!("write `{context}.{name}`"),
    }
}
