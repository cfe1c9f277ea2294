//! The mapping: which secrets must exist, where, and what they must look like.
//!
//! `Mapping` is what is meant; past `load` nobody asks again whether a name is
//! legal or two entries collide. Pure: text in, a mapping or all its errors out.

pub mod catalogue;

mod address;
mod canonical;
mod collisions;
mod companions;
mod credential;
mod diagnostic;
mod elsewhere;
mod encoding;
mod environments;
mod fields;
mod hole;
mod json_schema;
mod layer;
mod load;
mod places;
mod read;
mod read_endpoints;
mod read_entry;
mod read_machines;
mod read_probe;
mod read_profile;
mod read_ssh;
mod reference;
mod resolve;
mod schema;
mod snippet;
mod ssh_places;
mod words;

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use regex::Regex;

use crate::{
    model::{
        Direction, Encoding, EnvironmentRef, EscPath, GithubPlace, GithubScope, Kind, Place, RepoRef, SecretName, Tier,
    },
    yaml::Position,
};

pub use address::{KEY_PATH, NEXT_PRIVATE_KEY_PATH, NEXT_PUBLIC_KEY_PATH, is_host, is_this_machine, url_host};
pub use canonical::{Changes, NotCanonical, canonical, changes};
pub use diagnostic::{Diagnostic, Diagnostics, FileTrouble, Related};
pub use elsewhere::Elsewhere;
pub use hole::Hole;
pub use json_schema::json_schema;
pub use load::{LoadOptions, Loaded, MAX_BYTES, load};
pub use reference::reference;
pub use snippet::Snippet;

/// A valid mapping.
#[derive(Debug)]
pub struct Mapping {
    /// The file's name as it is shown in reports.
    pub file: Box<str>,
    /// In the order of the file; of a narrowed mapping, those that this worker looks after.
    pub entries: Vec<Entry>,
    pub ssh: Option<Box<SshSpec>>,
    /// Health endpoints of services that a deployment needs, in the order of the file.
    pub endpoints: Box<[EndpointSpec]>,
    /// What other workers of a fleet look after.
    pub elsewhere: Elsewhere,
}

/// One secret, or one plain setting.
#[derive(Debug)]
pub struct Entry {
    /// The name it goes by: the key in the file, in upper case.
    pub name: SecretName,
    /// An id of the catalogue, or one that the file declares.
    pub service: Option<Arc<str>>,
    pub kind: Kind,
    pub tier: Tier,
    pub direction: Direction,
    pub on_conflict: ConflictPolicy,
    pub esc: Option<EscPlace>,
    pub github: Box<[GithubPlace]>,
    /// Repositories whose workflows must see it.
    pub visible_to: Arc<[RepoRef]>,
    /// What is set on few entries only.
    pub detail: Option<Box<Detail>>,
    /// Where the entry stands in the file.
    pub at: Position,
}

/// Where an entry lives in ESC.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EscPlace {
    pub environment: Arc<EnvironmentRef>,
    pub path: EscPath,
}

/// Who wins when both sides moved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ConflictPolicy {
    EscWins,
    GithubWins,
    Newest,
    #[default]
    Stop,
}

/// The demands and exceptions of an entry that most entries do not have.
#[derive(Debug, Default)]
pub struct Detail {
    /// Other names under which the same thing has been seen.
    pub aliases: Box<[SecretName]>,
    pub format: Option<FormatRule>,
    /// The values it may have; plain configuration only. Empty: any.
    pub expect: Box<[Box<str>]>,
    /// Values it must not have; plain configuration only.
    pub deny: Box<[Box<str>]>,
    /// `base64`: ESC holds the base64 of what GitHub holds.
    pub encoding: Encoding,
    pub max_age_days: Option<u32>,
    /// Declared visibility on GitHub (organization secrets and variables).
    pub visibility: Option<DeclaredVisibility>,
    pub allow: Box<[Allowance]>,
    pub probe: Option<Box<ProbeSpec>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeclaredVisibility {
    All,
    Private,
    /// Exactly the repositories of `visible_to`.
    Selected,
}

/// What a value must look like.
#[derive(Clone, Debug)]
pub enum FormatRule {
    /// A pattern written in the mapping.
    Inline(Arc<Regex>),
    Named(&'static catalogue::Format),
}

/// A rule that is not to speak of this entry, and why.
#[derive(Clone, Debug)]
pub struct Allowance {
    pub rule: Box<str>,
    pub reason: Box<str>,
}

/// A live check of one's own, as written; or, without a URL, what the table's own check of the entry is allowed.
#[derive(Debug, Eq, PartialEq)]
pub struct ProbeSpec {
    pub method: Box<str>,
    pub url: Box<str>,
    pub headers: Box<[(Box<str>, Box<str>)]>,
    pub body: Option<Box<str>>,
    pub hosts: Box<[Box<str>]>,
    /// Those of `hosts` that may have a private address.
    pub allow_private: Box<[Box<str>]>,
    pub live: Box<[u16]>,
    pub rejected: Box<[u16]>,
    pub limited: Box<[u16]>,
    pub when: ProbeConditions,
    /// The other entries whose values fill its holes.
    pub parts: Box<[ProbePart]>,
}

/// Another entry's value in the templates of a probe.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProbePart {
    /// As the templates name it: the entry's name, or an alias.
    pub name: Box<str>,
    pub entry: SecretName,
}

impl ProbeSpec {
    /// Whether it is no check of its own but allowances for the table's.
    pub fn is_allowance(&self) -> bool {
        self.url.is_empty()
    }
}

/// What must hold beside the status; a verdict without a condition goes by the status alone.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct ProbeConditions {
    pub live: Option<ProbeCondition>,
    pub rejected: Option<ProbeCondition>,
    pub limited: Option<ProbeCondition>,
}

/// A condition on the body of an answer; all that is named must hold.
#[derive(Debug, Eq, PartialEq)]
pub struct ProbeCondition {
    pub field: Option<ExpectedField>,
    /// What stands in it, in any case.
    pub text: Option<Box<str>>,
}

/// A health endpoint, as written; it is asked without any credential.
#[derive(Clone, Debug)]
pub struct EndpointSpec {
    pub name: Box<str>,
    pub service: Option<Arc<str>>,
    pub url: Box<str>,
    /// The answers that are healthy.
    pub status: Box<[u16]>,
    /// The media type the answer must have, without parameters: an HTML page is no healthy API.
    pub content_type: Option<Box<str>>,
    /// What the JSON answer must hold.
    pub field: Option<ExpectedField>,
    /// Whether a deployment must wait for it.
    pub blocking: bool,
    /// Whether the host may have a private address.
    pub allow_private: bool,
    pub at: Position,
}

/// A field of a JSON answer and what it may hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedField {
    /// Its names, parted by dots.
    pub path: Box<str>,
    /// The values it may have, as text; none: it must be there.
    pub values: Box<[Box<str>]>,
}

/// The SSH key of the machines, as written.
#[derive(Clone, Debug, Default)]
pub struct SshSpec {
    pub user: Option<Box<str>>,
    /// The file of the private key; `~/` is the home of whoever runs this.
    pub private_key: Option<Box<str>>,
    /// Where ESC keeps the base64 of the public half.
    pub public_key: Option<EscPlace>,
    /// Where ESC keeps the private half too, only if this says so.
    pub stored_private_key: Option<EscPlace>,
    pub known_hosts: Option<Box<str>>,
    /// The operator's own `ssh` configuration: bastions, and nothing of logins.
    pub config: Option<Box<str>>,
    /// The stem of the key's names in Lambda's registry.
    pub lambda_key_name: Option<Box<str>>,
    /// Where ESC keeps the registered name that launches use.
    pub launch_key_name: Option<EscPlace>,
    /// Whether Lambda's own list of instances belongs to the machines.
    pub lambda_instances: bool,
    /// cloud-init documents that carry the public key.
    pub cloud_init: Box<[Box<str>]>,
    /// How long both keys are good before the old one may be retired.
    pub overlap: Option<Duration>,
    pub max_age_days: Option<u32>,
    pub machines: Box<[MachineSpec]>,
}

#[derive(Clone, Debug)]
pub struct MachineSpec {
    pub name: Box<str>,
    pub host: Box<str>,
    pub port: u16,
    pub user: Option<Box<str>>,
}

static NO_DETAIL: LazyLock<Detail> = LazyLock::new(Detail::default);

impl Entry {
    /// The rarely set demands; those of an entry without any are all empty.
    pub fn detail(&self) -> &Detail {
        self.detail.as_deref().unwrap_or_else(|| &NO_DETAIL)
    }

    /// The entry's place in ESC, as an address.
    pub fn esc_place(&self) -> Option<Place> {
        let EscPlace { environment, path } = self.esc.as_ref()?;
        Some(Place::Esc { environment: Arc::clone(environment), path: path.clone() })
    }

    /// All its places: ESC first, then GitHub in the order of the file.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.esc_place().into_iter().chain(self.github.iter().cloned().map(Place::Github))
    }

    /// Whether a rule was told to be silent about this entry, and why.
    pub fn allows(&self, rule: &str) -> Option<&str> {
        self.detail().allow.iter().find(|allowance| &*allowance.rule == rule).map(|allowance| &*allowance.reason)
    }

    /// The organization-wide places, to which visibility applies.
    pub fn organization_places(&self) -> impl Iterator<Item = &GithubPlace> {
        self.github.iter().filter(|place| matches!(&*place.scope, GithubScope::Organization { .. }))
    }
}
