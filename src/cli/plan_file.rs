//! Plans that are kept in files: written beside and moved into place, read back and compared.

use std::{fs, io::Read as _, path::Path};

use crate::{
    crypto,
    engine::Partition,
    plan::{Header, Kept, Plan, PlanOptions, to_json},
};

use super::{Failure, exit::Exit, failure::reason, output, session::Session};

/// Stands for the plan that waits in the state.
pub(crate) const PROPOSED: &str = "@proposed";

/// A plan of the largest mapping is far below that.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Where a plan is to be kept, proved writable before any store is asked.
#[derive(Debug)]
pub(crate) struct Target<'f> {
    path: &'f Path,
    file: output::OwnFile,
}

impl<'f> Target<'f> {
    pub(crate) fn open(path: &'f Path, session: &Session<'_>) -> Result<Self, Failure> {
        refuse_name(path)?;
        let opened = output::open_own(path, session.global, Path::new(&*session.mapping().file));
        let file = opened.map_err(|why| {
            let help = "name a file of its own, in a folder that exists and that you may write to";
            Failure::usage(format!("cannot keep the plan in {}: {why}", path.display()), help)
        })?;
        Ok(Self { path, file })
    }

    pub(crate) fn keep(self, plan: &Plan, options: &PlanOptions, session: &Session<'_>) -> Result<(), Failure> {
        let header = Header { mapping: digest(session)?, run: session.run.clone(), options: options.clone() };
        self.file.write(to_json(plan, &header).as_bytes()).map_err(|error| {
            let message = format!("cannot keep the plan in {}: {}", self.path.display(), reason(&error));
            Failure::new(Exit::Unknown, message, "see to the space and the rights of its folder, and run again")
        })
    }
}

/// Whether the plan is meant that the service keeps in the state, and no file.
pub(crate) fn is_proposed(file: &Path) -> bool {
    file.as_os_str() == PROPOSED
}

/// A file beside the names that are none would be taken for one of them.
fn refuse_name(file: &Path) -> Result<(), Failure> {
    if !file.as_os_str().as_encoded_bytes().starts_with(b"@") {
        return Ok(());
    }
    let message = format!("{} is no file: names that begin with @ are kept in the state", file.display());
    let help =
        format!("a file of that name is ./{}; `sync --plan {PROPOSED}` applies what `serve` proposed", file.display());
    Err(Failure::usage(message, help))
}

pub(crate) fn read(file: &Path) -> Result<Kept, Failure> {
    refuse_name(file)?;
    let refused = |why: String| {
        let help = "make one with `esc-sync plan --out FILE`";
        Failure::usage(format!("cannot use the plan {}: {why}", file.display()), help)
    };
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).and_then(|handle| handle.take(LARGEST).read_to_end(&mut bytes));
    opened.map_err(|error| refused(reason(&error)))?;
    Kept::parse(&bytes).map_err(|error| refused(error.to_string()))
}

/// The options the plan was made with; it belongs to the mapping it was made from.
pub(crate) fn options(kept: &Kept, session: &Session<'_>) -> Result<PlanOptions, Failure> {
    if kept.header.mapping != digest(session)? {
        let message = "the mapping or its profile is not the one that the plan was made from";
        return Err(Failure::new(Exit::Refused, message, "make a new plan with `esc-sync plan --out FILE`"));
    }
    Ok(kept.header.options.clone())
}

pub(crate) fn digest(session: &Session<'_>) -> Result<String, Failure> {
    let text = session.text().map_err(Failure::from_io)?;
    let global = session.global;
    Ok(digest_of(&text, global.profile.as_deref(), global.partition))
}

/// What tells one mapping from another: its text, the profile laid over it, and the part of it that a worker
/// looks after, since a plan of one part of a fleet is nothing to another.
pub(crate) fn digest_of(text: &[u8], profile: Option<&str>, partition: Option<Partition>) -> String {
    let part = partition.map(|partition| format!("\0{partition}")).unwrap_or_default();
    crypto::short_digest(&[text, b"\0", profile.unwrap_or_default().as_bytes(), part.as_bytes()].concat())
}
