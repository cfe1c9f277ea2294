//! Certificates: who issued one, and each way in which it cannot be believed (failure case E19).

use esc_sync::{
    engine::{Doctor, Door, Errand, Selection},
    http::{BaseUrl, Client, Options, Roots},
    mapping::{LoadOptions, load},
    model::{Cause, Stage, StageKind, StageOutcome, Unread},
    store::Stores,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    stores::{
        stub::{Stub, ok},
        tls::Authority,
    },
    support::world::HEADER,
};

async fn look(server: TlsAcceptor, authority: &Authority) -> Vec<Stage> {
    let stub = Stub::start_tls([("HEAD /", vec![ok("")])], server).await;
    let loaded = load("m.yaml", format!("{HEADER}entries:\n  A: s.a\n").as_bytes(), &LoadOptions::default());
    let mapping = loaded.expect("a mapping").mapping;
    let none = || Unread { cause: Cause::Login, what: "no login".into(), help: "log in".into() };
    let client = Client::new(Options { roots: Roots::Only(vec![authority.der.clone()]), ..Options::default() });
    let doctor = Doctor {
        mapping: &mapping,
        selection: &Selection::default(),
        stores: &Stores::new(Err(none()), Err(none()), Ok(None)),
        errand: Errand::of("check").expect("a command"),
        client: &client,
        esc: Some(Door { service: "Pulumi ESC", base: BaseUrl::parse(&stub.base()).expect("https") }),
        github: None,
        lambda: None,
        state: Err(("none".into(), String::new())),
        job: None,
        files: None,
        offline: false,
    };
    doctor.examine().await
}

fn stage(stages: &[Stage], kind: StageKind) -> &Stage {
    stages.iter().find(|stage| stage.kind == kind).expect("the stage is there")
}

#[tokio::test]
async fn e19_a_certificate_is_told_and_each_bad_one_has_its_own_remedy() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("theirs"));
    let stages = look(authority.server("localhost", (2020, 2999)), &authority).await;
    let tls = stage(&stages, StageKind::EscTls);
    assert_eq!(tls.outcome, StageOutcome::Ok, "{stages:#?}");
    assert!(tls.what.contains("issued by ours, good until 2999-01-01"), "{tls:?}");
    let cases = [
        (authority.server("localhost", (2019, 2020)), "has expired", "clock"),
        (authority.server("localhost", (2998, 2999)), "not valid yet", "clock"),
        (authority.server("other.test", (2020, 2999)), "for another name", "something else may be answering"),
        (stranger.server("localhost", (2020, 2999)), "does not know", "SSL_CERT_FILE"),
    ];
    for (server, what, help) in cases {
        let stages = look(server, &authority).await;
        let tls = stage(&stages, StageKind::EscTls);
        assert!(tls.outcome == StageOutcome::Failed && tls.what.contains(what) && tls.help.contains(help), "{tls:?}");
        assert_eq!(stage(&stages, StageKind::EscNetwork).outcome, StageOutcome::Ok, "there is a connection");
        assert_eq!(stage(&stages, StageKind::EscClock).outcome, StageOutcome::Skipped);
    }
}
