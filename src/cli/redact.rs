//! `redact`: standard input to standard output, with a mark in the place of every known value.
//!
//! Not a byte is passed before the values are known: who could not read one of them cannot
//! promise that it is not in the stream. What was read is written at once, so that it works
//! behind `tail -f`; only what may be the beginning of a value waits for more.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::AsFd as _,
};

use crate::{
    engine::{ReadPlan, Selection, observe},
    mapping::{Entry, Mapping},
    model::{Kind, Place, Reading, Snapshot},
    scan::{Matcher, Redactor},
};

use super::{
    Failure,
    args::Global,
    exit::Exit,
    progress,
    scan::known_values,
    session::{self, Session},
    terminal,
};

pub(crate) fn run(global: &Global) -> Result<Exit, Failure> {
    let (session, _) = Session::open(global, "redact")?;
    session.needs_network()?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    // Whatever is selected: a value that is left out would be passed.
    let all = ReadPlan::new(session.mapping(), &Selection::default());
    let plan = ReadPlan { environments: all.environments, ..ReadPlan::default() };
    let asking = progress::watch(observe(&plan, &stores, job), || progress::said(&stores));
    let Some(snapshot) = session::runtime()?.block_on(asking) else { return Ok(progress::interrupted()) };
    refuse_unread(session.mapping(), &snapshot)?;
    let matcher = Matcher::new(&known_values(session.mapping(), &snapshot));
    if matcher.values() == 0 {
        return Err(Failure::unknown("no value is known, so nothing would be filtered", "see `esc-sync check`"));
    }
    warn_of_passed(session.mapping(), &snapshot, &matcher);
    match pass(&matcher) {
        // Nobody reads any more: that is how `head` ends a pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Pass),
        Err(error) => Err(Failure::from_io(error)),
        Ok(()) => Ok(Exit::Pass),
    }
}

/// A value that ESC has and did not give could be in the stream.
fn refuse_unread(mapping: &Mapping, snapshot: &Snapshot) -> Result<(), Failure> {
    for (entry, place) in secrets(mapping).filter_map(|entry| Some((entry, entry.esc_place()?))) {
        if let Reading::Unknown(unread) = snapshot.reading(&place) {
            let message = format!("nothing is passed, since the value of {} is not known: {}", entry.name, unread.what);
            return Err(Failure::unknown(message, unread.help.clone()));
        }
    }
    Ok(())
}

fn secrets(mapping: &Mapping) -> impl Iterator<Item = &Entry> {
    mapping.entries.iter().filter(|entry| entry.kind == Kind::Secret)
}

/// What is passed although it is a secret's value: GitHub shows none, and a plain word would be found everywhere.
fn warn_of_passed(mapping: &Mapping, snapshot: &Snapshot, matcher: &Matcher) {
    let is_hidden = |entry: &&Entry| {
        let job = Place::Job { name: entry.name.clone() };
        entry.esc.is_none() && snapshot.reading(&job).value().is_none()
    };
    let hidden = secrets(mapping).filter(is_hidden).count();
    for (number, why) in [
        (hidden, "are on GitHub alone, which shows no values"),
        (matcher.left_out(), "are too short or too plain to be told from other text"),
    ] {
        if number > 0 {
            terminal::say(format_args!("esc-sync: warning: {number} values {why}: they are passed"));
        }
    }
}

/// Writes what is decided after each read, so that nothing waits for a buffer to fill.
fn pass(matcher: &Matcher) -> io::Result<()> {
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut redactor = Redactor::new(matcher);
    let (mut piece, mut out) = (vec![0; PIECE], Vec::new());
    loop {
        let number = match input.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if number == 0 {
            break;
        }
        redactor.take(&piece[..number], &mut out);
        output.write_all(&out)?;
        out.clear();
    }
    redactor.finish(&mut out);
    output.write_all(&out)
}

const PIECE: usize = 1 << 18;
