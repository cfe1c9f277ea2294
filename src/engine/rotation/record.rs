//! Where a rotation is remembered: one document of the state, replaced whole and only by who read it last.

use std::sync::Arc;

use crate::{
    engine::{State, Unwritable},
    ledger::{
        Backend, StateFault, StateFaultKind,
        backend::{Expected, PutFault, Tag},
    },
    ssh::rotation::{FormFault, Rotation},
};

/// A rotation and the version of the document it was read from.
#[derive(Clone, Debug)]
pub struct Kept {
    pub rotation: Rotation,
    tag: Option<Tag>,
}

/// Why a rotation could not go on; what was done so far is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RotationFault {
    #[error(transparent)]
    State(#[from] StateFault),
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

const KEY: &str = "ssh/rotation.json";

impl Kept {
    /// A new one, which takes the place of `ended`.
    pub(super) fn begin(rotation: Rotation, ended: Option<Self>) -> Self {
        Self { rotation, tag: ended.and_then(|kept| kept.tag) }
    }

    /// The rotation that is under way, or the last one that ended.
    pub async fn load(state: &State) -> Result<Option<Self>, StateFault> {
        let Some(stored) = state.backend().get(KEY).await? else { return Ok(None) };
        match Rotation::from_bytes(&stored.bytes) {
            Ok(rotation) => Ok(Some(Self { rotation, tag: Some(stored.tag) })),
            Err(fault) => Err(unusable(&**state.backend(), fault)),
        }
    }

    /// Durable once it returns.
    pub(super) async fn save(&mut self, state: &State) -> Result<(), StateFault> {
        let backend: &Arc<dyn Backend> = state.backend();
        let expected = self.tag.clone().map_or(Expected::Absent, Expected::Version);
        match backend.put(KEY, &self.rotation.to_bytes(), expected).await {
            Ok(tag) => {
                self.tag = Some(tag);
                Ok(())
            }
            Err(PutFault::Fault(fault)) => Err(fault),
            Err(PutFault::Changed) => Err(StateFault {
                kind: StateFaultKind::Busy,
                what: format!("the rotation in {} was changed by somebody else", backend.describe()),
                help: "let the other run end, and then `esc-sync ssh resume`".to_owned(),
            }),
        }
    }
}

fn unusable(backend: &dyn Backend, fault: FormFault) -> StateFault {
    let (kind, help) = match fault {
        FormFault::Newer(_) => (StateFaultKind::Newer, "use the version that began the rotation"),
        FormFault::Damaged => (
            StateFaultKind::Damaged,
            "put the document back from a copy; the private files beside the declared one and `esc-sync ssh verify` tell which key opens what",
        ),
    };
    let what = format!("the rotation in {} ({KEY}) cannot be used: {fault}", backend.describe());
    StateFault { kind, what, help: help.to_owned() }
}
