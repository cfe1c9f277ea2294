//! `init`: a mapping from what exists. Reads stores and files, writes one new file.
//!
//! What is proposed is `draft`'s; what is read is here. A file that exists is never written over.

mod args;
mod files;
mod stores;

use std::path::Path;

use crate::{
    draft::{Draft, draft},
    mapping::{Elsewhere, Mapping},
};

pub(crate) use args::InitArgs;

use super::{
    Context, Failure,
    args::{Global, KEPT_FOLDER},
    exit::Exit,
    output, progress, session, terminal,
};

/// Where the draft goes if that is not said: where every other command looks first.
const USUAL: &str = "esc-sync.yaml";
/// So many decisions are listed; the file has all of them.
const LISTED: usize = 20;

pub(crate) fn run(global: &Global, args: &InitArgs) -> Result<Exit, Failure> {
    let out = args.out.as_deref().unwrap_or(Path::new(USUAL));
    let is_stream = out == Path::new("-");
    if !is_stream && out.symlink_metadata().is_ok() {
        return Err(exists(out));
    }
    let mut sources = files::read(args)?;
    if !global.offline {
        let nothing = Mapping {
            file: "init".into(),
            entries: Vec::new(),
            ssh: None,
            endpoints: Box::default(),
            elsewhere: Elsewhere::default(),
        };
        must_be_kept(global)?;
        let context = Context::new(global, &nothing)?;
        let mut found = context.stores(global, &nothing);
        sources.values = session::job(&mut found)?.map(|job| job.values.into_iter().collect()).unwrap_or_default();
        let read = stores::read(args, &found, &mut sources);
        let read = session::runtime()?.block_on(progress::watch(read, || progress::said(&found)));
        let Some(read) = read else { return Ok(progress::interrupted()) };
        read?;
    } else {
        stores::name(args, &mut sources);
    }
    let Some(draft) = draft(&sources) else { return Err(nothing_found()) };
    if is_stream {
        terminal::print(draft.text.as_bytes()).map_err(Failure::from_io)?;
    } else {
        output::create_whole(out, draft.text.as_bytes()).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(out),
            _ => Failure::unknown(
                format!("cannot write {}: {}", out.display(), super::failure::reason(&error)),
                "name a file in a folder that exists and that you may write to, with --out FILE",
            ),
        })?;
    }
    tell(out, is_stream, &draft)?;
    Ok(Exit::Pass)
}

/// A sandbox that is made for this run would hold nothing to draft from.
fn must_be_kept(global: &Global) -> Result<(), Failure> {
    match &global.sandbox {
        Some(folder) if folder == Path::new(KEPT_FOLDER) || !folder.is_dir() => Err(Failure::usage(
            "init needs a sandbox that holds something, and makes none",
            "name the folder of one with --sandbox=DIR, as `esc-sync check --sandbox=DIR --mapping FILE` leaves it",
        )),
        _ => Ok(()),
    }
}

fn exists(out: &Path) -> Failure {
    Failure::new(
        Exit::Refused,
        format!("{} is there already, and init writes over nothing", out.display()),
        "name another file with --out FILE, or --out - to only see it",
    )
}

fn nothing_found() -> Failure {
    Failure::usage(
        "nothing was found to draft a mapping from",
        "log in to Pulumi and GitHub, or name --esc ORG/PROJECT/ENV, --github ORG, --from-json, --from-env or --from-workflows",
    )
}

/// The result on standard output, what a person must decide on standard error.
fn tell(out: &Path, is_stream: bool, draft: &Draft) -> Result<(), Failure> {
    let Draft { sure, likely, decisions, .. } = draft;
    let decide = decisions.len();
    for (name, what) in decisions.iter().take(LISTED) {
        terminal::say(format_args!("decide: {name}: {what}"));
    }
    if decide > LISTED {
        terminal::say(format_args!("decide: and {} more, each marked in the file", decide - LISTED));
    }
    let summary = format!("{} entries: {sure} sure, {likely} likely, {decide} to decide", draft.entries());
    if is_stream {
        terminal::say(format_args!("esc-sync: {summary}"));
        return Ok(());
    }
    let shown = crate::http::printable(&out.to_string_lossy(), usize::MAX);
    terminal::print(format!("{shown}: {summary}\n").as_bytes()).map_err(Failure::from_io)
}
