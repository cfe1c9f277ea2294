//! Plans that are kept: written beside and moved into place, read back and compared.

use std::{fs, io::Read as _, path::Path};

use crate::{
    crypto,
    plan::{Header, Kept, Plan, PlanOptions, to_json},
};

use super::{Failure, exit::Exit, failure::reason, output, session::Session};

/// A plan of the largest mapping is far below that.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(crate) fn keep(file: &Path, plan: &Plan, options: &PlanOptions, session: &Session<'_>) -> Result<(), Failure> {
    let header = Header { mapping: digest(session)?, run: session.run.clone(), options: options.clone() };
    output::replace_bytes(file, to_json(plan, &header).as_bytes()).map_err(|error| {
        let message = format!("cannot keep the plan in {}: {}", file.display(), reason(&error));
        Failure::new(Exit::Unknown, message, "name a file in a folder that exists and that you may write to")
    })
}

pub(crate) fn read(file: &Path) -> Result<Kept, Failure> {
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

fn digest(session: &Session<'_>) -> Result<String, Failure> {
    let file = &*session.mapping().file;
    let mut bytes = fs::read(file).map_err(Failure::from_io)?;
    bytes.push(0);
    bytes.extend(session.global.profile.as_deref().unwrap_or_default().as_bytes());
    Ok(crypto::short_digest(&bytes))
}
