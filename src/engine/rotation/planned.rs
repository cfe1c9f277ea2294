//! A rotation in words, step by step, before it is begun.

use super::{Rotator, documents::Documents};
use crate::ssh::{
    MachineStatus,
    rotation::{Files, Rotation, Step},
};

impl Rotator<'_> {
    /// What each step will do, in words.
    pub(super) fn planned(&self, rotation: &Rotation) -> Vec<(Step, String)> {
        let Files { current, next, .. } = &rotation.files;
        let spec = self.spec;
        let mut planned = vec![(Step::Generate, format!("make a new ed25519 pair in {}", next.display()))];
        if spec.public_key.is_some() || spec.stored_private_key.is_some() {
            planned.push((Step::Store, "put it into ESC under a pending name".to_owned()));
        }
        if let Some(stem) = &spec.lambda_key_name {
            planned.push((Step::Publish, format!("add it to Lambda's registry as {stem}-…, beside the old one")));
        }
        let machines: Vec<_> =
            rotation.machines.iter().filter(|state| state.status != MachineStatus::Excluded).collect();
        let names: Vec<_> = machines.iter().map(|state| &*state.machine.name).collect();
        planned.push((Step::RollOut, format!("add it by the old key on {}, and prove it there", listed(&names))));
        planned.push((Step::Switch, format!("put it in force{}, and in {}", self.followed(), current.display())));
        if self.options.retire || self.options.compromised {
            planned.push((Step::Retire, "remove the old key by the new one, and prove it is refused".to_owned()));
            planned.push((Step::Delete, "delete what is left of the old key".to_owned()));
        } else {
            planned.push((Step::Overlap, "leave both keys good; `esc-sync ssh retire` ends that".to_owned()));
        }
        planned
    }

    fn followed(&self) -> String {
        let names = self.followers();
        let esc = if self.places().next().is_some() { " in ESC" } else { "" };
        let github = if names.is_empty() { String::new() } else { format!(", on GitHub ({})", names.join(", ")) };
        let documents = match Documents::of(self).len() {
            0 => String::new(),
            count => format!(", in {count} cloud-init documents"),
        };
        format!("{esc}{github}{documents}")
    }
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "no machine".to_owned(),
        names if names.len() <= 6 => names.join(", "),
        names => format!("{} and {} more", names[..5].join(", "), names.len() - 5),
    }
}
