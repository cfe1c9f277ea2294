//! What both stores really hold, read past every protocol: the side of the story no run sees.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{
    model::Slot,
    sandbox::{World, github::ItemVisibility},
    yaml::{self, Limits, Node, NodeKind},
};

use super::ground::{ENVIRONMENTS, SCOPES};

/// One place in one store.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Spot {
    Esc { environment: Box<str>, path: Box<str> },
    Github { scope: Box<str>, slot: Slot, name: Box<str> },
}

/// What a place holds.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Cell {
    pub(crate) value: Vec<u8>,
    pub(crate) secret: bool,
    /// Who sees it: the policy, and the repositories on its list.
    pub(crate) seen_by: Option<(&'static str, Vec<String>)>,
    /// GitHub's `updated_at`; nothing in ESC has one.
    pub(crate) stamp: i64,
}

/// Every place that holds anything.
pub(crate) type Truth = BTreeMap<Spot, Cell>;

/// The path under which the comments of a definition are kept as one value.
pub(crate) const COMMENTS: &str = "#";

impl Spot {
    pub(crate) fn esc(environment: &str, path: &str) -> Self {
        Self::Esc { environment: environment.into(), path: path.into() }
    }

    pub(crate) fn github(scope: &str, slot: Slot, name: &str) -> Self {
        Self::Github { scope: scope.into(), slot, name: name.into() }
    }

    pub(crate) fn is_esc(&self) -> bool {
        matches!(self, Self::Esc { .. })
    }

    /// Whether a login may read its value.
    pub(crate) fn is_readable(&self) -> bool {
        !matches!(self, Self::Github { slot: Slot::Secret, .. })
    }
}

impl Cell {
    pub(crate) fn new(value: impl Into<Vec<u8>>) -> Self {
        Self { value: value.into(), secret: true, seen_by: None, stamp: 0 }
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {} for {:?}", String::from_utf8_lossy(&self.value), self.stamp, self.seen_by)
    }
}

/// What ESC's value is on GitHub's side.
pub(crate) fn on_github(value: &[u8], wrapped: bool) -> Option<Vec<u8>> {
    if wrapped { STANDARD.decode(value).ok() } else { Some(value.to_vec()) }
}

/// Remembers a definition by its revision, since reading one costs more than anything else here.
#[derive(Debug, Default)]
pub(crate) struct Reader(BTreeMap<&'static str, (u64, Truth)>);

impl Reader {
    pub(crate) fn read(&mut self, world: &World) -> Truth {
        let mut truth = Truth::new();
        for environment in ENVIRONMENTS {
            let [organization, project, name] = parts(environment);
            let Some(revision) = world.esc.revision(organization, project, name) else { continue };
            let known = self.0.get(environment).is_some_and(|(read, _)| *read == revision);
            if !known {
                let text = world.esc.plaintext_definition(organization, project, name).expect("it can be opened");
                self.0.insert(environment, (revision, definition(environment, &text)));
            }
            truth.extend(self.0[environment].1.clone());
        }
        for (scope, slot) in SCOPES.into_iter().flat_map(|scope| [(scope, Slot::Secret), (scope, Slot::Variable)]) {
            for name in world.github.names(scope, slot).expect("the scope is there") {
                let view = world.github.view(scope, slot, &name).expect("it was listed");
                let policy = view.visibility.map(|visibility| match visibility {
                    ItemVisibility::All => "all",
                    ItemVisibility::Private => "private",
                    ItemVisibility::Selected => "selected",
                });
                let seen_by = policy.map(|policy| (policy, view.repositories));
                let value = view.value.expose().to_vec();
                let cell = Cell { value, secret: slot == Slot::Secret, seen_by, stamp: view.updated_at.0 };
                truth.insert(Spot::github(scope, slot, &name), cell);
            }
        }
        truth
    }
}

pub(crate) fn parts(environment: &str) -> [&str; 3] {
    let mut parts = environment.split('/');
    std::array::from_fn(|_| parts.next().expect("organization, project and name"))
}

/// The places of a definition in clear.
fn definition(environment: &str, text: &str) -> Truth {
    let mut truth = Truth::new();
    let comments: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect();
    if !comments.is_empty() {
        truth.insert(Spot::esc(environment, COMMENTS), Cell::new(comments.join("\n")));
    }
    let root = yaml::parse(text, Limits::default()).expect("the emulator keeps YAML");
    if let Some(values) = root.as_ref().and_then(|root| root.get("values")) {
        collect(environment, "", values, &mut truth);
    }
    truth
}

fn collect(environment: &str, path: &str, node: &Node<'_>, truth: &mut Truth) {
    let mut put = |value: &Node<'_>, secret| {
        let value = value.as_scalar().map(|scalar| scalar.text.as_bytes().to_vec()).unwrap_or_default();
        truth.insert(Spot::esc(environment, path), Cell { secret, ..Cell::new(value) });
    };
    match &node.kind {
        NodeKind::Map(pairs) => match &pairs[..] {
            [(key, value)] if key.as_scalar().is_some_and(|key| key.text == "fn::secret") => put(value, true),
            pairs => {
                for (key, value) in pairs {
                    let key = key.as_scalar().map(|key| key.text.as_ref()).unwrap_or_default();
                    let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                    collect(environment, &below, value, truth);
                }
            }
        },
        _ => put(node, false),
    }
}
