//! Worlds made from a mapping: what it describes, healthy but for one of every fault.
//!
//! The plan is deterministic: each fault goes to the first entry, in the order of the
//! mapping, that it can be shown on and that no earlier fault has. Values are made up
//! from the entries' names and are credentials to nothing.

mod definition;
mod machine_key;
mod pattern;
mod plan;
mod services;
mod value;

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(in crate::sandbox) use self::machine_key::machine_key;
pub use self::plan::{SeedFault, SeedPlan};

use self::{
    definition::{Definition, Leaf},
    plan::UNMANAGED,
};
use super::{
    World,
    esc::EscWorld,
    github::{GithubWorld, ItemVisibility, Plan, RepositoryVisibility},
    lambda::{LambdaWorld, Machine},
};
use crate::{
    mapping::{DeclaredVisibility, Entry, Mapping},
    model::{Encoding, EnvironmentRef, GithubPlace, GithubScope, Kind, SecretValue, Slot},
};

const DAY: i64 = 86_400;

/// The one instance of a seeded Lambda.
pub(super) const INSTANCE: &str = "sandbox-1";

/// Replaces all worlds by what the mapping describes, with one of every fault it can show.
pub fn seed(world: &mut World, mapping: &Mapping, now: i64) -> SeedPlan {
    let plan = SeedPlan::of(mapping);
    world.github = GithubWorld::empty();
    world.esc = EscWorld::default();
    world.lambda = LambdaWorld::default();
    let mut definitions: BTreeMap<EnvironmentRef, Definition> = BTreeMap::new();
    for entry in &mapping.entries {
        let fault = plan.fault_of(&entry.name);
        let value = seeded_value(mapping, &plan, entry, fault);
        for repository in entry.visible_to.iter() {
            put_repository(&mut world.github, &repository.owner, &repository.name, now);
        }
        for place in &entry.github {
            put_place(&mut world.github, entry, place, fault, &value, now);
        }
        if let Some(place) = &entry.esc {
            let definition = definitions.entry(EnvironmentRef::clone(&place.environment)).or_default();
            if let Some(leaf) = esc_leaf(entry, fault, &value) {
                definition.put(&place.path, leaf);
            }
        }
    }
    for (place, leaf) in machine_key::leaves(mapping) {
        definitions.entry(EnvironmentRef::clone(&place.environment)).or_default().put(&place.path, leaf);
    }
    if let Some(name) = mapping.ssh.as_deref().and_then(|ssh| ssh.lambda_key_name.as_deref()) {
        put_lambda(&mut world.lambda, name);
    }
    put_unmanaged(&mut world.github, mapping, now);
    services::seed(&mut world.services, mapping, &plan);
    for (environment, definition) in &definitions {
        let EnvironmentRef { organization, project, name } = environment;
        let text = definition.to_yaml(&environment.to_string());
        world.esc.put_environment(organization, project, name, &text, now).expect("a seeded definition is legal");
    }
    plan
}

/// What both sides hold, before one of them is changed.
fn seeded_value(mapping: &Mapping, plan: &SeedPlan, entry: &Entry, fault: Option<SeedFault>) -> String {
    let healthy = machine_key::value_of(mapping, entry).unwrap_or_else(|| value::example_value(entry));
    match fault {
        Some(SeedFault::DeniedValue) => entry.detail().deny.first().map_or(healthy, |denied| denied.to_string()),
        Some(SeedFault::DuplicateValue) => mapping
            .entries
            .iter()
            .find(|other| {
                SeedFault::DuplicateValue.fits(other)
                    && matches!(plan.fault_of(&other.name), None | Some(SeedFault::Unverified))
            })
            .map_or(healthy, value::example_value),
        Some(SeedFault::MalformedFormat) => value::malformed(entry).unwrap_or(healthy),
        Some(SeedFault::MalformedKey) => value::torn_key(&healthy),
        Some(SeedFault::Placeholder) => "your-api-key-here".to_owned(),
        Some(SeedFault::StrayWhitespace) => format!("{healthy} \n"),
        _ => healthy,
    }
}

fn esc_leaf(entry: &Entry, fault: Option<SeedFault>, value: &str) -> Option<Leaf> {
    let text = match entry.detail().encoding {
        Encoding::Base64 => STANDARD.encode(value),
        Encoding::None => value.to_owned(),
    };
    match fault {
        Some(SeedFault::MissingInEsc) => None,
        Some(SeedFault::Unknown) => Some(Leaf::Opened),
        Some(SeedFault::PlainSecret) => Some(Leaf::Plain(text)),
        _ if entry.kind == Kind::Config => Some(Leaf::Plain(text)),
        _ => Some(Leaf::Secret(text)),
    }
}

fn put_place(
    github: &mut GithubWorld,
    entry: &Entry,
    place: &GithubPlace,
    fault: Option<SeedFault>,
    value: &str,
    now: i64,
) {
    put_scope(github, &place.scope, now);
    if fault == Some(SeedFault::MissingOnGithub) {
        return;
    }
    let value = match fault {
        // The other side has what the mapping wants.
        Some(SeedFault::Mismatch) => value::other_value(value),
        _ => value.to_owned(),
    };
    put_item(github, entry, place, place.name.as_str(), fault, &value, now);
    if fault == Some(SeedFault::AliasPresent)
        && let Some(alias) = entry.detail().aliases.first()
    {
        put_item(github, entry, place, alias.as_str(), fault, &value, now);
    }
}

fn put_item(
    github: &mut GithubWorld,
    entry: &Entry,
    place: &GithubPlace,
    name: &str,
    fault: Option<SeedFault>,
    value: &str,
    now: i64,
) {
    let scope = GithubWorld::scope_text(&place.scope);
    let age = match (fault, entry.detail().max_age_days) {
        (Some(SeedFault::Stale), Some(most)) => i64::from(most) + 30,
        (_, Some(most)) => 3.min(i64::from(most) / 2),
        (_, None) => 3,
    };
    let updated_at = now - age * DAY;
    let set = github.set(&scope, place.slot, name, SecretValue::from(value), now);
    set.expect("the scope was just made and names were checked by the mapping");
    github.set_stamps(&scope, place.slot, name, updated_at - 30 * DAY, updated_at).expect("the item was just made");
    if matches!(&*place.scope, GithubScope::Organization { .. }) {
        let (visibility, repositories) = visibility_of(entry, fault);
        let repositories: Vec<&str> = repositories.iter().map(String::as_str).collect();
        github
            .set_visibility(&scope, place.slot, name, visibility, &repositories)
            .expect("the repositories were just made");
    }
}

fn visibility_of(entry: &Entry, fault: Option<SeedFault>) -> (ItemVisibility, Vec<String>) {
    let seen_by = || entry.visible_to.iter().map(ToString::to_string).collect();
    match (fault, entry.detail().visibility) {
        (Some(SeedFault::Invisible), _) => (ItemVisibility::Selected, Vec::new()),
        (Some(SeedFault::WidePolicy), _) | (_, Some(DeclaredVisibility::All)) => (ItemVisibility::All, Vec::new()),
        (_, Some(DeclaredVisibility::Selected)) => (ItemVisibility::Selected, seen_by()),
        // Every seeded repository is private, so that this reaches all who must see it.
        (_, Some(DeclaredVisibility::Private) | None) => (ItemVisibility::Private, Vec::new()),
    }
}

fn put_scope(github: &mut GithubWorld, scope: &GithubScope, now: i64) {
    match scope {
        GithubScope::Environment { repository, environment } => {
            let id = put_repository(github, &repository.owner, &repository.name, now);
            github.put_environment(id, environment, now - 90 * DAY);
        }
        GithubScope::Organization { organization, .. } => github.put_organization(organization, Plan::Team),
        GithubScope::Repository { repository, .. } => {
            put_repository(github, &repository.owner, &repository.name, now);
        }
    }
}

fn put_repository(github: &mut GithubWorld, owner: &str, name: &str, now: i64) -> u64 {
    github.put_organization(owner, Plan::Team);
    github.put_repository(owner, name, RepositoryVisibility::Private, now - 90 * DAY)
}

/// The key that ESC has as the machines' own, and one machine launched with it.
fn put_lambda(lambda: &mut LambdaWorld, name: &str) {
    lambda.put_key(name, &machine_key().1);
    let machine = Machine {
        name: Some(INSTANCE.to_owned()),
        // A network that is for examples only (RFC 5737).
        ip: Some("192.0.2.10".to_owned()),
        ssh_key_names: vec![name.to_owned()],
        ..Machine::default()
    };
    lambda.put_instance(None, machine);
}

fn put_unmanaged(github: &mut GithubWorld, mapping: &Mapping, now: i64) {
    let Some(place) = mapping.entries.iter().find_map(|entry| entry.github.first()) else { return };
    let scope = GithubWorld::scope_text(&place.scope);
    let value = SecretValue::from(value::token(UNMANAGED, 40));
    github.set(&scope, Slot::Secret, UNMANAGED, value, now - 400 * DAY).expect("the scope was made with its entry");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{plan::ORDER, *};
    use crate::{
        mapping::{ConflictPolicy, Detail, EscPlace, FormatRule, catalogue::Shape},
        model::{App, Direction, SecretName, Tier},
        yaml::Position,
    };

    fn entry(name: &str, kind: Kind, detail: Detail) -> Entry {
        let scope = GithubScope::Organization { app: App::Actions, organization: "acme".into() };
        let slot = if kind == Kind::Config { Slot::Variable } else { Slot::Secret };
        let name: SecretName = name.parse().expect("legal");
        Entry {
            github: [GithubPlace { scope: Arc::new(scope), slot, name: name.clone() }].into(),
            esc: Some(EscPlace {
                environment: Arc::new("acme/default/production".parse().expect("legal")),
                path: format!("all.{}", name.as_str().to_lowercase()).parse().expect("legal"),
            }),
            name,
            service: None,
            kind,
            tier: Tier::Important,
            direction: Direction::EscToGithub,
            on_conflict: ConflictPolicy::Stop,
            visible_to: ["acme/app".parse().expect("legal")].into(),
            detail: Some(Box::new(detail)),
            at: Position::default(),
        }
    }

    fn mapping() -> Mapping {
        let plain = |name: &str| entry(name, Kind::Secret, Detail::default());
        let inline = FormatRule::Inline(Arc::new(regex::Regex::new("^sk-[a-z0-9]{24}$").expect("pattern")));
        let mut entries = vec![
            entry("A_SETTING", Kind::Config, Detail { deny: ["old-host".into()].into(), ..Detail::default() }),
            entry("B_SETTING", Kind::Config, Detail::default()),
            entry("C_SETTING", Kind::Config, Detail::default()),
            entry("OLD", Kind::Secret, Detail { max_age_days: Some(90), ..Detail::default() }),
            entry("FORMED", Kind::Secret, Detail { format: Some(inline), ..Detail::default() }),
            entry("KEY", Kind::Secret, Detail { format: Some(FormatRule::Named(&PRIVATE_KEY)), ..Detail::default() }),
            entry(
                "NAMED",
                Kind::Secret,
                Detail { aliases: ["ALIAS".parse().expect("legal")].into(), ..Detail::default() },
            ),
            entry(
                "NARROW",
                Kind::Secret,
                Detail { visibility: Some(DeclaredVisibility::Private), ..Detail::default() },
            ),
        ];
        entries.extend((0..12).map(|at| plain(&format!("PLAIN_{at}"))));
        Mapping {
            file: "m.yaml".into(),
            entries,
            ssh: None,
            endpoints: Box::default(),
            elsewhere: crate::mapping::Elsewhere::default(),
        }
    }

    static PRIVATE_KEY: crate::mapping::catalogue::Format = crate::mapping::catalogue::Format {
        id: "private-key",
        summary: "a key",
        shape: Shape::PrivateKey,
        source: "none",
    };

    #[test]
    fn one_of_every_fault_is_shown_and_the_plan_is_always_the_same() {
        let plan = SeedPlan::of(&mapping());
        let shown: Vec<SeedFault> = plan.faults().map(|(fault, _)| fault).collect();
        assert_eq!(shown.len(), ORDER.len() + 1, "{plan:?}");
        let mut worlds = [World::default(), World::default()];
        for world in &mut worlds {
            seed(world, &mapping(), 1_700_000_000);
        }
        let [one, other] = &worlds;
        let text = |world: &World| world.esc.plaintext_definition("acme", "default", "production");
        assert!(text(one).is_some() && text(one) == text(other));
        assert_eq!(worlds[0].github.save(), worlds[1].github.save());
    }

    #[test]
    fn faults_are_where_the_plan_says() {
        let mut world = World::default();
        let plan = seed(&mut world, &mapping(), 1_700_000_000);
        let name = |fault: SeedFault| plan.faults().find(|(shown, _)| *shown == fault).expect("shown").1.to_owned();
        let github = &world.github;
        let secret = |name: &str| github.view("org:acme", Slot::Secret, name);
        assert!(secret(&name(SeedFault::MissingOnGithub)).is_err());
        assert!(secret("ALIAS").is_ok() && secret(UNMANAGED).is_ok());
        assert_eq!(secret(&name(SeedFault::WidePolicy)).expect("there").visibility, Some(ItemVisibility::All));
        assert_eq!(secret(&name(SeedFault::Invisible)).expect("there").visibility, Some(ItemVisibility::Selected));
        let age = 1_700_000_000 - secret(&name(SeedFault::Stale)).expect("there").updated_at.0;
        assert_eq!(age, 120 * DAY);
        let denied = github.view("org:acme", Slot::Variable, &name(SeedFault::DeniedValue)).expect("there");
        // Reading made-up values is what this test is about.
        assert_eq!(denied.value.expose_text(), Some("old-host"));
        let torn = secret(&name(SeedFault::MalformedKey)).expect("there").value;
        assert!(ssh_key::PrivateKey::from_openssh(torn.expose_text().expect("text")).is_err());
    }
}
