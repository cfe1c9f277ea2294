//! Every field a mapping may have: one table.
//!
//! From it come the fields the reader knows (and the nearest name of a misspelt one),
//! the JSON Schema, and the tables of `docs/mapping.md`. What a field means is in
//! `read` and `resolve`; the reader can only ask for fields that stand here.

use super::{
    ConflictPolicy, DeclaredVisibility,
    words::{Word, words},
};
use crate::model::{App, Direction, Encoding, Kind, Tier};

/// A map with known fields.
pub(super) struct Object {
    pub id: &'static str,
    /// The heading in the reference, and the schema's title.
    pub title: &'static str,
    pub fields: &'static [Field],
    /// Fields that must be there.
    pub required: &'static [&'static str],
}

pub(super) struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub doc: &'static str,
}

/// What a field's value may be.
pub(super) enum Shape {
    /// A plain setting: any text; numbers and `true` keep their spelling.
    Any,
    Boolean,
    Duration,
    Environment,
    /// `false` alone: not there at all.
    False,
    GithubName,
    /// A time in minutes, hours, days or weeks.
    Interval,
    Integer(i64, i64),
    List(&'static Shape),
    /// Free names on the left.
    MapOf(&'static Shape),
    Object(&'static Object),
    OneOf(&'static [Shape]),
    Organization,
    Path,
    Repository,
    Text,
    Words(fn() -> Vec<&'static str>),
}

impl Object {
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// All objects, in the order of the reference.
pub(super) fn objects() -> [&'static Object; 19] {
    [
        &FILE,
        &FILE_ESC,
        &FILE_GITHUB,
        &DEFAULTS,
        &SERVICE,
        &ENTRY,
        &ENTRY_ESC,
        &ENTRY_GITHUB,
        &FORMAT,
        &ALLOWANCE,
        &PROBE,
        &PROBE_WHEN,
        &PROBE_CONDITION,
        &SSH,
        &SSH_PATH,
        &MACHINE,
        &PROFILE,
        &PROFILE_ESC,
        &PROFILE_ENTRY,
    ]
}

/// Whether a shown line may show plain text under a field of this name.
pub(super) fn is_shown(name: &str) -> bool {
    !matches!(name, "body" | "deny" | "expect" | "headers" | "pattern" | "reason" | "text" | "title" | "values")
        && objects().iter().any(|object| object.knows(name))
}

const fn field(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, doc }
}

const fn set<W: Word>() -> Shape {
    Shape::Words(words::<W>)
}

const PORTS: Shape = Shape::Integer(1, 65_535);
const SSH_PLACE: Shape = Shape::OneOf(&[Shape::Path, Shape::Object(&SSH_PATH)]);
const STATUSES: Shape = Shape::List(&Shape::Integer(100, 599));
const TEXTS: Shape = Shape::OneOf(&[Shape::Any, Shape::List(&Shape::Any)]);
const REPOSITORIES: Shape = Shape::List(&Shape::Repository);

macro_rules! common_fields {
    ($($extra:expr),* $(,)?) => {
        &[
            $($extra,)*
            field("kind", set::<Kind>(), "`secret` (the default), or `config`: a plain setting, which becomes an Actions variable that everybody may read"),
            field("tier", set::<Tier>(), "how much depends on it; `important` is the default. Missing is an error for `critical` and `important`, a warning for `optional`"),
            field("direction", set::<Direction>(), "which way the value goes; `esc-to-github` is the default. `both`: from the side that changed since the two last agreed"),
            field("on-conflict", set::<ConflictPolicy>(), "who wins when both sides changed, or differ and are not known to have ever agreed; the default is to `stop` and say so. `esc-wins` overwrites on GitHub even what nobody ever compared; `github-wins` and `newest` need a value that can be read"),
            field("encoding", set::<Encoding>(), "`base64`: ESC holds the base64 of what GitHub holds"),
            field("max-age", Shape::Duration, "the age at which a value is stale, in days or weeks: `90d`, `12w`"),
        ]
    };
}

pub(super) static FILE: Object = Object {
    id: "mapping",
    title: "The file",
    required: &["version", "entries"],
    fields: &[
        field("version", Shape::Integer(1, 1), "always `1`"),
        field(
            "esc",
            Shape::OneOf(&[Shape::Environment, Shape::Object(&FILE_ESC)]),
            "where values live in Pulumi ESC: an environment, or the map below",
        ),
        field(
            "github",
            Shape::OneOf(&[Shape::False, Shape::Object(&FILE_GITHUB)]),
            "where values go on GitHub unless an entry says otherwise; `false`: nowhere",
        ),
        field("defaults", Shape::Object(&DEFAULTS), "what holds for every entry that does not say otherwise"),
        field(
            "services",
            Shape::MapOf(&Shape::Object(&SERVICE)),
            "defaults for all entries of a service; also declares services of your own",
        ),
        field("profiles", Shape::MapOf(&Shape::Object(&PROFILE)), "variations of this file, chosen with `--profile`"),
        field("ssh", Shape::Object(&SSH), "the SSH key of the machines"),
        field(
            "entries",
            Shape::MapOf(&Shape::OneOf(&[Shape::Path, Shape::Object(&ENTRY)])),
            "the secrets and settings: GitHub name on the left; on the right the ESC path, or a map",
        ),
    ],
};

pub(super) static FILE_ESC: Object = Object {
    id: "file-esc",
    title: "`esc` of the file",
    required: &[],
    fields: &[
        field(
            "environment",
            Shape::Text,
            "`organization/project/environment`, or a name from `environments`; holds for every entry that names none",
        ),
        field("environments", Shape::MapOf(&Shape::Environment), "short names for further environments"),
    ],
};

macro_rules! github_fields {
    ($($extra:expr),* $(,)?) => {
        &[
            $($extra,)*
            field("organization", Shape::Organization, "an organization secret or variable (not together with `repository`)"),
            field("repository", Shape::Repository, "a secret or variable of this repository, `owner/name`"),
            field("environment", Shape::Text, "a deployment environment of the repository"),
            field("app", set::<App>(), "whose secrets these are; `actions` is the default"),
            field("visibility", set::<DeclaredVisibility>(), "who sees an organization secret; `selected`: exactly the repositories of `visible-to`. A sync sets it. Where it is not declared, what is there keeps the audience it has, and what is new is shown to `visible-to` (or, without one, is `private`)"),
            field("visible-to", REPOSITORIES, "repositories whose workflows must see the organization's secret"),
        ]
    };
}

pub(super) static FILE_GITHUB: Object =
    Object { id: "file-github", title: "`github` of the file", required: &[], fields: github_fields!() };

pub(super) static DEFAULTS: Object = Object {
    id: "defaults",
    title: "`defaults`",
    required: &[],
    fields: common_fields!(field("service", Shape::Text, "the service the entries belong to")),
};

pub(super) static SERVICE: Object = Object {
    id: "service",
    title: "One of `services`",
    required: &[],
    fields: common_fields!(field(
        "title",
        Shape::Text,
        "the service's name for people; required for a service that the catalogue does not know"
    )),
};

macro_rules! entry_fields {
    ($github:expr) => {
        common_fields!(
            field(
                "esc",
                Shape::OneOf(&[Shape::False, Shape::Path, Shape::Object(&ENTRY_ESC)]),
                "the ESC path, relative to `values`; a map to name the environment too; `false`: not in ESC"
            ),
            field(
                "github",
                $github,
                "`false`: not on GitHub; a text: its name there; a map or a list of maps: its places"
            ),
            field(
                "service",
                Shape::Text,
                "a service of the catalogue or of `services`; it implies the credential's format"
            ),
            field("aliases", Shape::List(&Shape::GithubName), "other names under which the same thing is found"),
            field(
                "format",
                Shape::OneOf(&[Shape::Text, Shape::Object(&FORMAT)]),
                "a format of the catalogue by name, or a pattern of your own"
            ),
            field("expect", TEXTS, "the value or values it may have (`config` only)"),
            field("deny", TEXTS, "values it must not have (`config` only)"),
            field(
                "allow",
                Shape::List(&Shape::Object(&ALLOWANCE)),
                "rules that are to be silent about this entry, each with a reason"
            ),
            field("probe", Shape::Object(&PROBE), "a live check of your own"),
        )
    };
}

pub(super) static ENTRY: Object = Object {
    id: "entry",
    title: "An entry",
    required: &["esc"],
    fields: entry_fields!(Shape::OneOf(&[
        Shape::False,
        Shape::GithubName,
        Shape::Object(&ENTRY_GITHUB),
        Shape::List(&Shape::Object(&ENTRY_GITHUB)),
    ])),
};

pub(super) static PROFILE_ENTRY: Object = Object {
    id: "profile-entry",
    title: "An entry inside a profile",
    required: &[],
    fields: entry_fields!(Shape::OneOf(&[
        Shape::False,
        Shape::GithubName,
        Shape::Object(&ENTRY_GITHUB),
        Shape::List(&Shape::Object(&ENTRY_GITHUB)),
    ])),
};

pub(super) static ENTRY_ESC: Object = Object {
    id: "entry-esc",
    title: "`esc` of an entry",
    required: &[],
    fields: &[
        field("path", Shape::Path, "the path, relative to `values`"),
        field(
            "environment",
            Shape::Text,
            "`organization/project/environment`, or a name from the file's `esc.environments`",
        ),
    ],
};

pub(super) static ENTRY_GITHUB: Object = Object {
    id: "entry-github",
    title: "`github` of an entry",
    required: &[],
    fields: github_fields!(
        field("name", Shape::GithubName, "its name there, if it is not the entry's"),
        field("variable", Shape::Boolean, "`false`: keep a plain setting as a secret after all"),
    ),
};

pub(super) static FORMAT: Object = Object {
    id: "format",
    title: "`format` of one's own",
    required: &["pattern"],
    fields: &[field(
        "pattern",
        Shape::Text,
        "a regular expression that the whole value must match; linear time, so no look-around and no back-references",
    )],
};

pub(super) static ALLOWANCE: Object = Object {
    id: "allowance",
    title: "One of `allow`",
    required: &["rule", "reason"],
    fields: &[
        field("rule", Shape::Text, "the rule's id"),
        field("reason", Shape::Text, "why it may be silent; it is printed in reports"),
    ],
};

pub(super) static PROBE: Object = Object {
    id: "probe",
    title: "`probe`",
    required: &["url", "hosts"],
    fields: &[
        field("method", Shape::Words(|| vec!["GET", "HEAD", "POST"]), "`GET` is the default"),
        field("url", Shape::Text, "https, or http to this machine"),
        field(
            "headers",
            Shape::MapOf(&Shape::Text),
            "`{value}` stands for the credential, `{NAME}` for the value of another entry, `{NAME:value}` for the base64 of both as Basic authentication wants them",
        ),
        field("body", Shape::Text, "the same; values are escaped as JSON, or as a form where it is one"),
        field(
            "hosts",
            Shape::List(&Shape::Text),
            "the hosts to which the credential may be sent; the URL's host must be one of them",
        ),
        field("allow-private", Shape::List(&Shape::Text), "those of `hosts` that may have a private address"),
        field("live", STATUSES, "answers that prove the credential good; `[200]` is the default"),
        field("rejected", STATUSES, "answers that prove it bad; `[401]` is the default"),
        field("limited", STATUSES, "answers that prove it good but restricted; none is the default"),
        field(
            "when",
            Shape::Object(&PROBE_WHEN),
            "what must hold beside the status; then one status may stand under several verdicts",
        ),
    ],
};

pub(super) static PROBE_WHEN: Object = Object {
    id: "probe-when",
    title: "`when` of a probe",
    required: &[],
    fields: &[
        field("live", Shape::Object(&PROBE_CONDITION), "what an answer under `live` must have"),
        field("rejected", Shape::Object(&PROBE_CONDITION), "what an answer under `rejected` must have"),
        field("limited", Shape::Object(&PROBE_CONDITION), "what an answer under `limited` must have"),
    ],
};

pub(super) static PROBE_CONDITION: Object = Object {
    id: "probe-condition",
    title: "A condition on an answer",
    required: &[],
    fields: &[
        field("field", Shape::Text, "the names of a JSON field, parted by dots: it must be there and hold something"),
        field("values", TEXTS, "the values that the field may have"),
        field("text", Shape::Text, "a text that must stand in the body, in any case"),
    ],
};

pub(super) static SSH: Object = Object {
    id: "ssh",
    title: "`ssh`",
    required: &[],
    fields: &[
        field("user", Shape::Text, "the user on the machines, unless a machine names its own"),
        field("private-key", Shape::Text, "the file of the private key"),
        field("public-key", SSH_PLACE, "the ESC path of the base64 of the public half"),
        field(
            "stored-private-key",
            SSH_PLACE,
            "the ESC path of the private half, if ESC is to hold it; without this it never leaves its file",
        ),
        field("known-hosts", Shape::Text, "the file of known host keys; an unknown host is never trusted by itself"),
        field("config", Shape::Text, "an `ssh` configuration file, for bastions; it chooses no keys"),
        field(
            "lambda-key-name",
            Shape::Text,
            "how the key's names in Lambda's registry begin, at most 50 characters; each rotation adds a suffix",
        ),
        field(
            "launch-key-name",
            SSH_PLACE,
            "the ESC path of the registered name that launches use; a rotation writes it. `expect` of an entry at that path is how it begins",
        ),
        field(
            "lambda-instances",
            Shape::Boolean,
            "`true`: the instances that Lambda lists under the key belong to the machines",
        ),
        field(
            "cloud-init",
            Shape::List(&Shape::Text),
            "cloud-init documents that carry the public half; a rotation puts the new one in",
        ),
        field(
            "overlap",
            Shape::Interval,
            "how long the old key stays good beside the new one: minutes, hours, days or weeks (`30m`, `24h`, `7d`)",
        ),
        field(
            "max-age",
            Shape::Duration,
            "the age at which the key is to be rotated, in days or weeks; `check` says when it is due",
        ),
        field("machines", Shape::List(&Shape::Object(&MACHINE)), "the machines that the key opens"),
    ],
};

pub(super) static SSH_PATH: Object = Object {
    id: "ssh-public-key",
    title: "A path of `ssh`",
    required: &["path"],
    fields: &[
        field("path", Shape::Path, "the path, relative to `values`"),
        field(
            "environment",
            Shape::Text,
            "`organization/project/environment`, or a name from the file's `esc.environments`",
        ),
    ],
};

pub(super) static MACHINE: Object = Object {
    id: "machine",
    title: "One of `machines`",
    required: &["name", "host"],
    fields: &[
        field("name", Shape::Text, "how reports call it"),
        field("host", Shape::Text, "its host name or address"),
        field("port", PORTS, "`22` is the default"),
        field("user", Shape::Text, "the user, if it is not that of `ssh`"),
    ],
};

pub(super) static PROFILE: Object = Object {
    id: "profile",
    title: "A profile",
    required: &[],
    fields: &[
        field(
            "esc",
            Shape::OneOf(&[Shape::Text, Shape::Object(&PROFILE_ESC)]),
            "another environment for every entry that names none",
        ),
        field(
            "github",
            Shape::OneOf(&[Shape::False, Shape::Object(&FILE_GITHUB)]),
            "replaces what it says of the file's `github`",
        ),
        field("defaults", Shape::Object(&DEFAULTS), "replaces what it says of the file's `defaults`"),
        field(
            "entries",
            Shape::MapOf(&Shape::OneOf(&[Shape::False, Shape::Path, Shape::Object(&PROFILE_ENTRY)])),
            "replaces what it says of single entries; `false` drops one; new ones may be added",
        ),
    ],
};

pub(super) static PROFILE_ESC: Object = Object {
    id: "profile-esc",
    title: "`esc` of a profile",
    required: &[],
    fields: &[field(
        "environment",
        Shape::Text,
        "`organization/project/environment`, or a name from the file's `esc.environments`",
    )],
};
