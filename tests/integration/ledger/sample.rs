//! Places, records and runs for the tests of state; any of them, and one of each kind.

use std::{collections::BTreeMap, sync::Arc};

use esc_sync::{
    ledger::{
        document::Identity,
        journal::{EndedLine, Header, Intent},
    },
    model::{
        App, Fingerprint, GithubPlace, GithubScope, HeldRecord, Known, PendingWrite, Place, Record, RepoRef,
        SecretName, Slot, Stamp, Visibility,
    },
};
use proptest::{collection::vec, option, prelude::*};

pub(crate) fn identity() -> Identity {
    Identity { esc: "acme at https://api.pulumi.com".into(), github: "acme at https://api.github.com".into() }
}

pub(crate) fn place(name: &str) -> GithubPlace {
    let scope = GithubScope::Organization { app: App::Actions, organization: "acme".into() };
    GithubPlace { scope: Arc::new(scope), slot: Slot::Secret, name: SecretName::parse(name).expect("a legal name") }
}

/// A record that a write left.
pub(crate) fn record(mark: u8) -> Record {
    let fingerprint = Fingerprint([mark; 32]);
    let held =
        HeldRecord { fingerprint, created_at: Some(Stamp(1)), updated_at: Stamp(i64::from(mark)), how: Known::Written };
    Record { base: Some(fingerprint), held: Some(held), written: true, run: "run".into(), ..Record::default() }
}

pub(crate) fn header(run: &str) -> Header {
    Header {
        run: run.into(),
        command: "sync".into(),
        who: "ci".into(),
        at: Stamp(1_795_000_000),
        revisions: BTreeMap::from([("acme/default/production".to_owned(), 41)]),
    }
}

pub(crate) fn intent(id: usize) -> Intent {
    Intent {
        id,
        name: SecretName::parse("DATABASE_URL").expect("a legal name"),
        verb: "update".into(),
        place: Place::Github(place("DATABASE_URL")),
        fingerprint: Some(Fingerprint([7; 32])),
        previous: None,
        before: Some(Stamp(5)),
        begun: Some(Stamp(6)),
        revision_before: None,
    }
}

pub(crate) fn ended(id: usize) -> EndedLine {
    EndedLine { id, end: "done".into(), stamp: Some(Stamp(7)), revision: Some(42), reason: String::new() }
}

fn fingerprints() -> impl Strategy<Value = Fingerprint> {
    any::<[u8; 32]>().prop_map(Fingerprint)
}

fn stamps() -> impl Strategy<Value = Stamp> {
    (-1_000_000_000_i64..100_000_000_000).prop_map(Stamp)
}

fn repositories() -> impl Strategy<Value = RepoRef> {
    ("[a-z0-9._-]{1,12}", "[a-z0-9._-]{1,12}")
        .prop_map(|(owner, name)| RepoRef { owner: owner.into(), name: name.into() })
}

fn scopes() -> impl Strategy<Value = GithubScope> {
    let app = || prop_oneof![Just(App::Actions), Just(App::Codespaces), Just(App::Dependabot)];
    prop_oneof![
        (app(), ".{0,12}").prop_map(|(app, name)| GithubScope::Organization { app, organization: name.into() }),
        (app(), repositories()).prop_map(|(app, repository)| GithubScope::Repository { app, repository }),
        (repositories(), "\\PC{0,12}")
            .prop_map(|(repository, name)| GithubScope::Environment { repository, environment: name.into() }),
    ]
}

pub(crate) fn places() -> impl Strategy<Value = GithubPlace> {
    let slot = prop_oneof![Just(Slot::Secret), Just(Slot::Variable)];
    (scopes(), slot, "X[A-Z0-9_]{0,20}").prop_map(|(scope, slot, name)| GithubPlace {
        scope: Arc::new(scope),
        slot,
        name: SecretName::parse(&name).expect("a legal name"),
    })
}

fn policies() -> impl Strategy<Value = Visibility> {
    prop_oneof![
        Just(Visibility::All),
        Just(Visibility::Private),
        option::of(vec(repositories(), 0..4)).prop_map(|list| Visibility::Selected(list.map(Arc::from))),
    ]
}

fn held() -> impl Strategy<Value = HeldRecord> {
    let how = prop_oneof![Just(Known::Attested), Just(Known::Written)];
    (fingerprints(), option::of(stamps()), stamps(), how)
        .prop_map(|(fingerprint, created_at, updated_at, how)| HeldRecord { fingerprint, created_at, updated_at, how })
}

fn pending() -> impl Strategy<Value = PendingWrite> {
    let all = (fingerprints(), option::of(stamps()), option::of(stamps()), any::<bool>(), any::<bool>());
    all.prop_map(|(fingerprint, before, begun, acknowledged, over_ours)| PendingWrite {
        fingerprint,
        before,
        begun,
        acknowledged,
        over_ours,
    })
}

pub(crate) fn records() -> impl Strategy<Value = BTreeMap<GithubPlace, Record>> {
    let record = (
        option::of(fingerprints()),
        option::of(held()),
        option::of(policies()),
        option::of(pending()),
        any::<bool>(),
        ".{0,30}",
    )
        .prop_map(|(base, held, policy, pending, written, run)| Record {
            base,
            held,
            policy,
            pending,
            written,
            run: run.into(),
        });
    proptest::collection::btree_map(places(), record, 0..8)
}
