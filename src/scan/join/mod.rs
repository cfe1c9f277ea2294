//! References compared with the mapping and the stores: a status for each, and what is wrong.
//!
//! What lives here: the walk over a tree, what code reads, what no reference is. What a workflow names is
//! compared in `workflow`; where it is instead, `elsewhere` tells; what our own workflows need is in `own`.

mod elsewhere;
mod names;
mod own;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FileRead, Located,
    code::is_credential_name,
    presence::World,
    reference::{Form, Reference, ReferenceKind},
    rules::{Rule, rule},
    setting::{Wrong, WrongSetting},
};
use crate::yaml::Position;
use names::Names;

/// The files of a tree that say anything, by name.
pub type Tree = BTreeMap<String, FileRead>;

/// What a tree came to.
#[derive(Debug, Default)]
pub struct Joined {
    pub references: Vec<JoinedReference>,
    pub findings: Vec<Located>,
    /// How many references could not be settled, though they were to be.
    pub unknown: usize,
    /// Why not, the first reason.
    pub why: Option<String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JoinedReference {
    /// `*`: any of them.
    pub name: String,
    pub kind: ReferenceKind,
    pub file: String,
    pub at: Position,
    pub status: &'static str,
}

/// Compares all references of a tree.
pub fn join(tree: &Tree, world: World<'_>) -> Joined {
    let mut joiner =
        Joiner { names: Names::of(world), world, joined: Joined::default(), used: BTreeSet::new(), any: false };
    for (file, read) in tree {
        if let Some(error) = &read.broken {
            let reason = format!("{}: GitHub does not run it; it was searched as plain text", error.message);
            let remedy = "mend the YAML at this place, and scan again".to_owned();
            joiner.tell("invalid-workflow", None, file, error.at, reason, remedy);
        }
        let mut told = BTreeSet::new();
        for reference in &read.references {
            joiner.reference(Source { file, generated: read.generated }, reference, &mut told);
        }
        for setting in &read.settings {
            joiner.setting(file, setting);
        }
    }
    if tree.values().any(|read| read.workflow) && !joiner.any {
        joiner.unused();
    }
    joiner.joined
}

/// The file a reference is in.
#[derive(Clone, Copy, Debug)]
struct Source<'f> {
    file: &'f str,
    /// Whether `esc-sync docs` made it.
    generated: bool,
}

struct Joiner<'a> {
    world: World<'a>,
    names: Names<'a>,
    joined: Joined,
    used: BTreeSet<&'a str>,
    /// Whether some reference may mean any secret.
    any: bool,
}

impl<'a> Joiner<'a> {
    fn reference(&mut self, source: Source<'_>, reference: &Reference, told: &mut BTreeSet<String>) {
        let file = source.file;
        if reference.form == Form::Escaped {
            let reason = "the backslash before ${{ does not keep GitHub from expanding it".to_owned();
            let remedy = "leave the backslash out, or put the text into a variable of the environment".to_owned();
            self.tell("escaped-expression", reference.name.clone(), file, reference.at, reason, remedy);
        }
        let Some(name) = &reference.name else {
            // Our own attestation is given all of them to compare, and uses none.
            return if source.generated { self.add("*", file, reference, "ok") } else { self.dynamic(file, reference) };
        };
        let status = match reference.kind {
            ReferenceKind::Environment => self.read_by_code(file, reference, name, told),
            _ => self.read_by_workflow(source, reference, name),
        };
        if let Some(status) = status {
            self.add(name, file, reference, status);
        }
    }

    fn add(&mut self, name: &str, file: &str, reference: &Reference, status: &'static str) {
        let (name, file) = (name.to_owned(), file.to_owned());
        self.joined.references.push(JoinedReference { name, kind: reference.kind, file, at: reference.at, status });
    }

    fn dynamic(&mut self, file: &str, reference: &Reference) {
        let context = reference.kind.context();
        self.any |= reference.kind == ReferenceKind::Secret;
        let reason = match reference.form {
            Form::Inherited => "`secrets: inherit` hands every secret to the workflow that is called".to_owned(),
            _ => {
                format!("which of `{context}` is meant only a run knows, so every one of them can be reached from here")
            }
        };
        let remedy = format!("name what is needed, as `{context}.NAME`");
        self.add("*", file, reference, "dynamic");
        self.tell("dynamic-reference", None, file, reference.at, reason, remedy);
    }

    fn read_by_code(
        &mut self,
        file: &str,
        reference: &Reference,
        name: &str,
        told: &mut BTreeSet<String>,
    ) -> Option<&'static str> {
        if let Some(entry) = self.names.own.get(name).or_else(|| self.names.aliases.get(name)) {
            self.used.insert(entry.name.as_str());
            return Some("ok");
        }
        if !is_credential_name(name) {
            return None;
        }
        if told.insert(name.to_owned()) {
            let reason = format!("{name} is read here, and no entry of the mapping has that name");
            let remedy = "add an entry, or an alias to the one that is meant".to_owned();
            self.tell("unmapped-name", Some(name.to_owned()), file, reference.at, reason, remedy);
        }
        Some("unmapped")
    }

    fn unknown(&mut self, why: String) -> &'static str {
        self.joined.unknown += 1;
        self.joined.why.get_or_insert(why);
        "unknown"
    }

    fn setting(&mut self, file: &str, setting: &WrongSetting) {
        let name = &setting.name;
        let (id, reason) = match setting.wrong {
            Wrong::Denied(number) => {
                ("denied-literal", format!("a value that the mapping denies for {name} (number {number} of its list)"))
            }
            Wrong::Unexpected => {
                ("outdated-literal", format!("{name} has another value here than the mapping expects"))
            }
        };
        let remedy = format!("read {name} from its variable, or write the value that the mapping expects");
        self.tell(id, Some(name.clone()), file, setting.at, reason, remedy);
    }

    /// Entries on GitHub that no file refers to.
    fn unused(&mut self) {
        for entry in &self.world.mapping.entries {
            if !entry.github.is_empty() && !self.used.contains(entry.name.as_str()) {
                let reason = format!("no workflow, code or template of the tree refers to {}", entry.name);
                let remedy = "remove it where nothing else needs it".to_owned();
                let file = self.world.mapping.file.to_string();
                self.tell("unused-secret", Some(entry.name.to_string()), &file, entry.at, reason, remedy);
            }
        }
    }

    fn tell(&mut self, id: &str, name: Option<String>, file: &str, at: Position, reason: String, remedy: String) {
        let Rule { id, severity, .. } = rule(id).expect("a rule of the table");
        let file = file.to_owned();
        self.joined.findings.push(Located { rule: id, severity: *severity, name, file, at, reason, remedy });
    }
}
