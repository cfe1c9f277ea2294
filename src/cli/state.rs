//! Which state a run remembers itself in, by `--state` or by default.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    crypto,
    engine::{EscState, State, ToWrite, Unwritable},
    ledger::{
        backend::{Backend, StateFault, StateFaultKind},
        document::Identity,
        file::FileState,
        object::ObjectState,
        postgres::PostgresState,
        url::StateUrl,
    },
    mapping::Mapping,
    model::EnvironmentRef,
    plan::PlanError,
    store::Stores,
};

use super::{Failure, args::Global, exit::Exit, session::Session};

/// Where state is kept, as far as that needs no login of a store.
#[derive(Debug)]
pub(crate) enum Kept {
    Apart(Arc<dyn Backend>),
    InEsc(EnvironmentRef),
}

/// Opens the state that flags, environment and mapping name; nothing is written yet. Each worker of a fleet has
/// one of its own in it, so that all of them can write at a time.
pub(crate) async fn backend(session: &Session<'_>, stores: &Stores) -> Result<Arc<dyn Backend>, Failure> {
    let env = |name: &str| session.context.var(name);
    Ok(match kept(session.global, session.mapping(), &env)? {
        Kept::Apart(backend) => backend,
        Kept::InEsc(environment) => Arc::new(EscState::new(stores.shared_esc()?, environment)),
    })
}

/// The same without the stores.
pub(crate) fn kept(global: &Global, mapping: &Mapping, env: &dyn Fn(&str) -> Option<String>) -> Result<Kept, Failure> {
    let url = match &global.state {
        None => StateUrl::File(default_dir(global, mapping)),
        Some(url) => StateUrl::parse(url)?,
    };
    let url = match global.partition {
        None => url,
        Some(partition) => url.part(&partition.folder())?,
    };
    Ok(match url {
        StateUrl::File(path) => Kept::Apart(Arc::new(FileState::new(&path))),
        StateUrl::Esc(environment) => Kept::InEsc(environment),
        #[cfg(feature = "postgres")]
        StateUrl::Postgres(url) => Kept::Apart(Arc::new(PostgresState::new(&url, env)?)),
        #[cfg(feature = "object-store")]
        StateUrl::Object(url) => Kept::Apart(Arc::new(ObjectState::new(&url, env)?)),
        #[cfg(not(all(feature = "postgres", feature = "object-store")))]
        _ => return Err(not_built_in()),
    })
}

/// For a command that only looks.
pub(crate) async fn to_read(session: &Session<'_>, stores: &Stores) -> Result<State, Failure> {
    let backend = backend(session, stores).await?;
    Ok(State::open_to_read(backend, identity(session.global, stores)).await?)
}

/// For a command that writes: it is alone from then on.
pub(crate) async fn to_write(session: &Session<'_>, stores: &Stores, how: ToWrite<'_>) -> Result<State, Failure> {
    let backend = backend(session, stores).await?;
    Ok(State::open_to_write(backend, identity(session.global, stores), how).await?)
}

/// Whose state it is: that of another organization or address is never taken for this one's.
pub(crate) fn identity(global: &Global, stores: &Stores) -> Identity {
    // The emulator has another port each time.
    if global.sandbox.is_some() {
        return Identity { esc: "sandbox".to_owned(), github: "sandbox".to_owned() };
    }
    let unknown = || "unknown".to_owned();
    Identity {
        esc: stores.esc().map_or_else(|_| unknown(), |esc| esc.base().to_string()),
        github: stores.github().map_or_else(|_| unknown(), |github| github.base().to_string()),
    }
}

/// A folder for each mapping file and profile; the sandbox has its own, which ends with it.
fn default_dir(global: &Global, mapping: &Mapping) -> PathBuf {
    match &global.sandbox {
        Some(dir) => super::sandbox::folder(dir, mapping, global.profile.as_deref()).join("ledger"),
        None => user_state("state", mapping, global.profile.as_deref()),
    }
}

/// `KIND` of this mapping and profile in the user's state directory.
pub(crate) fn user_state(kind: &str, mapping: &Mapping, profile: Option<&str>) -> PathBuf {
    let file = Path::new(&*mapping.file);
    let file = file.canonicalize().or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned());
    let name =
        crypto::short_digest(&[file.as_os_str().as_encoded_bytes(), b"\0", profile.unwrap_or("").as_bytes()].concat());
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
    state.unwrap_or_else(std::env::temp_dir).join("esc-sync").join(kind).join(name)
}

impl From<StateFault> for Failure {
    fn from(fault: StateFault) -> Self {
        let exit = match fault.kind {
            StateFaultKind::Usage => Exit::Usage,
            StateFaultKind::Busy | StateFaultKind::Damaged | StateFaultKind::Newer => Exit::Refused,
            StateFaultKind::Unavailable => Exit::Unknown,
        };
        Self::new(exit, fault.what, fault.help)
    }
}

impl From<Unwritable> for Failure {
    fn from(refused: Unwritable) -> Self {
        match refused {
            Unwritable::State(fault) => fault.into(),
            other => Self::new(Exit::Refused, other.to_string(), other.help()),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let exit = if error.is_usage() { Exit::Usage } else { Exit::Refused };
        Self::new(exit, error.to_string(), error.help())
    }
}
