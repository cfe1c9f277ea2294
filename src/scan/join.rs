//! References compared with the mapping and the stores: a status for each, and what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FileRead, Located,
    code::is_credential_name,
    presence::{Presence, World},
    reference::{Form, Reference, ReferenceKind},
    rules::{Rule, rule},
    setting::{Wrong, WrongSetting},
};
use crate::{
    mapping::Entry,
    model::{NameError, SecretName, Slot},
    yaml::Position,
};

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
        if let Some(at) = read.broken {
            joiner.tell(
                "invalid-workflow",
                None,
                file,
                at,
                "GitHub does not run it; it was searched as plain text".to_owned(),
                "mend the YAML at this place, and scan again".to_owned(),
            );
        }
        let mut told = BTreeSet::new();
        for reference in &read.references {
            joiner.reference(file, reference, &mut told);
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

struct Joiner<'a> {
    world: World<'a>,
    names: Names<'a>,
    joined: Joined,
    used: BTreeSet<&'a str>,
    /// Whether some reference may mean any secret.
    any: bool,
}

/// The mapping's entries by every name they go by.
struct Names<'a> {
    /// By the names of their places on GitHub, and their own.
    own: BTreeMap<&'a str, &'a Entry>,
    aliases: BTreeMap<&'a str, &'a Entry>,
}

impl<'a> Names<'a> {
    fn of(world: World<'a>) -> Self {
        let mut names = Self { own: BTreeMap::new(), aliases: BTreeMap::new() };
        for entry in &world.mapping.entries {
            names.own.insert(entry.name.as_str(), entry);
            for place in &entry.github {
                names.own.entry(place.name.as_str()).or_insert(entry);
            }
            for alias in &entry.detail().aliases {
                names.aliases.entry(alias.as_str()).or_insert(entry);
            }
        }
        names
    }

    /// The one name that is so near that it was meant.
    fn nearest(&self, name: &str) -> Option<&'a Entry> {
        let most = if name.len() < 8 { 1 } else { 2 };
        let near = |(other, entry): (&&str, &&'a Entry)| {
            let distance = strsim::damerau_levenshtein(other, name);
            (distance <= most && !differs_in_number(other, name)).then_some((distance, *entry))
        };
        self.own.iter().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, entry)| entry)
    }
}

/// `KEY_1` and `KEY_2` are two names, not one and its misspelling.
fn differs_in_number(one: &str, other: &str) -> bool {
    let words = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    words(one) == words(other)
}

impl<'a> Joiner<'a> {
    fn reference(&mut self, file: &str, reference: &Reference, told: &mut BTreeSet<String>) {
        if reference.form == Form::Escaped {
            let reason = "the backslash before ${{ does not keep GitHub from expanding it".to_owned();
            let remedy = "leave the backslash out, or put the text into a variable of the environment".to_owned();
            self.tell("escaped-expression", reference.name.clone(), file, reference.at, reason, remedy);
        }
        let Some(name) = &reference.name else { return self.dynamic(file, reference) };
        let status = match reference.kind {
            ReferenceKind::Environment => self.read_by_code(file, reference, name, told),
            _ => self.read_by_workflow(file, reference, name),
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

    fn read_by_workflow(&mut self, file: &str, reference: &Reference, name: &str) -> Option<&'static str> {
        let slot = if reference.kind == ReferenceKind::Variable { Slot::Variable } else { Slot::Secret };
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
        match self.names.own.get(name).copied() {
            Some(entry) => Some(self.mapped(file, reference, entry, name, slot, presence)),
            None => Some(self.unmapped(file, reference, name, presence)),
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
        name: &str,
        slot: Slot,
        presence: Presence,
    ) -> &'static str {
        self.used.insert(entry.name.as_str());
        let other = entry.github.iter().find(|place| place.slot != slot);
        let is_elsewhere = other.is_some() && entry.github.iter().all(|place| place.slot != slot);
        match presence {
            Presence::Present => "ok",
            Presence::Absent if is_elsewhere => {
                let (context, held) =
                    if slot == Slot::Secret { ("vars", "a variable") } else { ("secrets", "a secret") };
                let reason = format!("{name} is {held} by the mapping, and is not there as what is named here");
                let remedy = format!("write `{context}.{name}`");
                self.tell("missing-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
                "missing"
            }
            Presence::Absent => {
                let reason = format!("{name} is in no scope that this job reaches");
                let remedy = format!("`esc-sync sync --only {name}`, or see `esc-sync check --only {name}`");
                self.tell("missing-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
                "missing"
            }
            Presence::Unknown(why) => self.unknown(why),
        }
    }

    fn unmapped(&mut self, file: &str, reference: &Reference, name: &str, presence: Presence) -> &'static str {
        let context = reference.kind.context();
        let alias = self.names.aliases.get(name).copied();
        if presence == Presence::Present {
            let remedy = match alias {
                Some(entry) => format!("refer to `{context}.{}`, of which it is an alias", entry.name),
                None => "add an entry for it to the mapping, so that it is checked".to_owned(),
            };
            self.used.extend(alias.map(|entry| entry.name.as_str()));
            let reason = format!("{name} is there, and no entry of the mapping has that name");
            self.tell("unmapped-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
            return "unmapped";
        }
        if let Some(entry) = alias.or_else(|| self.names.nearest(name)) {
            self.used.insert(entry.name.as_str());
            let how = if alias.is_some() { "an alias of" } else { "almost" };
            let reason = format!("no entry of the mapping is called {name}, which is {how} {}", entry.name);
            let remedy = format!("write `{context}.{}`", entry.name);
            self.tell("misspelt-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
            return "misspelt";
        }
        match presence {
            Presence::Absent => {
                let reason = format!("{name} is in no scope that this job reaches, and no entry has that name");
                let remedy = "add an entry to the mapping and run `esc-sync sync`, or remove the reference".to_owned();
                self.tell("missing-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
                "missing"
            }
            unknown => {
                let reason = format!("no entry of the mapping has the name {name}");
                let remedy = "add an entry for it to the mapping, or remove the reference".to_owned();
                self.tell("unmapped-reference", Some(name.to_owned()), file, reference.at, reason, remedy);
                if let Presence::Unknown(why) = unknown {
                    self.unknown(why);
                }
                "unmapped"
            }
        }
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
