//! The ESC environments of a file.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::Arc,
};

use super::{
    address,
    diagnostic::{Sink, Span},
};
use crate::model::EnvironmentRef;

/// Environments by their short names or written out; each is kept once.
pub(super) struct Environments<'t> {
    named: HashMap<&'t str, Arc<EnvironmentRef>>,
    shared: HashMap<EnvironmentRef, Arc<EnvironmentRef>>,
    default: Option<Arc<EnvironmentRef>>,
    /// The default was written but is wrong, which has been said already.
    default_broken: bool,
    said: bool,
}

impl<'t> Environments<'t> {
    pub(super) fn new(
        named: HashMap<&'t str, Arc<EnvironmentRef>>,
        default: Option<(&'t str, Span)>,
        sink: &mut Sink,
    ) -> Self {
        let shared = named.values().map(|known| ((**known).clone(), Arc::clone(known))).collect();
        let mut environments = Self { named, shared, default: None, default_broken: false, said: false };
        if let Some((text, span)) = default {
            environments.default = environments.resolve(text, span, sink);
            environments.default_broken = environments.default.is_none();
        }
        environments
    }

    /// A short name of the file, or an environment written out.
    pub(super) fn resolve(&mut self, text: &str, span: Span, sink: &mut Sink) -> Option<Arc<EnvironmentRef>> {
        if let Some(known) = self.named.get(text) {
            return Some(Arc::clone(known));
        }
        if !text.contains('/') {
            let mut known: Vec<&str> = self.named.keys().copied().collect();
            known.sort_unstable();
            address::unknown_environment(text, span, &known, sink);
            return None;
        }
        match self.shared.entry(address::environment(text, span, sink)?) {
            Slot::Occupied(known) => Some(Arc::clone(known.get())),
            Slot::Vacant(slot) => {
                let environment = Arc::new(slot.key().clone());
                Some(Arc::clone(slot.insert(environment)))
            }
        }
    }

    /// The file's environment, for a path that names none. That there is none is said once.
    pub(super) fn default_for(&mut self, span: Span, sink: &mut Sink) -> Option<Arc<EnvironmentRef>> {
        if self.default.is_none() && !self.default_broken && !self.said {
            self.said = true;
            sink.error("no-environment", span, "no ESC environment is named for this path")
                .help("name it at file level: `esc: { environment: organization/project/environment }`");
        }
        self.default.clone()
    }
}
