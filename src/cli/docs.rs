//! `docs`: the files that are generated from a mapping, and whether they still are what would be.
//!
//! A file that is not ours is left alone, one that somebody changed by hand ends the run before anything is
//! written. All are looked at before the first is written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    documents::{Condition, Document, Header, Settings, condition, documents, paths},
    http::printable,
    mapping::Mapping,
    model::StaleDocument,
};

use super::{Failure, args::Global, exit::Exit, failure::reason, mapping_file, output, terminal};

#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// Folder to write to [default: the root of the mapping's repository]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write nothing, and fail if a file is not what would be generated
    #[arg(long, conflicts_with = "force")]
    pub(crate) check: bool,
    /// Replace files that were changed by hand or are not generated ones
    #[arg(long)]
    pub(crate) force: bool,
    /// Shell commands by which workflows put esc-sync on their runner; empty: it is there [default: as last time]
    #[arg(long, value_name = "COMMANDS")]
    pub(crate) install: Option<String>,
    /// Let the generated check ask the services too; =false: no longer [default: as last time]
    #[arg(long, value_name = "WHETHER", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) live: Option<bool>,
}

pub(crate) fn run(global: &Global, args: &DocsArgs) -> Result<Exit, Failure> {
    let mapping = mapping_file::open(global)?.mapping;
    let root = match &args.out {
        Some(folder) => folder.clone(),
        None => root(Path::new(&*mapping.file)),
    };
    let settings = settings(&mapping, global.profile.as_deref(), args, &root)?;
    let wanted = documents(&mapping, &settings);
    let conditions = wanted.iter().map(|document| look(&root, document)).collect::<Result<Vec<_>, _>>()?;
    let pairs: Vec<(&Document, Option<Condition>)> = wanted.iter().zip(conditions).collect();
    if args.check { tell(&pairs) } else { write(&root, &pairs, args.force) }
}

/// Says of each file that is not what it should be why it is not. What was never generated is not judged.
fn tell(pairs: &[(&Document, Option<Condition>)]) -> Result<Exit, Failure> {
    let mut text = String::new();
    let mut exit = Exit::Pass;
    for (document, condition) in pairs {
        let word = match condition {
            Some(Condition::Current) => continue,
            None => "missing",
            Some(Condition::Outdated) => "outdated: run `esc-sync docs`",
            Some(Condition::Edited) => {
                "edited by hand: run `esc-sync docs --force`, or make it your own by removing its first two lines"
            }
            Some(Condition::Foreign) => NOT_OURS,
        };
        if *condition != Some(Condition::Foreign) {
            exit = Exit::Findings;
        }
        text.push_str(&format!("{}: {word}\n", document.path));
    }
    terminal::print(text.as_bytes()).map_err(Failure::from_io)?;
    Ok(exit)
}

fn write(root: &Path, pairs: &[(&Document, Option<Condition>)], force: bool) -> Result<Exit, Failure> {
    let edited = pairs.iter().filter(|(_, condition)| *condition == Some(Condition::Edited));
    let edited: Vec<&str> = edited.map(|(document, _)| document.path).collect();
    if !force && !edited.is_empty() {
        return Err(Failure::new(
            Exit::Refused,
            format!("edited by hand after they were generated, so nothing was written: {}", edited.join(", ")),
            "--force writes over the changes; a file without its first two lines is your own, and left alone; --out DIR writes to another folder",
        ));
    }
    let mut text = String::new();
    for (document, condition) in pairs {
        let word = match condition {
            Some(Condition::Current) => "unchanged",
            Some(Condition::Foreign) if !force => NOT_OURS,
            _ => {
                put(root, &root.join(document.path), document)?;
                "written"
            }
        };
        text.push_str(&format!("{}: {word}\n", document.path));
    }
    terminal::print(text.as_bytes()).map_err(Failure::from_io)?;
    Ok(Exit::Pass)
}

/// Of a file without a header of ours: somebody's own.
const NOT_OURS: &str = "not generated: left alone (--force replaces it)";

/// Writes below `root` alone: a link of the tree must not lead the write elsewhere (failure case X1).
fn put(root: &Path, file: &Path, document: &Document) -> Result<(), Failure> {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    let inside = || -> std::io::Result<bool> {
        let folder = file.parent().unwrap_or(root).canonicalize()?;
        let leads = fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink());
        Ok(!leads && folder.starts_with(root.canonicalize()?))
    };
    if made.is_ok() && !inside().unwrap_or(false) {
        return Err(Failure::new(
            Exit::Refused,
            format!("{} is a link, or lies behind one that leads out of {}", file.display(), root.display()),
            "remove the link, or name another folder with --out",
        ));
    }
    made.and_then(|()| output::replace_shared(file, document.text.as_bytes())).map_err(|error| {
        Failure::new(
            Exit::Unwritten,
            format!("cannot write {}: {}", file.display(), reason(&error)),
            "see to the rights and the space of its folder, and run again",
        )
    })
}

/// What is there; `None` if nothing is.
fn look(root: &Path, document: &Document) -> Result<Option<Condition>, Failure> {
    let file = root.join(document.path);
    match fs::read(&file) {
        Ok(bytes) => Ok(Some(std::str::from_utf8(&bytes).map_or(Condition::Foreign, |text| condition(text, document)))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::unknown(
            format!("cannot read {}: {}", file.display(), reason(&error)),
            "see to the rights of the file and its folder",
        )),
    }
}

fn settings(mapping: &Mapping, profile: Option<&str>, args: &DocsArgs, root: &Path) -> Result<Settings, Failure> {
    let install = match &args.install {
        Some(commands) if commands.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) => {
            return Err(Failure::usage("--install holds a control character", "write commands, one a line"));
        }
        Some(commands) => Some(commands.trim().to_owned()).filter(|commands| !commands.is_empty()),
        None => headers(root).into_iter().find_map(|(_, header)| header.settings.install),
    };
    let live = args.live.unwrap_or_else(|| headers(root).iter().any(|(_, header)| header.settings.live));
    let mapping = within(root, Path::new(&*mapping.file));
    Ok(Settings { mapping, profile: profile.map(str::to_owned), install, live })
}

/// The headers of the documents that are there.
fn headers(root: &Path) -> Vec<(&'static str, Header)> {
    let read = |path: &'static str| Some((path, Header::of(&fs::read_to_string(root.join(path)).ok()?)?));
    paths().filter_map(read).collect()
}

/// Documents of this mapping and profile that are not what would be generated now. Says nothing of others,
/// nor where there is none.
pub(crate) fn stale(mapping: &Mapping, profile: Option<&str>) -> Vec<StaleDocument> {
    let file = Path::new(&*mapping.file);
    let root = root(file);
    let name = within(&root, file);
    let mut own = headers(&root);
    own.retain(|(_, header)| header.settings.mapping == name && header.settings.profile.as_deref() == profile);
    let mut stale = Vec::new();
    for (path, header) in own {
        let wanted = documents(mapping, &header.settings);
        let Some(document) = wanted.iter().find(|document| document.path == path) else { continue };
        if let Ok(Some(condition @ (Condition::Outdated | Condition::Edited))) = look(&root, document) {
            stale.push(StaleDocument { path: path.to_owned(), edited: condition == Condition::Edited });
        }
    }
    stale
}

/// The root of the repository the mapping is in; where there is none, the working directory if the mapping
/// is below it, else the mapping's own folder.
fn root(mapping: &Path) -> PathBuf {
    let whole = mapping.canonicalize().unwrap_or_else(|_| mapping.to_owned());
    let own = whole.parent().map_or_else(PathBuf::new, Path::to_owned);
    if let Some(repository) = own.ancestors().find(|folder| folder.join(".git").exists()) {
        return repository.to_owned();
    }
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.ok().filter(|here| own.starts_with(here)).unwrap_or(own)
}

/// The mapping's file as the documents call it: from the root, parted by slashes.
fn within(root: &Path, mapping: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (root, file) = (whole(root), whole(mapping));
    let shown = match file.strip_prefix(&root) {
        Ok(below) => below.to_string_lossy().into_owned(),
        // Where another machine has it is not known; its name is.
        Err(_) => file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    };
    printable(&shown, usize::MAX)
}
