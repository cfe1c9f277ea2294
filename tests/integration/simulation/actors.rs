//! The others: people and programs that change either store as they please.

use esc_sync::{
    model::SecretValue,
    sandbox::{World, esc::Right, github::ItemVisibility},
};
use serde_json::json;

use super::{
    ground::{ENVIRONMENTS, GROUND},
    rng::Rng,
    truth::{COMMENTS, Cell, Spot, Truth, parts},
};

/// One deed of somebody else.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A place gets a value, or loses it.
    Set(Spot, Option<String>),
    /// The other side's value is copied here by hand.
    Copy(Spot),
    RotateKey(&'static str),
    /// Who sees an organization's item.
    Policy(Spot, ItemVisibility, &'static [&'static str]),
    /// What our login may do with an environment.
    Allow(&'static str, Right),
}

/// A deed by chance. `fresh` makes values that were never anywhere before.
pub(crate) fn deed(rng: &mut Rng, fresh: &mut Fresh) -> Deed {
    let mapped = rng.pick(&GROUND.mapped).clone();
    match rng.below(20) {
        0..=8 => {
            let value = fresh.value(rng, &mapped);
            Deed::Set(mapped, Some(value))
        }
        9..=11 => Deed::Set(mapped, None),
        12..=14 => Deed::Copy(mapped),
        15 => Deed::RotateKey(rng.pick::<&str>(&["org:acme", "repo:acme/app"])),
        16 => {
            let beside = rng.pick(&GROUND.unmapped).clone();
            let value = fresh.value(rng, &beside);
            Deed::Set(beside, Some(value))
        }
        17 => Deed::Allow(
            rng.pick::<&str>(&ENVIRONMENTS),
            *rng.pick(&[Right::Write, Right::Write, Right::Open, Right::None]),
        ),
        _ => {
            let policies: [(ItemVisibility, &[&str]); 4] = [
                (ItemVisibility::All, &[]),
                (ItemVisibility::Private, &[]),
                (ItemVisibility::Selected, &["acme/app"]),
                (ItemVisibility::Selected, &["acme/app", "acme/site"]),
            ];
            let (policy, repositories) = *rng.pick(&policies);
            Deed::Policy(mapped, policy, repositories)
        }
    }
}

/// Makes values; each is marked and none comes twice.
#[derive(Debug, Default)]
pub(crate) struct Fresh(u64);

impl Fresh {
    /// Now and then one that must not travel. Where ESC holds base64, the base64 of one.
    pub(crate) fn value(&mut self, rng: &mut Rng, at: &Spot) -> String {
        self.0 += 1;
        let value = match rng.below(14) {
            0 => "changeme".to_owned(),
            1 => String::new(),
            _ => format!("{}{:04x}{:016x}", CANARY, self.0, rng.next()),
        };
        if at.is_esc() && GROUND.counterparts(at).1 {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            return STANDARD.encode(value);
        }
        value
    }
}

/// Every real value of a simulation begins like this.
pub(crate) const CANARY: &str = "q7Vw";

/// Does the deed; `now` is its moment. What cannot be done in the world as it is, is not.
pub(crate) fn carry_out(deed: &Deed, world: &mut World, truth: &Truth, now: i64) {
    match deed {
        Deed::Set(spot, value) => set(world, truth, spot, value.as_deref(), now),
        Deed::Copy(spot) => {
            let (others, wrapped) = GROUND.counterparts(spot);
            let Some(other) = others.first().and_then(|other| truth.get(other)) else { return };
            let value = if wrapped {
                use base64::{Engine as _, engine::general_purpose::STANDARD};
                match spot.is_esc() {
                    true => STANDARD.encode(&other.value),
                    false => String::from_utf8(STANDARD.decode(&other.value).unwrap_or_default()).expect("text"),
                }
            } else {
                String::from_utf8(other.value.clone()).expect("text")
            };
            set(world, truth, spot, Some(&value), now);
        }
        Deed::RotateKey(scope) => world.github.rotate_key(scope).expect("the scope is there"),
        Deed::Policy(Spot::Github { scope, slot, name }, policy, repositories) if scope.starts_with("org:") => {
            // An item that is not there has no policy.
            let _ = world.github.set_visibility(scope, *slot, name, *policy, repositories);
        }
        Deed::Policy(..) => {}
        Deed::Allow(environment, right) => {
            let [organization, project, name] = parts(environment);
            world.esc.allow(organization, project, name, *right);
        }
    }
}

fn set(world: &mut World, truth: &Truth, spot: &Spot, value: Option<&str>, now: i64) {
    match (spot, value) {
        (Spot::Github { scope, slot, name }, Some(value)) => {
            let is_new = !truth.contains_key(spot);
            world.github.set(scope, *slot, name, SecretValue::from(value), now).expect("a legal name");
            if is_new && scope.starts_with("org:") {
                world.github.set_visibility(scope, *slot, name, ItemVisibility::All, &[]).expect("it was just set");
            }
        }
        // What is not there need not be removed.
        (Spot::Github { scope, slot, name }, None) => drop(world.github.remove(scope, *slot, name)),
        (Spot::Esc { environment, .. }, value) => {
            let mut after: Truth = truth.iter().filter(|(one, _)| in_environment(one, environment)).map(own).collect();
            let secret = matches!(spot, Spot::Esc { path, .. } if path.starts_with("s."));
            match value {
                Some(value) => drop(after.insert(spot.clone(), Cell { secret, ..Cell::new(value) })),
                None => drop(after.remove(spot)),
            }
            write(world, environment, &after, now);
        }
    }
}

fn own<'a>((spot, cell): (&'a Spot, &'a Cell)) -> (Spot, Cell) {
    (spot.clone(), cell.clone())
}

fn in_environment(spot: &Spot, wanted: &str) -> bool {
    matches!(spot, Spot::Esc { environment, .. } if **environment == *wanted)
}

/// Stores an environment that holds just these places, as a person would type it.
pub(crate) fn write(world: &mut World, environment: &str, places: &Truth, now: i64) {
    let mut text = String::new();
    let mut group = "";
    text.push_str("# kept by hand\nvalues:\n");
    for (spot, cell) in places {
        let Spot::Esc { path, .. } = spot else { continue };
        if **path == *COMMENTS {
            continue;
        }
        let (head, key) = path.split_once('.').expect("all our paths have two segments");
        if head != group {
            group = head;
            text.push_str(&format!("  {head}:\n"));
        }
        let value = json!(String::from_utf8_lossy(&cell.value));
        let line = if cell.secret { format!("{{ \"fn::secret\": {value} }}") } else { value.to_string() };
        text.push_str(&format!("    {key}: {line}\n"));
    }
    if group.is_empty() {
        text.push_str("  empty: {}\n");
    }
    let [organization, project, name] = parts(environment);
    world.esc.put_environment_as(organization, project, name, &text, "somebody", now).expect("a legal definition");
}
