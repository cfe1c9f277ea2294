//! What is worth waking somebody for: decided from the board, delivered by a run of its own.
//!
//! Pure. An alert is a change of state: what was said is remembered, and only what differs from it is said. A
//! subject says the same thing once within the cool-down; all subjects together keep below the cap, whose last
//! message says that more is held back. Nothing held back is lost: while it is true it is said later.

mod due;
mod memory;
mod message;
mod subject;

use super::{
    Board,
    health::{Health, HealthVerdict, health},
};
pub use memory::Memory;
pub use message::{Message, State};
use message::{line, listed};
pub use subject::{SUBJECTS, Subject};
use subject::{Scene, Sight};

/// When an alert is worth sending.
#[derive(Clone, Copy, Debug)]
pub struct AlertOptions {
    /// How many addresses there are; with none nothing is considered.
    pub targets: usize,
    pub drift_percent: u8,
    /// Nought: such rows are not alerted of.
    pub failures: u32,
    pub expiry_s: i64,
    pub cooldown_s: i64,
    pub cap_per_hour: u32,
}

/// Something to be said of a subject.
struct Wish {
    subject: &'static Subject,
    state: State,
    sight: Sight,
}

/// Decides what is to be said now, and remembers it. Pure.
pub fn consider(board: &Board, now: i64, options: &AlertOptions, memory: &mut Memory) -> Vec<Message> {
    consider_under(&health(board, now), board, now, options, memory)
}

/// The same with the health that is told.
fn consider_under(
    health: &Health,
    board: &Board,
    now: i64,
    options: &AlertOptions,
    memory: &mut Memory,
) -> Vec<Message> {
    if options.targets == 0 || board.stopping || !board.role.acts() {
        return Vec::new();
    }
    memory.wind(now);
    let unknown_for = memory.unknown_for(health.verdict == HealthVerdict::Unknown, board.replica.started, now);
    let scene = Scene { board, health, unknown_for, now, options };
    let mut wishes = wishes(&scene, memory);
    let (room, is_noticed) = memory.room(options.cap_per_hour);
    // The last place of the hour is for the word that more is held back.
    let said = if is_noticed || wishes.len() < room { room } else { room.saturating_sub(1) };
    let held = wishes.split_off(said.min(wishes.len()));
    let mut messages: Vec<_> = wishes.iter().map(|wish| wish.say(&scene, memory)).collect();
    if !held.is_empty() && !is_noticed && room > 0 {
        messages.push(notice(&held, &scene, memory));
    }
    for wish in held {
        memory.hold(wish.subject.id, Some(wish.state));
    }
    messages
}

/// What is to be said and does not have to cool down first.
fn wishes(scene: &Scene<'_>, memory: &mut Memory) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for subject in SUBJECTS {
        let sight = (subject.look)(scene);
        let wish = memory.wish(subject.id, &sight);
        let cooling = wish.filter(|state| memory.is_cooling(subject.id, *state, scene.now, scene.options.cooldown_s));
        match wish {
            Some(state) if cooling.is_none() => wishes.push(Wish { subject, state, sight }),
            _ => memory.hold(subject.id, cooling),
        }
    }
    wishes
}

impl Wish {
    fn title(&self) -> &str {
        match &self.sight {
            Sight::Trouble(trouble) => &trouble.title,
            Sight::Fine(title) => title,
            Sight::Unclear => "",
        }
    }

    fn say(&self, scene: &Scene<'_>, memory: &mut Memory) -> Message {
        let lines = match &self.sight {
            Sight::Trouble(trouble) => trouble.lines.clone(),
            Sight::Fine(_) | Sight::Unclear => Vec::new(),
        };
        memory.say(self.subject.id, self.state, &self.sight, scene.now);
        scene.message(self.subject.id, self.state, self.title(), lines)
    }
}

fn notice(held: &[Wish], scene: &Scene<'_>, memory: &mut Memory) -> Message {
    let mut lines = listed(held.iter().map(|wish| format!("{} {}: {}", wish.subject.id, wish.state, wish.title())));
    lines.push(format!("no more than {} messages an hour are sent (--alert-cap)", scene.options.cap_per_hour));
    memory.notice(scene.now);
    scene.message("cap", State::Notice, "more is held back for now", lines)
}

impl Scene<'_> {
    /// With a last line that tells several daemons apart.
    fn message(&self, about: &str, state: State, title: &str, mut lines: Vec<String>) -> Message {
        let Board { mapping, replica, .. } = self.board;
        lines.push(line(&format!("told by replica {} of {}", replica.id, mapping.file)));
        Message::new(about, state, self.now, title, lines, self.health.verdict.as_str())
    }
}

#[cfg(test)]
mod tests;
