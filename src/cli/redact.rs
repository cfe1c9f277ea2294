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

use clap::Args;

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

#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// Pass the value of this entry, which need not be readable then (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) without: Vec<String>,
}

pub(crate) fn run(global: &Global, args: &RedactArgs) -> Result<Exit, Failure> {
    let (session, _) = Session::open(global, "redact")?;
    if global.offline {
        let message = "redact has to know the values that it is to mark, and --offline forbids asking for them";
        return Err(Failure::usage(message, "leave out --offline"));
    }
    let sought = Sought::new(session.mapping(), &args.without)?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    // Whatever is selected: a value that is left out would be passed.
    let all = ReadPlan::new(session.mapping(), &Selection::default());
    let plan = ReadPlan { environments: all.environments, ..ReadPlan::default() };
    let asking = progress::watch(observe(&plan, &stores, job), || progress::said(&stores));
    let Some(snapshot) = session::runtime()?.block_on(asking) else { return Ok(progress::interrupted()) };
    sought.refuse_unread(&snapshot)?;
    let matcher = Matcher::new(&known_values(sought.entries(), &snapshot));
    if matcher.values() == 0 {
        return Err(Failure::unknown("no value is known, so nothing would be filtered", "see `esc-sync check`"));
    }
    sought.warn_of_passed(&snapshot, &matcher);
    match pass(&matcher) {
        // Nobody reads any more: that is how `head` ends a pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Pass),
        Err(error) => Err(Failure::from_io(error)),
        Ok(()) => Ok(Exit::Pass),
    }
}

/// The entries whose values are to be marked.
struct Sought<'m> {
    mapping: &'m Mapping,
    /// Entries that are passed on request, by position.
    without: Vec<usize>,
}

impl<'m> Sought<'m> {
    fn new(mapping: &'m Mapping, without: &[String]) -> Result<Self, Failure> {
        let position = |name: &String| {
            let is_meant = |entry: &Entry| {
                let own = std::iter::once(&entry.name).chain(&*entry.detail().aliases);
                entry.kind == Kind::Secret && own.into_iter().any(|own| own.as_str().eq_ignore_ascii_case(name))
            };
            mapping.entries.iter().position(is_meant).ok_or_else(|| {
                let shown = crate::http::printable(name, 200);
                Failure::usage(
                    format!("--without {shown}: no secret of {} has that name", mapping.file),
                    "name an entry, or an alias of one, as the mapping has it",
                )
            })
        };
        Ok(Self { mapping, without: without.iter().map(position).collect::<Result<_, _>>()? })
    }

    fn entries(&self) -> impl Iterator<Item = &'m Entry> {
        let is_sought = |(at, entry): &(usize, &'m Entry)| entry.kind == Kind::Secret && !self.without.contains(at);
        self.mapping.entries.iter().enumerate().filter(is_sought).map(|(_, entry)| entry)
    }

    /// A value that ESC has and did not give could be in the stream.
    fn refuse_unread(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        let unread = self.entries().filter_map(|entry| match snapshot.reading(&entry.esc_place()?) {
            Reading::Unknown(unread) => Some((entry, unread)),
            _ => None,
        });
        let unread: Vec<_> = unread.collect();
        let Some((first, why)) = unread.first() else { return Ok(()) };
        let others = match unread.len() {
            1 => String::new(),
            2 => " (and of one other)".to_owned(),
            number => format!(" (and of {} others)", number - 1),
        };
        let message =
            format!("nothing is passed, since the value of {}{others} is not known: {}", first.name, why.what);
        let options: Vec<String> =
            unread.iter().take(MOST_NAMED).map(|(entry, _)| format!("--without {}", entry.name)).collect();
        let more = if unread.len() > MOST_NAMED { " and so on" } else { "" };
        Err(Failure::unknown(
            message,
            format!("{}; or pass it on wherever it stands, with `{}`{more}", why.help, options.join(" ")),
        ))
    }

    /// What is passed although it is a secret's value: GitHub shows none, and a plain word would be found everywhere.
    fn warn_of_passed(&self, snapshot: &Snapshot, matcher: &Matcher) {
        let is_hidden = |entry: &&Entry| {
            let job = Place::Job { name: entry.name.clone() };
            entry.esc.is_none() && snapshot.reading(&job).value().is_none()
        };
        let hidden = self.entries().filter(is_hidden).count();
        for (number, one, several) in [
            (hidden, "is on GitHub alone, which shows no values", "are on GitHub alone, which shows no values"),
            (
                matcher.left_out(),
                "is too short or too plain to be told from other text",
                "are too short or too plain to be told from other text",
            ),
            (self.without.len(), "was left out by --without", "were left out by --without"),
        ] {
            match number {
                0 => {}
                1 => terminal::say(format_args!("esc-sync: warning: 1 value {one}: it is passed")),
                _ => terminal::say(format_args!("esc-sync: warning: {number} values {several}: they are passed")),
            }
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
/// So many unread entries are named.
const MOST_NAMED: usize = 5;
