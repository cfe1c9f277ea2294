//! What goes wrong around a run that writes: the person, the plan file, the state, a kill. Nothing is harmed by it.
//!
//! The real binary against the emulator.

mod killed;
mod lost_state;
mod plan_files;
mod question;
mod refused;

use esc_sync::model::Slot;

use crate::support::world::World;

/// Two secrets that are in ESC only.
fn two_to_create(name: &str) -> World {
    let world = World::with_entries(name, &["ALPHA_TOKEN: s.ALPHA_TOKEN", "BETA_TOKEN: s.BETA_TOKEN"]);
    world.esc_secrets(&[("ALPHA_TOKEN", "alpha-Zk3vPq81LmXw"), ("BETA_TOKEN", "beta-Q8w7E6r5T4y3")]);
    world
}

fn on_github(world: &World, name: &str) -> Option<String> {
    let view = world.running.world(|world| world.github.view("org:acme", Slot::Secret, name)).ok()?;
    Some(view.value.expose_text().expect("text").to_owned())
}
