//! STUB until the branch `h-propose` is merged: a sync that looks and applies nothing.

use super::{
    super::{Failure, check, session::Session},
    account,
    args::ServeArgs,
};
use crate::{
    daemon::{Account, RunKind, order::WriteBudget},
    store::Stores,
};

pub(crate) async fn sync(
    session: &Session<'_>,
    _: &Stores,
    args: &ServeArgs,
    _: WriteBudget,
) -> Result<Account, Failure> {
    let looked = check::look(session, false, &args.judging).await?;
    let looked = looked.ok_or_else(|| Failure::unknown("interrupted", ""))?;
    Ok(account::of(session, &looked.report, &looked.snapshot, RunKind::Sync))
}
