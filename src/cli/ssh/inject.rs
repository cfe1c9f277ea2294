//! `ssh inject`: reads the key and the document, and writes what was proved.
//!
//! The document is the result and goes to the file or to standard output; what changed,
//! what to know and what was refused goes to standard error.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use crate::{
    keys::{PublicKey, public_key},
    model::SecretValue,
    ssh::inject::{Injected, KnownValue, Refusal, Request, diff, inject},
};

use super::{args::InjectArgs, known::Known};
use crate::cli::{
    Failure,
    args::Global,
    exit::Exit,
    failure::reason,
    mapping_file::{self, MappingError},
    output, progress,
    session::{self, Session},
    terminal,
};

/// More than any user data, unpacked or not.
const LARGEST: u64 = 16 * 1024 * 1024;

pub(crate) fn run(global: &Global, args: &InjectArgs) -> Result<Exit, Failure> {
    let document = read(&args.file)?;
    let typed = args.key.as_deref().map(key_of_file).transpose()?;
    let session = session(global, args)?;
    refuse_out(args, session.as_ref())?;
    let learned = learn(session.as_ref(), typed.is_none())?;
    let Some(learned) = learned else { return Ok(progress::interrupted()) };
    let key = typed
        .or(learned.key)
        .ok_or_else(|| Failure::usage("no public key is named", "name its file with --key, or leave out --offline"))?;
    let told = session.as_ref().and_then(|session| session.mapping().ssh.as_ref()?.user.as_deref());
    let request = Request {
        default_user: args.default_user.as_str().into(),
        template: args.template.then(|| args.var.clone()),
        known: learned.values.unwrap_or_default(),
        ..Request::new(key, args.user.as_deref().or(told).unwrap_or("ubuntu"))
    };
    match inject(&document, &request) {
        Ok(injected) => finish(args, &document, &injected, &request),
        Err(refusals) => Ok(refuse(&args.file, &refusals)),
    }
}

/// The mapping, if there is one. It may be missing if nothing is needed of it.
fn session<'g>(global: &'g Global, args: &InjectArgs) -> Result<Option<Session<'g>>, Failure> {
    let can_do_without = args.key.is_some() && args.user.is_some();
    match mapping_file::choose(global.mapping.as_deref()) {
        Err(MappingError::None | MappingError::Several { .. }) if can_do_without => Ok(None),
        _ => Session::open(global, "ssh inject").map(|(session, _)| Some(session)),
    }
}

/// What ESC said; `values` is `None` if it was not asked.
#[derive(Default)]
struct Learned {
    key: Option<PublicKey>,
    values: Option<Vec<KnownValue>>,
}

/// `None`: interrupted.
fn learn(session: Option<&Session<'_>>, needs_key: bool) -> Result<Option<Learned>, Failure> {
    let uncompared = |why: &str| {
        say_note(&format!("not compared with the secrets in ESC: {why}"));
        Ok(Some(Learned::default()))
    };
    let Some(session) = session else { return uncompared("there is no mapping") };
    if session.global.offline {
        return uncompared("--offline");
    }
    let stores = session.stores();
    match stores.esc() {
        Err(unread) if !needs_key => return uncompared(&unread.what),
        Err(unread) => return Err(unread.into()),
        Ok(_) => {}
    }
    let reading = progress::watch(Known::read(session, &stores), || progress::said(&stores));
    let Some(known) = session::runtime()?.block_on(reading) else { return Ok(None) };
    let key = needs_key.then(|| known.key(session.mapping())).transpose()?;
    Ok(Some(Learned { key, values: Some(known.values()?) }))
}

fn finish(args: &InjectArgs, before: &[u8], injected: &Injected, request: &Request) -> Result<Exit, Failure> {
    let Injected { document, notes, changed } = injected;
    notes.iter().for_each(|note| say_note(note));
    let file = args.file.display();
    let key = request.key.fingerprint();
    if *changed {
        terminal::say(diff(before, document).trim_end());
    } else {
        terminal::say(format_args!("esc-sync: {file}: unchanged, `{}` already gets {key}", request.user));
    }
    match &args.out {
        _ if args.dry_run => say_note("nothing was written (--dry-run)"),
        None => terminal::print(document).map_err(Failure::from_io)?,
        Some(out) if !*changed && is_same(out, &args.file) => {}
        Some(out) => {
            output::replace_keeping_mode(out, document).map_err(|error| unwritable(out, &error))?;
            terminal::say(format_args!("esc-sync: {} written: `{}` gets {key}", out.display(), request.user));
        }
    }
    Ok(Exit::Pass)
}

fn refuse(file: &Path, refusals: &[Refusal]) -> Exit {
    for refusal in refusals {
        terminal::say_error(format_args!("{}: {refusal}", file.display()), Some(&refusal.remedy));
    }
    Exit::Refused
}

fn say_note(note: &str) {
    terminal::say(format_args!("esc-sync: note: {note}"));
}

/// A key is public, but what was named by mistake may be the private half: it is held as a secret.
fn key_of_file(file: &Path) -> Result<PublicKey, Failure> {
    let value = SecretValue::from_bytes(read(file)?);
    let line = crate::keys::public_line(&value);
    let parsed = line.or_else(|damage| public_key(&value).map_err(|_| damage));
    parsed.map_err(|damage| {
        Failure::usage(
            format!("the public key in {} cannot be used: {}", file.display(), damage.reason()),
            damage.repair(),
        )
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = fs::File::open(file).and_then(|handle| handle.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::usage(format!("cannot read {}: {}", file.display(), reason(&error)), "name a file that you may read")
    })?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{} is larger than 16 MB", file.display());
        return Err(Failure::usage(message, "user data may have 1 MB at most"));
    }
    Ok(bytes)
}

/// The mapping and the key are not ours to replace.
fn refuse_out(args: &InjectArgs, session: Option<&Session<'_>>) -> Result<(), Failure> {
    let Some(out) = &args.out else { return Ok(()) };
    let mapping = session.map(|session| Path::new(&*session.mapping().file));
    let taken = [(mapping, "the mapping"), (args.key.as_deref(), "the key")];
    for (file, what) in taken.into_iter().filter_map(|(file, what)| Some((file?, what))) {
        if is_same(out, file) {
            let message = format!("cannot write {}: it is {what}", out.display());
            return Err(Failure::usage(message, "name another file with --out"));
        }
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn unwritable(out: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write {}: {}", out.display(), reason(error));
    Failure::new(Exit::Unwritten, message, "see to the space and the rights of its folder, and run again")
}
