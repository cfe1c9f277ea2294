//! Small mappings and snapshots, written the way a sentence is.
//!
//! A `Case` starts empty: one organization `acme`, one environment
//! `acme/default/prod`, one repository `acme/app` that must see everything.

mod live;
mod memory;

use std::{collections::BTreeMap, sync::Arc};

use regex::Regex;

use super::{EntryJudgement, Finding, JudgeOptions, Judgement, judge};
pub(super) use crate::keys::testing::{private_key, public_key};
use crate::{
    mapping::{
        Allowance, ConflictPolicy, DeclaredVisibility, Detail, Elsewhere, Entry, EscPlace, FormatRule, Mapping, SshSpec,
    },
    model::{
        App, Cause, Direction, Encoding, EnvironmentRef, EscKind, EscPath, EscSnapshot, EscValue, Evidence,
        GithubPlace, GithubScope, JobSnapshot, Kind, Meta, RepoRef, RotationKnowledge, SecretName, Segment, Slot,
        Snapshot, Stamp, Tier, Unread, Variable, Visibility,
    },
    yaml::Position,
};

pub(super) const NOW: Stamp = Stamp(1_800_000_000);
/// When GitHub last changed what a case lists; 2027-01-14T09:19:00Z.
pub(super) const STAMP: Stamp = Stamp(1_799_918_340);

pub(super) struct Case {
    pub(super) mapping: Mapping,
    pub(super) snapshot: Snapshot,
    pub(super) options: JudgeOptions,
    views: bool,
}

impl Case {
    pub(super) fn new() -> Self {
        let mapping = Mapping {
            file: "esc-sync.yaml".into(),
            entries: Vec::new(),
            ssh: None,
            endpoints: Box::default(),
            elsewhere: Elsewhere::default(),
        };
        let options = JudgeOptions { now: NOW, require_evidence: Evidence::Presence };
        Self { mapping, snapshot: Snapshot::default(), options, views: true }
    }

    pub(super) fn secret(self, name: &str, path: &str) -> Self {
        self.entry(name, Some(path), Some((organization(), Slot::Secret)))
    }

    pub(super) fn config(self, name: &str, path: &str) -> Self {
        self.entry(name, Some(path), Some((organization(), Slot::Variable))).last(|entry| entry.kind = Kind::Config)
    }

    pub(super) fn esc_only(self, name: &str, path: &str) -> Self {
        self.entry(name, Some(path), None)
    }

    pub(super) fn github_only(self, name: &str) -> Self {
        self.entry(name, None, Some((organization(), Slot::Secret)))
    }

    pub(super) fn repository_only(self, repository: &str, name: &str) -> Self {
        self.entry(name, None, Some((at_repository(repository), Slot::Secret)))
    }

    fn entry(mut self, text: &str, path: Option<&str>, github: Option<(Arc<GithubScope>, Slot)>) -> Self {
        let esc = path.map(|path| EscPlace { environment: environment(), path: EscPath::parse(path).expect("legal") });
        let github = github.map(|(scope, slot)| GithubPlace { scope, slot, name: name(text) });
        self.mapping.entries.push(Entry {
            name: name(text),
            service: None,
            kind: Kind::Secret,
            tier: Tier::Important,
            direction: Direction::EscToGithub,
            on_conflict: ConflictPolicy::Stop,
            esc,
            github: github.into_iter().collect(),
            visible_to: [repository("acme/app")].into(),
            detail: None,
            at: Position { line: 1, column: 1 },
        });
        self
    }

    pub(super) fn last(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        change(self.mapping.entries.last_mut().expect("an entry came first"));
        self
    }

    pub(super) fn detail(self, change: impl FnOnce(&mut Detail)) -> Self {
        self.last(|entry| change(entry.detail.get_or_insert_default()))
    }

    pub(super) fn tier(self, tier: Tier) -> Self {
        self.last(|entry| entry.tier = tier)
    }

    pub(super) fn service(self, id: &str) -> Self {
        self.last(|entry| entry.service = Some(id.into()))
    }

    pub(super) fn alias(self, alias: &str) -> Self {
        self.detail(|detail| detail.aliases = detail.aliases.iter().cloned().chain([name(alias)]).collect())
    }

    pub(super) fn allow(self, rule: &str) -> Self {
        let allowance = Allowance { rule: rule.into(), reason: "because".into() };
        self.detail(|detail| detail.allow = detail.allow.iter().cloned().chain([allowance]).collect())
    }

    pub(super) fn format(self, pattern: &str) -> Self {
        let pattern = Arc::new(Regex::new(pattern).expect("compiles"));
        self.detail(|detail| detail.format = Some(FormatRule::Inline(pattern)))
    }

    pub(super) fn expect(self, values: &[&str]) -> Self {
        self.detail(|detail| detail.expect = values.iter().map(|value| Box::from(*value)).collect())
    }

    pub(super) fn deny(self, values: &[&str]) -> Self {
        self.detail(|detail| detail.deny = values.iter().map(|value| Box::from(*value)).collect())
    }

    pub(super) fn encoding(self, encoding: Encoding) -> Self {
        self.detail(|detail| detail.encoding = encoding)
    }

    pub(super) fn max_age(self, days: u32) -> Self {
        self.detail(|detail| detail.max_age_days = Some(days))
    }

    pub(super) fn visibility(self, declared: DeclaredVisibility) -> Self {
        self.detail(|detail| detail.visibility = Some(declared))
    }

    /// The machines' key, its public half at that path.
    pub(super) fn ssh(mut self, path: &str, max_age_days: u32) -> Self {
        let public_key = Some(EscPlace { environment: environment(), path: EscPath::parse(path).expect("legal") });
        let spec = SshSpec { public_key, max_age_days: Some(max_age_days), ..SshSpec::default() };
        self.mapping.ssh = Some(Box::new(spec));
        self.empty_esc()
    }

    pub(super) fn stores_private(mut self, path: &str) -> Self {
        let place = EscPlace { environment: environment(), path: EscPath::parse(path).expect("legal") };
        self.mapping.ssh.as_mut().expect("the key came first").stored_private_key = Some(place);
        self
    }

    /// A rotation that was begun two days ago and is at that step.
    pub(super) fn rotating(mut self, step: &str) -> Self {
        let begun = Stamp(NOW.0 - 2 * 86_400);
        self.snapshot.ssh.rotation = Some(RotationKnowledge { step: step.into(), begun, ..Default::default() });
        self
    }

    pub(super) fn require(mut self, evidence: Evidence) -> Self {
        self.options.require_evidence = evidence;
        self
    }

    pub(super) fn value(self, path: &str, text: &str) -> Self {
        self.put(path, EscValue { kind: EscKind::Text(text.into()), secret: true, unknown: false })
    }

    pub(super) fn plain_value(self, path: &str, text: &str) -> Self {
        self.put(path, EscValue { kind: EscKind::Text(text.into()), secret: false, unknown: false })
    }

    pub(super) fn node(self, path: &str, kind: EscKind, unknown: bool) -> Self {
        self.put(path, EscValue { kind, secret: true, unknown })
    }

    fn put(mut self, path: &str, value: EscValue) -> Self {
        let mut at = &mut self.esc().root;
        for segment in EscPath::parse(path).expect("legal").segments() {
            let (Segment::Key(key), EscKind::Object(fields)) = (segment, &mut at.kind) else { panic!("keys only") };
            at = fields.entry(key.clone()).or_insert_with(object);
        }
        *at = value;
        self
    }

    fn esc(&mut self) -> &mut EscSnapshot {
        let empty = || Ok(EscSnapshot { root: object(), revised_at: None, revision: None });
        self.snapshot.esc.entry(environment()).or_insert_with(empty).as_mut().expect("was read")
    }

    pub(super) fn empty_esc(mut self) -> Self {
        self.esc();
        self
    }

    pub(super) fn revised(mut self, stamp: Stamp) -> Self {
        self.esc().revised_at = Some(stamp);
        self
    }

    pub(super) fn esc_fails(mut self, cause: Cause) -> Self {
        self.snapshot.esc.insert(environment(), Err(unread(cause)));
        self
    }

    pub(super) fn listed(self, name: &str) -> Self {
        self.list(organization(), name, Meta { visibility: Some(Visibility::All), ..Meta::default() })
    }

    pub(super) fn listed_as(self, name: &str, visibility: Visibility) -> Self {
        self.list(organization(), name, Meta { visibility: Some(visibility), ..Meta::default() })
    }

    pub(super) fn listed_at(self, name: &str, stamp: Stamp) -> Self {
        self.list(organization(), name, Meta { updated_at: Some(stamp), ..Meta::default() })
    }

    pub(super) fn repository_lists(self, repository: &str, name: &str) -> Self {
        self.list(at_repository(repository), name, Meta::default())
    }

    /// The repository's own secrets could not be listed.
    pub(super) fn repository_fails(mut self, repository: &str) -> Self {
        self.snapshot.github.secrets.insert(at_repository(repository), Err(unread(Cause::Rights)));
        self
    }

    pub(super) fn environment_lists(self, owner: &str, environment: &str, name: &str) -> Self {
        let scope = GithubScope::Environment { repository: repository(owner), environment: environment.into() };
        self.list(scope.into(), name, Meta::default())
    }

    fn list(mut self, scope: Arc<GithubScope>, text: &str, meta: Meta) -> Self {
        let listing = self.snapshot.github.secrets.entry(scope).or_insert_with(|| Ok(BTreeMap::new()));
        listing.as_mut().expect("was read").insert(name(text), meta);
        self
    }

    pub(super) fn none_listed(mut self) -> Self {
        self.snapshot
            .github
            .secrets
            .entry(organization())
            .or_insert_with(|| Ok(BTreeMap::new()))
            .as_ref()
            .expect("read");
        self.snapshot
            .github
            .variables
            .entry(organization())
            .or_insert_with(|| Ok(BTreeMap::new()))
            .as_ref()
            .expect("read");
        self
    }

    pub(super) fn variable(mut self, text: &str, value: &str) -> Self {
        let listing = self.snapshot.github.variables.entry(organization()).or_insert_with(|| Ok(BTreeMap::new()));
        let variable = Variable { value: value.into(), meta: Meta::default() };
        listing.as_mut().expect("was read").insert(name(text), variable);
        self
    }

    pub(super) fn variable_as(mut self, text: &str, value: &str, visibility: Visibility) -> Self {
        self = self.variable(text, value);
        let listing = self.snapshot.github.variables.get_mut(&organization()).expect("just made");
        let variable = listing.as_mut().expect("was read").get_mut(text).expect("just put");
        variable.meta.visibility = Some(visibility);
        self
    }

    pub(super) fn github_fails(mut self, cause: Cause) -> Self {
        self.snapshot.github.secrets.insert(organization(), Err(unread(cause)));
        self.snapshot.github.variables.insert(organization(), Err(unread(cause)));
        self
    }

    pub(super) fn sees(mut self, owner: &str, text: &str) -> Self {
        let listing = self.snapshot.github.seen.entry(repository(owner)).or_insert_with(|| Ok(BTreeMap::new()));
        listing.as_mut().expect("was read").insert(name(text), ());
        self
    }

    pub(super) fn sees_fails(mut self, owner: &str) -> Self {
        self.snapshot.github.seen.insert(repository(owner), Err(unread(Cause::Rights)));
        self
    }

    /// Nobody asks which secrets repositories see; otherwise they see all that is listed.
    pub(super) fn unasked(mut self) -> Self {
        self.views = false;
        self
    }

    pub(super) fn job(mut self, text: &str, value: &str) -> Self {
        let job = self.snapshot.job.get_or_insert_with(JobSnapshot::default);
        job.repository = Some(repository("acme/app"));
        job.values.insert(name(text), value.into());
        self
    }

    /// The run of the job was queued then; what was handed over is of that time.
    pub(super) fn queued(mut self, stamp: Stamp) -> Self {
        self.snapshot.job.as_mut().expect("a job came first").queued = Some(stamp);
        self
    }

    pub(super) fn direction(self, direction: Direction) -> Self {
        self.last(|entry| entry.direction = direction)
    }

    /// The last entry is to be at that repository, too.
    pub(super) fn also_at(self, repository: &str) -> Self {
        let scope = at_repository(repository);
        self.last(|entry| {
            let also = GithubPlace { scope, slot: Slot::Secret, name: entry.name.clone() };
            entry.github = entry.github.iter().cloned().chain([also]).collect();
        })
    }

    pub(super) fn repository_lists_at(self, repository: &str, name: &str, stamp: Stamp) -> Self {
        self.list(at_repository(repository), name, Meta { updated_at: Some(stamp), ..Meta::default() })
    }

    pub(super) fn judge(mut self) -> Judgement {
        self.fill_views();
        self.fill_fingerprints();
        judge(&self.mapping, &self.snapshot, self.options)
    }

    pub(super) fn fill_views(&mut self) {
        let app = repository("acme/app");
        if self.views
            && !self.snapshot.github.seen.contains_key(&app)
            && let Some(Ok(listing)) = self.snapshot.github.secrets.get(&organization())
        {
            let names = listing.keys().map(|name| (name.clone(), ())).collect();
            self.snapshot.github.seen.insert(app.clone(), Ok(names));
        }
        if self.views
            && !self.snapshot.github.seen_variables.contains_key(&app)
            && let Some(Ok(listing)) = self.snapshot.github.variables.get(&organization())
        {
            let names = listing.keys().map(|name| (name.clone(), ())).collect();
            self.snapshot.github.seen_variables.insert(app, Ok(names));
        }
    }

    /// What is said of the only entry.
    pub(super) fn judge_one(self) -> EntryJudgement {
        let mut judged = self.judge();
        assert_eq!(judged.entries.len(), 1);
        judged.entries.remove(0)
    }
}

/// The one finding of that rule.
pub(super) fn only<'j>(about: &'j EntryJudgement, rule: &str) -> &'j Finding {
    let found: Vec<&Finding> = about.findings.iter().filter(|finding| finding.rule == rule).collect();
    assert_eq!(found.len(), 1, "{rule} in {:?}", about.findings);
    found[0]
}

pub(super) fn organization() -> Arc<GithubScope> {
    GithubScope::Organization { app: App::Actions, organization: "acme".into() }.into()
}

fn at_repository(text: &str) -> Arc<GithubScope> {
    GithubScope::Repository { app: App::Actions, repository: repository(text) }.into()
}

fn environment() -> Arc<EnvironmentRef> {
    Arc::new("acme/default/prod".parse().expect("legal"))
}

fn repository(text: &str) -> RepoRef {
    text.parse().expect("legal")
}

fn name(text: &str) -> SecretName {
    text.parse().expect("legal")
}

fn object() -> EscValue {
    EscValue { kind: EscKind::Object(Default::default()), secret: false, unknown: false }
}

fn unread(cause: Cause) -> Arc<Unread> {
    Arc::new(Unread { cause, what: "asked and failed".into(), help: "try again".into() })
}
