//! Both stores as one sees them from above, and what a run without any mishap does to them.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use esc_sync::{
    crypto::fingerprint::FingerprintKey,
    judge::{JudgeOptions, judge},
    mapping::{LoadOptions, Mapping, load},
    model::{
        App, Cause, EscKind, EscPath, EscSnapshot, EscValue, Evidence, Fingerprint, GithubPlace, GithubScope,
        HeldRecord, JobSnapshot, Known, Memory, Meta, Place, Record, SecretName, SecretValue, Segment, Slot, Snapshot,
        Stamp, Unread, Variable, Visibility,
    },
    plan::{Access, Plan, PlanError, PlanOptions, Write, plan, value_for},
};

pub(super) static KEY: LazyLock<FingerprintKey> = LazyLock::new(FingerprintKey::generate);

/// What one GitHub place holds.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) value: String,
    pub(super) stamp: i64,
    pub(super) visibility: Visibility,
}

/// Both stores, the ledger, and how much of them can be seen.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) esc: BTreeMap<String, String>,
    pub(super) github: BTreeMap<GithubPlace, Cell>,
    pub(super) records: BTreeMap<GithubPlace, Record>,
    pub(super) esc_fails: bool,
    pub(super) github_fails: bool,
    /// Whether a job reads the organization's secrets.
    pub(super) in_job: bool,
    pub(super) clock: i64,
}

pub(super) fn mapping(entries: &str) -> Mapping {
    let text = format!(
        "version: 1\nesc: {{ environment: acme/default/production }}\n\
         github: {{ organization: acme, visible-to: [acme/app] }}\nentries:\n{entries}"
    );
    let loaded = load("m.yaml", text.as_bytes(), &LoadOptions::default());
    loaded.unwrap_or_else(|errors| panic!("{}", errors.render("m.yaml"))).mapping
}

pub(super) fn organization() -> Arc<GithubScope> {
    Arc::new(GithubScope::Organization { app: App::Actions, organization: "acme".into() })
}

pub(super) fn name(text: &str) -> SecretName {
    text.parse().expect("legal")
}

pub(super) fn secret(text: &str) -> GithubPlace {
    GithubPlace { scope: organization(), slot: Slot::Secret, name: name(text) }
}

pub(super) fn variable(text: &str) -> GithubPlace {
    GithubPlace { slot: Slot::Variable, ..secret(text) }
}

pub(super) fn print(place: &GithubPlace, value: &str) -> Fingerprint {
    KEY.fingerprint(&place.to_string(), &value.into())
}

impl World {
    pub(super) fn esc(mut self, path: &str, value: &str) -> Self {
        self.esc.insert(path.into(), value.into());
        self
    }

    pub(super) fn on_github(mut self, place: GithubPlace, value: &str, stamp: i64) -> Self {
        self.clock = self.clock.max(stamp);
        self.github.insert(place, Cell { value: value.into(), stamp, visibility: Visibility::All });
        self
    }

    /// Both sides agreed on the value when GitHub had that stamp.
    pub(super) fn agreed(mut self, place: GithubPlace, value: &str, stamp: i64) -> Self {
        let fingerprint = print(&place, value);
        let held = HeldRecord { fingerprint, created_at: None, updated_at: Stamp(stamp), how: Known::Written };
        let record = Record { base: Some(fingerprint), held: Some(held), written: true, ..Record::default() };
        self.records.insert(place, record);
        self
    }

    pub(super) fn in_job(mut self) -> Self {
        self.in_job = true;
        self
    }

    pub(super) fn snapshot(&self, mapping: &Mapping) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let environment = Arc::new("acme/default/production".parse().expect("legal"));
        let root = if self.esc_fails {
            Err(unread())
        } else {
            Ok(EscSnapshot { root: tree(&self.esc), revised_at: None, revision: None })
        };
        snapshot.esc.insert(environment, root);
        let scopes = mapping.entries.iter().flat_map(|entry| &entry.github).chain(self.github.keys());
        for scope in scopes.map(|place| &place.scope) {
            let empty = || if self.github_fails { Err(unread()) } else { Ok(BTreeMap::new()) };
            snapshot.github.secrets.entry(Arc::clone(scope)).or_insert_with(empty);
            let empty = || if self.github_fails { Err(unread()) } else { Ok(BTreeMap::new()) };
            snapshot.github.variables.entry(Arc::clone(scope)).or_insert_with(empty);
        }
        for (place, cell) in &self.github {
            list(&mut snapshot, place, cell);
        }
        snapshot.job = self.in_job.then(|| self.job());
        snapshot.memory = self.memory(mapping, &snapshot);
        snapshot
    }

    fn job(&self) -> JobSnapshot {
        let secrets =
            self.github.iter().filter(|(place, _)| place.slot == Slot::Secret && place.scope == organization());
        JobSnapshot {
            values: secrets.map(|(place, cell)| (place.name.clone(), cell.value.as_str().into())).collect(),
            repository: Some("acme/app".parse().expect("legal")),
            ..JobSnapshot::default()
        }
    }

    fn memory(&self, mapping: &Mapping, snapshot: &Snapshot) -> Memory {
        let mut memory = Memory { has_key: true, records: self.records.clone(), ..Memory::default() };
        for entry in &mapping.entries {
            let Some(esc) = entry.esc_place() else { continue };
            for place in &entry.github {
                if let Some(value) = snapshot.reading(&esc).value()
                    && let Some(value) = esc_sync::judge::github_form(entry.detail().encoding, value)
                {
                    memory.esc_now.insert(place.clone(), KEY.fingerprint(&place.to_string(), &value));
                }
                let job = Place::Job { name: place.name.clone() };
                let read = match place.slot {
                    Slot::Variable => snapshot.github_reading(place),
                    Slot::Secret => snapshot.reading(&job),
                };
                if let Some(value) = read.value() {
                    memory.github_now.insert(place.clone(), KEY.fingerprint(&place.to_string(), value));
                }
            }
        }
        memory
    }

    pub(super) fn plan_with(&self, mapping: &Mapping, options: &PlanOptions) -> Result<Plan, PlanError> {
        let snapshot = self.snapshot(mapping);
        let judged = judge(mapping, &snapshot, JudgeOptions { now: Stamp(0), require_evidence: Evidence::Presence });
        plan(mapping, &snapshot, &judged, options)
    }

    pub(super) fn plan(&self, mapping: &Mapping) -> Plan {
        self.plan_with(mapping, &PlanOptions::default()).expect("a plan")
    }

    /// Carries out a plan as a run does in which everything succeeds.
    pub(super) fn apply(&mut self, mapping: &Mapping, plan: &Plan) {
        let snapshot = self.snapshot(mapping);
        self.clock += 10;
        for action in &plan.actions {
            let value = action.entry.and_then(|at| value_for(&action.write, &mapping.entries[at], &snapshot));
            match &action.write {
                Write::Push { to, access, .. } => self.put(to, &text(value), access),
                Write::Pull { known_as, to, .. } => {
                    let Place::Esc { path, .. } = to else { panic!("{to}") };
                    self.esc.insert(path.to_string(), text(value));
                    let held = snapshot.memory.github_now.get(known_as).copied();
                    self.remember(known_as, held.expect("it was read"), Known::Attested);
                }
                Write::Restrict { at, access } => {
                    let cell = self.github.get_mut(at).expect("it is there");
                    cell.visibility = visibility(access, &cell.visibility);
                }
                Write::Set { .. } | Write::Unset { .. } => panic!("no plan makes one"),
                Write::Prune { at } => {
                    self.github.remove(at);
                    self.records.remove(at);
                }
            }
        }
        for agreed in &plan.agreed {
            let now = snapshot.memory.esc_now[&agreed.place];
            self.remember(&agreed.place, now, Known::Attested);
        }
    }

    fn put(&mut self, place: &GithubPlace, value: &str, access: &Access) {
        let there = self.github.get(place).map_or(Visibility::Private, |cell| cell.visibility.clone());
        let visibility = visibility(access, &there);
        self.github.insert(place.clone(), Cell { value: value.into(), stamp: self.clock, visibility });
        self.remember(place, print(place, value), Known::Written);
        self.records.get_mut(place).expect("just made").written = true;
    }

    fn remember(&mut self, place: &GithubPlace, fingerprint: Fingerprint, how: Known) {
        let stamp = Stamp(self.github[place].stamp);
        let record = self.records.entry(place.clone()).or_default();
        record.base = Some(fingerprint);
        record.held = Some(HeldRecord { fingerprint, created_at: None, updated_at: stamp, how });
        record.pending = None;
    }
}

fn text(value: Option<SecretValue>) -> String {
    let value = value.expect("an action with a value has one");
    value.expose_text().expect("texts only").to_owned()
}

fn visibility(access: &Access, there: &Visibility) -> Visibility {
    match access {
        Access::NotApplicable | Access::CarryOver => there.clone(),
        Access::All => Visibility::All,
        Access::Private => Visibility::Private,
        Access::Selected(list) => Visibility::Selected(Some(Arc::clone(list))),
    }
}

fn list(snapshot: &mut Snapshot, place: &GithubPlace, cell: &Cell) {
    let visibility = Some(cell.visibility.clone());
    let meta = Meta { created_at: None, updated_at: Some(Stamp(cell.stamp)), visibility };
    let (secrets, variables) = (&mut snapshot.github.secrets, &mut snapshot.github.variables);
    match place.slot {
        Slot::Secret => {
            if let Some(Ok(names)) = secrets.get_mut(&place.scope) {
                names.insert(place.name.clone(), meta);
            }
        }
        Slot::Variable => {
            if let Some(Ok(names)) = variables.get_mut(&place.scope) {
                names.insert(place.name.clone(), Variable { value: cell.value.as_str().into(), meta });
            }
        }
    }
}

fn tree(values: &BTreeMap<String, String>) -> EscValue {
    let object = || EscValue { kind: EscKind::Object(Default::default()), secret: false, unknown: false };
    let mut root = object();
    for (path, value) in values {
        let mut at = &mut root;
        for segment in EscPath::parse(path).expect("legal").segments() {
            let (Segment::Key(key), EscKind::Object(fields)) = (segment, &mut at.kind) else { panic!("keys only") };
            at = fields.entry(key.clone()).or_insert_with(object);
        }
        *at = EscValue { kind: EscKind::Text(value.as_str().into()), secret: true, unknown: false };
    }
    root
}

fn unread() -> Arc<Unread> {
    Arc::new(Unread { cause: Cause::Network, what: "asked and failed".into(), help: "try again".into() })
}
